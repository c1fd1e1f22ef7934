"""Tests of many slices: p-values of proportions and their adjustment."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics.measure.intervals import FloatArray, ratio

SIGNIFICANT = 0.05
"""An adjusted p-value below it is called clear: one in twenty of the differences so called may be chance. The convention of
the field (Fisher 1925), the other side of intervals at 95 %."""
_SMALLEST_EXPECTED = 5
"""Rows expected in a cell of a 2 x 2 table, below which the z-test is not trusted (Cochran 1954, Biometrics 10:417-451)."""
_TAIL_SPREADS, _TAIL_ROWS = 12, 40
"""Standard deviations, and rows more, above the mean of a hypergeometric variable: beyond, nothing is left that a double
could add."""
_AS_LIKELY = 1 + 1e-7
"""Outcomes up to this ratio as likely as the observed one belong to the tail: equal ones that rounding tells apart, as in
SciPy's ``fisher_exact``."""


def proportion_p_value(s1: ArrayLike, n1: ArrayLike, s2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Test whether two independent proportions differ, two-sided.

    The pooled z-test; Fisher's exact test where a cell of the 2 x 2 table is expected to hold fewer than 5.

    Parameters
    ----------
    s1, n1, s2, n2 : array-like of counts, broadcast against each other

    Returns
    -------
    numpy.ndarray
        NaN where one side has no trials.

    Examples
    --------
    >>> print(proportion_p_value([56, 3], [70, 3], [48, 1], [80, 4]).round(4))
    [0.008  0.1429]
    """
    a, n, b, m = np.broadcast_arrays(*(np.asarray(counts, dtype=float) for counts in (s1, n1, s2, n2)))
    pooled = ratio(a + b, n + m)
    error = np.sqrt(pooled * (1 - pooled) * (ratio(1, n) + ratio(1, m)))
    p = np.asarray(2 * special.ndtr(-np.abs(ratio(ratio(a, n) - ratio(b, m), error))), dtype=float)
    expected = np.minimum(pooled, 1 - pooled) * np.minimum(n, m)
    is_small = (n > 0) & (m > 0) & (expected < _SMALLEST_EXPECTED)
    if not is_small.any():
        return p
    p = np.atleast_1d(p)
    small = np.atleast_1d(is_small)
    p[small] = _fisher(*(np.atleast_1d(counts)[small].astype(np.int64) for counts in (a, n, b, m)))
    return p.reshape(is_small.shape)


def greater_p_value(s1: ArrayLike, n1: ArrayLike, s2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Test whether the first of two independent proportions is the higher one, one-sided, by Fisher's exact test.

    Parameters
    ----------
    s1, n1, s2, n2 : array-like of counts, broadcast against each other

    Returns
    -------
    numpy.ndarray
        NaN where one side has no trials.

    Examples
    --------
    >>> print(greater_p_value([56, 3], [70, 3], [48, 1], [80, 4]).round(4))
    [0.0063 0.1143]
    """
    a, n, b, m = np.broadcast_arrays(*(np.asarray(counts, dtype=float) for counts in (s1, n1, s2, n2)))
    shape, (a, n, b, m) = a.shape, (np.atleast_1d(counts).ravel() for counts in (a, n, b, m))
    p = np.full(a.shape, np.nan)
    tested = np.flatnonzero((n > 0) & (m > 0))
    p[tested] = _upper_tail(*(counts[tested].astype(np.int64) for counts in (a, n, b, m)))
    return p.reshape(shape)


def _upper_tail(
    s1: NDArray[np.int64], n1: NDArray[np.int64], s2: NDArray[np.int64], n2: NDArray[np.int64]
) -> FloatArray:
    successes, total = s1 + s2, n1 + n2
    mean = n1 * ratio(successes, total)
    spread = np.sqrt(mean * (1 - ratio(successes, total)) * ratio(n2, total - 1).clip(max=1))
    end = np.maximum(mean, s1) + _TAIL_SPREADS * np.nan_to_num(spread) + _TAIL_ROWS
    last = np.minimum(np.minimum(successes, n1), end.astype(np.int64))
    lengths = (last - s1 + 1).clip(min=1)
    starts = np.cumsum(lengths) - lengths
    at = np.repeat(np.arange(lengths.size), lengths)
    outcome = np.arange(lengths.sum()) - starts[at] + s1[at]
    chosen = _log_choose(n1[at], outcome) + _log_choose(n2[at], successes[at] - outcome)
    probability = np.exp(chosen - _log_choose(total[at], successes[at]))
    return np.add.reduceat(probability, starts).clip(max=1.0) if lengths.size else np.empty(0)


def _fisher(s1: NDArray[np.int64], n1: NDArray[np.int64], s2: NDArray[np.int64], n2: NDArray[np.int64]) -> FloatArray:
    successes, total = s1 + s2, n1 + n2
    first = np.maximum(successes - n2, 0)
    lengths = np.minimum(successes, n1) - first + 1
    starts = np.cumsum(lengths) - lengths
    table = np.repeat(np.arange(lengths.size), lengths)
    outcome = np.arange(lengths.sum()) - starts[table] + first[table]

    def log_probability(k: NDArray[np.int64], at: NDArray[np.int64]) -> FloatArray:
        chosen = _log_choose(n1[at], k) + _log_choose(n2[at], successes[at] - k)
        return np.asarray(chosen - _log_choose(total[at], successes[at]), dtype=float)

    probability = np.exp(log_probability(outcome, table))
    observed = np.exp(log_probability(s1, np.arange(lengths.size)))
    in_tail = probability <= observed[table] * _AS_LIKELY
    return np.add.reduceat(np.where(in_tail, probability, 0.0), starts).clip(max=1.0)


def _log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> FloatArray:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), dtype=float)


def benjamini_hochberg(p: ArrayLike, weights: ArrayLike = 1.0) -> FloatArray:
    """Adjust p-values for the number of slices that were looked at (false discovery rate).

    Parameters
    ----------
    p : array-like of shape (slices,)
        NaN is a slice that was not tested: it stays NaN and does not count.
    weights : array-like of positive numbers, broadcast against p
        How much of the error may be spent on each slice, relative to the others; fixed without looking at ``p``.

    References
    ----------
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300; for weights Genovese, Roeder and Wasserman (2006),
    Biometrika 93:509-524.

    Examples
    --------
    >>> print(benjamini_hochberg([0.01, float("nan"), 0.04, 0.03]))
    [0.03  nan 0.04 0.04]
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    share = np.broadcast_to(np.asarray(weights, dtype=float), values.shape)
    values = values / (share / share[tested].mean() if tested.size else 1.0)
    order = tested[np.argsort(values[tested])[::-1]]
    ranks = np.arange(order.size, 0, -1)
    if order.size:
        adjusted[order] = np.minimum.accumulate(values[order] * order.size / ranks).clip(max=1.0)
    return adjusted
