"""Columns that have a type in one file of a log and are text in another: they stay as they are written in all of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from analytics.log.layout import CsvOptions
from analytics.reading import raw
from analytics.reading.formats.sources import Source
from analytics.reading.table import Table


def types_found(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], name: str) -> dict[int, str]:
    """Return by file the type of a column; text without a value is left out where others have a type."""
    found = {at: table.types[table.names.index(name)] for at, table in enumerate(tables) if name in table.names}
    if len(set(found.values())) > 1:
        texts = [at for at, type_ in found.items() if type_ == "VARCHAR"]
        for at in texts:
            column = f"c{tables[at].names.index(name)}"
            if connection.execute(f"SELECT count({column}) FROM part{at}").fetchone() == (0,):
                del found[at]
    return found


def read_as_written(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    tables: Sequence[Table],
    mixed: Mapping[str, Mapping[int, str]],
    scratch: Path,
    csv: CsvOptions,
) -> None:
    """Read again, as text, the text files of which a column has a type and is text in another file.

    A number, a date or a truth value turned into text is not what stands in the file: ``1.50``, ``2024-01-31`` and ``TRUE``.
    """
    changed = {
        at
        for known in mixed.values()
        for at, type_ in known.items()
        if tables[at].is_text and type_ not in ("VARCHAR", "BIGINT")
    }
    for at in sorted(changed):
        own = scratch / f"again{at}"
        own.mkdir()
        connection.execute(f"DROP TABLE part{at}")
        raw.read_source(connection, sources[at], own, csv, as_text=True)
        connection.execute(f"DROP TABLE set_aside; ALTER TABLE raw RENAME TO part{at}")
        shutil.rmtree(own, ignore_errors=True)
