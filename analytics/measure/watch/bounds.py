"""_Bounds that hold however often somebody looks: anytime-valid, restarted every four weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray

ALPHA = 0.2
"""False alarms that a stable stream raises a year at most: one in five years (issue of the gates). Simulated, of 10,000 stable
years with a pattern by weekday 4 to 5 in 100 alarm, 6 of a share of 2 % of 40 rows a week, 12 where weeks have twice
and 7 where they have twenty times the variance of chance."""
_RESTART = 4
"""Looks after which a further run of bounds begins, so that a change late in life is found as soon as an early one."""
_RUNS = 6
"""Parts of a year's error of which each run has one. Thirteen begin in a year, and err together as they overlap: parts of a
thirteenth keep the promise without a simulation, and find a jump of three points at 400 labels a week one to four weeks later."""
_TUNED = 6
"""Looks after a start at which its bounds are narrowest. By simulation: a jump of three points at 400 labels a week is then found
soonest."""
_MOST_FOLLOWED = 0.7
"""Share of their excess that weeks are taken to hand on to the next at most. Eight weeks hardly tell it, so that what weeks
differ by beyond chance counts as if they followed each other as far as they may, by one standard error; more weeks show that
they do not. Simulated, where each week shares a half of a large excess with the next, 21 of 100 stable years alarm after eight
weeks of baseline, and 11 after 26, in place of 74 and 67; of a small excess 39 and 30, in place of 45 and 42."""
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

    def times(self, more: FloatArray, later: FloatArray) -> FloatArray:
        """Return the factor, ``more`` as ``of_weeks`` from weeks after the baseline; ``later`` are these, NaN where one is empty.

        What weeks vary by beyond chance, and beyond what an estimate of that strays by, counts as that of weeks of which each
        hands on a share r to the next: the sum of many then varies by (1 + r) / (1 - r) of it.

        >>> one = np.array(1.0)
        >>> float(Beyond(1.2 * one, 10 * one, 4, one, 0 * one, np.zeros(5)).times(4 * one, np.zeros(4)).round(2))
        1.75
        """
        freedom = self.freedom + np.isfinite(later).sum(-1).astype(float)
        found = np.where(freedom >= _ENOUGH_WEEKS, (self.of_weeks + more) / np.maximum(freedom, 1), 0.0)
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


@dataclass(frozen=True)
class _Bounds:
    """The run of bounds that says most at each look.

    Attributes
    ----------
    start : ndarray of int, shape (..., looks)
        The look with which it begins.
    shift : ndarray of shape (..., looks)
        Mean of what was seen since less what is usual.
    usual : ndarray of shape (..., looks)
        What is usual less what the baseline expects: the weeks before the start tell it too.
    half : ndarray of shape (..., looks)
        How far it may be off.
    log_evidence : ndarray of shape (..., looks)
        How far the evidence is beyond what chance may be let pass, as a logarithm: from 0 on it is an alarm.
    """

    start: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    shift: FloatArray
    usual: FloatArray
    half: FloatArray
    log_evidence: FloatArray

    def is_alarm(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell at which looks the evidence is too strong for chance."""
        return np.asarray(self.log_evidence >= 0)


def anytime_bounds(
    seen: FloatArray,
    n: FloatArray,
    variance: FloatArray,
    baseline_error: FloatArray | float,
    alpha: float = ALPHA,
    beyond: Beyond | None = None,
) -> _Bounds:
    """Bound the mean excess over what is usual at every look, for all looks together.

    A run of bounds begins with every fourth week and has a part of a year's error. Each is the normal mixture of Waudby-Smith and
    others: the half-width of the mean after t rows is √(2 (V ρ² + 1) / (t² ρ²) · log(√(V ρ² + 1) / α)), V the sum of variances
    and ρ² chosen for six looks like the first. What is usual is an estimate too, from the baseline and from the weeks before the
    run begins, which also tell by how much weeks differ beyond chance: its error shifts all looks of the run alike, so that the
    evidence is the ratio of both densities of the difference of the two means, a normal mixture again.

    Parameters
    ----------
    seen : ndarray of shape (..., looks)
        Sum of what was seen less what the baseline expects, at each look alone.
    n, variance : ndarray of shape (..., looks)
        Rows of each look, and the variance of ``seen`` in a stable stream.
    baseline_error : float or ndarray of shape (...)
        Standard error of the baseline's mean.
    alpha : float
        False alarms a year of a stable stream, at most.
    beyond : Beyond or None
        How many times these variances a stable stream varies by; None: once.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Ann. Stat. 52:2613-2640; Robbins (1970),
    Ann. Math. Stat. 41:1397-1409.

    Examples
    --------
    >>> found = anytime_bounds(np.array([0.0, 0.0, 120.0]), np.full(3, 400.0), np.full(3, 36.0), 0.0)
    >>> print(found.is_alarm(), found.start, found.shift.round(2))
    [False False  True] [0 0 0] [0.  0.  0.1]
    """
    shape, share = seen.shape, alpha / _RUNS
    start, shift, usual = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape)
    half, evidence = np.full(shape, np.inf), np.full(shape, -np.inf)
    error = np.broadcast_to(np.asarray(baseline_error, dtype=float), shape[:-1])
    for first in range(0, shape[-1], _RESTART):
        mean, least, factor = _usual(seen[..., :first], n[..., :first], variance[..., :first], error, beyond)
        total, rows, spread = (each[..., first:].cumsum(axis=-1) for each in (seen, n, variance))
        with np.errstate(divide="ignore", invalid="ignore"):
            own_shift = total / rows - mean[..., None]
            stable = factor[..., None] * (
                spread / rows**2 * _tilt(own_shift * rows / spread, beyond) + least[..., None]
            )
            mixed = (factor * _first_of(spread / rows**2, rows > 0) * _tuning(share) / _TUNED)[..., None]
            gain = 1 / stable - 1 / (stable + mixed)
            growth = 0.5 * np.log1p(mixed / stable)
            own_half = np.sqrt(2 * (growth - np.log(share)) / gain)
            own_evidence = own_shift**2 * gain / 2 - growth + np.log(share)
        own_evidence = np.where((rows > 0) & (spread > 0), own_evidence, -np.inf)
        later = own_evidence > evidence[..., first:]
        for best, own in (
            (start, np.full(rows.shape, first)),
            (shift, own_shift),
            (usual, np.broadcast_to(mean[..., None], rows.shape)),
            (half, own_half),
            (evidence, own_evidence),
        ):
            best[..., first:] = np.where(later, own, best[..., first:])
    return _Bounds(start, shift, usual, half, evidence)


def _usual(
    seen: FloatArray, n: FloatArray, variance: FloatArray, error: FloatArray, beyond: Beyond | None
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
    return mean, least, beyond.times(more, later)


def _tilt(shift: FloatArray, beyond: Beyond | None) -> FloatArray | float:
    """Return how many times its variance a mean strays by on the side to which its share leans (Bernstein's inequality).

    ``shift`` is in units of the variance of a row: three hits where one is usual are no rarity.
    """
    if beyond is None:
        return 1.0
    return np.asarray(1 + np.maximum(beyond.lean[..., None] * shift, 0.0) / 3, dtype=float)


def _first_of(values: FloatArray, are_there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    """Return the first value that is there, 0 where none is."""
    place = are_there.argmax(axis=-1)[..., None]
    found = np.take_along_axis(np.where(are_there, values, 0.0), place, axis=-1)[..., 0]
    return np.asarray(found, dtype=float)


def _tuning(alpha: float) -> float:
    """Return ρ² V of the look at which bounds are narrowest, equation 10 of the source."""
    return float(-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1))
