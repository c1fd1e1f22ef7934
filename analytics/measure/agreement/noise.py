"""What mistakes of the label do to an error rate: corrected by how often the label finds what is true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray, Interval, normal_quantile

_LEAST_TOLD = 0.1
"""Sensitivity plus specificity minus 1 below which a label tells so little that nothing can be corrected by it. By hand."""


@dataclass(frozen=True)
class Accuracy:
    """How often a label is right of true positives (sensitivity) and of true negatives (specificity), with intervals."""

    sensitivity: tuple[float, float, float]
    specificity: tuple[float, float, float]

    def variances(self, level: float) -> tuple[float, float]:
        """Return the variances that the intervals stand for."""
        width = 2 * normal_quantile(level)
        first, second = (((high - low) / width) ** 2 for _, low, high in (self.sensitivity, self.specificity))
        return first, second


@dataclass(frozen=True)
class _Corrected:
    """Error rate and prevalence as the label says, and as they are if it errs as often as its readings say; by slice."""

    error_rate: FloatArray
    true_error_rate: Interval
    prevalence: FloatArray
    true_prevalence: Interval


def corrected(counts: FloatArray, accuracy: Accuracy, level: float = 0.95) -> _Corrected | None:
    """Correct error rate and prevalence for the mistakes of the label.

    Parameters
    ----------
    counts : ndarray of shape (4, slices)
        True positives, false positives, false negatives and true negatives, as the label says.
    accuracy : Accuracy
        Of the label, the same in every slice.
    level : float
        Of the intervals of ``accuracy`` and of those returned; sampling of rows and of the readings is in both.

    Returns
    -------
    _Corrected or None
        None where the label is hardly better than chance.

    Notes
    -----
    Rogan and Gladen (1978), Am. J. Epidemiol. 107:71-76, on flagged and on other rows apart; variances by linearisation. It takes
    the mistakes of the label to be independent of what the model says, given the truth.

    Examples
    --------
    >>> exact = Accuracy((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    >>> corrected(np.array([[30.0], [10.0], [20.0], [40.0]]), exact).true_error_rate.value.round(3).tolist()
    [0.3]
    """
    se, sp = accuracy.sensitivity[0], accuracy.specificity[0]
    told = se + sp - 1
    if told < _LEAST_TOLD:
        return None
    tp, fp, fn, tn = counts
    flagged, other = tp + fp, fn + tn
    n = flagged + other
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [np.where(rows > 0, positive / rows, 0.0) for positive, rows in ((tp, flagged), (fn, other))]
        weights = [rows / n for rows in (flagged, other)]
        truths = [np.clip((share + sp - 1) / told, 0, 1) for share in shares]
        chance = [
            weight**2 * share * (1 - share) / (rows * told**2)
            for weight, share, rows in zip(weights, shares, (flagged, other), strict=True)
        ]
    sampled = sum((np.nan_to_num(each) for each in chance), np.zeros_like(n))
    found = []
    for signs, base in (((-1.0, 1.0), weights[0]), ((1.0, 1.0), np.zeros_like(n))):
        value = base + sum(
            (sign * weight * truth for sign, weight, truth in zip(signs, weights, truths, strict=True)), 0.0
        )
        of_se = (
            sum((-sign * weight * truth for sign, weight, truth in zip(signs, weights, truths, strict=True)), 0.0)
            / told
        )
        of_sp = (
            sum((sign * weight * (1 - truth) for sign, weight, truth in zip(signs, weights, truths, strict=True)), 0.0)
            / told
        )
        v_se, v_sp = accuracy.variances(level)
        half = normal_quantile(level) * np.sqrt(sampled + of_se**2 * v_se + of_sp**2 * v_sp)
        found.append(Interval(value, np.clip(value - half, 0, 1), np.clip(value + half, 0, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _Corrected((fp + fn) / n, found[0], (tp + fn) / n, found[1])
