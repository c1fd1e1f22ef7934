"""The calibration of real and of generated logs, asked as a page and as a script would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

from analytics.answers.calibration.answer import calibration, calibration_slices
from analytics.answers.calibration.recalibration import recalibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.time import calibration_time
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.reliability import Binning
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings import (
    calibration_reading,
    calibration_slices_reading,
    calibration_trend_reading,
    recalibration_reading,
    reliability_reading,
    scan_reading,
)
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.reading import api
from tests.commands.test_command_line import COMPAS, ask, by_slice, run
from tests.ingested import Desk, run_here

SCHEMA = {"segments": ("region", "other"), "score": "score", "label": "label", "positive": ("1",), "negative": ("0",)}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "run_child", run_here)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    opened = Engine(desk.workspace)
    yield opened
    opened.close()


def opposed(n: int = 20_000) -> pl.DataFrame:
    """Calibrated overall: a third of the rows is over-predicted, a third under-predicted by the same amount."""
    rng = np.random.default_rng(7)
    score = np.rint(rng.uniform(0.2, 0.8, n) * 1000) / 1000
    region = rng.choice(["high", "low", "fair"], n)
    truth = score + np.select([region == "high", region == "low"], [-0.12, 0.12])
    days = np.datetime64("2024-01-01") + np.arange(n) * 60 // n
    return pl.DataFrame(
        {
            "score": score,
            "label": (rng.random(n) < truth).astype(int),
            "region": region,
            "other": rng.choice(["a", "b", "c"], n),
            "day": days,
        }
    )


def asked(desk: Desk, frame: pl.DataFrame, **roles: Any) -> Question:
    log: Log = desk.log(frame, **{**SCHEMA, **roles})
    return Question(log, Cohort(), 0.5)


def test_a_log_that_is_right_on_the_whole_and_wrong_in_two_segments_names_both(desk: Desk, engine: Engine) -> None:
    question = asked(desk, opposed())
    whole, scan = calibration(engine, question), calibration_scan(engine, question)
    row = whole.numbers.row(0, named=True)
    assert abs(row["difference"]) < 0.01 and row["ece"] < 0.02
    text = calibration_reading(whole, scan.table)
    assert "neither too high nor too low" in text
    assert "over-predicted in region high" in text and "under-predicted in region low" in text
    assert "other" not in text and "fair" not in text
    table = calibration_slices(engine, question, ["region"]).table
    off = dict(table.select("slice_0", "difference").iter_rows())
    assert off == pytest.approx({"high": 0.12, "low": -0.12, "fair": 0}, abs=0.02)


def stale(n: int = 12_000, slope: float = 0.4, seed: int = 3) -> pl.DataFrame:
    """Right on average everywhere; in one region the slope is another one. ``delay`` is known only after the outcome."""
    rng = np.random.default_rng(seed)
    score = np.rint(rng.beta(2, 2, n) * 500).clip(1, 499) / 500
    region = rng.choice(["north", "south", "east", "west"], n)
    odds = np.log(score / (1 - score))
    label = rng.random(n) < np.where(region == "north", 1 / (1 + np.exp(-slope * odds)), score)
    delay = np.where(label, rng.choice(["late", "very late"], n), rng.choice(["early", "in time"], n))
    return pl.DataFrame(
        {
            "score": score,
            "label": label.astype(int),
            "region": region,
            "other": rng.choice(["a", "b"], n),
            "delay": delay,
        }
    )


def test_a_segment_that_is_right_on_average_and_stale_is_named(desk: Desk, engine: Engine) -> None:
    question = asked(desk, stale())
    scan = calibration_scan(engine, question)
    whole, slices = calibration(engine, question), calibration_slices(engine, question, ["region"])
    text = calibration_reading(whole, scan.table)
    assert "too extreme in region north (slope 0.4" in text or "too extreme in region north (slope 0.3" in text
    assert "predicted" not in text and "other" not in text and "south" not in text
    first = slices.table.row(0, named=True)
    assert first["slice_0"] == "north" and abs(first["difference"]) < 0.03 and first["slope_p_adjusted"] < 1e-6
    reading = calibration_slices_reading(slices)
    assert "none of 4 slices has scores that are off on the whole" in reading
    assert "The slope is below 1 (scores too extreme) in 1, most of all in north" in reading


def test_a_calibrated_log_has_no_segment_named(desk: Desk, engine: Engine) -> None:
    question = asked(desk, stale(slope=1.0, seed=6))
    text = calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert text.split("\n")[0].endswith("No segment is off by more than the rest beyond chance.")
    reading = calibration_slices_reading(calibration_slices(engine, question, ["region"]))
    assert reading == "By region, none of 4 slices has scores that are off on the whole beyond chance."


def test_a_column_that_tells_the_label_leads_no_ranking_and_is_named_with_the_reason(
    desk: Desk, engine: Engine
) -> None:
    nth = pl.col(
        "label"
    ).cum_sum()  # when a settlement ends: a few positives alone have one, of each month too few for a slice
    ends = pl.when((pl.col("label") == 1) & (nth <= 60)).then(pl.format("month {}", nth % 10))
    question = asked(desk, stale().with_columns(ends=ends), segments=("region", "delay", "ends"))
    scan = calibration_scan(engine, question)
    assert scan.told == ("delay", "ends") and set(scan.table["column"]) == {"region"}
    assert "Left out: delay and ends tell the label, as what is known only after the outcome does" in scan_reading(scan)
    alone = calibration_scan(engine, asked(desk, stale(seed=4), segments=("delay",)))
    assert alone.told == () and set(alone.table["column"]) == {"delay"}


@patch("analytics.query.kept._MAX_HELD_CELLS", 0)
def test_the_whole_its_course_and_recalibration_come_from_one_query(desk: Desk) -> None:
    """Counts are to the last one those of queries of their own, sums within rounding."""
    question = asked(desk, opposed(6_000), time="day")
    fast, slow = Engine(desk.workspace), Engine(desk.workspace)
    one, course, maps = calibration(fast, question), calibration_time(fast, question), recalibration(fast, question)
    assert fast.n_queries == 1
    with patch("analytics.query.kept._MAX_CELLS", 0):
        other = calibration(slow, question)
    assert slow.n_queries == 1
    wanted_course, wanted_maps = calibration_time(slow, question), recalibration(slow, question)
    assert slow.n_queries == 2 and course is not None and wanted_course is not None
    for name in ("bins", "numbers", "chance", "isotonic", "histogram"):
        assert_frame_equal(getattr(one, name), getattr(other, name), rel_tol=1e-9)
    assert one.bins["n"].equals(other.bins["n"]) and one.selective == other.selective
    assert_frame_equal(course.table, wanted_course.table, rel_tol=1e-9)
    assert_frame_equal(maps.table, wanted_maps.table, rel_tol=1e-6)


def test_the_day_on_which_calibration_broke_is_named(desk: Desk, engine: Engine) -> None:
    frame = opposed().filter(pl.col("region") == "fair")
    rng = np.random.default_rng(1)
    is_late = pl.col("day") >= pl.date(2024, 2, 10)
    raised = pl.Series((rng.random(len(frame)) < 0.25).astype(int))
    broken = frame.with_columns(label=pl.when(is_late).then(pl.max_horizontal("label", raised)).otherwise("label"))
    found = calibration_time(engine, asked(desk, broken, time="day"))
    assert found is not None and found.broke is not None and found.every == "1d"
    assert abs((found.broke.bucket - pl.Series(["2024-02-10"]).str.to_datetime()[0]).days) <= 1
    assert found.turn is not None and found.turn.before == 0.0 > found.turn.after
    assert "The observed rate moved" in calibration_trend_reading(found)
    calm = calibration_time(engine, asked(desk, frame, time="day"))
    assert calm is not None and calm.broke is None


def test_labels_that_come_late_are_no_break_of_calibration(desk: Desk, engine: Engine) -> None:
    frame = opposed().filter(pl.col("region") == "fair").with_columns(pl.col("day").cast(pl.Datetime("us")))
    rng = np.random.default_rng(2)
    days = np.where(frame["label"].to_numpy() == 1, rng.exponential(12, len(frame)), rng.exponential(2, len(frame)))
    late = frame.with_columns(label_at=pl.col("day") + pl.Series((days * 86_400e6).astype(int)).cast(pl.Duration("us")))
    end = frame["day"].max()
    late = late.with_columns(pl.when(pl.col("label_at") <= end).then(pl.col("label", "label_at")))
    question = asked(desk, late, time="day", label_time="label_at")
    found = calibration_time(engine, question)
    assert found is not None and found.broke is not None and found.is_of_unripe
    said = calibration_trend_reading(found)
    assert said.startswith("By the labels that are there calibration broke") and "may be all of it" in said
    first = calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert "By the labels that are there scores are too high" in first and "still come in" in first
    ripe = replace(question, cohort=Cohort((Clause("day", "lt", (str(found.unripe_from)[:10],)),)))
    assert "By the labels" not in calibration_reading(calibration(engine, ripe), calibration_scan(engine, ripe).table)


def test_numbers_equal_scikit_learns_and_the_isotonic_curve_is_its_own(desk: Desk, engine: Engine) -> None:
    frame = opposed(3_000).with_columns(score=pl.col("score") ** 2)
    question = asked(desk, frame)
    row = calibration(engine, question).numbers.row(0, named=True)
    y, score = frame["label"].to_numpy(), frame["score"].to_numpy()
    assert (row["brier"], row["log_loss"]) == pytest.approx((brier_score_loss(y, score), log_loss(y, score)))
    parts = row["reliability"] - row["resolution"] + row["uncertainty"] + row["within"]
    assert parts == pytest.approx(row["brier"], abs=1e-12)
    curve = calibration(engine, question).isotonic
    fit = IsotonicRegression(out_of_bounds="clip").fit(score, y)
    expected = fit.predict(curve["score"].to_numpy())
    assert np.abs(curve["observed"].to_numpy() - expected).max() < 1e-9
    width = calibration(engine, question, binning="equal_width", groups=10).bins
    assert width.height == 10 and width["n"][-1] == 0 and width["observed"][-1] is None


def test_recalibration_mends_a_shift_on_later_rows_and_by_halves(desk: Desk, engine: Engine) -> None:
    frame = opposed().with_columns(score=pl.col("score") * 0.5)
    for roles, split, share in (("day", "time", 0.5), (None, "time", 0.5), ("day", "rows", 0.3), ("day", "time", 0.3)):
        question = asked(desk, frame, time=roles)
        found = recalibration(engine, question, Costs(fp=1, fn=3), split=split, share=share)  # type: ignore[arg-type]
        assert (found.split is not None) == (roles is not None and split == "time")
        assert found.fitted_rows + found.judged_rows == len(frame)
        assert found.fitted_rows / len(frame) == pytest.approx(share, abs=0.02)
        rows = {row["method"]: row for row in found.table.iter_rows(named=True)}
        assert (
            set(rows) == {"as logged", "sigmoid", "isotonic", "beta", "temperature"} and found.formula_threshold == 0.25
        )
        assert rows["as logged"]["ece"] > 0.2 and rows["isotonic"]["ece"] < 0.03
        assert rows["isotonic"]["cost_at_formula"] < rows["as logged"]["cost_at_formula"]
    assert recalibration(engine, asked(desk, frame), Costs(fp=-1, fn=-1)).formula_threshold is None
    with pytest.raises(QuestionError, match="between 0 and 1"):
        recalibration(engine, asked(desk, frame), share=1.0)


def test_scores_that_are_no_probabilities_have_a_cost_before_and_after(desk: Desk, engine: Engine) -> None:
    frame = opposed().with_columns(score=(pl.col("score") * 10).round())
    found = recalibration(engine, asked(desk, frame, time="day"), Costs(fp=1, fn=3))
    before, after = found.table.to_dicts()
    assert (before["method"], after["method"]) == ("as logged", "isotonic") and found.bins[
        "method"
    ].unique().to_list() == ["isotonic"]
    days = frame["day"].dt.strftime("%Y-%m-%d").to_numpy()
    is_early = days < (found.split or "")[:10]
    y, score = frame["label"].to_numpy(), frame["score"].to_numpy()

    def cost(threshold: float, part: np.ndarray) -> float:
        return float(np.where(y == 1, 3 * (score < threshold), score >= threshold)[part].mean())

    best = min(np.unique(score), key=lambda threshold: cost(threshold, is_early))
    assert before["best_threshold"] == best and before["cost_at_best"] == pytest.approx(cost(best, ~is_early))
    assert before["ece"] is None and before["cost_at_formula"] is None
    mapped = IsotonicRegression(out_of_bounds="clip").fit(score[is_early], y[is_early]).predict(score)
    by_hand = np.where(y == 1, 3 * (mapped < 0.25), mapped >= 0.25)[~is_early].mean()
    assert after["cost_at_formula"] == pytest.approx(by_hand)
    text = recalibration_reading(found, "isotonic", "€")
    assert f"At their best threshold, {best:.0f}, the scores as logged cost €" in text
    assert "the map at the threshold that the costs imply, 0.25, costs €" in text


def test_amounts_count_as_the_mean_of_their_label(desk: Desk, engine: Engine) -> None:
    frame = opposed().with_columns(worth=pl.col("label") * 40.0 + 5)
    question = asked(desk, frame, amount="worth")
    found = recalibration(engine, question, Costs(fp=3, fn=2, amount_cells=("fn",)))
    assert found.costs == Costs(fp=3, fn=90)
    assert found.formula_threshold == pytest.approx(3 / 93)
    plain = recalibration(engine, question, Costs(fp=3, fn=90))
    both = [answer.table.select("method", "n", "ece", "cost_at_formula") for answer in (found, plain)]
    assert_frame_equal(*both, abs_tol=1e-9)


def test_a_log_too_long_for_every_score_says_so_and_is_nearly_exact(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(9)
    score = rng.beta(2, 5, 40_000)
    frame = pl.DataFrame(
        {
            "score": score,
            "label": (rng.random(40_000) < score**1.1).astype(int),
            "region": rng.choice(["a", "b"], 40_000),
            "other": "x",
        }
    )
    question = asked(desk, frame)
    exact = calibration(engine, question)
    monkeypatch.setattr("analytics.answers.question.MAX_ROWS_FOR_EXACT_AREAS", 0)
    stepped = calibration(engine, question)
    assert exact.steps is None and stepped.steps is not None and stepped.steps <= 2_002
    assert "steps of the score" not in reliability_reading(exact) and "steps of the score" in reliability_reading(
        stepped
    )
    one, other = (found.numbers.row(0, named=True) for found in (exact, stepped))
    for name, near in (
        ("difference", 1e-12),
        ("brier", 1e-12),
        ("log_loss", 1e-12),
        ("ece", 5e-4),
        ("mce", 2e-3),
        ("slope", 1e-4),
        ("intercept", 1e-4),
    ):
        assert one[name] == pytest.approx(other[name], abs=near), name
    sizes = exact.bins["n"] - stepped.bins["n"]
    assert sizes.abs().max() <= 0.02 * exact.bins["n"].max() and sizes.abs().max() > 0  # type: ignore[operator]
    for name in ("mean_score", "observed"):
        assert (exact.bins[name] - stepped.bins[name]).abs().max() < 0.005  # type: ignore[operator]


def test_a_log_of_decisions_alone_is_answered_in_words(desk: Desk, engine: Engine) -> None:
    frame = opposed(200).with_columns(decision=(pl.col("score") > 0.5).cast(pl.Int64)).drop("score")
    question = asked(desk, frame, score=None, decision="decision", decision_positive=("1",))
    with pytest.raises(QuestionError, match="decisions alone"):
        calibration(engine, question)


@pytest.fixture
def real(data: Path) -> Path:
    return data


def test_compas_goes_through_its_isotonic_map(real: Path) -> None:
    path = real / "compas/compas-scores-two-years_noPII.csv"
    frame = pl.read_csv(path, infer_schema_length=None)
    y, decile = frame["two_year_recid"].to_numpy(), frame["decile_score"].to_numpy()
    mapped = IsotonicRegression().fit_transform(decile, y)
    (row,) = ask("calibration", path, *COMPAS)
    assert row["slice"] == {} and row["n"] == 7214
    assert row["brier"] == pytest.approx(brier_score_loss(y, mapped)) and row["ece"] < 0.01
    races = by_slice(ask("calibration", path, *COMPAS, "--by", "race", "--bins", "scores"))
    own = (frame["race"] == "Caucasian").to_numpy()
    assert races["Caucasian"]["difference"] == pytest.approx((mapped - y)[own].mean())


def test_flights_change_sign_between_september_and_december(real: Path) -> None:
    path = real / "nycflights/inference_log.parquet"
    rows = ask("calibration", path, "--over", "month", "--where", "role=live")
    months = {row["slice"]["scored_at"][5:7]: row for row in rows}
    published = {
        "09": (0.1324, 0.2206, 0.1105),
        "10": (0.1677, 0.2255, 0.1382),
        "11": (0.1735, 0.2466, 0.1460),
        "12": (0.3261, 0.2496, 0.1975),
    }
    for month, numbers in published.items():
        found = [months[month][name] for name in ("observed", "mean_score", "brier")]
        assert [round(value, 4) for value in found] == list(numbers)
    assert months["09"]["difference_low"] > 0 and months["11"]["difference_low"] > 0
    assert months["12"]["difference_high"] < 0
    for month, sign in (("9", 1), ("12", -1)):
        carriers = ask("calibration", path, "--by", "carrier", "--where", "role=live", "--where", f"month={month}")
        large = [row for row in carriers if row["n"] > 2_000]
        assert len(large) > 3 and all(np.sign(row["difference"]) == sign for row in large)


def test_the_employment_log_is_under_predicted_more_than_at_first(real: Path) -> None:
    folder = real / "nannyml"
    rows = by_slice(
        ask(
            "calibration",
            folder / "employment_MA_analysis_no_labels.parquet",
            "--labels",
            folder / "employment_MA_labels_delayed.parquet",
            "--id",
            "id",
            "--segments",
            "year",
            "--score",
            "predicted_probability",
            "--by",
            "year",
        )
    )
    off = [rows[year]["difference"] for year in sorted(rows)]
    assert sorted(rows) == [2016, 2017, 2018] and [round(rows[y]["observed"], 4) for y in sorted(rows)] == [
        0.5010,
        0.5032,
        0.5051,
    ]
    assert off[2] < off[0] < 0 and all(rows[year]["difference_high"] < 0 for year in rows)


def test_the_command_writes_every_format(desk: Desk) -> None:
    path = desk.frame(opposed(400))
    text = run("calibration", path, "--by", "region", "--groups", "5").stdout
    roles, blank, *lines = text.splitlines()
    assert roles.startswith("Roles: ") and not blank
    assert lines[0].split()[:3] == ["region", "n", "mean_score"] and len(lines) == 4
    (row,) = ask("calibration", path, "--groups", "5", "--bins", "equal-width")
    assert len(row["bins"]) == 5 and set(row["bins"][0]) == {
        "low",
        "high",
        "n",
        "mean_score",
        "observed",
        "observed_low",
        "observed_high",
    }
    assert "bins" in run("calibration", path, "--format", "csv").stdout.splitlines()[0]


def test_a_model_that_goes_stale_at_its_level_is_found_by_its_slope(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(7)
    n, days = 24_000, 120
    score = np.rint(rng.beta(2, 2, n) * 1000).clip(1, 999) / 1000
    day = rng.integers(0, days, n)
    rate = np.where(day < 80, score, score.mean() + 0.3 * (score - score.mean()))
    frame = pl.DataFrame(
        {
            "day": pl.Series(day)
            .cast(pl.Int32)
            .map_elements(lambda k: f"2024-{1 + k // 28:02d}-{1 + k % 28:02d}", pl.String),
            "score": score,
            "label": (rng.random(n) < rate).astype(int),
            "region": rng.choice(["a", "b"], n),
            "other": rng.choice(["x", "y"], n),
        }
    )
    found = calibration_time(engine, asked(desk, frame, time="day"), "1w")
    assert found is not None and found.broke is not None and found.broke.of_slope
    turned = pl.Series(["2024-03-25"]).str.to_datetime()[0]
    assert abs((found.broke.bucket - turned).days) <= 7
    text = calibration_trend_reading(found)
    assert "the level of the scores stayed, their slope did not" in text and "has gone stale" in text
    steady = frame.with_columns(label=pl.Series((rng.random(n) < score).astype(int)))
    calm = calibration_time(engine, asked(desk, steady, time="day"), "1w")
    assert calm is not None and calm.broke is None


@pytest.mark.parametrize("binning", ["equal_mass", "equal_width", "scores"])
@pytest.mark.parametrize("groups", [4, 15])
def test_ece_and_the_parts_of_the_brier_score_are_those_of_the_bins_shown(
    desk: Desk, engine: Engine, binning: Binning, groups: int
) -> None:
    rng = np.random.default_rng(5)
    score = rng.choice([0.1, 0.2, 0.2, 0.25, 0.6, 0.8, 0.97], 600)
    frame = pl.DataFrame({"score": score, "label": (rng.random(600) < score**2).astype(int)})
    log = desk.log(frame)
    question = Question(log, Cohort(), log.mapping.threshold)
    answer = calibration(engine, question, binning=binning, groups=groups)
    for row, bins in (
        (answer.numbers.row(0, named=True), answer.bins),
        (calibration_slices(engine, question, binning=binning, groups=groups).table.row(0, named=True), answer.bins),
    ):
        shown = bins.filter(pl.col("n") > 0)
        n, gap = shown["n"].to_numpy(), (shown["mean_score"] - shown["observed"]).to_numpy()
        spread = (shown["observed"] - frame["label"].mean()).to_numpy()
        assert row["ece"] == pytest.approx(float(n @ np.abs(gap)) / 600, abs=1e-12)
        assert row["mce"] == pytest.approx(float(np.abs(gap).max()), abs=1e-12)
        assert row["reliability"] == pytest.approx(float(n @ gap**2) / 600, abs=1e-12)
        assert row["resolution"] == pytest.approx(float(n @ spread**2) / 600, abs=1e-12)
        parts = row["reliability"] - row["resolution"] + row["uncertainty"] + row["within"]
        assert parts == pytest.approx(brier_score_loss(frame["label"], frame["score"]), abs=1e-12)
    chance = dict(zip(answer.chance["metric"], answer.chance["value"], strict=True))
    assert chance["ece"] == pytest.approx(row["ece"], abs=1e-12)
