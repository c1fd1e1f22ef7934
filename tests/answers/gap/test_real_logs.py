"""The gap on the real logs, and as the command line tells it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.present import words
from analytics.reading import api
from tests.commands.test_command_line import ask, real, run, shared_home
from tests.ingested import Desk, run_here

__all__ = ["real", "shared_home"]  # fixtures: the real logs are read once for all tests

FLIGHTS = "nycflights/inference_log.parquet"
SAMPLE = Path(__file__).parents[3] / "sample_data"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "run_child", run_here)


def parts(answer: dict[str, Any]) -> dict[str, float]:
    return {part["part"]: part["value"] for part in answer["parts"]}


def test_september_against_december_is_led_by_the_base_rate(real: Path) -> None:
    answer = ask("gap", real / FLIGHTS, "--where", "role=live", "--reference", "month=9", "--production", "month=12")
    frame = pl.read_parquet(real / FLIGHTS, columns=["month", "role", "label", "decision"]).drop_nulls("label")
    for side, month in (("reference", 9), ("production", 12)):
        rows = frame.filter((pl.col("role") == "live") & (pl.col("month") == month))
        assert answer[side] == pytest.approx(float((rows["decision"] != rows["label"]).mean()), abs=1e-12)
        assert answer[f"n_{side}"] == rows.height
    assert (answer["prevalence_reference"], answer["prevalence_production"]) == pytest.approx(
        (0.1324, 0.3261), abs=5e-5
    )
    found = parts(answer)
    assert max(found, key=lambda name: found[name]) == "base_rate" and answer["kind"] == "label"
    assert sum(found.values()) == pytest.approx(answer["change"], abs=1e-12)
    left_out = {entry["column"]: entry["reason"] for entry in answer["left_out"]}
    assert "only after the outcome" in left_out["arr_delay"] and "apart" in left_out["month"]
    for column in answer["columns"]:
        assert column["mix"] + column["within"] == pytest.approx(answer["change"], abs=1e-12)
        assert sum(row["contribution"] or 0.0 for row in column["slices"]) == pytest.approx(answer["change"], abs=1e-12)
    assert answer["mend"][0]["what"] == "system" and not answer["jointly"]["is_conclusive"]


def test_two_versions_on_the_same_flights_differ_in_nothing_that_comes_in(real: Path) -> None:
    answer = ask(
        "gap",
        real / FLIGHTS,
        "--where",
        "month in 5,6",
        "--reference",
        "model_version=v2",
        "--production",
        "model_version=v1",
        "--by",
        "carrier",
    )
    found = parts(answer)
    for name in ("segments", "missingness"):
        assert found[name] == pytest.approx(0.0, abs=1e-9)
    assert abs(found["base_rate"]) < 0.001 and answer["kind"] in ("concept", "scale")
    assert all(not entry["is_beyond_noise"] for entry in answer["inputs"])


def test_the_break_of_the_car_loans_has_its_date(real: Path) -> None:
    folder = real / "nannyml"
    answer = ask(
        "gap",
        folder / "synthetic_car_loan_reference.parquet",
        folder / "synthetic_car_loan_analysis.parquet",
        "--labels",
        folder / "synthetic_car_loan_analysis_target.parquet",
        "--label",
        "repaid",
        "--score",
        "y_pred_proba",
        "--id",
        "id",
        "--threshold",
        "0.5",
    )
    # The sixth chunk of 5,000 rows begins on 31 March 2019.
    assert answer["since"] == "2019-04-01T00:00:00"
    assert answer["kind"] == "concept" and answer["n_pending"] == 0
    assert answer["production"] == pytest.approx(1 - 0.9316, abs=2e-4)


def test_employment_with_labels_that_came_later(real: Path, tmp_path: Path) -> None:
    folder = real / "nannyml"
    half = tmp_path / "half.parquet"
    pl.read_parquet(folder / "employment_MA_labels_delayed.parquet").filter(pl.col("id") % 2 == 0).write_parquet(half)
    answer = ask(
        "gap",
        folder / "employment_MA_reference.parquet",
        folder / "employment_MA_analysis_no_labels.parquet",
        "--labels",
        half,
        "--label",
        "employed",
        "--score",
        "predicted_probability",
        "--id",
        "id",
        "--threshold",
        "0.5",
        "--production",
        "year=2018",
        "--metric",
        "brier",
    )
    assert answer["reference"] == pytest.approx(0.1229, abs=5e-5) and answer["production"] == pytest.approx(
        0.1213, abs=1e-3
    )
    assert math.isclose(sum(parts(answer).values()), answer["change"], abs_tol=1e-12)
    assert abs(parts(answer)["coverage"]) < 1e-3 and answer["n_pending"] > 30_000
    assert answer["change_pending_low"] < answer["change"] < answer["change_pending_high"]


def test_the_rehearsal_of_the_sample_is_told_as_its_readme_says(desk: Desk, shared_home: None) -> None:
    answer = ask(
        "gap", SAMPLE / "flights.parquet", "--reference", "role=evaluation", "--production", "role=rehearsed pilot"
    )
    rows = pl.read_parquet(SAMPLE / "flights.parquet", columns=["role", "label", "decision", "dep_delay"]).drop_nulls(
        "label"
    )
    for side, role in (("reference", "evaluation"), ("production", "rehearsed pilot")):
        own = rows.filter(pl.col("role") == role)
        assert answer[side] == pytest.approx(float((own["decision"] != own["label"]).mean()), abs=1e-12)
    found = parts(answer)
    assert sum(found.values()) == pytest.approx(answer["change"], abs=1e-12)
    assert answer["by"] == ["dep_delay"] and answer["kind"] == "covariate"
    assert [name for name in ("missingness", "base_rate") if found[name] > 0.03] == ["missingness", "base_rate"]
    assert {part["part"] for part in answer["parts"] if part["value_low"] > 0 or part["value_high"] < 0} == {
        "missingness",
        "base_rate",
    }
    size, emptied, base_rate = (
        f"{100 * value:.1f}" for value in (answer["change"], found["missingness"], found["base_rate"])
    )
    readme = " ".join((SAMPLE / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"rose by {size} points, and {emptied} of them are fields that arrive empty, `dep_delay` by name; {base_rate} are"
        in readme
    )
    front = " ".join((SAMPLE.parent / "README.md").read_text(encoding="utf-8").split())
    right = [f"{100 * (1 - answer[side]):.1f} %" for side in ("reference", "production")]
    assert (
        f"an accuracy of {right[0]} on the reviewed records of September and of {right[1]} in its December pilot"
        in front
    )
    assert (
        f"{emptied} of the {size} points are `dep_delay`, which arrives empty in 94.4 % of rows, and {base_rate} are the base rate"
        in front
    )
    reading = answer["reading"].replace(words.THIN_SPACE, " ")
    assert reading.startswith(f"The error rate rose from {100 * answer['reference']:.1f} % to")
    lead, details = reading.split("\n")
    assert lead.endswith("Most of it is fields that arrive empty (dep delay: 3.1 % → 94.4 % of rows).")
    assert f"fields that arrive empty (dep delay: 3.1 % → 94.4 % of rows) +{emptied} points (" in details
    assert answer["mend"][0]["what"] == "data" and answer["mend"][0]["column"] == "dep_delay"
    bars = next(entry for entry in answer["inputs"] if entry["column"] == "dep_delay")
    assert (
        bars["bars"][-1] == words.MISSING and bars["shares_production"][-1] > 0.9 > 0.1 > bars["shares_reference"][-1]
    )


def test_one_side_alone_is_refused_in_words(desk: Any) -> None:
    path = desk.file("score,label,region\n" + "0.9,1,a\n0.2,0,b\n" * 30)
    result = run("gap", path)
    assert result.exit_code == 2 and "Expected two sides" in result.output
    result = run("gap", path, "--reference", "region=a", "--production", "region=a")
    assert result.exit_code == 2 and "same rows" in result.output
    result = run("gap", path, "--reference", "region=a", "--production", "region=b", "--metric", "auroc")
    assert result.exit_code == 2 and "can be split" in result.output
