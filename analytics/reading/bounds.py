"""Bounds that a table must keep, looked at before it is read: what lies beyond is no log, and takes all there is."""

from __future__ import annotations

from pathlib import Path

from analytics import settings
from analytics.errors import InputError

MAX_COLUMNS = 1_500
MAX_HEADER_BYTES = 1 << 20
"""Columns of a table and bytes of its first line: the fuzz tests found that more takes all memory, or minutes."""

LONG_RUN = 1 << 16
"""Bytes of one character in a row from which a file is no table of text. A judgement."""

_MAX_EXPANSION = 100
"""A compressed file may unpack to so many times its size; repetitive logs reach 50."""

SEPARATORS = b",;\t|"


def check_columns(n_columns: int) -> None:
    """Raise `InputError` where a table has more columns than can be read."""
    if n_columns > MAX_COLUMNS:
        raise too_wide(n_columns)


def too_wide(n_columns: int) -> InputError:
    """Return the refusal of a table of which nobody says which columns matter."""
    return InputError(
        f"Expected at most {MAX_COLUMNS:,} columns, found about {n_columns:,}. Name those that matter with --columns, or export "
        "them alone.",
        code="too-wide",
    )


def check_first_line(path: Path, *, is_any_width: bool = False) -> None:
    """Raise `InputError` where the first line of a text file cannot be a header of a log, or what follows no text."""
    with path.open("rb") as file:
        head = file.read(MAX_HEADER_BYTES + 1)
    line = head.lstrip(b"\r\n").replace(b"\r", b"\n").partition(b"\n")[0]
    if len(line) > MAX_HEADER_BYTES - 2:
        raise InputError(
            "Expected a first line of less than 1 MB, found a longer one. Check that this is a table of text with lines.",
            code="too-wide",
        )
    for byte in set(head[::LONG_RUN]):
        if byte not in b"\r\n" and bytes([byte]) * LONG_RUN in head:
            raise InputError(
                f"Expected a table of text, found the character {chr(byte)!r} {LONG_RUN:,} times in a row. Export the log again.",
                code="too-wide",
            )
    if not is_any_width:
        check_columns(max(line.count(separator) for separator in SEPARATORS) + 1)


def max_plain_bytes(*paths: Path | None) -> int:
    """Return what the files may unpack to: enough for any real log, and no more than the reader may write."""
    size = sum(path.stat().st_size for path in paths if path is not None)
    allowed = max(settings.READER_UNPACKED_MB.value << 20, _MAX_EXPANSION * size)
    return min(allowed, settings.READER_FILE_MB.value << 20)
