"""What the verdicts say: shares of the reasons, whether that is enough, the corrected rate, agreement, and the reasons."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.findings import Findings, findings, reasons_by_slice
from analytics.errors import AnalysisError
from analytics.present import figures, readings, words
from analytics.present.readings.review import ROWS
from analytics.review.taxonomy import Reason, edited, label_of
from analytics.review.verdict import Verdict
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.render import escaped, figure, sentence, table_downloads
from pages._review import queue

_MAX_LISTED = 200
"""Rows that are listed of those on which two reviewers differ."""


def draw(question: Question, verdicts: list[Verdict], reasons: tuple[Reason, ...]) -> None:
    """Show what the verdicts on the rows of the queue say."""
    errors, seed = queue.draw_rows(question.log), st.session_state["review_seed"]
    known = tuple(reason.key for reason in reasons)
    found = kept(findings, question, verdicts, errors, seed=seed, known=known)
    labels = {key: label_of(key, reasons) for key in {*known, *found.reasons["reason"]}}
    sentence(readings.findings_reading(found, errors, labels))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        _draw_shares(found, errors, labels)
        _draw_by_slice(question, verdicts, errors, labels)
    with right:
        st.subheader("Are these reviews enough?", anchor=False)
        st.markdown(escaped(readings.enough_reading(found.recent)))
        st.subheader("The error rate, corrected", anchor=False)
        st.markdown(escaped(readings.corrected_reading(found.corrected)))
        _draw_agreement(found, verdicts, reasons)
        _draw_editor(reasons)


def _draw_shares(found: Findings, errors: str, labels: dict[str, str]) -> None:
    """Draw the share of each reason."""
    everything = f"all {words.plural(found.n_rows, ROWS[errors])}"
    figure(
        figures.reason_bars(found.reasons, found.random, labels, everything),
        "Bars are the judged rows. Points, with 95 % intervals, are the rows that chance drew, judged without a gap: they alone "
        "speak for all.",
        "reasons",
        alt="Share of each reason among the judged rows and among the rows drawn at random",
        table=found.reasons.join(found.random, on="reason", how="left", suffix="_random"),
    )


def _draw_by_slice(question: Question, verdicts: list[Verdict], errors: str, labels: dict[str, str]) -> None:
    """Show the reasons by the slices of one segment column."""
    segments = [name for name in question.log.mapping.segments if question.log.column(name).kind != "time"]
    if not segments or not verdicts:
        return
    name = st.selectbox("Reasons by slice of", segments, key="review_by", persist_state="session", format_func=str)
    table = kept(reasons_by_slice, question, verdicts, errors, name)
    if table.is_empty():
        st.caption("No judged row lies in this queue.")
        return
    shown = table.with_columns(
        pl.Series("slice", [words.value_label(value) for value in table["slice"]], dtype=pl.String),
        pl.col("reason").replace(labels),
        *[pl.col(key) * 100 for key in ("share", "low", "high")],
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if shown.height <= 10 else "auto",
        alt=f"Reasons by {name}: verdicts and the share of each reason within its slice",
        column_order=["slice", "n_slice", "reason", "n", "share", "low", "high"],
        column_config={
            "slice": st.column_config.TextColumn(words.shortened(name, 30)),
            "n_slice": st.column_config.NumberColumn("Judged", width=64),
            "reason": st.column_config.TextColumn("Reason"),
            "n": st.column_config.NumberColumn("Of them", width=64),
            "share": st.column_config.ProgressColumn("Share", format="%.1f %%", min_value=0, max_value=100),
            "low": st.column_config.NumberColumn("95 % from", format="%.1f %%", width=74),
            "high": st.column_config.NumberColumn("to", format="%.1f %%", width=64),
        },
    )
    table_downloads(
        table, "reasons_by_slice", key="reasons_by_slice", slices=["slice"], title=f"Reasons by {name}", asked=(name,)
    )


def _draw_agreement(found: Findings, verdicts: list[Verdict], reasons: tuple[Reason, ...]) -> None:
    """Show how every two reviewers agree, and the rows on which they do not."""
    st.subheader("Do reviewers agree?", anchor=False)
    if not found.agreements:
        st.markdown("No row was judged by two reviewers. Let two people judge the same queue to know.")
        return
    said = {(verdict.row_id, verdict.reviewer): verdict for verdict in verdicts}
    if any(pair.differing for pair in found.agreements):
        st.caption(
            "A further reading decides: the latest verdict on a row counts. Whoever judged it not yet finds such a row in the "
            "queue by *others differ*, and not what they said."
        )
    for place, pair in enumerate(found.agreements[:6]):
        st.markdown(escaped(readings.agreement_reading(pair)))
        if not pair.differing:
            continue
        with st.expander(f"{words.plural(len(pair.differing), 'row')} on which they differ", key=f"differing_{place}"):
            st.dataframe(
                [
                    {
                        "Row": row,
                        **{
                            f"{who} says": label_of(said[row, who].reason, reasons)  # type: ignore[index]
                            for who in (pair.first, pair.second)
                        },
                    }
                    for row in pair.differing[:_MAX_LISTED]
                ],
                hide_index=True,
                height="content" if len(pair.differing) <= 10 else "auto",
                alt="Rows on which two reviewers differ, with the reason of each",
            )


def _draw_editor(reasons: tuple[Reason, ...]) -> None:
    """Let the team edit its reasons: a renamed one keeps its verdicts."""
    with st.expander("Edit the reasons", icon=":material/edit:", key="edit_reasons"):
        _, base = session.reviews().reasons()
        rows = [{"key": reason.key, "Reason": reason.label, "When it applies": reason.meaning} for reason in reasons]
        changed = st.data_editor(
            pl.DataFrame(rows),
            key=f"reasons_{base}",
            num_rows="dynamic",
            hide_index=True,
            column_order=["Reason", "When it applies"],
            alt="The reasons with their number keys in this order, and when each applies",
        )
        st.caption("One to nine; their order is that of the number keys. A renamed reason keeps its verdicts.")
        st.button("Save the reasons", key="save_reasons", on_click=_save_reasons, args=(changed, base))
        if said := st.session_state.pop("_reasons_said", None):
            st.markdown(escaped(said))


def _save_reasons(changed: pl.DataFrame, base: int) -> None:
    """Save what somebody edited, unless somebody else did in between."""
    rows = [(key, label or "", meaning or "") for key, label, meaning in changed.iter_rows()]
    try:
        reasons = edited(rows)
        saved = session.reviews().save_reasons(reasons, base)
    except AnalysisError as error:
        st.session_state["_reasons_said"] = f"Not saved. {error}"
        return
    is_mine = [entry["label"] for entry in saved.body] == [reason.label for reason in reasons]
    said = (
        "Saved."
        if is_mine
        else "Somebody else changed the reasons just now: theirs are shown, nothing of yours was saved."
    )
    st.session_state["_reasons_said"] = said
