"""The Report page: what goes in, the paper as it will print, the file."""

from __future__ import annotations

import re
from itertools import combinations

import streamlit as st

from analytics.answers.question import Question
from analytics.log.kept import discovery
from analytics.log.kept.discovery import FoundSlice
from analytics.measure.metrics import METRICS
from analytics.present import words
from pages._frame import cache, session
from pages._frame.render import escaped
from pages._slices.controls import metric_from_address, metric_to_address, offered_metrics

_N_FIRST = 3
_MAX_SECTIONS = 12
_MAX_PAIRED = 40
_LAST_SLICED = "_last_sliced"
_SECTIONS, _METRIC = "sections", "report_metric"
_Sections = tuple[tuple[str, ...], ...]


def draw_controls(question: Question) -> tuple[_Sections, str]:
    """Choose the slices of the report; the columns that separate the errors most are there from the start."""
    st.markdown(
        "One file for the meeting: the question in words, the books, the headline and the slices below, "
        "without a row of the log."
    )
    options = _section_options(question)
    offered = offered_metrics(question)
    _sections_from_address(question, options)
    metric_from_address(_METRIC, offered)
    left, right = st.columns([4, 2])
    chosen = left.multiselect(
        "Slices by",
        list(options),
        key=_SECTIONS,
        max_selections=_MAX_SECTIONS,
        persist_state="session",
        placeholder="Columns, or two columns as a heat map",
        help="One column as a ranking; two, written “a × b”, as a heat map. Type to find them.",
    )
    metric = right.selectbox(
        "Metric", offered, key=_METRIC, format_func=lambda name: METRICS[name].label, persist_state="session"
    )
    _sections_to_address(chosen)
    metric_to_address(_METRIC, metric)
    return tuple(options[label] for label in chosen), metric


def _section_options(question: Question) -> dict[str, tuple[str, ...]]:
    """Return what can be a section by its label: each segment column, then each two, the one with more values down."""
    segments = question.log.mapping.segments
    by_values = sorted(segments, key=lambda name: -question.log.column(name).n_distinct)
    options: dict[str, tuple[str, ...]] = {name: (name,) for name in segments}
    return options | {f"{down} × {across}": (down, across) for down, across in combinations(by_values[:_MAX_PAIRED], 2)}


def _add_section(question: Question, columns: tuple[str, ...]) -> None:
    """Add slices by these columns to the report: two as a heat map, others one by one."""
    options = _section_options(question)
    together = [label for label, by in options.items() if len(by) == len(columns) and set(by) == set(columns)]
    chosen = st.session_state.get(_SECTIONS)
    if chosen is None:
        chosen = _first_sections(question, options)
    wanted = together or [name for name in columns if name in options]
    st.session_state[_SECTIONS] = list(dict.fromkeys([*wanted, *chosen]))[:_MAX_SECTIONS]


def draw_add(question: Question, by: tuple[str, ...]) -> None:
    """Offer to add what is sliced to the report; without it, the report begins with what was sliced last."""
    st.session_state[_LAST_SLICED] = by
    if st.button(
        "Add to the report", key="report_slices", icon=":material/note_add:", on_click=_add_section, args=(question, by)
    ):
        st.toast(f"Added to the report: slices by {escaped(words.listed(by))}.")


def add_found(question: Question, slice_: FoundSlice) -> None:
    """Add a discovered slice to the report of its log."""
    discovery.keep(session.workspace(), question.log.key, slice_)
    st.toast(f"Added to the report: {escaped(slice_.title)}.")


def draw_found(question: Question) -> None:
    """List the discovered slices of the report, each with a way to take it out."""
    kept = discovery.found_slices(session.workspace(), question.log.key)
    if kept:
        st.caption("Discovered slices, as they were found:")
    for place, slice_ in enumerate(kept):
        st.button(
            escaped(words.shortened(slice_.title, 120)),
            key=f"drop_found_{place}",
            icon=":material/close:",
            on_click=discovery.drop,
            args=(session.workspace(), question.log.key, slice_),
            help="Take this slice out of the report",
        )


def _first_sections(question: Question, options: dict[str, tuple[str, ...]]) -> list[str]:
    """Return what a report holds from the start: what was sliced last, and the columns that separate the errors most."""
    ranked = [(name,) for name in cache.ranked_columns(question)["column"].to_list()[:_N_FIRST]]
    labels = {frozenset(columns): label for label, columns in options.items()}
    wanted = map(frozenset, [st.session_state.get(_LAST_SLICED, ()), *ranked])
    return list(dict.fromkeys(labels[columns] for columns in wanted if columns in labels))


def _sections_from_address(question: Question, options: dict[str, tuple[str, ...]]) -> None:
    """Take over the sections of a link, in its order; without any, what separates the errors most."""
    given = st.query_params.get_all(_SECTIONS)
    if given and given != st.session_state.get("_address_of_sections"):
        st.session_state[_SECTIONS] = [label for label in given if label in options][:_MAX_SECTIONS]
    if not set(st.session_state.get(_SECTIONS, [""])) <= set(options):
        st.session_state[_SECTIONS] = _first_sections(question, options)


def _sections_to_address(chosen: list[str]) -> None:
    """Write the sections into the address, so that a copied link reopens the same report; none at all is said as well."""
    found = chosen or [""]
    st.session_state["_address_of_sections"] = found
    if st.query_params.get_all(_SECTIONS) != found:
        st.query_params[_SECTIONS] = found


def draw_paper(html: str, question: Question) -> None:
    """Show the paper and offer it as a file."""
    size = len(html.encode()) / 1e6
    stem = re.sub(r"[^A-Za-z0-9]+", "-", question.log.name).strip("-")[:60] or "log"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download the report ({size:.1f} MB)",
            html,
            f"slice-report-{stem}.html",
            "text/html",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="download_report",
        )
        st.caption(escaped("One HTML file that needs no network; print it from the browser."))
    st.iframe(html, height=1100)
