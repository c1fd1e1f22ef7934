"""Means of skewed values: intervals and scores that know that few rows may carry the mean."""

from __future__ import annotations

import numpy as np
from scipy import special

from analytics.measure.discovery.cube import Sums
from analytics.measure.intervals import FloatArray, Interval, ratio

_BORROWED = 300
"""Rows of the whole that a slice borrows the shape of its values from; see the simulations of
`skewed_mean`."""
SHORTEST = (5**0.5 - 1) / 2
"""The arm on the side of the few large values is at least this share of the symmetrical one."""
_STRAIGHT = 1e-6
"""Skewness below which the cube root loses its digits and the score stays as it is."""
_STEEPEST = 4.0
"""Where means are more skewed than this, the normal scores of a gamma distribution are no longer known well."""


def central_sums(sums: Sums) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean of slices and the sums of the second and third power of the distance to it."""
    assert sums.cubes is not None
    n, mean = sums.trials, ratio(sums.total, sums.trials)
    second = (sums.squares - n * mean**2).clip(min=0)
    return mean, second, sums.cubes - 3 * mean * sums.squares + 2 * n * mean**3


def skewed_mean(sums: Sums, whole: Sums, level: float) -> Interval:
    """Bound the mean of slices whose values are skewed.

    Parameters
    ----------
    sums : Sums
        One entry per slice, with the sums of cubes.
    whole : Sums
        All rows, one entry or one per slice.
    level : float

    Notes
    -----
    A slice that happens to hold few of the rare large values has a low mean and a low variance at once: the two covary by the
    third moment. So the variance at a mean d below the estimate is taken as s² - b d, with b the third moment over the
    second, and the bounds solve n d² = t² (s² - b d), as Wilson's do for flags. b is multiplied by 2/3 + 1/(3 t²), which
    makes the bounds agree with Johnson's t, and so with the stated level, to the second order. A slice of few rows cannot
    know b: 300 rows' worth of the whole are added to its own moments. The short arm is at least 0.62 of the symmetrical one,
    because a second-order correction says nothing beyond that.

    In simulation (50 to 5,000 rows, 2,000 draws each) bias and Brier loss at base rates of 1-14 % miss on either side in
    1.5-2.6 % on average and in no case in more than 4.5 %, where t misses in up to 58 %. Lognormal costs with a sigma of 1 to
    1.5 miss in at most 5 %, where only 2-14 % of the rows have one in at most 8 % (t: 35 %) from 300 rows on; with fewer rows
    the interval of those is too wide rather than too narrow.

    References
    ----------
    Johnson (1978), J. Am. Stat. Assoc. 73:536-544; Hall (1992), J. R. Stat. Soc. B 54:221-228; Wilson (1927), J. Am. Stat.
    Assoc. 22:209-212.

    Examples
    --------
    >>> none, rare = np.array([0.0]), np.array([180.0])
    >>> n, every = np.array([100.0]), np.array([9_000.0])
    >>> slices, whole = Sums(n, n, none, none, cubes=none), Sums(every, every, rare, rare, cubes=rare)
    >>> found = skewed_mean(slices, whole, 0.95)
    >>> print(found.low.round(4), found.high.round(4))
    [0.] [0.0284]
    """
    mean, second, third = central_sums(sums)
    _, all_second, all_third = central_sums(whole)
    n, lent = sums.trials, _BORROWED * ratio(1, whole.trials)
    t = special.stdtrit(np.where(n > 1, n - 1, 1.0), (1 + level) / 2)
    slope = np.nan_to_num(ratio(third + lent * all_third, second + lent * all_second)) * (2 / 3 + 1 / (3 * t**2))
    spread = np.sqrt(ratio(second, (n - 1).clip(min=0) * n))

    def arm(side: int) -> FloatArray:
        lean = side * t**2 * slope * ratio(1, 2 * n)
        return np.asarray(np.maximum(np.hypot(lean, t * spread) - lean, SHORTEST * t * spread), dtype=float)

    return Interval(mean, mean - arm(1), mean + arm(-1))


def normal_scores(z: FloatArray, skewness: FloatArray) -> FloatArray:
    """Return the scores of a normal distribution that are as rare as standardised means of this ``skewness``.

    By Wilson and Hilferty's cube root of a gamma distribution; beyond a skewness of 4 as at 4.

    References
    ----------
    Wilson and Hilferty (1931), Proc. Natl. Acad. Sci. 17:684-688.

    Examples
    --------
    >>> print(normal_scores(np.array([2.0, 4.0, 4.0]), np.array([0.0, 1.0, -0.4])).round(2))
    [2.   2.82 6.16]
    """
    lean = np.clip(np.nan_to_num(skewness), -_STEEPEST, _STEEPEST)
    is_straight = np.abs(lean) < _STRAIGHT
    safe = np.where(is_straight, 1.0, lean)
    bent = 6 / safe * (np.cbrt(np.maximum(1 + safe * z / 2, 0.0)) - 1) + safe / 6
    return np.asarray(np.where(is_straight, z, bent), dtype=float)
