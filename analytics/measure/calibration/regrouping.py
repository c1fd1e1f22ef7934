"""The score bins of one slice put together anew: fewer of them, or under other scores."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.measure.calibration.logistic import log_odds
from analytics.measure.intervals import FloatArray, ratio
from analytics.measure.losses import EPSILON
from analytics.measure.reliability import GROUPS, Binning, group_bins
from analytics.measure.score_bins import ScoreBins

_SAME_DIGITS = 12
"""Scores are means of sums that an engine adds in any order: what differs behind these decimal
places is one score. Doubles hold 15 to 16; sums of a million scores lose up to three."""


def combined(bins: ScoreBins, key: ArrayLike) -> ScoreBins:
    """Add up the bins of one slice that share a key; the result stands in the order of the keys."""
    _, place = np.unique(np.asarray(key), return_inverse=True)
    return ScoreBins(
        *(np.bincount(place, getattr(bins, field.name)[0])[None].astype(float) for field in fields(ScoreBins))
    )


def coarsened(bins: ScoreBins, cells: int, groups: int = GROUPS, binning: Binning = "equal_mass") -> ScoreBins:
    """Add up neighbours until at most about ``cells`` bins are left, none of which lies in two groups.

    A cell is at most two ``cells``-th parts wide of the span of the scores and of that of their log-odds, so that its mean
    score stands for all of its rows on either scale.
    """
    if bins.judged.shape[1] <= cells:
        return bins
    score = bins.score[0]
    way = sum((values - values.min()) / max(np.ptp(values), EPSILON) for values in (score, log_odds(score)))
    group = group_bins(bins, groups, "equal_mass" if binning == "scores" else binning)[0]
    return combined(bins, group[0] * (cells + 2) + np.floor(way * cells / 2))


def with_rows(bins: ScoreBins, n: NDArray[np.int64]) -> ScoreBins:
    """Give each bin of one slice another number of judged rows, of which as large a share is positive; those of none go."""
    factor = (n / bins.judged[0])[n > 0]
    return ScoreBins(*(getattr(bins, field.name)[:, n > 0] * factor for field in fields(ScoreBins)))


def with_scores(bins: ScoreBins, scores: FloatArray) -> ScoreBins:
    """Give the rows of each bin a new score between 0 and 1; bins whose scores become equal are added up.

    Parameters
    ----------
    bins : ScoreBins
        One slice: shape (1, bins).
    scores : numpy.ndarray of shape (bins,)

    Examples
    --------
    >>> one = np.array([[1.0, 1.0]])
    >>> bins = ScoreBins(2 * one, one, one, one, one, one, one)
    >>> with_scores(bins, np.array([0.5, 0.5])).score_sum
    array([[2.]])
    """
    clipped = scores.clip(EPSILON, 1 - EPSILON)
    loss = -(bins.pos * np.log(clipped) + bins.neg * np.log1p(-clipped))
    moved = ScoreBins(
        bins.n, bins.pos, bins.neg, bins.judged * scores, bins.judged * scores**2, bins.pos * scores, loss
    )
    return combined(moved, scores.round(_SAME_DIGITS))


def parted(
    bins: ScoreBins, share: float = 0.5, seed: int = 0, rows: ScoreBins | None = None
) -> tuple[ScoreBins, ScoreBins]:
    """Draw a share of the judged rows of one slice at random, and give it and the rest.

    Each row counts with the mean score of its bin. Where bins are weighted, ``rows`` are those behind them, of the same bins: a
    row then counts with the mean weight of its bin and label.
    """
    rng = np.random.default_rng(seed)
    own = bins if rows is None else rows
    n, pos = own.judged[0].astype(np.int64), own.pos[0].astype(np.int64)
    each_pos, each_neg = (
        np.nan_to_num(ratio(weighted[0], behind[0])) for weighted, behind in ((bins.pos, own.pos), (bins.neg, own.neg))
    )
    drawn = rng.multivariate_hypergeometric(n, int(share * n.sum()), method="marginals")
    drawn_pos = rng.hypergeometric(pos, n - pos, drawn)

    def part(rows: NDArray[np.int64], positives: NDArray[np.int64]) -> ScoreBins:
        held = rows > 0
        weighted = (positives * each_pos, (rows - positives) * each_neg)
        counts = [values[None, held].astype(float) for values in (weighted[0] + weighted[1], *weighted)]
        return with_scores(ScoreBins(*counts, *[counts[0]] * 4), bins.score[0][held])

    return part(drawn, drawn_pos), part(n - drawn, pos - drawn_pos)
