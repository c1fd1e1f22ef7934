"""Late labels: curves and shares recomputed by plain means, and simulated logs whose truth is known."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import brier_score_loss, precision_score, recall_score, roc_auc_score

from analytics.errors import QuestionError
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.areas import Areas
from analytics.measure.labels.arrivals import NEGATIVE, POSITIVE, Arrivals, arrivals_of
from analytics.measure.labels.curve import CurveSums, arrival_curve
from analytics.measure.labels.judged import Judged, matured_metrics
from analytics.measure.labels.lateness import coming_by_share, positives_fade
from analytics.measure.labels.maturing import Matured, Maturing
from analytics.measure.labels.never import never_table
from analytics.measure.labels.share import Cells, expected
from analytics.measure.labels.trust import stopped, trusted_days
from analytics.measure.labels.unlogged import with_unlogged
from analytics.measure.thresholds.costs import Costs
from tests.measure.late_labels import START, Late, late

SIDES = np.array([False, True])


COSTS = Costs(tp=-1.0, fp=2.0, fn=7.0, tn=0.25, review=0.5)


def judged(metric: str) -> Judged:
    return Judged(metric, SIDES, False, np.zeros((2, 2)), COSTS if metric == "cost" else None)


@pytest.fixture(scope="module")
def made() -> Late:
    return late(np.random.default_rng(3), 12.0, 4.0, n_days=120, per_day=60, never=0.1)


def test_the_arrival_curve_is_kaplan_meiers(made: Late) -> None:
    known = made.comes & (made.arrived < made.n_days)
    rows = pl.DataFrame({"limit": made.n_days - 1 - made.day, "age": np.where(known, made.arrived - made.day, 10_000)})
    left, found = 1.0, arrival_curve(made.arrivals())
    for age, share in found.select("age", "share").rows():
        at_risk = rows.filter((pl.col("limit") >= age) & (pl.col("age") >= age))
        left *= 1 - at_risk.filter(pl.col("age") == age).height / max(at_risk.height, 1)
        assert share == pytest.approx(1 - left)
    assert (found["low"] <= found["share"]).all()
    assert (found["share"] <= found["high"]).all()


def test_curves_of_classes_are_the_chain_ladder(made: Late) -> None:
    known = made.comes & (made.arrived < made.n_days)
    curve = CurveSums(made.arrivals()).curves()
    for kind in (NEGATIVE, POSITIVE):
        mask = known & (made.label == kind) & (made.side == 1)
        age, limit = made.arrived[mask] - made.day[mask], made.n_days - 1 - made.day[mask]
        share = 1.0
        for k in range(int(age.max()), 0, -1):
            until = (limit >= k) & (age <= k)
            share *= 1 - (until & (age == k)).sum() / max(until.sum(), 1)
            assert curve.at(np.array([0]), np.array([k - 1]))[1, kind, 0] == pytest.approx(share)
    assert curve.at(np.array([0, 0]), np.array([-1, 10_000]))[0, 0].tolist() == [0.0, 1.0]


def test_days_without_rows_cost_nothing_and_change_no_curve() -> None:
    """All rows of two hours whose labels took up to two months: the hours between hold none."""
    rng = np.random.default_rng(3)
    n, now = 1_600, 1_500
    day, kind, age = rng.integers(0, 2, n) * 30, rng.integers(0, 2, n), rng.integers(0, now - 40, n)
    found = Arrivals(datetime(2024, 1, 1), "1h", now, 2, 1, day, age, kind, rng.integers(0, 2, n), np.ones(n))
    size = found.came.nbytes
    tracemalloc.start()
    curves = CurveSums(found).curves()
    assert tracemalloc.get_traced_memory()[1] < size / 10
    tracemalloc.stop()
    for side, label in product((0, 1), (NEGATIVE, POSITIVE)):
        ages = np.sort(age[(found.bin == side) & (kind == label)])
        expected = np.searchsorted(ages, np.arange(found.n_ages), side="right") / len(ages)
        assert curves.at(np.array([0]), np.arange(found.n_ages))[side, label] == pytest.approx(expected)


def test_the_share_of_positives_has_the_greatest_likelihood() -> None:
    seen = np.array([[[70.0], [9.0]]])
    waiting, never = np.array([[[40.0], [60.0]]]), np.array([0.05])
    come = np.array([[0.8, 0.5], [0.4, 0.1]])[None, :, :, None]
    found = expected(Cells(seen, waiting, come, never))
    grid = np.linspace(1e-4, 0.95 - 1e-4, 20_001)
    left = [0.05 + (0.95 - grid) * (1 - zero) + grid * (1 - one) for zero, one in zip(*come[0, :, :, 0], strict=True)]
    likelihood = 70 * np.log(0.95 - grid) + 9 * np.log(grid) + 40 * np.log(left[0]) + 60 * np.log(left[1])
    assert found.share[0, 0] == pytest.approx(grid[likelihood.argmax()], abs=1e-4)
    assert (found.of_waiting.sum(axis=1) < 1).all()


PRICES = {(1, True): -0.5, (0, True): 2.5, (1, False): 7.0, (0, False): 0.25}
"""What a row costs by label and decision, the look at a flagged one included."""


def test_metrics_of_bins_are_scikit_learns() -> None:
    rows, middle = np.array([[5.0, 4.0, 3.0], [1.0, 2.0, 6.0]]), np.array([0.2, 0.5, 0.8])
    label = np.repeat([0, 0, 0, 1, 1, 1], rows.ravel().astype(int))
    score = np.repeat([*middle, *middle], rows.ravel().astype(int))
    loss = np.stack([middle**2, (1 - middle) ** 2])
    flagged = middle >= 0.5
    oracles = {
        "recall": recall_score(label, score >= 0.5),
        "precision": precision_score(label, score >= 0.5),
        "auroc": roc_auc_score(label, score),
        "brier": brier_score_loss(label, score),
        "cost": np.mean([PRICES[pair] for pair in zip(label, score >= 0.5, strict=True)]),
    }
    for metric, value in oracles.items():
        assert Judged(metric, flagged, False, loss, COSTS).value(rows) == pytest.approx(value)
    assert Judged("error_rate", np.array([True]), True, np.zeros((2, 1))).value(np.array([[3.0], [7.0]])) == 0.3
    with pytest.raises(QuestionError, match="found 'ece'"):
        judged("ece")
    for costs in (None, Costs(amount_cells=("fn",))):
        with pytest.raises(QuestionError, match="costs that hang on no amount"):
            Judged("cost", flagged, False, loss, costs)
    assert judged("cost").point == pytest.approx(0.01 * 7.5) and judged("recall").point == 0.01


@pytest.mark.parametrize("metric", ["error_rate", "recall", "precision", "f1", "prevalence", "cost"])
def test_bounds_are_those_of_all_ways_in_which_labels_can_turn_out(metric: str) -> None:
    rows, to_come = np.array([[4.0, 2.0], [1.0, 3.0]]), np.array([2.0, 3.0])
    values = []
    for below, above in product(range(3), range(4)):
        more = np.array([[2.0 - below, 3.0 - above], [below, above]])
        values.append(float(judged(metric).value(rows + more)))
    low, high = judged(metric).bounds(rows, to_come)
    assert (low, high) == pytest.approx((min(values), max(values)))


def test_metrics_that_need_a_label_and_counts_are_offered() -> None:
    assert {"error_rate", "recall", "auroc", "brier"} <= {*matured_metrics("yes/no")}
    assert "selection_rate" not in matured_metrics("yes/no")
    assert matured_metrics("classes") == ("error_rate", "accuracy")


@pytest.mark.parametrize(("positive", "negative"), [(30.0, 8.0), (8.0, 30.0)])
def test_labels_that_come_late_are_made_up_for(positive: float, negative: float) -> None:
    """Of 400 draws the interval covers what all labels say as often as it should; here are six."""
    found = []
    for seed in range(6):
        made = late(np.random.default_rng(seed), positive, negative, per_day=100)
        arrivals = made.arrivals()
        of_day = np.arange(arrivals.n_days) // 7
        days = np.flatnonzero(of_day == of_day[-1] - 2)
        matured = Maturing(arrivals, of_day, judged("prevalence")).of(days)
        truth = float(judged("prevalence").value(made.final(days)))
        assert truth == pytest.approx(0.15, abs=0.002)
        assert matured.bound_low <= truth <= matured.bound_high
        assert matured.bound_low <= matured.low <= matured.value <= matured.high <= matured.bound_high
        found.append((matured.naive - truth, matured.value - truth, matured.low <= truth <= matured.high))
    naive, value, covered = np.array(found).T
    assert np.sign(naive.mean()) == np.sign(negative - positive)
    assert abs(value.mean()) < abs(naive.mean()) / 4
    assert covered.sum() >= 5


def test_labels_that_keep_to_days_of_the_week_have_a_curve_for_each() -> None:
    made = late(np.random.default_rng(2), 6.0, 3.0, n_days=140, per_day=100)
    days_off = {5: 2, 6: 1}
    shift = np.array([days_off.get(day % 7, 0) for day in made.arrived])
    closed = replace(made, arrived=made.arrived + shift)
    curve = CurveSums(closed.arrivals()).curves()
    assert len(curve.share) == 7
    assert len(CurveSums(made.arrivals()).curves().share) == 1
    fridays, mondays = (curve.at(np.array([day]), np.array([2]))[1, NEGATIVE, 0] for day in (4, 7))
    friday = closed.comes & (closed.label == 0) & (closed.side == 1) & (closed.day % 7 == 4) & (closed.day < 100)
    assert fridays == pytest.approx((closed.arrived - closed.day <= 2)[friday].mean(), abs=0.03)
    assert mondays > fridays + 0.1


def test_rows_that_never_get_a_label_are_not_waited_for(made: Late) -> None:
    arrivals = made.arrivals()
    maturing = Maturing(arrivals, np.arange(arrivals.n_days) // 7, judged("error_rate"))
    assert maturing.share_never == pytest.approx(0.1, abs=0.02)
    old = maturing.of(np.arange(7))
    assert old.to_come < 1
    assert (
        old.value
        == pytest.approx(old.naive)
        == pytest.approx(float(judged("error_rate").value(made.final(np.arange(7)))))
    )


def test_what_is_of_no_complaint_is_negative_in_the_end() -> None:
    """Complaints have a time and their absence has none: the log says negative until one comes."""
    made = late(np.random.default_rng(5), 12.0, 0.0, n_days=150, per_day=100)
    complained = pl.col("label").fill_null(0) == 1
    table = made.table().with_columns(arrived=pl.when(complained).then("arrived"), label=complained.cast(pl.Int64))
    arrivals = arrivals_of(table, "1d", START + timedelta(days=149), 2, 1)
    assert arrivals.rest == NEGATIVE
    of_day = np.arange(150) // 7
    days = np.flatnonzero(of_day == 20)
    found = Maturing(arrivals, of_day, judged("prevalence")).of(days)
    assert found.naive < 0.09
    assert found.low <= 0.15 <= found.high
    assert found.value == pytest.approx(0.15, abs=0.03)


def test_days_are_trusted_until_labels_to_come_can_move_them() -> None:
    there = np.tile(np.array([[40.0, 5.0], [5.0, 50.0]]), (5, 1, 1))
    to_come = np.zeros((5, 2))
    to_come[3:, 0] = [0.5, 20.0]
    assert trusted_days(judged("error_rate"), there, to_come, 1).tolist() == [True, True, True, True, False]
    to_come[3, 0] = 2.0
    assert trusted_days(judged("error_rate"), there, to_come, 1).tolist() == [True, True, True, False, False]
    assert trusted_days(judged("cost"), there, to_come, 1).tolist() == [True, True, True, False, False]
    there[2, 1], to_come[:] = 0.0, 0.0  # without a positive there is no recall
    assert trusted_days(judged("recall"), there, to_come, 1).tolist() == [True, True, False, True, True]


def test_a_feed_that_stops_is_found_with_its_day_and_a_holiday_is_none() -> None:
    made = late(np.random.default_rng(1), 6.0, 3.0, n_days=100, per_day=50)
    arrivals = made.arrivals()
    assert stopped(arrivals) is None
    ended = replace(made, comes=made.arrived < 90).arrivals()
    found = stopped(ended)
    assert found is not None
    assert found[0] == 89
    assert found[1] == pytest.approx((made.arrived[made.arrived < 100] >= 90).sum(), rel=0.1)
    holiday = replace(made, arrived=np.where((made.arrived >= 50) & (made.arrived < 53), 53, made.arrived))
    silent = replace(holiday, arrived=np.where((holiday.arrived >= 97), 120, holiday.arrived))
    assert stopped(silent.arrivals()) is None
    working = replace(made, arrived=made.arrived + np.array([{5: 2, 6: 1}.get(day % 7, 0) for day in made.arrived]))
    for last, is_stop in (
        (92, False),
        (89, True),
    ):  # a Tuesday, with four working days until day 99, and the Saturday before
        found = stopped(replace(working, comes=working.arrived <= last).arrivals())
        assert (found is not None) == is_stop, last


def test_slices_that_lack_labels_are_named_and_twins_of_the_label_are_not() -> None:
    rows = {
        "column": ["a", "a", "b", "b", "c", "c"],
        "slice": ["x", "y", None, "v", "p", "q"],
        "n": [500, 4_500, 145, 4_855, 2_500, 2_500],
        "n_unlabelled": [100, 45, 145, 0, 72, 73],
    }
    found = never_table(pl.DataFrame(rows))
    assert found.select("column", "slice").rows() == [("a", "x")]
    assert found.row(0, named=True)["excess"] == pytest.approx(100 - 500 * 45 / 4_500)
    assert never_table(pl.DataFrame(rows).head(0)).is_empty()


def test_the_area_of_what_is_there_is_that_of_its_scores_and_not_of_its_bins() -> None:
    rng, start, n = np.random.default_rng(4), START, 4_000
    day, score = rng.integers(0, 10, n), rng.integers(0, 200, n)
    label = (rng.random(n) < (score + 20) / 240).astype(int)
    rows = pl.DataFrame(
        {"bucket": [start + timedelta(days=int(each)) for each in day], "score_bin": score, "label": label}
    )
    scores = rows.group_by("bucket", "score_bin").agg(
        n=pl.len(), n_unlabelled=pl.lit(0, dtype=pl.UInt32), n_pos=pl.col("label").sum()
    )
    cells = (
        rows.with_columns(day=pl.Series(day), bin=pl.Series(score // 50))
        .group_by("day", "bin", "label")
        .agg(n=pl.len())
    )
    arrivals = Arrivals(
        start=start,
        every="1d",
        now=9,
        n_bins=4,
        first_flagged=2,
        day=cells["day"].to_numpy(),
        age=np.zeros(cells.height, dtype=np.int64),
        kind=cells["label"].to_numpy().astype(np.int64),
        bin=cells["bin"].to_numpy(),
        n=cells["n"].to_numpy().astype(float),
    )
    areas = Judged("auroc", np.arange(4) >= 2, False, np.zeros((2, 4)))
    binned = Matured(*[0.0] * 3, 0.6, 0.61, 0.58, 0.64, 0.55, 0.7, 1.0, 5)
    for days in (np.arange(10), np.arange(3, 5)):
        own = rows.filter(pl.Series(np.isin(day, days)))
        there = arrivals.there()[days].sum(axis=0)
        exact, of_bins = roc_auc_score(own["label"], own["score_bin"]), float(areas.value(there))
        found = Areas(scores, arrivals).of(replace(binned, naive=of_bins), areas, there, np.zeros(4), days)
        assert found.naive == pytest.approx(exact)
        assert found.value - 0.61 == pytest.approx(exact - of_bins) == found.bound_high - 0.7
        said = Areas(scores, arrivals).of(replace(binned, naive=of_bins), areas, there, np.full(4, 3.0), days)
        assert said.low < found.low and said.high > found.high and said.value == found.value
        assert said.bound_low < found.bound_low and said.bound_high > found.bound_high
    rare = scores.with_columns(
        n_pos=(pl.col("n_pos") > 0).cast(pl.UInt32) * (pl.col("score_bin") > 198).cast(pl.UInt32)
    )
    few = Areas(rare, arrivals).of(binned, areas, arrivals.there().sum(axis=0), np.zeros(4), np.arange(10))
    assert np.isnan([few.value, few.low, few.high]).all() and np.isfinite(few.naive)


def test_buckets_in_a_row_are_held_to_what_as_many_in_a_row_missed() -> None:
    """Where all labels came slower for weeks, young weeks miss together; where such runs are few, the worst week tells."""
    rng, speed = np.random.default_rng(6), np.repeat(np.exp(np.random.default_rng(3).normal(0, 0.5, 60)), 7)
    quiet = late(rng, 12.0, 4.0, n_days=270, per_day=60)
    shaken = replace(
        quiet, arrived=np.floor(quiet.day + (quiet.arrived - quiet.day) / speed[quiet.day]).astype(np.int64)
    )
    of_day, days = np.arange(270) // 7, np.arange(245, 270)
    calm, rough = (Maturing(each.arrivals(), of_day, judged("recall")).of(days) for each in (quiet, shaken))
    assert calm.spread < 1.5 < rough.spread and min(calm.n_past, rough.n_past) >= 15
    for n_days, n_past in ((140, range(4, 12)), (91, range(4, 9))):
        short = replace(quiet, n_days=n_days)
        kept = short.day < n_days
        own = replace(
            short, **{name: getattr(short, name)[kept] for name in ("day", "arrived", "label", "side", "comes")}
        )
        found = Maturing(own.arrivals(), of_day[:n_days], judged("recall")).of(np.arange(n_days - 55, n_days))
        assert found.low < found.value < found.high and found.spread < 4 and found.n_past in n_past


def test_rows_that_a_log_of_labelled_rows_lacks_are_made_up_for() -> None:
    made = late(np.random.default_rng(0), 30.0, 8.0, n_days=210, per_day=100)
    table, now = made.table(), START + timedelta(days=made.n_days - 1)
    labelled = table.filter(pl.col("label").is_not_null())
    found = with_unlogged(arrivals_of(labelled, "1d", now, 2, 1))
    absent = table["n"].sum() - labelled["n"].sum()
    assert found.n_unlogged == pytest.approx(absent, rel=0.1)
    days = np.arange(140, 203)
    said = Maturing(found, np.arange(found.n_days) // 7, judged("prevalence")).of(days)
    truth = float(judged("prevalence").value(made.final(days)))
    assert said.naive < 0.85 * truth and said.low < truth < said.high < 1.15 * truth
    assert said.value == pytest.approx(truth, abs=abs(said.naive - truth) / 4)


def test_how_many_rows_wait_that_are_not_logged_is_no_bound() -> None:
    """Bounds of rows that were made up cut the interval: where labels had become slower it held the truth in 72 % of weeks."""
    made = late(np.random.default_rng(0), 30.0, 8.0, n_days=210, per_day=100)
    slower = replace(made, arrived=np.where(made.label * made.day > 120, made.arrived + 12, made.arrived))
    labelled = slower.table().filter(pl.col("label").is_not_null())
    found = with_unlogged(arrivals_of(labelled, "1d", START + timedelta(days=209), 2, 1))
    maturing = Maturing(found, np.arange(found.n_days) // 7, judged("precision"))
    for week in range(18, 26):
        said = maturing.of(np.arange(7 * week, 7 * week + 7))
        assert said.high - said.value == pytest.approx(said.value - said.low) or said.high == 1
        assert said.bound_low <= said.low <= said.value <= said.high <= said.bound_high


@pytest.mark.parametrize(("quicker", "is_cut"), [(1.0, True), (0.3, False)])
def test_a_log_of_labelled_rows_is_noticed_while_cases_rise(quicker: float, *, is_cut: bool) -> None:
    rng = np.random.default_rng(4)
    day = np.repeat(np.arange(210), np.linspace(20, 20, 210).astype(int) + (np.arange(210) > 195) * 100)
    delay = rng.exponential(10.0, len(day)) * np.where(day > 170, quicker, 1.0)
    arrived = np.floor(day + delay).astype(np.int64)
    if not is_cut:  # all rows are logged, and all have a label since labels became quicker
        arrived = np.minimum(arrived, 209)
    frame = pl.DataFrame({"day": day, "at": arrived, "label": rng.integers(0, 2, len(day))}).filter(pl.col("at") < 210)
    begin = pl.lit(START)
    table = frame.select(
        day=begin + pl.duration(days="day"), arrived=begin + pl.duration(days="at"), label="label", bin=pl.lit(0)
    )
    table = table.group_by("day", "arrived", "label", "bin").agg(n=pl.len().cast(pl.Int64))
    found = with_unlogged(arrivals_of(table, "1d", START + timedelta(days=209), 2, 1))
    absent = (arrived >= 210).sum()
    assert found.n_unlogged == pytest.approx(absent, rel=0.2)


def test_a_part_of_a_row_that_may_come_is_a_whole_one() -> None:
    """In a week of twenty rows one moves the error rate by five points, however small its chance."""
    made = late(np.random.default_rng(1), 12.0, 8.0, n_days=210, per_day=3)
    labelled = made.table().filter(pl.col("label").is_not_null())
    found = with_unlogged(arrivals_of(labelled, "1d", START + timedelta(days=209), 2, 1))
    of_day = np.arange(210) // 7
    maturing = Maturing(found, of_day, judged("error_rate"))
    expected_rows, may_come = (np.bincount(of_day, each.sum(axis=1)) for each in (maturing.to_come(), maturing.open()))
    is_part = (expected_rows >= 0.05) & (expected_rows < 1)
    assert is_part.sum() >= 2
    assert may_come[is_part] == pytest.approx(1.0)
    assert may_come[~is_part] == pytest.approx(expected_rows[~is_part])


def batched(every: int) -> tuple[pl.DataFrame, int]:
    """Rows whose labels are given on one day for all of a time; the log ends on the last of these days."""
    day = np.repeat(np.arange(270), 60)
    arrived = (day // every + 1) * every
    kept = arrived <= arrived.max() - every
    frame = pl.DataFrame({"day": day, "at": arrived, "label": np.arange(len(day)) % 7 == 0}).filter(pl.Series(kept))
    begin = pl.lit(START)
    days = {"day": begin + pl.duration(days="day"), "arrived": begin + pl.duration(days="at")}
    table = frame.select(**days, label=pl.col("label").cast(pl.Int64), bin=pl.lit(0))
    return table.group_by("day", "arrived", "label", "bin").agg(n=pl.len().cast(pl.Int64)), int(arrived[kept].max())


def test_a_log_with_all_its_rows_lacks_none() -> None:
    made = late(np.random.default_rng(1), 12.0, 4.0, n_days=120, per_day=60)
    ended = replace(made, n_days=int(made.arrived.max()) + 1)  # predictions ended, all labels came
    table, last = batched(30)
    monthly = arrivals_of(table, "1d", START + timedelta(days=last), 2, 1)
    is_waiting = pl.col("label").is_null() & (pl.col("n") > 0)
    some = (
        made.table().with_columns(n=pl.when(is_waiting).then(pl.col("n") // 4).otherwise("n")).filter(pl.col("n") > 0)
    )
    few = arrivals_of(some, "1d", START + timedelta(days=made.n_days - 1), 2, 1)
    assert 0 < few.waiting.sum() < 0.5 * made.arrivals().waiting.sum()
    for arrivals in (made.arrivals(), ended.arrivals(), monthly, few):
        assert with_unlogged(arrivals) is arrivals


@pytest.mark.parametrize(
    ("share", "late", "days", "per_day"), [(0.9, 5, 28, 700), (0.5, 8, 120, 170), (1.0, 10, 90, 500)]
)
def test_labels_to_come_are_found_by_their_share_alone(share: float, late: float, days: int, per_day: int) -> None:
    """Of 100 logs the mean of what is to come is right within a tenth, and of trusted days at most a fifth is still missing."""
    rng, found, missing = np.random.default_rng(0), [], []
    come = share * (1 - np.exp(-(days - 0.5 - np.arange(days)) / late))
    for _ in range(100):
        labelled = rng.binomial(per_day, come).astype(float)
        coming, never = coming_by_share(np.full(days, float(per_day)), labelled)
        assert abs(1 - never - share) < 0.05
        found.append(coming.sum() / (per_day * (share - come)).sum())
        missing.append(1 - come[max(int(np.argmax(coming > 0)) - 1, 0)] / share)
    assert abs(np.mean(found) - 1) < 0.1
    assert np.quantile(missing, 0.95) < 0.2


def test_a_gap_before_labelled_days_is_lost_and_not_late() -> None:
    rng = np.random.default_rng(3)
    labelled = rng.binomial(200, 0.98 * (1 - np.exp(-(119.5 - np.arange(120)) / 3))).astype(float)
    whole, _ = coming_by_share(np.full(120, 200.0), labelled)
    labelled[60:75] = 4
    coming, never = coming_by_share(np.full(120, 200.0), labelled)
    assert coming[:100].sum() == 0 < coming[115:].min()
    assert coming.sum() == pytest.approx(whole.sum(), rel=0.05)
    assert never == pytest.approx(0.02 + 0.96 * 15 / 120, abs=0.01)


AGE = 119.5 - np.arange(120)


@pytest.mark.parametrize(
    ("share", "least", "most"),
    [
        (0.15 * (1 - np.exp(-AGE / 25)), 38, 40),
        (0.15 * (1 - np.exp(-AGE / 5)), 30, 40),
        (np.full(120, 0.15), 0, 0),
        (np.where(AGE < 20, 0.07, 0.15), 0, 2),
        (np.linspace(0.15, 0.08, 120), 0, 1),
        (0.15 + 0.08 * np.sin(AGE / 9), 0, 0),
    ],
)
def test_positives_that_are_negative_until_they_are_known_are_found_and_drift_is_not(
    share: FloatArray, least: int, most: int
) -> None:
    rng, found, before = np.random.default_rng(5), 0, []
    for _ in range(40):
        n = rng.poisson(200, 120) + 1
        bucket = [datetime(2024, 1, 1) + timedelta(days=day) for day in range(120)]
        days = pl.DataFrame({"bucket": bucket, "n": n, "n_labelled": n, "n_pos": rng.binomial(n, share)})
        since = positives_fade(days)
        found += since is not None
        before += [] if since is None else [share[(since - bucket[0]).days - 1] / share[0]]
    assert least <= found <= most
    assert least == 0 or np.mean(before) > 0.85
