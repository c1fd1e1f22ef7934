"""The counterexample library: search, read, tag, edit, take out, bring in and out, and replay."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.replay import STATES, Replay, replay
from analytics.errors import AnalysisError
from analytics.present import readings, words
from analytics.present.library import FORMATS, read_library, write_library
from analytics.review import library
from analytics.review.library import KeptCase, Shelved
from analytics.review.taxonomy import Reason, label_of
from pages._frame import session
from pages._frame.render import escaped, sentence, table_downloads
from pages._review.queue import KINDS

_MAX_SHOWN = 200
"""Cases in the table at once; a search finds the others."""
_MAX_LIBRARY_MB = 20
"""MB of one exported library: it is read in this process, whole."""
_SHOWN = ("Kind", "Score", "Reason", "Why", "Tags", "Model", "Log", "Id")
_SAID = "_library_said"


def draw(question: Question, reasons: tuple[Reason, ...]) -> None:
    """Show the library, one case of it, and what the present log makes of it."""
    held = library.shelf(session.reviews())
    if not held:
        st.info(
            "The library is empty. On Cases, L keeps the open row; or bring an exported library in.",
            icon=":material/library_books:",
        )
        _draw_import()
        return
    tags = sorted({tag for entry in held for tag in entry.case.tags})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search", key="library_search", placeholder="Words in fields, notes, tags", persist_state="session"
        )
        wanted = st.multiselect("Tags", tags, key="library_tags", placeholder="Any", disabled=not tags)
    found = library.search(held, text or "", wanted or ())
    sentence(f"{words.plural(len(found), 'case')} of {words.count(len(held))} in the library.")
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        chosen = _draw_table(found, reasons)
        _draw_files([entry.case for entry in found])
    with right:
        if chosen is None:
            st.caption("Tick a row to read and edit it.")
        else:
            _draw_case(chosen, reasons)
    _draw_replay(question, [entry.case for entry in found])


def _draw_table(found: list[Shelved], reasons: tuple[Reason, ...]) -> Shelved | None:
    """Show the cases; return the one that is ticked."""
    rows = [
        {
            "Kind": KINDS.get(case.error_kind, case.error_kind),
            "Score": case.score,
            "Reason": label_of(case.reason, reasons) if case.reason else None,
            "Why": words.shortened(words.one_line(case.why), 120) or None,
            "Tags": list(case.tags),
            "Model": case.model_version,
            "Log": words.shortened(words.one_line(case.log_name), 60),
            "Id": case.case_id or str(case.row_id),
        }
        for case in (entry.case for entry in found[:_MAX_SHOWN])
    ]
    texts = ("Kind", "Reason", "Why", "Model", "Log", "Id")
    schema = {"Score": pl.Float64(), "Tags": pl.List(pl.String), **dict.fromkeys(texts, pl.String())}
    picked = st.dataframe(
        pl.DataFrame(rows, schema={name: schema[name] for name in _SHOWN}),
        hide_index=True,
        key="library_table",
        on_select="rerun",
        selection_mode="single-row",
        height="content" if len(rows) <= 10 else 400,
        placeholder=words.UNDEFINED,
        alt="The cases of the library: kind, score, reason, why, tags, model, log and id",
        column_config={
            "Score": st.column_config.NumberColumn(format="%.3f", width=62),
            "Tags": st.column_config.ListColumn(width="small"),
        },
    )
    if len(found) > _MAX_SHOWN:
        st.caption(f"The latest {_MAX_SHOWN} are shown; search for others.")
    place = next(iter(picked["selection"]["rows"]), None)
    return found[place] if place is not None and place < len(rows) else None


def _draw_case(entry: Shelved, reasons: tuple[Reason, ...]) -> None:
    """Show one case with its context; why and tags can be edited."""
    case, stem = entry.case, f"{entry.case.key}_{entry.revision}"
    at = words.threshold_text(case.threshold)
    score = "no score" if case.score is None else f"score {words.threshold_text(case.score)}"
    st.markdown(
        f"**{escaped(KINDS.get(case.error_kind, case.error_kind))}** – {escaped(score)} at the threshold {escaped(at)}"
    )
    facts = [f"log {case.log_name}", f"cohort: {case.cohort}"]
    if case.reason:
        facts.append(f"{label_of(case.reason, reasons)}, says {case.reviewer}")
    st.caption(escaped(words.shortened(" · ".join(facts), 300)))
    why = st.text_area("Why it is kept", case.why, key=f"why_{stem}", height=104)
    known = sorted({*case.tags})
    tags = st.multiselect("Tags", known, default=known, key=f"tags_{stem}", accept_new_options=True)
    with st.container(horizontal=True):
        changed = replace(case, why=why or "", tags=tuple(tags))
        st.button("Save", key=f"save_{stem}", type="primary", on_click=_change, args=(changed, entry))
        st.button("Remove", key=f"out_{stem}", on_click=_change, args=(None, entry))
    _draw_said()
    with st.expander("All fields", key=f"fields_{stem}"):
        st.dataframe(
            pl.DataFrame(
                {
                    "Field": list(case.fields),
                    "Value": [
                        None if value is None else words.shortened(str(value), 2_000) for value in case.fields.values()
                    ],
                },
                schema={"Field": pl.String, "Value": pl.String},
            ),
            hide_index=True,
            height=320,
            placeholder="missing",
            alt="All fields of the case",
        )


def _change(case: KeptCase | None, entry: Shelved) -> None:
    """Save a case, or take it out, unless somebody else changed it in between."""
    try:
        found = library.change(session.reviews(), case, entry.case.key, entry.revision)
    except AnalysisError as error:
        st.session_state[_SAID] = f"Not saved. {error}"
        return
    is_mine = found.body == (
        None if case is None else library.body_of(case) | {"tags": list(library.cleaned_tags(case.tags))}
    )
    theirs = "" if is_mine or found.body is None else f" Theirs reads: {found.body['why'] or '(nothing)'}"
    done = "Removed." if case is None else "Saved."
    st.session_state[_SAID] = done if is_mine else f"Somebody else changed this case, so yours is not saved.{theirs}"


def _draw_said() -> None:
    """Say once what became of the last change."""
    if said := st.session_state.pop(_SAID, None):
        st.markdown(escaped(said))


def _draw_files(cases: list[KeptCase]) -> None:
    """Offer the shown cases as files, and bring others in."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for file_format, mime in FORMATS.items():
            st.download_button(
                {"jsonl": "JSONL", "csv": "CSV", "parquet": "Parquet"}[file_format],
                partial(write_library, cases, file_format),
                f"library.{file_format}",
                mime,
                key=f"library_{file_format}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
    _draw_import()


def _draw_import() -> None:
    """Bring an exported library in; what is there already is not doubled."""
    with st.expander("Bring a library in", icon=":material/upload_file:", key="library_in"):
        given = st.file_uploader(
            "A library that Slicewise exported",
            ["jsonl", "csv", "parquet"],
            key="library_file",
            max_upload_size=_MAX_LIBRARY_MB,
            label_visibility="collapsed",
        )
        if given is not None and st.button("Import", key="library_import", type="primary"):
            cases, refused = read_library(given.read())
            added = library.add_all(session.reviews(), cases)
            there = f"{words.count(len(cases) - added)} already there, {words.count(len(refused))} refused"
            st.markdown(escaped(f"{words.plural(added, 'case')} added, {there}."))
            for said in refused[:5]:
                st.caption(escaped(said))


def _draw_replay(question: Question, cases: list[KeptCase]) -> None:
    """Say what the present log, cohort and threshold make of the cases."""
    st.markdown("**Replay on this log**")
    log = question.log
    names = [column.name for column in log.columns if column.name != log.mapping.row_id]
    by = st.multiselect(
        "Match rows to cases by",
        names,
        key="replay_by",
        persist_state="session",
        placeholder=f"The id, {log.mapping.row_id}" if log.mapping.row_id else "This log has no id: choose columns",
    )
    if not by and log.mapping.row_id is None:
        st.caption("Choose the columns in which a row must equal a case.")
        return
    if not cases:
        return
    found = replay(session.engine(), question, cases, by)
    sentence(readings.replay_reading(found))
    st.caption(
        escaped(f"Rows: {question.cohort.to_words()}, at the threshold {words.threshold_text(question.threshold)}.")
    )
    grid = st.grid(len(STATES), min_column_width=120, border=True)
    for state in STATES:
        with grid.cell():
            st.metric(state.capitalize(), words.count(found.counts[state]), help=_HELP[state])
    _draw_states(found)


_HELP = {
    "fixed": "It was wrong and is decided correctly now.",
    "still wrong": "It was wrong and still is.",
    "regressed": "It was decided correctly and is wrong now.",
    "still right": "It was decided correctly and still is: by its label, or by the label that its reviewer expects.",
    "not comparable": "No row matches, matching rows were decided differently, or score or label is not known.",
}


def _draw_states(found: Replay) -> None:
    """List the cases behind each count."""
    states = [state for state in STATES if found.counts[state]]
    state = st.segmented_control("Cases that are", states, key="replay_state", format_func=str.capitalize)
    listed = [entry for entry in found.cases if state in (None, entry.state)]
    table = pl.DataFrame(
        [
            {
                "State": entry.state,
                "Id": entry.case.case_id or str(entry.case.row_id),
                "Then": entry.case.score,
                "Now": entry.score,
                "Compared": entry.why,
                "Why": words.one_line(entry.case.why),
            }
            for entry in listed
        ],
        schema={
            "State": pl.String,
            "Id": pl.String,
            "Then": pl.Float64,
            "Now": pl.Float64,
            "Compared": pl.String,
            "Why": pl.String,
        },
    )
    st.dataframe(
        table.head(_MAX_SHOWN),
        hide_index=True,
        height="content" if table.height <= 10 else 360,
        placeholder=words.UNDEFINED,
        alt="Cases with their state, the score then and now, and what they were compared with",
        column_config={
            "Then": st.column_config.NumberColumn("Score then", format="%.3f"),
            "Now": st.column_config.NumberColumn("Score now", format="%.3f"),
        },
    )
    table_downloads(table, "replay", key="replay", title="The cases on another model")
