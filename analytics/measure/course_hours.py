"""Whether a rate of errors that shifted among hours is another one at the same hours of the day too, or shifted at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.measure.comparisons import SIGNIFICANT, proportion_p_value
from analytics.measure.course import MIN_JUDGED, MOVED, Shift
from analytics.measure.intervals import FloatArray, normal_quantile

_LEAST_ALIKE = 3
"""Hours of the day that must lie on both sides of a shift: of one or two a single odd hour decides. By hand."""
_BESIDE, _MOST = 2, 0.7
"""Hours on either side of a jump, and the part of a shift that they differ by where it came at once. By hand."""


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
    before, since, on_both = _by_hour(hour, wrong, n, shift, effect)
    s1, n1, s2, n2 = (each[on_both] for each in (*before, *since))
    if on_both.sum() < _LEAST_ALIKE or min(n1.sum(), n2.sum()) < MIN_JUDGED:
        return False
    rate, usual = (s1 + s2) / (n1 + n2), float((n2 * s1 / n1).sum())
    variance = float((rate * (1 - rate) * n1 * n2 / np.maximum(n1 + n2 - 1, 1)).sum())
    beyond = float((s2 - n2 * rate).sum()) * (1 if shift.after > shift.before else -1)
    is_moved = s2.sum() >= MOVED * usual if shift.after > shift.before else MOVED * s2.sum() <= usual
    return bool(is_moved and beyond > normal_quantile(1 - SIGNIFICANT) * np.sqrt(variance))


def shifts_at_once(hour: FloatArray, wrong: FloatArray, n: FloatArray, shift: Shift, effect: float = 1.0) -> bool:
    """Whether a shift that no hours of the day on both sides could tell is a jump from one hour to the next between two levels.

    What holds of each hour anew, as of nights, comes over hours as a rule. Whether a jump comes each day cannot be told of one:
    who says it says that too.

    Parameters
    ----------
    hour, wrong, n, shift, effect
        As in `lasts_by_hour`.

    Examples
    --------
    >>> from analytics.measure.course import latest
    >>> at, n = np.arange(24.0), np.full(24, 250.0)
    >>> broken, by_day = np.where(at >= 12, 75.0, 25.0), 50 - 25 * np.sin(at * np.pi / 12)
    >>> [shifts_at_once(at, wrong, n, latest(wrong, n, np.zeros(24), least=3)) for wrong in (broken, by_day)]
    [True, False]
    """
    if _by_hour(hour, wrong, n, shift, effect)[2].sum() >= _LEAST_ALIKE:
        return False
    first = max(shift.start, shift.place - _BESIDE)
    s1, n1, s2, n2 = (
        float(each[part].sum() / effect)
        for part in (slice(first, shift.place), slice(shift.place, shift.place + _BESIDE))
        for each in (wrong, n)
    )
    if min(n1, n2) < MIN_JUDGED:
        return False
    for part in (slice(shift.start, shift.place), slice(shift.place, None)):
        rows, errors = n[part] / effect, wrong[part] / effect
        rate = float(errors.sum() / rows.sum())
        if 0 < rate < 1 and not _is_level(errors, rows, rate):
            return False
    jump = (s2 / n2 - s1 / n1) * (1 if shift.after > shift.before else -1)
    is_most = jump >= _MOST * abs(shift.after - shift.before)
    return bool(is_most and float(proportion_p_value(s1, n1, s2, n2)) < SIGNIFICANT)


def _is_level(wrong: FloatArray, n: FloatArray, rate: float) -> bool:
    """Whether hours vary around their rate by no more than chance (Pearson's χ²)."""
    kept = n > 0
    squares = (wrong[kept] - n[kept] * rate) ** 2 / (n[kept] * rate * (1 - rate))
    return bool(special.chdtrc(max(int(kept.sum()) - 1, 1), float(squares.sum())) >= SIGNIFICANT)


def _by_hour(
    hour: FloatArray, wrong: FloatArray, n: FloatArray, shift: Shift, effect: float
) -> tuple[list[FloatArray], list[FloatArray], NDArray[np.bool_]]:
    """Return errors and rows by hour of the day before a shift and since, and which hours have rows on both sides."""
    before, since = (
        [
            np.bincount(hour[part].astype(int), each[part] / effect, int(hour.max()) + 1).astype(float)
            for each in (wrong, n)
        ]
        for part in (slice(shift.start, shift.place), slice(shift.place, None))
    )
    return before, since, (before[1] > 0) & (since[1] > 0)
