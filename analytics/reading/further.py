"""Further files of a folder that the workspace has a log of: they are read by themselves, as a log of the same roles."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.log.layout import CsvOptions
from analytics.log.origin import SOURCE_FILE, FileRead, Origin
from analytics.log.schema import Log, Reading
from analytics.reading import build, files, growth, parts, profile
from analytics.reading.checks import registry
from analytics.reading.formats import kinds
from analytics.reading.sql import database
from analytics.reading.types import infer
from analytics.reading.types.conversion import Conversion

_ANEW = "All files were read anew."


@dataclass(frozen=True)
class Told:
    """The folder to work in, the memory of the engine, the plain size of a file at most, the time, and who hears of steps."""

    folder: Path
    memory_limit: str
    max_bytes: int
    created_at: str
    begin: Callable[[str], None]


class Differs(InputError):
    """Why the rows of further files cannot be put behind those of a log: a sentence for the receipt of the new one."""


def n_further(log: Log, names: Sequence[str], digests: Sequence[str]) -> int:
    """Return how many of the files of a folder, the last ones, a log of the folder does not hold yet.

    Raises
    ------
    Differs
        If a file was replaced or removed, if a new one lies between the others, or if the roles look across rows.
    """
    origin = log.reading.origin
    known = dict(zip((file.name for file in origin.files), origin.digests, strict=True))
    replaced = [name for name, digest in zip(names, digests, strict=True) if known.get(name, digest) != digest]
    removed = [name for name in known if name not in names]
    for changed, how in ((replaced, "replaced"), (removed, "removed")):
        if changed:
            verb = "were" if len(changed) > 1 else "was"
            raise Differs(f"{parts.some(changed)} {verb} {how} since the folder was last read. {_ANEW}")
    if list(names[: len(known)]) != list(known):
        between = [name for name in names[: len(known)] if name not in known]
        raise Differs(f"{parts.some(between)} came to lie before files that were read earlier. {_ANEW}")
    if log.mapping.kind == "rankings" or log.mapping.unit or log.mapping.latest_by or _may_be_relative(log):
        raise Differs(f"The roles of the columns look across rows, so that no file stands by itself. {_ANEW}")
    return len(names) - len(known)


def _may_be_relative(log: Log) -> bool:
    """Whether weights may be scaled to the rows of all files (`build`): some are below 1."""
    if log.mapping.weight is None or log.mapping.is_weight_share:
        return False
    column = log.reading.column(log.mapping.weight)
    return column.kind != "number" or float(column.low or 0) < 1


def grown(log: Log, database_file: Path, given: Sequence[files.Given], digests: Sequence[str], told: Told) -> Log:
    """Make ``log.duckdb`` in a folder: a log with the rows of all files, of which the last are read.

    Parameters
    ----------
    log, database_file : Log and Path
        The log of the files before, and where it is.
    given, digests : sequence of Given and of str
        All files, and the digest of the log that is made before theirs.
    told : Told

    Raises
    ------
    InputError
        If they cannot be put behind the others as they are.
    """
    digest, *each = digests
    n_new = n_further(log, [file.name for file in given], each)
    told.begin("Reading the further files")
    connection = database.connect(told.folder / "further.duckdb", told.memory_limit)
    try:
        day = _day(connection, log, given[-n_new:], told)
        day = replace(day, content_hash=digest, origin=replace(day.origin, digests=tuple(each[-n_new:])))
        told.begin("Putting rows behind the others")
        shutil.copyfile(database_file, told.folder / "log.duckdb")
        database.take_day(connection, told.folder / "day_log.duckdb", told.folder / "log.duckdb")
        found = replace(growth.append(connection, log, day), log_id=digest[:12], created_at=told.created_at)
        found = registry.examined(connection, found, log)
        database.finish_grown(connection, found)
    finally:
        connection.close()
    return found


def _day(connection: duckdb.DuckDBPyConnection, log: Log, given: Sequence[files.Given], told: Told) -> Reading:
    """Read further files and build a log of them, which stays attached as ``log_file``; return their account."""
    export = files.read_exports(
        connection, given, told.folder, CsvOptions(), max_bytes=told.max_bytes, progress=lambda done: None
    )
    if export.empty:
        raise Differs(f"{kinds.said_of_empty(export.empty)} {_ANEW}")
    n_rows, columns = _as_before(connection, export, given[0].name, log.reading)
    read = n_rows + sum(reason.rows for reason in export.table.set_aside)
    own = export.origin.files or (FileRead(given[0].name, export.file_format, read, n_rows),)
    database.attach_target(connection, told.folder / "day_log.duckdb")
    build.build(connection, log.reading, log.mapping, lambda done: None, name=log.name, created_at=told.created_at)
    return replace(
        log.reading,
        rows_read=read,
        rows_kept=n_rows,
        columns=columns,
        set_aside=export.table.set_aside,
        repairs=export.table.repairs,
        lines=export.table.lines,
        origin=Origin(files=own),
    )


def _as_before(
    connection: duckdb.DuckDBPyConnection, export: files.Export, name: str, reading: Reading
) -> tuple[int, tuple[Column, ...]]:
    """Give the rows of further files in ``raw`` the columns of a log, by name and type; return their number and columns.

    Raises
    ------
    Differs
        If they have other columns, or values that a column of the log cannot hold as they are.
    """
    table, names = export.table, list(export.table.names)
    if not table.header:
        raise Differs(f"The further files have no header. {_ANEW}")
    conversions = infer.convert(connection, names, table.types, is_text=table.is_text)
    places = {own: f"c{place}" for place, own in enumerate(names)}
    if not export.origin.files:  # of one file
        connection.execute("ALTER TABLE raw ADD COLUMN file VARCHAR")
        connection.execute("UPDATE raw SET file = ?", [name])
        places[SOURCE_FILE] = "file"
    if others := sorted(set(places) ^ set(reading.names)):
        raise Differs(f"The further files have other columns ({parts.some(others)}). {_ANEW}")
    for own, conversion in zip(names, conversions, strict=True):
        if not _fits(connection, places[own], conversion, reading.column(own)):
            raise Differs(f"Values of {own!r} are written in another way in the further files. {_ANEW}")
    cells = ", ".join(f"{places[column.name]}::{column.type} AS {column.sql_name}" for column in reading.columns)
    connection.execute(f"CREATE TABLE reshaped AS SELECT {cells} FROM raw ORDER BY rowid")
    connection.execute("DROP TABLE raw; ALTER TABLE reshaped RENAME TO raw")
    unread = {own: (one.n_unparsable, one.example) for own, one in zip(names, conversions, strict=True)}
    as_typed = [Conversion(column.type, *unread.get(column.name, (0, None))) for column in reading.columns]
    return profile.profile(connection, reading.names, as_typed, lambda done: None)


def _fits(connection: duckdb.DuckDBPyConnection, name: str, found: Conversion, column: Column) -> bool:
    """Whether a column of further files would have become one of the log's type beside the rows of the log."""
    if found.notation is not None or found.sign is not None or column.sign is not None:
        return False
    if found.type == column.type or (found.type, column.type) == ("BIGINT", "DOUBLE"):
        return True
    return connection.execute(f"SELECT count({name}) FROM raw").fetchone() == (0,)
