"""Thresholds of a sample are those of the rows that it stands for, on either kind of log."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.by_slice import slice_policy
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.handover import handover
from analytics.answers.thresholds.handover_slices import handover_slices
from analytics.log.right import Right
from analytics.measure.thresholds.by_slice import Pooling
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.operating import Point
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import threshold_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.answers.test_weights import engine, frame, own_desk, repeated, weighted
from tests.ingested import Desk

__all__ = ["engine", "frame", "own_desk", "repeated", "weighted"]

COSTS = Costs(fp=1, fn=4)


def test_a_sample_has_the_thresholds_of_what_it_stands_for(
    engine: Engine, weighted: Question, repeated: Question
) -> None:
    found, expected = (thresholds(cost_table(engine, each), Policy(COSTS)) for each in (weighted, repeated))
    assert found.sweep.cost == pytest.approx(expected.sweep.cost)
    assert (found.n, found.n_judged, found.n_pos) == (expected.n, expected.n_judged, expected.n_pos)
    assert found.best == expected.best
    for name in ("low", "high"):
        own, other = getattr(found.certainty, name), getattr(expected.certainty, name)
        assert own == pytest.approx(other, rel=0.08)
    assert found.sample.rows_judged is not None
    assert found.sample.rows_judged < found.n_judged
    assert "judged rows stand for" in threshold_reading(found)
    assert "alike" in threshold_reading(expected)


def test_slices_of_a_sample_have_the_thresholds_of_what_they_stand_for(
    engine: Engine, weighted: Question, repeated: Question
) -> None:
    tables = [cost_table(engine, each, ["region"]) for each in (weighted, repeated)]
    found, expected = (slice_policy(table, COSTS, "own-optimum", Pooling(50, 0)) for table in tables)
    columns = ["slice_0", "threshold", "cost", "recall"]
    assert found.table.sort("slice_0").select(columns).equals(expected.table.sort("slice_0").select(columns))
    assert found.table["n_judged"].sum() < expected.table["n_judged"].sum()
    assert found.after.recall == pytest.approx(expected.after.recall)


def test_a_sample_hands_over_what_all_rows_would(engine: Engine, own_desk: Desk, frame: pl.DataFrame) -> None:
    answers = frame.with_columns(
        said=pl.when(pl.col("id") % 4 > 0).then(pl.lit("a")).otherwise(pl.lit("b")), true=pl.lit("a")
    ).drop("label")
    right = Right("classes", "true", "said")
    roles = {"row_id": "id", "segments": ("region",), "right": right, "label": "true", "decision": "said"}
    sample = own_desk.log(answers, **roles, weight="kept", is_weight_share=True)
    again = answers.select(pl.all().repeat_by((1 / pl.col("kept")).cast(pl.Int64))).explode(pl.all())
    every = own_desk.log(again.with_columns(of=pl.col("id").cast(pl.String)), **{**roles, "row_id": None}, unit="of")
    asked = [Question(log, Cohort(), 0.0) for log in (sample, every)]
    policy = Policy(handover_costs(5, 1))
    found, expected = (handover(cost_table(engine, each), policy) for each in asked)
    assert found.swept.risk.value == pytest.approx(expected.swept.risk.value, nan_ok=True)
    assert found.area.value == pytest.approx(expected.area.value)
    assert found.at(Point(40)).risk.high == pytest.approx(expected.at(Point(40)).risk.high, abs=0.03)
    tables = [handover_slices(cost_table(engine, each, ["region"]), Point(20)).table.sort("slice_0") for each in asked]
    for name in ("coverage", "risk", "difference", "excess"):
        assert tables[0][name].to_list() == pytest.approx(tables[1][name].to_list())
    assert (tables[0]["risk_high"] - tables[0]["risk_low"] > 0.05).all()
