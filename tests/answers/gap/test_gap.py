"""The gap on whole logs: pairs with one planted cause each, pairs without any, and the real ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.gap.answer import Gap, gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.sides import Sides, proposed_sides
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.question import Question
from analytics.log.schema import Log
from analytics.measure.gap.causes import emptied, kind_of
from analytics.present import readings
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.planted import CAUSES, USUAL, World, pair

SCHEMA = {
    "score": "score",
    "label": "label",
    "positive": ("1",),
    "negative": ("0",),
    "time": "at",
    "segments": ("region", "income", "hour", "team", "side"),
}


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def two_sides(
    engine: Engine, log: Log, *, threshold: float = 0.5, thresholds: tuple[float, float] | None = None
) -> Sides:
    first, second = thresholds or (threshold, threshold)
    return sides_answer(
        engine,
        Question(log, Cohort((Clause("side", "in", ("before",)),)), first),
        Question(log, Cohort((Clause("side", "in", ("after",)),)), second),
    )


def asked(engine: Engine, found: Sides, metric: str = "error_rate") -> Gap:
    return gap(engine, found, inputs(engine, found), metric)


def planted(desk: Desk, engine: Engine, world: World, metric: str = "error_rate", **options: object) -> Gap:
    log = desk.log(pair(world, 40_000), **SCHEMA)
    return asked(engine, two_sides(engine, log, **options), metric)  # type: ignore[arg-type]


def called(found: Gap) -> set[str]:
    """The parts that are beyond 3.3 standard errors: forty are looked at here, so 95 % intervals would call two of them."""
    sizes = {
        name: (abs(float(part.value)), float(part.high - part.value) / 1.96)
        for name, part in found.waterfall.parts.items()
    }
    return {name for name, (size, error) in sizes.items() if size > 3.3 * error and size > 1e-12}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_planted_part_gets_nine_tenths_and_the_others_cover_zero(desk: Desk, engine: Engine, cause: str) -> None:
    world, part, column, value = CAUSES[cause]
    found = planted(desk, engine, world, "precision" if cause == "late labels" else "error_rate")
    change = found.waterfall.change.value
    assert abs(change) > 0.02
    assert found.waterfall.parts[part].value == pytest.approx(change, abs=max(0.1 * abs(change), 0.004))
    assert called(found) == {part}
    if column is not None:
        assert found.columns["column"][0] == column and column in found.by
    if value is not None:
        assert found.slices[column]["value"][0] == value  # type: ignore[index]


@pytest.mark.parametrize("unit", [10.0, 1 / 60])
def test_a_change_of_unit_is_one_though_the_numbers_overlap(desk: Desk, engine: Engine, unit: float) -> None:
    """The model reads the number: ten times as much is another row, and no slice of the reference says how it fares."""
    rng = np.random.default_rng(5)
    frames = []
    for side, factor in (("before", 1.0), ("after", unit)):
        income = np.exp(rng.normal(4.0, 1.2, 20_000))
        truth, read = (1 / (1 + np.exp(-(np.log(value) - 4.0))) for value in (income, income * factor))
        label = (rng.random(20_000) < truth).astype(int)
        frames.append(pl.DataFrame({"score": read.round(4), "label": label, "income": income * factor, "side": side}))
    log = desk.log(pl.concat(frames), **{**SCHEMA, "time": None, "segments": ("income", "side")})
    sides = two_sides(engine, log)
    found = asked(engine, sides)
    change = found.waterfall.change.value
    assert change > 0.05 and found.by == ("income",)
    assert found.waterfall.parts["segments"].value == pytest.approx(change, rel=0.1)
    assert called(found) == {"segments"}
    (told,) = readings.advice(found, inputs(engine, sides))
    assert (told.what, told.column) == ("data", "income") and "change of unit" in told.text and "points" in told.size


STAGED = {"score": "score", "label": "label", "positive": ("1",), "negative": ("0",), "segments": ("stage", "model")}


def staged(*rows: tuple[str, str, int]) -> str:
    """A log with so many rows of each stage and model."""
    lines = [f"0.{i % 10},{i % 2},{stage},{model}" for stage, model, n in rows for i in range(n)]
    return "\n".join(["score,label,stage,model", *lines]) + "\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("Offline test", "a", 30), ("prod", "a", 30)], ("stage", "Offline test", "prod")),
        ([("eval", "b", 30), ("live", "a", 90), ("pilot", "b", 30)], ("stage", "eval", "pilot")),
        ([("eval", "b", 30), ("live", "b", 90), ("pilot", "b", 30)], ("stage", "eval", "live")),
        ([("eval", "b", 30), ("live", "a", 90), ("live", "b", 30)], None),
        ([("shadow", "a", 30), ("live", "a", 30)], None),
        ([("latest", "a", 30), ("alive", "a", 30)], None),
    ],
)
def test_an_evaluation_against_production_of_the_same_models_is_proposed(
    desk: Desk, engine: Engine, rows: list[tuple[str, str, int]], expected: tuple[str, str, str] | None
) -> None:
    log = desk.log(desk.file(staged(*rows)), **STAGED, model_version="model")
    assert proposed_sides(engine, Question(log, Cohort(), 0.5)) == expected
    of_stage = Cohort((Clause("stage", "in", ("live",)),))
    assert proposed_sides(engine, Question(log, of_stage, 0.5)) == expected


def test_a_moved_threshold_is_the_operating_point(desk: Desk, engine: Engine) -> None:
    found = planted(desk, engine, USUAL, thresholds=(0.5, 0.75))
    assert found.waterfall.parts["operating"].value == pytest.approx(found.waterfall.change.value, abs=0.006)
    assert called(found) == {"operating"}


def two_emptied(seed: int, n: int = 5_000) -> pl.DataFrame:
    """Two inputs of a model arrive empty at once; nothing else differs."""
    rng = np.random.default_rng(seed)
    found = []
    for side, shares in (("before", (0.03, 0.03)), ("after", (0.5, 0.6))):
        a, b = rng.normal(size=(2, n))
        label = rng.random(n) < 1 / (1 + np.exp(1.5 - 3 * a - 1.2 * b))
        a, b = (np.where(rng.random(n) < share, np.nan, values) for share, values in zip(shares, (a, b), strict=True))
        score = 1 / (1 + np.exp(1.5 - 3 * np.nan_to_num(a) - 1.2 * np.nan_to_num(b)))
        found.append(pl.DataFrame({"side": [side] * n, "a": a, "b": b, "score": score.round(4), "label": label * 1}))
    return pl.concat(found).with_columns(pl.col("a", "b").fill_nan(None))


def test_every_column_that_arrives_empty_is_looked_at_and_its_share_is_of_all_rows(desk: Desk, engine: Engine) -> None:
    frame = two_emptied(2)
    roles = {name: value for name, value in SCHEMA.items() if name != "time"} | {"segments": ("a", "b", "side")}
    found = asked(engine, two_sides(engine, desk.log(frame, **roles)), "precision")
    explained = dict(found.columns.select("column", "explained").iter_rows())
    assert set(found.by) == {"a", "b"} and explained["b"] == 0
    missing = frame.group_by("side").agg(pl.col("a", "b").is_null().mean())
    before, after = (missing.row(by_predicate=pl.col("side") == side, named=True) for side in ("before", "after"))
    assert {name: (then, now) for name, then, now in emptied(found)} == {
        name: (pytest.approx(before[name]), pytest.approx(after[name])) for name in ("a", "b")
    }


def test_labels_that_come_in_slowly_on_all_days_are_no_other_base_rate(desk: Desk, engine: Engine) -> None:
    frame = pair(USUAL, 30_000)
    rng = np.random.default_rng(3)
    at = pl.col("at").cast(pl.Datetime("us"))
    left = (at.max().over("side") - at).dt.total_seconds()
    span = frame.select(
        (at.filter(pl.col("side") == "after").max() - at.filter(pl.col("side") == "after").min()).dt.total_seconds()
    )
    delay = pl.Series(rng.exponential(0.5 * float(span.item()), frame.height))
    is_late = (pl.col("side") == "after") & (pl.col("label").cast(pl.Int64) == 1) & (delay > left)
    found = asked(
        engine, two_sides(engine, desk.log(frame.with_columns(label=pl.when(~is_late).then("label")), **SCHEMA))
    )
    assert found.is_waiting
    said = readings.gap_reading(found)
    assert "labels not known yet" in said and "cannot be told yet: labels of production still come in" in said
    assert kind_of(found) == "labels"
    plain = asked(engine, two_sides(engine, desk.log(frame, **SCHEMA)))
    assert not plain.is_waiting


def test_bands_of_the_score_are_no_cause_whatever_they_are_called_and_the_input_it_is_made_of_is_one(
    desk: Desk, engine: Engine
) -> None:
    rng = np.random.default_rng(9)
    frames = []
    for side, shift in (("before", 0.0), ("after", 1.0)):
        income = rng.normal(shift, 1, 2_000)
        score = (1 / (1 + np.exp(-income))).round(4)
        label = (rng.random(2_000) < score).astype(int)
        frames.append(pl.DataFrame({"score": score, "label": label, "income": income, "side": side}))
    frame = pl.concat(frames).with_columns(
        lane=pl.when(pl.col("score") < 0.2)
        .then(pl.lit("b"))
        .when(pl.col("score") < 0.9)
        .then(pl.lit("c"))
        .otherwise(pl.lit("a"))
    )
    log = desk.log(frame, **{**SCHEMA, "time": None, "segments": ("income", "lane", "side")})
    both = two_sides(engine, log)
    found, came = asked(engine, both), inputs(engine, both)
    assert dict(found.left_out)["lane"] == "it is the score in other words" and found.by == ("income",)
    assert came.of_score == {"lane"} and came.farthest[0] == "income"
    scan = calibration_scan(engine, Question(log, Cohort(), 0.5))
    assert "lane" in scan.told and "lane" not in scan.table["column"]
