"""Mean losses of scores that are read as probabilities, with their standard errors: Brier score, log loss; the mean score."""

from __future__ import annotations

import numpy as np

from analytics.measure.intervals import Estimate, FloatArray, ratio
from analytics.measure.score_bins import ScoreBins

EPSILON = float(np.finfo(np.float64).eps)
"""Scores are kept this far from 0 and 1 in the log loss, as scikit-learn does (a test says so)."""


def brier(bins: ScoreBins) -> Estimate:
    """Compute the Brier score and its standard error.

    The standard error is the closed form of a Poisson bootstrap of the bins, positives and negatives apart, with each
    row's loss taken at the mean score of its class and bin; exact when the grid is the distinct scores.

    Returns
    -------
    Estimate
        Arrays of shape (slices,); NaN without judged rows, and no standard error for a single row.
    """
    total = bins.score_sq_sum - 2 * bins.score_pos_sum + bins.pos
    score_pos, score_neg = _mean_scores(bins)
    return _mean_loss(bins, total, (1 - score_pos) ** 2, score_neg**2)


def mean_score(bins: ScoreBins) -> Estimate:
    """Average the scores of the judged rows, with the standard error of a mean; none for a single row."""
    n = bins.judged.sum(-1)
    value = ratio(bins.score_sum.sum(-1), n)
    squares = (bins.score_sq_sum.sum(-1) - n * value**2).clip(min=0)
    return Estimate(value, np.sqrt(ratio(squares, n * (n - 1))))


def log_loss(bins: ScoreBins) -> Estimate:
    """Compute the log loss, clipped as in scikit-learn, and its standard error as for `brier`."""
    score_pos, score_neg = _mean_scores(bins)
    loss_pos = -np.log(score_pos.clip(EPSILON, 1 - EPSILON))
    loss_neg = -np.log1p(-score_neg.clip(EPSILON, 1 - EPSILON))
    return _mean_loss(bins, bins.log_loss_sum, loss_pos, loss_neg)


def _mean_scores(bins: ScoreBins) -> tuple[FloatArray, FloatArray]:
    score_pos = np.where(bins.pos > 0, ratio(bins.score_pos_sum, bins.pos), 0.0)
    score_neg = np.where(bins.neg > 0, ratio(bins.score_sum - bins.score_pos_sum, bins.neg), 0.0)
    return score_pos, score_neg


def _mean_loss(bins: ScoreBins, total: FloatArray, loss_pos: FloatArray, loss_neg: FloatArray) -> Estimate:
    n = bins.judged.sum(-1)
    value = ratio(total.sum(-1), n)
    centre = value[:, None]
    squares = (bins.pos * (loss_pos - centre) ** 2 + bins.neg * (loss_neg - centre) ** 2).sum(-1)
    return Estimate(value, np.sqrt(ratio(squares, n * (n - 1))))
