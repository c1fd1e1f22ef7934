"""Differences of proportions over the same pairs, from how many of them changed and which way."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from analytics.measure.intervals import FloatArray, Interval, normal_quantile, ratio


def bonett_price(gained: ArrayLike, lost: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval:
    """Bound the difference of two proportions over the same pairs.

    Parameters
    ----------
    gained, lost : array-like of counts
        Pairs of which the candidate alone, and of which the live side alone, counts as a success.
    n : array-like of counts
        All pairs.
    level : float

    Returns
    -------
    Interval
        The proportion of the candidate less that of the live side; NaN without a pair.

    References
    ----------
    Bonett and Price (2012), J. Educ. Behav. Stat. 37:479-488: one is added to either kind of changed pairs, two to all.

    Examples
    --------
    >>> found = bonett_price(20, 5, 100)
    >>> print(found.value.round(3), found.low.round(3), found.high.round(3))
    0.15 0.051 0.243
    """
    c, b, pairs = (np.asarray(each, dtype=float) for each in (gained, lost, n))
    up, down = (c + 1) / (pairs + 2), (b + 1) / (pairs + 2)
    reach = normal_quantile(level) * np.sqrt((up + down - (up - down) ** 2) / (pairs + 2))
    value = ratio(c - b, pairs)
    undefined = np.isnan(value)
    low, high = ((up - down + sign * reach).clip(-1, 1) for sign in (-1, 1))
    return Interval(value, np.where(undefined, np.nan, low), np.where(undefined, np.nan, high))


def mcnemar_mid_p(gained: ArrayLike, lost: ArrayLike) -> FloatArray:
    """Test whether as many pairs changed one way as the other, two-sided, by the mid-p of the exact test.

    Parameters
    ----------
    gained, lost : array-like of counts

    Returns
    -------
    numpy.ndarray
        1 where no pair changed.

    References
    ----------
    Fagerland, Lydersen and Laake (2013), BMC Med. Res. Methodol. 13:91.

    Examples
    --------
    >>> print(mcnemar_mid_p([20, 3], [5, 3]).round(4))
    [0.0025 1.    ]
    """
    c, b = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (gained, lost)))
    fewer, n = np.minimum(c, b), c + b
    below = special.bdtr(fewer, n.astype(np.int64), 0.5)
    log_chance = special.gammaln(n + 1) - special.gammaln(fewer + 1) - special.gammaln(n - fewer + 1) - n * np.log(2)
    p = 2 * below - np.exp(log_chance)
    return np.asarray(np.where(c == b, 1.0, p.clip(0, 1)), dtype=float)
