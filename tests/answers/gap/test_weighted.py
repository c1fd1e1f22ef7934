"""The gap of rows that stand for many and of rows that belong together, against plain sums over rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.gap.answer import Gap, gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.joint import jointly
from analytics.answers.gap.sides import sides
from analytics.answers.gap.time import gap_time
from analytics.answers.question import Question
from analytics.log.workspace import Workspace
from analytics.measure.intervals import Interval
from analytics.present.readings import gap_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(Workspace(tmp_path_factory.mktemp("weighted") / "home"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def own_desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(engine.workspace, tmp_path_factory.mktemp("files"))


def rows_of(n_units: int = 900, seed: int = 0) -> pl.DataFrame:
    """Rows of two sides in units of four: production has more of the region that fails more, and fails there more often."""
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(2 * n_units), 4)
    n, is_after = unit.size, unit >= n_units
    region = np.where(
        is_after, draw.choice(3, 2 * n_units, p=[0.3, 0.3, 0.4])[unit], draw.choice(3, n, p=[0.5, 0.3, 0.2])
    )
    label = (draw.random(n) < np.array([0.1, 0.2, 0.3])[region]).astype(int)
    is_wrong = draw.random(n) < np.array([0.1, 0.1, 0.2])[region] + 0.1 * (is_after & (region == 2))
    score = np.where((label == 1) ^ is_wrong, 0.75, 0.25) + 0.05 * draw.integers(-2, 3, n)
    frame = pl.DataFrame(
        {"unit": unit, "region": region, "score": score.round(2), "label": label, "is_after": is_after}
    )
    return frame.with_columns(
        region=pl.col("region").replace_strict({0: "a", 1: "b", 2: "c"}),
        side=pl.when("is_after").then(pl.lit("live")).otherwise(pl.lit("test")),
        weight=pl.when(pl.col("label") == 1).then(1).otherwise(3),
    ).drop("is_after")


def gap_of(engine: Engine, desk: Desk, frame: pl.DataFrame, metric: str = "error_rate", **roles: Any) -> Gap:
    log = desk.log(frame, segments=("region", "side"), **roles)
    ends = (Question(log, Cohort((Clause("side", "in", (value,)),)), 0.5) for value in ("test", "live"))
    pair = sides(engine, *ends)
    return gap(engine, pair, inputs(engine, pair), metric, by=["region"])


def parts_of(found: Gap) -> np.ndarray:
    return np.array([float(part.value) for part in found.waterfall.parts.values()])


def test_rows_that_stand_for_many_are_as_many_rows(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of()
    repeated = frame.select(pl.all().repeat_by("weight")).explode(frame.columns).drop("weight")
    for metric in ("error_rate", "precision", "brier"):
        found = gap_of(engine, own_desk, frame, metric, weight="weight")
        oracle = gap_of(engine, own_desk, repeated, metric)
        assert found.waterfall.change.value == pytest.approx(oracle.waterfall.change.value)
        # Odds ratios have half a row added to each count, of fewer rows where weighted ones are counted by their worth.
        assert parts_of(found) == pytest.approx(parts_of(oracle), abs=1e-3)
        assert parts_of(found).sum() == pytest.approx(float(found.waterfall.change.value))
        named = ["value", "share_reference", "rate_production", "mix", "within", "n_reference", "n_production"]
        slices = [each.slices["region"].sort("value").select(named) for each in (found, oracle)]
        for name in named[1:]:
            assert slices[0][name].to_list() == pytest.approx(slices[1][name].to_list())
    counted = frame.filter(side="live")
    assert found.waterfall.n_production == counted.height
    weighted = found.waterfall.weighted
    assert weighted is not None
    assert weighted[1].n == pytest.approx(counted["weight"].sum())
    assert weighted[1].n_eff == pytest.approx(counted["weight"].sum() ** 2 / (counted["weight"] ** 2).sum())
    assert found.slices["region"]["rows_production"].sum() == counted.height
    assert "By weight they stand for" in gap_reading(found)


def test_rows_that_all_stand_for_as_many_change_nothing(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of(300, seed=1)
    plain = gap_of(engine, own_desk, frame.drop("weight"))
    found = gap_of(engine, own_desk, frame.with_columns(weight=pl.lit(7)), weight="weight")
    assert parts_of(found) == pytest.approx(parts_of(plain))
    widths = [float(each.waterfall.change.high - each.waterfall.change.low) for each in (found, plain)]
    assert widths[0] == pytest.approx(widths[1], rel=0.25)
    # What is of a single unit scatters by nothing: that is no change within chance.
    nan, change = np.asarray(np.nan), found.waterfall.change
    single = replace(found, waterfall=replace(found.waterfall, change=Interval(change.value, nan, nan)))
    assert gap_reading(single).startswith("Whether the error rate changed beyond chance cannot be told")


def test_weights_count_by_their_proportion(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of(300, seed=8).with_columns(weight=pl.col("weight").cast(pl.Float64))
    plain = gap_of(engine, own_desk, frame, weight="weight")
    shares = gap_of(engine, own_desk, frame.with_columns(pl.col("weight") / pl.col("weight").sum()), weight="weight")
    assert parts_of(shares) == pytest.approx(parts_of(plain))
    for name in ("overlap", "p_mix", "p_within", "mix_low", "explained"):
        assert shares.columns[name].to_list() == pytest.approx(plain.columns[name].to_list()), name


@pytest.mark.parametrize("roles", [{"weight": "weight"}, {"unit": "unit"}, {"weight": "weight", "unit": "unit"}])
def test_the_change_is_as_sure_as_linearisation_says(engine: Engine, own_desk: Desk, roles: dict[str, str]) -> None:
    frame = rows_of(seed=2)
    # A unit is wrong as a whole: rows of it say one thing.
    first = pl.col("score").first().over("unit"), pl.col("label").first().over("unit")
    frame = frame.with_columns(score=first[0], label=first[1], weight=pl.col("weight").first().over("unit"))
    flow = gap_of(engine, own_desk, frame, **roles).waterfall
    variance = 0.0
    for side in ("test", "live"):
        rows = frame.filter(side=side).with_columns(
            w=pl.col("weight") if "weight" in roles else pl.lit(1.0),
            wrong=((pl.col("score") >= 0.5).cast(pl.Int64) != pl.col("label")).cast(pl.Float64),
        )
        rate = rows.select((pl.col("w") * pl.col("wrong")).sum() / pl.col("w").sum()).item()
        ends = {"test": flow.reference, "live": flow.production}
        assert ends[side] == pytest.approx(rate)
        rows = rows.with_columns(off=pl.col("w") * (pl.col("wrong") - rate) / pl.col("w").sum())
        off = rows.group_by("unit").agg(pl.col("off").sum()) if "unit" in roles else rows
        variance += off.select((pl.col("off") ** 2).sum()).item()
    error = (float(flow.change.high) - float(flow.change.low)) / 2 / 1.99
    # Two hundred draws of a hundred random groups: the standard error of this error is about 9 %.
    assert error == pytest.approx(np.sqrt(variance), rel=0.25)


def test_units_that_both_sides_share_are_drawn_together(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of(seed=3).filter(side="test")
    draw = np.random.default_rng(4)
    is_hard = draw.random(900)[frame["unit"].to_numpy()] < 0.3
    wrong = np.where(is_hard, 0.95, 0.02)
    found = []
    for shift in (0, 10_000):
        both = []
        for side, extra in (("test", 0), ("live", shift)):
            off = np.random.default_rng(5 if side == "test" else 6).random(frame.height) < wrong
            score = np.where((frame["label"].to_numpy() == 1) ^ off, 0.75, 0.25)
            both.append(frame.with_columns(side=pl.lit(side), score=pl.Series(score), unit=pl.col("unit") + extra))
        found.append(gap_of(engine, own_desk, pl.concat(both), unit="unit").waterfall.change)
    shared, apart = (float(each.high - each.low) for each in found)
    assert shared < 0.5 * apart


def test_what_came_in_together_and_over_time_is_weighted(engine: Engine, own_desk: Desk) -> None:
    day = pl.datetime(2024, 1, 1) + pl.duration(days=pl.col("day") + pl.when(side="live").then(10).otherwise(0))
    frame = rows_of(seed=7).with_columns(day=pl.int_range(pl.len()) % 10)
    frame = frame.with_columns(at=day, weight=pl.col("weight").cast(pl.Float64)).drop("day")
    found = gap_of(engine, own_desk, frame, weight="weight", unit="unit", time="at")
    pair = found.sides
    came_in = inputs(engine, pair)
    shares = frame.group_by("side", "region").agg(w=pl.col("weight").sum())
    shares = shares.with_columns(share=pl.col("w") / pl.col("w").sum().over("side"))
    change = came_in.changes["region"]
    by_name = dict(zip(change.bars, change.shares_production, strict=True))
    for name, share in shares.filter(side="live").select("region", "share").iter_rows():
        assert by_name[name] == pytest.approx(share)
    joint = jointly(found, came_in)
    assert joint is not None
    assert float(joint.expected.value - joint.effect.value) == pytest.approx(found.waterfall.reference)
    time = gap_time(engine, found)
    assert time is not None
    wrong = (pl.col("score") >= 0.5).cast(pl.Int64) != pl.col("label")
    rows = frame.with_columns(wrong=wrong.cast(pl.Float64), bucket=pl.col("at").dt.truncate(time.every))
    for bucket, side, n, value, low, high in time.table.iter_rows():
        own = rows.filter(bucket=bucket, side={"reference": "test", "production": "live"}[side])
        rate = own.select((pl.col("weight") * pl.col("wrong")).sum() / pl.col("weight").sum()).item()
        off = own.group_by("unit").agg((pl.col("weight") * (pl.col("wrong") - rate)).sum())["weight"]
        error = float((off**2).sum()) ** 0.5 / own["weight"].sum()
        assert (n, value) == (own.height, pytest.approx(rate))
        assert (high - low) / 2 == pytest.approx(1.97 * error, rel=0.02)


def test_a_weight_that_one_log_alone_has_is_one_in_the_other(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of(300, seed=5)
    start = np.datetime64("2024-01-01")
    frame = frame.with_columns(at=pl.Series(start + np.arange(frame.height) * 60 // frame.height))
    before, after = (frame.filter(side=value).drop("side", "unit") for value in ("test", "live"))
    repeated = after.select(pl.all().repeat_by("weight")).explode(after.columns)
    roles: dict[str, Any] = {"segments": ("region",), "row_id": None, "time": "at"}
    plain = own_desk.log(before.drop("weight"), **roles)
    found = []
    for log in (own_desk.log(after, weight="weight", **roles), own_desk.log(repeated.drop("weight"), **roles)):
        pair = sides(engine, Question(plain, Cohort(), 0.5), Question(log, Cohort(), 0.5))
        found.append(gap(engine, pair, inputs(engine, pair), by=["region"]))
        time = gap_time(engine, found[-1])
        assert time is not None and time.table.height > 1
    one, oracle = found
    assert one.waterfall.change.value == pytest.approx(float(oracle.waterfall.change.value))
    assert parts_of(one) == pytest.approx(parts_of(oracle), abs=2e-3)
    assert one.waterfall.weighted is not None and one.waterfall.weighted[0].n == pytest.approx(before.height)
