"""_Bounds that hold however often somebody looks: anytime-valid, restarted every four weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import FloatArray

ALPHA = 0.2
"""False alarms that a stable stream raises a year at most: one in five years (issue of the gates). Simulated it is one in 50."""
_RESTART, _RUNS = 4, 13
"""Looks after which a further run of bounds begins, so that a change late in life is found as soon as an early one, and how many
begin in a year, each of which has an equal part of the year's error. Parts that fall as 1 / (j (j + 1)) find a jump of three
points at 400 labels a week after half a year of watching in 12 weeks, equal ones in 8 (simulated)."""
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
        Mean of what was seen since less what was expected.
    half : ndarray of shape (..., looks)
        How far it may be off.
    log_evidence : ndarray of shape (..., looks)
        How far the evidence is beyond what chance may be let pass, as a logarithm: from 0 on it is an alarm.
    """

    start: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    shift: FloatArray
    half: FloatArray
    log_evidence: FloatArray

    def is_alarm(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell at which looks the evidence is too strong for chance."""
        return np.asarray(self.log_evidence >= 0)


def anytime_bounds(
    seen: FloatArray, n: FloatArray, variance: FloatArray, baseline_error: FloatArray | float, alpha: float = ALPHA
) -> _Bounds:
    """Bound the mean excess over a baseline at every look, for all looks together.

    A run of bounds begins with every fourth week and has the thirteenth part of a year's error. Each is the normal mixture of
    Waudby-Smith and others: the half-width of the mean after t rows is √(2 (V ρ² + 1) / (t² ρ²) · log(√(V ρ² + 1) / α)), V the
    sum of variances and ρ² chosen for six looks like the first. The baseline is an estimate too: its error shifts all looks
    alike, so that it is a part of what a stable stream is expected to do, with the same ratio of mixtures and V + t² s² in the
    place of V below the line.

    Parameters
    ----------
    seen : ndarray of shape (..., looks)
        Sum of what was seen less what the baseline expects, at each look alone.
    n, variance : ndarray of shape (..., looks)
        Rows of each look, and the variance of ``seen`` in a stable stream.
    baseline_error : float or ndarray of shape (...)
        Standard error s of the baseline's mean.
    alpha : float
        False alarms a year of a stable stream, at most.

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
    looks = seen.shape[-1]
    shape = seen.shape
    best = _Bounds(np.zeros(shape, dtype=np.int64), np.zeros(shape), np.full(shape, np.inf), np.full(shape, -np.inf))
    error = np.asarray(baseline_error, dtype=float)[..., None]
    start, shift, half, evidence = best.start, best.shift, best.half, best.log_evidence
    share = alpha / _RUNS
    for first in range(0, looks, _RESTART):
        total, rows, spread = (each[..., first:].cumsum(axis=-1) for each in (seen, n, variance))
        stable = spread + rows**2 * error**2
        typical = _TUNED * spread[..., :1]
        mixed = spread**2 * _tuning(share) / np.where(typical > 0, typical, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = 1 / stable - 1 / (stable + mixed)
            growth = 0.5 * np.log1p(mixed / stable)
            own_half = np.sqrt(2 * (growth - np.log(share)) / gain) / rows
            own_evidence = total**2 * gain / 2 - growth + np.log(share)
        own_evidence = np.where((rows > 0) & (spread > 0), own_evidence, -np.inf)
        later = own_evidence > evidence[..., first:]
        start[..., first:] = np.where(later, first, start[..., first:])
        shift[..., first:] = np.where(later, total / np.maximum(rows, 1), shift[..., first:])
        half[..., first:] = np.where(later, own_half, half[..., first:])
        evidence[..., first:] = np.maximum(evidence[..., first:], own_evidence)
    return best


def _tuning(alpha: float) -> float:
    """Return ρ² V of the look at which bounds are narrowest, equation 10 of the source."""
    return float(-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1))
