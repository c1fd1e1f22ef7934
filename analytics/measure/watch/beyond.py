"""How much a stable stream varies by: beyond chance by days and by weeks, and what its weeks make usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray

_MOST_FOLLOWED = 0.7
"""Share of their excess that weeks are taken to hand on to the next at most. Eight weeks hardly tell it, so that what weeks
differ by beyond chance counts as if they followed each other as far as they may, by one standard error; more weeks show that
they do not. Simulated, where each week shares a half of a large excess with the next, 25 of 100 stable years alarm after eight
weeks of baseline, and 14 after 26, in place of 74 and 67; of a small excess 43 and 28, in place of 45 and 42."""
_ENOUGH_WEEKS = 3
"""Weeks, less one for their mean, from which on they tell whether whole weeks differ by more than chance. By hand."""


@dataclass(frozen=True)
class Beyond:
    """How many times its binomial variance a stable stream varies by.

    Attributes
    ----------
    by_day : ndarray of shape (...)
        As days of the baseline tell it (Pearson's φ), at least 1.
    of_weeks : ndarray of shape (...)
        Sum over its weeks of the squared distance from what was expected, over the variance.
    freedom : int
        Weeks of the baseline less one.
    unsure : ndarray of shape (...)
        What so few days ask for beside (Student's t, squared).
    lean : ndarray of shape (...)
        Which way a rare share strays further than a normal one: 1 - 2 p of a share p.
    base : ndarray of shape (..., baseline weeks)
        How far weeks of the baseline are from what was expected, in their binomial standard errors.
    """

    by_day: FloatArray
    of_weeks: FloatArray
    freedom: int
    unsure: FloatArray
    lean: FloatArray
    base: FloatArray

    def times(self, more: FloatArray, later: FloatArray, *, is_alone: bool = False) -> FloatArray:
        """Return the factor, ``more`` as ``of_weeks`` from weeks after the baseline; ``later`` are these, NaN where one is empty.

        What weeks vary by beyond chance, and beyond what an estimate of that strays by, counts as that of weeks of which each
        hands on a share r to the next: the sum of many then varies by (1 + r) / (1 - r) of it. One week alone
        (``is_alone``) hands on nothing, and Student's t is asked of it elsewhere.

        >>> one = np.array(1.0)
        >>> float(Beyond(1.2 * one, 10 * one, 4, one, 0 * one, np.zeros(5)).times(4 * one, np.zeros(4)).round(2))
        1.75
        """
        freedom = self.freedom + np.isfinite(later).sum(-1).astype(float)
        found = np.where(freedom >= _ENOUGH_WEEKS, (self.of_weeks + more) / np.maximum(freedom, 1), 0.0)
        if is_alone:
            return np.asarray(np.maximum(self.by_day, found), dtype=float)
        share = _handed_on(
            np.concatenate([np.broadcast_to(self.base, (*later.shape[:-1], self.base.shape[-1])), later], -1)
        )
        excess = np.maximum(found - 1 - np.sqrt(2 / np.maximum(freedom, 1)), 0.0)
        persistent = 1 + (1 + share) / (1 - share) * excess
        return np.asarray(np.maximum(np.maximum(self.by_day, found), persistent) * self.unsure, dtype=float)


def _handed_on(weeks: FloatArray) -> FloatArray:
    """Return the share of a week that the next one may have in common with it: one standard error more than it looks like."""
    known = np.isfinite(weeks)
    n = np.maximum(known.sum(-1), 1)
    filled = np.where(known, weeks, 0.0)
    rest = np.where(known, weeks - (filled.sum(-1) / n)[..., None], 0.0)
    total = (rest**2).sum(-1)
    found = (rest[..., 1:] * rest[..., :-1]).sum(-1) / np.where(total > 0, total, 1.0)
    return np.asarray(np.clip(found + 1 / n + 1 / np.sqrt(n), 0.0, _MOST_FOLLOWED), dtype=float)


def usual_of(
    seen: FloatArray,
    n: FloatArray,
    variance: FloatArray,
    error: FloatArray,
    beyond: Beyond | None,
    *,
    is_alone: bool = False,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what is usual less what the baseline expects, its variance, and how many times that and all others are meant."""
    rows, spread = n.sum(-1), variance.sum(-1)
    known = np.where(spread > 0, rows**2 / np.where(spread > 0, spread, 1.0), 0.0)
    least = error**2 / (1 + error**2 * known)
    mean = least * known * seen.sum(-1) / np.maximum(rows, 1e-12)
    if beyond is None:
        return mean, least, np.ones(np.shape(error))
    is_one = variance > 0
    more = np.where(is_one, seen**2 / np.where(is_one, variance, 1.0), 0.0).sum(-1)
    more = np.maximum(more - np.where(least > 0, mean**2 / np.where(least > 0, least, 1.0), 0.0), 0.0)
    later = np.where(is_one, seen / np.sqrt(np.where(is_one, variance, 1.0)), np.nan)
    return mean, least, beyond.times(more, later, is_alone=is_alone)


def tilt_of(shift: FloatArray, beyond: Beyond | None) -> FloatArray | float:
    """Return how many times its variance a mean strays by on the side to which its share leans (Bernstein's inequality).

    ``shift`` is in units of the variance of a row: three hits where one is usual are no rarity.
    """
    if beyond is None:
        return 1.0
    return np.asarray(1 + np.maximum(beyond.lean[..., None] * shift, 0.0) / 3, dtype=float)
