"""The Report page: what goes in, the paper as it will print, the file."""

from __future__ import annotations

import re

import streamlit as st

from analytics.answers import Question
from analytics.measure.metrics import METRICS
from pages._shared import cache
from pages._shared.render import escaped

N_FIRST = 3
MAX_SECTIONS = 12


def draw_controls(question: Question) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Choose the slices of the report; the columns that separate the errors most are there from the start."""
    st.markdown(
        "One file for the meeting: the question in words, the books, the headline and the slices below, "
        "without a row of the log."
    )
    segments = list(question.log.mapping.segments)
    first = [name for name in cache.ranked_columns(question)["column"].to_list()[:N_FIRST] if name in segments]
    left, right = st.columns([4, 2])
    if not set(st.session_state.get("sections", [])) <= set(segments):
        st.session_state["sections"] = first
    chosen = left.multiselect(
        "Slices by",
        segments,
        default=first if "sections" not in st.session_state else None,
        key="sections",
        max_selections=MAX_SECTIONS,
        persist_state="session",
    )
    offered = [name for name, entry in METRICS.items() if question.log.is_probability or not entry.needs_probability]
    metric = right.selectbox(
        "Metric", offered, key="report_metric", format_func=lambda name: METRICS[name].label, persist_state="session"
    )
    return tuple((name,) for name in chosen), metric


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
