"""Answering or handing over on whole logs: against their rows, with costs, capacity, slices and without a confidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.question import Question
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import Line, deciding_handover
from analytics.answers.thresholds.handover import Handover, handover
from analytics.answers.thresholds.handover_slices import handover_slices
from analytics.errors import QuestionError
from analytics.log import views
from analytics.log.right import Right
from analytics.log.schema import Log
from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings, words
from analytics.present.moments import moment_label
from analytics.present.readings.thresholds_handover import confidence_text
from analytics.present.report.sections.thresholds_handover import build_handover
from analytics.present.tables.thresholds_handover import (
    deciding_handover_json,
    handover_frame,
    handover_json,
    points_frame,
    points_table,
)
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 4_000
FIVE = Policy(handover_costs(5, 1), unit="")
UNSAID = Policy(handover_costs(1, 1), unit="", has_costs=False)
NO_WORDS = re.compile(
    r"false positive|false negative|miss\b|misses|missed|recall|precision|false alarm|flag", re.IGNORECASE
)
"""Words that mean nothing where a row is right or wrong."""


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def made(*, is_timed: bool = False, is_part_labelled: bool = False) -> pl.DataFrame:
    """Codes suggested and billed with a calibrated confidence of two digits, but too sure in the team *new*."""
    rng = np.random.default_rng(4)
    confidence = rng.integers(30, 100, N) / 100
    team = rng.choice(["old", "older", "new"], N, p=[0.5, 0.4, 0.1])
    is_right = rng.random(N) < np.where(team == "new", confidence - 0.25, confidence)
    true = rng.choice(["a", "b", "c", "d"], N)
    other = np.array([{"a": "b", "b": "c", "c": "d", "d": "a"}[value] for value in true])
    frame = pl.DataFrame(
        {
            "suggested": np.where(is_right, true, other),
            "billed": true,
            "confidence": confidence,
            "team": team,
        }
    )
    if is_part_labelled:
        frame = frame.with_columns(billed=pl.when(pl.int_range(N) % 4 != 0).then("billed"))
    if is_timed:
        start = datetime(2024, 1, 1)
        frame = frame.with_columns(at=pl.Series([start + timedelta(minutes=10 * place) for place in range(N)]))
    return frame


def log_of(desk: Desk, frame: pl.DataFrame, score: str | None = "confidence") -> Log:
    staged = desk.stage(frame)
    mapping = replace(
        staged.mapping,
        score=score,
        segments=("team",),
        row_id=None,
        time="at" if "at" in frame.columns else None,
        right=None,
    )
    return desk.build(staged, views.right_or_wrong(mapping, staged.reading, Right("classes", "billed", "suggested")))


def asked(engine: Engine, log: Log, policy: Policy = FIVE, threshold: float | None = None) -> Handover:
    question = Question(log, Cohort(), log.mapping.threshold if threshold is None else threshold)
    return handover(cost_table(engine, question), policy)


def rows_of(frame: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Confidence and wrongness of the rows that have a label."""
    known = frame.filter(pl.col("billed").is_not_null())
    return known["confidence"].to_numpy(), (known["billed"] != known["suggested"]).to_numpy().astype(float)


def test_the_best_confidence_is_that_of_the_rows(desk: Desk, engine: Engine) -> None:
    frame = made()
    answer = asked(engine, log_of(desk, frame))
    confidence, wrong = rows_of(frame)
    costs = {
        level: float(5 * wrong[confidence >= level].sum() + (confidence < level).sum())
        for level in np.unique(confidence)
    }
    assert answer.best is not None and answer.at(answer.best).cost == min(costs.values())
    best = answer.threshold_at(answer.best.bin)
    assert best is not None and costs[best] == min(costs.values())
    now = answer.at(answer.present)
    assert (now.coverage, now.handed_over, now.cost) == (1.0, 0.0, 5 * wrong.sum())
    at = answer.at(answer.best)
    assert float(at.risk.value) == pytest.approx(wrong[confidence >= best].mean())
    assert at.coverage == pytest.approx((confidence >= best).mean())
    assert answer.theoretical == pytest.approx(0.8)
    assert answer.saving.low > 0 and answer.saving.value == pytest.approx(now.cost - at.cost, rel=0.1)
    assert answer.best_low is not None and answer.best_high is not None
    assert answer.best_low <= answer.best.bin <= answer.best_high
    area = float(np.mean([wrong[confidence >= level].mean() for level in confidence]))
    assert float(answer.area.value) == pytest.approx(area)


def test_rows_without_a_label_are_answered_and_handed_over_and_not_weighed(desk: Desk, engine: Engine) -> None:
    frame = made(is_part_labelled=True)
    answer = asked(engine, log_of(desk, frame), threshold=0.6)
    confidence, wrong = rows_of(frame)
    now = answer.at(answer.present)
    assert now.answered == (frame["confidence"] >= 0.6).sum() and now.answered + now.handed_over == N
    assert now.judged == (confidence >= 0.6).sum() and now.wrong == wrong[confidence >= 0.6].sum()
    assert now.cost == 5 * now.wrong + (confidence < 0.6).sum()
    assert f"{answer.n - answer.n_judged:,} more have not both" in readings.handover_reading(answer)


def test_no_more_is_handed_over_than_people_can_look_at(desk: Desk, engine: Engine) -> None:
    log = log_of(desk, made())
    answer = asked(engine, log, replace(FIVE, limits=Limits(capacity=700)))
    assert answer.best is not None and answer.at(answer.best).handed_over == pytest.approx(700)
    assert answer.filled is not None and 600 < answer.at(answer.filled).handed_over <= 700
    assert answer.worth is not None and 0 < answer.worth < 5
    free = asked(engine, log)
    assert free.best is not None and answer.price == pytest.approx(
        answer.at(answer.best).cost - free.at(free.best).cost
    )
    assert readings.break_even_reading(answer).endswith("what people have time for keeps it elsewhere.")
    wide = asked(engine, log, replace(FIVE, limits=Limits(capacity=N)))
    assert wide.best == free.best and wide.price == 0
    unsaid = asked(engine, log, replace(UNSAID, limits=Limits(capacity=700)))
    assert unsaid.best is None and unsaid.filled == answer.filled
    assert "People can look at 700 rows on this cohort" in readings.handover_reading(unsaid)
    with pytest.raises(QuestionError, match="Say how many rows people can look at in all"):
        asked(engine, log, replace(FIVE, capacity=50, period="week"))


def test_rows_that_go_to_people_are_counted_per_week_where_there_are_times(desk: Desk, engine: Engine) -> None:
    log = log_of(desk, made(is_timed=True))
    answer = asked(engine, log, replace(FIVE, capacity=140, period="week"))
    assert answer.days == 28
    assert answer.limits.capacity == 560
    assert answer.best is not None and answer.at(answer.best).handed_over == pytest.approx(560)
    assert "140 rows go to people per week" in readings.handover_reading(answer)


def test_the_slice_that_is_too_sure_is_named(desk: Desk, engine: Engine) -> None:
    log = log_of(desk, made())
    answer = asked(engine, log)
    assert answer.best is not None
    found = handover_slices(cost_table(engine, Question(log, Cohort(), 0.0), ["team"]), answer.best)
    assert found.worse["slice_0"].to_list() == ["new"]
    assert found.table["n"].sum() == N and found.table["n_answered"].sum() == answer.at(answer.best).answered
    text = readings.handover_slices_reading(answer, found, answer.best)
    assert text.startswith("The same confidence is worth less in new.")
    assert json.dumps(handover_json(answer, found), allow_nan=False)


def test_the_sentences_decide_in_the_words_of_answers(desk: Desk, engine: Engine) -> None:
    log, leads = log_of(desk, made()), {}
    for name, policy in (
        ("unsaid", UNSAID),
        ("five", FIVE),
        ("cheap", Policy(handover_costs(0.5, 1), unit="")),
        ("free looks", Policy(handover_costs(5, 0), unit="")),
        ("dear", Policy(handover_costs(1_000, 1), unit="€")),
    ):
        answer = asked(engine, log, policy)
        to = answer.best or answer.present
        texts = [
            readings.handover_reading(answer),
            readings.handover_move_reading(answer, to),
            readings.break_even_reading(answer),
            *points_table(answer, to).columns,
        ]
        assert not [text for text in texts if NO_WORDS.search(text) or "nan" in text.split()]
        first = re.match(r".*?[.?!](?=\s|$)", texts[0], re.DOTALL)
        assert first and len(re.findall(r"(?<![A-Za-z\d,.])\d[\d,.]*", first[0].rstrip("."))) <= 2
        leads[name] = first[0]
        has_costs = any(column.startswith("cost") for column in handover_frame(answer).columns)
        assert has_costs == policy.has_costs
    assert leads["unsaid"] == "What does a wrong answer cost compared with a person's look?"
    assert re.fullmatch(r"Answer from a confidence of 0\.[78]\d* on and hand over the rest\.", leads["five"])
    assert leads["cheap"].startswith("Answer every row and hand over none, as now")
    assert leads["free looks"] == leads["dear"] == "Hand over every row."


def test_no_order_is_given_where_nobody_said_what_a_wrong_answer_costs(desk: Desk, engine: Engine) -> None:
    found = handover_json(asked(engine, log_of(desk, made()), UNSAID))
    assert not [
        name for name in ("best_threshold", "cost_now", "cost_at_best", "saving", "at_best") if found[name] is not None
    ]
    assert found["coverage"] == 1 and found["aurc_low"] < found["aurc"] < found["aurc_high"] < found["risk"]
    assert "cost" not in found["sweep"][0]


def test_a_confidence_that_says_nothing_saves_nothing(desk: Desk, engine: Engine) -> None:
    frame = made().with_columns(confidence=pl.Series(np.random.default_rng(8).integers(30, 100, N) / 100))
    answer = asked(engine, log_of(desk, frame), Policy(handover_costs(2, 1), unit=""))
    assert answer.saving.low <= 0
    text = readings.handover_reading(answer)
    assert "does not clearly sort right from wrong answers" in text and "That saves" not in text.partition("\n")[0]


def test_where_no_row_has_a_label_nothing_is_weighed(desk: Desk, engine: Engine) -> None:
    log = log_of(desk, made(is_part_labelled=True))
    question = Question(log, Cohort((Clause("billed", "missing"),)), 0.0)
    answer = handover(cost_table(engine, question), FIVE)
    assert readings.handover_reading(answer) == "No answer can be judged: none of 1,000 rows has a label."
    assert answer.best is None and json.dumps(handover_json(answer), allow_nan=False)
    found = handover_slices(cost_table(engine, question, ["team"]), answer.present)
    assert "no slice can be judged" in readings.handover_slices_reading(answer, found, answer.present)


def test_answers_that_are_all_right_are_all_given(desk: Desk, engine: Engine) -> None:
    right = made().with_columns(suggested=pl.col("billed"))
    answer = asked(engine, log_of(desk, right))
    assert answer.best == answer.present and float(answer.area.value) == 0
    assert readings.handover_reading(answer).startswith("Answer every row and hand over none, as now")
    shown, numbers = points_table(answer, answer.present), points_frame(answer, answer.present)
    assert [words.share(value) for value in numbers["answered"]] == shown["Answered"].to_list()
    assert [words.count(value) for value in numbers["to_people"]] == shown["To people"].to_list()


@pytest.mark.parametrize("policy", [Policy(handover_costs(3, 1), unit=""), UNSAID])
def test_confidence_is_chosen_from_the_rows_since_answers_got_worse(desk: Desk, engine: Engine, policy: Policy) -> None:
    """A third of the way from the end the model stays as sure and is right less often: all rows together are neither time."""
    rng, late = np.random.default_rng(11), np.arange(N) >= N * 2 // 3
    frame = made(is_timed=True)
    broken = late & (rng.random(N) < 0.2)
    frame = frame.with_columns(suggested=pl.when(pl.Series(broken)).then(pl.lit("e")).otherwise("suggested"))
    log = log_of(desk, frame)
    question = Question(log, Cohort(), 0.6)
    whole, part = asked(engine, log, policy, threshold=0.6), deciding_handover(engine, question, policy)
    assert part is not None and part.since is not None and part.until is None
    begun = frame["at"][int(np.flatnonzero(late)[0])]
    assert abs((part.since - begun.date()).days) <= 1
    kept = Question(log, Cohort(part.clauses), 0.6)
    own = handover(cost_table(engine, kept), policy)
    assert (part.answer.best, part.answer.days) == (own.best, own.days) and own.n < 0.4 * N
    said, rows = (
        readings.handover_decision_reading(whole, part),
        f"the rows since {moment_label(part.since)}, when errors shifted",
    )
    wrong = words.share(float(own.at(own.present).risk.value))
    if policy.has_costs:
        assert said.startswith(f"By {rows}: answer from a confidence of {confidence_text(own, own.best)} on")
        assert f"the best of these, {confidence_text(whole, whole.best)}, mixes the time before and since." in said
    else:
        assert f"and {wrong} of the answers are wrong. That is of {rows}." in said
        assert wrong != words.share(float(whole.at(whole.present).risk.value))
    found = deciding_handover_json(part)["deciding"]
    assert (found["from"], found["before"]) == (part.since.isoformat(), None) and found["n_judged"] == own.n_judged
    section = build_handover(Line(whole, part))[0]
    assert section.glance is not None and rows in section.glance
    in_all = replace(policy, limits=Limits(capacity=400))
    fewer = deciding_handover(engine, question, in_all)
    assert fewer is not None and fewer.answer.limits.capacity == pytest.approx(400 * own.n / N)
    assert deciding_handover(engine, Question(log_of(desk, made(is_timed=True)), Cohort(), 0.6), policy) is None
