"""What a stable stream is expected to do: the baseline's own weekdays, with the variance that it showed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.measure.intervals import FloatArray, normal_quantile
from analytics.measure.watch.beyond import Beyond


@dataclass(frozen=True)
class _Excess:
    """Weeks against a baseline.

    Attributes
    ----------
    seen, n, variance : ndarray of shape (..., weeks)
        As `anytime_bounds` takes them; the variance is binomial.
    expected : ndarray of shape (..., weeks)
        The share that the baseline expects of each week.
    error : ndarray of shape (...)
        Binomial standard error of the baseline's mean.
    beyond : Beyond
        How many times these variances days and weeks differ by.
    """

    seen: FloatArray
    n: FloatArray
    variance: FloatArray
    expected: FloatArray
    error: FloatArray
    beyond: Beyond


def excess_over(hits: FloatArray, n: FloatArray, base_hits: FloatArray, base_n: FloatArray) -> _Excess:
    """Compare weeks with the same weekdays of a baseline.

    How much days and weeks of the baseline differ beyond the binomial variance (Pearson's φ, and what Student's t asks of so few
    days) is told apart from it: weeks that are watched add to what is known of it.

    Parameters
    ----------
    hits, n : ndarray of shape (..., weeks, 7)
        Rows of which the share is one of, and all of its rows, by day.
    base_hits, base_n : ndarray of shape (..., baseline weeks, 7)
        The same of the baseline.

    Examples
    --------
    >>> base = np.full((8, 7), 10.0)
    >>> found = excess_over(np.full((1, 7), 20.0), np.full((1, 7), 100.0), base, 10 * base)
    >>> print(found.seen, found.expected.round(3), found.error.round(4))
    [70.] [0.1] 0.004
    """
    days, all_hits, all_n = base_n.sum(-2), base_hits.sum((-2, -1)), base_n.sum((-2, -1))
    overall = ((all_hits + 0.5) / (all_n + 1))[..., None]
    mean = np.where(days > 0, base_hits.sum(-2) / np.maximum(days, 1), overall)
    smooth = (base_hits.sum(-2) + overall) / (days + 1)
    spread = smooth * (1 - smooth)
    rows = n.sum(-1)
    weight = n.mean(-2) / np.maximum(n.mean(-2).sum(-1, keepdims=True), 1e-12)
    error = np.sqrt((weight**2 * spread / np.maximum(days, 1)).sum(-1))
    return _Excess(
        seen=(hits - n * mean[..., None, :]).sum(-1),
        n=rows,
        variance=(n * spread[..., None, :]).sum(-1),
        expected=(n * mean[..., None, :]).sum(-1) / np.maximum(rows, 1),
        error=np.asarray(error, dtype=float),
        beyond=_beyond(base_hits, base_n, mean, spread),
    )


def _beyond(hits: FloatArray, n: FloatArray, mean: FloatArray, spread: FloatArray) -> Beyond:
    """Return how many times the binomial variance days and weeks of a baseline differ by."""
    off = hits - n * mean[..., None, :]
    expected = n * spread[..., None, :]
    freedom = np.maximum((n > 0).sum((-2, -1)) - (n.sum(-2) > 0).sum(-1), 1)
    by_day = (off**2 / np.where(expected > 0, expected, np.inf)).sum((-2, -1)) / freedom
    of_weeks = (off.sum(-1) ** 2 / np.maximum(expected.sum(-1), 1e-12)).sum(-1)
    quantile = special.stdtrit(np.maximum(freedom, 3), 0.975) / normal_quantile(0.95)
    share = (hits.sum((-2, -1)) + 0.5) / (n.sum((-2, -1)) + 1)
    base = off.sum(-1) / np.sqrt(np.maximum(expected.sum(-1), 1e-12))
    freedom_of_weeks = max(n.shape[-2] - 1, 0)
    return Beyond(np.maximum(by_day, 1.0), of_weeks, freedom_of_weeks, np.asarray(quantile**2), 1 - 2 * share, base)
