"""Several exports of the same rows: one row each, as it was first exported, with the labels of all exports in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analytics.log import roles
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.receipt import IN_EARLIER_EXPORT, SetAside
from analytics.log.role_names import strength
from analytics.log.schema import Reading
from analytics.reading import profile
from analytics.reading.label_keys import LabelsFile, in_order
from analytics.reading.labels import join_labels
from analytics.reading.types.conversion import Conversion

_MIN_SHARE = 0.05
"""Share of the rows that must stand in an export before: fewer are repeats of single rows, which preflight names. A judgement."""
_MANY = 0.98
"""Different ids, as estimated within two hundredths, of a row from which on no row stands twice: they are not counted then."""
_SAME = 0.99
"""Share of the repeated rows that must have the score and the time of the first: others were scored anew. A judgement."""
_SAME_IN_ALL = 0.9
"""Share of them that must be the same in every column but the label where no column is a time. A judgement."""
_AT_ONCE = 100_000
"""Rows that are held at once while labels are written to a file of their own: bounds memory."""
_MAX_NAMES = 8
"""Names of columns that a sentence lists. A judgement."""


@dataclass(frozen=True)
class _Rows:
    """What tells a row, and what its exports may say otherwise."""

    keys: tuple[Column, ...]
    file: Column
    first: Mapping

    @property
    def own(self) -> str:
        """SQL of the columns that tell a row."""
        return ", ".join(key.sql_name for key in self.keys)


def of_several(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    conversions: Sequence[Conversion],
    folder: Path,
    max_bytes: int,
    progress: Callable[[float], None],
) -> Reading:
    """Make one row of those that several files have, where they are exports of the same rows; else return the reading.

    They are where a column that is called like an id has no value twice within a file, some of its values in several files, and
    there the same score and time. A row is kept as it was first exported; its labels are joined as from labels files that are
    called like the exports.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds ``raw``; the file of a row is its last column.
    reading, conversions : Reading and sequence of Conversion
        What is known of ``raw``.
    folder : Path
        A scratch folder.
    max_bytes : int
        What the labels of an export may grow to.
    progress : callable
        Told the share that is done.
    """
    if len(reading.origin.files) < 2:
        return reading
    first = roles.guess(reading).mapping
    found = _found(connection, reading, first)
    if found is None or first.label is None:
        return reading
    exports = _in_order(connection, found)
    places = ", ".join(f"({place}, ?)" for place in range(len(exports)))
    connection.execute(f"CREATE TEMP TABLE exports AS SELECT * FROM (VALUES {places}) AS e(nth, name)", exports)
    files = _labels_of(connection, reading, found, exports, folder)
    changed = _keep_first(connection, reading, found)
    n_rows, columns = profile.profile(connection, reading.names, conversions, progress)
    n_merged = reading.rows_kept - n_rows
    others = [name for name in changed if name not in (first.label, first.label_time)]
    said = (
        f"{len(exports):,} exports hold the same rows: {n_merged:,} of theirs stand in an earlier one. Each row is kept once, as "
        f"it was first exported, with its labels of all exports.{_said_of(others)}"
    )
    one = replace(
        reading,
        rows_kept=n_rows,
        columns=profile.with_earlier(connection, columns),
        set_aside=(*reading.set_aside, SetAside(IN_EARLIER_EXPORT, n_merged)),
        repairs=(said, *reading.repairs),
        origin=replace(reading.origin, digests=()),
    )
    return join_labels(connection, one, files, folder, max_bytes, progress)


def _said_of(columns: Sequence[str]) -> str:
    """Say which columns exports say otherwise."""
    if not columns:
        return ""
    more = f" and {len(columns) - _MAX_NAMES:,} more" if len(columns) > _MAX_NAMES else ""
    names = ", ".join(map(repr, columns[:_MAX_NAMES]))
    return f" What else changed from one to another has its first value: {names}{more}."


def _found(connection: duckdb.DuckDBPyConnection, reading: Reading, first: Mapping) -> _Rows | None:
    """Return what tells a row of several exports, None where they are not of the same rows."""
    file = reading.columns[-1]
    versions = [reading.column(first.model_version)] if first.model_version not in (None, file.name) else []
    named = [(rank, column) for column in reading.columns[:-1] if (rank := strength("row_id", column.name)) is not None]
    for _, row_id in sorted(named, key=lambda pair: pair[0]):
        if not versions and row_id.n_distinct >= _MANY * max(reading.rows_kept - row_id.n_missing, 1):
            continue
        keys = (row_id, *(version for version in versions if version is not row_id))
        found = _Rows(keys, file, first)
        own = f"({found.own})"
        row = connection.execute(
            f"SELECT count(*), count(DISTINCT ({found.own}, {file.sql_name})), count(DISTINCT {own}) FROM raw "
            f"WHERE {row_id.sql_name} IS NOT NULL"
        ).fetchone()
        assert row is not None
        n, n_in_files, n_distinct = row
        if n == n_in_files and n - n_distinct >= _MIN_SHARE * n > 0 and _are_same(connection, reading, found):
            return found
    return None


def _are_same(connection: duckdb.DuckDBPyConnection, reading: Reading, found: _Rows) -> bool:
    """Whether rows of one id have the same score and time, or where there is no time the same values, in nearly every export."""
    first = found.first
    labels = {first.label, first.label_time, found.file.name}
    held = [reading.column(name) for name in (first.score, first.decision, first.time) if name]
    least = _SAME
    if first.time is None:
        held, least = [column for column in reading.columns if column.name not in labels], _SAME_IN_ALL
    if not held:
        return False
    same = " AND ".join(f"count(DISTINCT {column.sql_name}) <= 1" for column in held)
    row = connection.execute(
        f"SELECT count(*) FILTER (is_same), count(*) FROM (SELECT {same} AS is_same FROM raw "
        f"WHERE {found.keys[0].sql_name} IS NOT NULL GROUP BY {found.own} HAVING count(*) > 1)"
    ).fetchone()
    assert row is not None
    return bool(row[1]) and row[0] >= least * row[1]


def _in_order(connection: duckdb.DuckDBPyConnection, found: _Rows) -> list[str]:
    """Return the names of the exports in their order: that of the days in their names, else that of the files."""
    name = found.file.sql_name
    rows = connection.execute(f"SELECT {name} FROM raw GROUP BY {name} ORDER BY min(rowid)").fetchall()
    return [file.source for file in in_order([LabelsFile(Path(), source, None) for (source,) in rows])]


def _labels_of(
    connection: duckdb.DuckDBPyConnection, reading: Reading, found: _Rows, exports: Sequence[str], folder: Path
) -> list[LabelsFile]:
    """Write the labels of each export to a file of their own."""
    from pyarrow import parquet

    first = found.first
    named = [*found.keys, *(reading.column(name) for name in (first.label, first.label_time) if name)]
    cells = ", ".join(column.sql_name for column in named)
    version = found.keys[1].name if len(found.keys) > 1 else None
    files = []
    for place, name in enumerate(exports):
        path = folder / f"export{place}.parquet"
        query = f"SELECT {cells} FROM raw WHERE {found.file.sql_name} = ? ORDER BY rowid"
        batches = connection.sql(query, params=[name]).to_arrow_reader(_AT_ONCE)
        names = [column.name for column in named]
        schema = batches.schema
        for at, column in enumerate(names):
            schema = schema.set(at, schema.field(at).with_name(column))
        with parquet.ParquetWriter(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch.rename_columns(names))
        files.append(LabelsFile(path, name, found.keys[0].name, version, first.label))
    return files


def _keep_first(connection: duckdb.DuckDBPyConnection, reading: Reading, found: _Rows) -> list[str]:
    """Keep each row as it was first exported, without its label, and return which columns later exports say otherwise."""
    row_id, file = found.keys[0].sql_name, found.file.sql_name
    compared = [column for column in reading.columns if column not in (*found.keys, found.file)]
    cells = ", ".join(f"count(DISTINCT {column.sql_name}) > 1 AS {column.sql_name}" for column in compared)
    flags = ", ".join(f"coalesce(bool_or({column.sql_name}), false)" for column in compared)
    row = connection.execute(
        f"SELECT {flags} FROM (SELECT {cells} FROM raw WHERE {row_id} IS NOT NULL GROUP BY {found.own})"
    ).fetchone()
    assert row is not None
    emptied = [reading.column(name) for name in (found.first.label, found.first.label_time) if name]
    empty = ", ".join(f"NULL::{column.type} AS {column.sql_name}" for column in emptied)
    names = ", ".join(column.sql_name for column in reading.columns)
    connection.execute("ALTER TABLE raw RENAME TO all_rows")
    connection.execute(
        f"CREATE TABLE raw AS SELECT {names} FROM (SELECT a.* REPLACE ({empty}), a.rowid AS place, e.nth "
        f"FROM all_rows a JOIN exports e ON e.name = a.{file}) "
        f"QUALIFY {row_id} IS NULL OR row_number() OVER (PARTITION BY {found.own} ORDER BY nth, place) = 1 "
        "ORDER BY nth, place"
    )
    connection.execute("DROP TABLE all_rows; DROP TABLE exports")
    return [column.name for column, is_changed in zip(compared, row, strict=True) if is_changed]
