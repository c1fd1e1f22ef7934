"""The words, tables and figures of the gap, from generated answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.answer import gap as gap_answer
from analytics.answers.gap.inputs import Inputs
from analytics.answers.gap.inputs import inputs as inputs_answer
from analytics.answers.gap.joint import jointly
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.gap.time import gap_time
from analytics.answers.report.asking import ReportAsking
from analytics.measure.gap.causes import emptied, kind_of, leading
from analytics.measure.gap.inputs import InputChange, input_change
from analytics.measure.gap.sample import Sample
from analytics.measure.intervals import Interval
from analytics.present import figures, readings, words
from analytics.present.report.sections.gap import build
from analytics.present.tables.gap import column_rows, gap_json, input_rows, part_rows, slice_rows, what_changed
from analytics.query.engine import Engine
from pages._gap.parts import ends
from tests.answers.gap.test_gap import SCHEMA, two_sides
from tests.ingested import Desk
from tests.planted import CAUSES, USUAL, World, pair
from tests.present.made import make_question


def changed(reference: pl.Series, production: pl.Series, *further: pl.Series, **options: Any) -> InputChange:
    return input_change(Sample(reference), Sample(production), *further, **options)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def told(desk: Desk, engine: Engine, world: World, metric: str = "error_rate", n: int = 8_000) -> tuple[Gap, Inputs]:
    sides = two_sides(engine, desk.log(pair(world, n), **SCHEMA))
    inputs = inputs_answer(engine, sides)
    return gap_answer(engine, sides, inputs, metric), inputs


def test_a_change_of_unit_is_named_and_its_source_is_to_be_mended_first(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, CAUSES["unit"][0])
    assert inputs.changes["income"].unit == 100
    first = readings.advice(gap, inputs)[0]
    assert first.what == "data" and "income looks like a change of unit (×100)" in first.text.replace(
        "Income", "income"
    )
    assert "income looks like a change of unit" in readings.drift_reading(gap, inputs, None, None)
    assert input_rows(gap, inputs)["column"][0] == "income" and ", most income" in readings.inputs_reading(inputs)


def test_a_gap_is_told_with_its_numbers(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, CAUSES["mix"][0])
    text = readings.gap_reading(gap)
    assert "worse" in text and "mix of segments (region)" in text and kind_of(gap) == "covariate"
    joint, time = jointly(gap, inputs), gap_time(engine, gap)
    assert joint is not None and joint.is_conclusive and joint.effect.low > 0
    assert joint.effect.low < gap.waterfall.parts["segments"].value < joint.effect.high
    assert time is not None and time.since is not None
    answer = json.loads(json.dumps(gap_json(gap, inputs, joint, time), allow_nan=False))
    assert {"metric", "reference", "production", "change", "kind", "parts", "columns"} <= set(answer)
    assert part_rows(gap).height == 8 and column_rows(gap)["column"][0] == "region"
    (section,) = build((gap, inputs), ReportAsking(make_question(), "error_rate"))
    assert section.title == "Why production is worse" and section.glance == text.partition("\n")[0]
    assert "north" in readings.slices_of_gap_reading(gap, "region") and slice_rows(gap, "region")["value"][0] == "north"
    bars = figures.waterfall_figure(gap).data[0]
    ends = np.asarray(bars.base) + np.asarray(bars.x)
    assert ends[-1] == pytest.approx(gap.waterfall.production) and bars.customdata[0] == "reference"
    steps = np.asarray(bars.x)[1:-1]
    assert steps.sum() == pytest.approx(gap.waterfall.change.value, abs=1e-12)
    drawn = figures.slice_contributions(gap, "region")
    assert sum(sum(trace.x) for trace in drawn.data[:2]) == pytest.approx(gap.waterfall.change.value, abs=1e-12)
    assert len(figures.gap_trend(gap, time).data) == 2


def test_fields_that_arrive_empty_are_named_with_their_shares(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, CAUSES["missingness"][0])
    ((column, before, after),) = emptied(gap)
    table = gap.slices[column]
    row = table.filter(table["value"].is_null()).row(0, named=True)
    assert (before, after) == (row["share_reference"], row["share_production"]) and after > before
    text = readings.gap_reading(gap)
    shares = f"{column}: {words.share(before)} → {words.share(after)} of rows"
    assert "worse (" in text and f"Most of it is fields that arrive empty ({shares})" in text.split("\n")[0]
    first = readings.advice(gap, inputs)[0]
    assert (first.what, first.column) == ("data", column) and first.size.endswith("points")
    assert f"{column} arrives empty in {words.share(after)} of rows, before in {words.share(before)}" in first.text
    assert "fields arrive empty that were filled before" in readings.drift_reading(gap, inputs, None, None)
    assert words.one_line(f"{column}: {words.share(before)}") in " ".join(
        figures.waterfall_figure(gap).layout.yaxis.ticktext
    )


def test_a_change_that_hides_a_larger_one_is_led_by_what_it_hides(desk: Desk, engine: Engine) -> None:
    """An error rate that fell as easier rows came in is no good news where on rows alike it rose."""
    gap, _ = told(desk, engine, CAUSES["miscalibration"][0])
    none = Interval(0.0, 0.0, 0.0)
    parts = dict.fromkeys(gap.waterfall.parts, none) | {"operating": Interval(0.05, 0.04, 0.06)}

    def lead(fall: float, **further: Interval) -> str:
        mix = Interval(fall, fall - 0.01, fall + 0.01)
        change = sum((0.05, fall, *(part.value for part in further.values())))
        flow = replace(
            gap.waterfall,
            change=Interval(change, change - 0.004, change + 0.004),
            parts=parts | {"segments": mix} | further,
            entangled=none,
        )
        return readings.gap_reading(replace(gap, waterfall=flow)).split("\n")[0].replace(words.THIN_SPACE, " ")

    better = lead(-0.06)
    assert ", but only by the mix of segments" in better and "which is better" not in better
    assert better.endswith("All else raised it by 5.0 points, most of all calibration and threshold.")
    three = lead(-0.03, **{name: Interval(-0.03, -0.04, -0.02) for name in ("missingness", "concept")})
    assert all(part in three.split(". All else")[0] for part in ("mix of segments", "arrive empty", "within slices"))
    assert "All else raised it by 5.0 points" in three
    worse = lead(0.02, base_rate=Interval(-0.06, -0.07, -0.05))
    assert ", which is worse, all of it by calibration and threshold. All else lowered it by 4.0 points" in worse
    plain = lead(-0.02)
    assert "All else" not in plain and "which is worse. Most of it is calibration and threshold." in plain


def test_what_made_it_better_is_not_to_be_mended(desk: Desk, engine: Engine) -> None:
    log = desk.log(pair(CAUSES["missingness"][0], 8_000), **SCHEMA)
    sides = two_sides(engine, log)
    turned = sides_answer(engine, *sides.questions[::-1])
    inputs = inputs_answer(engine, turned)
    gap = gap_answer(engine, turned, inputs)
    assert "better" in readings.gap_reading(gap) and "missingness" in leading(gap)
    assert not any("arrives empty" in each.text for each in readings.advice(gap, inputs))


def test_a_shape_that_changed_around_its_median_is_not_called_noise() -> None:
    narrow, wide = (pl.Series(np.linspace(-width, width, 5_000)) for width in (1.0, 1.5))
    assert what_changed(replace(changed(narrow, wide), outside=0.0)) == "other shares"
    assert what_changed(changed(narrow, narrow)) == "within noise"


def test_a_metric_that_falls_is_told_without_its_sign(desk: Desk, engine: Engine) -> None:
    gap, _ = told(desk, engine, CAUSES["missingness"][0], "accuracy")
    change = gap.waterfall.change
    text = readings.gap_reading(gap).replace(words.THIN_SPACE, " ")
    ends = words.between(*(f"{-100 * float(end):.1f}" for end in (change.high, change.low)))
    assert (
        text.startswith("Accuracy fell from ")
        and f"It is {-100 * float(change.value):.1f} points worse ({ends})," in text
    )


def test_the_two_ends_of_a_gap_are_known_before_its_parts(desk: Desk, engine: Engine) -> None:
    gap, _ = told(desk, engine, CAUSES["mix"][0])
    found = ends(engine, *gap.sides.questions, "error_rate")
    assert found == pytest.approx((gap.waterfall.reference, gap.waterfall.production))
    assert "being computed" in readings.ends_reading("error_rate", *found)


def test_no_change_is_called_none(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, USUAL)
    still = replace(
        gap.waterfall,
        change=Interval(*(np.asarray(end) for end in (0.001, -0.01, 0.012))),
        parts={name: Interval(*(np.asarray(end) for end in (0.0, -0.01, 0.01))) for name in gap.waterfall.parts},
    )
    quiet = replace(gap, waterfall=still)
    assert kind_of(quiet) == "none" and leading(quiet) == []
    assert "did not change beyond chance" in readings.gap_reading(quiet)
    asking = ReportAsking(make_question(), "error_rate")
    assert build((quiet, inputs), asking)[0].title == "Production against the reference"
    assert readings.advice(quiet, inputs)[0].what == "nothing"
    assert not any(change.is_fault for change in inputs.changes.values())
    assert "0 of" in readings.inputs_reading(inputs)


def test_an_undefined_metric_is_said(desk: Desk, engine: Engine) -> None:
    log = desk.log(pair(USUAL, 2_000), **SCHEMA)
    sides = two_sides(engine, log, thresholds=(0.5, 1.5))
    gap = gap_answer(engine, sides, inputs_answer(engine, sides), "precision")
    assert "undefined on one side" in readings.gap_reading(gap)
    assert "undefined" in str(figures.waterfall_figure(gap).layout.annotations[0].text)


def test_two_thresholds_are_named_where_the_scores_did_not_move(desk: Desk, engine: Engine) -> None:
    log = desk.log(pair(USUAL, 8_000), **SCHEMA)
    sides = two_sides(engine, log, thresholds=(0.5, 0.2))
    inputs = inputs_answer(engine, sides)
    gap = gap_answer(engine, sides, inputs)
    assert kind_of(gap) == "scale"
    first = readings.advice(gap, inputs)[0].text
    assert "threshold 0.50 → 0.20" in first and "another scale" not in first
    assert "threshold 0.50 → 0.20" in readings.drift_reading(gap, inputs, None, None)
    assert "threshold 0.50 → 0.20" in " ".join(figures.waterfall_figure(gap).layout.yaxis.ticktext)


def test_a_part_that_reads_as_zero_is_not_told(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, USUAL)
    sizes = {"segments": -0.016, "concept": 0.0196, "missingness": 0.0004}
    parts = {
        name: Interval(*(np.asarray(sizes.get(name, 0.0) + end) for end in (0.0, -0.0002, 0.0002)))
        for name in gap.waterfall.parts
    }
    small = replace(gap.waterfall, change=Interval(*(np.asarray(end) for end in (0.004, 0.0003, 0.0077))), parts=parts)
    split = replace(gap, waterfall=small)
    assert leading(split) == ["concept"]
    assert not any("arrive" in each.text for each in readings.advice(split, inputs))


def test_a_column_that_broke_keeps_its_name_at_the_start_of_a_sentence(desk: Desk, engine: Engine) -> None:
    gap, inputs = told(desk, engine, CAUSES["unit"][0])
    assert readings.advice(gap, inputs)[0].text.startswith("income looks like")
    assert " income looks like" in readings.inputs_reading(inputs)
