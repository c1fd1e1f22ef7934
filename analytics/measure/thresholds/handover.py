"""Answer or hand over: what is answered and how much of it is wrong, from every confidence on, and what that costs.

A row that is handed over is a flagged one, a wrong answer is a miss: seen from the least sure row on, costs, capacity and the
certainty of a threshold are those of every other threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from analytics.errors import QuestionError
from analytics.measure.clusters import t_quantile
from analytics.measure.comparisons import benjamini_hochberg, proportion_p_value
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import Estimate, FloatArray, Interval, logit_interval, newcombe, ratio, wilson
from analytics.measure.thresholds.costs import CostBins, Costs
from analytics.measure.thresholds.groups import LEAST_GROUPS, Groups, scatter_of
from analytics.measure.thresholds.operating import Point

PRICES = (2.0, 5.0, 20.0, 100.0)
"""Looks by a person that a wrong answer may cost, offered where nobody said: a second look, a complaint, a claim, harm. A
choice."""


def handover_costs(wrong: float, person: float) -> Costs:
    """Return the costs of wrong answers and of a person's looks as those of rows that are flagged when handed over.

    A person's look costs the same whether the answer would have been right or wrong, and finds what is right.

    Raises
    ------
    QuestionError
        If one of them costs less than nothing.

    Examples
    --------
    >>> handover_costs(5, 1).fn, handover_costs(5, 1).fp
    (5.0, 1.0)
    """
    for what, cost in (("wrong answer", wrong), ("person's look", person)):
        if not (math.isfinite(cost) and cost >= 0):
            raise QuestionError(f"Expected the cost of a {what} from 0 on, found {cost}. Change it.")
    return Costs(tp=float(person), fp=float(person), fn=float(wrong), tn=0.0)


def least_sure_first(bins: CostBins) -> CostBins:
    """Return bins of right and wrong rows as those of rows to hand over: the least sure last, wrong ones positive."""
    return CostBins(
        bins.n[..., ::-1],
        bins.neg[..., ::-1],
        bins.pos[..., ::-1],
        bins.amount_neg[..., ::-1],
        bins.amount_pos[..., ::-1],
        bins.amount_neg_sq[..., ::-1],
        bins.amount_pos_sq[..., ::-1],
    )


def mirrored(point: Point, n_bins: int) -> Point:
    """Return a point of the bins as they stand among those with the least sure last, or the other way round.

    What one side flags is what the other does not: a share that is drawn of one bin is taken from its other end.

    >>> mirrored(Point(3), 10), mirrored(Point(3, 0.25), 10)
    (Point(bin=7, share=0.0), Point(bin=8, share=0.75))
    """
    if not point.share:
        return Point(n_bins - point.bin)
    return Point(n_bins - point.bin + 1, 1 - point.share)


@dataclass(frozen=True)
class Selective:
    """What is answered from every confidence on, as arrays of shape (slices, bins + 1); the last entry answers nothing.

    Attributes
    ----------
    answered, handed_over : numpy.ndarray
        Rows with a confidence, labelled or not.
    coverage : numpy.ndarray
        Share answered.
    judged, wrong : numpy.ndarray
        Answered rows that have a label, and those that are wrong.
    risk : Interval
        Wrong among the answered with its 95 % Wilson interval; NaN where no answered row has a label.
    """

    answered: FloatArray
    handed_over: FloatArray
    coverage: FloatArray
    judged: FloatArray
    wrong: FloatArray
    risk: Interval


def selective(bins: CostBins, groups: Groups | None = None) -> Selective:
    """Count what is answered and what of it is wrong from every confidence on.

    Parameters
    ----------
    bins : CostBins of shape (slices, bins)
        Rows that are right as positive, rows that are wrong as negative.
    groups : Groups, optional
        Of the same rows, where they belong together or stand for many.
    """
    answered, wrong, judged = (from_the_top(values) for values in (bins.n, bins.neg, bins.judged))
    every = answered[..., :1]
    if groups is None:
        risk = wilson(wrong, judged)
    else:
        risk = groups.share(from_the_top(groups.bins.neg), from_the_top(groups.bins.judged))
    return Selective(answered, every - answered, ratio(answered, every), judged, wrong, risk)


def aurc(right: ArrayLike, wrong: ArrayLike, groups: Groups | None = None) -> Interval:
    """Compute the area under the risk-coverage curve with its 95 % interval.

    The mean, over all judged rows ranked by confidence, of the share that is wrong among a row and those above it. Rows of
    one bin are answered together: each counts with the share after the whole bin. The standard error is that of the mean of
    the rows' influences, the interval lies on the logit scale.

    Parameters
    ----------
    right, wrong : array-like of shape (..., bins)
        Judged rows per bin of confidence, the least sure first.
    groups : Groups, optional
        Of the same rows, where they belong together or stand for many.

    Returns
    -------
    Interval
        NaN without judged rows.

    References
    ----------
    Geifman and El-Yaniv (2017), Selective classification for deep neural networks, NeurIPS 30.

    Examples
    --------
    >>> round(float(aurc([0, 1, 1], [1, 1, 0]).value), 4)
    0.2917
    """
    right, wrong = np.asarray(right, dtype=float), np.asarray(wrong, dtype=float)
    n = (right + wrong).sum(-1, keepdims=True)
    share, above = ratio(right + wrong, n), from_the_top(right + wrong)[..., :-1]
    risk = np.nan_to_num(ratio(from_the_top(wrong)[..., :-1], above))
    step = np.nan_to_num(ratio(right + wrong, above))
    value = (share * risk).sum(-1, keepdims=True)
    # A row moves the share of its own bin, and the risk of every bin that is answered after it.
    moved, spread = np.cumsum(step, axis=-1), np.cumsum(step * risk, axis=-1)
    of_right = risk - value - spread
    of_wrong = of_right + moved
    if groups is not None:
        own = (groups.bins.pos * of_right + groups.bins.neg * of_wrong).sum(-1)
        return logit_interval(Estimate(value[..., 0], ratio(scatter_of(own), n[..., 0])), np.full(1, groups.worth))
    variance = ratio((right * of_right**2 + wrong * of_wrong**2).sum(-1), n[..., 0] ** 2)
    return logit_interval(Estimate(value[..., 0], np.sqrt(variance)), n[..., 0])


@dataclass(frozen=True)
class _Against:
    """Wrong among the answered of slices, each against the rest.

    Attributes
    ----------
    difference : Interval
        In risk, with Newcombe's 95 % interval.
    p_adjusted : numpy.ndarray of shape (slices,)
        By Benjamini and Hochberg over all slices.
    """

    difference: Interval
    p_adjusted: FloatArray


def against_the_rest(
    wrong: FloatArray, judged: FloatArray, n_wrong: float, n_judged: float, by_group: tuple[FloatArray, ...] = ()
) -> _Against:
    """Compare what is wrong among the answered of each slice with what is among the answered of all others.

    Parameters
    ----------
    wrong, judged : numpy.ndarray of shape (slices,)
        Answered rows.
    n_wrong, n_judged : float
        Those of the whole cohort.
    by_group : tuple of numpy.ndarray, optional
        The same four by group, where rows belong together or stand for many: of shape (groups, slices), and (groups, 1).
    """
    if by_group:
        return _against_by_group(*by_group)
    others = (n_wrong - wrong, n_judged - judged)
    return _Against(newcombe(wrong, judged, *others), benjamini_hochberg(proportion_p_value(wrong, judged, *others)))


def _against_by_group(wrong: FloatArray, judged: FloatArray, n_wrong: FloatArray, n_judged: FloatArray) -> _Against:
    """Compare by what scatters from group to group, with Student's t."""
    sides = [(wrong, judged), (n_wrong - wrong, n_judged - judged)]
    rates = [ratio(bad.sum(axis=0), of.sum(axis=0)) for bad, of in sides]
    parts = [ratio(bad - rate * of, of.sum(axis=0)) for (bad, of), rate in zip(sides, rates, strict=True)]
    value, freedom = rates[0] - rates[1], max(len(wrong), LEAST_GROUPS) - 1
    error = scatter_of(parts[0] - parts[1])
    reach = float(t_quantile(np.array(float(freedom)), 0.95)) * error
    p = np.nan_to_num(2 * special.stdtr(freedom, -np.abs(ratio(value, error))), nan=1.0)
    found = Interval(value, (value - reach).clip(-1, 1), (value + reach).clip(-1, 1))
    return _Against(found, benjamini_hochberg(p))
