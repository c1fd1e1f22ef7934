"""Numbers: intervals that the log gives, predicted against true by bin, and real logs against scikit-learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.metrics import log_loss, mean_absolute_error, root_mean_squared_error

from analytics.answers.calibration.numbers import numbers
from analytics.answers.overview import Overview, overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log import views
from analytics.log.column import Column
from analytics.log.intervals import interval_around, interval_columns, level_of
from analytics.log.right import Right
from analytics.log.schema import Log
from analytics.measure.intervals import wilson
from analytics.present.readings import numbers_reading, overview_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


def forecasts(n: int = 900, shift: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    predicted = rng.gamma(4, 25, n)
    true = predicted + rng.normal(shift, 10, n)
    part = rng.choice(["a", "b"], n)
    return pl.DataFrame({"predicted": predicted, "actual": true, "part": part}).with_columns(
        p10=pl.when(pl.int_range(pl.len()) % 9 > 0).then(pl.col("predicted") - 12.8), p90=pl.col("predicted") + 12.8
    )


def of_numbers(desk: Desk, frame: pl.DataFrame | Path, right: Right) -> Log:
    staged = desk.stage(frame if isinstance(frame, Path) else frame.write_csv())
    guessed = views.with_interval(right, staged.reading) if right.kind == "numbers" else right
    return desk.build(staged, views.right_or_wrong(staged.mapping, staged.reading, guessed))


def answered(desk: Desk, log: Log) -> tuple[Engine, Question, Overview]:
    engine, question = Engine(desk.workspace), Question(log, Cohort(), log.mapping.threshold)
    return engine, question, overview(engine, question)


NEAR = Right("numbers", "actual", "predicted", tolerance=10.0)


def test_coverage_and_width_are_counted_where_there_is_an_interval(desk: Desk) -> None:
    frame = forecasts()
    engine, question, found = answered(desk, of_numbers(desk, frame, NEAR))
    right = question.log.mapping.right
    assert right is not None and (right.lower, right.upper) == ("p10", "p90"), "guessed from the names"
    held = frame.drop_nulls("p10")
    inside = held["actual"].is_between(held["p10"], held["p90"])
    expected = wilson(np.array([float(inside.sum())]), np.array([float(held.height)]))
    assert found.value("interval_coverage") == pytest.approx(tuple(float(end[0]) for end in vars(expected).values()))
    assert found.value("interval_width")[0] == pytest.approx(25.6)
    assert "of intervals that say 80.0\u202f%" in overview_reading(found, question)
    for row in slices(engine, question, ["part"], metric="interval_coverage").table.iter_rows(named=True):
        assert row["interval_coverage"] == pytest.approx(inside.filter(held["part"] == row["slice_0"]).mean())


def test_a_log_without_intervals_is_not_asked_for_them(desk: Desk) -> None:
    _, question, found = answered(desk, of_numbers(desk, forecasts().drop("p10"), NEAR))
    assert not question.log.mapping.has_interval
    assert "interval_coverage" not in set(found.metrics["metric"]) and found.value("mae")[0] is not None


@pytest.mark.parametrize(
    ("names", "ends", "level"),
    [
        (["p50", "p05", "p95"], ("p05", "p95"), 0.9),
        (["yhat", "yhat_lower", "yhat_upper"], ("yhat_lower", "yhat_upper"), None),
        (["lo_80", "hi_80", "hi_95", "lo_95"], ("lo_80", "hi_80"), 0.8),
        (["lower bound", "upper bound"], ("lower bound", "upper bound"), None),
        (["lower", "p90", "flow"], None, None),
        (["q10", "forecast_q90"], None, None),
    ],
)
def test_ends_of_intervals_are_found_by_their_names(
    names: list[str], ends: tuple[str, str] | None, level: float | None
) -> None:
    found = interval_columns(names)
    assert found == ends
    assert found is None or level_of(*found) == level


def test_a_range_of_something_else_is_no_interval() -> None:
    rate, low, high = (
        Column(place, name, "DOUBLE", "number", low=ends[0], high=ends[1])
        for place, (name, *ends) in enumerate(
            [("rate", "5.3", "28.9"), ("fico_range_low", "660", "845"), ("fico_range_high", "664", "850")]
        )
    )
    assert interval_around(rate, [rate, low, high]) is None
    assert interval_around(replace(rate, low="663", high="846"), [low, high]) == ("fico_range_low", "fico_range_high")


@pytest.mark.parametrize("shift", [0.0, 20.0])
def test_bins_of_the_predicted_number(desk: Desk, shift: float) -> None:
    frame = forecasts(shift=shift)
    engine, question, _ = answered(desk, of_numbers(desk, frame, NEAR))
    found = numbers(engine, question)
    assert found.bins["n"].to_list() == [90] * 10
    ranked = frame.sort("predicted")
    for place, row in enumerate(found.bins.iter_rows(named=True)):
        part = ranked[90 * place : 90 * place + 90]
        assert row["mean_predicted"] == pytest.approx(part["predicted"].mean())
        test = stats.ttest_1samp(part["actual"].to_numpy(), 0).confidence_interval()
        assert (row["mean_true_low"], row["mean_true_high"]) == pytest.approx(tuple(test))
        error = (part["predicted"] - part["actual"]).to_numpy()
        assert (row["bias_low"], row["bias_high"]) == pytest.approx(
            tuple(stats.ttest_1samp(error, 0).confidence_interval())
        )
    said = numbers_reading(found)
    assert ("too low in 10 of 10 bins" in said) is (shift > 0)


def test_employment_is_a_number_within_tolerance(desk: Desk, data: Path) -> None:
    """A real log of 0 and 1 with probabilities: as a number it is off by |p - y|, and right where that is at most a half."""
    persons = pl.read_parquet(data / "nannyml/employment_MA_reference.parquet").head(5_000)
    made = persons.select(
        actual=pl.col("employed").cast(pl.Float64), predicted=pl.col("predicted_probability")
    ).with_columns(part=pl.Series(["a", "b"] * 2_500))
    _, _, found = answered(desk, of_numbers(desk, made, Right("numbers", "actual", "predicted", tolerance=0.5)))
    true, predicted = made["actual"].to_numpy(), made["predicted"].to_numpy()
    assert found.value("mae")[0] == pytest.approx(mean_absolute_error(true, predicted))
    assert found.value("rmse")[0] == pytest.approx(root_mean_squared_error(true, predicted))
    assert found.value("accuracy")[0] == pytest.approx((np.abs(true - predicted) <= 0.5).mean())


def test_interest_rates_are_scikit_learn_s(desk: Desk, data: Path) -> None:
    """A regression of the rate on some numbers, made here; the log has loans without the numbers as well."""
    loans = pl.read_csv(data / "lending-club/lending_club_1000.csv", infer_schema_length=None, ignore_errors=True)
    inputs = ["loan_amnt", "annual_inc", "dti", "fico_range_low"]
    rate = pl.col("int_rate").cast(pl.String).str.strip_chars(" %").cast(pl.Float64, strict=False)
    known = loans.select(
        "grade", *(pl.col(name).cast(pl.Float64, strict=False) for name in inputs), int_rate=rate
    ).drop_nulls()
    model = LinearRegression().fit(known.select(inputs).to_numpy(), known["int_rate"].to_numpy())
    made = known.with_columns(predicted=pl.Series(model.predict(known.select(inputs).to_numpy())))
    _, _, found = answered(desk, of_numbers(desk, made, Right("numbers", "int_rate", "predicted", tolerance=2.0)))
    true, predicted = made["int_rate"].to_numpy(), made["predicted"].to_numpy()
    assert found.counts["n"] == len(true) > 900
    assert found.value("mae")[0] == pytest.approx(mean_absolute_error(true, predicted))
    assert found.value("rmse")[0] == pytest.approx(root_mean_squared_error(true, predicted))
    assert found.value("bias")[0] == pytest.approx(0, abs=1e-9), "of a regression with a constant"
    assert found.value("accuracy")[0] == pytest.approx((np.abs(predicted - true) <= 2).mean())


def test_labels_between_0_and_1_count_as_they_are(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    score = rng.uniform(0.02, 0.98, 700)
    label = np.clip((score + rng.normal(0, 0.2, 700)).round(2), 0, 1)
    frame = pl.DataFrame({"score": score, "label": label, "part": ["a", "b"] * 350})
    staged = desk.stage(frame.write_csv())
    assert staged.mapping.right == Right("numbers", "label", "score", tolerance=0.5), "no cut is guessed"
    engine, question, found = answered(desk, desk.build(staged))
    assert found.value("mse")[0] == pytest.approx(((score - label) ** 2).mean()), "the Brier score"
    both, weights = np.repeat([1, 0], 700), np.concatenate([label, 1 - label])
    expected = log_loss(both, np.concatenate([score, score]), sample_weight=weights)
    assert found.value("cross_entropy")[0] == pytest.approx(expected)
    assert found.value("bias")[0] == pytest.approx((score - label).mean())
    bins = numbers(engine, question).bins
    assert (bins["n"] * bins["mean_true"]).sum() == pytest.approx(label.sum())
    cut = of_numbers(desk, frame, Right("grades", "label", mark=0.5))
    assert cut.n_positive == (label >= 0.5).sum(), "cut only where somebody says so"


def test_cross_entropy_has_no_value_beyond_probabilities(desk: Desk) -> None:
    _, _, found = answered(desk, of_numbers(desk, forecasts(), NEAR))
    assert found.value("cross_entropy") == (None, None, None) and found.value("mse")[0] is not None
