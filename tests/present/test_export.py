from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO, StringIO

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.present.export import to_csv, to_parquet
from tests.present.made import HOSTILE

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\rx",
    "\nx",
    "  =1",
    "\u00a0=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "\ufeff=1",
    "\u200b=1",
    "\x1f=1",
    "\x00-1",
    "\x85+1",
    "\u2060=1",
    "-",
    "--",
    '=HYPERLINK("http://x")',
]
HARMLESS = ["a=1", "1-2", "", "é", "🙈", "'=1", "a\tb", "5", "−3", " x"]


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_run_becomes_text_in_cells_and_headers(text: str) -> None:
    assert read(to_csv(pl.DataFrame({text: [text], "b": [1]}))) == [[f"'{text}", "b"], [f"'{text}", "1"]]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_unchanged(text: str) -> None:
    assert read(to_csv(pl.DataFrame({"a": [text], "b": [1]}))) == [["a", "b"], [text, "1"]]


def test_numbers_stay_numbers() -> None:
    frame = pl.DataFrame({"a": [-1, None], "b": [-0.5, 2.25], "c": [True, False]})
    assert read(to_csv(frame)) == [["a", "b", "c"], ["-1", "-0.5", "true"], ["", "2.25", "false"]]


def test_categories_lists_times_and_bytes_are_guarded_as_well() -> None:
    frame = pl.DataFrame({"list": [["=1"]], "time": [datetime(2024, 1, 2)], "bytes": [b"=1"]}).with_columns(
        pl.Series("kind", ["=1"], dtype=pl.Enum(["=1"])), pl.Series("other", ["@x"], dtype=pl.Categorical)
    )
    row = dict(zip(*read(to_csv(frame)), strict=True))
    assert row["kind"] == "'=1"
    assert row["other"] == "'@x"
    assert row["list"] == "['=1']"
    assert row["bytes"] == "b'=1'"
    assert row["time"].startswith("2024-01-02")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.text(min_size=1))
def test_csv_reads_back_but_for_the_apostrophe(values: list[str], name: str) -> None:
    name = name.encode("utf-8", "ignore").decode() or "a"
    rows = read(to_csv(pl.DataFrame({name: values, f"{name}n": range(len(values))})))
    assert len(rows) == len(values) + 1
    for cell, value in zip([row[0] for row in rows], [name, *values], strict=True):
        assert cell in (value, f"'{value}")
        assert cell.lstrip()[:1] not in tuple("=+-@")


def test_no_row_and_no_column() -> None:
    assert to_csv(pl.DataFrame(schema={"a": pl.Int64, "=b": pl.String})) == b"a,'=b\n"
    assert to_csv(pl.DataFrame()) == b"\n"


def test_parquet_keeps_names_and_values() -> None:
    frame = pl.DataFrame({"=a": pl.Series(HOSTILE), "b": [-0.1] * len(HOSTILE)})
    assert pl.read_parquet(BytesIO(to_parquet(frame))).equals(frame)


def test_null_and_texts_that_read_like_it_stay_apart_in_the_columns_of_slices() -> None:
    values = [None, "(missing)", "'(missing)'", "", "it's", "=1"]
    frame = pl.DataFrame({"a": values, "b": [None, *["x"] * 5]})
    cells = read(to_csv(frame, ["a"]))[1:]
    written = [row[0] for row in cells]
    assert written == ["(missing)", "'(missing)'", "''(missing)''", "''", "it's", "'=1"]
    assert cells[0][1] == ""
    back = [
        None if text == "(missing)" else text[1:-1] if text.strip("'") in ("", "(missing)") else text
        for text in written
    ]
    assert back[:5] == values[:5]


def test_numbers_and_bins_of_slices_are_written_as_before() -> None:
    frame = pl.DataFrame({"a": [-1.5, None], "b": pl.Series(["0–9", None], dtype=pl.Enum(["0–9"]))})
    assert read(to_csv(frame, ["a", "b"]))[1:] == [["-1.5", "0–9"], ["(missing)", "(missing)"]]
