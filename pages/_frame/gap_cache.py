"""The answers of the gap, kept as `cache` keeps the others."""

from __future__ import annotations

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.answer import gap as gap_answer
from analytics.answers.gap.inputs import Inputs, inputs
from analytics.answers.gap.joint import jointly
from analytics.answers.gap.sides import proposed_sides as proposed_sides_answer
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.gap.time import gap_time
from analytics.answers.question import Question
from analytics.measure.gap.density import Joint
from analytics.measure.gap.time import GapTime
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from pages._frame import cache, session

_Sides = tuple[tuple[str, str, float], tuple[str, str, float]]


@st.cache_data(max_entries=16, show_spinner="Comparing what came in …")
def _inputs(sides: _Sides, version: str) -> Inputs:
    engine = session.engine()
    return inputs(engine, sides_answer(engine, *(cache.asked(*side) for side in sides)))


@st.cache_data(max_entries=64, show_spinner="Splitting the change into parts …")
def _gap(sides: _Sides, version: str, metric: str, policy: str, by: tuple[str, ...]) -> Gap:
    engine, costs = session.engine(), Policy.from_text(policy).costs
    found = sides_answer(engine, *(cache.asked(*side) for side in sides))
    return gap_answer(engine, found, _inputs(sides, version), metric, costs=costs, by=by or None)


@st.cache_data(max_entries=64, show_spinner="Weighing all inputs together …")
def _gap_further(
    sides: _Sides, version: str, metric: str, policy: str, by: tuple[str, ...]
) -> tuple[Joint | None, GapTime | None]:
    found = _gap(sides, version, metric, policy, by)
    return jointly(found, _inputs(sides, version)), gap_time(session.engine(), found)


@st.cache_data(max_entries=64, show_spinner=False)
def _proposed_sides(key: str, cohort: str, threshold: float, version: str) -> tuple[str, str, str] | None:
    return proposed_sides_answer(session.engine(), cache.asked(key, cohort, threshold))


def proposed_sides(question: Question) -> tuple[str, str, str] | None:
    """Return the column and the two values that are called like an evaluation and production, where there are any."""
    return _proposed_sides(*cache.primitives(question), cache.scope(question.log))


def _gap_key(reference: Question, production: Question) -> tuple[_Sides, str]:
    """Return what identifies two sides."""
    return (
        cache.primitives(reference),
        cache.primitives(production),
    ), f"{cache.scope(reference.log)} {cache.scope(production.log)}"


def gap(
    reference: Question, production: Question, metric: str, costs: Costs, by: tuple[str, ...]
) -> tuple[Gap, Inputs]:
    """Return the change between two sides in parts, and what came in on both."""
    key = _gap_key(reference, production)
    return _gap(*key, metric, Policy(costs).to_text(), by), _inputs(*key)


def gap_further(
    reference: Question, production: Question, metric: str, costs: Costs, by: tuple[str, ...]
) -> tuple[Joint | None, GapTime | None]:
    """Return what all inputs do together, and the metric over time."""
    return _gap_further(*_gap_key(reference, production), metric, Policy(costs).to_text(), by)
