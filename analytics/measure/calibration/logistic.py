"""Logistic regression on counts: the calibration slope and intercept, and the maps that recalibrate scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.measure.intervals import FloatArray, normal_quantile
from analytics.measure.score_bins import ScoreBins

CLIP = 1e-6
"""Scores are kept this far from 0 and 1 before their log-odds are taken, so that no single row pulls at a line from further
than 13.8. A choice: who says one in a million is hardly wrong by more than a log can show."""
_STEPS = 100
"""Newton steps at most: they end a fit that does not settle."""
_SMALLEST_STEP = 1e-9
"""Share of a Newton step, and length in log-odds per standard deviation, below which nothing moves any more."""
_SMALLEST_GAIN = 1e-13
"""Share of the log-likelihood below which a gain is rounding."""
ONE_CLASS = "the judged rows are not of both classes"
ONE_SCORE = "all judged rows have the same score"
SEPARATED = "the scores separate the classes completely, so that the slope has no bound"


def log_odds(scores: FloatArray) -> FloatArray:
    """Take the log-odds of scores, which are clipped to [1e-6, 1 - 1e-6]."""
    return np.asarray(special.logit(np.clip(scores, CLIP, 1 - CLIP)), dtype=float)


@dataclass(frozen=True)
class _Fit:
    """Coefficients with their covariance and the log-likelihood that they reach."""

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float


def _log_likelihood(margin: FloatArray, pos: FloatArray, neg: FloatArray) -> float:
    """Add up the log-probability of the labels, given log-odds."""
    return float((pos * special.log_expit(margin) + neg * special.log_expit(-margin)).sum())


def logistic_fit(features: FloatArray, pos: FloatArray, neg: FloatArray, offset: FloatArray | float = 0.0) -> _Fit:
    """Fit an unpenalised logistic regression to counts of positives and negatives by Newton's method.

    Parameters
    ----------
    features : numpy.ndarray of shape (cells, features)
    pos, neg : numpy.ndarray of shape (cells,)
    offset : numpy.ndarray of shape (cells,)
        Log-odds that are added with a coefficient of 1.

    Notes
    -----
    A step that would lower the likelihood is halved. The covariance is the inverse of the observed information.
    """
    n, base = pos + neg, np.zeros(len(pos)) + offset
    deviation = features.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    unit = features / scale
    coefficients = np.zeros(features.shape[1])
    best = _log_likelihood(base, pos, neg)
    information = np.eye(features.shape[1])
    for _ in range(_STEPS):
        p = special.expit(base + unit @ coefficients)
        gradient = unit.T @ (pos - n * p)
        information = (unit * (n * p * (1 - p))[:, None]).T @ unit
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        size = 1.0
        while (
            found := _log_likelihood(base + unit @ (coefficients + size * step), pos, neg)
        ) < best and size > _SMALLEST_STEP:
            size /= 2
        is_done = found - best <= _SMALLEST_GAIN * abs(best) and np.abs(size * step).max() < _SMALLEST_STEP
        if found >= best:
            coefficients, best = coefficients + size * step, found
        if is_done or size <= _SMALLEST_STEP:
            break
    return _Fit(coefficients / scale, np.linalg.pinv(information) / np.outer(scale, scale), best)


@dataclass(frozen=True)
class CalibrationLine:
    """Slope and intercept of the labels' log-odds on the scores', tests of calibration, and why something is null.

    ``in_the_large`` is the intercept when the slope is held at 1: above 0 the scores are too low on the whole.
    ``slope_p_value`` is that of Wald's test of slope 1, whatever the intercept; ``p_value`` that of the likelihood-ratio test
    of intercept 0 and slope 1; ``spiegelhalter_p`` that of Spiegelhalter's z.
    Each of the first three is value, low and high; None where undefined.
    """

    slope: tuple[float, float, float] | None
    intercept: tuple[float, float, float] | None
    in_the_large: tuple[float, float, float] | None
    slope_p_value: float | None
    p_value: float | None
    spiegelhalter_z: float | None
    spiegelhalter_p: float | None
    undefined: str | None


def undefined_reason(bins: ScoreBins) -> str | None:
    """Say why the slope of one slice cannot be fitted, None where it can."""
    odds, pos, neg = log_odds(bins.score[0]), bins.pos[0], bins.neg[0]
    if not pos.sum() or not neg.sum():
        return ONE_CLASS
    if len(np.unique(odds)) < 2:
        return ONE_SCORE
    of_pos, of_neg = odds[pos > 0], odds[neg > 0]
    return SEPARATED if of_pos.min() >= of_neg.max() or of_pos.max() <= of_neg.min() else None


def calibration_line(bins: ScoreBins, level: float = 0.95) -> CalibrationLine:
    """Regress the labels of one slice on the log-odds of their scores, without a penalty.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only: shape (1, bins). Each row counts with the mean score of its bin.
    level : float

    Returns
    -------
    CalibrationLine
        Intervals are normal, from the observed information.

    References
    ----------
    Cox (1958), Biometrika 45:562-565; Spiegelhalter (1986), Stat. Med. 5:421-433.
    """
    z = normal_quantile(level)
    pos, neg, score = bins.pos[0], bins.neg[0], bins.score[0]
    odds = log_odds(score)
    spread = float(((1 - 2 * score) ** 2 * score * (1 - score) * (pos + neg)).sum())
    excess = float((((1 - score) * pos - score * neg) * (1 - 2 * score)).sum())
    statistic = excess / np.sqrt(spread) if spread > 0 else None
    statistic_p = None if statistic is None else float(2 * special.ndtr(-abs(statistic)))

    def bounded(fit: _Fit, place: int) -> tuple[float, float, float]:
        value, reach = float(fit.coefficients[place]), z * float(np.sqrt(fit.covariance[place, place]))
        return value, value - reach, value + reach

    reason = undefined_reason(bins)
    if reason == ONE_CLASS:
        return CalibrationLine(None, None, None, None, None, statistic, statistic_p, reason)
    ones = np.ones((len(odds), 1))
    large = bounded(logistic_fit(ones, pos, neg, odds), 0)
    if reason is not None:
        return CalibrationLine(None, None, large, None, None, statistic, statistic_p, reason)
    fit = logistic_fit(np.column_stack([ones, odds]), pos, neg)
    gain = 2 * max(fit.log_likelihood - _log_likelihood(odds, pos, neg), 0.0)
    p_value = float(special.chdtrc(2, gain))
    slope_p = float(2 * special.ndtr(-abs(fit.coefficients[1] - 1) / np.sqrt(fit.covariance[1, 1])))
    return CalibrationLine(bounded(fit, 1), bounded(fit, 0), large, slope_p, p_value, statistic, statistic_p, None)
