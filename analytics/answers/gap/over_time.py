"""What further speaks for a cause: all inputs together, and the date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import LABEL, SCORE, Inputs
from analytics.answers.overview import bucket
from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.measure.calibration.breaks import LevelBreak, level_break
from analytics.measure.gap.density import Joint, joint_effect
from analytics.measure.gap.metric import PLACES, GapMetric
from analytics.measure.intervals import FloatArray, ratio
from analytics.query.engine import Engine

_SIGNIFICANT = 0.05
_MAX_JOINT_ROWS = 10_000
_MIN_JOINT_ROWS = 200
_BUCKETS = ("1h", "1d", "1w", "1mo")


@dataclass(frozen=True)
class GapTime:
    """A metric over time on both sides.

    Attributes
    ----------
    every : str
        The bucket: 1h, 1d, 1w or 1mo.
    table : DataFrame
        ``bucket, side`` (reference or production), ``n`` (judged rows), ``value, low, high``.
    since : datetime or None
        From when on the metric is another one, where it is: the start of a bucket, or the first day of production in it.
    bucket : datetime or None
        That bucket.
    p_value : float or None
        Of that break, adjusted for looking at every bucket.
    """

    every: str
    table: pl.DataFrame
    since: datetime | None
    p_value: float | None
    bucket: datetime | None = None

    @property
    def is_from_the_start(self) -> bool:
        """Whether the metric is another one from production's first bucket on, and the sides do not meet in it."""
        held = self.table.drop_nulls("value")
        starts = held.filter(pl.col("side") == "production")["bucket"].min()
        return (
            self.bucket is not None
            and self.bucket == starts
            and self.bucket not in held.filter(pl.col("side") == "reference")["bucket"].to_list()
        )


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
    table = pl.concat(frames).sort("bucket", "side")
    top, bottom, square = _sums_over_time(table, metric)
    value = ratio(top, bottom)
    overall = top.sum() / max(bottom.sum(), 1.0)
    error = np.sqrt(ratio((square - 2 * value * top + value**2 * bottom).clip(min=0), bottom**2))
    found: LevelBreak | None = None
    buckets = table["bucket"].unique().sort()
    if buckets.len() >= table.height - 1:  # the sides may meet in one bucket; where they overlap, there is no one level
        place = buckets.search_sorted(table["bucket"]).to_numpy()
        deviation = top - overall * bottom
        variance = (square - 2 * overall * top + overall**2 * bottom).clip(min=0)
        sums = [np.bincount(place, values, buckets.len()).astype(float) for values in (deviation, variance, bottom)]
        found = level_break(*sums)
    is_clear = found is not None and found.p_value < _SIGNIFICANT
    shown = table.select("bucket", "side", n=pl.sum_horizontal("tp", "fp", "fn", "tn")).with_columns(
        value=pl.Series(value).fill_nan(None),
        low=pl.Series(value - 1.96 * error).fill_nan(None),
        high=pl.Series(value + 1.96 * error).fill_nan(None),
    )
    since = buckets[found.place] if found is not None and is_clear else None
    starts = shown.filter(pl.col("side") == "production")["bucket"].min()
    first = since
    if since is not None and since == starts:
        days = engine.time_table(
            questions[1].log, questions[1].cohort, questions[1].threshold, min(every, "1d", key=_BUCKETS.index)
        )
        first = days["bucket"].drop_nulls().min()
    return GapTime(every, shown, first, found.p_value if found is not None and is_clear else None, since)


def _sums_over_time(table: pl.DataFrame, metric: GapMetric) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return numerator, denominator and the sum of squared numerators of a metric for each bucket."""
    top, bottom, square = (np.zeros(table.height) for _ in range(3))
    for name, place in PLACES.items():
        count = table[name].to_numpy().astype(float)
        top += count * metric.top[place]
        bottom += count * metric.bottom[place]
        square += count * metric.top[place] ** 2
    return top, bottom, square


def jointly(gap: Gap, inputs: Inputs) -> Joint | None:
    """Answer "what do production's inputs do, all together?" on a sample; None without inputs or with too few rows.

    Columns by which nothing differs on either side are left out: other values of them are no other rows.
    """
    left_out = {name for name, _ in gap.left_out} | set(gap.columns.filter(~pl.col("matters"))["column"])
    names = [pair[0].name for pair in gap.sides.inputs if pair[0].name not in left_out and _is_readable(*pair)]
    rows = [_thinned(frame) for frame in inputs.rows]
    if not names or min(frame.height for frame in rows) < _MIN_JOINT_ROWS or gap.metric.is_by_amount.any():
        return None
    top, bottom = _row_values(rows[0], gap.metric, gap.sides.reference.threshold)
    return joint_effect(rows[0].select(names), rows[1].select(names), top, bottom)


def _is_readable(first: Column, second: Column) -> bool:
    """Whether a classifier can read a pair of columns: numbers, or text with few enough values."""
    return first.kind == "number" or max(first.n_distinct, second.n_distinct) <= MAX_SEGMENT_VALUES


def _thinned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return evenly spread rows, at most about 10,000."""
    return frame.gather_every(max(1, -(-frame.height // _MAX_JOINT_ROWS)))


def _row_values(rows: pl.DataFrame, metric: GapMetric, threshold: float) -> tuple[FloatArray, FloatArray]:
    """Return what each row adds to numerator and denominator, NaN where it is not judged."""
    score = rows[SCORE].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    label = rows[LABEL].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    judged = ~(np.isnan(score) | np.isnan(label))
    if metric.is_loss:
        return np.where(judged, (score - label) ** 2, np.nan), np.where(judged, 1.0, np.nan)
    flagged, positive = (score >= threshold).astype(int), np.nan_to_num(label).astype(int)
    return tuple(np.where(judged, part[flagged, positive], np.nan) for part in (metric.top, metric.bottom))  # type: ignore[return-value]
