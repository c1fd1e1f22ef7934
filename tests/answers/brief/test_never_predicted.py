"""A class that is never predicted is told as that, and a predicted number that changed its unit by its unit."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking
from analytics.answers.question import Question
from analytics.log.right import Right
from analytics.present.readings import finding_sentence
from analytics.present.report.actions import action_of
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 3_000
TIMES = [datetime(2026, 3, 1) + timedelta(minutes=48 * at) for at in range(N)]


@pytest.mark.parametrize("new", ["payments", "Returns "])
def test_a_class_that_is_never_predicted_is_told_as_that(desk: Desk, new: str) -> None:
    rng = np.random.default_rng(1)
    true = rng.choice(["billing", "delivery", "returns"], N).astype(object)
    said = np.where(rng.random(N) < 0.85, true, "billing")
    true[(np.arange(N) > 0.6 * N) & (true == "delivery")] = new
    frame = pl.DataFrame({"at": TIMES, "predicted": [*map(str, said)], "actual": [*map(str, true)]})
    question = Question(desk.log(frame, right=Right("classes", "actual", "predicted"), time="at"), Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        found = brief(engine, Asking(question))
    told = [each for each in found.findings if each.source == "slices"]
    is_new = new == "payments"  # capitals and blanks make no other class
    assert (
        any("'payments' is never predicted: it is what " in finding_sentence(each, question.log) for each in told)
        is is_new
    )
    assert any("never predicted" in finding_sentence(each, question.log) for each in told) is is_new
    acts = [action_of(each, found)[0] for each in told]
    assert any(act.startswith("Find out whether payments is new or another name") for act in acts) is is_new


def test_a_predicted_number_that_changed_its_unit_is_found(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    true = rng.gamma(6, 5, N)
    said = (true + rng.normal(0, 3, N)).clip(1) * np.where(np.arange(N) > 0.6 * N, 60, 1)
    frame = pl.DataFrame({"at": TIMES, "eta": said.round(1), "took": true.round(1)})
    right = Right("numbers", "took", "eta", tolerance=0.1, is_relative=True)
    log = desk.log(frame, right=right, time="at")
    assert any(each.column == "eta" and "times 60" in each.message for each in log.findings)
