"""How metrics are estimated: each estimator says what it reads, and gives the interval and the p-value of a difference."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Protocol

import numpy as np
from scipy import special

from analytics.measure.clusters import (
    LEAST_EFFECT,
    Clusters,
    Effect,
    Spread,
    joint_effect,
    proportion_interval,
    spread_of,
    widened,
)
from analytics.measure.comparisons import proportion_p_value
from analytics.measure.counts import Counts
from analytics.measure.evidence import Evidence, Sides, cells_of
from analytics.measure.gradients import gradient_of, mean_weight, row_variance
from analytics.measure.intervals import (
    REPLICATES,
    Estimate,
    FloatArray,
    Interval,
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


class Estimator(ABC):
    """How a metric is computed, bounded and compared.

    Attributes
    ----------
    sums : frozenset of str
        Columns of the score table that it reads besides the counts.
    reads_bins, reads_draws, reads_sums, reads_unit_bins, reads_groups : bool
        Whether it reads the counts score by score, replicates of the counts at one threshold, sums by slice, or where rows belong
        together the counts of each unit score by score, or the sums of random groups.
    is_sharper_by_score : bool
        Whether the value or its interval is exact only where each distinct score has a bin of its own.
    """

    sums: frozenset[str] = frozenset()
    reads_bins: ClassVar[bool] = False
    reads_draws: ClassVar[bool] = False
    reads_sums: ClassVar[bool] = False
    reads_unit_bins: ClassVar[bool] = False
    reads_groups: ClassVar[bool] = False
    is_sharper_by_score: bool = False

    @abstractmethod
    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Estimate every slice of the evidence; ``bounds`` is the range of the metric."""

    def p_value(self, sides: Sides) -> FloatArray:
        """Test slices against their complements; by default read off the interval of the difference."""
        return sides.p_value

    def spread(self, known: Evidence) -> Spread | None:
        """Say how sure estimates are whose rows belong together; None where every row stands alone."""
        return None


@dataclass(frozen=True)
class CountRatio(Estimator):
    """A ratio of two functions of the confusion counts at one threshold."""

    numerator: CountFunction
    denominator: CountFunction

    def value(self, counts: Counts) -> FloatArray:
        """Compute the ratio; NaN where the denominator is 0."""
        return ratio(self.numerator(counts), self.denominator(counts))

    def spread(self, known: Evidence) -> Spread | None:
        """Linearise the ratio over units."""
        if known.clusters is None:
            return None
        counts, rows = known.counts, known.rows
        gradient = gradient_of(self.value, counts, rows)
        n_units, of_rows = self.units(known.clusters, counts), row_variance(gradient, counts, rows)
        of_sample = None
        if rows is not None:
            of_sample = row_variance(gradient, counts) * ratio(self.support(counts), self.support(rows))
        return spread_of(known.clusters.padded(gradient), known.clusters, n_units, of_rows, of_sample)

    def support(self, counts: Counts) -> FloatArray:
        """Count the rows that the ratio is about."""
        return counts.judged

    def units(self, clusters: Clusters, counts: Counts) -> FloatArray:
        """Say how many units of equal size the rows are worth, of either label the fewer."""
        either = (counts.tp + counts.fn, {"tp": 1.0, "fn": 1.0}), (counts.fp + counts.tn, {"fp": 1.0, "tn": 1.0})
        numbers = [clusters.number(clusters.row(weights), total) for total, weights in either]
        return np.asarray(np.fmin(*numbers), dtype=float)


class Proportion(CountRatio):
    """A share of rows: Wilson's interval; the pooled z-test, or Fisher's where few are expected."""

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a proportion of the counts."""
        successes, trials = self.numerator(known.counts), self.denominator(known.counts)
        if known.clusters is None or (spread := self.spread(known)) is None:
            return wilson(successes, trials, level)
        numbers = (spread.n_units, *self._worth(known.clusters, known.counts))
        if known.rows is not None:
            trials = self._trials(known, known.rows)
            successes = np.nan_to_num(self.value(known.counts)) * trials
        return proportion_interval(successes, trials, spread.effect, numbers, level)

    def _trials(self, known: Evidence, rows: Counts) -> FloatArray:
        """Return how many rows that stand for as many each are as sure as those that do so within their kind."""
        value = self.value(known.counts)
        variance = row_variance(gradient_of(self.value, known.counts, rows), known.counts, rows)
        of_rows = self.denominator(rows)
        return np.where(variance > 0, ratio(value * (1 - value), variance), of_rows)

    def support(self, counts: Counts) -> FloatArray:
        """Count the rows that the share is of."""
        return self.denominator(counts)

    def units(self, clusters: Clusters, counts: Counts) -> FloatArray:
        """Say how many units of equal size the trials are worth."""
        weights = clusters.padded(gradient_of(self.denominator, counts))
        return clusters.number(weights, self.denominator(counts))

    def _worth(self, clusters: Clusters, counts: Counts) -> tuple[FloatArray, FloatArray]:
        """Say how many units of equal size the successes, and the failures, are worth."""
        found = []
        for part in (self.numerator, lambda each: self.denominator(each) - self.numerator(each)):
            found.append(clusters.number(clusters.padded(gradient_of(part, counts)), part(counts)))
        return found[0], found[1]

    def p_value(self, sides: Sides) -> FloatArray:
        """Test two proportions; where rows belong together by the interval of the difference.

        Then it is not surer than by rows, unless their units make the difference surer. Of rows that stand for many the interval
        alone says how sure it is.
        """
        if sides.known.rows is not None:
            return sides.p_value
        tables = (sides.known.counts, sides.complement.counts)
        p = proportion_p_value(*(count(counts) for counts in tables for count in (self.numerator, self.denominator)))
        own, other = self.spread(sides.known), self.spread(sides.complement)
        if own is None or other is None:
            return p
        is_surer = joint_effect(own, other, sides.correlation) < 1
        return np.where(is_surer, sides.p_value, np.fmax(p, sides.p_value))


class Bootstrapped(CountRatio):
    """Another function of the counts: percentiles of Poisson replicates."""

    reads_draws = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a function of the counts."""
        assert known.draws is not None
        # An empty cell is drawn with mean 1 (the rule of three): 5 right out of 5 is no proof of a perfect score.
        spare = poisson_bootstrap(np.ones(4), REPLICATES, np.random.default_rng(0))
        spare = spare * mean_weight(known.counts, known.rows)[..., None, None]
        draws = np.where(cells_of(known.counts)[..., None] == 0, spare, known.draws)
        tp, fp, fn, tn = np.moveaxis(draws, 1, 0)
        drawn = Counts(tp, tp, tp, tp, tp, tp, tp, tp, fp, fn, tn)
        found = percentile_interval(self.value(known.counts), self.value(drawn), level)
        spread = self.spread(known)
        return found if spread is None else widened(found, Effect(spread.effect, spread.freedom), level, bounds)


@dataclass(frozen=True)
class Mean(Estimator):
    """A mean over the judged rows, from sums of the bins: Student's t, and no surer than all rows' variance allows."""

    of: Callable[[ScoreBins], Estimate]
    weights: Mapping[str, float]
    sums: frozenset[str]
    is_sharper_by_score: bool = False
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a mean."""
        assert known.row_bins is not None
        found, spread = self.of(known.row_bins), self.spread(known)
        if spread is None:
            return mean_interval(found, known.counts.judged, level, bounds)
        return mean_interval(Estimate(found.value, np.sqrt(spread.variance)), spread.n_units, level, bounds)

    def spread(self, known: Evidence) -> Spread | None:
        """Linearise the mean over units."""
        clusters = known.clusters
        if clusters is None:
            return None
        assert known.row_bins is not None
        found, judged = self.of(known.row_bins), known.counts.judged
        each = clusters.row(dict.fromkeys(("tp", "fp", "fn", "tn"), 1.0))
        gradient = ratio(clusters.row(self.weights) - found.value[:, None] * each, judged[:, None])
        return spread_of(gradient, clusters, clusters.number(each, judged), found.standard_error**2)

    def p_value(self, sides: Sides) -> FloatArray:
        """Test with the variance of all rows too: a slice that by chance holds no large loss underrates its own."""
        assert sides.total.row_bins is not None
        n = (sides.total.rows or sides.total.counts).judged
        variance = self.of(sides.total.row_bins).standard_error ** 2 * n
        error = np.sqrt(variance * (ratio(1, sides.known.n_worth) + ratio(1, sides.complement.n_worth)))
        pooled = 2 * special.ndtr(-ratio(np.abs(sides.difference.value), error))
        return np.asarray(np.maximum(sides.p_value, pooled), dtype=float)


@dataclass(frozen=True)
class Area(Estimator):
    """An area under a curve, from positives and negatives score by score: normal on the logit scale."""

    of: Callable[[FloatArray, FloatArray], Estimate]
    influence: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    is_sharper_by_score = True
    reads_unit_bins = True
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound an area."""
        assert known.row_bins is not None
        pos, neg = known.row_bins.pos, known.row_bins.neg
        if known.rows is not None and known.squares is not None:
            return self._of_weights(known, known.rows, known.squares, level, bounds)
        found = logit_interval(self.of(pos, neg), np.minimum(pos.sum(-1), neg.sum(-1)), level)
        if known.unit_bins is None:
            return found
        return widened(found, known.unit_bins.effect(*self.influence(pos, neg), pos, neg), level, bounds)

    def _of_weights(self, known: Evidence, rows: Counts, squares: ScoreBins, level: float, bounds: Bounds) -> Interval:
        """Bound the area of rows that stand for many, by what each adds to it to first order."""
        assert known.row_bins is not None
        pos, neg = known.row_bins.pos, known.row_bins.neg
        of_pos, of_neg = self.influence(pos, neg)
        by = 1 / mean_weight(known.counts, known.rows)
        of_rows = (pos * of_pos**2 + neg * of_neg**2).sum(-1)
        worth = np.fmin(
            *(ratio(each.sum(-1) ** 2, sq.sum(-1) * by**2) for each, sq in ((pos, squares.pos), (neg, squares.neg)))
        )
        squared = by**2 * (squares.pos * of_pos**2 + squares.neg * of_neg**2).sum(-1)
        effect = ratio(squared * np.nan_to_num(ratio(worth, worth - 1), nan=1.0), of_rows)
        found = Effect(effect, np.nan_to_num(worth - 1, nan=1.0).clip(min=1.0), 0.0)
        if known.unit_bins is not None:
            found = known.unit_bins.effect(of_pos, of_neg, pos, neg, by)
            found = Effect(np.fmax(found.value, LEAST_EFFECT * effect), found.freedom, 0.0)
        either = np.minimum(rows.tp + rows.fn, rows.fp + rows.tn)
        by_rows = logit_interval(Estimate(self.of(pos, neg).value, np.sqrt(of_rows)), either, level)
        return widened(by_rows, found, level, bounds)


class _OfBins(Protocol):
    def __call__(self, bins: ScoreBins, *, level: float, effect: FloatArray | None = None) -> Interval: ...


@dataclass(frozen=True)
class Grouped(Estimator):
    """A sum over groups of similar scores, which brings an interval of its own."""

    of: _OfBins
    sums: frozenset[str]
    is_sharper_by_score = True
    reads_bins = True

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound a sum over groups; where rows belong together, with the design effect of the mean distance of score and label."""
        assert known.row_bins is not None
        return self.of(known.row_bins, level=level, effect=self._effect(known))

    def _effect(self, known: Evidence) -> FloatArray | None:
        if known.clusters is None or known.bins is None:
            return None
        clusters, judged = known.clusters, known.counts.judged
        each = clusters.row(dict.fromkeys(("tp", "fp", "fn", "tn"), 1.0))
        apart = clusters.row({"score_sum": 1.0, "label_sum": -1.0})
        sums = ScoreBins(*(getattr(known.bins, field.name).sum(-1) for field in fields(ScoreBins)))
        mean = ratio(sums.score_sum - sums.pos, judged)
        squares = sums.score_sq_sum - 2 * sums.score_pos_sum + sums.pos
        gradient = apart - np.nan_to_num(mean)[:, None] * each
        of_rows = (squares - judged * mean**2) * mean_weight(known.counts, known.rows)
        return spread_of(gradient, clusters, clusters.number(each, judged), of_rows).effect
