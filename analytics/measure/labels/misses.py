"""By what estimates of past days missed: how much more than by chance, and more so the more rows waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import special

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import Whole

_Told = TypeVar("_Told")

_ENOUGH, _LEVEL = 19, 0.95
"""Past estimates from which on an interval is as wide as the misses of this share of them: the least that tell it."""
_SHARES = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 26)])
"""Shares of the squared swing that are tried: all that it can be, in steps that move a width by less than a third."""
_SURE = 1.92
"""By how much more likely, in natural logarithms, misses have to be under a shared fate than without one: half the 95 % quantile
of χ² with one degree of freedom. Where all days are alike nothing tells the two apart."""


@dataclass(frozen=True)
class Missed:
    """What past estimates of days at the same ages missed by.

    Attributes
    ----------
    together : float
        Share of the squared swing of the metric that counts beside chance: how much rows of one day share its fate.
    scale : float
        How many times this variance is what they missed by.
    n : int
        Past buckets.
    """

    together: float
    scale: float
    n: int

    def variance(self, chance: FloatArray, swing: FloatArray) -> FloatArray:
        """Return the variance of an estimate, as past ones missed and at least by chance, from that of chance and its swing."""
        return np.maximum(chance, self.scale * (chance + self.together * swing**2))


def missed(misses: FloatArray, chance: FloatArray, swing: FloatArray, n: int) -> Missed:
    """Return by how much past estimates missed beyond chance.

    Rows of one day share its fate: in a storm all labels are late, and more rows than ever get none. Such a variance grows with
    the square of the rows that wait, that of chance with their number (extra-binomial variation, Williams 1982), so that a
    factor from quiet days is too small for the others. The share of either is the one under which the misses are the most
    likely, of a Laplace distribution, as one storm of a year is not to say it. Both are then scaled so that the interval would
    have held 95 % of the past estimates (normalised split conformal intervals, Lei et al. 2018), or their mean square where
    they are few.

    Parameters
    ----------
    misses, chance, swing : ndarray of shape (estimates,)
        By what each missed, its variance by chance alone, and its standard deviation if all waiting rows went the same way.
    n : int
        Past buckets in which they were; runs of days in one of them may share days.

    Examples
    --------
    >>> missed(np.array([0.1, -0.1, 0.3, -0.3]), np.full(4, 0.01), np.ones(4), 4)
    Missed(together=0.0, scale=5.0, n=4)
    """
    if len(misses) < _ENOUGH:
        return Missed(0.0, max(float((misses**2 / chance).mean()), 1.0), n)
    tried = chance + _SHARES[:, None] * swing**2
    ratio = np.abs(misses) / np.sqrt(tried)
    unlikely = np.log(np.maximum(ratio.mean(axis=1), 1e-12)) + np.log(tried).mean(axis=1) / 2
    best = int(np.argmin(unlikely))
    best = best if len(misses) * (unlikely[0] - unlikely[best]) > _SURE else 0
    place = min(int(np.ceil(_LEVEL * (len(misses) + 1))), len(misses)) - 1
    reach = float(np.sort(ratio[best])[place]) / float(special.stdtrit(n, (1 + _LEVEL) / 2))
    return Missed(float(_SHARES[best]), reach**2, n)


def runs_of(past: Sequence[tuple[Whole, _Told]], sizes: Sequence[int]) -> list[list[tuple[Whole, _Told]]]:
    """Return days of past buckets as so many days of each of some buckets in a row are: by bucket, the same number of each.

    Days of one bucket are any in a row; of several, the last ones of the first and the first ones of the last.

    >>> past = [(np.arange(7), "a"), (np.arange(7, 14), "b"), (np.arange(14, 21), "c")]
    >>> [[(days.tolist(), told) for days, told in part] for part in runs_of(past, [2, 3])]
    [[([5, 6], 'a'), ([12, 13], 'b')], [([7, 8, 9], 'b'), ([14, 15, 16], 'c')]]
    >>> len(runs_of(past, [6])[0]), runs_of(past, [1, 7, 7, 1])
    (6, [[], [], [], []])
    """
    if len(sizes) == 1:
        return [[(days[k : k + sizes[0]], told) for days, told in past for k in range(len(days) - sizes[0] + 1)]]
    last, found = len(sizes) - 1, []
    for part, size in enumerate(sizes):
        own = past[part : part + max(len(past) - last, 0)]
        found.append([(days[-size:] if part < last else days[:size], told) for days, told in own])
    whole = [[len(days) == size for days, _ in part] for part, size in zip(found, sizes, strict=True)]
    kept = [all(each) for each in zip(*whole, strict=True)]
    return [[run for run, ok in zip(part, kept, strict=True) if ok] for part in found]
