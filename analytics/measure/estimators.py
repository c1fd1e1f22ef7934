"""How metrics are estimated: each estimator says what it reads, and gives the interval and the p-value of a difference."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from scipy import special

from analytics.measure.comparisons import proportion_p_value
from analytics.measure.counts import Counts
from analytics.measure.intervals import (
    REPLICATES,
    Estimate,
    FloatArray,
    Interval,
    difference,
    difference_p_value,
    logit_interval,
    mean_interval,
    percentile_interval,
    poisson_bootstrap,
    ratio,
    wilson,
)
from analytics.measure.score_bins import ScoreBins

CountFunction = Callable[[Counts], FloatArray]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Evidence:
    """What is known of a run of slices: counts, score bins and Poisson replicates of tp, fp, fn and tn.

    `bins` and `draws` (slices, 4, replicates) are None when no metric needs them. `sums` are further sums over the judged rows.
    """

    counts: Counts
    bins: ScoreBins | None
    draws: FloatArray | None
    sums: Mapping[str, FloatArray] = field(default_factory=dict)

    def __sub__(self, part: Evidence) -> Evidence:
        bins = None if self.bins is None or part.bins is None else self.bins - part.bins
        draws = None if self.draws is None or part.draws is None else self.draws - part.draws
        sums = {name: values - part.sums[name] for name, values in self.sums.items()}
        return Evidence(self.counts - part.counts, bins, draws, sums)


@dataclass(frozen=True)
class Sides:
    """Slices and their complements, with their intervals at one level; `total` is both together."""

    known: Evidence
    complement: Evidence
    total: Evidence
    own: Interval
    other: Interval
    level: float


class Estimator(ABC):
    """How a metric is computed, bounded and compared.

    Attributes
    ----------
    sums : frozenset of str
        Columns of the score table that it reads besides the counts.
    reads_bins, reads_draws, reads_sums : bool
        Whether it reads the counts score by score, replicates of the counts at one threshold, or sums by slice.
    is_sharper_by_score : bool
        Whether the value or its interval is exact only where each distinct score has a bin of its own.
    """

    sums: frozenset[str] = frozenset()
    reads_bins: ClassVar[bool] = False
    reads_draws: ClassVar[bool] = False
    reads_sums: ClassVar[bool] = False
    is_sharper_by_score: bool = False

    @abstractmethod
    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Estimate every slice of the evidence; ``bounds`` is the range of the metric."""

    def p_value(self, sides: Sides) -> FloatArray:
        """Test slices against their complements; by default read off the interval of the difference."""
        return difference_p_value(difference(sides.own, sides.other), sides.level)


@dataclass(frozen=True)
class CountRatio(Estimator):
    """A ratio of two functions of the confusion counts at one threshold."""

    numerator: CountFunction
    denominator: CountFunction

    def value(self, counts: Counts) -> FloatArray:
        """Compute the ratio; NaN where the denominator is 0."""
        return ratio(self.numerator(counts), self.denominator(counts))


class Proportion(CountRatio):
    """A share of rows: Wilson's interval; the pooled z-test, or Fisher's where few are expected."""

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a proportion of the counts."""
        return wilson(self.numerator(known.counts), self.denominator(known.counts), level)

    def p_value(self, sides: Sides) -> FloatArray:
        """Test two proportions."""
        tables = (sides.known.counts, sides.complement.counts)
        return proportion_p_value(*(count(counts) for counts in tables for count in (self.numerator, self.denominator)))


class Bootstrapped(CountRatio):
    """Another function of the counts: percentiles of Poisson replicates."""

    reads_draws = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a function of the counts."""
        assert known.draws is not None
        # An empty cell is drawn with mean 1 (the rule of three): 5 right out of 5 is no proof of a perfect score.
        spare = poisson_bootstrap(np.ones(4), REPLICATES, np.random.default_rng(0))
        draws = np.where(cells_of(known.counts)[..., None] == 0, spare, known.draws)
        tp, fp, fn, tn = np.moveaxis(draws, 1, 0)
        drawn = Counts(tp, tp, tp, tp, tp, tp, tp, tp, fp, fn, tn)
        return percentile_interval(self.value(known.counts), self.value(drawn), level)


@dataclass(frozen=True)
class Mean(Estimator):
    """A mean over the judged rows, from sums of the bins: Student's t, and no surer than all rows' variance allows."""

    of: Callable[[ScoreBins], Estimate]
    sums: frozenset[str]
    is_sharper_by_score: bool = False
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a mean."""
        assert known.bins is not None
        return mean_interval(self.of(known.bins), known.counts.judged, level, bounds)

    def p_value(self, sides: Sides) -> FloatArray:
        """Test with the variance of all rows too: a slice that by chance holds no large loss underrates its own."""
        assert sides.total.bins is not None
        n = sides.total.counts.judged
        variance = self.of(sides.total.bins).standard_error ** 2 * n
        error = np.sqrt(variance * (ratio(1, sides.known.counts.judged) + ratio(1, sides.complement.counts.judged)))
        gap = difference(sides.own, sides.other)
        pooled = 2 * special.ndtr(-ratio(np.abs(gap.value), error))
        return np.asarray(np.maximum(difference_p_value(gap, sides.level), pooled), dtype=float)


@dataclass(frozen=True)
class SumMean(Estimator):
    """A mean over the judged rows, from sums by slice: Student's t."""

    of: Callable[[Mapping[str, FloatArray], FloatArray], Estimate]
    sums: frozenset[str]
    reads_sums = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a mean."""
        return mean_interval(self.of(known.sums, known.counts.judged), known.counts.judged, level, bounds)


@dataclass(frozen=True)
class Area(Estimator):
    """An area under a curve, from positives and negatives score by score: normal on the logit scale."""

    of: Callable[[FloatArray, FloatArray], Estimate]
    is_sharper_by_score = True
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound an area."""
        assert known.bins is not None
        pos, neg = known.bins.pos, known.bins.neg
        return logit_interval(self.of(pos, neg), np.minimum(pos.sum(-1), neg.sum(-1)), level)


class _OfBins(Protocol):
    def __call__(self, bins: ScoreBins, *, level: float) -> Interval: ...


@dataclass(frozen=True)
class Grouped(Estimator):
    """A sum over groups of similar scores, which brings an interval of its own."""

    of: _OfBins
    sums: frozenset[str]
    is_sharper_by_score = True
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a sum over groups."""
        assert known.bins is not None
        return self.of(known.bins, level=level)


def cells_of(counts: Counts) -> FloatArray:
    """Stack tp, fp, fn and tn in the last axis."""
    return np.stack([counts.tp, counts.fp, counts.fn, counts.tn], axis=-1)
