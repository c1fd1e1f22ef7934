"""The databases of the reading process: opened with care, attached by internal names, written back as text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analytics.log import states
from analytics.log.schema import Log, Reading
from analytics.reading.seen.parquet import beside, is_seen, of_seen
from analytics.reading.seen.paths import quoted

_ROWS_AT_ONCE = 10_000
"""Rows that are held as Python objects on their way into a file: bounds memory. A judgement."""


def connect(database: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """Open the database of a reading."""
    connection = duckdb.connect(str(database))
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'; SET python_enable_replacements = false; SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET memory_limit = ?", [memory_limit])
    connection.execute("SET temp_directory = ?", [str(database.parent / "spill")])
    return connection


def _rows_of_origin(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what selects the rows of a staged reading with their places."""
    if not is_seen(connection, "'origin'"):
        return "SELECT rowid, * FROM origin.raw"
    (rows,) = connection.execute("SELECT rows FROM origin.seen").fetchone() or ("",)
    return of_seen(rows, beside(connection, "'origin'"))


def attach(connection: duckdb.DuckDBPyConnection, origin: Path, target: Path) -> None:
    """Attach what a log is built from as ``origin`` and the new file as ``log_file``."""
    connection.execute(f"ATTACH '{quoted(origin)}' AS origin (READ_ONLY)")
    connection.execute(f"ATTACH '{quoted(target)}' AS log_file")


def attach_target(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Attach the new file as ``log_file``."""
    connection.execute(f"ATTACH '{quoted(target)}' AS log_file")


def take_day(connection: duckdb.DuckDBPyConnection, day: Path, log: Path) -> None:
    """Take the log of further files that was built, and is closed, as ``day``, and a copy of the log before as ``log_file``."""
    connection.execute("DETACH log_file; DROP TABLE raw")
    connection.execute(f"ATTACH '{quoted(day)}' AS day (READ_ONLY)")
    attach_target(connection, log)


def finish_grown(connection: duckdb.DuckDBPyConnection, log: Log) -> None:
    """Store lines of further files that were set aside, and the receipt, with a log that grew, and close its file."""
    here, there = (
        [name for (name,) in connection.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]
        for table in ("set_aside", "log_file.set_aside")
    )
    cells = ", ".join(name if name in here else "?" for name in there)
    last = [log.reading.origin.files[-1].name for name in there if name not in here]
    connection.execute(f"INSERT INTO log_file.set_aside SELECT {cells} FROM set_aside", last)
    connection.execute("UPDATE log_file.receipt SET receipt = ?", [log.to_json()])
    connection.execute("CHECKPOINT log_file; DETACH log_file; DETACH day")
    connection.close()


def take_rows(connection: duckdb.DuckDBPyConnection, reading: Reading, *, from_log: bool) -> None:
    """See the rows of ``origin`` as ``raw``: those of a staged reading as they are, those of a log made plain, in their order."""
    rows = _plain_rows(connection, reading, "row_id AS rowid, ") if from_log else _rows_of_origin(connection)
    connection.execute(f"CREATE VIEW raw AS {rows}")


def see_rows(connection: duckdb.DuckDBPyConnection, reading: Reading, origin: Path, *, from_log: bool) -> None:
    """Make the rows of a file ``raw`` without copying one: for a question that needs a few columns."""
    connection.execute(f"ATTACH '{quoted(origin)}' AS origin (READ_ONLY)")
    rows = _plain_rows(connection, reading) if from_log else _rows_of_origin(connection)
    connection.execute(f"CREATE VIEW raw AS {rows}")


def _plain_rows(connection: duckdb.DuckDBPyConnection, reading: Reading, place: str = "") -> str:
    """Return what selects the rows of a log with the values and the types that its file had, behind their ``place``."""
    stored = _names_of(connection, "duckdb_columns()", "table_name = 'log'", "column_name")
    plain = ", ".join(
        f"{column.original_name if column.original_name in stored else column.sql_name}::{column.type} AS {column.sql_name}"
        for column in reading.columns
    )
    return f"SELECT {place}{plain} FROM origin.log"


def copy_rows(connection: duckdb.DuckDBPyConnection, reading: Reading, origin: Path) -> None:
    """Make the tables of a reading anew from a log that was built of it."""
    connection.execute(f"ATTACH '{quoted(origin)}' AS origin (READ_ONLY)")
    connection.execute(f"CREATE TABLE raw AS {_plain_rows(connection, reading)} ORDER BY row_id")
    _copy_tables(connection, "")
    connection.execute("DETACH origin")


def _names_of(connection: duckdb.DuckDBPyConnection, catalogue: str, where: str, name: str) -> list[str]:
    """Return the names of what ``origin`` holds."""
    rows = connection.execute(f"SELECT {name} FROM {catalogue} WHERE database_name = 'origin' AND {where}").fetchall()
    return [row[0] for row in rows]


def _copy_tables(connection: duckdb.DuckDBPyConnection, target: str) -> None:
    """Copy what stands beside the rows of ``origin``: lines set aside, labels that were replaced, sketches of the columns."""
    beside = "table_name IN ('set_aside', 'label_history', 'label_changes', 'ranges')"
    for name in _names_of(connection, "duckdb_tables()", beside, "table_name"):
        connection.execute(f"CREATE TABLE {target}{name} AS FROM origin.{name}")


@contextmanager
def seen_over(connection: duckdb.DuckDBPyConnection, log: Log) -> Iterator[None]:
    """See a log that stores what its mapping decides as ``log_file.log`` with the columns of its base, ``origin``, meanwhile."""
    held = _names_of(connection, "duckdb_columns()", "table_name = 'log'", "column_name")
    _put_in_order(connection)
    connection.execute("ALTER TABLE log_file.log RENAME TO own")
    rows = f"SELECT own.*, {states.file_columns(log, held)} FROM log_file.own AS own POSITIONAL JOIN origin.log AS base"
    connection.execute(f"CREATE VIEW log_file.log AS {rows}")
    try:
        yield
    finally:
        connection.execute("DROP VIEW log_file.log; ALTER TABLE log_file.own RENAME TO log")


def _put_in_order(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the rows of ``log_file.log`` in the order of those of ``origin``: what was joined to them may have left another."""
    apart = "log_file.log AS own POSITIONAL JOIN origin.log AS base WHERE own.row_id IS DISTINCT FROM base.row_id"
    if connection.execute(f"SELECT count(*) FROM {apart}").fetchone() != (0,):
        connection.execute(
            "CREATE TABLE log_file.ordered AS SELECT own.* FROM log_file.log AS own JOIN "
            "(SELECT row_id, rowid AS place FROM origin.log) AS base USING (row_id) ORDER BY base.place; "
            "DROP TABLE log_file.log; ALTER TABLE log_file.ordered RENAME TO log"
        )


def finish(connection: duckdb.DuckDBPyConnection, log: Log) -> None:
    """Store the rows set aside, the labels that were replaced and the receipt with a log, and close its file.

    What stands beside the rows of a log that is read over another stands beside those of that one.
    """
    if log.base is None:
        _copy_tables(connection, "log_file.")
    connection.execute("CREATE TABLE log_file.receipt AS SELECT ?::VARCHAR AS receipt", [log.to_json()])
    connection.execute("CHECKPOINT log_file")
    connection.close()


def write_text(connection: duckdb.DuckDBPyConnection, header: Sequence[str], target: Path) -> None:
    """Write ``raw`` as a CSV under the header of its file; without one where the file has none."""
    connection.execute("SELECT * FROM raw ORDER BY rowid")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if header:
            writer.writerow(header)
        while rows := connection.fetchmany(_ROWS_AT_ONCE):
            writer.writerows(rows)
