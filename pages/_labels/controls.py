"""The metric whose weeks are looked at: that of every page where it can be matured."""

from __future__ import annotations

import streamlit as st

from analytics.answers.question import Question
from analytics.measure.labels.judged import can_be_matured, matured_metrics
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import Costs
from pages._frame.costs import held_costs
from pages._frame.metric import choose_metric, metric_from_address, metric_to_address

_METRIC = "labels_metric"


def draw_metric(question: Question) -> tuple[str, Costs | None]:
    """Choose the metric, and say what errors cost; it stands in the address and is that of the other pages."""
    policy = held_costs(question)
    costs = None if policy is None else policy.costs
    offered = [COST] if can_be_matured(costs) else []
    offered += [
        name
        for name in matured_metrics(question.log.mapping.kind)
        if question.log.is_probability or not METRICS[name].needs_probability
    ]
    metric_from_address(_METRIC, question, offered)
    metric: str = st.selectbox(
        "Metric",
        offered,
        key=_METRIC,
        format_func=lambda name: METRICS[name].label,
        on_change=choose_metric,
        args=(_METRIC,),
        width=300,
    )
    metric_to_address(metric)
    return metric, costs


def draw_no_times(*, is_revised: bool) -> None:
    """Say what is missing where no row has a time."""
    also = " too" if is_revised else ""
    st.info(
        "The log does not say when its rows were predicted. Choose a time on the Logs page, and a label time where there is one: "
        f"then this page says which weeks may be believed{also}.",
        icon=":material/schedule:",
    )
