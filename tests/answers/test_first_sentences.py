"""The first sentence of every question: short enough to be acted on, whatever the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.finding import Asking
from analytics.answers.brief.registry import SOURCES
from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.gap.answer import gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.sides import sides
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import leading_slice, ranked_columns, slices
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.log.schema import Log
from analytics.measure.metrics import used_in
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings
from analytics.query.cohort import Clause, Cohort
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 12_000
PREVALENCES = (0.03, 0.3)


def made(prevalence: float, *, is_even: bool = False) -> pl.DataFrame:
    """Rows whose positives are missed in *far*, more frequent in *often*, and whose scores fall in the later half."""
    rng = np.random.default_rng(5)
    segment = rng.choice(["near", "far", "often"], N, p=[0.6, 0.25, 0.15])
    rate = np.where((segment == "often") & (not is_even), 2 * prevalence, prevalence)
    label = (rng.random(N) < rate).astype(int)
    skill = np.where((segment == "far") & (not is_even), 0.5, 2.0)
    is_late = np.arange(N) >= N // 2
    odds = np.log(prevalence / (1 - prevalence)) + skill * label - 0.8 * is_late * (not is_even) + rng.normal(0, 1, N)
    return pl.DataFrame(
        {
            "score": (1 / (1 + np.exp(-odds))).round(4),
            "is_fraud": label,
            "segment": segment,
            "part": np.where(is_late, "late", "early"),
            "place": rng.choice(["a", "b", "c"], N),
        }
    )


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def log_of(desk: Desk, frame: pl.DataFrame) -> Log:
    return desk.log(
        frame, score="score", label="is_fraud", segments=("segment", "part", "place"), row_id=None, time=None
    )


def said(engine: Engine, log: Log) -> Iterator[tuple[str, str]]:
    """Every question's reading, with what it answers."""
    question = Question(log, Cohort(), 0.3)
    noun = readings.positives_of(log)
    for metric in used_in("slices"):
        yield f"overview {metric}", readings.overview_reading(overview(engine, question), question, metric)
        for by in (["segment"], ["segment", "place"]):
            yield f"slices {metric}", readings.slices_reading(slices(engine, question, by, metric=metric), noun)
        yield f"ranking {metric}", readings.ranking_reading(ranked_columns(engine, question, metric), 30, metric)
    for objective in sorted({*OBJECTIVES} - {"change", "cost"}):
        found = discover(engine, question, Search(objective, split="row"))
        yield f"discovery {objective}", readings.discovery_reading(found)
    yield (
        "calibration",
        readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table),
    )
    table = cost_table(engine, question)
    for costs in (None, Costs(fp=1, fn=1), Costs(fp=1, fn=40)):
        policy = Policy(has_costs=False) if costs is None else Policy(costs)
        yield f"thresholds {costs}", readings.threshold_reading(thresholds(table, policy))
    early, late = (Question(log, Cohort((Clause("part", "in", (part,)),)), 0.3) for part in ("early", "late"))
    both = sides(engine, early, late)
    for metric in ("error_rate", "recall", "precision"):
        yield f"gap {metric}", readings.gap_reading(gap(engine, both, inputs(engine, both), metric))


@pytest.mark.parametrize(("prevalence", "is_even"), [(0.03, False), (0.3, True)])
def test_no_first_sentence_holds_more_than_two_numbers(
    desk: Desk, engine: Engine, prevalence: float, is_even: bool
) -> None:
    log = log_of(desk, made(prevalence, is_even=is_even))
    told = list(said(engine, log))
    assert len(told) > 60
    crowded: list[str] = []
    for question, text in told:
        first = re.match(r".*?[.?!](?=\s|$)", text, re.DOTALL)
        assert first, f"{question}: {text!r} does not end"
        numbers = re.findall(r"(?<![A-Za-z\d,.])\d[\d,.]*", first[0].rstrip("."))
        if len(numbers) > 2:
            crowded.append(f"{question}: {first[0]!r}")
        assert "nan" not in text.lower().split() and text.count("\n") <= 1
    assert not crowded, "\n".join(crowded)


def test_the_first_sentence_of_slices_names_the_slice_in_which_fraud_is_missed(desk: Desk, engine: Engine) -> None:
    for prevalence in PREVALENCES:
        question = Question(log_of(desk, made(prevalence)), Cohort(), 0.3)
        for metric in ("recall", "fnr"):
            answer = slices(engine, question, ["segment"], metric=metric)
            text = readings.slices_reading(answer, readings.positives_of(question.log))
            assert text.startswith("Worst by segment: far, where the model ") and " of fraud against " in text
        errors = readings.slices_reading(slices(engine, question, ["segment"], metric="error_rate"))
        assert not errors.startswith("Worst by segment: often")


def test_slices_say_first_of_which_nothing_is_known_and_costs_turn_the_order(desk: Desk, engine: Engine) -> None:
    frame = made(0.3).with_columns(is_fraud=pl.when(pl.col("segment") == "often").then(None).otherwise("is_fraud"))
    question = Question(log_of(desk, frame), Cohort(), 0.3)
    said = readings.slices_reading(slices(engine, question, ["segment"]))
    n = frame.filter(pl.col("segment") == "often").height
    assert said.startswith(f"Nothing is known of often: none of its {n:,} rows has a label. ")
    policy = Policy(Costs(fp=1, fn=40), "€")
    priced = slices(
        engine, Question(log_of(desk, made(0.03)), Cohort(), 0.3), ["segment"], metric="cost", policy=policy
    )
    text = readings.slices_reading(priced).replace("\u202f", " ")
    assert text.startswith("Worst by segment: far, where a row costs €") and "and its base rate explains €" in text
    first = SOURCES["slices"].find(engine, Asking(Question(log_of(desk, made(0.03)), Cohort(), 0.3), policy))[0]
    row = leading_slice(priced)
    assert row is not None and first.size is not None and first.size.value == pytest.approx(row["excess_cost"])


def test_a_label_that_is_the_prediction_is_said_first_and_moves_no_threshold(desk: Desk) -> None:
    scores = np.random.default_rng(1).random(400)
    log = desk.log(pl.DataFrame({"score": scores, "label": (scores >= 0.3).astype(int)}))
    engine, question = Engine(desk.workspace), Question(log, Cohort(), 0.5)
    said = readings.overview_reading(overview(engine, question), question)
    assert said.startswith("The label is likely the prediction itself: check it before all that follows.")
    answer = thresholds(cost_table(engine, question), Policy(Costs(fp=1, fn=5)))
    assert readings.threshold_reading(answer).startswith("The label is likely the prediction itself")
    assert not SOURCES["calibration"].find(engine, Asking(question))
    read = readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert read.startswith("The label is likely the prediction itself") and "means" not in read.split("\n")[0]


def test_a_share_of_a_few_flagged_rows_is_not_said_first(desk: Desk) -> None:
    score = np.random.default_rng(2).random(2_000) * 0.5
    frame = pl.DataFrame({"score": np.append(score, 0.9), "label": np.append(score > 0.48, True).astype(int)})
    question = Question(desk.log(frame.with_columns(label=pl.col("label").shuffle(seed=1))), Cohort(), 0.5)
    engine = Engine(desk.workspace)
    said = readings.overview_reading(overview(engine, question), question, "recall")
    assert "Only 1 row is flagged." in said and "of flagged rows" not in said.split("\n")[0]


def test_a_column_that_may_be_the_decision_at_another_line_is_said_first(desk: Desk) -> None:
    rng = np.random.default_rng(4)
    score = rng.random(600)
    frame = pl.DataFrame({"score": score, "label": (rng.random(600) < score).astype(int), "invited": score >= 0.8})
    question = Question(desk.log(frame), Cohort(), 0.5)
    said = readings.overview_reading(overview(Engine(desk.workspace), question), question)
    assert said.startswith("'invited' may be what was decided, at 0.8")
    for other in (
        frame.with_columns(invited=pl.col("score") >= 0.5),
        frame.with_columns(invited=pl.col("score") * 0 > 1),
    ):
        assert "cut-of-score" not in {each.code for each in desk.log(other).findings}


def test_a_label_of_which_the_score_tells_nothing_is_said_first(desk: Desk) -> None:
    rng = np.random.default_rng(6)
    log = desk.log(pl.DataFrame({"score": rng.random(900), "heart_disease": rng.integers(0, 2, 900)}))
    question = Question(log, Cohort(), 0.5)
    said = readings.overview_reading(overview(Engine(desk.workspace), question), question)
    assert said.startswith("The score does not tell 'heart_disease' beyond chance: check that this is the label")


def test_a_threshold_that_nobody_chose_is_said_to_be_the_middle_of_the_scores(desk: Desk, engine: Engine) -> None:
    """Scores from 300 to 850 have no middle of their own as chances have: an error rate there is nobody's decision."""
    rng = np.random.default_rng(1)
    label = np.arange(400) % 4 == 0
    points = np.concatenate([[300, 850], (500 + 150 * label + rng.normal(0, 30, 400)).round()[2:]]).astype(int)
    log = desk.log(
        pl.DataFrame({"points": points, "late": label.astype(int)}), score="points", label="late", segments=()
    )
    said = [
        readings.overview_reading(overview(engine, asked), asked).split("\n")[0]
        for asked in (Question(log, Cohort(), threshold) for threshold in (log.mapping.threshold, 600.0))
    ]
    assert "This threshold is no more than the middle of scores of 300–850." in said[0]
    assert "no more than the middle" not in said[1]
