"""_Bounds that hold however often somebody looks: anytime-valid, restarted every four weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray
from analytics.measure.watch.alone import sums_without_healed, weeks_alone
from analytics.measure.watch.beyond import Beyond, tilt_of, usual_of

ALPHA = 0.2
"""False alarms that a stable stream raises a year at most: one in five years (issue of the gates). Simulated, of 10,000 stable
years with a pattern by weekday 5 to 6 in 100 alarm, 6 of a share of 2 % of 40 rows a week, 15 where weeks have twice
and 12 where they have twenty times the variance of chance."""
_RESTART = 4
"""Looks after which a further run of bounds begins, so that a change late in life is found as soon as an early one."""
_RUNS = 6
"""Parts of a year's error of which each run has one. Thirteen begin in a year, and err together as they overlap: parts of a
thirteenth keep the promise without a simulation, and find a jump of three points at 400 labels a week one to four weeks later."""
_ALONE = 2
"""Such parts that weeks alone have: an error that doubles from 10 % in one week of 400 labels is then noted in nine of ten."""
_TUNED = 6
"""Looks after a start at which its bounds are narrowest. By simulation: a jump of three points at 400 labels a week is then found
soonest."""


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
    is_apart : ndarray of bool, shape (..., looks)
        Whether the week alone is further from what is usual than chance lets it be: an alarm too, until a week is not.
    """

    start: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    shift: FloatArray
    usual: FloatArray
    half: FloatArray
    log_evidence: FloatArray
    is_apart: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

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
    evidence is the ratio of both densities of the difference of the two means, a normal mixture again. One part more is of weeks
    alone: one that stands apart is an alarm, and once it has healed it counts neither in means nor in what is usual.

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
    alone = weeks_alone(seen, n, variance, error, _ALONE * share, beyond)
    kept = ~alone.is_apart
    for first in range(0, shape[-1], _RESTART):
        own, rows, spread = (np.where(kept[..., :first], each[..., :first], 0.0) for each in (seen, n, variance))
        mean, least, factor = usual_of(own, rows, spread, error, beyond)
        total, rows, spread = (
            sums_without_healed(each[..., first:], n[..., first:], alone.is_apart[..., first:])
            for each in (seen, n, variance)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            own_shift = total / rows - mean[..., None]
            stable = factor[..., None] * (
                spread / rows**2 * tilt_of(own_shift * rows / spread, beyond) + least[..., None]
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
    only = alone.is_apart & (evidence < 0)
    start = np.where(only, np.arange(shape[-1]), start)
    shift, usual, half = (
        np.where(only, own, of_runs)
        for own, of_runs in ((alone.shift, shift), (alone.usual, usual), (alone.half, half))
    )
    return _Bounds(start, shift, usual, half, np.where(only, 0.0, evidence), alone.is_apart)


def _first_of(values: FloatArray, are_there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    """Return the first value that is there, 0 where none is."""
    place = are_there.argmax(axis=-1)[..., None]
    found = np.take_along_axis(np.where(are_there, values, 0.0), place, axis=-1)[..., 0]
    return np.asarray(found, dtype=float)


def _tuning(alpha: float) -> float:
    """Return ρ² V of the look at which bounds are narrowest, equation 10 of the source."""
    return float(-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1))
