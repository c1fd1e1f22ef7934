"""Calibration lines of many slices, or of many simulated logs, fitted at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.measure.calibration.logistic import logistic_fit
from analytics.measure.intervals import FloatArray, ratio

STEPS = 30
"""Newton steps at most, for all slices at once; slices that have not settled by then are fitted one by one."""
_LONGEST = 2.0
"""Length of a step in log-odds: a longer one from a flat place would overshoot."""
_NEAR = 1e-6
"""Length of a step in log-odds below which a line has settled, three digits below any that is shown."""


@dataclass(frozen=True)
class Lines:
    """Lines of the labels' log-odds on the scores', arrays of shape (slices,); NaN where a line does not exist.

    ``gain`` is the likelihood-ratio statistic against slope 1 and intercept 0; ``leverage`` the mean of
    p (1 - p) |log-odds less their mean|: by how much a slope that is off by 1 moves the probabilities.
    """

    slope: FloatArray
    slope_error: FloatArray
    intercept: FloatArray
    gain: FloatArray
    leverage: FloatArray


def calibration_lines(odds: FloatArray, n: FloatArray, pos: FloatArray) -> Lines:
    """Regress labels on the log-odds of their scores without a penalty, for many slices at once.

    Parameters
    ----------
    odds, n : numpy.ndarray of shape (cells,) or (slices, cells)
        Log-odds of the scores, any number where there are no rows; judged rows.
    pos : numpy.ndarray of shape (slices, cells)
        Positives among them.

    Notes
    -----
    Newton's method from slope 1 and intercept 0 with bounded steps; the few slices that it does not bring to the maximum
    are fitted one by one with `logistic_fit`. The error of the slope is from the information at the maximum.

    Examples
    --------
    >>> lines = calibration_lines(np.array([-1.0, 0.0, 1.0]), np.full(3, 10.0), np.array([[3.0, 5.0, 7.0]]))
    >>> print(lines.slope.round(3), abs(lines.intercept.round(3)))
    [0.847] [0.]
    """
    rows = n.sum(-1, keepdims=True)
    centre = np.nan_to_num(ratio((n * odds).sum(-1, keepdims=True), rows))
    spread = np.sqrt(ratio((n * (odds - centre) ** 2).sum(-1, keepdims=True), rows))
    z = np.nan_to_num(ratio(odds - centre, spread))
    sums = np.stack([pos.sum(-1), np.vecdot(pos, z)], axis=-1)
    start = np.broadcast_to(np.concatenate([centre, spread], axis=-1), sums.shape)
    exists = ~_is_separated(odds, n, pos)
    place = np.where(exists[:, None], start, np.nan)
    for slice_ in _newton(z, n, sums, place, np.flatnonzero(exists)):
        x, m = (np.broadcast_to(values, pos.shape)[slice_] for values in (z, n))
        held = m > 0
        design = np.column_stack([np.ones(held.sum()), x[held]])
        place[slice_] = logistic_fit(design, pos[slice_][held], (m - pos[slice_])[held]).coefficients
    margin = place[:, :1] + place[:, 1:] * z
    p = special.expit(margin)
    weight = n * p * (1 - p)
    w0, w1, w2 = weight.sum(-1), np.vecdot(weight, z), np.vecdot(weight, z * z)
    better = ((place - start) * sums).sum(-1) + (n * (special.log_expit(-margin) - special.log_expit(-odds))).sum(-1)
    slope = ratio(place[:, 1], spread[..., 0])
    return Lines(
        slope=slope,
        slope_error=ratio(np.sqrt(ratio(w0, w0 * w2 - w1**2)), spread[..., 0]),
        intercept=place[:, 0] - slope * centre[..., 0],
        gain=2 * better.clip(min=0),
        leverage=ratio(np.vecdot(weight, np.abs(z)), rows[..., 0]) * spread[..., 0],
    )


def _is_separated(odds: FloatArray, n: FloatArray, pos: FloatArray) -> NDArray[np.bool_]:
    """Say for which slices no line exists: one class, one score, or scores that separate the classes."""
    is_pos, is_neg = pos > 0, pos < n
    below = np.where(is_pos, odds, np.inf).min(-1) >= np.where(is_neg, odds, -np.inf).max(-1)
    above = np.where(is_pos, odds, -np.inf).max(-1) <= np.where(is_neg, odds, np.inf).min(-1)
    return np.asarray(below | above, dtype=bool)


def _newton(
    z: FloatArray, n: FloatArray, sums: FloatArray, place: FloatArray, waiting: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move the coefficients of the slices that wait to their maxima, in place; return those that did not arrive."""
    for _ in range(STEPS):
        if not waiting.size:
            break
        x, m = (values if values.ndim == 1 else values[waiting] for values in (z, n))
        p = special.expit(place[waiting, :1] + place[waiting, 1:] * x)
        expected = m * p
        weight = expected * (1 - p)
        gap0, gap1 = sums[waiting, 0] - expected.sum(-1), sums[waiting, 1] - np.vecdot(expected, x)
        w0, w1, w2 = weight.sum(-1), np.vecdot(weight, x), np.vecdot(weight, x * x)
        area = w0 * w2 - w1**2
        steps = np.stack([ratio(w2 * gap0 - w1 * gap1, area), ratio(w0 * gap1 - w1 * gap0, area)], axis=-1)
        place[waiting] += np.nan_to_num(steps).clip(-_LONGEST, _LONGEST)
        waiting = waiting[~(np.abs(steps).max(-1) < _NEAR)]
    return waiting


def levels_at_slope_1(odds: FloatArray, n: FloatArray, pos: FloatArray) -> FloatArray:
    """Give the intercepts of the same regressions with the slope held at 1, NaN for one class; shape (slices,)."""
    total, rows = pos.sum(-1), n.sum(-1)
    level = np.where((total > 0) & (total < rows), 0.0, np.nan)
    for _ in range(STEPS):
        p = special.expit(odds + level[:, None])
        step = ratio(total - np.vecdot(n * np.ones_like(odds), p), (n * p * (1 - p)).sum(-1)).clip(-_LONGEST, _LONGEST)
        level = level + step
        if not (np.abs(step) >= _NEAR).any():
            break
    return level
