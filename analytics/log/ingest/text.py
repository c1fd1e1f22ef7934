"""Text in any encoding, made UTF-8; bytes that are no text are told from it."""

from __future__ import annotations

import codecs
from pathlib import Path

from analytics.errors import InputError
from analytics.log.options import CsvOptions

CHUNK = 1 << 20
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x01\x1a\x1c\x1d\x1e\x1f") + b"\x7f"
FEW, MAX_CONTROLS = 8, 0.02
MIN_ZEROS = 0.03
"""Share of zero bytes on one side from which text without a mark is taken for UTF-16: its digits and commas have them."""


def plain_text(path: Path, scratch: Path, head: bytes, csv: CsvOptions) -> tuple[Path, str | None]:
    """Return a file as UTF-8 without a mark, itself where it is that, and a sentence where the encoding was guessed.

    Raises
    ------
    InputError
        If the bytes are no text, or none in the encoding that was given.
    """
    encoding = encoding_of(path, head, csv)
    if encoding == "utf-8":
        refuse_binary(head)
        return path, None
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
    with plain.open("rb") as file:
        refuse_binary(file.read(len(head)))
    if encoding == "utf-8-sig" or csv.encoding is not None:
        return plain, None
    return plain, f"The text is not UTF-8; it was read as {encoding}: check names with accents."


def refuse_binary(head: bytes) -> None:
    """Refuse what holds more control characters than any text does."""
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls > max(MAX_CONTROLS * len(head), FEW):
        raise InputError(
            f"Expected a table as text, found bytes that are none: {controls:,} of the first {len(head):,} are controls. "
            "Check that the file is whole, and export it as CSV, Parquet or Excel (.xlsx)."
        )


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
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    is_one_sided = max(even, odd) > 20 * min(even, odd) and max(even, odd) >= max(MIN_ZEROS * len(head), FEW)
    if is_one_sided and is_text_in(path, encoding):
        return encoding
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
