"""The difference of one metric on both sides, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import polars as pl
from scipy import special

from analytics.measure.intervals import normal_quantile
from analytics.measure.metrics import METRICS

COST = "cost"
"""The name of the cost per row, which is no metric of the registry."""


@dataclass(frozen=True)
class Spread:
    """How sure a difference is by linearisation over units, or over rows that stand for many.

    Attributes
    ----------
    standard_error, freedom : float
        NaN and 0 where it is not known.
    """

    standard_error: float
    freedom: float


@dataclass(frozen=True)
class Difference:
    """One metric on both sides.

    Attributes
    ----------
    metric : str
    live, candidate : float
    difference, low, high : float
        The candidate's value less the live one, with its interval.
    standard_error, p_value : float
    n : float
        Pairs that it is about.
    method : str
        How the interval was found, or why there is none.
    """

    metric: str
    live: float
    candidate: float
    difference: float
    low: float
    high: float
    standard_error: float
    p_value: float
    n: float
    method: str

    @property
    def improvement(self) -> tuple[float, float, float]:
        """How much better the candidate is, with its interval: the difference, turned where lower is better."""
        if direction_of(self.metric) == "lower":
            return -self.difference, -self.high, -self.low
        return self.difference, self.low, self.high


def direction_of(metric: str) -> str:
    """Say which way a metric is better.

    >>> direction_of("recall"), direction_of("cost")
    ('higher', 'lower')
    """
    return "lower" if metric == COST else METRICS[metric].direction


def undefined(metric: str, live: float, candidate: float, n: float, why: str = "undefined") -> Difference:
    """Return a difference without an interval, and why it has none."""
    return Difference(metric, live, candidate, candidate - live, nan, nan, nan, nan, n, why)


def normal(metric: str, live: float, candidate: float, error: float, n: float, method: str, level: float) -> Difference:
    """Bound a difference by its standard error and the normal distribution."""
    value, reach = candidate - live, normal_quantile(level) * error
    return Difference(
        metric, live, candidate, value, value - reach, value + reach, error, _normal_p(value, error), n, method
    )


def student(metric: str, live: float, candidate: float, spread: Spread | None, n: float, level: float) -> Difference:
    """Bound a difference by its linearised standard error and Student's t."""
    value = candidate - live
    if spread is None or not spread.freedom > 0 or isnan(spread.standard_error) or isnan(value):
        return undefined(metric, live, candidate, n)
    error, freedom = spread.standard_error, spread.freedom
    reach = float(special.stdtrit(freedom, (1 + level) / 2)) * error
    p = student_p(value, error, freedom)
    return Difference(metric, live, candidate, value, value - reach, value + reach, error, p, n, "linearised")


def student_p(value: float, error: float, freedom: float) -> float:
    """Return the two-sided p-value of a difference with its standard error."""
    if not error > 0:
        return 1.0 if value == 0 else 0.0
    return 2 * float(special.stdtr(freedom, -abs(value) / error))


def _normal_p(value: float, error: float) -> float:
    if not error > 0:
        return 1.0 if value == 0 else nan
    return 2 * float(special.ndtr(-abs(value) / error))


def difference_table(found: Sequence[Difference]) -> pl.DataFrame:
    """Return differences as a table, one row per metric, with the fields of `Difference` as columns."""
    names = list(Difference.__dataclass_fields__)
    rows = [[getattr(each, name) for name in names] for each in found]
    kinds = {name: pl.String if name in ("metric", "method") else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=kinds, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))
