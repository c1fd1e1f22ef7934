"""Headline numbers and the table of all metrics, each with its definition from the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import polars as pl
import streamlit as st

from analytics.answers.brief.answer import side_names
from analytics.answers.overview import Overview, PricedRows, change_between, overview
from analytics.answers.question import Question
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.priced import priced_at_present
from analytics.measure.headline import headline
from analytics.measure.intervals import Interval
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings, words
from analytics.present.described import described
from analytics.present.selective import unseen_value_part
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.costs import held_costs
from pages._frame.metric import choose_metric, leading_metric, metric_to_address, offered_metrics
from pages._frame.reference import reference_and_production
from pages._frame.render import escaped, sentence, table_downloads

_HEADLINE = ("error_rate", "recall", "precision", "prevalence", "selection_rate", "auroc")
_OF_ANSWERS = (
    *("accuracy", "mean_grade", "mae", "bias", "rmse", "interval_coverage", "smape"),
    *("ndcg", "mrr", "precision_at_k", "hit_rate", "mean_score", "brier", "ece"),
)
"""What follows them where rows are right or wrong, and no row is of a class."""
_NUMBER_WIDTH = 170
"""Pixels that a number needs: six stand in a row at 1440 pixels, three at 1024."""
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
    """Choose the metric that leads, on this page and the others, and return it; rows that are right or wrong have one."""
    if question.log.is_right_or_wrong:
        return "error_rate"
    leads = leading_metric(question, offered_metrics(question))
    shown = list(dict.fromkeys([*([COST] if held_costs(question) else []), *_LEADING, leads]))
    st.session_state[_METRIC] = leads
    metric = st.segmented_control(
        "What matters",
        shown,
        key=_METRIC,
        format_func=lambda name: METRICS[name].label,
        on_change=choose_metric,
        args=(_METRIC,),
        required=True,
    )
    metric_to_address(metric or leads)
    return metric or leads


@keeping("Weighing costs …", MODEST)
def _priced(_engine: Engine, question: Question, policy: Policy) -> PricedRows | None:
    """Return what the present threshold, flagging everybody and flagging nobody cost."""
    return priced_at_present(kept(cost_table, question, ()), policy)


def lead_text(answer: Overview, question: Question, metric: str) -> str:
    """Return the first sentences of the page."""
    policy = held_costs(question) if metric == COST else None
    priced = None if policy is None else kept(_priced, question, policy)
    return readings.overview_reading(replace(answer, priced=priced), question, _counted(question, metric))


def _counted(question: Question, metric: str) -> str:
    """Return the metric, in place of the cost that which leads without it."""
    return headline(*question.log.class_counts).metric if metric == COST else metric


def draw_change(question: Question, metric: str) -> None:
    """Say how far production is from the reference, where both are set."""
    changes, names = _changes(question)
    if names:
        counted = _counted(question, metric)
        sentence(readings.change_reading(counted, changes[counted], names))


def _changes(question: Question) -> tuple[dict[str, Interval | None], tuple[str, str] | None]:
    """Return by how much each metric is another one in production than in the reference, and what these are called."""
    sides = reference_and_production(question)
    if sides is None:
        return dict.fromkeys(METRICS), None
    before, after = (kept(overview, side) for side in sides)
    names = [name for name in METRICS if name in set(before.metrics["metric"])]
    return {name: change_between(before, after, name) for name in names}, side_names(sides)


def draw_headline(answer: Overview, question: Question) -> None:
    """Show six numbers with their intervals, their course and their change."""
    changes, names = _changes(question)
    known_metrics = set(answer.metrics["metric"])
    shown = [name for name in (*_HEADLINE, *_OF_ANSWERS) if name in known_metrics]
    shown = shown[: len(_HEADLINE)]
    grid = st.grid(len(shown), min_column_width=_NUMBER_WIDTH, border=True)
    for name in shown:
        value, low, high = answer.value(name)
        entry = described(name, is_right_or_wrong=question.log.is_right_or_wrong)
        change = changes[name]
        known = value is not None and low is not None and high is not None
        hidden = answer.selective if answer.selective is not None and answer.selective.hides(name) else None
        if hidden is not None:
            with grid.cell(), st.container(gap="xsmall"):
                st.metric(entry.label, "not known", help=f"{entry.definition} {entry.formula}")
                st.caption(escaped(unseen_value_part(hidden, name, value)))
            continue
        with grid.cell(), st.container(gap="xsmall"):
            st.metric(
                entry.label,
                words.metric_text(name, value),
                None if change is None else words.metric_difference(name, float(change.value)),
                _color_of(name, change),
                delta_arrow=_arrow_of(change),
                help=f"{entry.definition} {entry.formula}",
                chart_data=_course_of(answer, name),
            )
            st.caption(_interval_text(name, low, high) if known else f"Undefined: {entry.undefined}")
    if names:
        st.caption(escaped(f"Changes are from where {names[0]} to where {names[1]}."))


def _color_of(name: str, change: Interval | None) -> Literal["red", "green", "gray"]:
    """Return how a change is coloured: not at all where it is within chance or neither direction is better."""
    if change is None or METRICS[name].direction == "neither" or float(change.low) <= 0 <= float(change.high):
        return "gray"
    return "green" if (METRICS[name].direction == "higher") == (float(change.value) > 0) else "red"


def _arrow_of(change: Interval | None) -> Literal["up", "down", "off"]:
    """Return where a change points; its text has a true minus sign, which Streamlit takes for none."""
    if change is None or not float(change.value):
        return "off"
    return "up" if float(change.value) > 0 else "down"


def _course_of(answer: Overview, name: str) -> list[float] | None:
    """Return a metric over time for its small line; None where it is not followed."""
    followed = "error_rate" if name == "accuracy" else name
    if answer.trend is None or followed not in answer.trend.columns:
        return None
    values = answer.trend.drop_nulls("bucket").sort("bucket")[followed].drop_nulls().to_list()
    values = [1 - value for value in values] if name == "accuracy" else values
    return values if len(values) > 1 else None


def _interval_text(name: str, low: float | None, high: float | None) -> str:
    """Return the interval of a metric."""
    return words.between(words.metric_text(name, low), words.metric_text(name, high))


def counts_table(answer: Overview) -> pl.DataFrame:
    """Return the counts behind the confusion matrix, and how many rows those stand for where they stand for many."""
    rows = answer.rows or answer.counts
    found = {"Outcome": list(_COUNTS.values()), "Rows": [rows[name] for name in _COUNTS]}
    if answer.rows is not None:
        found["Standing for"] = [answer.counts[name] for name in _COUNTS]
    return pl.DataFrame(found)


def _unseen(answer: Overview, name: str) -> str:
    """Say what the labelled rows alone say of a metric that they do not show; empty where they do."""
    found = answer.selective
    if found is None or not found.hides(name):
        return ""
    text = unseen_value_part(found, name, answer.value(name)[0])
    return f"{text[:1].upper()}{text[1:]}."


def draw_all(answer: Overview, question: Question) -> None:
    """Show every metric of the registry behind one click."""
    with st.expander("All metrics with intervals and definitions"):
        is_kind = question.log.is_right_or_wrong
        unseen = {name: _unseen(answer, name) for name in answer.metrics["metric"]}
        entries = {name: described(name, is_right_or_wrong=is_kind) for name in answer.metrics["metric"]}
        rows = [
            {
                "Metric": entries[row["metric"]].label,
                "Value": "not known" if unseen[row["metric"]] else words.metric_text(row["metric"], row["value"]),
                "95 % interval": _interval_text(row["metric"], row["low"], row["high"])
                if row["low"] is not None and not unseen[row["metric"]]
                else "–",
                "Definition": f"{entries[row['metric']].definition} {unseen[row['metric']]}".strip()
                if row["value"] is not None
                else f"Undefined here: {entries[row['metric']].undefined}",
                "Formula": entries[row["metric"]].formula,
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
        table_downloads(answer.metrics, "metrics", key="metrics", title="All metrics")
    if not answer.areas_are_exact:
        st.caption("Areas under curves are computed on the score grid; ties inside its bins leave them a small bound.")
