"""Differences of areas under curves and of calibration over the same pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analytics.measure.compare.joint import SIDES, Joint
from analytics.measure.curves import auroc_influence, average_precision_influence
from analytics.measure.intervals import FloatArray
from analytics.measure.reliability import ece
from analytics.measure.score_bins import ScoreBins

_Influence = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

_BINS = 32
"""Ranks of scores that replicates of the ECE keep of either side: two to each of its groups. The value itself keeps all."""
_REPLICATES = 400
"""Replicates behind the interval of a difference of ECE: ten lie beyond either end."""


def auroc_error(joint: Joint) -> float:
    """Return the standard error of the difference of the AUROC of both sides over the same rows.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837-845; from placements by rank as in Sun and Xu (2014), IEEE Signal
    Process. Lett. 21:1389-1393.
    """
    return _error(joint, auroc_influence, is_unbiased=True)


def average_precision_error(joint: Joint) -> float:
    """Return the standard error of the difference of the average precision: of a paired Poisson bootstrap, to first order."""
    return _error(joint, average_precision_influence, is_unbiased=False)


def _error(joint: Joint, influence: _Influence, *, is_unbiased: bool) -> float:
    """Add up what each pair adds to the area of the candidate less what it adds to that of the live side."""
    judged = joint.is_judged & (joint.slots["live"] >= 0) & (joint.slots["candidate"] >= 0)
    added = np.zeros(int(judged.sum()))
    # Of classes a row may be right on one side and wrong on the other.
    labels = {side: joint.label[side][judged] == 1 for side in SIDES}
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        of_pos, of_neg = influence(*joint.by_slot(side))
        slot = joint.slots[side][judged]
        added += sign * np.where(labels[side], of_pos[slot], of_neg[slot])
    squares = joint.n_sq[judged] * added**2
    if not is_unbiased or not np.array_equal(labels["live"], labels["candidate"]):
        return float(np.sqrt(squares.sum()))
    variance = 0.0
    for chosen in (labels["live"], ~labels["live"]):
        n = joint.n[judged][chosen].sum()
        variance += squares[chosen].sum() * (n / (n - 1) if n > 1 else np.nan)
    return float(np.sqrt(variance))


def ece_draws(joint: Joint, rng: np.random.Generator) -> FloatArray:
    """Draw differences of the ECE, less the one of the same bins without a draw: each pair counts on both sides as often.

    Returns
    -------
    numpy.ndarray of shape (`_REPLICATES`,)
    """
    judged = joint.is_judged & (joint.slots["live"] >= 0) & (joint.slots["candidate"] >= 0)
    n = joint.n[judged]
    groups, sums = [], []
    for side in SIDES:
        slot = joint.slots[side][judged]
        weight = np.bincount(slot, n).astype(float)
        middle = (np.cumsum(weight) - weight / 2) / max(weight.sum(), 1.0)
        groups.append(np.minimum((middle * _BINS).astype(np.int64), _BINS - 1)[slot])
        sums.append((joint.label[side][judged] == 1, joint.score[side][judged]))
    is_pos = sums[0][0] * 2 + sums[1][0]
    cell = (groups[0] * _BINS + groups[1]) * 4 + is_pos
    size = 4 * _BINS**2
    held = np.flatnonzero(np.bincount(cell, minlength=size))
    cells = np.bincount(cell, n, size)[held]
    scores = [np.bincount(cell, n * score, size)[held] / cells for _, score in sums]
    draws = np.vstack([cells, rng.poisson(cells, (_REPLICATES, len(cells)))])
    of = (held // 4 // _BINS, held // 2 % 2 == 1), (held // 4 % _BINS, held % 2 == 1)
    found = [_ece_of(draws, group, positive, score) for (group, positive), score in zip(of, scores, strict=True)]
    difference = found[1] - found[0]
    return np.asarray(difference[1:] - difference[0], dtype=float)


def _ece_of(draws: FloatArray, group: NDArray[np.int64], positive: NDArray[np.bool_], score: FloatArray) -> FloatArray:
    """Return the ECE of each draw of cells."""
    order = np.argsort(group, kind="stable")
    _, starts = np.unique(group[order], return_index=True)

    def added(values: FloatArray) -> FloatArray:
        return np.add.reduceat((draws * values)[:, order], starts, axis=1)

    n, pos, total, of_pos = (
        added(each) for each in (np.ones(len(score)), positive.astype(np.float64), score, score * positive)
    )
    squares = added(score**2)
    bins = ScoreBins(n, pos, n - pos, total, squares, of_pos, np.full(n.shape, np.nan))
    return ece(bins).value
