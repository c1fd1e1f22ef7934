"""Whether errors are others in the last buckets of a period, which are too few to say that it lasts."""

from __future__ import annotations

import numpy as np
from scipy import special

from analytics.measure.course import MIN_JUDGED, MOVED, Shift, beyond, dispersion, may_be_undone
from analytics.measure.intervals import FloatArray

_SURE = 0.01
"""How often a stable period may show one: it is asked anew of every day. A judgement."""
_LEAST_BEFORE = 6
"""Buckets before, from which on it is known by how much they differ: of fewer a weekend is none. By hand."""


def recent(
    wrong: FloatArray, n: FloatArray, unlabelled: FloatArray, effect: float = 1.0, *, most: int = 2
) -> Shift | None:
    """Find the last one or two buckets in which the rate of errors is clearly another one than in all before; None without.

    Parameters
    ----------
    wrong, n, unlabelled, effect
        As in `measure.course.risen`.
    most : int
        Buckets that it may be of: what is longer is a shift.

    Notes
    -----
    The last buckets are held against how much those before differ from each other (Pearson's dispersion, Student's t), so that
    bad weather is none: of 400 periods that are stable, or whose days differ by a third, it finds 0 to 3.5 %. The p-value is
    multiplied by the lengths that are looked at (Bonferroni).

    Examples
    --------
    >>> wrong, n = np.array([20.0, 22, 19, 24, 20, 21, 18, 23, 60]), np.full(9, 400.0)
    >>> found = recent(wrong, n, np.zeros(9))
    >>> print(found.place, round(found.before, 3), round(found.after, 3))
    8 0.052 0.15
    >>> recent(wrong[:-1], n[:-1], np.zeros(8)) is None
    True
    """
    found, least = None, _SURE / most
    for length in range(1, min(most, len(n) - _LEAST_BEFORE) + 1):
        place = len(n) - length
        s1, n1, s2, n2 = (
            each.sum() / effect for part in (slice(place), slice(place, None)) for each in (wrong[part], n[part])
        )
        if n2 < MIN_JUDGED or not 0 < s1 < n1:
            continue
        before, after, pooled = s1 / n1, s2 / n2, (s1 + s2) / (n1 + n2)
        spread = dispersion(wrong[:place] / effect, n[:place] / effect, before)
        z = abs(after - before) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2) * spread)
        p = 2 * float(special.stdtr(place - 1, -z))
        is_moved = after >= MOVED * before or MOVED * after <= before
        if is_moved and p < least and not may_be_undone(wrong / effect, n / effect, unlabelled, place):
            rows = (float(n1 * effect), float(n2 * effect))
            more = beyond(float(after), rows[1], float(before), rows[0], effect * spread)
            found, least = Shift(place, float(before), float(after), *rows, more), p
    return found
