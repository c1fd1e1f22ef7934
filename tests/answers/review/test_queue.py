"""The review queue on real logs equals a Polars sort of their rows."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import polars as pl
import pytest

from analytics.answers.question import Question
from analytics.answers.review.queue import cases, queue
from analytics.answers.review.queue import twins as twins_answer
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.query import review
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.answers.real_logs import RealLog
from tests.ingested import Desk

KINDS = {"fp": ("fp",), "fn": ("fn",), "both": ("fp", "fn")}


def kinds(rows: pl.DataFrame, score: str, label: str, threshold: float) -> pl.DataFrame:
    flagged, positive = pl.col(score) >= threshold, pl.col(label) == 1
    return rows.filter(pl.col(label).is_not_null()).with_columns(
        kind=pl.when(flagged & ~positive).then(pl.lit("fp")).when(~flagged & positive).then(pl.lit("fn")),
        distance=(pl.col(score) - threshold).abs(),
    )


@pytest.mark.parametrize("errors", list(KINDS))
def test_the_surest_errors_are_a_polars_sort_on_the_flights(flights: RealLog, errors: str) -> None:
    live = Clause("role", "in", ("live",))
    found = queue(flights.engine, flights.asked(live), errors, limit=300)
    wrong = kinds(flights.rows.filter(role="live"), "score", "label", 0.3).filter(pl.col("kind").is_in(KINDS[errors]))
    expected = wrong.sort("distance", "row_id", descending=[True, False]).head(300)
    assert found.rows["row_id"].to_list() == expected["row_id"].to_list()
    assert found.rows["error_kind"].to_list() == expected["kind"].to_list()
    assert found.n_rows == wrong.height
    assert expected["distance"].n_unique() < 300, "no ties, so that their order was not tried"
    second = queue(flights.engine, flights.asked(live), errors, offset=100, limit=100)
    assert second.rows["row_id"].to_list() == expected["row_id"].to_list()[100:200]


def test_the_costliest_errors_are_a_polars_sort_on_the_flights(flights: RealLog) -> None:
    costs = Costs(fp=2, fn=5, amount_cells=frozenset({"fn"}))
    found = queue(flights.engine, flights.asked(), "both", "cost", limit=300, costs=costs)
    price = pl.when(kind="fp").then(2.0).otherwise(5.0 * pl.col("distance_flown"))
    rows = flights.rows.rename({"distance": "distance_flown"})
    wrong = kinds(rows, "score", "label", 0.3).filter(pl.col("kind").is_not_null()).with_columns(cost=price)
    expected = wrong.sort("cost", "distance", "row_id", descending=[True, True, False]).head(300)
    assert found.rows["row_id"].to_list() == expected["row_id"].to_list()
    assert found.rows["cost"].to_list() == expected["cost"].to_list()


@pytest.mark.parametrize("errors", list(KINDS))
def test_the_surest_errors_are_a_polars_sort_on_compas(compas: RealLog, errors: str) -> None:
    found = queue(compas.engine, compas.asked(threshold=5), errors, limit=4_000)
    wrong = kinds(compas.rows, "decile_score", "two_year_recid", 5).filter(pl.col("kind").is_in(KINDS[errors]))
    expected = wrong.sort("distance", "row_id", descending=[True, False])
    assert found.rows["row_id"].to_list() == expected["row_id"].to_list()
    assert found.n_rows == {"fp": 1282, "fn": 1216, "both": 2498}[errors]


def test_the_random_part_repeats_with_its_seed_and_is_another_with_another(flights: RealLog) -> None:
    def drawn(seed: int) -> list[int]:
        rows = queue(flights.engine, flights.asked(), "both", "random", seed=seed, limit=200).rows
        return rows["row_id"].to_list()

    assert drawn(1) == drawn(1)
    assert len(set(drawn(1)) & set(drawn(2))) < 10
    mixed = queue(flights.engine, flights.asked(), "both", "mix", seed=1, limit=100).rows
    assert mixed.filter(pl.col("random_rank") <= 50)["row_id"].to_list() == drawn(1)[:50]


def test_a_cohort_of_outcomes_narrows_the_queue(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    only_fp = type(question)(question.log, type(question.cohort)(outcomes=("fp",)), 5)
    assert queue(compas.engine, only_fp, "both").n_rows == 1282
    nothing = queue(compas.engine, only_fp, "fn")
    assert (nothing.n_rows, nothing.rows.height) == (0, 0)


@pytest.mark.parametrize("outcomes", [("fp",), ("fp", "fn"), ("tp", "tn"), ("unlabelled",), ("fn", "unscored"), ()])
def test_errors_are_counted_from_the_score_table_at_every_edge(flights: RealLog, outcomes: tuple[str, ...]) -> None:
    log, clauses = flights.log, (Clause("role", "in", ("live",)),)
    kept, engine = Cohort(clauses, outcomes), flights.engine  # type: ignore[arg-type]
    engine.n_outcomes(log, kept, 0.5)
    asked, edges = engine.n_queries, [*log.edges[::400], 0.3]
    found = [engine.n_outcomes(log, kept, edge) for edge in edges]
    is_told = not set(outcomes) & {"unlabelled", "unscored"}
    assert engine.n_queries == asked + (0 if is_told else len(edges))
    assert found == [engine.row_counts(log, kept, edge)[0] for edge in edges]


def test_all_rows_can_be_reviewed_and_what_cannot_be_ranked_is_refused(compas: RealLog) -> None:
    found = queue(compas.engine, compas.asked(threshold=5), "all", limit=10_000)
    assert found.n_rows == found.rows.height == 7_214
    for errors, rank in (("none", "confidence"), ("fp", "worst"), ("fp", "cost")):
        with pytest.raises(QuestionError):
            queue(compas.engine, compas.asked(), errors, rank)


def test_twins_were_decided_correctly_and_differ_least(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    (case,) = cases(queue(compas.engine, question, "fp", limit=1).rows)
    twins = twins_answer(compas.engine, question, case)
    assert {twin.error_kind for twin in twins} <= {"tp", "tn"} and len(twins) == 3
    differing = [twin.n_differing for twin in twins]
    assert differing == sorted(differing)
    assert case.row_id not in [twin.row_id for twin in twins]


def test_twins_of_large_logs_are_asked_for_nearest_first_and_are_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, n = np.random.default_rng(2), 200
    parts = {
        name: [*rng.choice([*values], n - 20), *[None] * 20]
        for name, values in {"a": "fghijkxyz", "b": "nopqrstuvw", "c": "abcdefghijklmnopqrstuvw"}.items()
    }
    rows = pl.DataFrame({"label": rng.integers(0, 2, n), "score": rng.random(n).round(2), **parts})
    question = Question(desk.log(rows, label="label", score="score", segments=("a", "b", "c")), Cohort(()), 0.5)
    engine, ask, asked = Engine(desk.workspace), review.twins, []
    near = cases(queue(engine, question, "both", limit=25).rows)
    plain = [twins_answer(engine, question, case) for case in near]

    def noted(*args: Any, most: Literal[0, 1] | None, **options: Any) -> object:
        asked.append(most)
        return ask(*args, most=most, **options)

    monkeypatch.setattr(review, "twins", noted)
    monkeypatch.setattr("analytics.answers.review.queue._MANY", 1)
    assert [twins_answer(engine, question, case) for case in near] == plain
    assert asked.count(0) == len(near) > asked.count(1) > asked.count(None) > 0


def test_labels_that_were_flipped_by_hand_come_first(desk: Desk) -> None:
    rng, n = np.random.default_rng(6), 5_000
    truth = rng.random(n) < 0.3
    score = np.clip(np.where(truth, rng.beta(6, 2, n), rng.beta(2, 8, n)), 0, 1).round(3)
    flipped = rng.random(n) < 0.02
    rows = pl.DataFrame({"score": score, "label": np.where(flipped, ~truth, truth).astype(int)})
    engine, question = Engine(desk.workspace), Question(desk.log(rows), Cohort(), 0.9)
    found = queue(engine, question, "all", "label", limit=int(flipped.sum()))
    assert flipped[found.rows["row_id"].to_numpy()].mean() > 0.75
    usual = [rows.filter(label=label)["score"].mean() for label in (0, 1)]
    belief = pl.when(pl.col("label") == 1).then(pl.col("score") - usual[0]).otherwise(usual[1] - pl.col("score"))
    expected = rows.with_row_index("row_id").sort(belief, "row_id").head(found.rows.height)
    assert found.rows["row_id"].to_list() == expected["row_id"].to_list()
    # At a threshold of 0.9 the surest errors are others: confidence is measured from it.
    surest = queue(engine, question, "both", "confidence", limit=found.rows.height).rows
    assert flipped[surest["row_id"].to_numpy()].mean() < flipped[found.rows["row_id"].to_numpy()].mean()


def test_labels_are_not_doubted_without_probabilities(compas: RealLog) -> None:
    with pytest.raises(QuestionError, match="to doubt its labels"):
        queue(compas.engine, compas.asked(), "both", "label")
