"""Scores that were filled in: what the decisions by them cost leads, and not the weekday on which it happened."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, SliceParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.question import Question
from analytics.present.readings import finding_sentence
from analytics.present.report.actions import action_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N, DAYS = 6_000, 100


def log_with(desk: Desk, filled: np.ndarray, label: np.ndarray, value: float) -> Question:
    rng = np.random.default_rng(3)
    score = np.round(1 / (1 + np.exp(2.6 - 1.8 * label - rng.normal(0, 1, N))), 5)
    times = [datetime(2026, 3, 2) + timedelta(minutes=int(minute)) for minute in np.arange(N) * (DAYS * 1_440 / N)]
    frame = pl.DataFrame({"p": np.where(filled, value, score), "bad": label.astype(int), "at": times})
    return Question(desk.log(frame, score="p", label="bad", time="at"), Cohort(), 0.5)


@pytest.mark.parametrize(
    ("value", "is_some_days", "said"),
    [
        (
            0.5,
            True,
            "Where p is 0.5 as if filled in, from 11 May 2026 to 15 May 2026, 100.0 % of the negative rows are ",
        ),
        (0.25, False, "Where p is 0.25 as if filled in, 100.0 % of bad "),
    ],
)
def test_decisions_by_scores_that_no_model_gave_are_found_by_what_they_cost(
    desk: Desk, value: float, is_some_days: bool, said: str
) -> None:
    rng = np.random.default_rng(1)
    label, at = rng.random(N) < 0.3, np.arange(N)
    filled = (at >= 0.7 * N) & (at < 0.75 * N) if is_some_days else rng.random(N) < 0.08
    question = log_with(desk, filled, label, value)
    with closing(Engine(desk.workspace)) as engine:
        (found,) = SOURCES["filled"].find(engine, Asking(question))
        chosen = Question(question.log, Cohort((Clause("p", "ge", ("0.1",)),)), 0.5)
        assert SOURCES["filled"].find(engine, Asking(chosen)) == ()
        first = brief(engine, Asking(question)).leading[0]
    assert isinstance(found.parts, SliceParts) and found.parts.n == filled.sum() and found.size is not None
    assert finding_sentence(found, question.log).replace("\u202f", " ").startswith(said)
    assert first.source == "filled" and action_of(found)[0].startswith(f"Find out what writes {value} ")
    rest = (question.log.n_rows - filled.sum(), ~filled & label)
    own = (~label & filled).sum() if value >= 0.5 else (label & filled).sum()
    assert 0 < found.size.value <= own and rest[0] > 0


def test_a_score_that_is_frequent_and_right_is_no_finding(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    label = rng.random(N) < 0.1
    question = log_with(desk, ~label & (rng.random(N) < 0.08), label, 0.02)
    with closing(Engine(desk.workspace)) as engine:
        assert any(each.code == "default-spike" for each in question.log.findings)
        assert SOURCES["filled"].find(engine, Asking(question)) == ()
