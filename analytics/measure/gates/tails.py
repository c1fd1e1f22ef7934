"""Intervals far out in the tail, where one of many slices has to be surer than one alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from analytics.measure.intervals import FloatArray, Interval, normal_quantile, ratio


def exact_proportion(successes: ArrayLike, trials: ArrayLike, level: float) -> Interval:
    """Bound a proportion by the binomial distribution itself: far out Wilson's interval is missed twice as often as it says.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26:404-413.

    Examples
    --------
    >>> found = exact_proportion(0, 10, 0.95)
    >>> float(found.low), round(float(found.high), 4)
    (0.0, 0.3085)
    """
    s, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    tail = (1 - level) / 2
    low = np.where(s > 0, special.betaincinv(np.maximum(s, 1), n - s + 1, tail), 0.0)
    high = np.where(s < n, special.betaincinv(s + 1, np.maximum(n - s, 1), 1 - tail), 1.0)
    undefined = n <= 0
    return Interval(ratio(s, n), np.where(undefined, np.nan, low), np.where(undefined, np.nan, high))


def stretched(interval: Interval, level: float, to: float) -> Interval:
    """Lengthen the arms of an interval to another level: percentiles of 1,000 replicates end where a level of 99.9 % begins.

    Examples
    --------
    >>> found = stretched(Interval(*(np.array([end]) for end in (0.5, 0.4, 0.7))), 0.95, 0.99)
    >>> print(found.low.round(3), found.high.round(3))
    [0.369] [0.763]
    """
    times = normal_quantile(to) / normal_quantile(level)
    value: FloatArray = interval.value
    return Interval(value, value - times * (value - interval.low), value + times * (interval.high - value))
