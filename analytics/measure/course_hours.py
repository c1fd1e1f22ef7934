"""Whether a rate of errors that shifted among hours is another one at the same hours of the day too."""

from __future__ import annotations

import numpy as np

from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.course import MIN_JUDGED, MOVED, Shift
from analytics.measure.intervals import FloatArray, normal_quantile

_LEAST_ALIKE = 3
"""Hours of the day that must lie on both sides of a shift: of one or two a single odd hour decides. By hand."""


def lasts_by_hour(hour: FloatArray, wrong: FloatArray, n: FloatArray, shift: Shift, effect: float = 1.0) -> bool:
    """Whether a shift is one between the same hours of the day: nights that are always worse are none.

    Parameters
    ----------
    hour : numpy.ndarray of shape (buckets,)
        The hour of the day of each bucket.
    wrong, n : numpy.ndarray of shape (buckets,)
        Errors, and the rows that they are counted among, in the order of time.
    shift : Shift
        What was found of the buckets.
    effect : float
        How many times the variance of independent rows that of these rows is.

    Notes
    -----
    Errors since then are held against those of each hour of the day on both sides together (Mantel and Haenszel), and how many
    they are against its rate of before. Hours of one side alone tell nothing: of a log of one day none is told.

    Examples
    --------
    >>> from analytics.measure.course import latest
    >>> at = np.arange(48)
    >>> n, night = np.full(48, 100.0), np.where(at % 24 >= 18, 40.0, 10.0)
    >>> broken = np.where(at >= 30, 30.0, 10.0)
    >>> found = [latest(wrong, n, np.zeros(48), least=3) for wrong in (night, broken)]
    >>> [each is not None and lasts_by_hour(at % 24.0, wrong, n, each) for each, wrong in zip(found, (night, broken))]
    [False, True]
    """
    before, since = (
        [np.bincount(hour[part].astype(int), each[part] / effect, int(hour.max()) + 1) for each in (wrong, n)]
        for part in (slice(shift.start, shift.place), slice(shift.place, None))
    )
    on_both = (before[1] > 0) & (since[1] > 0)
    s1, n1, s2, n2 = (each[on_both] for each in (*before, *since))
    if on_both.sum() < _LEAST_ALIKE or min(n1.sum(), n2.sum()) < MIN_JUDGED:
        return False
    rate, usual = (s1 + s2) / (n1 + n2), float((n2 * s1 / n1).sum())
    variance = float((rate * (1 - rate) * n1 * n2 / np.maximum(n1 + n2 - 1, 1)).sum())
    beyond = float((s2 - n2 * rate).sum()) * (1 if shift.after > shift.before else -1)
    is_moved = s2.sum() >= MOVED * usual if shift.after > shift.before else MOVED * s2.sum() <= usual
    return bool(is_moved and beyond > normal_quantile(1 - SIGNIFICANT) * np.sqrt(variance))
