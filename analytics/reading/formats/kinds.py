"""What a file is, by its first bytes, and what its name says it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from analytics.errors import InputError
from analytics.reading.formats.registry import FORMATS, PACKINGS, endings, readable

_PACKED = {magic: entry.name for entry in PACKINGS.values() for magic in entry.magic}
_KNOWN = {magic: entry.name for entry in FORMATS.values() for magic in entry.magic}

_UNREADABLE: dict[bytes, str] = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"RIFF": "a picture or a recording (RIFF)",
    b"{\\rtf": "a text document (RTF)",
    b"PAR2": "a repair archive (PAR2)",
    b"PARE": "an encrypted Parquet file",
    b"FEA1": "Feather version 1",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
"""Beginnings of files that are known and not read."""

XML = "an XML document"
"""What text between tags is that is no page."""
_MARKUP = {
    b"<!doctype html": "an HTML page",
    b"<html": "an HTML page",
    b"<table": "an HTML table",
    b"<?xml": XML,
}
_SAID = {ending: entry.name for entry in FORMATS.values() for ending in entry.endings}
_SAID |= {".pdf": "pdf"}
"""What the end of a name says of the content; the others, such as ``.txt`` and ``.log``, say nothing."""
_SAID_PACKINGS = {ending: entry.name for entry in PACKINGS.values() for ending in entry.endings}


_BESIDE = re.compile(
    r"(?:.*[._-])?(?:manifest|checksums?)(?:\.(?:json|txt|csv|dat))?"
    r"|(?:schema|metadata|md5sums?|sha256sums?)(?:\.(?:json|txt))?|.*\.crc|thumbs\.db|desktop\.ini"
)
"""Names of files that stand beside the parts of a table."""


def by_first_bytes(head: bytes) -> str | None:
    """Return the format or the packing that a file's first bytes name, None for text.

    Raises
    ------
    InputError
        If they name something that is not read.
    """
    packings = packing_of(head)
    formats = next((format_ for magic, format_ in _KNOWN.items() if head.startswith(magic)), None)
    if packings or formats:
        return packings or formats
    what = next((what for magic, what in _UNREADABLE.items() if head.startswith(magic)), None)
    if what is None and head[8:12] == b"DUCK":
        what = "a DuckDB database"
    if what is not None:
        raise InputError(f"Expected {readable()}, found {what}. Save the table in one of these formats.")
    return None


def packing_of(head: bytes) -> str | None:
    """Return how a file is packed, by its first bytes; a tar archive begins with the name of its first file."""
    known = next((packing for magic, packing in _PACKED.items() if head.startswith(magic)), None)
    return "tar" if known is None and head[257:262] == b"ustar" else known


def says_packing(name: str, packing: str) -> bool:
    """Whether a name says that a file is packed so; what is packed once more says it before the last point.

    >>> says_packing("logs.tar.gz", "tar"), says_packing("logs.tgz", "tar"), says_packing("log.csv", "zip")
    (True, True, False)
    """
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes[-2:]]
    return any(suffix in PACKINGS[packing].endings for suffix in suffixes)


def markup_of(head: bytes) -> str | None:
    """Return what a text between tags is, by its first bytes; None for any other.

    >>> markup_of(b"<HTML><body>"), markup_of(b"id,score")
    ('an HTML page', None)
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    return next((what for magic, what in _MARKUP.items() if start.startswith(magic)), None)


def contradiction(name: str, file_format: str, packing: str | None) -> str | None:
    """Return a sentence where the end of a name says something else than the content; None where they agree.

    >>> contradiction("log.csv.gz", "csv", "gzip"), contradiction("log.csv", "csv", None)
    (None, None)
    """
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    packed = _SAID_PACKINGS.get(suffixes[-1]) if suffixes else None
    said = _SAID.get(suffixes[-2] if packed and len(suffixes) > 1 else suffixes[-1]) if suffixes else None
    is_packed_otherwise = (said or packed) is not None and packed != packing
    is_otherwise = said is not None and said not in (file_format, *_like(file_format))
    if not is_packed_otherwise and not is_otherwise:
        return None
    found = FORMATS[file_format].shown + (f" in {packing}" if packing else "")
    return f"The name {name!r} says something else than the content: it is {found} and was read as that."


def _like(file_format: str) -> tuple[str, ...]:
    """Return the formats whose endings do not contradict this content."""
    return FORMATS[file_format].is_like if file_format in FORMATS else ()


def is_table_name(name: str) -> bool:
    """Whether a name ends like that of a table."""
    path = PurePath(name)
    about = ("readme", "license", "licence", "copying", "notice")
    return path.suffix.lower() in endings() and not path.name.lower().startswith(about)


def is_beside(name: str) -> bool:
    """Whether a file is one that tools write beside the parts of a table: a manifest, a schema, sums of bytes.

    >>> is_beside("dt=1/manifest.json"), is_beside("predictions.json")
    (True, False)
    """
    return _BESIDE.fullmatch(PurePath(name.replace("\\", "/")).name.lower()) is not None


def is_hidden(name: str) -> bool:
    """Whether a name, or a folder in it, is one that systems put beside tables: ``.DS_Store``, ``__MACOSX``, ``_SUCCESS``."""
    return any(
        part.startswith((".", "_")) for part in PurePath(name.replace("\\", "/")).parts if part not in (".", "..")
    )


def said_of_empty(names: Sequence[str]) -> str:
    """Return a sentence on files without a character: engines write a part for each worker, also for one without a row.

    >>> said_of_empty(["part-1.csv"])
    "1 file holds nothing and was passed over: 'part-1.csv'."
    """
    if len(names) == 1:
        return f"1 file holds nothing and was passed over: {names[0]!r}."
    return f"{len(names):,} files hold nothing and were passed over, the first is {names[0]!r}."
