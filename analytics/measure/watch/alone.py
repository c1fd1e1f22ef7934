"""A week that stands apart from all before it, by itself: a fault that heals before a mean over weeks can tell it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.measure.intervals import FloatArray
from analytics.measure.watch.beyond import Beyond, tilt_of, usual_of

_WEEKS = 52
"""Weeks of a year: each may err with that part of a year's error."""
_LEAST_FREEDOM = 3
"""Degrees of freedom that Student's t has at least, as days have in the baseline. By hand."""

_Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class _Alone:
    """Every week by itself.

    Attributes
    ----------
    is_apart : ndarray of bool, shape (..., looks)
        Whether it is further from what is usual than chance lets one week of a year be.
    shift : ndarray of shape (..., looks)
        Its mean less what is usual.
    usual : ndarray of shape (..., looks)
        What is usual less what the baseline expects.
    half : ndarray of shape (..., looks)
        How far it may be off by chance.
    """

    is_apart: _Flags
    shift: FloatArray
    usual: FloatArray
    half: FloatArray


def weeks_alone(
    seen: FloatArray,
    n: FloatArray,
    variance: FloatArray,
    baseline_error: FloatArray | float,
    alpha: float,
    beyond: Beyond | None = None,
) -> _Alone:
    """Hold every week alone against the baseline and the weeks before it, those left out that stand apart themselves.

    Parameters
    ----------
    seen, n, variance, baseline_error, beyond
        As `anytime_bounds` takes them.
    alpha : float
        Weeks of a stable year that stand apart by chance, at most.

    Examples
    --------
    >>> found = weeks_alone(np.array([2.0, 40, -3]), np.full(3, 400.0), np.full(3, 36.0), 0.0, 0.03)
    >>> print(found.is_apart, found.shift.round(3))
    [False  True False] [ 0.005  0.1   -0.008]
    """
    error = np.broadcast_to(np.asarray(baseline_error, dtype=float), seen.shape[:-1])
    is_apart = np.zeros(seen.shape, dtype=bool)
    shift, usual, half = np.zeros(seen.shape), np.zeros(seen.shape), np.full(seen.shape, np.inf)
    freedom = np.full(seen.shape[:-1], np.inf if beyond is None else float(beyond.freedom))
    for week in range(seen.shape[-1]):
        kept = ~is_apart[..., :week]
        before = [np.where(kept, each[..., :week], 0.0) for each in (seen, n, variance)]
        mean, least, factor = usual_of(before[0], before[1], before[2], error, beyond, is_alone=True)
        rows, spread = n[..., week], variance[..., week]
        is_one = (rows > 0) & (spread > 0)
        rows, spread = np.where(is_one, rows, 1.0), np.where(is_one, spread, 1.0)
        off = seen[..., week] / rows - mean
        tilt = tilt_of((off * rows / spread)[..., None], beyond)
        own = factor * (spread / rows**2 * (tilt[..., 0] if isinstance(tilt, np.ndarray) else tilt) + least)
        reach = -special.stdtrit(np.minimum(np.maximum(freedom, _LEAST_FREEDOM), 1e6), alpha / _WEEKS / 2)
        usual[..., week], shift[..., week] = mean, np.where(is_one, off, 0.0)
        half[..., week] = np.where(is_one, reach * np.sqrt(own), np.inf)
        is_apart[..., week] = np.abs(shift[..., week]) > half[..., week]
        freedom = freedom + (is_one & ~is_apart[..., week])
    return _Alone(is_apart, shift, usual, half)


def sums_without_healed(values: FloatArray, n: FloatArray, is_apart: _Flags) -> FloatArray:
    """Add up weeks to each look, without those that stood apart and were followed by one that does not.

    >>> sums_without_healed(np.array([1.0, 9, 1, 9, 9]), np.ones(5), np.array([False, True, False, True, True]))
    array([ 1., 10.,  2., 11., 20.])
    """
    apart = np.where(is_apart, values, 0.0).cumsum(-1)
    heals = np.where(~is_apart & (n > 0), np.arange(values.shape[-1]), -1)
    last = np.maximum.accumulate(heals, axis=-1)
    healed = np.where(last >= 0, np.take_along_axis(apart, np.maximum(last, 0), -1), 0.0)
    return np.asarray(np.where(is_apart, 0.0, values).cumsum(-1) + apart - healed, dtype=float)
