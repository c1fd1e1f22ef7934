"""The Report page: what goes in, the paper as it will print, the file."""

from __future__ import annotations

import re

import streamlit as st

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.kept import discovery
from analytics.log.kept.discovery import FoundSlice
from analytics.log.kept.thresholds import Decision, decisions
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.policy import Policy
from analytics.present import words
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import FEW, keeping, kept
from pages._frame.metric import (
    COST,
    choose_metric,
    leading_metric,
    metric_from_address,
    metric_to_address,
    offered_metrics,
)
from pages._frame.policy import held_policy
from pages._frame.reference import reference_and_production
from pages._frame.render import escaped
from pages._frame.report import MAX_SECTIONS, SECTIONS, section_options, sections_from_address, sections_to_address

_METRIC = "report_metric"
_Sections = tuple[tuple[str, ...], ...]


def draw_controls(question: Question) -> tuple[_Sections, str]:
    """Choose the slices of the report; the columns that separate the errors most are there from the start."""
    st.markdown(
        "One file for the meeting: the question in words, the books, the headline and the slices below, "
        "without a row of the log."
    )
    options = section_options(question)
    offered = offered_metrics(question)
    sections_from_address(question, options)
    metric_from_address(_METRIC, question, offered)
    left, right = st.columns([4, 2])
    chosen = left.multiselect(
        "Slices by",
        list(options),
        key=SECTIONS,
        max_selections=MAX_SECTIONS,
        persist_state="session",
        placeholder="Columns, or two columns as a heat map",
        help="One column as a ranking; two, written “a × b”, as a heat map. Type to find them.",
    )
    metric = right.selectbox(
        "Metric",
        offered,
        key=_METRIC,
        format_func=lambda name: METRICS[name].label,
        on_change=choose_metric,
        args=(_METRIC,),
    )
    sections_to_address(question, chosen)
    metric_to_address(metric)
    return tuple(options[label] for label in chosen), metric


@keeping("Writing the report …", FEW)
def _written(
    engine: Engine,
    question: Question,
    chosen: _Sections,
    metric: str,
    decided: tuple[Decision, ...],
    found: tuple[FoundSlice, ...],
    policy: Policy | None,
    leads: str,
    sides: tuple[Question, Question] | None,
) -> str:
    """Return the slice report as HTML; the brief in it goes by the metric that leads on Overview and by its sides."""
    from analytics.present.report.pack import slice_report  # the template engine is needed here alone

    parts = [slices(engine, question, by, metric=metric) for by in chosen]
    first = brief(engine, Asking(question, policy, sides, leads))
    return slice_report(question, kept(overview, question), parts, decided, found=found, brief=first)


def report_of(question: Question, chosen: _Sections, metric: str) -> str:
    """Return the slice report as HTML, with the decisions and the discovered slices that are kept with the log."""
    decided = tuple(decisions(session.workspace(), question.log.key))
    found = discovery.found_slices(session.workspace(), question.log.key)
    policy = held_policy(question)
    leads = leading_metric(question, [*offered_metrics(question), *([COST] if policy else [])])
    sides = reference_and_production(question)
    return kept(_written, question, chosen, metric, decided, found, policy, leads, sides)


def draw_found(question: Question) -> None:
    """List the discovered slices of the report, each with a way to take it out."""
    found = discovery.found_slices(session.workspace(), question.log.key)
    if found:
        st.caption("Discovered slices, as they were found:")
    for place, slice_ in enumerate(found):
        st.button(
            escaped(words.shortened(slice_.title, 120)),
            key=f"drop_found_{place}",
            icon=":material/close:",
            on_click=discovery.drop,
            args=(session.workspace(), question.log.key, slice_),
            help="Take this slice out of the report",
        )


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
