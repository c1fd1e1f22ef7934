"""What decisions promise and whether it held: numbers by a plain loop, later rows only, and sentences on both outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import Line
from analytics.answers.thresholds.handover import handover
from analytics.answers.thresholds.promise import outcome_of, promise_from, promise_of
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings.report import held_reading
from analytics.present.report.held import held_sentences
from analytics.present.report.parts import Figure
from analytics.present.report.sections.thresholds_handover import build_handover
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.answers.thresholds.test_handover import log_of
from tests.answers.thresholds.test_handover import made as answers
from tests.ingested import Desk

N = 4_000
AT = 0.4


def made(seed: int, month: int, lost: float = 0.0) -> pl.DataFrame:
    """Calibrated scores of two digits; ``lost`` of the positives score low instead."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 100, N) / 100
    label = (rng.random(N) < score).astype(int)
    score = np.where((label == 1) & (rng.random(N) < lost), 0.05, score)
    days = [f"2024-{month:02d}-{1 + place * 28 // N:02d} 10:00:00" for place in range(N)]
    return pl.DataFrame({"row": range(N), "score": score, "label": label, "at": days})


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def counted(frame: pl.DataFrame) -> tuple[float, float, float]:
    """Recall, precision and cost of 1,000 rows by a plain loop."""
    cells = {(flagged, positive): 0 for flagged in (True, False) for positive in (0, 1)}
    for score, label in frame.select("score", "label").iter_rows():
        cells[score >= AT, label] += 1
    tp, fp, fn = cells[True, 1], cells[True, 0], cells[False, 1]
    return tp / (tp + fn), tp / (tp + fp), 1000 * (fp + 5 * fn) / frame.height


def test_a_promise_is_held_against_the_rows_that_came_after_it(desk: Desk, engine: Engine) -> None:
    before, same, worse = made(1, 3), made(2, 4), made(3, 4, lost=0.2)
    question = Question(desk.log(before), Cohort(), 0.5)
    answer = thresholds(cost_table(engine, question), Policy(Costs(fp=1, fn=5), unit=""))
    promise = promise_of(answer, answer.point_of(AT), question)
    assert promise_from(json.loads(json.dumps(promise.to_dict()))) == promise and promise.until == "2024-03-28"
    told = {name: value for name, value, *_ in promise.numbers}
    assert [told[name] for name in ("recall", "precision", "cost")] == pytest.approx(counted(before))
    found = outcome_of(engine, desk.log(same), promise)
    assert [each.now for each in found.numbers if each.name != "prevalence"] == pytest.approx(counted(same))
    assert found.n == N and not any(each.is_worse for each in found.numbers)
    assert held_reading("Move", promise, found).startswith("“Move” held at 0.40: recall is ")
    both = outcome_of(engine, desk.log(pl.concat([before, worse.with_columns(pl.col("row") + N)])), promise)
    assert both.n == N and [each.now for each in both.numbers if each.name != "prevalence"] == pytest.approx(
        counted(worse)
    )
    assert {each.name for each in both.numbers if each.is_worse} >= {"recall", "cost"}
    assert "“Move” did not hold at 0.40: recall is" in held_reading("Move", promise, both)
    with pytest.raises(QuestionError, match="those that it was taken on"):
        outcome_of(engine, question.log, promise)


def test_a_confidence_promises_too_and_stands_in_the_pack(desk: Desk, engine: Engine) -> None:
    five = Policy(handover_costs(5, 1), unit="")
    question = Question(log_of(desk, answers()), Cohort(), 0.0)
    answer = handover(cost_table(engine, question), five)
    assert answer.best is not None
    promise = promise_of(answer, answer.best, question)
    risk = float(answer.at(answer.best).risk.value)
    assert [name for name, *_ in promise.numbers] == ["coverage", "risk", "cost"] and promise.numbers[1][1] == risk
    later = desk.file("", "later.csv")
    answers().with_columns(pl.col("billed").shuffle(3)).write_csv(later)
    found = outcome_of(engine, log_of(desk, pl.read_csv(later)), promise)
    assert [each.name for each in found.numbers if each.is_worse] == ["risk", "cost"]
    assert "the share wrong among the answered is" in held_reading("Hand over", promise, found)
    section = build_handover(Line(answer, None))[0]
    names = [block.sheet.name for block in section.blocks if isinstance(block, Figure) and block.sheet is not None]
    assert names == ["handover"] and section.glance.startswith("Answer from a confidence of")
    unsaid = build_handover(
        Line(handover(cost_table(engine, question), Policy(handover_costs(1, 1), has_costs=False)), None)
    )[0]
    assert unsaid.glance.startswith("Not decided: say what a wrong answer")


def test_what_cannot_be_told_is_said(desk: Desk, engine: Engine) -> None:
    question = Question(desk.log(made(1, 3)), Cohort(), AT)
    answer = thresholds(cost_table(engine, question), Policy(has_costs=False))
    promise = promise_of(answer, answer.present, question)
    unlabelled = desk.log(made(5, 4).with_columns(pl.when(pl.col("row") < 9).then(pl.col("label")).alias("label")))
    early = {**promise.to_dict(), "until": "2024-04-20"}
    gone = {**promise.to_dict(), "cohort": "gone:in:x"}
    decided = [
        ["now", "A", "e", promise.to_dict()],
        ["now", "<b>"],
        7,
        ["now", "C", "e", early],
        ["now", "D", "e", gone],
    ]
    said = held_sentences(decided, unlabelled, lambda function, *about: function(engine, *about))
    assert said[0].startswith("“A” ") and "on 9 judged rows since (3,991 more have no label)" in said[0]
    assert said[1] == "“<b>”: its numbers were not kept with it, so that nothing tells whether it held."
    assert "found none yet" in said[2] and "cannot be asked" in said[3]
    own = held_sentences(decided[:1], question.log, lambda function, *about: function(engine, *about))
    assert own == [] and held_sentences("x", unlabelled, lambda *_: pytest.fail()) == []


@pytest.mark.parametrize("data", [None, {}, {"kind": "threshold"}, {"kind": "x", "numbers": [["recall", 1, 1, 1]]}])
def test_what_is_no_promise_is_none(data: object) -> None:
    assert promise_from(data) is None
