"""A Parquet file that stands for the table ``raw``: its rows are read where they stand until a column of them is altered."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from analytics.reading.seen.paths import escape_glob, quoted

_SEEN, _SCAN = "raw.parquet", "<scan>"
"""A Parquet file whose rows are read where they stand, and the mark of its scan in what selects them."""


def see_parquet(connection: duckdb.DuckDBPyConnection, path: Path, selected: str, n_columns: int) -> None:
    """Make ``raw`` a view of a copy of a Parquet file beside the database: its rows are written once, when a log is built.

    All of them are read here, so that a file that is damaged is refused now.

    Parameters
    ----------
    selected, n_columns : str and int
        The expressions of ``c0, c1, …`` over its columns ``a0, a1, …``, and how many columns it has.
    """
    shutil.copyfile(path, beside(connection) / _SEEN)
    aliases = ", ".join(f"a{place}" for place in range(n_columns))
    rows = f"SELECT row_number AS rowid, {selected} FROM (FROM {_SCAN}) AS t({aliases}, row_number)"
    connection.execute("CREATE TABLE seen AS SELECT ?::VARCHAR AS rows", [rows])
    connection.execute(f"CREATE VIEW raw AS {of_seen(rows, beside(connection))}")
    connection.execute("SELECT bit_xor(hash(COLUMNS(*))) FROM raw").fetchall()


def parquet_headers(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the names of a Parquet file's columns; its schema lists each one before the fields that it is made of."""
    fields = connection.execute("SELECT name, num_children FROM parquet_schema(?)", [escape_glob(path)]).fetchall()
    headers, n_inside = [], 0
    for name, n_children in fields[1:]:
        if not n_inside:
            headers.append(name)
        n_inside = max(n_inside - 1, 0) + (n_children or 0)
    return headers


def own_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``raw`` a table where it is a view of a file: before its columns are altered."""
    if not is_seen(connection, "current_database()"):
        return
    connection.execute("CREATE TABLE owned AS SELECT * EXCLUDE (rowid) FROM raw")
    connection.execute("DROP VIEW raw; DROP TABLE seen; ALTER TABLE owned RENAME TO raw")
    (beside(connection) / _SEEN).unlink()


def is_seen(connection: duckdb.DuckDBPyConnection, database: str) -> bool:
    """Whether the rows of a database stand in a Parquet file beside it."""
    found = connection.execute(
        f"SELECT count(*) FROM duckdb_tables() WHERE table_name = 'seen' AND database_name = {database}"
    ).fetchone()
    return found is not None and found[0] > 0


def beside(connection: duckdb.DuckDBPyConnection, database: str = "current_database()") -> Path:
    """Return the folder of a database."""
    found = connection.execute(f"SELECT path FROM duckdb_databases() WHERE database_name = {database}").fetchone()
    assert found is not None
    return Path(found[0]).parent


def of_seen(rows: str, folder: Path) -> str:
    """Return what selects the rows of a Parquet file in a folder."""
    return rows.replace(_SCAN, f"read_parquet('{quoted(Path(escape_glob(folder / _SEEN)))}', file_row_number = true)")
