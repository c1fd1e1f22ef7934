"""What the first lines of a delimited file say about it, and what is said about its reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts, SetAside
from analytics.reading.delimited.account import Books
from analytics.reading.delimited.dialect import Guess, guess_dialect
from analytics.reading.delimited.lexer import Dialect, Lexer, Record, Records, lines
from analytics.reading.delimited.rows import Rows
from analytics.reading.delimited.table import Layout, find_layout, is_rule

_HEAD_LINES = 500
"""Lines of a file from which its dialect and layout are found: bounds the time before the first row. A judgement."""
_HEAD_CHARS = 1 << 20
"""Characters of these lines, where they are long. A judgement."""
_UNSURE_LINES = 50
"""Last ones of the head that say nothing against a clean file: a text in quotes may end behind the head. A
judgement."""
_CHARS_BETWEEN = 1 << 20
"""Characters read between two words on progress: a second's work at most. A judgement."""


@dataclass(frozen=True)
class Head:
    """What the first lines say about a file, and whether none of them speaks against its being clean."""

    guess: Guess
    layout: Layout
    may_be_clean: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a file's lines."""

    rows: int
    lines: LineCounts
    set_aside: tuple[SetAside, ...]
    repairs: tuple[str, ...]


def examine(path: Path, options: CsvOptions) -> Head:
    """Find the dialect and the layout of a file from its first lines.

    Raises
    ------
    InputError
        If there is nothing but blank lines.
    """
    start = options.skip_lines or 0
    head: list[str] = []
    size = 0
    source = lines(path)
    for number, line in enumerate(source, start=1):
        if number > start:
            head.append(line)
            size += len(line)
        if len(head) >= _HEAD_LINES or size >= _HEAD_CHARS:
            break
    guess = guess_dialect(head, options)
    records = list(Records(iter(head), guess.dialect, first_line=start + 1))
    if all(record.is_blank for record in records):
        raise InputError("Expected a header line and rows, found neither. Export the log again.")
    layout = find_layout(records, guess.dialect, options)
    if layout.width == 1 and guess.dialect.delimiter and not options.delimiter:
        guess = replace(guess, dialect=replace(guess.dialect, delimiter=""), missed=guess.dialect.delimiter)
        records = list(Records(iter(head), guess.dialect, first_line=start + 1))
        layout = find_layout(records, guess.dialect, options)
    source.close()  # type: ignore[attr-defined]
    until = start + len(head) - _UNSURE_LINES  # a text in quotes may run over the end of the head
    first = [record for record in records if layout.first_line <= record.line < until]
    has_rule = any(is_rule(record) for record in records if record.line == layout.first_line)
    return Head(guess, layout, not has_rule and _are_regular(first, guess.dialect, layout.width))


def _are_regular(records: Sequence[Record], dialect: Dialect, width: int) -> bool:
    """Whether records speak for a clean file: all of one width, up to a text in quotes that ends where nobody has looked."""
    for record in records:
        if record.cells is None:
            lexer = Lexer(dialect)
            lexer.fields(record.text)
            return lexer.is_open
        if len(record.cells) != width:
            return False
    return True


def begin(path: Path, head: Head, progress: Callable[[float], None] | None = None) -> Rows:
    """Return the rows of a file, to be read one by one; ``progress`` is told the share of it that is read."""
    source = lines(path) if progress is None else _watched(lines(path), path.stat().st_size, progress)
    records = Records(source, head.guess.dialect, width=head.layout.width)
    return Rows(records, head.guess.dialect, head.layout)


def _watched(source: Iterator[str], size: int, progress: Callable[[float], None]) -> Iterator[str]:
    """Yield lines, telling now and then how many of about ``size`` characters are read."""
    done = told = 0
    for line in source:
        done += len(line)
        if done - told >= _CHARS_BETWEEN:
            told = done
            progress(min(done / size, 1.0))
        yield line


def books_before(path: Path, head: Head) -> Books:
    """Return the books of the lines before the first row."""
    rows = begin(path, head)
    for record in rows.records:
        if record.line >= head.layout.first_line:
            break
        rows.before(record)
    return rows.books


def as_options(head: Head) -> CsvOptions:
    """Return the dialect and the layout of a file as a person would give them."""
    dialect, records = head.guess.dialect, head.layout.header_records
    first = records[0].line if records else head.layout.first_line
    return CsvOptions(
        delimiter=dialect.delimiter or None,
        quote=dialect.quote,
        escape=dialect.escape,
        header_lines=sum(record.n_lines for record in records),
        skip_lines=first - 1,
    )


def outcome(books: Books, head: Head) -> Outcome:
    """Return the account of a reading."""
    reasons = tuple(
        SetAside(reason, count, books.first_lines.get(reason))
        for reason, count in sorted(books.reasons.items(), key=lambda item: (-item[1], item[0]))
    )
    return Outcome(books.rows, books.counts(), reasons, tuple(chain(_layout_notes(head, books), _repair_notes(books))))


def _layout_notes(head: Head, books: Books) -> Iterator[str]:
    """Say what is unusual about a file's layout."""
    layout, dialect = head.layout, head.guess.dialect
    if books.skipped:
        yield f"{_lines_of(books.skipped)} before the header {'was' if books.skipped == 1 else 'were'} skipped."
    if len(layout.header_records) > 1:
        yield f"The header stands on {len(layout.header_records)} lines, which were joined."
    if layout.repair:
        yield f"The header was repaired: {layout.repair}."
    if not layout.header:
        yield "The file has no header: columns are numbered."
    if dialect.delimiter and dialect.delimiter not in (",", ";", "\t", "|"):
        yield f"Fields are separated by {dialect.delimiter!r}."
    if dialect.quote not in ('"', ""):
        yield f"Fields are quoted with {dialect.quote!r}."
    if layout.width == 1:
        nearly = f", perhaps {head.guess.missed!r}" if head.guess.missed else ""
        yield f"Only one column was found. If a delimiter was missed{nearly}, set it by hand."


def _repair_notes(books: Books) -> Iterator[str]:
    """Say how many lines were mended, and how."""
    if total := books.repairs.total():
        parts = ", ".join(f"{count:,} with {_article(kind)}{kind}" for kind, count in books.repairs.most_common())
        yield f"{_lines_of(total)} {'was' if total == 1 else 'were'} repaired: {parts}."


def _article(kind: str) -> str:
    """Return the article of a kind of repair."""
    if kind.startswith(("another", "fields")):
        return ""
    return "an " if kind[0] in "aeiou" else "a "


def _lines_of(count: int) -> str:
    """Say a number of lines."""
    return f"{count:,} line" + ("" if count == 1 else "s")
