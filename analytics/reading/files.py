"""One log from one file or several: each is read by itself, then they become one table by the names of their columns."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.column import unique_names
from analytics.log.layout import CsvOptions
from analytics.log.origin import SOURCE_FILE, FileRead, Origin
from analytics.reading import account, parts, raw
from analytics.reading.formats import kinds
from analytics.reading.formats import sources as file_sources
from analytics.reading.formats.sources import Source
from analytics.reading.mixed import read_as_written, types_found
from analytics.reading.table import Table

_MAX_FILES = 5_000
"""Files of one log, those in archives counted. A judgement; the inbox refuses a folder of more as well."""

HEAD_BYTES, _HEAD_ROWS, _MAX_CELL = 256 << 10, 10, 200
"""Of a preview: bytes of the file that are read, rows that are shown, and characters of a cell. A judgement."""


@dataclass(frozen=True)
class Given:
    """A file, and what people call it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Export:
    """What was read into ``raw``, from which files, and what is to be said about them.

    Attributes
    ----------
    table : Table
        The columns, with the account over all files.
    file_format : str
        What the files were; several formats are joined by a plus.
    origin : Origin
        The account of each file, and what is to be said about them.
    empty : tuple of str
        Names of the files without a character, which were passed over beside others.
    """

    table: Table
    file_format: str
    origin: Origin
    empty: tuple[str, ...] = ()


def read_exports(
    connection: duckdb.DuckDBPyConnection,
    given: Sequence[Given],
    folder: Path,
    csv: CsvOptions,
    *,
    max_bytes: int,
    progress: Callable[[float], None],
    as_text: bool = False,
    is_seen: bool = False,
) -> Export:
    """Read the files of one log into ``raw`` and ``set_aside``.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Where the tables are made.
    given : sequence of Given
        The files; an archive may hold several.
    folder : Path
        Where plain copies are laid while they are needed.
    csv : CsvOptions
        What is known of their layout.
    max_bytes : int
        Largest plain size of a file.
    progress : callable
        Told the share of the work that is done.
    as_text : bool
        Whether the columns of text files stay text.
    is_seen : bool
        Whether ``raw`` may be a view of a Parquet file that is the only one.

    Raises
    ------
    InputError
        If a file cannot be read, or is no export of the same log.
    """
    scratch = folder / "plain"
    scratch.mkdir()
    try:
        sources: list[Source] = []
        empty: dict[int, str] = {}
        for place, file in enumerate(given):
            own = scratch / f"file{place}"
            own.mkdir()
            done = progress if len(given) == 1 else _nothing
            try:
                sources += file_sources.prepare_all(
                    file.path, own, max_bytes=max_bytes, progress=done, csv=csv, name=file.name
                )
            except file_sources.EmptyFile as error:
                if len(given) == 1 or (place == len(given) - 1 and not sources):
                    raise _named(error, file.name, len(given)) from error
                empty[len(sources) + len(empty)] = file.name
            except InputError as error:
                raise _named(error, file.name, len(given)) from error
        passed_over = (kinds.said_of_empty([*empty.values()]),) if empty else ()
        if len(sources) > _MAX_FILES:
            raise InputError(f"Expected at most {_MAX_FILES:,} files, found {len(sources):,}. Join them before.")
        contradictions = tuple(source.contradiction for source in sources if source.contradiction)
        if len(sources) == 1:
            (source,) = sources
            table = raw.read_source(
                connection,
                source,
                scratch,
                csv,
                as_text=as_text,
                progress=progress,
                unfolds=not as_text,
                is_seen=is_seen,
            )
            table = replace(table, repairs=(*source.repairs, *table.repairs, *passed_over))
            table = parts.with_keys(connection, table, source.name)
            origin = Origin((), (), contradictions, source.sheet, source.sheets, table.layout)
            origin = replace(origin, paths=table.paths, hints=table.hints, payload=table.payload, offered=table.offered)
            return Export(table, source.file_format, origin, (*empty.values(),))
        export = _united(connection, sources, scratch, csv, progress, contradictions, as_text=as_text)
        listed = [*export.origin.files]
        for place, name in empty.items():
            listed.insert(place, FileRead(name, export.file_format, 0, 0))
        table = replace(export.table, repairs=(*export.table.repairs, *passed_over))
        return replace(
            export, table=table, origin=replace(export.origin, files=tuple(listed)), empty=(*empty.values(),)
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_head(
    connection: duckdb.DuckDBPyConnection, given: Given, folder: Path, csv: CsvOptions, *, max_bytes: int
) -> tuple[Table, list[list[str | None]]]:
    """Read the first lines of a text file as text; return its columns with their account, and the first rows."""
    source = file_sources.prepare_all(
        given.path, folder, max_bytes=max_bytes, progress=_nothing, csv=csv, name=given.name
    )[0]
    head = folder / "head"
    with source.path.open("rb") as file:
        data = file.read(HEAD_BYTES)
    head.write_bytes(data[: data.rfind(b"\n") + 1] or data if len(data) == HEAD_BYTES else data)
    table = raw.read_source(connection, replace(source, path=head), folder, csv, as_text=True)
    cells = ", ".join(f"left(c{place}::VARCHAR, {_MAX_CELL})" for place in range(len(table.names)))
    rows = connection.execute(f"SELECT {cells} FROM raw ORDER BY rowid LIMIT {_HEAD_ROWS}").fetchall()
    return replace(table, repairs=(*source.repairs, *table.repairs)), [list(row) for row in rows]


def _nothing(done: float) -> None:
    """Ignore progress."""


def _named(error: InputError, name: str, n_files: int) -> InputError:
    """Return an error with the file it is about, where there are several."""
    return error if n_files == 1 or name in str(error) else InputError(f"{name}: {error}")


def _united(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    scratch: Path,
    csv: CsvOptions,
    progress: Callable[[float], None],
    contradictions: tuple[str, ...],
    *,
    as_text: bool,
) -> Export:
    """Read several files and join them by the names of their columns, with a column that says which file a row is from."""
    shown = _distinct_names([source.name for source in sources])
    connection.execute("CREATE TABLE all_set_aside (line BIGINT, reason VARCHAR, text VARCHAR, file VARCHAR)")
    tables: list[Table] = []
    files: list[FileRead] = []
    for place, (source, name) in enumerate(zip(sources, shown, strict=True)):
        own = scratch / f"read{place}"
        own.mkdir()
        try:
            table = raw.read_source(connection, source, own, csv, as_text=as_text, unfolds=not as_text)
        except InputError as error:
            raise _named(error, name, len(sources)) from error
        tables = parts.alike(tables, table)
        parts.refuse_stranger(tables, shown)
        rows = connection.execute("SELECT count(*) FROM raw").fetchone()
        n_aside = sum(reason.rows for reason in table.set_aside)
        files.append(FileRead(name, source.file_format, (rows[0] if rows else 0) + n_aside, rows[0] if rows else 0))
        connection.execute("INSERT INTO all_set_aside SELECT *, ? FROM set_aside", [name])
        connection.execute(f"DROP TABLE set_aside; ALTER TABLE raw RENAME TO part{place}")
        shutil.rmtree(own, ignore_errors=True)
        progress((place + 1) / (len(sources) + 1))
    names = tuple(dict.fromkeys(chain.from_iterable(table.names for table in tables)))
    found = [types_found(connection, tables, name) for name in names]
    types = [_common_type(list(known.values())) for known in found]
    mixed = {name: known for name, known, type_ in zip(names, found, types, strict=True) if type_ == "VARCHAR"}
    read_as_written(connection, sources, tables, mixed, scratch, csv)
    for source in sources:
        source.path.unlink(missing_ok=True) if source.path.is_relative_to(scratch) else None
    keys = parts.new_keys([source.name for source in sources], names)
    _join_parts(connection, tables, shown, names, types, keys)
    connection.execute("ALTER TABLE all_set_aside RENAME TO set_aside")
    table = Table(
        unique_names([*names, *keys, SOURCE_FILE]),
        (*types, *["VARCHAR"] * len(keys), "VARCHAR"),
        is_text=any(table.is_text for table in tables),
        set_aside=account.added_reasons(tables),
        header=unique_names([*names, *keys, SOURCE_FILE]),
        repairs=parts.said_of_keys(keys)
        + account.said_of_all(
            [(*source.repairs, *table.repairs) for source, table in zip(sources, tables, strict=True)], shown
        ),
        lines=account.added_lines(tables),
    )
    file_format = "+".join(sorted({source.file_format for source in sources}))
    differing = tuple(account.differences(tables, shown, names))
    first, paths = tables[0], dict.fromkeys(chain.from_iterable(table.paths for table in tables))
    origin = Origin(tuple(files), differing, contradictions, layout=first.layout, paths=tuple(paths))
    origin = replace(origin, hints=first.hints, payload=first.payload)
    return Export(table, file_format, origin)


def _distinct_names(names: Sequence[str]) -> list[str]:
    """Return the names of files, numbered where two are alike."""
    return list(unique_names(names))


def _common_type(types: Sequence[str]) -> str:
    """Return the type that holds the values of a column in every file.

    >>> _common_type(["BIGINT", "DOUBLE"]), _common_type(["BIGINT", "VARCHAR"])
    ('DOUBLE', 'VARCHAR')
    """
    found = set(types)
    if len(found) == 1:
        return types[0]
    return "DOUBLE" if found == {"BIGINT", "DOUBLE"} else "VARCHAR"


def _join_parts(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    shown: Sequence[str],
    names: Sequence[str],
    types: Sequence[str],
    keys: Sequence[str],
) -> None:
    """Move the rows of ``part0, part1, …`` into ``raw``, in the order of the files, with the keys of their folders."""
    columns = ", ".join(
        f"c{place} {type_}" for place, type_ in enumerate([*types, *["VARCHAR"] * len(keys), "VARCHAR"])
    )
    connection.execute(f"CREATE TABLE raw ({columns})")
    for at, (table, name) in enumerate(zip(tables, shown, strict=True)):
        places = {own: place for place, own in enumerate(table.names)}
        cells = ", ".join(
            f"c{places[name]}::{type_}" if name in places else "NULL" for name, type_ in zip(names, types, strict=True)
        )
        given = [parts.keys_of(name).get(key) for key in keys]
        marks = ", ".join("?" for _ in (*keys, name))
        connection.execute(f"INSERT INTO raw SELECT {cells}, {marks} FROM part{at} ORDER BY rowid", [*given, name])
        connection.execute(f"DROP TABLE part{at}")
