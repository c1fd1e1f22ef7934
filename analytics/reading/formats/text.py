"""Text in any encoding, made UTF-8; bytes that are no text are told from it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TextIO

from analytics.errors import InputError
from analytics.log.layout import CsvOptions

_CHUNK = 1 << 20
"""Bytes or characters read at once: bounds memory. A judgement."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LETTER, _STRAY = re.compile("[^\x00-\x7f\udc80-\udcff]"), re.compile("[\udc80-\udcff]")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x01\x1a\x1c\x1d\x1e\x1f") + b"\x7f"
FEW, _MAX_CONTROLS = 8, 0.02
"""Control characters, and their share of the first bytes, that a text may have, the larger of the two: stray ones occur
in logs, binary files have them everywhere. Fewer zero bytes are no sign of UTF-16 either. A judgement."""
_MIXED, _WINDOWS_BYTES, _MAX_STRAY = "utf-8 with cp1252", "analytics-windows-bytes", 10_000
"""UTF-8 in which single bytes are Windows' letters: lines of two systems, or a text that was cut inside of a letter."""

_MIN_ZEROS = 0.03
"""Share of zero bytes on one side from which text without a mark is taken for UTF-16: its digits and commas have them."""


def plain_text(path: Path, scratch: Path, head: bytes, csv: CsvOptions) -> tuple[Path, str | None]:
    """Return a file as UTF-8 without a mark, itself where it is that, and a sentence where the encoding was guessed.

    Raises
    ------
    InputError
        If the bytes are no text, or none in the encoding that was given.
    """
    encoding = _encoding_of(path, head, csv)
    if encoding == "utf-8":
        _refuse_binary(head)
        return path, None
    plain = scratch / "utf8"
    is_mixed = encoding == _MIXED
    try:
        with _opened(path, encoding) as text, plain.open("w", encoding="utf-8", newline="") as out:
            while piece := text.read(_CHUNK):
                out.write(piece)
    except (UnicodeError, LookupError) as error:
        raise InputError(
            f"Expected text in {encoding}, found bytes that mean nothing in it: {str(error)[:120]}. "
            "Name another encoding, or none to have it guessed."
        ) from error
    with plain.open("rb") as file:
        _refuse_binary(file.read(len(head)))
    if encoding == "utf-8-sig" or csv.encoding is not None:
        return plain, None
    if is_mixed:
        return plain, "The text is UTF-8 but for some bytes, which were read as cp1252: check names with accents."
    return plain, f"The text is not UTF-8; it was read as {encoding}: check names with accents."


def _opened(path: Path, encoding: str) -> TextIO:
    """Open a text file; what is no UTF-8 in a mixed one is read as Windows' letters."""
    if encoding == _MIXED:
        return path.open(encoding="utf-8", errors=_WINDOWS_BYTES, newline="")
    return path.open(encoding=encoding, newline="")


def _windows_bytes(error: UnicodeError) -> tuple[str, int]:
    """Return a byte that is no UTF-8 as Windows' letter, or as the plain Latin alphabet's where Windows has none."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return byte.decode("latin-1"), error.start + 1


codecs.register_error(_WINDOWS_BYTES, _windows_bytes)


def _is_mixed_text(path: Path) -> bool:
    """Whether a text that is not UTF-8 throughout has at least one letter of it for every two bytes that are none."""
    n_letters = n_stray = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            text = decoder.decode(piece)
            n_letters += len(_LETTER.findall(text))
            n_stray += len(_STRAY.findall(text))
            if n_stray > _MAX_STRAY:
                break
    return 2 * n_letters >= n_stray and n_letters > 0


def _refuse_binary(head: bytes) -> None:
    """Refuse what holds more control characters than any text does."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > max(_MAX_CONTROLS * len(head), FEW):
        raise InputError(
            f"Expected a table as text, found bytes that are none: {controls:,} of the first {len(head):,} are controls. "
            "Check that the file is whole, and export it as CSV, Parquet or Excel (.xlsx)."
        )


def _encoding_of(path: Path, head: bytes, csv: CsvOptions) -> str:
    """Return the encoding that was given, else a guess; text that is UTF-8 as it stands needs no other copy."""
    if csv.encoding is None:
        return _guess_encoding(path, head)
    name = codecs.lookup(csv.encoding).name
    if name in ("ascii", "utf-8") and _is_text_in(path, name):
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    return name


def _guess_encoding(path: Path, head: bytes) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8 if most of it is, else Windows' or the plain Latin alphabet."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    is_one_sided = max(even, odd) > 20 * min(even, odd) and max(even, odd) >= max(_MIN_ZEROS * len(head), FEW)
    if is_one_sided and _is_text_in(path, encoding):
        return encoding
    if _is_text_in(path, "utf-8"):
        return "utf-8"
    if _is_mixed_text(path):
        return _MIXED
    return "cp1252" if _is_text_in(path, "cp1252") else "latin-1"


def _is_text_in(path: Path, encoding: str) -> bool:
    """Whether all bytes of a file mean something in an encoding."""
    try:
        with path.open(encoding=encoding, newline="") as text:
            while text.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True
