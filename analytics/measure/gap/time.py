"""A metric over time on both sides, and from when on it is another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from analytics.measure.calibration.breaks import LevelBreak, level_break
from analytics.measure.gap.constants import TOLD, Z_95
from analytics.measure.gap.metric import PLACES, GapMetric
from analytics.measure.intervals import FloatArray, ratio


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
    p_value : float or None
        Of that break, adjusted for looking at every bucket.
    bucket : datetime or None
        That bucket.
    """

    every: str
    table: pl.DataFrame
    since: datetime | None
    p_value: float | None
    bucket: datetime | None = None

    @property
    def is_with_production(self) -> bool:
        """Whether the metric is another one from the bucket on in which production begins."""
        starts = self.table.filter(pl.col("side") == "production")["bucket"].min()
        return self.bucket is not None and self.bucket == starts

    @property
    def is_from_the_start(self) -> bool:
        """Whether the metric is another one from production's first bucket on, and the sides do not meet in it."""
        judged = self.table.drop_nulls("value")
        starts = judged.filter(pl.col("side") == "production")["bucket"].min()
        meets = judged.filter(pl.col("side") == "reference")["bucket"].to_list()
        return self.bucket is not None and self.bucket == starts and self.bucket not in meets


def gap_time(every: str, table: pl.DataFrame, metric: GapMetric) -> GapTime:
    """Give a metric in each bucket, and where it breaks if it clearly does.

    Parameters
    ----------
    every : str
        The bucket: 1h, 1d, 1w or 1mo.
    table : polars.DataFrame
        ``bucket, side, tp, fp, fn, tn``, in the order of time.
    metric : GapMetric
        One of confusion counts alone.
    """
    top, bottom, square = _sums(table, metric)
    value = ratio(top, bottom)
    error = np.sqrt(ratio((square - 2 * value * top + value**2 * bottom).clip(min=0), bottom**2))
    shown = table.select("bucket", "side", n=pl.sum_horizontal("tp", "fp", "fn", "tn")).with_columns(
        value=pl.Series(value).fill_nan(None),
        low=pl.Series(value - Z_95 * error).fill_nan(None),
        high=pl.Series(value + Z_95 * error).fill_nan(None),
    )
    buckets = table["bucket"].unique().sort()
    found = _break(table["bucket"], buckets, top, bottom, square)
    if found is None or not found.p_value < TOLD:
        return GapTime(every, shown, None, None)
    since = buckets[found.place]
    return GapTime(every, shown, since, found.p_value, since)


def _break(
    rows: pl.Series, buckets: pl.Series, top: FloatArray, bottom: FloatArray, square: FloatArray
) -> LevelBreak | None:
    """Find where the level changes; None where the sides overlap in time, so that there is no one level."""
    if buckets.len() < len(rows) - 1:  # the sides may meet in one bucket
        return None
    place = buckets.search_sorted(rows).to_numpy()
    overall = top.sum() / max(bottom.sum(), 1.0)
    deviation = top - overall * bottom
    variance = (square - 2 * overall * top + overall**2 * bottom).clip(min=0)
    return level_break(
        *(np.bincount(place, values, buckets.len()).astype(float) for values in (deviation, variance, bottom))
    )


def _sums(table: pl.DataFrame, metric: GapMetric) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return numerator, denominator and the sum of squared numerators of a metric for each bucket."""
    top, bottom, square = (np.zeros(table.height) for _ in range(3))
    for name, place in PLACES.items():
        count = table[name].to_numpy().astype(float)
        top += count * metric.top[place]
        bottom += count * metric.bottom[place]
        square += count * metric.top[place] ** 2
    return top, bottom, square
