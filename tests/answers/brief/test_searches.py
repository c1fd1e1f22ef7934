"""What the brief finds where it is asked to search."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import composed
from analytics.answers.brief.finding import Asking, FoundParts
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


@pytest.mark.parametrize(("recall", "false_alarms", "metric"), [(0.1, 0.02, "fnr"), (0.6, 0.3, "fpr")])
def test_where_misses_lead_they_are_searched_for_first_and_false_alarms_are_found_all_the_same(
    desk: Desk, recall: float, false_alarms: float, metric: str
) -> None:
    rng, n = np.random.default_rng(4), 8_000
    kind = rng.choice(["odd", "usual", "other"], n)
    label = rng.random(n) < 0.05
    flagged = rng.random(n) < np.where(
        label, np.where(kind == "odd", recall, 0.6), np.where(kind == "odd", false_alarms, 0.02)
    )
    frame = pl.DataFrame({"score": np.where(flagged, 0.9, 0.1), "label": label.astype(int), "kind": kind})
    question = Question(desk.log(frame, score="score", label="label", segments=("kind",)), Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        (found,) = SOURCES["discovery"].find(engine, Asking(question))
    assert isinstance(found.parts, FoundParts) and found.parts.metric == metric
    assert [clause.values for clause in found.clauses] == [("odd",)]
    asked = dict(found.asked)
    assert asked.get("objective") == (None if metric == "fnr" else "fpr"), "its evidence opens as it was found"
