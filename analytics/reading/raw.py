"""From a plain file to the table ``raw`` with columns ``c0, c1, …`` and the table ``set_aside``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analytics.errors import InputError, QuestionError
from analytics.log.column import unique_names
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts, SetAside
from analytics.reading import wide
from analytics.reading.bounds import MAX_COLUMNS, check_columns, check_first_line
from analytics.reading.delimited import subtotals
from analytics.reading.delimited.load import load
from analytics.reading.formats import documents
from analytics.reading.formats.registry import FORMATS
from analytics.reading.formats.sources import Source
from analytics.reading.nested.texts import is_short
from analytics.reading.nested.unfold import unfold
from analytics.reading.plain_types import WIDE, plain_expression, plain_type
from analytics.reading.seen.parquet import parquet_headers, see_parquet
from analytics.reading.seen.paths import escape_glob

_MAX_LINE_BYTES = 64 << 20
"""Bytes of one JSON object, which the engine reads whole. A judgement."""

_NO_TIME = "\x1f%Y"
"""A format that no time has: the engine takes any digits with dashes for a date, and days first where nothing settles it."""

_LISTS_ONLY = ("json",)
"""What the engine calls the one column of values that are no objects: lists of records one after the other."""

_LAID_OUT = ("html", "xml", "arff", "sql")
"""Formats whose table was written anew as text with commas between fields and quotes around them."""

_ROW_NUMBER = "file_row_number"
"""What the engine calls the place of a row in a Parquet file, where it is asked for it."""

_CREATE_SET_ASIDE = "CREATE TABLE set_aside (line BIGINT, reason VARCHAR, text VARCHAR)"


@dataclass(frozen=True)
class Table:
    """The columns of ``raw``: names as people see them, DuckDB types, and the books of the reading.

    ``header`` is what the file itself has as names, empty where it has none; ``found`` are the types of a file that has some,
    ``layout`` is how text was taken apart, ``paths`` are names that lead into values, ``hints`` are roles and their likely
    columns in such a ``payload``, ``offered`` all names of a table of which only some columns were read.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    is_text: bool
    set_aside: tuple[SetAside, ...] = ()
    header: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    lines: LineCounts | None = None
    found: tuple[str, ...] = ()
    layout: CsvOptions | None = None
    paths: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    payload: str | None = None
    offered: tuple[str, ...] = ()


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
    found = unfold(connection, table.names, table.types, named, max_columns=MAX_COLUMNS, as_text=as_text)
    if not found.paths:
        return replace(table, repairs=(*table.repairs, *found.said))
    names = unique_names(found.names)
    return replace(
        table,
        names=names,
        types=found.types,
        header=names if table.header else (),
        repairs=(*table.repairs, *found.said),
        paths=found.paths,
        hints=found.hints,
        payload=found.payload,
    )


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
            if csv and csv.columns:
                raise QuestionError("Expected a table of text or Parquet for --columns, found JSON. Leave them out.")
            return _read_json(connection, source, scratch)
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


def _read_json(connection: duckdb.DuckDBPyConnection, source: Source, scratch: Path) -> Table:
    """Read JSON by the engine where it is clean; damaged lines are set aside, other layouts and long numbers laid out first."""
    plain = scratch / "records.ndjson"
    if source.file_format == "json" and not _starts_with_records(source.path):
        said = documents.lay_out(source.path, plain)
        table = _read_records(connection, plain, "newline_delimited")
        return _noted(table, *([said] if said else []))
    layout = "newline_delimited" if source.file_format == "ndjson" else "auto"
    try:
        table = _read_records(connection, source.path, layout)
        if not _has_lost_digits(connection, table) and table.names != _LISTS_ONLY:
            return _noted(table)
    except duckdb.Error:
        if source.file_format == "json":
            raise
    connection.execute("DROP TABLE IF EXISTS raw")
    if source.file_format == "json":
        said = documents.lay_out(source.path, plain)
        return _noted(_read_records(connection, plain, "newline_delimited"), *([said] if said else []))
    found = documents.sort_lines(source.path, plain, has_noise=source.has_noise)
    table = _read_records(connection, plain, "newline_delimited")
    if found.bad:
        connection.execute(
            "INSERT INTO set_aside SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [[bad.line for bad in found.bad], [bad.reason for bad in found.bad], [bad.text for bad in found.bad]],
        )
    reasons = Counter(bad.reason for bad in found.bad)
    lines = LineCounts(0, 0, found.blank, found.kept, len(found.bad), found.blank + found.kept + len(found.bad))
    return _noted(replace(table, set_aside=tuple(SetAside(*reason) for reason in reasons.most_common()), lines=lines))


def _read_records(connection: duckdb.DuckDBPyConnection, path: Path, layout: str) -> Table:
    """Read records by the engine's reader; values inside values stay JSON, and times text until all of a column decide."""
    scan = (
        f"read_json(?, format = '{layout}', sample_size = -1, maximum_object_size = {_MAX_LINE_BYTES}, maximum_depth = 2, "
        f"dateformat = '{_NO_TIME}', timestampformat = '{_NO_TIME}')"
    )
    return _read_typed(connection, scan, [escape_glob(path)])


def _starts_with_records(path: Path) -> bool:
    """Whether a JSON document is a list of objects, which the engine reads as it stands."""
    with path.open(encoding="utf-8") as file:
        return re.match(r"\s*\[\s*(\{|\]\s*$)", file.read(1 << 12)) is not None


def _has_lost_digits(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether a column holds numbers that large that they may have been whole ones with more digits than a float keeps."""
    names = [f"c{place}" for place, type_ in enumerate(table.types) if type_ == "DOUBLE"]
    if not names:
        return False
    sums = " OR ".join(
        f"coalesce(bool_or(isfinite({name}) AND abs({name}) BETWEEN 9e17 AND 1e40), false)" for name in names
    )
    row = connection.execute(f"SELECT {sums} FROM raw").fetchone()
    return row is not None and bool(row[0])


def _noted(table: Table, *said: str) -> Table:
    """Return a table read from JSON with what is to say of it."""
    return replace(table, repairs=(*table.repairs, *said))


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
        table = _read_typed(connection, "read_parquet(?)", [escape_glob(narrow.path)])
        return replace(table, names=narrow.kept, header=narrow.kept, repairs=(narrow.said,), offered=narrow.names)
    table = _read_typed(connection, "read_parquet(?)", [escape_glob(path)], seen=path if is_seen else None)
    if len(headers) != len(table.names):
        return table
    return replace(table, names=unique_names(headers), header=tuple(headers))


def _read_typed(
    connection: duckdb.DuckDBPyConnection, scan: str, parameters: list[str], *, seen: Path | None = None
) -> Table:
    """Read a file that carries its own types; what the house does not use becomes text or a plain number."""
    described = connection.execute(f"DESCRIBE FROM {scan}", parameters).fetchall()
    headers, found = [row[0] for row in described], [row[1] for row in described]
    check_columns(len(headers))
    if not headers:
        raise InputError("Expected a table with columns, found none. Export the log again.")
    types = tuple(plain_type(type_) for type_ in found)
    aliases = ", ".join(f"a{place}" for place in range(len(headers)))
    selected = ", ".join(f"{plain_expression(f'a{place}', type_)} AS c{place}" for place, type_ in enumerate(found))
    long = [place for place, type_ in enumerate(found) if WIDE.fullmatch(type_)]
    if seen and not long and _ROW_NUMBER not in map(str.lower, headers):
        see_parquet(connection, seen, selected, len(headers))
    else:
        connection.execute(f"CREATE TABLE raw AS SELECT {selected} FROM (FROM {scan}) AS t({aliases})", parameters)
    narrow = _narrowed(connection, long)
    types = tuple("BIGINT" if place in narrow else type_ for place, type_ in enumerate(types))
    return Table(unique_names(headers), types, is_text=False, header=tuple(headers), found=tuple(found))


def _narrowed(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> set[int]:
    """Make integers of more than 64 bits plain ones where all of a column fit; the others stay text. Return the former."""
    narrow = set()
    for name, place in ((f"c{place}", place) for place in places):
        row = connection.execute(f"SELECT count({name}) = count(TRY_CAST({name} AS BIGINT)) FROM raw").fetchone()
        if row is not None and row[0]:
            connection.execute(f"ALTER TABLE raw ALTER {name} TYPE BIGINT")
            narrow.add(place)
    return narrow
