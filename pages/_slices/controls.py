"""The Slices page's controls, and how its figure is to be read."""

from __future__ import annotations

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.slices import SliceAnswer
from analytics.measure.metrics import METRICS
from analytics.measure.slices import MIN_SUPPORT
from analytics.present import words
from analytics.present.described import described
from analytics.present.marks.slices import support_words
from pages._frame.metric import choose_metric, metric_from_address, metric_to_address, offered_metrics
from pages._frame.render import escaped
from pages._slices.choice import forget_slice


def draw_controls(question: Question) -> tuple[tuple[str, ...], str, int]:
    """Choose one or two columns, the metric and the minimum support; all stand in the address."""
    segments = list(question.log.mapping.segments)
    by_place, metric_place, support_place = st.columns([4, 2, 1], vertical_alignment="bottom")
    if not set(st.session_state.get("by", [])) <= set(segments):
        st.session_state["by"] = [name for name in st.session_state["by"] if name in segments]
    by = by_place.multiselect(
        "Slice by",
        segments,
        key="by",
        bind="query-params",
        max_selections=2,
        placeholder="One or two segment columns",
        on_change=forget_slice,
    )
    offered = offered_metrics(question)
    metric_from_address("metric", question, offered)
    metric = metric_place.selectbox(
        "Metric",
        offered,
        key="metric",
        format_func=lambda name: METRICS[name].label,
        help=escaped(
            described(
                st.session_state.get("metric", "error_rate"), is_right_or_wrong=question.log.is_right_or_wrong
            ).definition
        )
        if st.session_state.get("metric") in METRICS
        else None,
        on_change=choose_metric,
        args=("metric",),
    )
    support = support_place.number_input(
        "Min. rows",
        min_value=1,
        value=MIN_SUPPORT,
        step=10,
        key="support",
        bind="query-params",
        help="Slices with fewer judged rows, or fewer behind the metric, are greyed and marked, never hidden.",
        disabled=not by,
    )
    metric_to_address(metric)
    return tuple(by), metric, max(1, int(support or MIN_SUPPORT))


def how_to_read(answer: SliceAnswer) -> str:
    """Say what the figure shows."""
    few = int(answer.table["few_rows"].sum())
    compared = (
        " Bars are 95 % intervals; the line is the whole cohort."
        if len(answer.by) == 1
        else " In each cell its value, and under it its rows."
    )
    have = "has" if few == 1 else "have"
    of = words.plural(answer.table.height, "slice")
    hidden = f" {few} of {of} {have} fewer than {answer.min_support} {support_words(answer.metric)}." if few else ""
    return f"{described(answer.metric, is_right_or_wrong=answer.is_right_or_wrong).definition}{compared}{hidden}"
