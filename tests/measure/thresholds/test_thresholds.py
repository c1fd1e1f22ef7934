"""Operating points, limits, certainty, sensitivity, slices, the human band and policies, against first principles."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import QuestionError
from analytics.measure.thresholds.by_slice import Pooling, slice_bins, slice_savings
from analytics.measure.thresholds.certainty import certainty, cross_fitted, indifference, resampled, saving
from analytics.measure.thresholds.costs import Costs, best_bin, squared_stakes, total_costs
from analytics.measure.thresholds.human_band import Reviewer, best_band
from analytics.measure.thresholds.operating import (
    Limits,
    Point,
    Totals,
    best_point,
    cost_sweep,
    pressures,
    worth_of_capacity,
)
from analytics.measure.thresholds.policy import PRESETS, Policy, capacity_of
from analytics.measure.thresholds.sensitivity import best_threshold_map, cost_ranges
from tests.measure.calibration.made_bins import bins_of, calibrated, halved

FIVE = Costs(fp=1, fn=5)


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 9), min_size=n, max_size=n)] * 3)))
def test_a_sweep_adds_its_money_up_to_the_cost(made: tuple[list[int], list[int], list[int]]) -> None:
    bins = bins_of(made[0], made[1], np.array(made[2]))
    costs = Costs(tp=-2, fp=1, fn=5, tn=0.5, review=0.25)
    swept = cost_sweep(bins, costs)
    assert swept.cost == pytest.approx(total_costs(bins, costs))
    assert (swept.tp + swept.fp + swept.fn + swept.tn == bins.judged.sum()).all()
    assert swept.n_flagged[0, 0] == bins.n.sum()


def test_a_point_with_a_share_lies_between_two_thresholds() -> None:
    swept = cost_sweep(bins_of([1, 0, 4], [3, 8, 2]), FIVE)
    assert Point(2, 0.25).of(swept.n_flagged)[0] == 6 + 0.25 * 8
    assert Point(2, 0.25).weights(3).tolist() == [0, 0.25, 1]


def test_a_capacity_is_filled_exactly_by_a_share_of_the_tied_rows() -> None:
    swept = cost_sweep(bins_of([1, 4, 4], [3, 4, 2]), FIVE)
    point = best_point(swept, Limits(capacity=10))
    assert point == Point(2, 0.5)
    assert point.of(swept.n_flagged)[0] == 10


def test_a_capacity_that_is_not_needed_is_not_filled() -> None:
    swept = cost_sweep(bins_of([0, 0, 4], [30, 40, 2]), FIVE)
    assert best_point(swept, Limits(capacity=50)) == Point(2)
    assert worth_of_capacity(swept, Limits(capacity=50), 1) == 0
    assert [pressure.binds for pressure in pressures(swept, Limits(capacity=50))] == [False]


def test_the_worth_of_one_more_review_is_what_the_next_row_saves() -> None:
    swept = cost_sweep(bins_of([1, 4, 4], [3, 4, 2]), FIVE)
    assert worth_of_capacity(swept, Limits(capacity=10), 1) == pytest.approx((4 * 5 - 4) / 8)


@given(
    st.integers(2, 6).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 9), min_size=n, max_size=n)] * 2)),
    st.sampled_from([None, 0.3, 0.8]),
    st.sampled_from([None, 0.4]),
    st.sampled_from([None, 0.2, 0.9]),
    st.sampled_from([None, 0.5]),
)
def test_the_best_point_is_the_cheapest_that_keeps_every_limit(
    made: tuple[list[int], list[int]],
    recall: float | None,
    precision: float | None,
    fpr: float | None,
    rate: float | None,
) -> None:
    pos, neg = np.array(made[0]), np.array(made[1])
    limits = Limits(recall, precision, fpr, rate)
    found = best_point(cost_sweep(bins_of(pos, neg), FIVE), limits)
    possible = {}
    for place in range(len(pos) + 1):
        tp, fp, fn, tn = pos[place:].sum(), neg[place:].sum(), pos[:place].sum(), neg[:place].sum()
        is_kept = (
            (recall is None or (tp + fn > 0 and tp / (tp + fn) >= recall))
            and (precision is None or (tp + fp > 0 and tp / (tp + fp) >= precision))
            and (fpr is None or (fp + tn > 0 and fp / (fp + tn) <= fpr))
            and (rate is None or (tp + fp + fn + tn > 0 and (tp + fp) / (tp + fp + fn + tn) <= rate))
        )
        if is_kept:
            possible[place] = fp + 5 * fn
    if not possible:
        assert found is None
    else:
        assert found is not None
        assert possible[found.bin] == min(possible.values())


def test_the_limit_that_binds_is_named_with_its_price() -> None:
    swept = cost_sweep(bins_of([1, 4, 4], [30, 4, 2]), FIVE)
    free = best_point(swept)
    assert free == Point(1)
    found = {pressure.name: pressure for pressure in pressures(swept, Limits(min_recall=0.1, max_fpr=2 / 36))}
    assert not found["min_recall"].binds
    assert found["max_fpr"].price == pytest.approx((2 + 25) - (6 + 5))
    contradicting = pressures(swept, Limits(min_recall=1.0, max_fpr=0.0))
    assert [pressure.price for pressure in contradicting] == [None, None]
    assert best_point(swept, Limits(min_recall=1.0, max_fpr=0.0)) is None


def test_a_limit_that_no_number_keeps_is_refused() -> None:
    for wrong in ({"min_recall": 1.1}, {"max_fpr": -0.1}, {"capacity": -1}, {"min_precision": float("nan")}):
        with pytest.raises(QuestionError, match="Expected"):
            Limits(**wrong)


def test_on_calibrated_scores_the_interval_of_the_optimum_covers_the_closed_form() -> None:
    for seed in range(3):
        bins, edges = calibrated(200_000, seed)
        sure = certainty(bins, FIVE, Limits())
        assert sure.best_low is not None and sure.best_high is not None
        assert edges[sure.best_low] <= 1 / 6 <= edges[sure.best_high]
        assert edges[sure.best_high] - edges[sure.best_low] < 0.08


def test_on_miscalibrated_scores_it_does_not() -> None:
    bins, edges = calibrated(200_000, 0, shift=0.15)
    sure = certainty(bins, FIVE, Limits())
    assert sure.best_high is not None
    assert edges[sure.best_high] < 1 / 6


def test_the_band_holds_the_curve_and_has_the_width_of_a_bootstrap_of_rows() -> None:
    bins, _ = calibrated(5_000, 1, n_bins=50)
    cost = total_costs(bins, FIVE)[0]
    sure = certainty(bins, FIVE, Limits(), draws=2_000)
    assert (sure.low <= cost).all() and (cost <= sure.high).all()
    spread = np.sqrt(np.array([(1 * bins.neg[0, k:]).sum() + (25 * bins.pos[0, :k]).sum() for k in range(51)]))
    assert (sure.high - sure.low) / (2 * 1.96) == pytest.approx(spread, rel=0.12)


def test_drawn_amounts_have_the_mean_and_the_spread_of_resampled_rows() -> None:
    rng = np.random.default_rng(3)
    amount = rng.lognormal(3, 1, 300)
    bins = bins_of([300], [0])
    bins = type(bins)(
        bins.n, bins.pos, bins.neg, np.array([[amount.sum()]]), bins.neg, np.array([[(amount**2).sum()]]), bins.neg
    )
    drawn = resampled(bins, 20_000, rng).amount_pos[:, 0]
    assert drawn.mean() == pytest.approx(amount.sum(), rel=0.01)
    assert drawn.std() == pytest.approx(np.sqrt((amount**2).sum()), rel=0.03)


def test_the_region_of_indifference_ends_where_the_cost_or_a_limit_does() -> None:
    cost = np.array([200.0, 102.0, 101.0, 100.0, 101.9, 103.0, 100.5])
    assert indifference(cost, 3, 0.02) == (1, 4)
    assert indifference(cost, 3, 0.0) == (3, 3)
    allowed = np.array([True, True, False, True, True, True, True])
    assert indifference(cost, 3, 0.02, allowed) == (3, 4)


def test_a_saving_has_the_interval_of_a_bootstrap_of_rows() -> None:
    bins, _ = calibrated(20_000, 2, n_bins=100)
    before, after = Point(40).weights(100), Point(15).weights(100)
    found = saving(bins, FIVE, before, after)
    cost = total_costs(bins, FIVE)[0]
    assert float(found.value) == pytest.approx(cost[40] - cost[15])
    draws = total_costs(resampled(bins, 4_000, np.random.default_rng(0)), FIVE)
    spread = (draws[:, 40] - draws[:, 15]).std()
    assert float(found.high - found.low) / (2 * 1.96) == pytest.approx(spread, rel=0.06)
    assert squared_stakes(bins, FIVE).sum() == 25 * bins.pos.sum() + bins.neg.sum()


def test_the_cross_fitted_saving_does_not_flatter_where_there_is_nothing_to_save() -> None:
    """In sample the best of many thresholds is cheaper than the right one by construction; on other rows it is not."""
    in_sample, judged = [], []
    for seed in range(40):
        bins, edges = calibrated(600, seed, n_bins=200)
        present = int(np.searchsorted(edges, 1 / 6))
        cost = total_costs(bins, FIVE)[0]
        in_sample.append(cost[present] - cost.min())
        judged.append(float(cross_fitted(halved(bins, seed), FIVE, Limits(), Point(present))[0].value))
    assert np.min(in_sample) >= 0
    assert np.mean(in_sample) > 5
    assert np.mean(judged) < 0


def test_the_cross_fitted_saving_finds_what_there_is() -> None:
    bins, _ = calibrated(20_000, 5, n_bins=100)
    found, chosen = cross_fitted(halved(bins), FIVE, Limits(), Point(60))
    assert found.low > 0
    assert all(point is not None and abs(point.bin - 17) < 8 for point in chosen)


def test_a_cost_may_move_as_far_as_the_decision_holds() -> None:
    bins, edges = calibrated(50_000, 4, n_bins=100)
    chosen = int(best_bin(total_costs(bins, FIVE))[0])
    found = {entry.cell: entry for entry in cost_ranges(bins, FIVE, chosen, 0.02)}
    fn = found["fn"]
    assert fn.low is not None and fn.high is not None and fn.low < 5 < fn.high
    for value, holds in ((fn.low, True), (fn.high, True), (fn.low * 0.95, False), (fn.high * 1.05, False)):
        cost = total_costs(bins, Costs(fp=1, fn=value))[0]
        assert (cost[chosen] <= cost.min() * 1.02 + 1e-9) == holds
    assert set(found) == {"tp", "fp", "fn", "tn", "review"}
    best = best_threshold_map(bins, FIVE, edges)
    here = best.filter((best["fp_factor"] == 1) & (best["fn_factor"] == 1)).row(0, named=True)
    assert here["threshold"] == edges[chosen]
    dearer = best.filter((best["fp_factor"] == 4) & (best["fn_factor"] == 1))["threshold"][0]
    assert dearer > here["threshold"]


SLICES = bins_of([[0, 5, 9], [9, 5, 9], [1, 0, 0]], [[9, 9, 0], [2, 2, 0], [0, 1, 3]])
WHOLE = SLICES.total()


def test_own_thresholds_never_cost_more_in_sample_than_the_single_one() -> None:
    rng = np.random.default_rng(0)
    for pseudo_rows in (0.0, 5.0, 100.0, 1e6):
        for _ in range(30):
            bins = bins_of(rng.poisson(3, (6, 9)), rng.poisson(5, (6, 9)))
            chosen, single = slice_bins(bins, bins.total(), FIVE, "own-optimum", Pooling(10, pseudo_rows))
            cost = total_costs(bins, FIVE)
            own = np.take_along_axis(cost, chosen[:, None], -1)[:, 0]
            assert (own <= cost[:, single] + 1e-9).all()


def test_a_slice_with_few_rows_keeps_the_single_threshold_and_much_pooling_gives_it_to_all() -> None:
    alone, single = slice_bins(SLICES, WHOLE, FIVE, "own-optimum", Pooling(0, 0.0))
    assert alone.tolist() == [1, 0, 0]
    few, _ = slice_bins(SLICES, WHOLE, FIVE, "own-optimum", Pooling(25, 0.0))
    assert few.tolist() == [1, 0, single]
    pooled, _ = slice_bins(SLICES, WHOLE, FIVE, "own-optimum", Pooling(0, 1e9))
    assert (pooled == single).all()


@pytest.mark.parametrize("rule", ["equal-fpr", "equal-recall", "equal-selection-rate"])
def test_an_equal_rate_is_as_near_as_the_grid_allows(rule: str) -> None:
    rng = np.random.default_rng(1)
    bins = bins_of(rng.poisson(30, (5, 200)), rng.poisson(50, (5, 200)))
    chosen, single = slice_bins(bins, bins.total(), FIVE, rule, Pooling(0, 0.0))  # type: ignore[arg-type]
    values = {"equal-fpr": bins.neg, "equal-recall": bins.pos, "equal-selection-rate": bins.n}[rule]
    target = values[:, single:].sum() / values.sum()
    for values_of_slice, place in zip(values, chosen, strict=True):
        assert values_of_slice[place:].sum() / values_of_slice.sum() == pytest.approx(target, abs=0.006)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(QuestionError, match="own-optimum"):
        slice_bins(SLICES, WHOLE, FIVE, "fair", Pooling())  # type: ignore[arg-type]


def test_the_saving_of_slices_vanishes_honestly_and_is_found_where_it_is() -> None:
    same = [calibrated(400, seed, n_bins=100)[0] for seed in range(8)]
    other = [calibrated(4_000, seed, n_bins=100, shift=shift)[0] for seed, shift in ((1, 0.0), (2, 0.3))]
    for parts, is_found in ((same, False), (other, True)):
        bins = bins_of(np.concatenate([part.pos for part in parts]), np.concatenate([part.neg for part in parts]))
        halves = halved(bins)
        wholes = (halves[0].total(), halves[1].total())
        found = slice_savings(halves, wholes, FIVE, "own-optimum", Pooling(50, 0.0))
        assert (found.low > 0) == is_found


@given(
    st.integers(1, 6).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 9), min_size=n, max_size=n)] * 2)),
    st.sampled_from([0.0, 0.4, 2.0]),
    st.sampled_from([0.0, 0.1, 0.6]),
    st.sampled_from([None, 0.0, 6.0]),
)
def test_the_best_band_is_the_cheapest_of_all_pairs(
    made: tuple[list[int], list[int]], look: float, wrong: float, capacity: float | None
) -> None:
    pos, neg = np.array(made[0], dtype=float), np.array(made[1], dtype=float)
    found = best_band(bins_of(pos, neg), FIVE, Reviewer(look, wrong, capacity))
    costs = []
    for low, high in itertools.combinations_with_replacement(range(len(pos) + 1), 2):
        looked_pos, looked_neg = pos[low:high].sum(), neg[low:high].sum()
        if capacity is not None and looked_pos + looked_neg > capacity:
            continue
        automatic = 5 * pos[:low].sum() + neg[high:].sum()
        costs.append(automatic + (looked_pos + looked_neg) * look + wrong * (5 * looked_pos + looked_neg))
    assert found.cost == pytest.approx(min(costs), abs=1e-9)
    assert found.saving >= -1e-9
    assert found.n_reviewed == (pos + neg)[found.low : found.high].sum()


def test_a_person_who_is_always_right_and_free_looks_at_every_row_that_would_be_wrong() -> None:
    band = best_band(bins_of([0, 2, 5], [7, 2, 0]), FIVE, Reviewer())
    assert (band.low, band.high, band.cost, band.n_reviewed) == (1, 2, 0, 4)
    assert (band.totals.recall, band.totals.precision, band.totals.n_flagged) == (1.0, 1.0, 5)


def test_a_person_who_errs_misses_and_flags_at_that_rate() -> None:
    band = best_band(bins_of([0, 20, 50], [70, 20, 0]), FIVE, Reviewer(0.0, 0.1))
    assert (band.low, band.high) == (1, 2)
    assert band.totals == Totals(50 + 18, 2, 2, 50)
    assert band.totals.recall == pytest.approx(68 / 70) and band.totals.precision == pytest.approx(68 / 70)
    assert Totals(0, 0, 0, 0).recall is None and Totals(0, 0, 0, 0).precision is None


def test_one_class_only_and_no_rows_have_clear_answers() -> None:
    assert best_point(cost_sweep(bins_of([0, 0], [5, 5]), FIVE)) == Point(2)
    assert best_point(cost_sweep(bins_of([5, 5], [0, 0]), FIVE)) == Point(0)
    assert best_point(cost_sweep(bins_of([0, 0], [0, 0]), FIVE)) == Point(2)
    nothing = certainty(bins_of([0, 0], [0, 0]), FIVE, Limits(min_recall=0.5), draws=10)
    assert nothing.best_low is None and (nothing.low == 0).all()
    assert certainty(bins_of([1, 2], [3, 4]), Costs(fp=0, fn=0), Limits(), draws=10).best_low is None


def test_a_policy_survives_its_text() -> None:
    policy = Policy(Costs(fp=2, fn=9, amount_cells=("fn",)), "minutes", Limits(min_recall=0.4), 50, "week", 0.01, 0.3)
    assert Policy.from_text(policy.to_text()) == policy
    for broken in ("", "[]", "{}", '{"costs": {"fp": "x"}}', '{"costs": {}, "period": "year"}'):
        with pytest.raises(QuestionError, match="Expected"):
            Policy.from_text(broken)


def test_a_capacity_counts_in_the_days_of_the_log() -> None:
    assert Policy(capacity=50).limits_for(10).capacity == 500
    assert Policy(capacity=70, period="week").limits_for(10).capacity == 100
    assert Policy().limits_for(None) == Limits()
    with pytest.raises(QuestionError, match="time column"):
        Policy(capacity=50).limits_for(None)
    assert capacity_of("50/day") == (50, "day")
    for wrong in ("50", "x/day", "50/year", "-1/day", "inf/day"):
        with pytest.raises(QuestionError, match="50/day"):
            capacity_of(wrong)
    assert all(isinstance(costs, Costs) for costs in PRESETS.values())
