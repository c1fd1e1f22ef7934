"""What the brief finds where it is asked to search."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import composed
from analytics.answers.brief.finding import Asking
from analytics.answers.brief.registry import SOURCES
from analytics.answers.question import Question
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import finding_worth
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


def test_a_slice_of_several_conditions_has_a_size_in_money_where_errors_have_a_cost(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    region, channel = rng.choice(["north", "south", "west"], 12_000), rng.choice(["web", "app", "shop"], 12_000)
    label = rng.random(12_000) < 0.3
    score = np.where(label, rng.beta(5, 2, 12_000), rng.beta(2, 5, 12_000))
    score = np.where((region == "west") & (channel == "app"), rng.permutation(score), score)
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "region": region, "channel": channel})
    log = desk.log(frame, score="score", label="label", segments=("region", "channel"))
    question, policy = Question(log, Cohort(), 0.5), Policy(Costs(fp=2, fn=30), "€")
    with closing(Engine(desk.workspace)) as engine:
        (counted,) = SOURCES["discovery"].find(engine, Asking(question))
        (priced,) = SOURCES["discovery"].find(engine, Asking(question, policy))
        alike = SOURCES["discovery"].find(engine, Asking(question, Policy(Costs(fp=7, fn=7), "€")))[0].size
    assert counted.size and priced.size and alike and priced.size.is_clear and priced.place == "by size"
    assert (alike.value, alike.low, alike.high) == pytest.approx(
        tuple(7 * end for end in (counted.size.value, counted.size.low, counted.size.high))
    )
    assert 2 * counted.size.value < priced.size.value < 30 * counted.size.value
    assert {clause.column for clause in priced.clauses} == {"region", "channel"}
    answer = composed(Asking(question, policy), [SOURCES["discovery"]], [priced])
    assert "€" in finding_worth(priced, answer)
