"""What a packed file may become, checked before anything of it is unpacked."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analytics.errors import InputError

MAX_DIRECTORY_BYTES = 4 << 20
"""Of a zip's directory, which is read as a whole: about 800 for each of `MAX_ENTRIES`, far more than an entry takes."""
MAX_ENTRIES = 5_000
"""Bounds the Python objects of a zip's directory. A judgement."""
_MAX_RATIO, RATIO_FROM = 200, 64 << 20
"""Unpacked bytes per packed one, asked of what unpacks to more than ``RATIO_FROM``."""

_MAX_WORKBOOK_BYTES = 4 << 30
"""Unpacked, of all parts of a workbook together: bounds the time, as each part is read once to check it. A
judgement."""
_MAX_TEXTS_BYTES = 1 << 30
"""Unpacked, of one part that is no sheet, such as the shared texts: readers hold it in memory as a whole. A
judgement."""
_MAX_CELLS = 40_000_000
"""Of the rectangle that a reader lays out in memory: 320 MB at 8 bytes a cell. A judgement."""
CHUNK = 1 << 20
"""Bytes unpacked at once, and the longest piece of a sheet without a tag that is carried on: bounds memory. A
judgement."""
_END_OF_DIRECTORY, _END_OF_LARGE = b"PK\x05\x06", b"PK\x06\x06"
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What Python's reader raises on a damaged archive, or one that is packed in an unknown way."""

_DAMAGED = "Expected a whole zip archive, found a damaged one: {}. Copy or export it again."
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["'](?:\s+s=["']([0-9]{1,6})["'])?""")


@contextmanager
def archive(path: Path, max_bytes: int) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive whose directory is of a sane size and promises no more than ``max_bytes``.

    Raises
    ------
    InputError
        If it is damaged, has too many entries, or unpacks to too much.
    """
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as opened:
            _check_entries(opened.infolist(), max_bytes)
            yield opened
    except _BROKEN as error:
        raise InputError(_DAMAGED.format(str(error)[:120])) from error


def _check_directory(path: Path) -> None:
    """Refuse an archive whose directory is larger than any of tables: opening it would take the memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 200))
        end = file.read()
    at, large = end.rfind(_END_OF_DIRECTORY), end.rfind(_END_OF_LARGE)
    if at < 0 or len(end) < at + 22:
        raise InputError(_DAMAGED.format("its directory is missing"))
    n_bytes = struct.unpack_from("<L", end, at + 12)[0]
    if large >= 0 and len(end) >= large + 56:
        n_bytes = max(struct.unpack_from("<Q", end, large + 40)[0], 0 if n_bytes == 0xFFFFFFFF else n_bytes)
    if n_bytes > MAX_DIRECTORY_BYTES:
        raise InputError(
            f"Expected a zip archive with at most {MAX_ENTRIES:,} entries, found a directory of {n_bytes / 1e6:,.0f} MB. "
            "Pack the tables alone."
        )


def _check_entries(entries: list[zipfile.ZipInfo], max_bytes: int) -> None:
    """Refuse too many entries, encrypted ones, and those that unpack to too much."""
    if len(entries) > MAX_ENTRIES:
        raise InputError(
            f"Expected a zip archive with at most {MAX_ENTRIES:,} entries, found {len(entries):,}. Pack the tables alone."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputError("Expected a zip archive without a password, found an encrypted one. Unpack it first.")
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if total > max_bytes:
        raise InputError(
            f"Expected at most {max_bytes / 1e9:,.1f} GB after unpacking, found {total / 1e9:,.1f} GB. Split the export."
        )
    worst = max((entry for entry in entries if entry.file_size > RATIO_FROM), key=_ratio, default=None)
    if (worst is not None and _ratio(worst) > _MAX_RATIO) or total > _MAX_RATIO * max(packed, RATIO_FROM):
        raise InputError(
            f"Expected a table, found an archive that unpacks to more than {_MAX_RATIO} times its size ({total / 1e9:,.1f} GB). "
            "Bring the table without the archive if it is one."
        )


def _ratio(entry: zipfile.ZipInfo) -> float:
    """Return how many bytes a packed one becomes."""
    return entry.file_size / max(entry.compress_size, 1)


def check_workbook(opened: zipfile.ZipFile) -> None:
    """Refuse a workbook whose parts are larger than any sheet can be, and read each once: a directory may lie."""
    entries = opened.infolist()
    if sum(entry.file_size for entry in entries) > _MAX_WORKBOOK_BYTES:
        raise InputError(
            f"Expected a workbook of at most {_MAX_WORKBOOK_BYTES / 1e9:,.1f} GB when unpacked, found more. Save it as CSV."
        )
    for entry in entries:
        is_sheet = entry.filename.startswith("xl/worksheets/")
        if entry.filename.endswith((".xml", ".rels")) and not is_sheet:
            if entry.file_size > _MAX_TEXTS_BYTES:
                raise InputError(
                    f"Expected texts of at most {_MAX_TEXTS_BYTES / 1e9:,.1f} GB in a workbook, found more. Save it as CSV."
                )
            for _ in _pieces(opened, entry.filename):
                pass


def _pieces(opened: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield an entry in pieces; more bytes than the directory says, or others, raise `zipfile.BadZipFile`."""
    with opened.open(name) as part:
        while piece := part.read(CHUNK):
            yield piece


@dataclass(frozen=True)
class _Extent:
    """The rectangle that a sheet's cells span, and the styles of each column's cells among those that were asked for."""

    rows: int
    columns: int
    styles: dict[int, int]


def extent(opened: zipfile.ZipFile, name: str, styles: set[int]) -> _Extent:
    """Measure a sheet before a reader lays out its rectangle of cells: two far corners span 17 billion.

    Raises
    ------
    InputError
        If the rectangle has more than ``MAX_CELLS`` cells.
    """
    rows = columns = 0
    found: dict[int, int] = {}
    wanted = {str(style).encode() for style in styles}
    carried = b""
    for piece in _pieces(opened, name):
        data = carried + piece
        end = data.rfind(b"<") if b"<" in data[-CHUNK:] else len(data)
        carried = data[end:][-CHUNK:]
        places = _PLACE.findall(data, 0, end)
        for letters in {place[0] for place in places}:
            columns = max(columns, _number_of(letters))
        rows = max(rows, max((int(place[1]) for place in places), default=0))
        if wanted:
            found |= {_number_of(letters) - 1: int(style) for letters, _, style in places if style in wanted}
        if rows * columns > _MAX_CELLS:
            raise InputError(
                f"Expected a sheet of at most {_MAX_CELLS:,} cells, found one that spans {rows:,} rows and {columns:,} columns. "
                "Delete what stands far from the table, or save it as CSV."
            )
    return _Extent(rows, columns, found)


def _number_of(letters: bytes) -> int:
    """Return the number of a column from its letters.

    >>> _number_of(b"A"), _number_of(b"AA"), _number_of(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
