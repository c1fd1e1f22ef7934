"""The share of positive rows where a judge says something of all rows and people of some: prediction-powered inference."""

from __future__ import annotations

import numpy as np

from analytics.measure.counts import Counts
from analytics.measure.estimators import Bounds, Estimator
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import Estimate, FloatArray, Interval, normal_quantile, ratio
from analytics.measure.metric import Metric


class _CorrectedRate(Estimator):
    """A share of all scored rows, from labels of some and predictions of all: a normal interval."""

    def interval(self, known: Evidence, level: float, bounds: Bounds) -> Interval:
        """Bound the share; without a value where every row has a label, so that nothing is corrected, or rows stand for many."""
        if known.rows is not None:
            unknown = np.full(known.counts.n.shape, np.nan)
            return Interval(unknown, unknown, unknown)
        found = _corrected_rate(known.counts)
        reach = normal_quantile(level) * found.standard_error
        value = found.value.clip(*bounds)
        return Interval(value, (found.value - reach).clip(*bounds), (found.value + reach).clip(*bounds))


def _corrected_rate(counts: Counts) -> Estimate:
    """Estimate the share of positives among all scored rows by PPI++.

    With y the labels of the n judged rows, f the predictions of these and g those of the N rows without a label:
    mean(y) + λ (mean(g) - mean(f)), λ = cov(y, f) / ((1 + n / N) var(f)), with the variance
    var(y - λ f) / n + λ² var(f) / N.

    Parameters
    ----------
    counts : Counts

    Returns
    -------
    Estimate
        NaN with fewer than two judged rows, or none without a label. Unbiased where the rows with a label were drawn at random.

    References
    ----------
    Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453.

    Examples
    --------
    >>> one = np.ones(1)
    >>> rows = {"n": 4000, "n_labelled": 600, "n_unlabelled": 3400, "n_unscored": 0, "n_flagged": 3353, "n_scored": 4000}
    >>> cells = {"n_pos": 431, "tp": 416, "fp": 90, "fn": 15, "tn": 79}
    >>> found = _corrected_rate(Counts(**{name: n * one for name, n in {**rows, **cells}.items()}))
    >>> print(found.value.round(4), found.standard_error.round(4))
    [0.715] [0.016]
    """
    n, rest = counts.judged, counts.n_scored - counts.judged
    y, f = ratio(counts.tp + counts.fn, n), ratio(counts.tp + counts.fp, n)
    g = ratio(counts.n_flagged - counts.tp - counts.fp, rest)
    unbiased = ratio(n, n - 1)
    covariance = unbiased * (ratio(counts.tp, n) - y * f)
    all_flagged = ratio(counts.n_flagged, counts.n_scored)
    spread = ratio(counts.n_scored, counts.n_scored - 1) * all_flagged * (1 - all_flagged)
    weight = np.where(spread > 0, ratio(covariance, (1 + ratio(n, rest)) * spread), 0.0)
    value = y + weight * (g - f)
    own: FloatArray = unbiased * (y * (1 - y) + weight**2 * f * (1 - f)) - 2 * weight * covariance
    variance = ratio(own.clip(min=0), n) + ratio(weight**2 * spread, rest)
    is_known = (n > 1) & (rest > 0)
    return Estimate(np.where(is_known, value, np.nan), np.where(is_known, np.sqrt(variance), np.nan))


CORRECTED = Metric(
    "corrected_prevalence",
    "Corrected prevalence",
    "Share of all scored rows that are positive, from the labels of some and the predictions of all; it holds where the rows "
    "with a label were drawn at random.",
    "PPI++: prevalence + λ × (selection rate without a label - selection rate of judged rows)",
    "every row has a label, hardly one has, or rows stand for many",
    "neither",
    _CorrectedRate(),
    frozenset({"slices"}),
    is_share=True,
    short="Corrected",
)
"""A part of the registry."""
