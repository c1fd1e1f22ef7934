"""Populations between two sides: some of their properties as in the reference, the others as in production.

A population is made of five properties: which segments rows come from, what is missing in them, the base rate, the scale
on which scores are read, and how well scores tell labels apart within a slice. Each may be taken from either side.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from analytics.measure.gap.accounts import PLAIN, Account, shares_follow, values_were_selected
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.constants import SMOOTHING, TOLERANCE
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.pairs import CellKeys
from analytics.measure.gap.replicates import shares_effect
from analytics.measure.intervals import FloatArray, ratio

PLAYERS = ("segments", "missingness", "base_rate", "operating", "concept")


def hybrid_values(
    reference: SideCells, production: SideCells, keys: CellKeys, metric: GapMetric, account: Account = PLAIN
) -> dict[tuple[bool, ...], FloatArray]:
    """Give a metric in the 32 populations between two sides.

    Parameters
    ----------
    reference, production : SideCells
        With the same leading axes of replicates.
    keys : CellKeys
    metric : GapMetric
    account : Account

    Returns
    -------
    dict of tuple of bool to numpy.ndarray
        For each of `PLAYERS` whether it is that of production; NaN where the metric is undefined.

    Notes
    -----
    *Base rate*: within each cell the odds of a positive are multiplied by one factor, with the scores of positives and of
    negatives as they are. The factor is the weighted median over cells of their odds ratio, so that a change in one
    slice alone counts as a change within that slice. Where the shares of cells follow the base rate (``moves_shares``), they
    change with it: a cell grows as its positives do.

    *Operating point*: the threshold that flags as large a share of a common population as the one of the other side. No
    monotone change of scores, and no move of the threshold, touches anything else. A score that the common population does
    not have is flagged if it lies above that threshold.

    A cell that a side does not have takes the content of the other side, so that new values count as mix.
    """
    joints = reference.completed(), production.completed()
    rows = [joint.sum((-1, -2)) for joint in joints]
    known = [n > 0 for n in rows]
    both = known[0] & known[1]
    shares = [ratio(n, n.sum(-1, keepdims=True)) for n in rows]
    factor = _odds_factor(*joints, both)
    if account.score_groups or not metric.has_classes:
        factor = np.ones_like(factor)
    contents = _contents(joints, rows, factor)
    tilted = _tilted_shares(joints, shares, factor) if account.moves_shares else (shares[0], shares[1])
    shares_at = {False: [shares[0], tilted[1]], True: [tilted[0], shares[1]]}
    common = np.where(both, (shares[0] + shares[1]) / 2, 0.0)
    plain = [np.einsum("...c,...cby->...b", common, contents[side, False]) for side in (0, 1)]
    flagged = _flagged(plain, (reference, production))
    read = _scores_read(plain, (reference, production)) if metric.is_loss and not account.score_groups else {}
    values: dict[tuple[int, bool, bool], tuple[FloatArray, FloatArray]] = {}
    for side, is_shifted, is_moved in product((0, 1), (False, True), (False, True)):
        own = (reference, production)[side]
        top, bottom = _row_values(metric, own, flagged[side, is_moved], read.get((side, is_moved)))
        content = contents[side, is_shifted]
        values[side, is_shifted, is_moved] = (content * top).sum((-1, -2)), (content * bottom).sum((-1, -2))
    found = {}
    for switches in product((False, True), repeat=len(PLAYERS)):
        by_segment, by_missing, is_shifted, is_moved, is_other = switches
        weights = _mixed_shares(
            shares_at[is_shifted],
            keys,
            by_segment=by_segment,
            by_missing=by_missing,
            by_value=by_missing if account.selects else by_segment,
        )
        mine, theirs = (values[place, is_shifted, is_moved] for place in (int(is_other), 1 - int(is_other)))
        has = known[int(is_other)]
        sums = [(weights * np.where(has, mine[part], theirs[part])).sum(-1) for part in (0, 1)]
        found[switches] = ratio(sums[0], sums[1]) if not metric.is_loss else sums[0] / sums[1]
    return found


def followed(reference: SideCells, production: SideCells, keys: CellKeys, metric: GapMetric) -> Account:
    """Say what only followed another change: shares of cells the base rate, values that are left those that went missing."""
    joints = reference.completed(), production.completed()
    rows = [joint.sum((-1, -2)) for joint in joints]
    n = float(rows[0].sum()) / shares_effect(reference), float(rows[1].sum()) / shares_effect(production)
    shares = [ratio(own, own.sum(-1, keepdims=True)) for own in rows]
    factor = _odds_factor(*joints, (rows[0] > 0) & (rows[1] > 0))
    pair = shares[0], shares[1]
    selects = keys.is_missing is not None and values_were_selected(pair, n, keys.is_missing)
    follows = metric.has_classes and shares_follow(pair, _tilted_shares(joints, shares, factor)[0], n)
    return Account(moves_shares=follows, selects=selects)


def _tilted_shares(
    joints: tuple[FloatArray, FloatArray], shares: list[FloatArray], factor: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the shares of cells if the odds of a positive were multiplied: the reference at production's, and back."""
    found = []
    for joint, share, exponent in zip(joints, shares, (1.0, -1.0), strict=True):
        rows = joint.sum(-2)
        grown = share * np.nan_to_num(ratio(rows[..., 0] + rows[..., 1] * factor[..., None] ** exponent, rows.sum(-1)))
        found.append(ratio(grown, grown.sum(-1, keepdims=True)))
    return found[0], found[1]


def _odds_factor(reference: FloatArray, production: FloatArray, both: np.ndarray) -> FloatArray:
    """Give the weighted median over cells of the odds ratio of a positive, production to reference; 1 where none is known."""
    counts = [joint.sum(-2) + SMOOTHING for joint in (reference, production)]
    log_ratio = np.log(counts[1][..., 1] / counts[1][..., 0]) - np.log(counts[0][..., 1] / counts[0][..., 0])
    weight = np.where(both, 1 / sum((1 / count).sum(-1) for count in counts), 0.0)
    order = np.argsort(log_ratio, axis=-1)
    ordered, weights = np.take_along_axis(log_ratio, order, -1), np.take_along_axis(weight, order, -1)
    total = weights.sum(-1, keepdims=True)
    middle = np.cumsum(weights, axis=-1) - weights / 2
    shape = ordered.shape[:-1]
    flat = zip(*(values.reshape(-1, values.shape[-1]) for values in (ordered, middle, total)), strict=True)
    medians = [
        np.interp(all_weight[0] / 2, place, value) if all_weight[0] > 0 else 0.0 for value, place, all_weight in flat
    ]
    return np.asarray(np.exp(medians), dtype=float).reshape(shape)


def _mixed_shares(
    shares: list[FloatArray], keys: CellKeys, *, by_segment: bool, by_missing: bool, by_value: bool
) -> FloatArray:
    """Give the shares of cells whose segments, missing values, and values beside them are those of one side or the other."""
    of_always = [_grouped(share, keys.always) for share in shares]
    of_pattern = [_grouped(share, keys.pattern) for share in shares]

    def conditional(tops: list[FloatArray], bottoms: list[FloatArray], is_production: bool) -> FloatArray:
        chosen, other = (ratio(tops[side], bottoms[side]) for side in (int(is_production), 1 - int(is_production)))
        return np.nan_to_num(np.where(np.isnan(chosen), other, chosen))

    first, second = conditional(of_pattern, of_always, by_missing), conditional(shares, of_pattern, by_value)
    return np.asarray(of_always[int(by_segment)] * first * second)


def _grouped(values: FloatArray, group: np.ndarray) -> FloatArray:
    """Give each cell the sum of its group."""
    member = np.eye(int(group.max()) + 1)[group]
    return np.asarray((values @ member)[..., group])


def _contents(
    joints: tuple[FloatArray, FloatArray], rows: list[FloatArray], factor: FloatArray
) -> dict[tuple[int, bool], FloatArray]:
    """Give what each cell holds, as shares of its rows: by side, and at the base rate of the reference or of production."""
    found = {}
    for side, exponent in ((0, 1.0), (1, -1.0)):
        own = np.nan_to_num(ratio(joints[side], rows[side][..., None, None]))
        tilt = np.stack([np.ones_like(factor), factor**exponent], axis=-1)[..., None, None, :]
        tilted = own * tilt
        tilted = np.nan_to_num(ratio(tilted, tilted.sum((-1, -2), keepdims=True)))
        found[side, side == 1], found[side, side == 0] = own, tilted
    return found


def _flagged(plain: list[FloatArray], sides: tuple[SideCells, SideCells]) -> dict[tuple[int, bool], FloatArray]:
    """Give the flagged share of each score bin: by side, and at the operating point of the reference or of production."""
    found = {}
    for side in (0, 1):
        own, other = sides[side], sides[1 - side]
        mine = np.arange(len(own.score)) >= own.threshold_bin
        theirs = np.arange(len(other.score)) >= other.threshold_bin
        share = (plain[1 - side] * theirs).sum(-1, keepdims=True)
        above = np.cumsum(plain[side][..., ::-1], axis=-1)[..., ::-1] - plain[side]
        left = share - above
        left = np.where(np.abs(left) > TOLERANCE, left, 0.0)
        moved = np.clip(np.nan_to_num(ratio(left, plain[side])), 0.0, 1.0)
        moved = np.where(moved > 1 - TOLERANCE, 1.0, moved)
        beyond = np.where(left != 0, (left > 0).astype(float), mine)
        moved = np.where(plain[side] > 0, moved, beyond)
        is_known = (plain[side].sum(-1, keepdims=True) > 0) & (plain[1 - side].sum(-1, keepdims=True) > 0)
        found[side, side == 1] = np.broadcast_to(mine.astype(float), moved.shape)
        found[side, side == 0] = np.where(is_known, moved, mine)
    return found


def _scores_read(plain: list[FloatArray], sides: tuple[SideCells, SideCells]) -> dict[tuple[int, bool], FloatArray]:
    """Give the scores that the bins of one side have on the scale of the other: those of equal rank."""
    found = {}
    for side in (0, 1):
        own, other = sides[side], sides[1 - side]
        ranks = [np.cumsum(mass, axis=-1) - mass / 2 for mass in (plain[side], plain[1 - side])]
        pairs = zip(*(rank.reshape(-1, rank.shape[-1]) for rank in ranks), strict=True)
        read = np.array(
            [
                np.interp(mine, theirs, other.score) if theirs[-1] > 0 and mine[-1] > 0 else own.score
                for mine, theirs in pairs
            ]
        )
        found[side, side == 0] = read.reshape(ranks[0].shape)
    return found


def _row_values(
    metric: GapMetric, side: SideCells, flagged: FloatArray, read: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Give what a row adds to numerator and denominator, by cell, bin and label."""
    if metric.is_loss:
        loss = side.loss if read is None else (read[..., None, :, None] - np.array([0.0, 1.0])) ** 2
        return loss, np.ones(2)
    share = flagged[..., None, :, None]
    units = [np.where(metric.is_by_amount[place], side.amount, 1.0) for place in (0, 1)]
    top = share * metric.top[1] * units[1] + (1 - share) * metric.top[0] * units[0]
    return top, share * metric.bottom[1] + (1 - share) * metric.bottom[0]
