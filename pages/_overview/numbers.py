"""Headline numbers and the table of all metrics, each with its definition from the registry."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.answers.overview import Overview
from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings, words
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.metric import COST, choose_metric, leading_metric, metric_to_address, offered_metrics
from pages._frame.policy import held_policy
from pages._frame.render import table_downloads

_HEADLINE = ("error_rate", "recall", "precision", "prevalence", "selection_rate", "auroc")
_METRIC, _LEADING = "overview_metric", ("error_rate", "recall", "precision", "fpr")
_COUNTS = {
    "tp": "True positives",
    "fp": "False positives",
    "fn": "False negatives",
    "tn": "True negatives",
    "n_unlabelled": "Not known yet",
    "n_unscored": "Without a score",
}


def draw_metric(question: Question) -> str:
    """Choose the metric that leads, on this page and the others, and return it."""
    priced = [COST] if held_policy(question) else []
    leads = leading_metric(question, [*offered_metrics(question), *priced])
    shown = list(dict.fromkeys([*priced, *_LEADING, leads]))
    st.session_state[_METRIC] = leads
    metric = st.segmented_control(
        "What matters",
        shown,
        key=_METRIC,
        format_func=lambda name: "Cost per row" if name == COST else METRICS[name].label,
        on_change=choose_metric,
        args=(_METRIC,),
        required=True,
    )
    metric_to_address(metric or leads)
    return metric or leads


@keeping("Weighing costs …", MODEST)
def _priced(_engine: Engine, question: Question, policy: Policy) -> ThresholdAnswer:
    """Return what the present threshold, flagging everybody and flagging nobody cost."""
    return thresholds(kept(cost_table, question, ()), policy)


def lead_text(answer: Overview, question: Question, metric: str) -> str:
    """Return the first sentences of the page."""
    usual = headline(question.log.n_positive, question.log.n_labelled).metric
    policy = held_policy(question) if metric == COST else None
    said = readings.overview_reading(answer, question, usual if metric == COST else metric)
    if policy is None:
        return said
    priced = kept(_priced, question, replace(policy, limits=Limits(), capacity=None, threshold=None))
    return f"{readings.priced_reading(priced)} {said}".strip()


def draw_headline(answer: Overview) -> None:
    """Show six numbers with their intervals."""
    grid = st.grid(len(_HEADLINE), min_column_width=150, border=True)
    for name in _HEADLINE:
        value, low, high = answer.value(name)
        metric = METRICS[name]
        known = value is not None and low is not None and high is not None
        with grid.cell(), st.container(gap="xsmall"):
            st.metric(metric.label, words.metric_text(name, value), help=f"{metric.definition} {metric.formula}")
            st.caption(_interval_text(name, low, high) if known else f"Undefined: {metric.undefined}")


def _interval_text(name: str, low: float | None, high: float | None) -> str:
    """Return the interval of a metric."""
    return words.between(words.metric_text(name, low), words.metric_text(name, high))


def counts_table(answer: Overview) -> pl.DataFrame:
    """Return the counts behind the confusion matrix."""
    return pl.DataFrame({"Outcome": list(_COUNTS.values()), "Rows": [answer.counts[name] for name in _COUNTS]})


def draw_all(answer: Overview) -> None:
    """Show every metric of the registry behind one click."""
    with st.expander("All metrics with intervals and definitions"):
        rows = [
            {
                "Metric": METRICS[row["metric"]].label,
                "Value": words.metric_text(row["metric"], row["value"]),
                "95 % interval": _interval_text(row["metric"], row["low"], row["high"])
                if row["low"] is not None
                else "–",
                "Definition": METRICS[row["metric"]].definition
                if row["value"] is not None
                else f"Undefined here: {METRICS[row['metric']].undefined}",
                "Formula": METRICS[row["metric"]].formula,
            }
            for row in answer.metrics.iter_rows(named=True)
        ]
        st.dataframe(
            rows,
            hide_index=True,
            height="content",
            alt="All metrics with intervals and definitions",
            column_config={"Definition": st.column_config.TextColumn(width="large")},
        )
        table_downloads(answer.metrics, "metrics", key="metrics")
    if not answer.areas_are_exact:
        st.caption("Areas under curves are computed on the score grid; ties inside its bins leave them a small bound.")
