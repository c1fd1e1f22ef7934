"""ARFF, the files of Weka: a header that declares columns, then rows, as text with delimiters."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from analytics.errors import InputError

_MAX_LINE_CHARS = 64 << 20
"""Characters of a line, as of a text with delimiters: bounds the memory of a file without line ends."""

_BEGINS = re.compile(r"@relation\b", re.IGNORECASE)
_NAME = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s{]+"
_ATTRIBUTE = re.compile(rf"@attribute\s+(?P<name>{_NAME})\s*(?P<kind>.*)", re.IGNORECASE | re.DOTALL)
_VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^,\t]*))\s*(?:[,\t]|$)", re.DOTALL)
_PAIR = re.compile(
    r"\s*(\d{1,5})\s+(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^,]*?))\s*(?:,|$)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_arff(start: str) -> bool:
    """Whether a text begins as ARFF does.

    >>> is_arff("% made by a tool\\n@RELATION churn"), is_arff("id,score")
    (True, False)
    """
    lines = (line.strip() for line in start.split("\n"))
    return _BEGINS.match(next((line for line in lines if line and not line.startswith("%")), "")) is not None


def lay_out(path: Path, target: Path) -> None:
    """Write the rows as CSV with a header; a question mark is missing, and what a sparse row leaves out is its first value.

    Raises
    ------
    InputError
        If a line declares no column, or holds another number of values than there are columns.
    """
    names: list[str] = []
    firsts: list[str] = []
    with path.open(encoding="utf-8", newline=None) as file, target.open("w", encoding="utf-8", newline="") as out:
        lines = _lines(file)
        for at, line in lines:
            word = line.split(None, 1)[0].casefold()
            if word == "@data":
                break
            if word == "@attribute":
                name, first = _declared(at, line)
                names.append(name)
                firsts.append(first)
        if not names:
            raise InputError("Expected columns that ARFF declares by @attribute, found none. Export the file again.")
        writer = csv.writer(out)
        writer.writerow(names)
        for at, line in lines:
            writer.writerow(_sparse(at, line, firsts) if line.startswith("{") else _dense(at, line, len(names)))


def _lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """Yield lines that are neither blank nor a remark, each with its number."""
    at = 0
    while line := file.readline(_MAX_LINE_CHARS):
        at += 1
        if (text := line.strip()) and not text.startswith("%"):
            yield at, text


def _declared(at: int, line: str) -> tuple[str, str]:
    """Return the name of a column and the value that a sparse row leaves out."""
    found = _ATTRIBUTE.match(line)
    if found is None:
        raise InputError(f"Expected the name of a column on line {at:,}, found {line[:60]!r}. Export the file again.")
    kind = found["kind"].strip()
    values = _values(at, kind.strip("{}")) if kind.startswith("{") else ["0"]
    return _plain(found["name"]), values[0] if values else "0"


def _values(at: int, line: str) -> list[str]:
    """Return the values of a line; a question mark without quotes is missing."""
    found, place = [], 0
    while place <= len(line):
        value = _VALUE.match(line, place)
        if value is None:
            raise InputError(f"Expected values with commas between them on line {at:,}, found {line[:60]!r}. Mend it.")
        found.append(_text(value[1], value[2], value[3]))
        if value.end() == len(line) and not value[0].rstrip().endswith((",", "\t")):
            break
        place = value.end()
        if place == len(line):
            found.append("")
            break
    return found


def _dense(at: int, line: str, width: int) -> list[str]:
    found = _values(at, line)
    if len(found) == width + 1 and re.fullmatch(r"\{\s*\d+(\.\d+)?\s*\}", found[-1]):
        found.pop()  # the weight of the row, in braces
    if len(found) != width:
        raise InputError(
            f"Expected {width:,} values on line {at:,}, as many as ARFF declares columns, found {len(found):,}: "
            f"{line[:60]!r}. Mend the line, or export the file again."
        )
    return found


def _sparse(at: int, line: str, firsts: list[str]) -> list[str]:
    row, inner, place = list(firsts), line[1:].rpartition("}")[0].strip(), 0
    while place < len(inner):
        pair = _PAIR.match(inner, place)
        if pair is None or int(pair[1]) >= len(row):
            raise InputError(f"Expected places and values on line {at:,}, found {line[:60]!r}. Export the file again.")
        row[int(pair[1])] = _text(pair[2], pair[3], pair[4])
        place = pair.end()
    return row


def _text(single: str | None, double: str | None, bare: str | None) -> str:
    quoted = single if single is not None else double
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted)
    text = (bare or "").strip()
    return "" if text == "?" else text


def _plain(name: str) -> str:
    return _ESCAPED.sub(r"\1", name[1:-1]) if name[:1] in ("'", '"') else name
