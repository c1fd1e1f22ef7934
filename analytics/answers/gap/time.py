"""Since when production is worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from analytics.answers.gap.answer import Gap
from analytics.answers.overview import bucket
from analytics.answers.question import Question
from analytics.measure.counts import COUNT_COLUMNS
from analytics.measure.gap.time import GapTime
from analytics.measure.gap.time import gap_time as measured
from analytics.query.clusters import clusters_of
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
        frames.append(_outcomes(engine, question, every).with_columns(side=pl.lit(name)))
    if any("rows_n" in frame.columns for frame in frames):
        frames = [frame if "rows_n" in frame.columns else _behind_itself(frame) for frame in frames]
    found = measured(every, pl.concat(frames, how="diagonal").sort("bucket", "side"), metric)
    if not found.is_with_production:
        return found
    after, finer = gap.sides.production, min(every, "1d", key=_BUCKETS.index)
    days = engine.time_table(after.log, after.cohort, after.threshold, finer)
    first: datetime | None = days["bucket"].drop_nulls().min()  # type: ignore[assignment]
    return replace(found, since=first)


def _behind_itself(table: pl.DataFrame) -> pl.DataFrame:
    """Return counts of rows as weighted ones of rows that each stand for itself."""
    counts = [name for name in COUNT_COLUMNS if name in table.columns]
    rows = [pl.col(name).alias(f"rows_{name}") for name in counts]
    return table.with_columns(*rows, pl.col(counts).cast(pl.Float64))


def _outcomes(engine: Engine, question: Question, every: str) -> pl.DataFrame:
    """Count outcomes by bucket, as rows are weighted, with what units have in common where rows do not stand alone."""
    asked = question.log, question.cohort, question.threshold
    table = engine.time_table(*asked, every, is_weighted=True).drop_nulls("bucket")
    clusters = clusters_of(engine, *asked, every=every, is_weighted=True)
    if clusters is None:
        return table
    kept = clusters.select("bucket", pl.col("^(n_units|n_rows)$"), pl.col("^own:.*$"))
    return table.join(kept, on="bucket", how="left", maintain_order="left")
