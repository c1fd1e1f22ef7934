"""Which text columns of ``raw`` hold values at all, and which values that are written as a number or a time is."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.reading.types.conversion import GROUP, MIN_SHARE_SAMPLE, is_value

FIRST_ROWS = 1_000
"""Rows at the beginning that say which notations may be meant: all notations are tried at once, so fewer than for types. A
judgement."""


def outlined(connection: duckdb.DuckDBPyConnection, names: Sequence[str], outline: str) -> list[str]:
    """Return the text columns of whose first values nine tenths match a regular expression, many columns in one question.

    It must be one that nothing without a digit matches: columns of words are told by that, in a third of the time.
    """
    found: list[str] = []
    for start in range(0, len(names), GROUP):
        group = _with_digits(connection, names[start : start + GROUP])
        if not group:
            continue
        # One below the other, so that the expression is compiled once and not for every column: a third of the time.
        parts = f"unnest([{', '.join(group)}]) AS value, unnest(range({len(group)})) AS place"
        rows = connection.execute(
            f"SELECT place, count(*) FILTER (regexp_full_match(trim(value), '{outline}')) >= "
            f"{MIN_SHARE_SAMPLE} * count(*) FILTER ({is_value('value')}) "
            f"FROM (SELECT {parts} FROM (FROM raw LIMIT {FIRST_ROWS})) GROUP BY place"
        ).fetchall()
        is_outlined = dict(rows)
        found += [name for place, name in enumerate(group) if is_outlined.get(place, True)]
    return found


def _with_digits(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Return the text columns that have a digit among their first values, or no value there."""
    parts = ", ".join(
        f"coalesce(bool_or(regexp_matches({name}, '[0-9]')) FILTER ({is_value(name)}), true)" for name in names
    )
    row = connection.execute(f"SELECT {parts} FROM (FROM raw LIMIT {FIRST_ROWS})").fetchone()
    assert row is not None
    return [name for name, has_digit in zip(names, row, strict=True) if has_digit]


def with_values(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Return the columns of ``raw`` that hold a value; all rows are asked for those alone that have none at the beginning."""
    late = [*names]
    for rows in (f"(FROM raw LIMIT {FIRST_ROWS})", "raw"):
        groups = [late[start : start + GROUP] for start in range(0, len(late), GROUP)]
        late = [name for group in groups for name in _without_values(connection, group, rows)]
    return [name for name in names if name not in late]


def _without_values(connection: duckdb.DuckDBPyConnection, names: Sequence[str], rows: str) -> list[str]:
    """Return the columns that hold no value in some rows."""
    row = connection.execute(
        f"SELECT {', '.join(f'bool_or({is_value(name)})' for name in names)} FROM {rows}"
    ).fetchone()
    assert row is not None
    return [name for name, has_value in zip(names, row, strict=True) if not has_value]
