"""What kind of file this is, by its content; compressed and oddly encoded ones are laid out plainly first."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analytics.errors import InputError
from analytics.log.options import CsvOptions

FileFormat = Literal["csv", "ndjson", "json", "parquet", "arrow"]

CHUNK = 1 << 20
COMPRESSION = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
JSON_START = re.compile(r'\{\s*["}]|\[\s*(\{|\]|$)')
"""An object or a list of objects; a header such as ``[id],[score]`` begins alike."""

NOT_YET = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a SQLite database",
}


@dataclass(frozen=True)
class Source:
    """A plain file, ready for a reader: uncompressed, and UTF-8 where it is text."""

    path: Path
    file_format: FileFormat
    repairs: tuple[str, ...] = ()


def prepare(
    path: Path, scratch: Path, *, max_bytes: int, progress: Callable[[float], None], csv: CsvOptions | None = None
) -> Source:
    """Decompress, recognise and transcode a file.

    Parameters
    ----------
    path : Path
        The file as it was given.
    scratch : Path
        A folder for the plain copy, where one is needed.
    max_bytes : int
        Largest plain size that is accepted, against files that unpack without end.
    progress : callable
        Told the share of the compressed file that is done.
    csv : CsvOptions, optional
        What is known of its layout: with something given, a text file is a CSV.

    Raises
    ------
    InputError
        If the file is empty, of a kind that cannot be read, damaged, or unpacks to more than ``max_bytes``.
    """
    head = read_head(path)
    if not head:
        raise InputError(f"Expected a table in {path.name!r}, found an empty file. Export the log again.")
    for magic, codec in COMPRESSION.items():
        if head.startswith(magic):
            plain = scratch / "plain"
            decompress(path, plain, codec, max_bytes=max_bytes, progress=progress)
            path, head = plain, read_head(plain)
            if not head:
                raise InputError("Expected a table inside the compressed file, found nothing. Export the log again.")
    for magic, what in NOT_YET.items():
        if head.startswith(magic):
            raise InputError(
                f"Expected CSV, TSV, JSON, NDJSON, Parquet or Arrow, found {what}. Save the table in one of these formats."
            )
    if head.startswith(b"PAR1"):
        return Source(path, "parquet")
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return Source(path, "arrow")
    if head.startswith(b"FEA1"):
        raise InputError("Expected Feather version 2, found version 1. Save it again with a current Arrow library.")
    return prepare_text(path, scratch, head, csv or CsvOptions())


def read_head(path: Path, size: int = 1 << 16) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def decompress(path: Path, target: Path, codec: str, *, max_bytes: int, progress: Callable[[float], None]) -> None:
    """Unpack ``path`` into ``target`` in small pieces, refusing to go beyond ``max_bytes``."""
    import pyarrow as pa  # the only use: most files are not compressed

    total, written = path.stat().st_size, 0
    try:
        with (
            path.open("rb") as raw,
            pa.CompressedInputStream(pa.PythonFile(raw), codec) as stream,
            target.open("wb") as out,
        ):
            while piece := stream.read(CHUNK):
                written += len(piece)
                if written > max_bytes:
                    raise InputError(
                        f"Expected at most {max_bytes / 1e9:,.1f} GB after unpacking, found more. Split the export."
                    )
                out.write(piece)
                progress(min(raw.tell() / total, 1.0))
    except OSError as error:
        raise InputError(
            f"Expected a whole {codec} file, found a damaged one after {written:,} bytes. Export or copy it again."
        ) from error


def prepare_text(path: Path, scratch: Path, head: bytes, csv: CsvOptions) -> Source:
    """Make a text file UTF-8 without a mark and tell JSON from NDJSON from CSV."""
    encoding = encoding_of(path, head, csv)
    repairs: tuple[str, ...] = ()
    if encoding != "utf-8":
        plain = scratch / "utf8"
        try:
            with path.open(encoding=encoding, newline="") as text, plain.open("w", encoding="utf-8", newline="") as out:
                while piece := text.read(CHUNK):
                    out.write(piece)
        except (UnicodeError, LookupError) as error:
            raise InputError(
                f"Expected text in {encoding}, found bytes that mean nothing in it: {str(error)[:120]}. "
                "Name another encoding, or none to have it guessed."
            ) from error
        path = plain
        if encoding != "utf-8-sig" and csv.encoding is None:
            repairs = (f"The text is not UTF-8; it was read as {encoding}: check names with accents.",)
    start = read_head(path).decode("utf-8", errors="ignore").lstrip()
    if not csv.given and JSON_START.match(start):
        return Source(path, json_layout(start), repairs)
    return Source(path, "csv", repairs)


def encoding_of(path: Path, head: bytes, csv: CsvOptions) -> str:
    """Return the encoding that was given, else a guess; text that is UTF-8 as it stands needs no other copy."""
    if csv.encoding is None:
        return guess_encoding(path, head)
    name = codecs.lookup(csv.encoding).name
    if name in ("ascii", "utf-8") and is_text_in(path, name):
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    return name


def guess_encoding(path: Path, head: bytes) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8 if all of it is, else Windows' or the plain Latin alphabet."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    for mark, encoding in marks.items():
        if head.startswith(mark):
            return encoding
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return next((encoding for encoding in ("utf-8", "cp1252") if is_text_in(path, encoding)), "latin-1")


def is_text_in(path: Path, encoding: str) -> bool:
    """Whether all bytes of a file mean something in an encoding."""
    try:
        with path.open(encoding=encoding, newline="") as text:
            while text.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def json_layout(start: str) -> Literal["json", "ndjson"]:
    """Tell one JSON document from one JSON object per line.

    >>> json_layout('{"a": 1}\\n{"a": 2}'), json_layout('[{"a": 1}]')
    ('ndjson', 'json')
    """
    if start.startswith("["):
        return "json"
    try:
        json.loads(start.split("\n", 1)[0])
    except ValueError:
        return "json"
    return "ndjson"
