"""The library as files: back without loss from every format, and harmless in a spreadsheet."""

from __future__ import annotations

import io

import polars as pl
import pytest

from analytics.errors import InputError
from analytics.present.export import FORMULA
from analytics.present.library import FORMATS, library_table, read_library, write_library
from tests.review.cases import HOSTILE, case

CASES = [
    case(0, tags=("a", "b"), label=None),
    *(case(k, why=text, log_name=text, fields={text: text, "x": -1.5}) for k, text in enumerate(HOSTILE, start=1)),
]


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_every_format_comes_back_without_loss(file_format: str) -> None:
    found, refused = read_library(write_library(CASES, file_format))
    assert (found, refused) == (CASES, [])
    assert read_library(write_library([], file_format)) == ([], [])


def test_nothing_in_the_csv_is_run_by_a_spreadsheet() -> None:
    table = pl.read_csv(write_library(CASES, "csv"), has_header=False, infer_schema=False)
    cells = pl.concat(table.get_columns())
    assert len(cells) > 300
    assert cells.filter(cells.str.contains(FORMULA)).to_list() == []
    assert '\'=HYPERLINK("http://x")' in cells.to_list()


def test_parquet_holds_the_values_as_they_are() -> None:
    table = pl.read_parquet(io.BytesIO(write_library(CASES, "parquet")))
    assert table["why"].to_list()[1:] == list(HOSTILE)
    assert table["label"].null_count() == 1
    assert table.columns == library_table(CASES).columns


def test_entries_that_are_no_case_are_named_and_the_others_read() -> None:
    lines = [CASES[0].to_json(), "{broken", "[" * 10_000, '{"row_id": 1}', "", CASES[1].to_json()]
    found, refused = read_library("\n".join(lines).encode())
    assert found == CASES[:2]
    assert [sentence.split(":")[0] for sentence in refused] == ["Entry 2", "Entry 3", "Entry 4"]


@pytest.mark.parametrize("content", [b"PAR1 nothing", b"a,b\n1,2\n", b"\xff\xfe\x00", b"\x00" * 50, b'{"a": "\xff"}'])
def test_another_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InputError, match="Expected a library"):
        read_library(content)
    with pytest.raises(InputError, match="jsonl, csv or parquet"):
        write_library([], "xls")
