"""From lines to records: fields by the rules of a dialect, and a mark on what breaks them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analytics.errors import InputError

_CHUNK = 1 << 20
"""Bytes read at once in search of the first line end: bounds memory. A judgement."""
_MAX_LINE_CHARS = 64 << 20
"""Of a line: bounds the memory of a file without line ends. README names it."""
MAX_JOINED_LINES = 10_000
"""Lines that a quoted field may run over: behind a quote that is never closed all of them are looked at in vain. A
judgement."""
_MAX_JOINED_CHARS = 8 << 20
"""Of such a field: bounds what is held. A judgement."""
_MAX_TRIES = 100
"""Lines with a quote that may close it at which all of the field is read anew: bounds that square. A judgement."""


@dataclass(frozen=True)
class Dialect:
    """Delimiter (empty: one column), quote (empty: none) and escape (empty: none) of a file."""

    delimiter: str
    quote: str
    escape: str

    def unescaped(self, content: str) -> str:
        """Return what the inside of a quoted field means."""
        if not self.escape or self.escape not in content:
            return content
        if self.escape == self.quote:
            return content.replace(self.quote * 2, self.quote)
        return re.sub(f"{re.escape(self.escape)}([{re.escape(self.quote + self.escape)}])", r"\1", content)

    @cached_property
    def quoted_field(self) -> re.Pattern[str]:
        """A quoted field from its first to its last quote."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        if not self.escape:
            return re.compile(f"{quote}([^{quote}]*){quote}")
        if self.escape == self.quote:
            return re.compile(f"{quote}((?:[^{quote}]|{quote}{quote})*+){quote}")
        return re.compile(f"{quote}((?:[^{quote}{escape}]|{escape}.)*+){quote}", re.DOTALL)

    @cached_property
    def open_field(self) -> re.Pattern[str]:
        """A quoted field that does not end."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        if not self.escape:
            return re.compile(f"{quote}[^{quote}]*$")
        if self.escape == self.quote:
            return re.compile(f"{quote}(?:[^{quote}]|{quote}{quote})*+$")
        return re.compile(f"{quote}(?:[^{quote}{escape}]|{escape}.)*+{escape}?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    """One or more physical lines that belong together.

    ``cells`` is None where the quotes break the rules of the dialect, and ``quoted`` says which cells had quotes.
    """

    line: int
    n_lines: int
    text: str
    cells: list[str] | None
    quoted: list[bool] | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing but blanks stands here."""
        return not self.text.strip(" \t\x0b\x0c\r\n\ufeff") and (self.cells is None or len(self.cells) < 2)


def lines(path: Path) -> Iterator[str]:
    """Yield the physical lines of a UTF-8 file with their ends: LF, CR LF, or CR alone where the file has no LF."""
    ending = _line_ending(path)
    with path.open(encoding="utf-8", newline=ending) as file:
        while line := file.readline(_MAX_LINE_CHARS):
            if len(line) >= _MAX_LINE_CHARS:
                raise InputError(
                    f"Expected lines of at most {_MAX_LINE_CHARS >> 20} MB, found a longer one. "
                    "Check that this is a table of text."
                )
            yield line


def without_end(line: str) -> str:
    """Return a line without the one mark that ends it."""
    if line.endswith("\n"):
        line = line[:-1]
    return line[:-1] if line.endswith("\r") else line


def _line_ending(path: Path) -> str:
    """Return LF, or CR for a file that holds CR and no LF."""
    with path.open("rb") as file:
        has_return = False
        while piece := file.read(_CHUNK):
            if b"\n" in piece:
                return "\n"
            has_return = has_return or b"\r" in piece
    return "\r" if has_return else "\n"


def _may_close(line: str, dialect: Dialect) -> bool:
    """Whether a line can end a quoted field that began on an earlier one: doubled quotes come in pairs."""
    quotes = line.count(dialect.quote)
    return quotes % 2 == 1 if dialect.escape == dialect.quote else quotes > 0


class Lexer:
    """Splits lines by a dialect, strictly: what breaks its rules is left to `search`."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.is_open = False
        """Whether the last text ended inside a quoted field."""

    def fields(self, text: str) -> tuple[list[str] | None, list[bool] | None]:
        """Return the fields of a text and which of them were quoted; None where a quote stands where it may not."""
        dialect, self.is_open = self.dialect, False
        if not dialect.quote or dialect.quote not in text:
            return (text.split(dialect.delimiter) if dialect.delimiter else [text]), None
        cells: list[str] = []
        quoted: list[bool] = []
        place, length, delimiter = 0, len(text), dialect.delimiter
        while True:
            if text.startswith(dialect.quote, place):
                found = dialect.quoted_field.match(text, place)
                if found is None:
                    self.is_open = dialect.open_field.match(text, place) is not None
                    return None, None
                cells.append(dialect.unescaped(found[1]))
                quoted.append(True)
                place = found.end()
                if place < length and not (delimiter and text.startswith(delimiter, place)):
                    return None, None
            else:
                end = text.find(delimiter, place) if delimiter else -1
                cell = text[place:] if end < 0 else text[place:end]
                if dialect.quote in cell:
                    return None, None
                cells.append(cell)
                quoted.append(False)
                place += len(cell)
            if place >= length:
                return cells, quoted
            place += len(delimiter)


def lenient_fields(text: str, dialect: Dialect) -> list[str]:
    """Return the fields of a line, whatever its quotes do: one ends at the first quote that a delimiter follows."""
    cells, _ = Lexer(dialect).fields(text)
    if cells is not None:
        return cells
    quote, delimiter = dialect.quote, dialect.delimiter
    fields, place = [], 0
    while place <= len(text):
        end = text.find(delimiter, place)
        if text.startswith(quote, place):
            close = text.find(quote + delimiter, place + 1)
            last = len(text) - 1 if text.endswith(quote) and len(text) - 1 > place else -1
            close = close if close >= 0 else last
            if close >= 0:
                fields.append(text[place + 1 : close])
                place = close + 1 + len(delimiter)
                continue
        end = len(text) if end < 0 else end
        fields.append(text[place:end])
        place = end + len(delimiter)
    return fields


class Records:
    """The records of a file, one by one, with as many ahead as are asked for."""

    def __init__(
        self, source: Iterator[str], dialect: Dialect, *, width: int | None = None, first_line: int = 1
    ) -> None:
        self.source = source
        self.lexer = Lexer(dialect)
        self.width = width
        self.next_line = first_line
        self.waiting: deque[str] = deque()
        self.ready: deque[Record] = deque()

    def __iter__(self) -> Iterator[Record]:
        while (record := self.take()) is not None:
            yield record

    def take(self) -> Record | None:
        """Return the next record, None at the end."""
        return self.ready.popleft() if self.ready else self._read()

    def ahead(self, count: int, is_wanted: Callable[[Record], bool]) -> list[Record]:
        """Return the next ``count`` records that are wanted, without taking them."""
        found = [record for record in self.ready if is_wanted(record)]
        while len(found) < count and (record := self._read()) is not None:
            self.ready.append(record)
            if is_wanted(record):
                found.append(record)
        return found[:count]

    def _read(self) -> Record | None:
        raw = self.waiting.popleft() if self.waiting else next(self.source, None)
        if raw is None:
            return None
        line, text = self.next_line, without_end(raw)
        cells, quoted = self.lexer.fields(text)
        if cells is None and self.lexer.is_open:
            joined = self._join(line, raw)
            if joined is not None:
                return joined
        self.next_line += 1
        return Record(line, 1, text, cells, quoted)

    def _join(self, line: int, text: str) -> Record | None:
        """Return the record of a quoted field that runs over several lines, None where it does not end as it should."""
        dialect, parts, size, tries = self.lexer.dialect, [text], len(text), 0
        for place in range(MAX_JOINED_LINES):
            if place >= len(self.waiting):
                further = next(self.source, None)
                if further is None:
                    return None
                self.waiting.append(further)
            part = self.waiting[place]
            parts.append(part)
            size += len(part)
            if size > _MAX_JOINED_CHARS or tries > _MAX_TRIES:
                return None
            if not _may_close(part, dialect):
                continue
            tries += 1
            whole = without_end("".join(parts))
            cells, quoted = self.lexer.fields(whole)
            if cells is not None and self.width in (None, len(cells)):
                for _ in range(place + 1):
                    self.waiting.popleft()
                self.next_line += place + 2
                return Record(line, place + 2, whole, cells, quoted)
            if not self.lexer.is_open:
                return None
        return None
