"""Estimators that read sums by slice: a mean, and a share, of what rows of a kind of log hold beside their counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.measure.clusters import t_quantile
from analytics.measure.estimators import Bounds, Estimator
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import Estimate, FloatArray, Interval, mean_interval, ratio, wilson

_Sums = Mapping[str, FloatArray]


def jackknifed(known: Evidence, function: Callable[[_Sums, FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the standard error of a function of sums by leaving one random group out at a time, and its degrees of freedom.

    Groups hold whole units, or rows that stand for many (delete-a-group jackknife, Kott 2001, J. Official Statistics 17:521-526).
    """
    assert known.groups is not None
    held = {name: values.sum(axis=0) - values for name, values in known.groups.items()}
    judged = held.pop("judged")
    values = function(held, judged)
    with_rows = known.groups["judged"] > 0
    n = with_rows.sum(axis=0)
    middle = ratio(np.where(with_rows, np.nan_to_num(values), 0.0).sum(axis=0), n)
    spread = (np.where(with_rows, values - middle, 0.0) ** 2).sum(axis=0)
    return np.sqrt(ratio((n - 1) * spread, n)), (n - 1).astype(np.float64)


@dataclass(frozen=True)
class SumMean(Estimator):
    """A mean over the judged rows, from sums by slice: Student's t; where rows belong together that of random groups."""

    of: Callable[[Mapping[str, FloatArray], FloatArray], Estimate]
    sums: frozenset[str]
    counted: str | None = None
    reads_sums = True
    reads_groups = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a mean; ``counted`` is the sum that counts its rows, where these are not all that are judged."""
        n = known.counts.judged if self.counted is None else known.sums[self.counted]
        estimate = self.of(known.sums, n)
        if known.groups is None:
            return mean_interval(estimate, n, level, bounds)

        def value(sums: _Sums, judged: FloatArray) -> FloatArray:
            return self.of(sums, judged if self.counted is None else sums[self.counted]).value

        error, freedom = jackknifed(known, value)
        reach = t_quantile(freedom.clip(min=1), level) * np.where(freedom > 0, error, np.nan)
        low, high = estimate.value - reach, estimate.value + reach
        return Interval(estimate.value, low.clip(min=bounds[0]), high.clip(max=bounds[1]))


@dataclass(frozen=True)
class SumShare(Estimator):
    """A share of the judged rows that a sum counts: Wilson's interval; where rows belong together of what these are worth."""

    successes: str
    counted: str | None = None
    reads_sums = True
    reads_groups = True

    @property
    def sums(self) -> frozenset[str]:  # type: ignore[override]
        """What it reads: the rows that count, and those that could where these are not all that are judged."""
        return frozenset({self.successes} if self.counted is None else {self.successes, self.counted})

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a share."""
        n = known.counts.judged if self.counted is None else known.sums[self.counted]
        if known.groups is None:
            return wilson(known.sums[self.successes], n, level)

        def value(sums: _Sums, judged: FloatArray) -> FloatArray:
            return ratio(sums[self.successes], judged if self.counted is None else sums[self.counted])

        error, freedom = jackknifed(known, value)
        share = np.nan_to_num(ratio(known.sums[self.successes], n)).clip(0, 1)
        worth = np.where((share > 0) & (share < 1) & (error > 0), ratio(share * (1 - share), error**2), freedom + 1)
        worth = np.where(n > 0, np.nan_to_num(worth), 0.0)
        return wilson(share * worth, worth, level, t_quantile(freedom.clip(min=1), level))
