"""Answers about rows that stand for many are those of the rows written out as often as they count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.answers.calibration.answer import calibration, calibration_slices
from analytics.answers.calibration.recalibration import recalibration
from analytics.answers.calibration.time import calibration_time
from analytics.answers.overview import Overview, overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.workspace import Workspace
from analytics.measure.headline import headline
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings import overview_reading, slices_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(Workspace(tmp_path_factory.mktemp("weights") / "home"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def own_desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(engine.workspace, tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """A log of sessions over four weeks: positive rows are all kept, one of five others is."""
    draw, n = np.random.default_rng(0), 1_500
    label = draw.random(n) < 0.45
    return pl.DataFrame(
        {
            "id": np.arange(n),
            "score": np.round(np.clip(0.4 * label + draw.normal(0.3, 0.25, n), 0, 1), 2),
            "label": label.astype(int),
            "kept": np.where(label, 1.0, draw.choice([0.2, 0.5], n)),
            "region": draw.choice(["north", "south", "west"], n),
            "session": draw.integers(0, 200, n),
            "scored_at": pl.Series(draw.integers(1, 29, n)).map_elements(lambda day: f"2026-02-{day:02d}", pl.String),
        }
    ).with_columns(label=pl.when(pl.col("id") % 19 == 0).then(None).otherwise("label"))


ROLES: dict[str, Any] = {"segments": ("region",), "time": "scored_at", "row_id": "id"}


def asked(desk: Desk, frame: pl.DataFrame, **roles: Any) -> Question:
    return Question(desk.log(frame, **{**ROLES, **roles}), Cohort(), 0.5)


@pytest.fixture(scope="module")
def weighted(own_desk: Desk, frame: pl.DataFrame) -> Question:
    return asked(own_desk, frame, weight="kept", is_weight_share=True)


@pytest.fixture(scope="module")
def repeated(own_desk: Desk, frame: pl.DataFrame) -> Question:
    """The rows of all that the sample stands for, of which those of one row are no evidence of their own."""
    again = frame.select(pl.all().repeat_by((1 / pl.col("kept")).cast(pl.Int64))).explode(pl.all())
    return asked(own_desk, again.with_columns(of=pl.col("id").cast(pl.String)), unit="of", row_id=None)


def assert_alike(found: Overview, expected: Overview, within: float) -> None:
    assert found.counts == pytest.approx(expected.counts)
    values = found.metrics.filter(pl.col("metric") != "corrected_prevalence")
    others = expected.metrics.filter(pl.col("metric") != "corrected_prevalence")
    assert_frame_equal(values.select("metric", "value"), others.select("metric", "value"))
    assert_frame_equal(values, others, abs_tol=within)


def test_the_overview_is_that_of_the_rows_written_out(engine: Engine, weighted: Question, repeated: Question) -> None:
    found, expected = overview(engine, weighted), overview(engine, repeated)
    assert_alike(found, expected, 0.004)
    assert found.trend is not None and expected.trend is not None
    rates = [name for name in expected.trend.columns if not name.endswith(("_low", "_high"))]
    assert_frame_equal(found.trend.select(rates), expected.trend.select(rates), check_dtypes=False)
    assert found.rows is not None and found.rows["n"] == 1_500
    assert found.n_units is None and expected.n_units == 1_500
    assert found.n_eff is not None and found.n_eff < found.judged_rows
    said = overview_reading(found, weighted)
    assert f"By kept {found.judged_rows:,} judged rows stand for" in said
    assert f"they are worth {found.n_eff:,.0f} of equal weight" in said
    unlabelled = found.rows["n_unlabelled"]
    assert unlabelled and unlabelled != found.counts["n_unlabelled"] and f"{unlabelled:,} rows (" in said


def test_the_overview_of_a_cohort(engine: Engine, weighted: Question, repeated: Question) -> None:
    north = Cohort((Clause("region", "in", ("north",)),))
    of = [overview(engine, Question(question.log, north, 0.5)) for question in (weighted, repeated)]
    assert_alike(of[0], of[1], 0.02)


def test_slices_are_those_of_the_rows_written_out(engine: Engine, weighted: Question, repeated: Question) -> None:
    found, expected = (slices(engine, question, ["region"]) for question in (weighted, repeated))
    names = ["slice_0", "n", "tp", "fp", "fn", "tn", "error_rate", "share_of_errors", "excess_errors", "excess_model"]
    tables = [answer.table.sort("slice_0") for answer in (found, expected)]
    assert_frame_equal(*(table.select(names) for table in tables), check_dtypes=False)
    ends = [f"{name}_{end}" for name in ("error_rate", "difference") for end in ("low", "high")][:2]
    assert_frame_equal(*(table.select(*ends, "difference_low") for table in tables), abs_tol=0.004)
    assert_frame_equal(*(table.select("p_value", "excess_model_p") for table in tables), abs_tol=0.1)
    assert found.table["rows_n"].sum() == 1_500
    assert not found.table["few_rows"].any()
    assert "judged rows stand for" in slices_reading(found)
    assert "stand for" not in slices_reading(expected)


def test_which_metric_leads_is_said_by_the_rows_that_are_stood_for(own_desk: Desk, frame: pl.DataFrame) -> None:
    rare = asked(
        own_desk,
        frame.with_columns(kept=pl.when(pl.col("label") == 1).then(1.0).otherwise(0.05)),
        weight="kept",
        is_weight_share=True,
    )
    share, judged = rare.log.share_positive, frame.drop_nulls("label")
    positive, others = judged["label"].sum(), (judged["label"] == 0).sum()
    assert share == pytest.approx(positive / (positive + 20 * others))
    assert headline(*rare.log.class_counts).metric == "recall"
    assert headline(*asked(own_desk, frame).log.class_counts).metric == "error_rate"


def test_few_rows_are_few_however_many_they_stand_for(engine: Engine, own_desk: Desk, frame: pl.DataFrame) -> None:
    few = frame.with_columns(region=pl.when(pl.col("id") < 20).then(pl.lit("tiny")).otherwise("region"), kept=0.01)
    answer = slices(engine, asked(own_desk, few, weight="kept", is_weight_share=True), ["region"])
    assert answer.table.filter(slice_0="tiny").select("n", "few_rows").row(0) == (pytest.approx(2_000), True)


def test_weights_and_units_together(engine: Engine, own_desk: Desk, frame: pl.DataFrame) -> None:
    alone, alike = (
        overview(engine, asked(own_desk, frame, weight="kept", is_weight_share=True, **more))
        for more in ({}, {"unit": "session"})
    )
    assert_frame_equal(alone.metrics.select("metric", "value"), alike.metrics.select("metric", "value"))
    assert (alone.n_units, alike.n_units) == (None, frame["session"].n_unique())
    assert alone.n_eff == pytest.approx(alike.n_eff)


def test_calibration_is_that_of_the_rows_written_out(engine: Engine, weighted: Question, repeated: Question) -> None:
    found, expected = (calibration(engine, question) for question in (weighted, repeated))
    same = ["bin", "low", "high", "n", "mean_score", "observed"]
    assert_frame_equal(found.bins.select(same), expected.bins.select(same))
    same = [
        "n",
        "n_pos",
        "mean_score",
        "observed",
        "difference",
        "ece",
        "mce",
        "brier",
        "reliability",
        "log_loss",
        "slope",
    ]
    assert_frame_equal(found.numbers.select(same), expected.numbers.select(same), rel_tol=1e-4)
    assert found.bins["rows"].sum() == found.numbers["rows"][0]
    assert found.numbers["n_eff"][0] < found.numbers["rows"][0] < found.numbers["n"][0]
    # As many rows of equal weight as they are worth give wider intervals than the rows written out, taken for independent.
    for table, other, name in ((found.bins, expected.bins, "observed"), (found.numbers, expected.numbers, "slope")):
        widths = [(each[f"{name}_high"] - each[f"{name}_low"]).to_numpy() for each in (table, other)]
        assert (widths[0] > widths[1]).all()


def test_calibration_by_slice_and_over_time_has_its_rows(engine: Engine, weighted: Question) -> None:
    whole = calibration(engine, weighted).numbers.row(0, named=True)
    by_region = calibration_slices(engine, weighted, ["region"]).table
    assert by_region["rows"].sum() == whole["rows"]
    assert abs(by_region["n"].sum() - whole["n"]) <= 3
    mean = (by_region["n"] * by_region["observed"]).sum() / by_region["n"].sum()
    assert mean == pytest.approx(whole["observed"], abs=1e-3)
    over_time = calibration_time(engine, weighted)
    assert over_time is not None and over_time.table["rows"].sum() == whole["rows"]


def test_weights_that_sum_to_one_count_as_many_rows_as_there_are(own_desk: Desk, engine: Engine) -> None:
    frame = pl.DataFrame({"score": [0.9, 0.9, 0.1, 0.1] * 50, "label": [1, 0, 1, 0] * 50, "w": [1.0, 5, 2, 1] * 50})
    told = []
    for scale in (1.0, 1 / 450):
        log = own_desk.log(
            frame.with_columns(w=pl.col("w") * scale), score="score", label="label", weight="w", row_id=None, time=None
        )
        told.append(overview(engine, Question(log, Cohort(), 0.5)))
    assert told[0].metrics["value"].to_list() == pytest.approx(told[1].metrics["value"].to_list(), nan_ok=True)
    assert told[1].counts["n"] == pytest.approx(200) and told[0].counts["n"] == pytest.approx(450)


def test_what_recalibration_is_worth_is_that_of_the_rows_written_out(
    engine: Engine, weighted: Question, repeated: Question
) -> None:
    names = ["difference", "brier", "log_loss", "slope", "cost_at_formula"]
    one, oracle = (recalibration(engine, question, Costs(fp=1, fn=3)) for question in (weighted, repeated))
    assert one.split == oracle.split is not None
    assert one.fitted_rows + one.judged_rows < oracle.fitted_rows + oracle.judged_rows
    assert_frame_equal(one.table.select("method", *names), oracle.table.select("method", *names), rel_tol=1e-6)
    drawn, every = (
        recalibration(engine, question, Costs(fp=1, fn=3), split="rows").table for question in (weighted, repeated)
    )
    assert drawn["brier"].to_numpy() == pytest.approx(every["brier"].to_numpy(), abs=0.02)
