"""The parts of the Brier score, and the largest gap of a reliability diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray, ratio
from analytics.measure.reliability import GROUPS, Binning, group_bins, group_sums
from analytics.measure.score_bins import ScoreBins


@dataclass(frozen=True)
class _BrierParts:
    """The Brier score in parts, arrays of shape (slices,): it is reliability - resolution + uncertainty + within.

    ``within`` is the variance of the scores inside the bins less twice their covariance with the labels there: what
    bins leave out when all of their rows are taken to have one score.
    """

    reliability: FloatArray
    resolution: FloatArray
    uncertainty: FloatArray
    within: FloatArray


def brier_parts(bins: ScoreBins, groups: int = GROUPS, binning: Binning = "equal_mass") -> _BrierParts:
    """Decompose the Brier score over groups of similar scores (`group_bins`) so that the parts add up to it.

    Parameters
    ----------
    bins : ScoreBins
    groups : int
    binning : {"equal_mass", "equal_width", "scores"}

    References
    ----------
    Murphy (1973), J. Appl. Meteorol. 12:595-600; the part within bins: Stephenson, Coelho and Jolliffe (2008), Weather
    Forecast. 23:752-757.

    Examples
    --------
    >>> one = np.array([[1.0, 1.0]])
    >>> bins = ScoreBins(2 * one, one, one, np.array([[0.4, 1.6]]), np.array([[0.08, 1.28]]), np.array([[0.2, 0.8]]),
    ...     0 * one)
    >>> parts = brier_parts(bins)
    >>> print(parts.reliability.round(2), parts.resolution, parts.uncertainty)
    [0.09] [0.] [0.25]
    """
    group, groups = group_bins(bins, groups, binning)
    n, pos, score = (group_sums(values, group, groups) for values in (bins.judged, bins.pos, bins.score_sum))
    total = n.sum(-1)
    rate = ratio(pos.sum(-1), total)

    def over_groups(products: FloatArray) -> FloatArray:
        return np.asarray(np.nan_to_num(ratio(products, n)).sum(-1), dtype=float)

    variance = bins.score_sq_sum.sum(-1) - over_groups(score**2)
    covariance = bins.score_pos_sum.sum(-1) - over_groups(score * pos)
    return _BrierParts(
        ratio(over_groups((score - pos) ** 2), total),
        ratio(over_groups((pos - n * rate[:, None]) ** 2), total),
        rate * (1 - rate),
        ratio(variance - 2 * covariance, total),
    )


def mce(bins: ScoreBins, groups: int = GROUPS, binning: Binning = "equal_mass") -> FloatArray:
    """Compute the maximum calibration error: the largest gap of any group; NaN without judged rows."""
    group, groups = group_bins(bins, groups, binning)
    n = group_sums(bins.judged, group, groups)
    gap = ratio(np.abs(group_sums(bins.score_sum - bins.pos, group, groups)), n)
    return np.where(n.sum(-1) > 0, np.fmax.reduce(gap, axis=-1), np.nan)
