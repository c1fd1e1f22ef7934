"""Separators, quotes and headers of CSV; what does not fit is set aside and can be read back."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.errors import InputError
from analytics.log.mapping import Mapping
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.thorough import amount

ROWS = [
    ["id", "score", "note"],
    ["1", "0.5", "plain"],
    ["2", "0.25", "a, b; c"],
    ["3", "0.125", "two\nlines"],
    ["4", "1", 'say "x"'],
]


def joined(rows: list[list[str]], delimiter: str, newline: str = "\n") -> str:
    lines = [
        delimiter.join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',;|\t\n"') else cell for cell in row)
        for row in rows
    ]
    return newline.join(lines) + newline


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiters(desk: Desk, delimiter: str, newline: str) -> None:
    upload = desk.stage(joined(ROWS, delimiter, newline))
    assert upload.reading.names == ("id", "score", "note")
    assert upload.sample == [[row[0], str(float(row[1])), row[2]] for row in ROWS[1:]]
    assert upload.reading.set_aside == ()


def test_decimal_commas_between_semicolons_are_numbers(desk: Desk) -> None:
    reading = desk.read("id;score\n1;0,5\n2;0,25\n3;0,75\n")
    assert reading.names == ("id", "score")
    assert (reading.column("score").type, reading.column("score").high) == ("DOUBLE", "0.75")


@pytest.mark.parametrize("header", ["nr;quote;region;wert;betrug;alt\n", ""])
def test_as_many_decimal_commas_as_there_are_are_no_delimiters(desk: Desk, header: str) -> None:
    """Three numbers a row have three commas, which cut each line into four as regularly as semicolons do into six."""
    rows = [f"6000{row:03};0,{row:03};b;0,{row + 300};{'JA' if row % 3 else 'NEIN'};0,{row + 500}" for row in range(60)]
    reading = desk.read(header + "\n".join(rows) + "\n")
    assert (reading.rows_kept, len(reading.names)) == (60, 6)
    assert [reading.columns[place].high for place in (1, 3, 5)] == ["0.059", "0.359", "0.559"]


def test_bars_inside_of_values_are_no_delimiters_where_the_names_have_commas(desk: Desk) -> None:
    rows = [f"{row},{row % 7}|{row % 5}|{row % 3}|4|5|6|7" for row in range(40)]
    assert desk.read("id,places\n" + "\n".join(rows) + "\n").names == ("id", "places")


def test_a_single_column(desk: Desk) -> None:
    reading = desk.read("score\n0.5\n0.25\n")
    assert (reading.names, reading.rows_kept, reading.column("score").type) == (("score",), 2, "DOUBLE")


def test_doubled_empty_and_padded_headers(desk: Desk) -> None:
    reading = desk.read("a,a,,a_1, b ,A\n" + "1,2,3,4,5,6\n" * 3)
    assert reading.names == ("a", "a_2", "column 3", "a_1", " b ", "A")


def test_a_header_alone(desk: Desk) -> None:
    reading = desk.read("id,score,label\n")
    assert (reading.names, reading.rows_read, reading.rows_kept) == (("id", "score", "label"), 0, 0)


def test_without_a_header_columns_are_numbered(desk: Desk) -> None:
    reading = desk.read("1,0.5,x\n2,0.25,y\n3,0.75,z\n")
    assert reading.names == ("column 1", "column 2", "column 3")
    assert reading.rows_kept == 3


def test_all_text_first_line_is_the_header(desk: Desk) -> None:
    reading = desk.read("name,city\nann,rome\nbob,oslo\n")
    assert (reading.names, reading.rows_kept) == (("name", "city"), 2)


def test_blank_lines_and_a_missing_last_newline(desk: Desk) -> None:
    reading = desk.read("id,score\n1,0.5\n2,0.25")
    assert reading.rows_kept == 2
    assert desk.read("\n\nid,score\n1,0.5\n2,0.25\n").names == ("id", "score")


@pytest.mark.parametrize("content", ["\n", "\n\n\n", "\r\n"])
def test_nothing_but_blank_lines(desk: Desk, content: str) -> None:
    with pytest.raises(InputError, match="header"):
        desk.stage(content)


BAD = ["3", "4,0.5,x,EXTRA", "x,y,z,4,5,6"]


@pytest.mark.parametrize("bad", [BAD[:1], BAD[:2], BAD[:3]])
def test_lines_that_do_not_fit_are_set_aside_and_can_be_read_back(desk: Desk, bad: list[str]) -> None:
    """One bad line is enough to make DuckDB's own reader return a single column."""
    good = [f"{place},{place / 1000},n{place}" for place in range(1_000)]
    lines = [*good[:500], *bad, *good[500:]]
    log = desk.log("id,score,note\n" + "\n".join(lines) + "\n")
    reading = log.reading
    assert reading.names == ("id", "score", "note")
    assert (reading.rows_read, reading.rows_kept, log.n_rows) == (1_000 + len(bad), 1_000, 1_000)
    assert sum(reason.rows for reason in reading.set_aside) == len(bad)
    engine = Engine(desk.workspace)
    kept = engine.set_aside(log).sort("line")
    engine.close()
    assert kept.columns == ["line", "reason", "text"]
    assert kept["text"].str.strip_chars().to_list() == bad
    assert kept["line"].to_list() == [502 + place for place in range(len(bad))]
    assert {finding.code for finding in log.findings} >= {"rows-set-aside"}


def test_what_was_set_aside_survives_another_mapping(desk: Desk) -> None:
    log = desk.log("id,score,label\n1,0.5,1\n2\n3,0.25,0\n" + "4,0.125,0\n" * 50)
    other = desk.remap(log, Mapping(score="score", label="label", positive=("0",)))
    engine = Engine(desk.workspace)
    assert engine.set_aside(other).rows() == [(3, "missing columns", "2")]
    engine.close()


def test_an_unclosed_quote_is_part_of_its_field_and_said(desk: Desk) -> None:
    good = [f"{place},{place / 100},n" for place in range(100)]
    reading = desk.read("id,score,note\n" + "\n".join([*good, '6,0.5,"never closed']) + "\n")
    assert (reading.rows_kept, reading.rows_read) == (101, 101)
    assert reading.column("note").top == (("n", 100), ('"never closed', 1))
    assert reading.repairs == ("1 line was repaired: 1 with a stray quote.",)


CELL = st.text(alphabet="ab ,;\"\n\r'\\=é", max_size=6)


@settings(max_examples=amount(15, 30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12))
def test_quoted_cells_arrive_as_they_are(desk: Desk, rows: list[list[str]]) -> None:
    """RFC 4180, every field quoted: what was written is read, cell by cell; empty is missing."""
    upload = desk.stage(desk.csv(["x id", "y", "z"], [[f"r{place}", *row[1:]] for place, row in enumerate(rows)]))
    reading = upload.reading
    assert reading.names == ("x id", "y", "z")
    assert reading.rows_read == reading.rows_kept + sum(reason.rows for reason in reading.set_aside) == len(rows)
    assert [row[0] for row in upload.sample] == [f"r{place}" for place in range(len(rows))]
    for place in (1, 2):
        column = reading.columns[place]
        expected = [row[place] or None for row in rows]
        if column.type == "VARCHAR":
            assert [row[place] for row in upload.sample] == expected


def test_a_wide_log(desk: Desk) -> None:
    frame = pl.DataFrame({f"column number {place}": [place, place + 1] for place in range(300)})
    assert len(desk.read(frame.write_csv()).names) == 300


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "cells",
    [
        ["4. Neurosis", "2. Personality Disorder", "5. Other"],
        ["12 March", "1 May", "30 June 2024"],
        ["level: high", "level: low", "none"],
        ["#3 in line", "#17", "#4 last"],
    ],
)
def test_words_within_cells_do_not_cut_a_list(desk: Desk, delimiter: str, cells: list[str]) -> None:
    """Each line is cut alike by one separator; blanks, colons and marks within its cells are regular on most lines only."""
    rows = [
        ["case", "a", "b", "c"],
        *([str(place), *(cells[(place + turn % 2) % 3] for turn in range(3))] for place in range(30)),
    ]
    upload = desk.stage("".join(delimiter.join(row) + "\n" for row in rows))
    assert upload.reading.names == ("case", "a", "b", "c")
    assert (upload.reading.rows_kept, upload.reading.set_aside) == (30, ())
