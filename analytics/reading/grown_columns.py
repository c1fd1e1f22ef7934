"""What the columns of a log hold once rows were put to them: added up where that suffices, else counted over all rows."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.schema import Reading
from analytics.reading import profile
from analytics.reading.types.conversion import Conversion


def merged(connection: duckdb.DuckDBPyConnection, before: Reading, day: Reading) -> tuple[Column, ...]:
    """Return the columns of all rows, which are in ``raw``; ``day`` describes those that came, with the columns of ``before``.

    Where either reading lists all values of a column with their rows, the lists are added up; the others are described anew.
    """
    added = {one.position: _added(one, other) for one, other in zip(before.columns, day.columns, strict=True)}
    left = [column for column in before.columns if added[column.position] is None]
    conversions = [Conversion(column.type, column.n_unparsable) for column in left]
    found = profile.grown(connection, left, conversions, before.rows_kept)
    later = {column.position: column for column in day.columns}
    for old, new in zip(left, found, strict=True):
        other = later[old.position]
        added[old.position] = replace(
            new,
            n_unparsable=old.n_unparsable + other.n_unparsable,
            example_unparsable=old.example_unparsable or other.example_unparsable,
        )
    whole = [column for column in added.values() if column is not None]
    return profile.with_earlier(connection, sorted(whole, key=lambda column: column.position))


def _added(one: Column, other: Column) -> Column | None:
    """Return the column of both, None where their lists of values do not say all."""
    counts: dict[str, int] = {}
    for column in (one, other):
        if len(column.top) != column.n_distinct or column.type in ("DOUBLE", "TIMESTAMP"):
            return None
        for value, rows in column.top:
            counts[value] = counts.get(value, 0) + rows
    is_text = one.type == "VARCHAR"  # of numbers beyond so few more is asked than their values
    if len(counts) > (profile.N_TOP if is_text else MAX_VALUES_BY_VALUE):
        return None
    if is_text and any(len(value) >= profile.MAX_TOP_TEXT for value in counts):
        return None  # two values may begin alike

    def order(text: str) -> tuple[int, str]:
        return (int(text), "") if one.type == "BIGINT" else (0, text)

    top = tuple(sorted(counts.items(), key=lambda entry: (-entry[1], order(entry[0]))))
    ends = sorted((end for end in (one.low, one.high, other.low, other.high) if end is not None), key=order)
    return replace(
        one,
        n_missing=one.n_missing + other.n_missing,
        n_distinct=len(counts),
        n_unparsable=one.n_unparsable + other.n_unparsable,
        example_unparsable=one.example_unparsable or other.example_unparsable,
        top=top,
        low=ends[0] if ends else None,
        high=ends[-1] if ends else None,
    )
