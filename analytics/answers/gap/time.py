"""Since when production is worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from analytics.answers.gap.answer import Gap
from analytics.answers.overview import bucket
from analytics.measure.gap.time import GapTime
from analytics.measure.gap.time import gap_time as measured
from analytics.query.engine import Engine

_BUCKETS = ("1h", "1d", "1w", "1mo")


def gap_time(engine: Engine, gap: Gap) -> GapTime | None:
    """Answer "since when?"; None where a side has no times, or the metric needs more than confusion counts."""
    questions, metric = gap.sides.questions, gap.metric
    spans = [bucket(question.log) for question in questions]
    if None in spans or metric.is_loss or metric.is_by_amount.any():
        return None
    every = max((span for span in spans if span), key=_BUCKETS.index)
    frames = []
    for question, name in zip(questions, ("reference", "production"), strict=True):
        frame = engine.time_table(question.log, question.cohort, question.threshold, every).drop_nulls("bucket")
        frames.append(frame.with_columns(side=pl.lit(name)))
    found = measured(every, pl.concat(frames).sort("bucket", "side"), metric)
    if not found.is_with_production:
        return found
    after, finer = gap.sides.production, min(every, "1d", key=_BUCKETS.index)
    days = engine.time_table(after.log, after.cohort, after.threshold, finer)
    first: datetime | None = days["bucket"].drop_nulls().min()  # type: ignore[assignment]
    return replace(found, since=first)
