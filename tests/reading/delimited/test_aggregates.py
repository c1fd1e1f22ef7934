"""Rows of totals below a table are a footer; a row whose first cell happens to be such a word stays."""

from __future__ import annotations

import pytest

from tests.ingested import Desk

HEADER = "id,amount,score,label\n"
ROWS = [f"tx-{place},{place * 3.5},{place / 50},{place % 2}" for place in range(1, 50)]


def read(desk: Desk, *below: str, rows: list[str] = ROWS, header: str = HEADER) -> tuple[int, list[tuple[str, int]]]:
    found = desk.read(header + "\n".join([*rows, *below]) + "\n")
    return found.rows_kept, [(aside.reason, aside.rows) for aside in found.set_aside]


@pytest.mark.parametrize(
    "below",
    [
        ["Total,4287.5,,24"],
        ["Total:,4287.5,24.5,24"],
        ["Summe,4287.5,,24"],
        ["Average,87.5,0.5,0.49"],
        [",Total,24.5,24"],
        ["Total,4287.5,24.5,24", "Average,87.5,0.5,0.49"],
        ["", "Total général,4287.5,,24", ""],
    ],
)
def test_totals_below_the_rows_are_a_footer(desk: Desk, below: list[str]) -> None:
    assert read(desk, *below) == (49, [("footer", sum(map(bool, below)))])


def test_an_id_of_numbers_stays_one(desk: Desk) -> None:
    reading = desk.read(HEADER + "\n".join([row.replace("tx-", "") for row in ROWS]) + "\nTotal,4287.5,,24\n")
    assert (reading.column("id").type, reading.rows_kept) == ("BIGINT", 49)
    assert {value for value, _ in reading.column("label").top} == {"0", "1"}


@pytest.mark.parametrize("word", ["Total", "mean"])
def test_a_word_of_the_column_stays_a_row(desk: Desk, word: str) -> None:
    rows = [f"{'Esso' if place % 3 else word},{place * 3.5},{place / 50},{place % 2}" for place in range(1, 50)]
    assert read(desk, f"{word},5,0.5,1", rows=rows) == (50, [])
    assert read(desk, f"{word},5,0.5,1", *ROWS[-3:]) == (53, [])
