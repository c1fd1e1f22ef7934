"""Records in JSON, one document or one to a line, as the table ``raw``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.receipt import LineCounts, SetAside
from analytics.reading import wide
from analytics.reading.formats import commented, documents
from analytics.reading.formats.sources import Source
from analytics.reading.seen.paths import escape_glob
from analytics.reading.table import Table, read_typed

_MAX_LINE_BYTES = 64 << 20
"""Bytes of one JSON object, which the engine reads whole. A judgement."""

_AS_COLUMNS = "map_inference_threshold = -1, field_appearance_threshold = 0"
"""Keys of records are columns, however many and however seldom each is: else the engine makes one column of all."""

_NO_TIME = "\x1f%Y"
"""A format that no time has: the engine takes any digits with dashes for a date, and days first where nothing settles it."""

_LISTS_ONLY = ("json",)
"""What the engine calls the one column of values that are no objects: lists of records one after the other."""


def read_json(
    connection: duckdb.DuckDBPyConnection, source: Source, scratch: Path, wanted: Sequence[str] | None
) -> Table:
    """Read JSON by the engine where it is clean; damaged lines are set aside, other layouts and long numbers laid out first."""
    plain = scratch / "records.ndjson"
    if source.file_format == "json" and not _starts_with_records(source.path):
        said = _lay_out(source.path, plain)
        table = _read_records(connection, plain, "newline_delimited", wanted)
        return _noted(table, *([said] if said else []))
    layout = "newline_delimited" if source.file_format == "ndjson" else "auto"
    try:
        table = _read_records(connection, source.path, layout, wanted)
        if not _has_lost_digits(connection, table) and table.names != _LISTS_ONLY:
            return _noted(table)
    except duckdb.Error:
        if source.file_format == "json" and source.path.stat().st_size > documents.MAX_DOCUMENT_BYTES:
            raise
    connection.execute("DROP TABLE IF EXISTS raw")
    if source.file_format == "json":
        said = _lay_out(source.path, plain)
        return _noted(_read_records(connection, plain, "newline_delimited", wanted), *([said] if said else []))
    found = documents.sort_lines(source.path, plain, has_noise=source.has_noise)
    table = _read_records(connection, plain, "newline_delimited", wanted)
    if found.bad:
        connection.execute(
            "INSERT INTO set_aside SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [[bad.line for bad in found.bad], [bad.reason for bad in found.bad], [bad.text for bad in found.bad]],
        )
    reasons = Counter(bad.reason for bad in found.bad)
    lines = LineCounts(0, 0, found.blank, found.kept, len(found.bad), found.blank + found.kept + len(found.bad))
    return _noted(replace(table, set_aside=tuple(SetAside(*reason) for reason in reasons.most_common()), lines=lines))


def _lay_out(path: Path, target: Path) -> str | None:
    """Lay a document out as records; one that is damaged is tried again without comments and commas after the last value."""
    try:
        return documents.lay_out(path, target)
    except InputError:
        text = path.read_text("utf-8") if path.stat().st_size <= documents.MAX_DOCUMENT_BYTES else ""
        if (plain := commented.plain(text)) == text:
            raise
    by_hand = target.with_suffix(".plain.json")
    by_hand.write_text(plain, "utf-8")
    said = documents.lay_out(by_hand, target)
    return "Comments, and commas after the last value, were left out of the JSON document." + (
        f" {said}" if said else ""
    )


def _read_records(
    connection: duckdb.DuckDBPyConnection, path: Path, layout: str, wanted: Sequence[str] | None
) -> Table:
    """Read records by the engine's reader, all or the ``wanted`` of their values; values inside values stay JSON, and times
    text until all of a column decide."""
    scan = (
        f"read_json(?, format = '{layout}', sample_size = -1, maximum_object_size = {_MAX_LINE_BYTES}, maximum_depth = 2, "
        f"dateformat = '{_NO_TIME}', timestampformat = '{_NO_TIME}', {_AS_COLUMNS})"
    )
    return read_typed(connection, scan, [escape_glob(path)], wanted=wanted)


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


def with_columns(connection: duckdb.DuckDBPyConnection, table: Table, wanted: Sequence[str] | None) -> Table:
    """Leave in ``raw`` the columns of records that are named; all where none is."""
    if wanted is None:
        return table
    places, said = wide.chosen(connection, table.names, wanted, len(table.offered or table.names))
    names, types = (tuple(each[place] for place in places) for each in (table.names, table.types))
    return replace(
        table,
        names=names,
        types=types,
        header=names if table.header else (),
        found=(),
        paths=tuple(path for path in table.paths if path in names),
        repairs=(*table.repairs, said),
        offered=table.offered or table.names,
    )
