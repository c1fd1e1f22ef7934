"""How many values columns have, how many different ones, and their ends: kept with a long log, so that rows are added to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from analytics.log.column import Column
from analytics.log.grid import is_long
from analytics.reading.types.conversion import GROUP

MAX_COUNTED_EXACTLY = 20_000
"""Different values, as estimated, up to which they are grouped and counted. A judgement."""

Range = tuple[int, int, str | None, str | None]
"""Values of a column, different ones as estimated (HyperLogLog), and the least and greatest as text."""


def of_rows(
    connection: duckdb.DuckDBPyConnection, types: Mapping[int, str], *, is_kept: bool
) -> tuple[int, tuple[Range, ...]]:
    """Return the number of rows of ``raw``, and the ranges of its columns, given by their places with their types.

    Of a long table the sketches that the estimates are made of stay in the table ``ranges``, where ``is_kept``.
    """
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone() or (0,)
    if not (is_kept and is_long(n_rows)):
        return n_rows, _seen(connection, types)
    parts = ", ".join(_parts(place, type_) for place, type_ in types.items())
    connection.execute(f"CREATE OR REPLACE TABLE ranges AS SELECT count(*) AS n_rows, {parts} FROM raw")
    return n_rows, _told(connection, "ranges", list(types))


def of_grown(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], n_before: int
) -> tuple[Range, ...] | None:
    """Return the ranges of columns of a log to which rows were put behind the first ``n_before``, None where none were kept.

    Only the rows that came are looked at; what is kept with the log is that of all rows from then on.
    """
    places = [column.position for column in columns]
    if not _is_known(connection, columns, n_before):
        return None
    parts = ", ".join(_parts(column.position, column.type) for column in columns)
    both = ", ".join(
        f"o.n{p} + d.n{p} AS n{p}, combine(o.d{p}, d.d{p}) AS d{p}, least(o.l{p}, d.l{p}) AS l{p}, "
        f"greatest(o.h{p}, d.h{p}) AS h{p}"
        for p in places
    )
    connection.execute(
        f"CREATE TEMP TABLE later AS SELECT count(*) AS n_rows, {parts} FROM raw WHERE rowid >= {int(n_before)}"
    )
    connection.execute(
        f"CREATE TABLE log_file.ranges_of_all AS SELECT o.n_rows + d.n_rows AS n_rows, {both} FROM log_file.ranges o, later d"
    )
    connection.execute("DROP TABLE log_file.ranges; DROP TABLE later")
    connection.execute("ALTER TABLE log_file.ranges_of_all RENAME TO ranges")
    return _told(connection, "log_file.ranges", places)


def _is_known(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], n_before: int) -> bool:
    """Whether a log keeps the sketches of its first rows: those from which its columns have the numbers of their values."""
    stored = "table_name = 'ranges' AND database_name = 'log_file'"
    names = {
        name for (name,) in connection.execute(f"SELECT column_name FROM duckdb_columns() WHERE {stored}").fetchall()
    }
    if not columns or not {f"d{column.position}" for column in columns} <= names:
        return False
    found = connection.execute("SELECT n_rows FROM log_file.ranges").fetchone()
    told = _told(connection, "log_file.ranges", [column.position for column in columns])
    return found == (n_before,) and all(
        (n_present, low, high) == (n_before - column.n_missing, column.low, column.high)
        and (n_distinct == column.n_distinct or n_distinct <= MAX_COUNTED_EXACTLY)
        for column, (n_present, n_distinct, low, high) in zip(columns, told, strict=True)
    )


def _parts(place: int, type_: str) -> str:
    """Return the aggregates of one column as they are kept, each with its name."""
    count, distinct, low, high = _aggregates(place, type_)
    return f"{count} AS n{place}, {distinct} EXPORT_STATE AS d{place}, {low} AS l{place}, {high} AS h{place}"


def _aggregates(place: int, type_: str) -> tuple[str, str, str, str]:
    """Return the aggregates of one column; nobody asks for the ends of texts."""
    name = (
        f"c{place}::VARCHAR" if type_ == "VARCHAR" else f"c{place}"
    )  # a log of few texts holds numbers in their place
    low, high = ("NULL::VARCHAR",) * 2 if type_ == "VARCHAR" else (f"min({name})", f"max({name})")
    return f"count({name})", f"approx_count_distinct({name})", low, high


def _seen(connection: duckdb.DuckDBPyConnection, types: Mapping[int, str]) -> tuple[Range, ...]:
    """Return the ranges of the columns of ``raw`` where nothing is kept of them: without a table that holds them meanwhile."""
    aggregates = [_aggregates(place, type_) for place, type_ in types.items()]
    parts = [f"{count}, {distinct}, {low}::VARCHAR, {high}::VARCHAR" for count, distinct, low, high in aggregates]
    return _in_groups(connection, "raw", parts)


def _told(connection: duckdb.DuckDBPyConnection, table: str, places: Sequence[int]) -> tuple[Range, ...]:
    """Return what a table of aggregates tells of each column."""
    return _in_groups(connection, table, [f"n{p}, finalize(d{p}), l{p}::VARCHAR, h{p}::VARCHAR" for p in places])


def _in_groups(connection: duckdb.DuckDBPyConnection, table: str, parts: Sequence[str]) -> tuple[Range, ...]:
    """Return the ranges that a table has, four values for each of the parts, many of them in one question."""
    found: list[Range] = []
    for start in range(0, len(parts), GROUP):
        group = parts[start : start + GROUP]
        row = connection.execute(f"SELECT {', '.join(group)} FROM {table}").fetchone()
        assert row is not None
        found += [row[4 * at : 4 * at + 4] for at in range(len(group))]
    return tuple(found)
