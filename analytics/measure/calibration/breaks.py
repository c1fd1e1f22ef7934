"""The level of calibration over time: the bucket at which it broke, and the slices that are off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.measure.course import MIN_JUDGED
from analytics.measure.intervals import FloatArray, ratio

_LEAST_BUCKETS = 2
"""Buckets of time on either side of a break: with one, its level could not be told from a single odd week."""


@dataclass(frozen=True)
class LevelBreak:
    """The first bucket of the new level, and the p-value of the break, adjusted for looking at every bucket."""

    place: int
    p_value: float


def level_break(
    deviation: FloatArray, variance: FloatArray, n: FloatArray, rows: FloatArray | None = None
) -> LevelBreak | None:
    """Find where the mean of score - label changes most clearly between two buckets.

    Parameters
    ----------
    deviation : numpy.ndarray of shape (buckets,)
        Sum of score - label over judged rows.
    variance : numpy.ndarray of shape (buckets,)
        Variance of that sum if scores were the true probabilities.
    n : numpy.ndarray of shape (buckets,)
        Judged rows.
    rows : numpy.ndarray of shape (buckets,), optional
        Judged rows, where a break is looked for that leaves enough of them on either side: one positive row among few whose
        scores are next to zero is far beyond what a normal distribution knows.

    Returns
    -------
    LevelBreak or None
        None with fewer than four buckets that hold rows, or where no split leaves enough of them.

    Notes
    -----
    The largest of the z-statistics over all splits that leave two buckets on either side, each divided by how much more
    the buckets scatter around their two levels than their rows would (at least 1), with Bonferroni's adjustment.

    Examples
    --------
    >>> off = np.array([0.0, 5.0, -5.0, 60.0, 60.0, 60.0])
    >>> level_break(off, np.full(6, 25.0), np.full(6, 100.0)).place
    3
    >>> level_break(off, np.full(6, 25.0), np.full(6, 100.0), rows=np.full(6, 9.0)) is None
    True
    """
    held = np.flatnonzero((n > 0) & (variance > 0))
    if len(held) < 2 * _LEAST_BUCKETS:
        return None
    d, v, m = deviation[held], variance[held], n[held]
    upto = None if rows is None else np.cumsum(rows[held])
    found = []
    for split in range(_LEAST_BUCKETS, len(held) - _LEAST_BUCKETS + 1):
        levels = [d[part].sum() / m[part].sum() for part in (slice(None, split), slice(split, None))]
        errors = [v[part].sum() / m[part].sum() ** 2 for part in (slice(None, split), slice(split, None))]
        expected = m * np.repeat(levels, [split, len(held) - split])
        scatter = max(1.0, float(((d - expected) ** 2 / v).sum() / (len(held) - 2)))
        is_held = upto is None or min(upto[split - 1], upto[-1] - upto[split - 1]) >= MIN_JUDGED
        found.append(abs(levels[1] - levels[0]) / np.sqrt(scatter * sum(errors)) if is_held else -1.0)
    best = int(np.argmax(found))
    if found[best] < 0:
        return None
    p_value = min(1.0, float(2 * special.ndtr(-found[best])) * len(found))
    return LevelBreak(int(held[best + _LEAST_BUCKETS]), p_value)


def against_the_rest(deviation: FloatArray, variance: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compare the mean of score - label of each slice with that of all others.

    Returns
    -------
    tuple of numpy.ndarray of shape (slices,)
        The differences, and two-sided p-values with the variance that calibrated scores would have.
    """
    rest = n.sum() - n
    gap = ratio(deviation, n) - ratio(deviation.sum() - deviation, rest)
    error = np.sqrt(ratio(variance, n**2) + ratio(variance.sum() - variance, rest**2))
    return gap, np.asarray(2 * special.ndtr(-np.abs(ratio(gap, error))), dtype=float)
