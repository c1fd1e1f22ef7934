"""The band between two thresholds, in which a person looks."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, human_band
from analytics.measure.thresholds.human_band import Band, Reviewer
from analytics.measure.thresholds.policy import DAYS, Policy
from analytics.present import readings
from analytics.query.engine import Engine
from pages._frame.cache import keeping, kept
from pages._frame.render import escaped, sentence
from pages._thresholds.costs import at_any_edge, cost_table_of


@keeping()
def _band(_engine: Engine, question: Question, policy: Policy, reviewer: Reviewer) -> Band:
    """Return the best of some two million pairs of thresholds."""
    return human_band(cost_table_of(question), policy, reviewer)


def draw_band(answer: ThresholdAnswer, question: Question, policy: Policy) -> None:
    """Show two thresholds between which a person looks."""
    st.subheader("A person looks at what is in between")
    cost, wrong, capacity = st.columns(3, vertical_alignment="bottom")
    look = cost.number_input(
        f"A look costs ({escaped(policy.unit or 'units')})",
        value=0.25,
        step=0.05,
        key="look",
        bind="query-params",
        format="%.6g",
    )
    error = wrong.number_input(
        "A person is wrong on, % of rows", 0.0, 100.0, 5.0, 1.0, key="look_error", bind="query-params", format="%.6g"
    )
    limit = capacity.number_input(
        "Looks per week at most",
        0.0,
        None,
        None,
        10.0,
        key="looks",
        bind="query-params",
        format="%.6g",
        placeholder="no limit",
        disabled=not answer.days,
    )
    rows = None if limit is None or not answer.days else limit * answer.days / DAYS["week"]
    reviewer = Reviewer(float(look or 0.0), float(error or 0.0) / 100, rows)
    band = kept(_band, at_any_edge(question), replace(policy, threshold=None), reviewer)
    sentence(readings.band_reading(band, reviewer, answer))
    if answer.limits.given:
        st.caption(escaped("Limits of the single threshold are not applied to the band."))
