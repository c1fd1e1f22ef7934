"""Thresholds on whole logs: generated ones with a known answer, and the real ones against scikit-learn on their rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import confusion_matrix

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, human_band
from analytics.answers.thresholds.answer import thresholds as thresholds_answer
from analytics.answers.thresholds.by_slice import slice_policy
from analytics.answers.thresholds.costs import cost_table
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.thresholds.by_slice import Pooling
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.human_band import Reviewer
from analytics.measure.thresholds.operating import Limits, Point
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings
from analytics.present.tables.thresholds import threshold_json
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

FIVE = Policy(Costs(fp=1, fn=5))


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def made(n: int = 4_000, seed: int = 0, **columns: object) -> pl.DataFrame:
    """Calibrated scores of two digits, one row an hour."""
    rng = np.random.default_rng(seed)
    score = (rng.beta(1.2, 4, n) * 100).round() / 100
    start = datetime(2024, 1, 1)
    base = {
        "score": score,
        "label": (rng.random(n) < score).astype(int),
        "at": [start + timedelta(hours=place) for place in range(n)],
        "team": [("a", "b", "c", None)[place % 4] for place in range(n)],
    }
    return pl.DataFrame(base).with_columns(**{name: pl.Series(values) for name, values in columns.items()})  # type: ignore[arg-type]


def asked(
    engine: Engine, log: Log, policy: Policy = FIVE, threshold: float = 0.5, where: Cohort | None = None
) -> ThresholdAnswer:
    question = Question(log, where or Cohort(), threshold)
    return thresholds_answer(cost_table(engine, question), policy)


def direct(y: np.ndarray, score: np.ndarray, thresholds: np.ndarray, costs: Costs) -> tuple[np.ndarray, np.ndarray]:
    """Confusion counts (tp, fp, fn, tn) and costs by scikit-learn, threshold by threshold."""
    found = []
    for threshold in thresholds:
        tn, fp, fn, tp = confusion_matrix(y, score >= threshold, labels=[0, 1]).ravel()
        found.append((tp, fp, fn, tn))
    counts = np.array(found, dtype=float)
    return counts, counts @ np.array([costs.tp + costs.review, costs.fp + costs.review, costs.fn, costs.tn])


def check_against_rows(answer: ThresholdAnswer, y: np.ndarray, score: np.ndarray, places: np.ndarray) -> None:
    counts, cost = direct(y, score, answer.edges[places], answer.policy.costs)
    for place, name in enumerate(("tp", "fp", "fn", "tn")):
        assert (getattr(answer.sweep, name)[0][places] == counts[:, place]).all()
    assert answer.sweep.cost[0][places] == pytest.approx(cost)


def test_compas_equals_scikit_learn_at_every_edge(desk: Desk, engine: Engine, data: Path) -> None:
    path = data / "compas/compas-scores-two-years_noPII.csv"
    log = desk.log(path, score="decile_score", label="two_year_recid")
    costs = Costs(tp=-2, fp=1, fn=5, tn=0, review=0.25)
    answer = asked(engine, log, Policy(costs), 5)
    rows = pl.read_csv(path, infer_schema_length=None)
    y, score = rows["two_year_recid"].to_numpy(), rows["decile_score"].to_numpy()
    assert answer.edges.tolist() == sorted(set(score))
    check_against_rows(answer, y, score, np.arange(len(answer.edges)))
    assert answer.value("fp", answer.present) == 1282
    assert answer.theoretical is None
    assert "ranks and no probabilities" in readings.theory_reading(answer)


def test_the_flights_equal_scikit_learn_at_every_edge_of_the_grid(desk: Desk, engine: Engine, data: Path) -> None:
    path = data / "nycflights/inference_log.parquet"
    log = desk.log(path)
    answer = asked(engine, log, FIVE, 0.3)
    rows = pl.read_parquet(path, columns=["score", "label"]).drop_nulls()
    y, score = rows["label"].to_numpy().astype(int), rows["score"].to_numpy()
    some = np.unique(np.linspace(0, len(answer.edges) - 1, 25).astype(int))
    check_against_rows(answer, y, score, some)
    n = len(y)  # rows at or above an edge: those that a sort leaves on its right
    tp, fp = (np.sum(y == value) - np.searchsorted(np.sort(score[y == value]), answer.edges) for value in (1, 0))
    assert n == np.sum(y == 1) + np.sum(y == 0)
    assert (answer.sweep.tp[0][:-1] == tp).all() and (answer.sweep.fp[0][:-1] == fp).all()
    capped = asked(engine, log, replace(FIVE, capacity=50.0), 0.3)
    assert capped.best is not None and capped.days is not None
    assert capped.value("n_flagged", capped.best) / capped.days == pytest.approx(50)
    assert 0 <= capped.best.share < 1
    assert capped.pressures[0].binds
    assert capped.worth is not None and capped.worth > 0
    assert "drawn at random" in readings.limits_reading(capped)


def generated(n: int, lift: float) -> pl.DataFrame:
    """Scores of many digits; calibrated, or positive less often by a factor."""
    rng = np.random.default_rng(7)
    score = rng.beta(1.2, 4, n)
    return pl.DataFrame({"score": score, "label": (rng.random(n) < score * lift).astype(int)})


def test_the_optimum_covers_the_closed_form_where_scores_are_calibrated_and_says_why_not_elsewhere(
    desk: Desk, engine: Engine
) -> None:
    right = asked(engine, desk.log(generated(200_000, 1.0)))
    assert right.theoretical == pytest.approx(1 / 6)
    low, high = (right.threshold_at(place) for place in (right.certainty.best_low, right.certainty.best_high))
    assert low is not None and high is not None and low <= 1 / 6 <= high
    assert "the two agree" in readings.theory_reading(right)
    wrong = asked(engine, desk.log(generated(200_000, 0.5)))
    low = wrong.threshold_at(wrong.certainty.best_low)
    assert low is not None and low > 1 / 6
    assert "the scores are too high there" in readings.theory_reading(wrong)
    assert "positive in 8." in readings.theory_reading(wrong).replace("7.", "8.")


def test_amounts_move_the_best_threshold_and_both_are_found(desk: Desk, engine: Engine) -> None:
    """Positives that score low are large: with amounts they are worth flagging, without they are not."""
    rng = np.random.default_rng(1)
    score = np.repeat([0.1, 0.6, 0.9], 1_000)
    label = (rng.random(3_000) < np.repeat([0.1, 0.6, 0.9], 1_000)).astype(int)
    amount = np.where(score == 0.1, 100.0, 1.0) * label + 1.0
    log = desk.log(pl.DataFrame({"score": score, "label": label, "amount": amount}), amount="amount")
    costs = Costs(fp=1, fn=1)
    without = asked(engine, log, Policy(costs))
    with_amounts = asked(engine, log, Policy(replace(costs, amount_cells=("fn",))))
    for answer, weights in ((without, np.ones(3_000)), (with_amounts, amount)):
        cost = {
            t: ((score >= t) & (label == 0)).sum() + weights[(score < t) & (label == 1)].sum() for t in (0.1, 0.6, 0.9)
        }
        assert answer.best is not None
        assert answer.threshold_at(answer.best.bin) == min(cost, key=lambda t: cost[t])
        assert answer.sweep.cost[0][:-1] == pytest.approx(list(cost.values()))
    assert without.best is not None and with_amounts.best is not None
    assert without.best.bin == 1 and with_amounts.best.bin == 0
    assert with_amounts.theoretical is None
    assert "differs from row to row" in readings.theory_reading(with_amounts)


def test_a_capacity_is_filled_exactly_with_a_stated_share_of_the_ties(desk: Desk, engine: Engine) -> None:
    log = desk.log(made(), time="at")
    answer = asked(engine, log, replace(FIVE, capacity=3.0))
    assert answer.days == 167
    assert answer.best is not None and answer.best.share > 0
    assert answer.value("n_flagged", answer.best) / 167 == pytest.approx(3)
    reading = readings.limits_reading(answer)
    assert "The capacity of 3 per day binds" in reading and "One more flagged row per day would save" in reading
    with pytest.raises(QuestionError, match="time column"):
        asked(engine, desk.log(made().drop("at")), replace(FIVE, capacity=3.0))


def test_the_present_threshold_is_exact_between_two_edges_of_the_grid(desk: Desk, engine: Engine) -> None:
    frame = generated(20_000, 1.0)
    answer = asked(engine, desk.log(frame), threshold=0.33337)
    y, score = frame["label"].to_numpy(), frame["score"].to_numpy()
    counts, _ = direct(y, score, np.array([0.33337]), Costs())
    assert [answer.value(name, answer.present) for name in ("tp", "fp", "fn", "tn")] == counts[0].tolist()


def test_halves_are_random_and_add_up(desk: Desk, engine: Engine) -> None:
    table = cost_table(engine, Question(desk.log(made(20_000)), Cohort(), 0.5))
    first, second = table.halves()
    assert (first.pos + second.pos == table.bins().pos).all()
    assert first.n.sum() == pytest.approx(10_000, abs=300)
    share = table.frame.filter(pl.col("part") == 0)["n"].sum() / 20_000
    assert share == pytest.approx(0.5, abs=0.015)


def test_slices_never_cost_more_in_sample_and_the_fitted_difference_vanishes_where_there_is_none(
    desk: Desk, engine: Engine
) -> None:
    log = desk.log(made(), segments=("team",))
    table = cost_table(engine, Question(log, Cohort(), 0.5), ["team"])
    found = slice_policy(table, FIVE.costs, "own-optimum", Pooling(100, 100))
    assert found.table.height == 4
    assert None in found.table["slice_0"].to_list()
    assert (found.table["saving"] >= -1e-9).all()
    assert found.saving.low < 0 < found.saving.high or float(found.saving.value) <= 0
    answer = asked(engine, log)
    assert "no clear difference" in readings.slice_policy_reading(
        found, answer
    ) or "more" in readings.slice_policy_reading(found, answer)
    direct_cost = 0.0
    frame = made()
    own = pl.DataFrame({"team": found.table["slice_0"], "own": found.table["threshold"]})
    judged = frame.join(own, on="team", how="left", nulls_equal=True).drop_nulls(["score", "label"])
    for flagged, totals in ((pl.col("own"), found.after), (pl.lit(found.single), found.before)):
        is_flagged, is_positive = pl.col("score") >= flagged, pl.col("label") == 1
        counts = judged.select(
            tp=(is_flagged & is_positive).sum(),
            fp=(is_flagged & ~is_positive).sum(),
            fn=(~is_flagged & is_positive).sum(),
        )
        assert (totals.tp, totals.fp, totals.fn) == counts.row(0)
    assert "Recall goes from " in readings.slice_policy_reading(found, answer)
    for row in found.table.iter_rows(named=True):
        part = frame.filter(pl.col("team").eq_missing(pl.lit(row["slice_0"])))
        _, cost = direct(part["label"].to_numpy(), part["score"].to_numpy(), np.array([row["threshold"]]), FIVE.costs)
        assert row["cost"] == pytest.approx(cost[0])
        direct_cost += cost[0]
    assert direct_cost <= found.table["cost_single"].sum()


def test_logged_decisions_are_judged_beside_the_score_and_contradictions_can_be_opened(
    desk: Desk, engine: Engine
) -> None:
    frame = made()
    flip = pl.Series(np.arange(frame.height) % 50 == 0)
    frame = frame.with_columns(decision=((pl.col("score") >= 0.3) ^ flip).cast(pl.Int8))
    log = desk.log(frame, decision="decision", threshold=0.3)
    answer = asked(engine, log, threshold=0.3)
    found = answer.decisions
    assert found is not None
    tn, fp, fn, tp = confusion_matrix(frame["label"], frame["decision"]).ravel()
    assert found.counts == {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    assert found.cost == fp + 5 * fn
    assert found.not_decided[answer.present.bin] + found.not_scored_so[answer.present.bin] == 80
    positive = log.mapping.decision_positive
    opened = Cohort(
        (Clause("decision", "not-in", positive), Clause("decision", "present"), Clause("score", "ge", ("0.3",)))
    )
    assert engine.row_counts(log, opened, 0.3)[0] == found.not_decided[answer.present.bin]
    assert "80 decisions contradict" in readings.decisions_reading(answer)


EDGE_CASES = {
    "no labels": (
        lambda frame: frame.with_columns(label=pl.lit(None, dtype=pl.Int64)),
        FIVE,
        "No threshold can be judged",
    ),
    "only negatives": (
        lambda frame: frame.with_columns(label=pl.lit(0)),
        FIVE,
        "is negative, so flagging none costs least",
    ),
    "only positives": (
        lambda frame: frame.with_columns(label=pl.lit(1)),
        FIVE,
        "is positive, so flagging all costs least",
    ),
    "costs of zero": (lambda frame: frame, Policy(Costs(fp=0, fn=0)), "Every threshold costs the same"),
    "gains": (lambda frame: frame, Policy(Costs(tp=-10, fp=1, fn=0, tn=-0.5)), "threshold"),
    "inverted costs": (lambda frame: frame, Policy(Costs(tp=5, fp=0, fn=0, tn=1)), "threshold"),
    "no positives flagged": (lambda frame: frame, Policy(limits=Limits(min_recall=1, max_fpr=0)), "No threshold keeps"),
}


@pytest.mark.parametrize("name", EDGE_CASES)
def test_an_odd_case_has_a_clear_answer(name: str, desk: Desk, engine: Engine) -> None:
    change, policy, expected = EDGE_CASES[name]
    log = desk.log(
        change(made(500)), score="score", label="label", positive=("1",), negative=("0",), segments=("team",)
    )
    answer = asked(engine, log, policy)
    assert expected in readings.threshold_reading(answer)
    for reading in (
        readings.theory_reading,
        readings.curve_reading,
        readings.limits_reading,
        readings.sensitivity_reading,
    ):
        assert "nan" not in reading(answer) and reading(answer)
    assert "nan" not in readings.move_reading(answer, Point(0))
    sliced = cost_table(engine, Question(log, Cohort(), 0.5), ["team"])
    slices = slice_policy(sliced, policy.costs, "equal-recall", Pooling())
    band = human_band(cost_table(engine, Question(log, Cohort(), 0.5)), policy, Reviewer(0.1, 0.05))
    assert "nan" not in readings.slice_policy_reading(slices, answer)
    assert "nan" not in readings.band_reading(band, Reviewer(0.1, 0.05), answer)
    json.dumps(threshold_json(answer, slices, band), allow_nan=False)


def test_an_empty_cohort_names_the_filter_to_blame(desk: Desk, engine: Engine) -> None:
    log = desk.log(made(500), segments=("team",))
    with pytest.raises(QuestionError, match="team is z"):
        asked(engine, log, where=Cohort((Clause("team", "in", ("z",)),)))


def test_moving_the_line_and_changing_costs_asks_the_engine_nothing(desk: Desk, engine: Engine) -> None:
    table = cost_table(engine, Question(desk.log(made(500)), Cohort(), 0.5))
    asked_so_far = engine.n_queries
    for costs in (Costs(), Costs(fn=9)):
        answer = thresholds_answer(table, Policy(costs))
        for threshold in (0.1, 0.2, 0.9):
            readings.move_reading(answer, answer.point_of(threshold))
    assert engine.n_queries == asked_so_far
