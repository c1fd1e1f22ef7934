"""Which account of a change the rows speak for, where several would fit: what moved by itself, and what only followed it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.measure.gap.cells import SideCells, filled, loss_of
from analytics.measure.gap.constants import (
    APART_TIMES,
    FIT_TIMES,
    GAIN_ERRORS,
    GAINED,
    LEAST_GROUP_ROWS,
    LEAST_MISSING,
    OTHER_SCALE,
    POWER_TIMES,
    SAME_SCALE,
    SCALE_GROUPS,
)
from analytics.measure.gap.replicates import rates_effect
from analytics.measure.intervals import FloatArray, normal_quantile, ratio

_ZONES = 3
"""Of scores: below both thresholds, between the two, above both."""


@dataclass(frozen=True)
class Account:
    """How the parts of a change follow from each other.

    Attributes
    ----------
    score_groups : int
        Where the same score means the same on both sides though other rows came in: into how many groups of scores each
        cell is divided, so that other scores count as other rows. 0 where scores do not tell.
    moves_shares : bool
        Whether the shares of slices moved as another base rate alone moves them: a slice with many positives grows with them.
    selects : bool
        Whether values went missing by what they were: then the values that are left are others by that alone.
    thresholds : tuple of float
        Of either side.
    """

    score_groups: int = 0
    moves_shares: bool = False
    selects: bool = False
    thresholds: tuple[float, float] = (0.5, 0.5)

    @property
    def is_carried(self) -> bool:
        """Whether other scores count as other rows."""
        return bool(self.score_groups)


PLAIN = Account()


@dataclass(frozen=True)
class _ScaleShare:
    """How much of the move of scores is one of what they mean.

    Attributes
    ----------
    value, error : float
        0 where rows with the same score come true as often as before, 1 where rows of the same rank do; its standard error.
    level, level_error : float
        How much more often rows with the same score come true on the whole, in units of what the move of scores would do.
    """

    value: float
    error: float
    level: float = 0.0
    level_error: float = 0.0

    @property
    def is_same_scale(self) -> bool:
        """Whether scores moved enough to tell, and still mean the same."""
        reach = normal_quantile(0.95) * self.error
        level_reach = normal_quantile(0.95) * self.level_error
        return all(
            abs(value) + reach < OTHER_SCALE and abs(value) < max(SAME_SCALE, reach)
            for value, reach in ((self.value, reach), (self.level, level_reach))
        )


def scale_share(reference: SideCells, production: SideCells) -> _ScaleShare:
    """Estimate how much of the move of scores within the cells that both sides have is one of what scores mean.

    Parameters
    ----------
    reference, production : SideCells
        In the same cells; the reference's are weighed by production's shares.

    Notes
    -----
    In groups of production's scores, the observed rate is compared with the reference's at the same score and with the
    reference's at the same rank: a weighted regression of the first difference on the second, through the origin.
    """
    joints = [side.judged for side in (reference, production)]
    rows = [joint.sum((-1, -2)) for joint in joints]
    both = (rows[0] > 0) & (rows[1] > 0)
    if not both.any():
        return _ScaleShare(0.0, np.inf)
    weight = ratio(rows[1] * both, (rows[1] * both).sum())
    before = np.einsum("c,cby->by", np.nan_to_num(ratio(weight, rows[0])), joints[0])
    effective = 1 / np.nan_to_num(ratio(weight**2, rows[0])).sum() / rates_effect(reference)
    after = joints[1][both].sum(0)
    n_after = after.sum() / rates_effect(production)
    order = [np.argsort(side.score, kind="stable") for side in (reference, production)]
    scores = [side.score[place] for side, place in zip((reference, production), order, strict=True)]
    before, after = before[order[0]], after[order[1]] / after.sum()
    rank = np.cumsum(after.sum(-1)) - after.sum(-1) / 2
    group = np.minimum((rank * SCALE_GROUPS).astype(int), SCALE_GROUPS - 1)
    member = np.eye(SCALE_GROUPS)[group]
    mass, positive = member.T @ after.sum(-1), member.T @ after[:, 1]
    centre = ratio(member.T @ (after.sum(-1) * scores[1]), mass)
    uppers = np.array([scores[1][group == place].max(initial=-np.inf) for place in range(SCALE_GROUPS)])
    bounds = np.maximum.accumulate(uppers)
    of_before = np.searchsorted(bounds[:-1], scores[0], side="left")
    own = np.eye(SCALE_GROUPS)[of_before]
    own_mass, own_positive = own.T @ before.sum(-1), own.T @ before[:, 1]
    own_centre = ratio(own.T @ (before.sum(-1) * scores[0]), own_mass)
    held = (own_mass * effective >= LEAST_GROUP_ROWS) & (mass > 0)
    if held.sum() < 2:
        return _ScaleShare(0.0, np.inf)
    same_score = np.interp(centre, own_centre[held], ratio(own_positive, own_mass)[held])
    ranks = np.concatenate([[0.0], np.cumsum(before.sum(-1))])
    positives = np.concatenate([[0.0], np.cumsum(before[:, 1])])
    upto = np.concatenate([[0.0], np.cumsum(mass)])
    same_rank = ratio(np.diff(np.interp(upto, ranks, positives)), np.diff(upto))
    rate = ratio(positive, mass)
    noise = rate * (1 - rate) / (mass * n_after) + ratio(same_score * (1 - same_score), own_mass * effective)
    weight = np.where(held, 1 / np.maximum(np.nan_to_num(noise, nan=np.inf), 1e-9), 0.0)
    seen, expected = np.nan_to_num(rate - same_score), np.nan_to_num(same_rank - same_score)
    power = float((weight * expected**2).sum())
    # Noise of the reference's rates stands in both differences: it is no move of scores.
    noise_power = float((weight * ratio(same_score * (1 - same_score), own_mass * effective))[held].sum())
    if power <= POWER_TIMES * noise_power + SCALE_GROUPS:
        return _ScaleShare(0.0, np.inf)
    rows = mass * held
    size = float((rows * np.abs(expected)).sum())
    level_error = float(np.sqrt((rows**2 * np.where(held, np.nan_to_num(noise), 0.0)).sum())) / size
    return _ScaleShare(
        float((weight * seen * expected).sum()) / power,
        float(np.sqrt(1 / power)),
        float((rows * seen).sum()) / size,
        level_error,
    )


def shares_follow(shares: tuple[FloatArray, FloatArray], tilted: FloatArray, n: tuple[float, float]) -> bool:
    """Tell whether production's shares of cells are nearer to those that another base rate gives the reference.

    Parameters
    ----------
    shares : pair of numpy.ndarray of shape (cells,)
        Of the reference and of production.
    tilted : numpy.ndarray of shape (cells,)
        Those of the reference at production's base rate.
    n : pair of float
        Rows of either side.
    """

    def distance(first: FloatArray, second: FloatArray) -> float:
        return float(np.nan_to_num(ratio((second - first) ** 2, first + second)).sum())

    apart = distance(*shares)
    by_chance = len(shares[0]) * (1 / n[0] + 1 / n[1]) / 2
    return apart > APART_TIMES * by_chance and distance(tilted, shares[1]) < FIT_TIMES * apart


def values_were_selected(shares: tuple[FloatArray, FloatArray], n: tuple[float, float], pattern: np.ndarray) -> bool:
    """Tell whether cells only lost rows to those where something is missing: none without a missing value gained.

    Parameters
    ----------
    shares : pair of numpy.ndarray of shape (cells,)
    n : pair of float
        Rows of either side.
    pattern : numpy.ndarray of bool, shape (cells,)
        Whether something is missing in a cell.
    """
    missing = [float(side[pattern].sum()) for side in shares]
    first, second = (0, 1) if missing[1] > missing[0] else (1, 0)
    if missing[second] - missing[first] < LEAST_MISSING:
        return False
    gain = (shares[second] - shares[first])[~pattern]
    noise = np.sqrt(shares[first] / n[first] + shares[second] / n[second])[~pattern]
    return float(np.maximum(gain - GAIN_ERRORS * noise, 0).sum()) < GAINED


def divided(sides: tuple[SideCells, SideCells], account: Account) -> tuple[SideCells, SideCells]:
    """Divide the cells of both sides by groups of scores, none of which lies on both sides of a threshold.

    The groups of a cell follow each other. Score bins become three: below both thresholds, between them, and above both.
    Rows whose label is not known are split as `SideCells.completed` does.
    """
    lines = account.thresholds
    zones = []
    for number, side in enumerate(sides):
        own = np.arange(len(side.score)) >= side.threshold_bin
        other = side.score >= lines[1 - number]
        if lines[0] == lines[1]:
            other = own
        zones.append(own.astype(int) + (own | other if lines[1 - number] < lines[number] else own & other))
    joints = [side.completed() for side in sides]
    mass = [joint.reshape(-1, *joint.shape[-3:]).sum((0, 1, 3)) for joint in joints]
    mass = [ratio(values, values.sum()) / 2 for values in mass]
    zone, score = np.concatenate(zones), np.concatenate([side.score for side in sides])
    order = np.lexsort((score, zone))
    ranked = np.concatenate(mass)[order]
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.minimum((np.cumsum(ranked) - ranked / 2) * account.score_groups, account.score_groups - 1)
    held, place = np.unique(zone * account.score_groups + group, return_inverse=True)
    zone_of_group = held // account.score_groups
    parts = zip(sides, joints, np.split(place, [len(zones[0])]), lines, strict=True)
    first, second = (
        replace(
            _divided_side(side, joint, np.eye(len(held))[of_bin], zone_of_group), threshold_bin=1 + (line > min(lines))
        )
        for side, joint, of_bin, line in parts
    )
    return first, second


def _divided_side(side: SideCells, joint: FloatArray, member: FloatArray, zone: np.ndarray) -> SideCells:
    """Divide the cells of one side by groups of bins, each in its zone; ``member`` says which bin is in which group."""
    grouped = np.swapaxes(np.swapaxes(joint, -1, -2) @ member, -1, -2)
    counts = grouped[..., None, :] * np.eye(_ZONES)[zone][:, :, None]
    rows = joint.reshape(-1, *joint.shape[-3:]).sum(0)
    n = np.swapaxes(np.swapaxes(rows, -1, -2) @ member, -1, -2)
    by_bin = rows.sum((0, -1))
    score = filled(ratio((side.score * by_bin) @ member, by_bin @ member), np.array(0.5))
    cells = len(rows) * len(zone)

    def mean(values: FloatArray, fallback: FloatArray) -> FloatArray:
        known = filled(ratio(np.swapaxes(np.swapaxes(values * rows, -1, -2) @ member, -1, -2), n), fallback)
        return np.repeat(known.reshape(cells, 1, 2), _ZONES, axis=1)

    counts = counts.reshape(*joint.shape[:-3], cells, _ZONES, 2)
    nothing = np.zeros(counts.shape[:-1])
    return SideCells(
        counts[..., 1],
        counts[..., 0],
        nothing,
        nothing,
        nothing,
        mean(side.loss, loss_of(score)),
        mean(side.amount, np.zeros(2)),
        np.arange(_ZONES) / _ZONES,
        1,
    )
