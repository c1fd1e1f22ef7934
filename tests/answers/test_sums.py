"""Means of numbers and grades follow the weight and the unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.right import Right
from analytics.log.schema import Log
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import ratio
from analytics.measure.sum_estimators import jackknifed
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.answers.test_weights import engine, own_desk
from tests.ingested import Desk

__all__ = ["engine", "own_desk"]

N = 1_200
DRAW = np.random.default_rng(4)
FRAME = pl.DataFrame(
    {
        "id": np.arange(N),
        "forecast": DRAW.normal(10, 3, N),
        "noise": DRAW.normal(0, 2, N) + DRAW.normal(0, 2, 60)[np.arange(N) % 60],
        "stars": DRAW.integers(1, 6, N),
        "kept": DRAW.choice([0.2, 0.5, 1.0], N),
        "region": DRAW.choice(["a", "b"], N),
        "session": [f"s{place % 60}" for place in range(N)],
    }
).with_columns(actual=pl.col("forecast") + pl.col("noise"))
NUMBERS = Right("numbers", "actual", "forecast", tolerance=1.0)
GRADES = Right("grades", "stars", mark=4)
MEANS = {NUMBERS: ("mae", "rmse", "bias", "smape"), GRADES: ("mean_grade",)}


def made(desk: Desk, right: Right, frame: pl.DataFrame, **roles: Any) -> Log:
    kept = {"right": right, "label": right.true, "segments": ("region",), "score": None}
    return desk.log(frame, **{**kept, "decision": right.predicted, **roles})


@pytest.mark.parametrize("right", [NUMBERS, GRADES])
def test_means_of_a_sample_are_those_of_all_rows(engine: Engine, own_desk: Desk, right: Right) -> None:
    sample = made(own_desk, right, FRAME, weight="kept", is_weight_share=True, row_id="id")
    again = FRAME.select(pl.all().repeat_by((1 / pl.col("kept")).cast(pl.Int64))).explode(pl.all())
    every = made(own_desk, right, again.with_columns(of=pl.col("id").cast(pl.String)), unit="of", row_id=None)
    found, expected = (overview(engine, Question(log, Cohort(), 0.0)) for log in (sample, every))
    for name in (*MEANS[right], "error_rate"):
        own, other = found.value(name), expected.value(name)
        assert own[0] == pytest.approx(other[0]), name
        assert own[2] - own[1] == pytest.approx(other[2] - other[1], rel=0.3), name
    tables = [
        slices(engine, Question(log, Cohort(), 0.0), ["region"], metrics=MEANS[right]).table for log in (sample, every)
    ]
    for name in MEANS[right]:
        values = [table.sort("slice_0")[name].to_list() for table in tables]
        assert values[0] == pytest.approx(values[1]), name


def test_intervals_of_means_are_wider_where_rows_of_a_unit_are_alike(engine: Engine, own_desk: Desk) -> None:
    frames = {None: FRAME, "session": FRAME.with_columns(more=pl.lit(1))}
    logs = [made(own_desk, NUMBERS, frame, row_id="id", unit=unit) for unit, frame in frames.items()]
    alone, alike = (overview(engine, Question(log, Cohort(), 0.0)).value("bias") for log in logs)
    assert alone[0] == pytest.approx(alike[0])
    by_unit = FRAME.group_by("session").agg(error=-pl.col("noise").mean())["error"].to_numpy()
    error = by_unit.std(ddof=1) / np.sqrt(60)
    assert alike[2] - alike[1] == pytest.approx(2 * 2.0 * error, rel=0.25)
    assert alike[2] - alike[1] > 1.5 * (alone[2] - alone[1])


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = DRAW.normal(0, 1, 300)
    groups = {"judged": np.ones((300, 1)), "total": values[:, None]}
    known = Evidence(*(None,) * 3, groups=groups)  # type: ignore[arg-type]
    error, freedom = jackknifed(known, lambda sums, n: ratio(sums["total"], n))
    assert error[0] == pytest.approx(values.std(ddof=1) / np.sqrt(300))
    assert freedom[0] == 299
