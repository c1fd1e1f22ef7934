"""What the first sentences order, or do not: no move of a score that ranks the wrong way round, no waiting for a feed that stopped."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, Finding, LabelParts
from analytics.answers.brief.line_parts import LineParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.labels_answer import labels
from analytics.answers.question import Question
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import finding_sentence, labels_reading, threshold_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.present.made import make_question


def test_a_feed_of_labels_that_has_stopped_is_said_as_such_and_rows_of_which_none_has_one(desk: Desk) -> None:
    rng, start = np.random.default_rng(3), datetime(2024, 1, 1)
    days = np.sort(rng.integers(0, 120, 6_000))
    came, label = days + rng.integers(1, 10, 6_000), rng.random(6_000) < 0.2
    is_there = came < 90
    frame = pl.DataFrame(
        {
            "score": np.where(label, rng.beta(4, 2, 6_000), rng.beta(2, 4, 6_000)),
            "label": pl.Series(label.astype(int)).set(pl.Series(~is_there), None),
            "at": [start + timedelta(days=int(day)) for day in days],
            "known_at": [
                start + timedelta(days=int(day)) if ok else None for day, ok in zip(came, is_there, strict=True)
            ],
        }
    )
    none_since = frame.with_columns(label=pl.Series(label.astype(int)).set(pl.Series(days >= 90), None)).drop(
        "known_at"
    )
    stopped = desk.log(frame, score="score", label="label", time="at", label_time="known_at", segments=())
    without = desk.log(none_since, score="score", label="label", time="at", segments=())
    with closing(Engine(desk.workspace)) as engine:
        (found,) = SOURCES["labels"].find(engine, Asking(Question(stopped, Cohort(), 0.5)))
        (other,) = SOURCES["labels"].find(engine, Asking(Question(without, Cohort(), 0.5)))
        page = labels_reading(labels(engine, Question(stopped, Cohort(), 0.5))).replace("\u202f", " ")
    assert isinstance(found.parts, LabelParts) and found.parts.stopped == "2024-03-30"
    assert finding_sentence(found, stopped).startswith("No label has come since 30 Mar 2024, although about ")
    assert "since 30 March" in page and f"about {round(found.parts.n_missed):,} labels should have" in page
    assert (
        finding_sentence(other, without)
        == "No row from 31 Mar 2024 on has a label: the numbers are of the rows before."
    )


def test_a_score_that_ranks_the_wrong_way_round_orders_no_move_and_no_recalibration(desk: Desk) -> None:
    rng = np.random.default_rng(4)
    label = rng.random(3_000) < 0.3
    frame = pl.DataFrame(
        {"score": np.where(label, rng.beta(1, 9, 3_000), rng.beta(9, 1, 3_000)), "label": label.astype(int)}
    )
    log = desk.log(frame, score="score", label="label", segments=())
    question, policy = Question(log, Cohort(), 0.5), Policy(Costs(fp=1, fn=10), "€")
    with closing(Engine(desk.workspace)) as engine:
        found = brief(engine, Asking(question, policy)).findings
        said = threshold_reading(thresholds(cost_table(engine, question), policy))
    assert [each.source for each in found] == ["preflight"]
    assert said.startswith("The score ranks the wrong way round: check") and "Move" not in said


@pytest.mark.parametrize(
    ("cost", "rule"), [(1, "Flagging everybody or nobody would cost no less"), (300, "Flagging everybody")]
)
def test_decisions_alone_have_no_threshold_that_is_kept_or_moved(desk: Desk, cost: int, rule: str) -> None:
    rng = np.random.default_rng(4)
    label = rng.random(3_000) < 0.3
    flagged = label ^ (rng.random(3_000) < 0.1)
    frame = pl.DataFrame({"decision": flagged.astype(int), "label": label.astype(int)})
    log = desk.log(frame, score=None, decision="decision", label="label", segments=())
    policy = Policy(Costs(fp=1, fn=cost), "€")
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 1.0)
        said = threshold_reading(thresholds(cost_table(engine, question), policy))
        moved = SOURCES["thresholds"].find(engine, Asking(question, policy))
    assert f"no threshold to move. {rule}" in said and "Keep" not in said and not moved
    assert "The best threshold" not in said


def test_scores_of_0_and_1_alone_are_decisions_that_nobody_recalibrates(desk: Desk) -> None:
    rng = np.random.default_rng(4)
    label = rng.random(3_000) < 0.4
    decided = (label ^ (rng.random(3_000) < 0.3)).astype(float)
    found = []
    with closing(Engine(desk.workspace)) as engine:
        for score in (decided, decided * 0.98 + 0.01):
            frame = pl.DataFrame({"score": score, "label": label.astype(int)})
            log = desk.log(frame, score="score", label="label", segments=())
            found.append(len(SOURCES["calibration"].find(engine, Asking(Question(log, Cohort(), 0.5)))))
    assert found == [0, 1], "what is close to 0 and 1 says a chance, and a wrong one"


def sentence(line: LineParts) -> str:
    return finding_sentence(Finding("line", "thresholds", line), make_question().log)


def test_no_more_are_called_everybody_than_are_flagged() -> None:
    line = LineParts(0.5, False, True, 0.95, 0.94, 0.96, 700, 690, 1_000)
    assert "flags nearly every negative row: 95.0" in sentence(line)
    assert "flags nearly everybody" in sentence(replace(line, n_flagged=950))
    missed = replace(line, flags_all=False, n_flagged=300)
    assert "flags hardly any positive row" in sentence(missed)


def test_a_finding_of_preflight_names_its_column_and_one_of_later_rows_is_not_told(desk: Desk) -> None:
    """Scores are a tenth of what they were; labels of the last days are of one class, which rows up to before are not."""
    rng, n = np.random.default_rng(4), 6_000
    day = np.arange(n) * 120 // n
    label = (rng.random(n) < 0.2) & (day < 110)
    score = np.where(label, rng.beta(4, 2, n), rng.beta(2, 4, n))
    income = np.where(day < 60, 3_000.0, 30.0) * rng.lognormal(0, 0.1, n)
    at = [datetime(2024, 1, 1) + timedelta(days=int(each)) for each in day]
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "at": at, "income": income})
    log = desk.log(frame, score="score", label="label", time="at", segments=("income",))
    question = Question(log, Cohort(), 0.5)
    before = replace(question, cohort=Cohort((Clause("at", "le", ("2024-04-01",)),)))
    with closing(Engine(desk.workspace)) as engine:
        (all_rows,), (ended,) = (SOURCES["preflight"].find(engine, Asking(each)) for each in (question, before))
    assert finding_sentence(all_rows, log).startswith("From 2024-04-20 on all of ")
    assert finding_sentence(ended, log).startswith("'income': expected one unit; the typical value is 2")
