"""The registry of input formats and packings: what each is called, how it is known, and what reads it.

Whoever adds a format adds an entry here, a reader where the engine has none (a module of this folder), and a sample in the
tests; the drop zone, messages, the README and the list of files that are broken on purpose follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analytics.reading.formats import arrow, avro, orc

_Way = Literal["text", "json", "parquet"]
"""How a format comes into the table ``raw``: as delimited text, as JSON, or as Parquet."""

_ToParquet = Callable[[Path, Path], tuple[str, ...]]
"""Rewrites a file as Parquet and returns what is to say of it; raises `InputError` where the file cannot be read."""


@dataclass(frozen=True, kw_only=True)
class _Format:
    """One format of input.

    Attributes
    ----------
    name : str
        What a reading calls it.
    words : tuple of str
        What people call it, in lists: ``Arrow``, ``Feather``.
    shown : str
        The same in a sentence: ``an Excel workbook``.
    endings : tuple of str
        Ends of names that say it, with the dot; the content decides.
    magic : tuple of bytes
        First bytes that say it; none for text, whose layout says what it is.
    way : {"text", "json", "parquet"}
        How it comes into the table ``raw``.
    to_parquet : callable or None
        Rewrites a file as Parquet first; None where the engine reads it, or where it is laid out as text.
    limits : str
        What a file may be at most, and what is left out of it.
    is_like : tuple of str
        Formats whose endings do not contradict its content.
    """

    name: str
    words: tuple[str, ...]
    shown: str
    endings: tuple[str, ...]
    magic: tuple[bytes, ...] = ()
    way: _Way
    to_parquet: _ToParquet | None = None
    limits: str
    is_like: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Packing:
    """One way to pack a file: its name, its first bytes, where it begins with its own, and the ends of names that say it."""

    name: str
    magic: tuple[bytes, ...] = ()
    endings: tuple[str, ...]
    limits: str


FORMATS = {
    entry.name: entry
    for entry in (
        _Format(
            name="csv",
            words=("CSV", "TSV"),
            shown="text with delimiters",
            endings=(".csv", ".tsv", ".tab", ".psv"),
            way="text",
            limits="any delimiter, quote and encoding, or columns filled up with blanks; "
            "lines of at most 64 MB, 1,500 columns, or those of more that matter",
        ),
        _Format(
            name="json",
            words=("JSON",),
            shown="JSON",
            endings=(".json",),
            way="json",
            limits="one document of records, or several; records of at most 64 MB; values inside values become columns",
            is_like=("ndjson",),
        ),
        _Format(
            name="ndjson",
            words=("NDJSON",),
            shown="NDJSON",
            endings=(".ndjson", ".jsonl"),
            way="json",
            limits="one record per line, of at most 64 MB; damaged lines are set aside",
            is_like=("json",),
        ),
        _Format(
            name="parquet",
            words=("Parquet",),
            shown="Parquet",
            endings=(".parquet", ".pq"),
            magic=(b"PAR1",),
            way="parquet",
            limits="not encrypted; values inside values become columns",
        ),
        _Format(
            name="arrow",
            words=("Arrow", "Feather"),
            shown="Arrow",
            endings=(".arrow", ".feather", ".ipc"),
            magic=(b"ARROW1", b"\xff\xff\xff\xff"),
            way="parquet",
            to_parquet=arrow.to_parquet,
            limits="files and streams, Feather version 2; not version 1",
        ),
        _Format(
            name="avro",
            words=("Avro",),
            shown="Avro",
            endings=(".avro",),
            magic=(b"Obj\x01",),
            way="parquet",
            to_parquet=avro.to_parquet,
            limits="object container files, plain or in deflate, bzip2 or xz; values inside values become columns",
        ),
        _Format(
            name="orc",
            words=("ORC",),
            shown="ORC",
            endings=(".orc",),
            magic=(b"ORC",),
            way="parquet",
            to_parquet=orc.to_parquet,
            limits="a stripe at a time; no unions; values inside values become columns",
        ),
        _Format(
            name="sqlite",
            words=("SQLite",),
            shown="a SQLite database",
            endings=(".sqlite", ".sqlite3", ".db"),
            magic=(b"SQLite format 3\x00",),
            way="parquet",
            limits="the largest table or the one that is chosen, read-only; no views and no virtual tables",
        ),
        _Format(
            name="html",
            words=("HTML tables",),
            shown="an HTML table",
            endings=(".html", ".htm", ".xls", ".mht", ".mhtml"),
            way="text",
            limits="the largest table of a page, of at most 256 MB; also saved pages (MHTML) and Excel's XML of 2003",
            is_like=("xml",),
        ),
        _Format(
            name="xml",
            words=("XML",),
            shown="an XML document",
            endings=(".xml",),
            way="text",
            limits="the element that repeats with the most fields, of at most 256 MB; none with a document type (DTD)",
        ),
        _Format(
            name="arff",
            words=("ARFF",),
            shown="an ARFF file",
            endings=(".arff",),
            way="text",
            limits="dense and sparse rows; columns by the names that it declares",
        ),
        _Format(
            name="sql",
            words=("SQL dumps",),
            shown="a dump of a database",
            endings=(".sql",),
            way="text",
            limits="the largest table of INSERT statements and COPY blocks, of at most 256 MB; nothing is run",
        ),
        _Format(
            name="xlsx",
            words=("Excel (.xlsx)",),
            shown="an Excel workbook",
            endings=(".xlsx", ".xlsm"),
            way="text",
            limits="one sheet, or those with other rows of the same columns; not .xls and not .xlsb",
        ),
    )
}

PACKINGS = {
    entry.name: entry
    for entry in (
        _Packing(
            name="gzip",
            magic=(b"\x1f\x8b",),
            endings=(".gz", ".gzip"),
            limits="one file; may unpack to 1 GB or 100 times",
        ),
        _Packing(
            name="zstd",
            magic=(b"\x28\xb5\x2f\xfd",),
            endings=(".zst", ".zstd"),
            limits="one file; may unpack to 1 GB or 100 times",
        ),
        _Packing(
            name="bz2",
            magic=(b"BZh",),
            endings=(".bz2",),
            limits="one file; may unpack to 1 GB or 100 times",
        ),
        _Packing(
            name="xz",
            magic=(b"\xfd7zXZ\x00",),
            endings=(".xz",),
            limits="one file; may unpack to 1 GB or 100 times",
        ),
        _Packing(
            name="zip",
            magic=(b"PK\x03\x04", b"PK\x05\x06"),
            endings=(".zip",),
            limits="every table in it; no archive in an archive",
        ),
        _Packing(
            name="tar",
            endings=(".tar", ".tgz", ".tbz2", ".txz"),
            limits="every table in it, plain or packed as a whole; no links, no archive in an archive",
        ),
    )
}

_LOOSE_ENDINGS = (".txt", ".log", ".dat")
"""Ends of names of tables that say nothing of the content."""


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def readable() -> str:
    """Return all that is read, for a sentence.

    >>> readable().partition(", plain")[0]
    'CSV, TSV, JSON, NDJSON, Parquet, Arrow, Feather, Avro, ORC, SQLite, HTML tables, XML, ARFF, SQL dumps or Excel (.xlsx)'
    """
    words = [word for entry in FORMATS.values() for word in entry.words]
    return f"{_either(words)}, plain or as {_either([entry.endings[0] for entry in PACKINGS.values()])}"


def endings() -> tuple[str, ...]:
    """Return the ends of names of files that may be tables, with their dots."""
    formats = [ending for entry in FORMATS.values() for ending in entry.endings]
    packings = [ending for entry in PACKINGS.values() for ending in entry.endings]
    return (*formats, *packings, *_LOOSE_ENDINGS)
