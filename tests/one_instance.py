"""One instance of DuckDB for the readings of a process: to open and close one takes 40 ms, longer than to read a small file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from unittest.mock import patch

import duckdb

from analytics.reading.sql import database

NUMBERS = count()
MEMORY = "2GB"


@cache
def instance() -> duckdb.DuckDBPyConnection:
    """The instance, with the settings of a reading."""
    with tempfile.TemporaryDirectory() as folder:  # the file is gone from its folder and stays open
        return database.connect(Path(folder) / "instance.duckdb", MEMORY)


@contextmanager
def fresh_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory, of the one instance."""
    name = f"memory_{next(NUMBERS)}"
    shared = instance()
    with shared.cursor() as cursor:
        cursor.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        yield cursor
    shared.execute(f"DETACH DATABASE IF EXISTS {name}")


@contextmanager
def one_instance() -> Iterator[None]:
    """Let readings have their database in the one instance, and take what they attached out of it at the end.

    Where a file breaks the instance, the next reading has another.
    """
    shared = instance()
    names = ["origin", "log_file"]
    cursors: list[duckdb.DuckDBPyConnection] = []

    def connect(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
        name = f"reading_{next(NUMBERS)}"
        cursor = shared.cursor()
        cursors.append(cursor)
        if memory_limit != MEMORY:
            cursor.execute("SET memory_limit = ?", [memory_limit])
        quoted = str(path).replace("'", "''")
        cursor.execute(f"ATTACH '{quoted}' AS {name}")
        cursor.execute(f"USE {name}")
        names.append(name)
        return cursor

    try:
        with patch.object(database, "connect", connect):
            yield
    finally:
        try:
            for cursor in cursors:
                cursor.close()
            shared.execute("; ".join(f"DETACH DATABASE IF EXISTS {name}" for name in names))
        except duckdb.Error:
            instance.cache_clear()
