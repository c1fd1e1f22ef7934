"""How sure a threshold is: its bootstrap, the thresholds that cost nearly the same, and savings judged on other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray, Interval, normal_quantile
from analytics.measure.thresholds.costs import (
    BoolArray,
    CostBins,
    Costs,
    best_bin,
    flagged_and_passed,
    squared_stakes,
    total_costs,
)
from analytics.measure.thresholds.groups import LEAST_GROUPS, Groups, scatter_of
from analytics.measure.thresholds.operating import Limits, Point, best_point, cost_sweep, kept

_DRAWS = 400
"""Poisson replicates of the whole sweep behind the band of costs and the interval of the best threshold: ten of them lie beyond
either end of 95 %. Each is a sweep of its own, so fewer than of single metrics."""
_SEED = 20_130_101
"""Any number that stays the same: the same log gives the same interval."""
_ENDS = (2.5, 97.5)
"""Percentiles between which 95 % of the replicates lie."""


@dataclass(frozen=True)
class Certainty:
    """The bootstrap of one cohort's cost curve.

    Attributes
    ----------
    low, high : numpy.ndarray of shape (bins + 1,)
        95 % band of the cost at each threshold.
    best_low, best_high : int or None
        Bins between which the best threshold falls in 95 % of the draws; None where no draw has one.
    """

    low: FloatArray
    high: FloatArray
    best_low: int | None
    best_high: int | None


def resampled(bins: CostBins, draws: int, rng: np.random.Generator) -> CostBins:
    """Draw bootstrap replicates of one slice's bins: Poisson counts, and amounts with their scatter within the bin.

    Parameters
    ----------
    bins : CostBins of shape (1, bins)

    Returns
    -------
    CostBins of shape (draws, bins)
        The squares are those of ``bins``.
    """

    def amounts(n: FloatArray, drawn: FloatArray, total: FloatArray, square: FloatArray) -> FloatArray:
        if not square.any():
            return np.zeros_like(drawn)
        size = np.maximum(n, 1)
        scatter = np.sqrt(np.maximum(square / size - (total / size) ** 2, 0.0))
        return drawn * total / size + np.sqrt(drawn) * scatter * rng.standard_normal(drawn.shape)

    shape = (draws, bins.n.shape[-1])
    pos, neg = rng.poisson(bins.pos, shape).astype(float), rng.poisson(bins.neg, shape).astype(float)
    unlabelled = rng.poisson(np.maximum(bins.n - bins.judged, 0), shape).astype(float)
    return CostBins(
        pos + neg + unlabelled,
        pos,
        neg,
        amounts(bins.pos, pos, bins.amount_pos, bins.amount_pos_sq),
        amounts(bins.neg, neg, bins.amount_neg, bins.amount_neg_sq),
        bins.amount_pos_sq,
        bins.amount_neg_sq,
    )


def certainty(
    bins: CostBins,
    costs: Costs,
    limits: Limits,
    groups: Groups | None = None,
    *,
    draws: int = _DRAWS,
    seed: int = _SEED,
) -> Certainty:
    """Bound the cost curve of one slice and its best threshold by a Poisson bootstrap of the score table.

    Parameters
    ----------
    bins : CostBins of shape (1, bins)
    costs, limits
        The policy; each draw keeps the limits with its own rows.
    groups : Groups, optional
        Of the same rows, where they belong together or stand for many: groups are drawn then, and not rows.
    draws : int
        Replicates; the seed is fixed, so that one question has one answer.
    """
    rng = np.random.default_rng(seed)
    replicates = resampled(bins, draws, rng) if groups is None else groups.resampled(draws, rng)
    cost = total_costs(replicates, costs)
    low, high = np.percentile(cost, [2.5, 97.5], axis=0)
    allowed = kept(limits, cost_sweep(replicates, costs), replicates.n.sum(-1, keepdims=True)) if limits.given else None
    places = best_bin(cost, allowed)
    places = places[places >= 0]
    if not places.size or costs.is_constant:
        return Certainty(low, high, None, None)
    ends = np.percentile(places, _ENDS, method="inverted_cdf")
    return Certainty(low, high, int(ends[0]), int(ends[1]))


def indifference(cost: FloatArray, best: int, tolerance: float, allowed: BoolArray | None = None) -> tuple[int, int]:
    """Give the first and last bin around the best one whose cost is within ``tolerance`` of the best cost.

    Parameters
    ----------
    cost : numpy.ndarray of shape (bins + 1,)
    best : int
        Where the cost is lowest.
    tolerance : float
        As a share of the absolute best cost: 0.02 for 2 %.
    allowed : numpy.ndarray of bool, optional
        Where the limits are kept; the region ends where they are not.

    Examples
    --------
    >>> indifference(np.array([9.0, 101.0, 100.0, 101.5, 120.0]), 2, 0.02)
    (0, 3)
    """
    within = cost <= cost[best] + tolerance * abs(cost[best])
    if allowed is not None:
        within &= allowed
    outside = np.flatnonzero(~within)
    below, above = outside[outside < best], outside[outside > best]
    return int(below[-1]) + 1 if below.size else 0, int(above[0]) - 1 if above.size else len(cost) - 1


def saving(
    bins: CostBins, costs: Costs, before: FloatArray, after: FloatArray, groups: Groups | None = None
) -> Interval:
    """Bound what flagging ``after`` instead of ``before`` saves on these rows, thresholds taken as given.

    A sum over rows, so its standard error under Poisson resampling has a closed form.

    Parameters
    ----------
    bins : CostBins of shape (slices, bins)
    before, after : numpy.ndarray of shape (bins,) or (slices, bins)
        Flagged share of each bin.
    groups : Groups, optional
        Of the same rows, where they belong together or stand for many.

    Returns
    -------
    Interval
        One value over all slices, with a 95 % normal interval; of groups with Student's t.
    """
    flagged, passed = flagged_and_passed(bins, costs)
    change = before - after
    value = np.asarray((change * (flagged - passed)).sum())
    if groups is not None and len(groups) >= LEAST_GROUPS:
        flagged, passed = flagged_and_passed(groups.bins, costs)
        wide = groups.quantile * scatter_of((change * (flagged - passed)).sum(axis=(1, 2)))
        return Interval(value, value - wide, value + wide)
    reach = normal_quantile(0.95) * np.sqrt((change**2 * squared_stakes(bins, costs)).sum())
    return Interval(value, value - reach, value + reach)


def added(parts: Sequence[Interval]) -> Interval:
    """Add independent estimates up: their standard errors add in squares."""
    value = np.asarray(sum(part.value for part in parts))
    reach = np.sqrt(sum((part.high - part.value) ** 2 for part in parts))
    return Interval(value, value - reach, value + reach)


def cross_fitted(
    halves: tuple[CostBins, CostBins],
    costs: Costs,
    limits: Limits,
    present: Point,
    groups: tuple[Groups | None, Groups | None] = (None, None),
) -> tuple[Interval, tuple[Point | None, Point | None]]:
    """Bound the saving over the present point, each half's threshold chosen on the other half's rows.

    Choosing and judging on the same rows flatters a threshold; here every row is judged at one that it did not choose.

    Parameters
    ----------
    halves : pair of CostBins of shape (1, bins)
    costs, limits
        The policy; a half gets its share of the capacity.
    present : Point
        What is flagged now.
    groups : pair of Groups, optional
        Of either half.

    Returns
    -------
    Interval, (Point or None, Point or None)
        The saving over all judged rows, and the points chosen on the first and on the second half. A half that allows no
        point keeps the present one for the other.
    """
    n_scored = sum(half.n.sum() for half in halves) or 1.0
    chosen = tuple(
        best_point(cost_sweep(half, costs), limits.for_share(float(half.n.sum() / n_scored))) for half in halves
    )
    n_bins = halves[0].n.shape[-1]
    judged = [
        saving(half, costs, present.weights(n_bins), (point or present).weights(n_bins), of)
        for half, point, of in zip(halves, reversed(chosen), groups, strict=True)
    ]
    return added(judged), (chosen[0], chosen[1])
