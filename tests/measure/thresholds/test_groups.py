"""Random groups: shares, savings and areas of rows that belong together or stand for many scatter as their intervals say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.certainty import certainty, saving
from analytics.measure.thresholds.costs import CostBins, Costs, cost_bins, total_costs
from analytics.measure.thresholds.groups import Groups, scatter_of
from analytics.measure.thresholds.handover import against_the_rest, aurc
from analytics.measure.thresholds.operating import Limits

EDGES = np.linspace(0, 0.9, 10)
RNG = np.random.default_rng(11)


def made(n_units: int, icc: float, *, is_weighted: bool) -> tuple[CostBins, Groups, float]:
    """Draw one log of 1,000 rows or so; return all its rows, its groups, and the true share of positives above 0.5."""
    size = RNG.poisson(1_000 / n_units, n_units) + 1
    unit = np.repeat(np.arange(n_units), size)
    spread = 0.3 * 0.7 * icc
    a = 0.3 * (0.3 * 0.7 / spread - 1) if spread else None
    own = RNG.beta(a, a * 7 / 3, n_units) if a else np.full(n_units, 0.3)
    score, label = RNG.random(len(unit)), RNG.random(len(unit)) < own[unit]
    kept = np.where(score < 0.7, 0.5, 1.0) if is_weighted else np.ones(len(unit))
    is_in = RNG.random(len(unit)) < kept
    weight = 1 / kept[is_in]
    frame = pl.DataFrame(
        {
            "group": unit[is_in] % 100,
            "score_bin": np.digitize(score[is_in], EDGES) - 1,
            "n": weight,
            "n_pos": weight * label[is_in],
            "n_neg": weight * ~label[is_in],
            "n_unlabelled": 0 * weight,
        }
    )
    names = frame.select("group").unique().sort("group")
    bins = cost_bins(frame, len(EDGES), names)
    return cost_bins(frame, len(EDGES)), Groups(CostBins(*(part[:, None] for part in vars(bins).values())), 500.0), 0.3


@pytest.mark.parametrize(
    ("n_units", "icc", "is_weighted"), [(1_000, 0.0, True), (30, 0.1, False), (300, 0.5, False), (300, 0.1, True)]
)
def test_shares_and_savings_cover_what_is_true(n_units: int, icc: float, is_weighted: bool) -> None:
    costs, before, after = Costs(fp=1, fn=3), (EDGES >= 0.5).astype(float), (EDGES >= 0.2).astype(float)
    shares, moves, draws = 0, 0, 400
    for _ in range(draws):
        bins, groups, true = made(n_units, icc, is_weighted=is_weighted)
        above = [part[..., 5:].sum(-1) for part in (groups.bins.pos, groups.bins.judged)]
        found = groups.share(*above)
        shares += int(found.low[0] <= true <= found.high[0])
        each = saving(bins, costs, before, after, groups)
        # Of the rows between both thresholds 30 % are positive: 3 saved on each of these, 1 lost on each other.
        worth = 0.3 * (3 * true - (1 - true)) * 1_000
        expected = worth * (1 + n_units / 1_000)
        moves += int(each.low <= expected <= each.high)
    assert 0.925 <= shares / draws <= 0.975
    assert 0.92 <= moves / draws <= 0.98


def test_groups_of_one_row_each_give_the_errors_of_rows() -> None:
    n = 4_000
    score, label = RNG.integers(0, 10, n), RNG.random(n) < 0.3
    row = {"score_bin": score, "n": np.ones(n), "n_pos": label.astype(float), "n_unlabelled": np.zeros(n)}
    frame = pl.DataFrame({"group": RNG.integers(0, 2_000, n), **row})
    bins = cost_bins(frame, 10)
    of = cost_bins(frame, 10, pl.DataFrame({"group": np.arange(2_000)}))
    groups = Groups(CostBins(*(part[:, None] for part in vars(of).values())), float(n))
    costs = Costs(fp=1, fn=3)

    def width(low: FloatArray, high: FloatArray) -> FloatArray:
        return np.asarray(high) - np.asarray(low)

    own, plain = aurc(bins.pos, bins.neg, groups), aurc(bins.pos, bins.neg)
    assert width(own.low, own.high) == pytest.approx(width(plain.low, plain.high), rel=0.06)
    sure, alone = certainty(bins, costs, Limits(), groups), certainty(bins, costs, Limits())
    assert width(sure.low, sure.high)[:-1] == pytest.approx(width(alone.low, alone.high)[:-1], rel=0.2)
    assert groups.resampled(3, RNG).n.sum(axis=1).mean() == pytest.approx(n, rel=0.05)
    assert total_costs(bins, costs).shape == (1, 11)


def test_a_slice_against_the_rest_by_group_is_that_of_rows_where_groups_are_alike() -> None:
    wrong = RNG.binomial(20, 0.3, (200, 2)).astype(float)
    judged = np.full((200, 2), 20.0)
    totals = (wrong.sum(axis=1, keepdims=True), judged.sum(axis=1, keepdims=True))
    sums = (wrong.sum(axis=0), judged.sum(axis=0), float(totals[0].sum()), float(totals[1].sum()))
    by_group, by_row = against_the_rest(*sums, (wrong, judged, *totals)), against_the_rest(*sums)
    assert by_group.difference.value == pytest.approx(by_row.difference.value)
    assert by_group.difference.high == pytest.approx(by_row.difference.high, abs=0.006)
    assert by_group.p_adjusted == pytest.approx(by_row.p_adjusted, abs=0.1)


def test_nothing_scatters_where_groups_are_the_same() -> None:
    assert scatter_of(np.full(5, 3.0)) == 0
