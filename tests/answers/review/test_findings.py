"""What the verdicts say of a queue on a real log."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from analytics.answers.question import Question
from analytics.answers.review.findings import findings, reasons_by_slice
from analytics.answers.review.queue import queue
from analytics.query.cohort import Cohort
from analytics.review.verdict import Verdict
from tests.answers.real_logs import RealLog


def verdict(row: int, reason: str, reviewer: str = "Ada", place: int = 0) -> Verdict:
    at = f"2026-01-01T00:{place // 60:02d}:{place % 60:02d}+00:00"
    return Verdict(content_hash="log", row_id=row, reviewer=reviewer, reason=reason, judged_at=at, revision=1)


def drawn(compas: RealLog, question: Question, n: int, errors: str = "both") -> list[int]:
    return queue(compas.engine, question, errors, "random", seed=3, limit=n).rows["row_id"].to_list()


def test_only_the_random_part_speaks_for_all_errors(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    order = drawn(compas, question, 60)
    surest = queue(compas.engine, question, "both", limit=60).rows["row_id"].to_list()
    top = [row for row in surest if row not in drawn(compas, question, 80)][:40]
    verdicts = [verdict(row, "label-wrong", place=k) for k, row in enumerate(top)]
    verdicts += [verdict(row, "label-wrong" if k % 4 == 0 else "model-wrong", place=k) for k, row in enumerate(order)]
    found = findings(compas.engine, question, verdicts, seed=3, known=("cannot-tell",))
    assert (found.n_rows, found.n_judged, found.n_random) == (2498, 100, 60)
    assert dict(found.reasons.select("reason", "n").iter_rows()) == {
        "label-wrong": 55,
        "model-wrong": 45,
        "cannot-tell": 0,
    }
    assert dict(found.random.select("reason", "n").iter_rows()) == {
        "model-wrong": 45,
        "label-wrong": 15,
        "cannot-tell": 0,
    }
    assert found.corrected.logged == pytest.approx(2498 / 7214)
    assert found.corrected.found == pytest.approx((2498 - 55) / 7214)
    assert found.corrected.estimated.value == pytest.approx(2498 * 0.75 / 7214)


def test_a_gap_in_the_random_order_ends_its_part(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    order = drawn(compas, question, 20)
    found = findings(compas.engine, question, [verdict(row, "a") for row in order if row != order[7]], seed=3)
    assert (found.n_judged, found.n_random) == (19, 7)
    other_seed = findings(compas.engine, question, [verdict(row, "a") for row in order], seed=4)
    assert other_seed.n_random == 0


def test_verdicts_on_rows_outside_of_the_queue_do_not_count(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    verdicts = [verdict(row, "a") for row in drawn(compas, question, 30)]
    flagged = findings(compas.engine, question, verdicts, "fp", seed=3)
    passed = findings(compas.engine, question, verdicts, "fn", seed=3)
    assert flagged.n_judged + passed.n_judged == 30
    assert 0 < flagged.n_judged < 30
    only_fp = replace(question, cohort=Cohort(outcomes=("fp",)))
    nothing = findings(compas.engine, only_fp, verdicts, "fn", seed=3)
    assert (nothing.n_rows, nothing.n_judged, nothing.reasons.height) == (0, 0, 0)


def test_two_reviewers_are_compared_by_kappa(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    order = drawn(compas, question, 12)
    ada = ["label-wrong", "model-wrong", "cannot-tell"] * 4
    bob = [reason if k % 5 else "policy-wrong" for k, reason in enumerate(ada)]
    verdicts = [verdict(row, reason, "Ada", 1) for row, reason in zip(order, ada, strict=True)]
    verdicts += [verdict(row, reason, "Bob", 2) for row, reason in zip(order, bob, strict=True)]
    found = findings(compas.engine, question, verdicts, seed=3)
    (pair,) = found.agreements
    assert (pair.n, pair.agreed, set(pair.differing)) == (12, 9, {order[0], order[5], order[10]})
    assert pair.kappa == pytest.approx(cohen_kappa_score(ada, bob))
    assert found.n_judged == 12


def test_reasons_by_slice_add_up_to_the_verdicts(compas: RealLog) -> None:
    question = compas.asked(threshold=5)
    order = drawn(compas, question, 50)
    verdicts = [verdict(row, "label-wrong" if k % 3 else "model-wrong", place=k) for k, row in enumerate(order)]
    table = reasons_by_slice(compas.engine, question, verdicts, "both", "race")
    assert table["n"].sum() == 50
    races = dict(zip(compas.rows["row_id"], compas.rows["race"], strict=True))
    expected = pl.Series([races[row] for row in order]).value_counts(sort=True)
    assert table["n_slice"][0] == expected["count"][0]
    nobody = reasons_by_slice(compas.engine, question, [], "both", "race")
    assert nobody.is_empty()
