"""What each column of ``raw`` holds: missing rows, distinct values, the most frequent ones, the range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import duckdb

from analytics.log.column import MAX_VALUES_BY_VALUE, PERCENT, Column, Kind
from analytics.log.column_names import is_label_time
from analytics.log.stand_ins import NUMBERS
from analytics.reading import ranges
from analytics.reading.types.conversion import Conversion

N_TOP = 50
"""Most frequent values of a column that are kept with their rows. A judgement."""

MAX_TOP_TEXT = 200
"""Characters of each of them that are kept. A judgement."""

_N_OUTSIDE = 8
"""Different values outside [0, 1] that are kept: more of them are no stand-ins. A judgement."""

_N_SAMPLE = 200
_MAX_SAMPLE_TEXT = 300
"""Rows that are drawn for the preview of a mapping, and characters of each cell of them. A judgement."""

_AT_ONCE = 20
"""Columns whose most frequent values are counted in one statement: to plan one takes longer than to count a small log. A
judgement."""

_Top = tuple[int, tuple[tuple[str, int], ...]]

_MAX_TIMES = 12
"""Columns of times that the time of a label is held against. Bounds the statement."""

_KINDS: dict[str, Kind] = {"BIGINT": "number", "DOUBLE": "number", "BOOLEAN": "boolean", "TIMESTAMP": "time"}


def profile(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    conversions: Sequence[Conversion],
    progress: Callable[[float], None],
    places: Sequence[int] | None = None,
) -> tuple[int, tuple[Column, ...]]:
    """Describe the columns of ``raw``: all of them, or those at ``places``.

    Returns
    -------
    tuple of int and tuple of Column
        Rows of the table, and its columns. ``n_distinct`` is exact up to about 20,000 and approximate beyond.
    """
    is_whole = places is None
    places = range(len(names)) if places is None else places
    types = {place: conversion.type for place, conversion in zip(places, conversions, strict=True)}
    n_rows, found = ranges.of_rows(connection, types, is_kept=is_whole)
    return n_rows, _described(connection, names, conversions, places, n_rows, found, progress)


def grown(
    connection: duckdb.DuckDBPyConnection, before: Sequence[Column], conversions: Sequence[Conversion], n_before: int
) -> tuple[Column, ...]:
    """Describe columns of ``raw`` that were described when it had its first ``n_before`` rows only."""
    names, places = [column.name for column in before], [column.position for column in before]
    found = ranges.of_grown(connection, before, n_before)
    if found is None:
        return profile(connection, names, conversions, lambda done: None, places)[1]
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone() or (0,)
    return _described(connection, names, conversions, places, n_rows, found, lambda done: None)


def _described(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    conversions: Sequence[Conversion],
    places: Sequence[int],
    n_rows: int,
    found: Sequence[ranges.Range],
    progress: Callable[[float], None],
) -> tuple[Column, ...]:
    """Return the columns of ``raw`` at ``places``, of which `ranges` found how many values and which ends they have."""
    columns = []
    counted = [f"c{place}" for place, each in zip(places, found, strict=True) if each[1] <= ranges.MAX_COUNTED_EXACTLY]
    tops = _top_values(connection, counted)
    for at, (place, header, conversion) in enumerate(zip(places, names, conversions, strict=True)):
        n_present, n_distinct, low, high = found[at]
        if f"c{place}" in tops:
            n_distinct, top = tops[f"c{place}"]
        else:
            top = _first_values(connection, f"c{place}")
        columns.append(
            Column(
                position=place,
                name=header,
                type=conversion.type,
                kind=_KINDS.get(conversion.type, "text"),
                n_missing=n_rows - n_present,
                n_distinct=int(n_distinct),
                n_unparsable=conversion.n_unparsable,
                top=top,
                low=low,
                high=high,
                example_unparsable=conversion.example[:80] if conversion.example else None,
                sign=conversion.sign,
            )
        )
        progress((at + 1) / len(names))
    held = (_held_against_one(connection, column) for column in columns)
    return tuple(_with_stand_ins(connection, column) for column in held)


def _held_against_one(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """Count what of a column of fractions lies in [0, 1] and what outside: a stand-in, or what rounding left there."""
    if column.type != "DOUBLE" or column.low is None or column.high is None:
        return column
    name, top = column.sql_name, PERCENT if column.sign == "%" else 1
    if float(column.low) >= 0 and float(column.high) <= top:
        return column
    row = connection.execute(
        f"SELECT count(*) FILTER ({name} > 0 AND {name} < {top}), count(*) FILTER ({name} < 0 OR {name} > {top}) "
        f"FROM raw WHERE isfinite({name})"
    ).fetchone()
    assert row is not None
    if row[0] < row[1]:
        return column
    outside = connection.execute(
        f"SELECT {name}::VARCHAR, count(*) FROM raw WHERE isfinite({name}) AND ({name} < 0 OR {name} > {top}) GROUP BY {name} "
        f"ORDER BY count(*) DESC, {name} LIMIT {_N_OUTSIDE}"
    ).fetchall()
    return replace(
        column, n_between=row[0], n_outside=row[1], outside=tuple((value, int(count)) for value, count in outside)
    )


def _with_stand_ins(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """Find what stands for no value among numbers that are no fractions: below zero, or beyond a hundred that ends the others."""
    if column.kind != "number" or column.n_outside or column.low is None or column.high is None:
        return column
    if column.n_distinct <= MAX_VALUES_BY_VALUE:
        return column
    low, high, name = float(column.low), float(column.high), column.sql_name
    if not (low in NUMBERS and low < 0) and not (high in NUMBERS and high > PERCENT):
        return column
    for top in ("100", "'inf'::DOUBLE"):
        beyond = f"({name} < 0 OR {name} > {top})"
        row = connection.execute(
            f"SELECT count(*) FILTER ({beyond}), count(*), min({name}) FILTER (NOT {beyond})::VARCHAR, "
            f"max({name}) FILTER (NOT {beyond})::VARCHAR FROM raw WHERE {name} IS NOT NULL"
        ).fetchone()
        found = connection.execute(
            f"SELECT {name}::VARCHAR, count(*) FROM raw WHERE {beyond} GROUP BY {name} ORDER BY count(*) DESC, {name} "
            f"LIMIT {_N_OUTSIDE}"
        ).fetchall()
        if (
            row is not None
            and 0 < row[0] == sum(count for _, count in found) < row[1] / 2
            and all(float(value) in NUMBERS for value, _ in found)
        ):
            return replace(column, stand_ins=tuple((value, int(n)) for value, n in found), within=(row[2], row[3]))
    return column


def with_earlier(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Count for each column that may be the time of a label on how many rows it lies on a day before another time.

    It is called so, or many rows have none.
    """
    times = [column for column in columns if column.kind == "time"][:_MAX_TIMES]
    found = []
    for column in columns:
        others = [other for other in times if other is not column]
        if column.kind == "time" and others and (is_label_time(column.name) or column.n_missing):
            counts = ", ".join(
                f"count(*) FILTER ({column.sql_name}::DATE < {other.sql_name}::DATE)" for other in others
            )
            row = connection.execute(f"SELECT {counts} FROM raw").fetchone()
            assert row is not None
            column = replace(column, earlier=tuple((other.name, int(n)) for other, n in zip(others, row, strict=True)))
        found.append(column)
    return tuple(found)


def _top_values(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, _Top]:
    """Return for each column how many values there are, and the most frequent with their rows."""
    found: dict[str, _Top] = dict.fromkeys(names, (0, ()))
    for start in range(0, len(names), _AT_ONCE):
        parts = " UNION ALL ".join(
            f"(SELECT '{name}' AS name, left({name}::VARCHAR, {MAX_TOP_TEXT}), count(*), count(*) OVER () FROM raw "
            f"WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY count(*) DESC, {name} LIMIT {N_TOP})"
            for name in names[start : start + _AT_ONCE]
        )
        for name, value, n, n_values in connection.execute(parts).fetchall():  # the parts come in their order
            found[name] = (n_values, (*found[name][1], (value, n)))
    return found


def _first_values(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[tuple[str, int], ...]:
    """Return three examples of a column whose values are too many to count, each as one row."""
    rows = connection.execute(
        f"SELECT left({name}::VARCHAR, {MAX_TOP_TEXT}) FROM raw WHERE {name} IS NOT NULL LIMIT 3"
    ).fetchall()
    return tuple((value, 1) for (value,) in rows)


def sample_rows(connection: duckdb.DuckDBPyConnection, width: int) -> list[list[str | None]]:
    """Return 200 rows as text, drawn with a fixed seed, in the order of the file: for the preview of a mapping."""
    cells = ", ".join(f"left(c{place}::VARCHAR, {_MAX_SAMPLE_TEXT})" for place in range(width))
    rows = connection.execute(
        f"SELECT {cells} FROM (FROM (SELECT rowid AS place, * FROM raw) "
        f"USING SAMPLE reservoir({_N_SAMPLE} ROWS) REPEATABLE (1)) ORDER BY place"
    ).fetchall()
    return [list(row) for row in rows]
