"""A threshold for each slice of a column."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.answers.thresholds.by_slice import slice_policy
from analytics.measure.thresholds.by_slice import Pooling, Rule
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings
from analytics.present.readings.thresholds_by_slice import RULES
from analytics.present.tables.thresholds import slice_policy_frame
from pages._frame import address
from pages._frame.render import sentence, table_downloads
from pages._frame.tables import number_table
from pages._thresholds.costs import cost_table_of


def draw_slices(answer: ThresholdAnswer, question: Question, policy: Policy) -> None:
    """Show a threshold for every slice of a column, each with its small cost curve."""
    st.subheader("A threshold for each slice")
    segments = list(question.log.mapping.segments)
    address.seed_choice("per", segments)
    by, rule, pooling = _slice_controls(segments)
    if by is None:
        st.caption("Choose a column to see whether thresholds of their own would be worth it.")
        return
    found = slice_policy(cost_table_of(question, (by,)), policy.costs, rule, pooling)
    sentence(readings.slice_policy_reading(found, answer))
    if answer.limits.given:
        st.caption("Capacity and limits are not applied slice by slice.")
    table = slice_policy_frame(found)
    labels = {
        "n_judged": "Judged rows",
        "threshold": "Threshold",
        "cost": "Cost",
        "cost_single": "Cost with the single one",
        "saving": "Saved on these rows",
        "recall": "Recall",
        "fpr": "FPR",
        "selection_rate": "Selection rate",
        "few_rows": "Few rows",
    }
    shares = ("recall", "fpr", "selection_rate")
    config = {name: st.column_config.NumberColumn(label, format="localized") for name, label in labels.items()}
    config |= {name: st.column_config.NumberColumn(labels[name], format="percent") for name in shares}
    config |= {
        "threshold": st.column_config.NumberColumn("Threshold", format="%.4g"),
        "few_rows": st.column_config.CheckboxColumn("Few rows"),
        "curve": st.column_config.LineChartColumn("Cost along the score"),
    }
    number_table(table, hide_index=True, column_config=config, alt="Threshold, cost and rates of each slice")
    st.caption("Costs and what is saved are over the whole cohort and in sample; the curves have scales of their own.")
    table_downloads(
        table.drop("curve"), "slice_thresholds", key="slice_thresholds", title="Threshold, cost and rates of each slice"
    )


def _slice_controls(segments: list[str]) -> tuple[str | None, Rule, Pooling]:
    """Draw the choice of column, rule and pooling; all stand in the address."""
    places = st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    by = places[0].selectbox(
        "Slice by", segments, index=None, key="per", bind="query-params", placeholder="A segment column"
    )
    rule = places[1].selectbox(
        "Give each slice", list(RULES), key="rule", bind="query-params", format_func=RULES.__getitem__
    )
    support = places[2].number_input(
        "Min. rows",
        1,
        value=Pooling.min_support,
        step=10,
        key="slice_rows",
        bind="query-params",
        help="Slices with fewer judged rows keep the single threshold.",
    )
    pseudo = places[3].number_input(
        "Pooled rows",
        0,
        value=int(Pooling.pseudo_rows),
        step=50,
        key="pooled",
        bind="query-params",
        help="Each slice is joined by so many rows of the whole cohort's distribution.",
    )
    chosen: Rule = rule if rule in get_args(Rule) else "own-optimum"  # type: ignore[assignment]
    return by, chosen, Pooling(int(support), float(pseudo))
