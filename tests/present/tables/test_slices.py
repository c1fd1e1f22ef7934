from __future__ import annotations

import json
from datetime import datetime

import polars as pl
import pytest

from analytics.answers.slices import COUNTED
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.slices import compared_by
from analytics.present import words
from analytics.present.marks.slices import compared_words, p_words
from analytics.present.tables.slices import (
    column_labels,
    json_value,
    slice_display_table,
    slice_json_rows,
    with_question,
)
from tests.present.made import HOSTILE, hostile_answer, make_answer, make_question


def test_display_table_keeps_the_numbers_and_shows_differences_in_points() -> None:
    answer = make_answer([("EV", 30, 40, 10, 20, 3, 1), (None, 40, 10, 5, 45, 0, 0), ("few", 1, 1, 1, 1, 0, 0)])
    table = slice_display_table(answer)
    labels = [words.value_label(value) for value in answer.table["slice_0"]]
    assert table["carrier"].to_list() == [*labels[:-1], f"{labels[-1]} · few rows"]
    assert words.MISSING in table["carrier"].to_list()
    for name in ("n", "n_labelled", "error_rate", "p_adjusted", "excess_errors", "share_of_errors", "few_rows"):
        assert table[name].to_list() == answer.table[name].to_list()
    assert table["difference"].to_list() == pytest.approx((100 * answer.table["difference"]).to_list())
    assert set(table.columns) - set(column_labels(answer)) == {"carrier"}


def test_a_file_of_slices_says_its_log_its_cohort_and_its_threshold_whatever_its_columns_are_called() -> None:
    question = make_question("flights.csv")
    table = pl.DataFrame({"carrier": ["EV", None], "log": [1, 2]})
    said = with_question(table, question)
    assert said.columns == ["carrier", "log", "log (question)", "cohort", "threshold"]
    assert said["log"].to_list() == [1, 2]
    assert said.rows()[1][2:] == ("flights.csv", "carrier is flights.csv or B6", 0.8)


def test_difference_of_what_is_no_share_keeps_its_unit() -> None:
    answer = make_answer([("EV", 30, 40, 10, 20, 0, 0), ("B6", 40, 10, 5, 45, 0, 0)], metric="f1")
    assert slice_display_table(answer)["difference"].to_list() == answer.table["difference"].to_list()
    assert "points" not in column_labels(answer)["difference"]


@pytest.mark.parametrize("by", [("n",), ("few_rows", "n"), ("error_rate", "error_rate_1"), ("a", "a_1")])
def test_names_of_columns_that_are_taken_get_a_number(by: tuple[str, ...]) -> None:
    answer = make_answer([(*["x"] * len(by), 30, 40, 10, 20, 0, 0), (*["y"] * len(by), 9, 9, 9, 9, 0, 0)], by=by)
    table = slice_display_table(answer)
    assert len(set(table.columns)) == len(table.columns)
    assert table["n"].sum() == 136


def test_hostile_values_stay_apart() -> None:
    answer = hostile_answer()
    labels = slice_display_table(answer)["<b>n</b>"].to_list()
    assert len(set(labels)) == len(HOSTILE)


def test_json_rows_hold_everything_unrounded_and_null_for_what_is_undefined() -> None:
    answer = make_answer([("EV", 30, 40, 10, 20, 3, 1), (None, 0, 0, 0, 7, 0, 0)])
    rows = slice_json_rows(answer)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    by_slice = {row["slice"]["carrier"]: row for row in rows}
    assert by_slice["EV"]["error_rate"] == 0.5
    assert by_slice[None]["recall"] is None
    assert by_slice[None]["few_rows"] is True
    wanted = {"slice", "n", "n_labelled", "n_pos", "tp", "fp", "fn", "tn", "difference", "p_adjusted", "excess_errors"}
    wanted |= {"share_of_errors", "few_rows"}
    wanted |= {f"{name}{end}" for name in COUNTED for end in ("", "_low", "_high", "_difference", "_p_adjusted")}
    assert wanted <= set(rows[0])
    assert not any(name.startswith("slice_") for name in rows[0])


def test_json_rows_of_two_columns_that_are_called_like_numbers() -> None:
    rows = slice_json_rows(make_answer([(1, True, 30, 40, 10, 20, 0, 0)], by=("n", "tp")))
    assert rows[0]["slice"] == {"n": 1, "tp": True}
    assert rows[0]["n"] == 100


def test_json_values() -> None:
    assert json_value(float("inf")) is None
    assert json_value(datetime(2024, 1, 2)) == "2024-01-02T00:00:00"


@pytest.mark.parametrize("metric", used_in("slices"))
def test_what_p_compares_is_said_for_every_metric(metric: str) -> None:
    said = p_words(metric)
    compared = compared_by(metric)[0]
    if METRICS[metric].is_of_errors:
        assert "the model's part" in said
    else:
        assert METRICS[metric].label.lower() in said.lower()
        assert ("base rate explains" in said) == compared.endswith("_beyond") and ("to the rest" in said) != (
            "base rate" in said
        )
    assert "Benjamini–Hochberg" in said and ("base rate" in compared_words(metric)) == ("base rate" in said)
