"""Estimators that read sums by slice: a mean, and a share, of what rows of a kind of log hold beside their counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.measure.estimators import Bounds, Estimator
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import Estimate, FloatArray, Interval, mean_interval, wilson


@dataclass(frozen=True)
class SumMean(Estimator):
    """A mean over the judged rows, from sums by slice: Student's t."""

    of: Callable[[Mapping[str, FloatArray], FloatArray], Estimate]
    sums: frozenset[str]
    counted: str | None = None
    reads_sums = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a mean; ``counted`` is the sum that counts its rows, where these are not all that are judged."""
        n = known.counts.judged if self.counted is None else known.sums[self.counted]
        return mean_interval(self.of(known.sums, n), n, level, bounds)


@dataclass(frozen=True)
class SumShare(Estimator):
    """A share of the judged rows that a sum counts: Wilson's interval."""

    successes: str
    counted: str | None = None
    reads_sums = True

    @property
    def sums(self) -> frozenset[str]:  # type: ignore[override]
        """What it reads: the rows that count, and those that could where these are not all that are judged."""
        return frozenset({self.successes} if self.counted is None else {self.successes, self.counted})

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a share."""
        n = known.counts.judged if self.counted is None else known.sums[self.counted]
        return wilson(known.sums[self.successes], n, level)
