"""The change in parts: what is kept of it, its two sides in words, how it is computed, and its course over time."""

from __future__ import annotations

from math import nan

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.sides import sides
from analytics.answers.labels import selective_of
from analytics.answers.labels_answer import labels, unripe_from
from analytics.answers.question import Question, score_table
from analytics.measure.estimates import estimate_table
from analytics.measure.gap.metric import COST
from analytics.measure.gap.time import GapTime
from analytics.measure.labels.judged import matured_metrics
from analytics.present import figures, readings, words
from analytics.present.selective import selective_caution
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import escaped, figure, sentence

_MATURED = (
    "Up to which day the metric of production may be trusted, and what all labels of later days will say, as on Labels."
)


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


def draw_reading(gap: Gap, reference: Question, production: Question) -> None:
    """Say what made production worse, behind what labels do not show and what undoes it, and what the two sides are."""
    unseen = selective_caution(kept(selective_of, production))
    cautioned_sentence(f"{unseen} {readings.gap_reading(gap)}".strip(), reference, production)
    before, after = (words.shortened(name, 160) for name in gap.sides.short_names())
    flow = gap.waterfall
    st.caption(
        escaped(
            f"Reference: {before} ({words.plural(flow.n_reference, 'judged row')}). Production: {after} "
            f"({words.plural(flow.n_production, 'judged row')})."
        )
    )


def draw_matured(production: Question, metric: str) -> None:
    """Offer what all labels together will say of production; nothing where none is to come, or the metric cannot be matured."""
    log = production.log
    if log.mapping.label_time is None or metric not in matured_metrics(log.mapping.kind):
        return
    if kept(unripe_from, production) is None or not st.toggle(
        "As all labels will say", key="gap_matured", help=_MATURED
    ):
        return
    sentence(readings.labels_reading(kept(labels, production, metric)))


def draw_method(gap: Gap) -> None:
    """Say how the parts are computed, behind one click."""
    with st.expander("How this was computed", key="gap_method"):
        sentence(readings.how_reading(gap))


def draw_time(gap: Gap, time: GapTime | None) -> None:
    """Show the metric over time on both sides, and what labels to come make of it."""
    if time is None:
        return
    production = gap.sides.production
    is_open = production.log.mapping.label_time is not None
    since = kept(unripe_from, production) if is_open else None
    figure(
        figures.gap_trend(gap, time, since),
        f"{readings.unripe_reading(time.table, since)}{readings.gap_time_reading(gap, time)}",
        "gap_time",
        alt="The metric over time on both sides",
        table=time.table,
    )
