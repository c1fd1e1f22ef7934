"""The change in parts: what is kept of it, its two sides in words, how it is computed, and its course over time."""

from __future__ import annotations

from math import nan

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.sides import sides
from analytics.answers.question import Question, score_table
from analytics.measure.estimates import estimate_table
from analytics.measure.gap.metric import COST
from analytics.measure.gap.time import GapTime
from analytics.present import figures, readings, words
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.render import escaped, figure, sentence


@keeping(max_entries=MODEST)
def ends(engine: Engine, reference: Question, production: Question, metric: str) -> tuple[float, float]:
    """Return the metric on both sides, which is known long before its parts; NaN where it has no value."""
    found = []
    for question in sides(engine, reference, production).questions:
        scores = score_table(engine, question, (), (metric,), is_weighted=True)
        table = estimate_table(
            scores.frame,
            scores.edges,
            by=(),
            threshold_bin=scores.threshold_bin,
            metrics=(metric,),
            is_probability=question.log.is_probability,
            is_right_or_wrong=question.log.is_right_or_wrong,
        )
        value = table[metric][0]
        found.append(nan if value is None else float(value))
    return found[0], found[1]


def draw_ends(reference: Question, production: Question, metric: str) -> None:
    """Say the metric on both sides until its parts are known."""
    if metric != COST:
        sentence(readings.ends_reading(metric, *kept(ends, reference, production, metric)))


def draw_names(gap: Gap) -> None:
    """Say in words what the two sides are."""
    before, after = (words.shortened(name, 160) for name in gap.sides.names())
    flow = gap.waterfall
    st.caption(
        escaped(
            f"Reference: {before} ({words.plural(flow.n_reference, 'judged row')}). Production: {after} "
            f"({words.plural(flow.n_production, 'judged row')})."
        )
    )


def draw_method(gap: Gap) -> None:
    """Say how the parts are computed, behind one click."""
    with st.expander("How this was computed", key="gap_method"):
        sentence(readings.how_reading(gap))


def draw_time(gap: Gap, time: GapTime | None) -> None:
    """Show the metric over time on both sides."""
    if time is None:
        return
    figure(
        figures.gap_trend(gap, time),
        readings.gap_time_reading(gap, time),
        "gap_time",
        alt="The metric over time on both sides",
        table=time.table,
    )
