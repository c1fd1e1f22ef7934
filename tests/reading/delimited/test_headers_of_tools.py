"""What tools write around the names of columns: kinds of values below them, a mark before them, a line that parts them."""

from __future__ import annotations

import pytest

from tests.ingested import Desk

ROWS = [f"tx-{place},{place / 50},{place % 2}" for place in range(1, 50)]
NAMES = ("id", "score", "label")


def shown(line: str, separator: str) -> str:
    return separator.join(line.split(","))


@pytest.mark.parametrize(
    ("above", "separator", "names"),
    [
        (["id,score,label", "String,Nullable(Float64),UInt8"], "\t", NAMES),
        (["id,score,label", "string,continuous,discrete", ",,class"], "\t", NAMES),
        (["id,score,label", "varchar(20),double,int"], ",", NAMES),
        (["# id,score,label"], ",", NAMES),
        (["# made by a tool", "#", "#id,score,label"], ",", NAMES),
        (["# id,score,label"], " ", NAMES),
        (["#group,false,false", "#datatype,double,long", "#default,,", "id,score,label"], ",", NAMES),
        (["id,score,label", "text,score,kind"], ",", ("id text", "score score", "label kind")),
    ],
)
def test_names_are_those_of_the_columns(desk: Desk, above: list[str], separator: str, names: tuple[str, ...]) -> None:
    reading = desk.read("\n".join(shown(line, separator) for line in [*above, *ROWS]) + "\n")
    assert (reading.names, reading.rows_kept) == (names, len(ROWS))


def test_a_table_in_markdown(desk: Desk) -> None:
    lines = ["id,score,label", ":---,---:,:---:", *ROWS]
    reading = desk.read("\n".join("| " + " | ".join(line.split(",")) + " |" for line in lines) + "\n")
    assert [name.strip() for name in reading.names if name.strip() and not name.startswith("column")] == [*NAMES]
    assert reading.rows_kept == len(ROWS)


def test_rows_of_two_classes_that_always_go_together_are_no_further_header(desk: Desk) -> None:
    found = desk.read("predicted,actual\n" + "cat,cat\ndog,fox\nfox,\n" * 30)
    assert (found.names, found.rows_kept) == (("predicted", "actual"), 90)
