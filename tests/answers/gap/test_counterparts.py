"""The gap where rows of production have no counterpart, and where what changed only followed something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from analytics.measure.gap.causes import kind_of, leading
from analytics.measure.gap.metric import OFFERED
from analytics.present import figures, readings
from analytics.present.tables.gap import column_rows, gap_json
from analytics.query.engine import Engine
from tests.answers.gap.test_gap import two_sides
from tests.ingested import Desk
from tests.planted_scores import SCHEMA, Truth, true_pair

FAR = Truth(tenure=(5.5, 0.7))


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def told(
    desk: Desk,
    engine: Engine,
    world: Truth,
    *metrics: str,
    reference: Truth | None = None,
    thresholds: tuple[float, float] = (0.3, 0.3),
    **options: object,
) -> tuple[list[Gap], Inputs]:
    log = desk.log(true_pair(world, reference, **options), **SCHEMA)  # type: ignore[arg-type]
    sides = two_sides(engine, log, thresholds=thresholds)
    inputs = inputs_answer(engine, sides)
    return [gap_answer(engine, sides, inputs, metric) for metric in metrics or ("error_rate",)], inputs


def share(gap: Gap, part: str) -> float:
    return float(gap.waterfall.parts[part].value / gap.waterfall.change.value)


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_mix_that_the_score_carries_is_told_as_mix_for_every_metric(
    desk: Desk, engine: Engine, is_turned: bool
) -> None:
    world, reference = (Truth(), FAR) if is_turned else (FAR, Truth())
    found, inputs = told(desk, engine, world, *OFFERED, reference=reference, n=24_000)
    for gap in found:
        parts = gap.waterfall.parts
        assert gap.is_carried and not gap.is_entangled
        assert abs(sum(float(part.value) for part in parts.values()) - float(gap.waterfall.change.value)) < 1e-12
        assert parts["operating"].value == parts["base_rate"].value == 0.0
        error = float(parts["segments"].high - parts["segments"].value) / 1.96
        assert abs(float(parts["segments"].value - gap.waterfall.change.value)) < 3.3 * error
        assert leading(gap)[:1] in (["segments"], [])
    first = found[0]
    assert share(first, "segments") == pytest.approx(1, abs=0.1)
    assert first.by[0] == "tenure" and first.columns["column"][0] == "tenure"
    caption = readings.waterfall_reading(first)
    assert "no counterpart in the reference by tenure" in caption and "same score come true as often" in caption
    assert kind_of(first) == "covariate" and "same score" in readings.drift_reading(first, inputs, None, None)


def test_a_mix_that_the_model_cannot_see_is_told_as_what_cannot_be_told_apart(desk: Desk, engine: Engine) -> None:
    blind = Truth(blind=True)
    (gap,), inputs = told(desk, engine, replace(blind, tenure=(5.5, 0.7)), reference=blind)
    assert gap.is_entangled and gap.apart[0][0] == "tenure" and gap.apart[0][1] > 0.5
    assert kind_of(gap) == "open" and leading(gap) == []
    text = readings.gap_reading(gap)
    assert "cannot be told apart" in text and "have no counterpart in the reference by tenure" in text
    assert "calibration" not in text and "base rate (" not in text
    assert "would settle it" in readings.waterfall_reading(gap)
    assert readings.drift_reading(gap, inputs, None, None).startswith("It cannot be told which drift it is")
    (advice,) = readings.advice(gap, inputs)
    assert advice.what == "labels" and "evaluate anew" in advice.text
    answer = gap_json(gap, inputs, None, None)
    assert answer["kind"] == "open" and answer["without_counterpart"][0]["column"] == "tenure"
    table = column_rows(gap)
    row = table.row(table["column"].to_list().index("tenure"), named=True)
    assert row["overlap"] < 50 and row["explained"] == row["mix"] == row["within"] == "–"
    assert "not to be told apart" in str(figures.waterfall_figure(gap).layout.title.subtitle.text)


@pytest.mark.parametrize(
    ("world", "reference", "part"),
    [
        (Truth(prior=1.2), None, "base_rate"),
        (Truth(scale=1.2), None, "operating"),
        (Truth(missing=0.6), None, "missingness"),
        (Truth(missing=0.5, by_value=0.8), Truth(missing=0.1, by_value=0.8), "missingness"),
        (Truth(fahrenheit=True), None, "segments"),
        (Truth(shops=(0.2, 0.3, 0.6, 1.0, 1.5, 4.0), tenure=(3.8, 0.7)), None, "segments"),
    ],
)
def test_a_planted_cause_gets_nine_tenths_beside_a_column_that_only_counts(
    desk: Desk, engine: Engine, world: Truth, reference: Truth | None, part: str
) -> None:
    metrics = ("recall",) if part == "missingness" else ("error_rate", "brier")
    found, inputs = told(desk, engine, world, *metrics, reference=reference, n=20_000)
    for gap in found:
        assert share(gap, part) == pytest.approx(1, abs=0.15)
        others = [entry for name, entry in gap.waterfall.parts.items() if name != part]
        assert all(
            abs(float(entry.value)) < 0.1 * abs(float(gap.waterfall.change.value)) or entry.low <= 0 <= entry.high
            for entry in others
        )
        assert leading(gap)[0] == part and not gap.apart
        assert "counter" not in gap.by and gap.columns["column"][0] != "counter"
    if world.fahrenheit:
        assert "degrees looks like a change of unit (°C → °F)" in readings.advice(found[0], inputs)[0].text.replace(
            "Degrees", "degrees"
        )


def test_a_column_by_which_nothing_differs_does_not_make_all_inputs_inconclusive(desk: Desk, engine: Engine) -> None:
    (gap,), inputs = told(desk, engine, Truth(scale=1.0))
    joint = jointly(gap, inputs)
    assert joint is not None and joint.is_conclusive and "counter" not in joint.columns
    text = readings.joint_reading(gap, joint)
    assert "a sample of" in text and "counts as much as" in text and "effective" not in text


def test_the_date_is_not_before_the_first_row_of_production(desk: Desk, engine: Engine) -> None:
    (gap,), _ = told(desk, engine, Truth(prior=1.5))
    time = gap_time(engine, gap)
    assert time is not None and time.since is not None and time.is_from_the_start
    assert f"{time.since:%Y-%m-%d}" == "2025-02-19"


def test_a_part_that_a_change_within_chance_could_hide_is_not_called(desk: Desk, engine: Engine) -> None:
    (gap,), _ = told(desk, engine, Truth())
    flow = gap.waterfall
    value = type(flow.change)
    part = value(*(flow.change.value * 0 + end for end in (0.001, 0.0005, 0.0015)))
    still = value(*(flow.change.value * 0 + end for end in (0.002, -0.004, 0.008)))
    quiet = replace(gap, waterfall=replace(flow, change=still, parts={**flow.parts, "operating": part}))
    assert kind_of(quiet) == "none" and "calibration" not in readings.gap_reading(quiet)
    large = value(*(flow.change.value * 0 + end for end in (0.02, 0.015, 0.025)))
    moved = replace(gap, waterfall=replace(flow, change=still, parts={**flow.parts, "operating": large}))
    assert kind_of(moved) == "open" and "calibration and threshold" in readings.gap_reading(moved)


def test_rare_positives_that_are_known_late_are_seen_in_few_rows_without_a_label(desk: Desk, engine: Engine) -> None:
    rows = true_pair(Truth(), n=30_000, base=-5.0)
    is_late = (pl.col("side") == "after") & (pl.col("at").dt.ordinal_day() > 50 + 28)
    draw = pl.Series("draw", np.random.default_rng(1).random(rows.height))
    hidden = rows.with_columns(
        y=pl.when(~(is_late & (draw < pl.when(pl.col("y") == 1).then(0.95).otherwise(0.02)))).then("y")
    )
    assert hidden["y"].null_count() < 0.04 * hidden.height
    sides = two_sides(engine, desk.log(hidden, **SCHEMA), threshold=0.2)
    assert sides.mature_before[0] is None and f"{sides.mature_before[1]:%m-%d}" == "03-20"
    gap = gap_answer(engine, sides, inputs_answer(engine, sides), "precision")
    assert leading(gap) == ["coverage"] and share(gap, "coverage") > 0.7


def test_two_versions_of_a_model_are_told_as_such(desk: Desk, engine: Engine) -> None:
    rows = true_pair(Truth(scale=1.0), n=4_000)
    log = desk.log(
        rows.rename({"side": "version"}), **{**SCHEMA, "segments": ("shop", "signal"), "model_version": "version"}
    )
    from analytics.answers.question import Question
    from analytics.query.cohort import Clause, Cohort

    sides = sides_answer(
        engine, *(Question(log, Cohort((Clause("version", "in", (name,)),)), 0.3) for name in ("before", "after"))
    )
    inputs = inputs_answer(engine, sides)
    gap = gap_answer(engine, sides, inputs)
    assert gap.is_other_model and not gap.is_carried
    text = readings.drift_reading(gap, inputs, None, None)
    assert "other version of the model" in text and "same inputs" not in text
    notes = " ".join(figures.waterfall_figure(gap).layout.yaxis.ticktext)
    assert "same inputs" not in notes and "other version" in notes


def test_a_version_that_came_with_the_change_is_named_first(desk: Desk, engine: Engine) -> None:
    """Scores of the second half tell labels apart worse: they are of another version, which is no column of the sides."""
    from analytics.answers.question import Question
    from analytics.query.cohort import Clause, Cohort

    rng, n = np.random.default_rng(8), 8_000
    late = np.arange(n) >= n // 2
    label = rng.random(n) < 0.3
    score = 1 / (1 + np.exp(-(np.where(late, 0.6, 2.5) * (2 * label - 1) + rng.normal(0, 1, n) - 0.5)))
    frame = pl.DataFrame(
        {
            "score": score.round(3),
            "label": label.astype(int),
            "half": np.where(late, "second", "first"),
            "release": np.where(late & (rng.random(n) < 0.8), "v2", "v1"),
            "shop": rng.choice(["a", "b", "c"], n),
        }
    )
    roles = {"score": "score", "label": "label", "time": None, "row_id": None}
    log = desk.log(frame, model_version="release", segments=("shop", "half"), **roles)
    first, second = (Question(log, Cohort((Clause("half", "in", (name,)),)), 0.5) for name in ("first", "second"))
    sides = sides_answer(engine, first, second)
    said = readings.gap_reading(gap_answer(engine, sides, inputs_answer(engine, sides)))
    assert ", which is worse. Most of it came with version v2, which scored 79." in said
    assert "of production and none of the reference: the change within slices" in said.partition("\n")[0]
    without = desk.log(frame, model_version=None, segments=("shop", "half"), **roles)
    sides = sides_answer(engine, *(replace(question, log=without) for question in (first, second)))
    said = readings.gap_reading(gap_answer(engine, sides, inputs_answer(engine, sides)))
    assert "Most of it is the change within slices" in said
