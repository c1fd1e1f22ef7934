"""Every threshold at once: the sweep of the confusion counts, and the areas under the curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.measure.intervals import Estimate, FloatArray, ratio


@dataclass(frozen=True)
class _Sweep:
    """The confusion counts at every threshold: index k is ``threshold_bin`` k, the last one flags nothing."""

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray


def from_the_top(values: ArrayLike) -> FloatArray:
    """Add bins up from the highest: entry k sums bins k and above, and one more entry holds 0."""
    summed = np.cumsum(np.asarray(values, dtype=float)[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([summed, np.zeros((*summed.shape[:-1], 1))], axis=-1)


def sweep(pos: ArrayLike, neg: ArrayLike) -> _Sweep:
    """Count tp, fp, fn and tn at every threshold of the score grid.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Sweep
        Arrays of shape (..., bins + 1).

    Examples
    --------
    >>> counts = sweep([1, 0, 3], [4, 2, 1])
    >>> print(counts.tp, counts.fp)
    [4. 3. 3. 0.] [7. 3. 1. 0.]
    """
    tp, fp = from_the_top(pos), from_the_top(neg)
    return _Sweep(tp, fp, tp[..., :1] - tp, fp[..., :1] - fp)


def auroc(pos: ArrayLike, neg: ArrayLike) -> Estimate:
    """Compute the area under the ROC curve and its standard error from binned counts.

    The same numbers as DeLong's method on rows in which all scores of one bin are tied. Its interval is that of
    `estimators.Area`, on the logit scale.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Estimate
        NaN without both classes; the standard error is NaN with fewer than two rows of one of them.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837-845.

    Examples
    --------
    >>> area = auroc([1, 0, 3], [4, 2, 1])
    >>> print(f"{area.value:.4f} ± {area.standard_error:.4f}")
    0.7679 ± 0.1750
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    n_pos, n_neg = pos.sum(-1, keepdims=True), neg.sum(-1, keepdims=True)
    value, below, above = _placements(pos, neg)
    spread_pos = ratio((pos * (below - value) ** 2).sum(-1, keepdims=True), (n_pos - 1) * n_pos)
    spread_neg = ratio((neg * (above - value) ** 2).sum(-1, keepdims=True), (n_neg - 1) * n_neg)
    return Estimate(value[..., 0], np.sqrt(spread_pos + spread_neg)[..., 0])


def auroc_influence(pos: FloatArray, neg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what one positive, and one negative, row of each bin adds to the AUROC, to first order.

    Added up over the rows of a unit and squared these give Obuchowski's variance of clustered rows.

    References
    ----------
    Obuchowski (1997), Biometrics 53:567-578.
    """
    value, below, above = _placements(pos, neg)
    n_pos, n_neg = pos.sum(-1, keepdims=True), neg.sum(-1, keepdims=True)
    return np.nan_to_num(ratio(below - value, n_pos)), np.nan_to_num(ratio(above - value, n_neg))


def _placements(pos: FloatArray, neg: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the AUROC, and for each bin the share of negatives below it and of positives above it; ties count half."""
    n_pos, n_neg = pos.sum(-1, keepdims=True), neg.sum(-1, keepdims=True)
    below = ratio(np.cumsum(neg, axis=-1) - neg / 2, n_neg)
    above = ratio(from_the_top(pos)[..., :-1] - pos / 2, n_pos)
    value = ratio((pos * (np.cumsum(neg, axis=-1) - neg / 2)).sum(-1, keepdims=True), n_pos * n_neg)
    return value, below, above


def auroc_tie_bound(pos: ArrayLike, neg: ArrayLike) -> FloatArray:
    """Bound how far the AUROC can move when the rows inside the bins are put in order.

    Half the share of positive-negative pairs that fall into one bin. When the grid is the distinct scores those ties
    are real and the area is exact.

    Examples
    --------
    >>> print(auroc_tie_bound([1, 0, 3], [4, 2, 1]))
    0.125
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    return ratio((pos * neg).sum(-1), 2 * pos.sum(-1) * neg.sum(-1))


def average_precision(pos: ArrayLike, neg: ArrayLike) -> Estimate:
    """Compute the average precision, as scikit-learn defines it, and its standard error from binned counts.

    The standard error is that of a Poisson bootstrap of the counts to first order: the root of the sum of every count
    times its squared derivative.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Estimate
        NaN without positive rows.

    Examples
    --------
    >>> area = average_precision([1, 0, 3], [4, 2, 1])
    >>> print(f"{area.value:.4f} ± {area.standard_error:.4f}")
    0.6534 ± 0.2188
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    value, (by_pos, by_neg) = _average_precision(pos, neg)
    return Estimate(value[..., 0], np.sqrt((pos * by_pos**2 + neg * by_neg**2).sum(-1)))


def average_precision_influence(pos: FloatArray, neg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what one positive, and one negative, row of each bin adds to the average precision, to first order."""
    by_pos, by_neg = _average_precision(pos, neg)[1]
    return np.nan_to_num(by_pos), -np.nan_to_num(by_neg)


def _average_precision(pos: FloatArray, neg: FloatArray) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    counts = sweep(pos, neg)
    tp, fp, n_pos = counts.tp[..., :-1], counts.fp[..., :-1], counts.tp[..., :1]
    precision = np.nan_to_num(ratio(tp, tp + fp))
    value = ratio((pos * precision).sum(-1, keepdims=True), n_pos)
    flagged_sq = (tp + fp) ** 2
    by_pos = ratio(precision - value + np.cumsum(np.nan_to_num(ratio(pos * fp, flagged_sq)), axis=-1), n_pos)
    by_neg = ratio(np.cumsum(np.nan_to_num(ratio(pos * tp, flagged_sq)), axis=-1), n_pos)
    return value, (by_pos, by_neg)
