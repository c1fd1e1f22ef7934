"""From a plain file to the table ``raw`` with columns ``c0, c1, …`` and the table ``set_aside``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.column import unique_names
from analytics.log.layout import CsvOptions
from analytics.reading import wide
from analytics.reading.bounds import MAX_COLUMNS, check_first_line
from analytics.reading.delimited import subtotals
from analytics.reading.delimited.load import load
from analytics.reading.formats.registry import FORMATS
from analytics.reading.formats.sources import Source
from analytics.reading.json_records import read_json, with_columns
from analytics.reading.nested.texts import is_short
from analytics.reading.nested.unfold import unfold
from analytics.reading.seen.parquet import parquet_headers
from analytics.reading.seen.paths import escape_glob
from analytics.reading.table import Table, read_typed

_LAID_OUT = ("html", "xml", "arff", "sql")
"""Formats whose table was written anew as text with commas between fields and quotes around them."""

_CREATE_SET_ASIDE = "CREATE TABLE set_aside (line BIGINT, reason VARCHAR, text VARCHAR)"


def read_source(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    scratch: Path,
    csv: CsvOptions | None = None,
    *,
    as_text: bool = False,
    progress: Callable[[float], None] | None = None,
    unfolds: bool = True,
    is_seen: bool = False,
) -> Table:
    """Read a plain file into ``raw``.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Where ``raw`` and ``set_aside`` are made.
    source, scratch : Source and Path
        The file, and a folder for what is laid out anew.
    csv : CsvOptions, optional
        What is known of the layout of a CSV file; the rest is guessed.
    as_text : bool
        Whether the columns of a CSV file stay text.
    progress : callable, optional
        Told the share that is read of text that is read line by line.
    unfolds : bool
        Whether objects and lists become columns; what is written back stays as it stands in the file.
    is_seen : bool
        Whether ``raw`` may be a view of a Parquet file, until `seen.parquet.own_rows`.

    Raises
    ------
    InputError
        If the file holds no table, or is damaged.
    """
    table = _read_plain(connection, source, scratch, csv, as_text=as_text, progress=progress, is_seen=is_seen)
    named = csv.paths or () if csv else ()
    is_text = FORMATS[source.file_format].way == "text"
    if not unfolds or (is_text and not named and is_short(connection)):
        return table
    wanted = csv.columns if csv and FORMATS[source.file_format].way == "json" else None
    found = unfold(connection, table.names, table.types, named, max_columns=MAX_COLUMNS, as_text=as_text)
    if not found.paths and len(found.names) == len(table.names):
        return with_columns(connection, replace(table, repairs=(*table.repairs, *found.said)), wanted)
    names = unique_names(found.names)
    table = replace(
        table,
        names=names,
        types=found.types,
        header=names if table.header else (),
        repairs=(*table.repairs, *found.said),
        paths=found.paths,
        hints=found.hints,
        payload=found.payload,
    )
    return with_columns(connection, table, wanted)


def _read_plain(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    scratch: Path,
    csv: CsvOptions | None,
    *,
    as_text: bool,
    progress: Callable[[float], None] | None,
    is_seen: bool,
) -> Table:
    """Read a plain file into ``raw``, with values inside values as JSON text."""
    connection.execute(_CREATE_SET_ASIDE)
    try:
        entry = FORMATS[source.file_format]
        if entry.way == "text":
            said = csv or CsvOptions()
            if source.sheet is not None or source.file_format in _LAID_OUT:
                said = replace(said, delimiter=",", quote='"', escape='"')
            check_first_line(source.path, is_any_width=True)
            if (narrow := wide.narrowed(source.path, scratch, said, progress or (lambda _: None))) is not None:
                return _read_narrow(connection, narrow, scratch, as_text=as_text)
            check_first_line(source.path)
            return _read_csv(connection, source.path, scratch, said, as_text=as_text, progress=progress)
        if entry.way == "json":
            return read_json(connection, source, scratch, csv.columns if csv else None)
        if entry.to_parquet is None:
            return _read_parquet(connection, source.path, scratch, csv, is_seen=is_seen)
        repairs = entry.to_parquet(source.path, scratch / "laid_out.parquet")
        table = _read_parquet(connection, scratch / "laid_out.parquet", scratch, csv, is_seen=is_seen)
        return replace(table, repairs=(*repairs, *table.repairs))
    except duckdb.Error as error:
        first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        first = first.replace(str(source.path), source.name or "the file").replace(str(scratch), "…")
        raise InputError(
            f"Expected a readable {source.file_format.upper()} table; reading it stopped with: {first}. "
            "Check that the file is whole and is what its name says."
        ) from error


def _read_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    options: CsvOptions,
    *,
    as_text: bool,
    progress: Callable[[float], None] | None,
) -> Table:
    """Read a CSV file; lines that are no row of it go to ``set_aside`` with their reason."""
    loaded = load(connection, path, scratch, options, as_text=as_text, progress=progress)
    set_aside, lines = loaded.outcome.set_aside, loaded.outcome.lines
    if not as_text:
        set_aside, lines = subtotals.without(connection, len(loaded.types), set_aside, lines)
    return Table(
        unique_names(loaded.header or ("",) * len(loaded.types)),
        loaded.types,
        is_text=True,
        set_aside=set_aside,
        header=loaded.header,
        repairs=loaded.outcome.repairs,
        lines=lines,
        layout=replace(loaded.layout, encoding=options.encoding),
    )


def _read_narrow(connection: duckdb.DuckDBPyConnection, narrow: wide.Narrow, scratch: Path, *, as_text: bool) -> Table:
    """Read the columns that matter of a wide text; rows of another width are set aside."""
    said = CsvOptions(delimiter=",", quote='"', escape='"', header_lines=1)
    table = _read_csv(connection, narrow.path, scratch, said, as_text=as_text, progress=None)
    set_aside, lines = wide.account(connection, narrow, table.set_aside, table.lines)
    repairs = (narrow.said, *table.repairs)
    return replace(table, set_aside=set_aside, lines=lines, repairs=repairs, offered=narrow.names, layout=None)


def _read_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path, csv: CsvOptions | None, *, is_seen: bool
) -> Table:
    """Read a Parquet file; its headers are taken from it, as DuckDB renames those that differ only by case."""
    headers, wanted = parquet_headers(connection, path), csv.columns if csv else None
    if wanted is not None or len(headers) > MAX_COLUMNS:
        narrow = wide.narrowed_parquet(connection, path, scratch, headers, wanted)
        table = read_typed(connection, "read_parquet(?)", [escape_glob(narrow.path)])
        return replace(table, names=narrow.kept, header=narrow.kept, repairs=(narrow.said,), offered=narrow.names)
    table = read_typed(connection, "read_parquet(?)", [escape_glob(path)], seen=path if is_seen else None)
    if len(headers) != len(table.names):
        return table
    return replace(table, names=unique_names(headers), header=tuple(headers))
