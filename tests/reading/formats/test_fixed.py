"""Listings whose columns stand below each other, and lines that stand in quotes as a whole: cell by cell what was written."""

from __future__ import annotations

import random

import pytest

from analytics.reading.formats.fixed import is_listing
from tests.ingested import Desk

NAMES = ["id", "seen at", "region", "score", "label"]


def cells(n: int, seed: int = 1) -> list[list[str]]:
    """Return rows with words of two parts, times, numbers of other lengths and, in a fifth of the cells, nothing."""
    rng = random.Random(seed)
    rows = []
    for row in range(n):
        region = rng.choice(["far north", "far west", "", "south"])
        label = rng.choice(["0", "1", "1", "0", ""])
        when = f"2025-03-{1 + row % 28:02} 08:{row % 60:02}:00"
        rows.append([f"a{row}", when, region, f"{rng.random() * 10 ** rng.randrange(3):.4f}", label])
    return rows


def listing(rows: list[list[str]], names: list[str], gap: str = "  ", rule: bool = False) -> list[str]:
    """Write rows as a program prints them: text at the left, numbers at the right of columns as wide as the widest."""
    widths = [max(len(row[place]) for row in [names, *rows]) for place in range(len(names))]
    right = (False, False, False, True, True)

    def line(row: list[str]) -> str:
        placed = zip(row, widths, right, strict=True)
        return gap.join(cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in placed)

    dashes = [" ".join("-" * width for width in widths)] if rule else []
    return [line(names).rstrip(), *dashes, *(line(row).rstrip() for row in rows)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("gap", ["  ", "     "])
def test_a_listing_is_read_cell_by_cell(desk: Desk, gap: str, seed: int) -> None:
    rows = cells(60, seed)
    reading = desk.read(desk.file("\n".join(listing(rows, NAMES, gap)) + "\n", "log.lst"))
    assert [*reading.names] == NAMES and reading.rows_kept == 60
    assert reading.column("region").n_missing == sum(not row[2] for row in rows)
    assert reading.column("label").n_missing == sum(not row[4] for row in rows)
    assert float(reading.column("score").high or 0) == max(float(row[3]) for row in rows)
    assert reading.column("seen at").kind == "time"
    assert dict(reading.column("region").top)["far west"] == sum(row[2] == "far west" for row in rows)


@pytest.mark.parametrize("below", ["40 rows selected.", "(40 rows affected)", "  40 record(s) selected."])
def test_dashes_below_the_names_say_where_columns_stand(desk: Desk, below: str) -> None:
    rows = cells(40)
    lines = listing(rows, NAMES, " ", rule=True)
    reading = desk.read(desk.file("\n".join([*lines, "", below]) + "\n", "log.lst"))
    assert [*reading.names] == NAMES and reading.rows_kept == 40
    assert reading.column("label").n_missing == sum(not row[4] for row in rows)


def test_titles_and_names_that_stand_again_are_no_rows(desk: Desk) -> None:
    rows = cells(90)
    lines = listing(rows, NAMES)
    title = "   Monthly scores of all regions, 3 March 2025, page 7 of 9 as it was printed"
    pages = [line for start in (1, 31, 61) for line in (title, "", lines[0], *lines[start : start + 30])]
    reading = desk.read(desk.file("\n".join(pages) + "\n", "log.lst"))
    assert [*reading.names] == NAMES and reading.rows_kept == 90


@pytest.mark.parametrize(
    "text",
    [
        "id,score\na1,0.5\na2,0.7\na3,1\n",
        "a  b, c\nd  e, f\ng  h, i\nj  k, l\n",
        "id score label\n1 0.5 1\n2 0.75 0\n3 0.1 1\n4 0.2 0\n",
        "The first line  of a text\nis followed by  another\nwhose words  stand anywhere\nas words  of texts do, always\n",
        "id   \tscore\na1   \t0.5\na22  \t0.7\na3   \t1\n",
        "score  \n0.5  \n0.7  \n0.9  \n",
        "---- ---- --\n" * 9,
    ],
)
def test_what_is_no_listing(text: str) -> None:
    assert not is_listing(text)


@pytest.mark.parametrize("tail", ["", ";;"])
def test_lines_in_quotes_as_a_whole(desk: Desk, tail: str) -> None:
    lines = ["id,note,score", *(f'a{row},""yes, {row}"",0.{row:02}' for row in range(40))]
    reading = desk.read("\n".join(f'"{line}"{tail}' for line in lines) + "\n")
    assert [*reading.names] == ["id", "note", "score"]
    assert (reading.rows_kept, reading.column("score").high, reading.column("note").n_distinct) == (40, "0.39", 40)


def test_texts_in_quotes_stay_texts(desk: Desk) -> None:
    assert [*desk.read('"note"\n"yes, but"\n"no"\n"well, well"\n').names] == ["note"]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("cell", ['="{}"', '"=""{}"""', "'{}"])
def test_texts_that_are_kept_from_spreadsheets(desk: Desk, cell: str, delimiter: str) -> None:
    """Programs write ``="0.5"``, people type an apostrophe: the numbers behind them are numbers."""
    rows = [delimiter.join(cell.format(value) for value in (f"00{row}", f"0.{row:02}", row % 2)) for row in range(60)]
    reading = desk.read(delimiter.join(["id", "score", "label"]) + "\n" + "\n".join(rows) + "\n")
    assert ([*reading.names], reading.rows_kept) == (["id", "score", "label"], 60)
    assert dict(reading.column("label").top) == {"0": 30, "1": 30}
    assert (reading.column("score").high, reading.column("id").kind, reading.column("id").n_distinct) == (
        "0.59",
        "text",
        60,
    )
    assert any("taken off" in said or "formulas" in said for said in reading.repairs)


def test_an_apostrophe_that_few_values_have_stays(desk: Desk) -> None:
    reading = desk.read(
        "note,score\n" + "\n".join(f"{mark}t{row},0.{row:02}" for row in range(20) for mark in ("'", "")) + "\n"
    )
    assert reading.column("note").n_distinct == 40


@pytest.mark.parametrize("line", ["-" * 3_000 + "x", "| " * 2_000 + "x", "--  " * 900 + "x", "-=" * 1_500 + "|x"])
def test_lines_that_are_nearly_drawn_stall_nothing(line: str) -> None:
    rows = [f"a{row:02}  0.{row:02}   {row % 2}" for row in range(40)]
    assert is_listing("\n".join([line, "id   score  label", *rows]))
