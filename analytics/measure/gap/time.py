"""A metric over time on both sides, and from when on it is another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from analytics.measure.calibration.breaks import LevelBreak, level_break
from analytics.measure.clusters import t_quantile
from analytics.measure.gap.constants import TOLD, Z_95
from analytics.measure.gap.metric import PLACES, GapMetric
from analytics.measure.intervals import FloatArray, ratio, wilson


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
        ``bucket, side, tp, fp, fn, tn``, in the order of time; where rows stand for many these are weighted, with
        ``rows_tp …`` behind them, and there or where rows belong together also ``n_units`` or ``n_rows`` and the products
        ``own:a:b`` of each two of them over units.
    metric : GapMetric
        One of confusion counts alone.
    """
    top, bottom, square = _sums(table, metric)
    value = ratio(top, bottom)
    units = _units(table)
    products = None if units is None else _products(table)
    error = np.sqrt(ratio(_variance(metric, value, (top, bottom, square), products), bottom**2))
    spread = np.full(len(value), Z_95)
    if units is not None:
        spread = t_quantile(units - 1, 0.95) * np.sqrt(ratio(units, units - 1))
    low, high = value - spread * error, value + spread * error
    if metric.is_share:  # which no interval leaves, and of which a bucket without errors says no more than its rows
        n = np.where(error > 0, ratio(value * (1 - value), error**2), bottom if units is None else units)
        bounds = wilson(value * n, n, quantile=spread)
        low, high = bounds.low, bounds.high
    behind = [pl.coalesce(f"rows_{name}", name) if f"rows_{name}" in table.columns else name for name in PLACES]
    shown = table.select("bucket", "side", n=pl.sum_horizontal(behind).cast(pl.Int64)).with_columns(
        value=pl.Series(value).fill_nan(None),
        low=pl.Series(low).fill_nan(None),
        high=pl.Series(high).fill_nan(None),
    )
    buckets = table["bucket"].unique().sort()
    overall = top.sum() / (bottom.sum() or 1.0)
    variance = _variance(metric, np.full(len(top), overall), (top, bottom, square), products)
    found = _break(table["bucket"], buckets, top - overall * bottom, bottom, variance)
    if found is None or not found.p_value < TOLD:
        return GapTime(every, shown, None, None)
    since = buckets[found.place]
    return GapTime(every, shown, since, found.p_value, since)


def _units(table: pl.DataFrame) -> FloatArray | None:
    """Return how many units, or weighted rows, are in each bucket; None where every row stands alone for itself."""
    held = [name for name in ("n_units", "n_rows") if name in table.columns]
    every = pl.sum_horizontal(list(PLACES))  # of the side whose rows stand alone
    return table.select(pl.coalesce(*held, every).cast(pl.Float64)).to_series().to_numpy() if held else None


def _products(table: pl.DataFrame) -> FloatArray:
    """Return the products of each two outcomes over units, shape (buckets, 4, 4)."""
    found = np.empty((table.height, len(PLACES), len(PLACES)))
    for row, first in enumerate(PLACES):
        for column, second in enumerate(PLACES):
            name = f"own:{first}:{second}"
            name = name if name in table.columns else f"own:{second}:{first}"
            alone = pl.col(first) if first == second else pl.lit(0.0)
            found[:, row, column] = table.select(pl.coalesce(name, alone).cast(pl.Float64)).to_series().to_numpy()
    return found


def _variance(
    metric: GapMetric,
    value: FloatArray,
    sums: tuple[FloatArray, FloatArray, FloatArray],
    products: FloatArray | None,
) -> FloatArray:
    """Return the variance of the numerator less so many times the denominator, in each bucket."""
    top, bottom, square = sums
    if products is None:
        return np.asarray((square - 2 * value * top + value**2 * bottom).clip(min=0))
    each = np.array([[part[place] for place in PLACES.values()] for part in (metric.top, metric.bottom)])
    gradient = each[0] - value[:, None] * each[1]
    return np.asarray(np.einsum("bi,bij,bj->b", gradient, products, gradient).clip(min=0), dtype=float)


def _break(
    rows: pl.Series, buckets: pl.Series, deviation: FloatArray, bottom: FloatArray, variance: FloatArray
) -> LevelBreak | None:
    """Find where the level changes; None where the sides overlap in time, so that there is no one level."""
    if buckets.len() < len(rows) - 1:  # the sides may meet in one bucket
        return None
    place = buckets.search_sorted(rows).to_numpy()
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
