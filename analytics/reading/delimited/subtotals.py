"""Rows that sum up the rows above them, as reports and people put them between the rows: set aside where the sums agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from analytics.log.receipt import LineCounts, SetAside

_MAX_ROWS = 200_000
"""Rows up to which a table is looked through: reports with sums between their rows are read by people. Bounds time."""
_MAX_SHARE = 0.34
"""Share of rows that sums can be: each sums up two rows at least. By what is asked for."""
_MAX_LENGTH = 80
"""Characters of a cell that names a sum. A judgement."""
_N_PLACES = 3
"""First columns in which the name of a sum is looked for. A judgement."""
_RELATIVE, _ABSOLUTE = 1e-6, 0.0051
"""How far a sum may be off: binary fractions, and the rounding of a sum that has two digits. A judgement."""

_WORD = (
    r"(?:(?:grand|sub)[ -]?)?totals?|zwischensummen?|teilsummen?|gesamt(?:summe|ergebnis)?|summe|"
    r"sous[ -]?total|total(?:es)?(?: g[eé]n[eé]ral)?|subtotal(?:es)?|suma|somme"
)
_LIKE_A_SUM = "(?i)total|sum|somme"
"""What every name of a sum holds, for the engine."""
_TOTAL = re.compile(rf"(?:{_WORD})(?:\W.*)?|.*\W(?:{_WORD})\W*", re.IGNORECASE | re.DOTALL)

_SUBTOTAL = "a row that sums up rows above it"


def _is_named(cells: Sequence[str | None]) -> bool:
    """Whether the first cell with a text among the first ones is called like a sum.

    >>> _is_named(["North Total", "", "12"]), _is_named(["", "Zwischensumme: Nord"]), _is_named(["totally", "0.5"])
    (True, True, False)
    """
    return any(cell and len(cell) <= _MAX_LENGTH and _TOTAL.fullmatch(cell.strip()) for cell in cells[:_N_PLACES])


def without(
    connection: duckdb.DuckDBPyConnection, n_columns: int, set_aside: tuple[SetAside, ...], lines: LineCounts
) -> tuple[tuple[SetAside, ...], LineCounts]:
    """Set the rows of ``raw`` aside that are called a sum and are one; return the account with them.

    All that are called so go where more than half of them sum up rows above them in some column: others hold means.
    """
    names = [f"c{place}" for place in range(n_columns)]
    places = _sums(connection, names)
    if not places:
        return set_aside, lines
    above = lines.header + lines.skipped + 1
    texts = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in names)
    numbered = "(SELECT *, row_number() OVER (ORDER BY rowid) - 1 AS place_of_row FROM raw)"
    among = "(SELECT unnest(?::BIGINT[]))"
    connection.execute(
        f"INSERT INTO set_aside SELECT ? + place_of_row, ?, concat_ws(',', {texts}) FROM {numbered} "
        f"WHERE place_of_row IN {among} ORDER BY place_of_row",
        [above, _SUBTOTAL, places],
    )
    connection.execute(
        f"CREATE TABLE kept AS SELECT {', '.join(names)} FROM {numbered} WHERE place_of_row NOT IN {among} ORDER BY place_of_row",
        [places],
    )
    connection.execute("DROP TABLE raw; ALTER TABLE kept RENAME TO raw")
    n = len(places)
    lines = replace(lines, kept=lines.kept - n, set_aside=lines.set_aside + n)
    return (*set_aside, SetAside(_SUBTOTAL, n, above + places[0])), lines


def _sums(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[int]:
    """Return the places of the rows that are called a sum, where most of them are one."""
    row = connection.execute("SELECT count(*) FROM raw").fetchone()
    if row is None or not 3 <= row[0] <= _MAX_ROWS:
        return []
    first = [f"{name}::VARCHAR" for name in names[:_N_PLACES]]
    cells = connection.execute(
        f"SELECT place, {', '.join(names[:_N_PLACES])} FROM (SELECT {', '.join(names[:_N_PLACES])}, "
        "row_number() OVER (ORDER BY rowid) - 1 AS place FROM raw) "
        f"WHERE {' OR '.join(f'regexp_matches({text}, ?)' for text in first)} ORDER BY place",
        [_LIKE_A_SUM] * len(first),
    ).fetchall()
    places = [place for place, *found in cells if _is_named([None if cell is None else str(cell) for cell in found])]
    if not places or len(places) > _MAX_SHARE * row[0]:
        return []
    numbers = [_numbers(connection, name) for name in names]
    n_agreeing = sum(any(_agrees(column, place, places) for column in numbers) for place in places)
    return places if 2 * n_agreeing > len(places) else []


def _numbers(connection: duckdb.DuckDBPyConnection, name: str) -> list[float | None]:
    """Return a column as numbers, by rows; nothing where a cell is none."""
    text = f"trim({name}::VARCHAR)"
    plain = f"CASE WHEN contains({text}, '.') THEN {text} ELSE replace({text}, ',', '.') END"
    rows = connection.execute(f"SELECT TRY_CAST({plain} AS DOUBLE) FROM raw ORDER BY rowid").fetchall()
    return [value for (value,) in rows]


def _agrees(column: Sequence[float | None], place: int, places: Sequence[int]) -> bool:
    """Whether a cell is the sum of the rows since another sum, or since the beginning; of two rows or more."""
    value = column[place]
    if not value:
        return False
    sums = {*places}
    total, n_rows = 0.0, 0
    for at in range(place - 1, -1, -1):
        if at in sums:
            if n_rows > 1 and _is_close(total, value):
                return True
        elif (cell := column[at]) is not None:
            total, n_rows = total + cell, n_rows + 1
    return n_rows > 1 and _is_close(total, value)


def _is_close(one: float, other: float) -> bool:
    """Whether two sums are the same but for rounding."""
    return abs(one - other) <= _ABSOLUTE + _RELATIVE * abs(other)
