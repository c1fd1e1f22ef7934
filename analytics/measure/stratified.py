"""The exact test of two independent proportions in two strata at once: rows of either label apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.measure.intervals import FloatArray, ratio

_CELLS = 2_000_000
"""Outcomes that are held at once: 16 MB for each of a handful of arrays."""
_SPREADS, _ROWS = 8, 20
"""Standard deviations, and rows more, on either side of the mean of a hypergeometric variable: beyond lies less than 1e-15."""

_IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Tails:
    """Chance, given the margins, of at least and of at most as many successes in the first sample as were found."""

    upper: FloatArray
    lower: FloatArray

    @property
    def two_sided(self) -> FloatArray:
        """Twice the smaller tail."""
        return np.asarray(np.minimum(1.0, 2 * np.minimum(self.upper, self.lower)), dtype=float)


def stratified_tails(s1: FloatArray, n1: FloatArray, s2: FloatArray, n2: FloatArray) -> Tails:
    """Test whether two samples have the same proportion of successes in each of two strata, exactly.

    Given how many successes each stratum holds in all, those of the first sample are hypergeometric in each; their sum over
    the two strata is the statistic.

    Parameters
    ----------
    s1, n1, s2, n2 : numpy.ndarray of shape (2, slices)
        Successes and rows of the first and of the second sample, by stratum.

    Returns
    -------
    Tails
        Of shape (slices,); NaN where a sample has no row.

    References
    ----------
    Birch (1964), J. R. Stat. Soc. B 26:313-324; the exact form of Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22:719-748.

    Examples
    --------
    >>> tails = stratified_tails(*(np.array(part, dtype=float) for part in ([[3], [2]], [[4], [9]], [[1], [1]], [[6], [11]])))
    >>> print(tails.upper.round(4), tails.lower.round(4))
    [0.0838] [0.9896]
    """
    counts = [np.asarray(part, dtype=np.int64) for part in (s1, n1, s2, n2)]
    upper, lower = np.full(counts[0].shape[1], np.nan), np.full(counts[0].shape[1], np.nan)
    first, last = _ranges(*counts)
    widths = (last - first + 1).max(axis=0)
    is_tested = (counts[1].sum(axis=0) > 0) & (counts[3].sum(axis=0) > 0)
    order = np.flatnonzero(is_tested)[np.argsort(widths[is_tested], kind="stable")]
    start = 0
    while start < len(order):
        # Ordered by width, so that the last one of a run is the widest.
        size = 1
        while start + size < len(order) and (size + 1) * widths[order[start + size]] <= _CELLS:
            size += 1
        run = order[start : start + size]
        upper[run], lower[run] = _run([part[:, run] for part in counts], first[:, run], last[:, run])
        start += size
    return Tails(upper, lower)


def _ranges(s1: _IntArray, n1: _IntArray, s2: _IntArray, n2: _IntArray) -> tuple[_IntArray, _IntArray]:
    """Return the first and the last outcome of each stratum that is not beyond all likelihood."""
    successes, total = s1 + s2, n1 + n2
    share = np.nan_to_num(ratio(successes, total))
    mean, spread = n1 * share, np.sqrt(n1 * share * (1 - share) * np.nan_to_num(ratio(n2, total - 1).clip(max=1)))
    reach = _SPREADS * spread + _ROWS
    first = np.maximum(np.maximum(successes - n2, 0), np.floor(mean - reach).astype(np.int64))
    last = np.minimum(np.minimum(successes, n1), np.ceil(mean + reach).astype(np.int64))
    return first, last


def _run(counts: list[_IntArray], first: _IntArray, last: _IntArray) -> tuple[FloatArray, FloatArray]:
    """Return both tails of a run of slices; outcomes lie along the last axis, filled up to the widest of the stratum."""
    s1, n1, s2, n2 = counts
    one, two = (_chances(first[at], last[at], n1[at], n2[at], s1[at] + s2[at]) for at in (0, 1))
    found, width = s1.sum(axis=0)[:, None], two.shape[1]
    at = found - (first[0][:, None] + np.arange(one.shape[1])) - first[1][:, None]
    # P(second >= j) and P(second <= j - 1) at place j - first, so that both are 0 or 1 beyond the ends.
    edge = np.zeros((len(found), 1))
    above = np.hstack([np.cumsum(two[:, ::-1], axis=1)[:, ::-1], edge])
    below = np.hstack([edge, np.cumsum(two, axis=1)])
    upper = (one * np.take_along_axis(above, at.clip(0, width), axis=1)).sum(axis=1)
    lower = (one * np.take_along_axis(below, (at + 1).clip(0, width), axis=1)).sum(axis=1)
    return upper.clip(max=1.0), lower.clip(max=1.0)


def _chances(first: _IntArray, last: _IntArray, n: _IntArray, m: _IntArray, successes: _IntArray) -> FloatArray:
    """Return the hypergeometric chances of the outcomes from the first to the last, shape (slices, outcomes); 0 after the last.

    Each follows from the one before it: the ratio of neighbours has no factorials, which take ten times as long and whose
    logarithms lose digits where rows are many. What lies beyond first and last is nothing, so that the chances add up to 1.
    """
    before = first[:, None] + np.arange(int((last - first).max()), dtype=float)
    n, m, successes, last = (each[:, None] for each in (n, m, successes, last))
    ratios = (successes - before) * (n - before) / ((before + 1) * (m - successes + before + 1).clip(min=1))
    steps = np.log(np.where(before < last, ratios, 1.0))
    logs = np.concatenate([np.zeros((len(first), 1)), np.cumsum(steps, axis=-1)], axis=-1)
    chance = np.exp(logs - logs.max(axis=-1, keepdims=True))
    chance[:, 1:][before >= last] = 0.0
    return np.asarray(chance / chance.sum(axis=-1, keepdims=True))
