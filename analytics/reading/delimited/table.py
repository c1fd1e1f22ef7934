"""Where the table begins in a file: its width, the lines before it, its header, and what its columns look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.log.layout import CsvOptions
from analytics.reading.delimited.header import ROW_NAMES, fitted, is_header, is_named, joined, mended_header
from analytics.reading.delimited.lexer import Dialect, Record, lenient_fields
from analytics.reading.delimited.repair import MAX_COST, Search
from analytics.reading.delimited.shapes import ColumnProfile, profiles

_MAX_HEADER_LINES = 6
"""Lines that a header may run over; as many rows below a line are passed over before others are compared with it. A
judgement."""
_MIN_REMARKED = 4
"""Columns of a table above which a row of two cells stands out."""


_KINDS = frozenset(
    {
        "string",
        "text",
        "varchar",
        "char",
        "str",
        "object",
        "int",
        "integer",
        "bigint",
        "smallint",
        "tinyint",
        "int8",
        "int16",
    }
    | {
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "long",
        "short",
        "float",
        "float32",
        "float64",
        "double",
    }
    | {
        "real",
        "decimal",
        "numeric",
        "number",
        "bool",
        "boolean",
        "bit",
        "date",
        "datetime",
        "datetime64",
        "time",
        "timestamp",
    }
    | {"timestamptz", "uuid", "continuous", "discrete", "categorical", "nominal", "ordinal", "class", "meta", "ignore"}
    | {"c", "d", "s", "logical", "factor", "character", "dttm", "json"}
)
"""Words for kinds of values in a line below the names."""


@dataclass(frozen=True)
class Layout:
    """The table of a file.

    Attributes
    ----------
    width : int
        Fields of a row.
    header : tuple of str
        Names as they stand in the file, several lines joined by blanks; empty where there is no header.
    header_records : tuple of Record
        The records they come from.
    first_line : int
        The line after the header: what stands before it and is neither header nor blank is skipped.
    columns : list of ColumnProfile
        What the cells look like.
    repair : str or None
        What was mended in the header.
    """

    width: int
    header: tuple[str, ...]
    header_records: tuple[Record, ...]
    first_line: int
    columns: list[ColumnProfile]
    repair: str | None = None


def find_layout(head: Sequence[Record], dialect: Dialect, options: CsvOptions) -> Layout:
    """Find the table in the first records of a file."""
    wanted = options.header_lines
    if wanted is None and options.has_header is False:
        wanted = 0
    head = _readable(head, dialect)
    width = _table_width(head)
    head = _without_mark([record for record in head if not _is_annotation(record)], width)
    places = [place for place, record in enumerate(head) if _is_full(record, width)]
    start = places[0] if places else len(head)
    if options.skip_lines is not None or wanted:
        start = next((place for place, record in enumerate(head) if not record.is_blank), len(head))
        start = (
            start
            if options.skip_lines is not None
            else min(_start_with_header(head, places, width), _start_or(places, start))
        )
    if wanted is not None:
        return _given_layout(head, dialect, width, start, wanted)
    n_names = 0
    full = _below_remarks([head[place] for place in places if place >= start and not is_rule(head[place])], width)
    while n_names < min(_MAX_HEADER_LINES, len(full)) and _is_next(full, n_names):
        is_again = not n_names or any(record.cells == full[0].cells for record in full[1:])
        rest = profiles(_rows_of(_body(full, n_names, is_again=is_again)), width)
        first = full[0].cells if n_names else None
        if not is_header(full[n_names].cells or [], rest, first=first, must=options.has_header is True and not n_names):
            break
        n_names += 1
    columns = profiles(_rows_of(full[n_names:]), width)
    if n_names:
        records = _with_flags(tuple(full[:n_names]), head, width)
        names = [cells for record in records if not _are_kinds(cells := record.cells or [])]
        return Layout(width, joined(names or [records[0].cells or []]), records, _after(records[-1]), columns)
    return _mended_layout(head, dialect, width, start, columns)


def _below_remarks(full: Sequence[Record], width: int) -> Sequence[Record]:
    """Return the records without names and values of the export that a spreadsheet filled up to the width of the table."""
    place = next((place for place, record in enumerate(full) if not _is_remark(record.cells or [])), 0)
    if not place or width < _MIN_REMARKED:
        return full
    cells = full[place].cells or []
    rest = profiles(_rows_of(_body(full, place)), width)
    return full[place:] if is_named(cells) and is_header(cells, rest, first=None, must=False) else full


def _is_remark(cells: Sequence[str]) -> bool:
    """Whether a row holds no more than a name and a value at its beginning."""
    return not any(cell.strip() for cell in cells[2:])


def _body(full: Sequence[Record], place: int, *, is_again: bool = True) -> Sequence[Record]:
    """Return the rows to hold a header line against: those below it, without its copies and, of many, the first few.

    Where the header does not stand there again, copies of a further line are rows: ``cat,cat`` below ``predicted,actual``.
    """
    below = full[place + 1 :]
    rest = [record for record in below if not is_again or record.cells != full[place].cells] or below
    return rest[_MAX_HEADER_LINES:] if len(rest) > 2 * _MAX_HEADER_LINES else rest


def _start_or(places: Sequence[int], start: int) -> int:
    """Return the first full record, or ``start`` where there is none."""
    return places[0] if places else start


def _start_with_header(head: Sequence[Record], places: Sequence[int], width: int) -> int:
    """Return where a header of a known number of lines begins: at the first full record, or at a broken one right before it."""
    if not places:
        return len(head)
    before = places[0] - 1
    if (
        before >= 0
        and not head[before].is_blank
        and abs(len(head[before].cells or [""] * width) - width) <= 1
        and width > 2
    ):
        return before
    return places[0]


def _given_layout(head: Sequence[Record], dialect: Dialect, width: int, start: int, wanted: int) -> Layout:
    """Return the layout with as many header lines as were said."""
    left = [record for record in head[start:] if not record.is_blank]
    names, rest = left[:wanted], left[wanted:]
    columns = profiles(_rows_of(rest), width)
    rows = [mended_header(record, dialect, width, columns) for record in names]
    cells = [
        list(row.cells) if row else fitted(record.cells or [record.text], width)
        for row, record in zip(rows, names, strict=True)
    ]
    repair = next((row.repair for row in rows if row and row.repair), None)
    first = _after(names[-1]) if names else (left[0].line if left else 1)
    return Layout(width, joined(cells) if names else (), tuple(names), first, columns, repair)


def _mended_layout(
    head: Sequence[Record], dialect: Dialect, width: int, start: int, columns: list[ColumnProfile]
) -> Layout:
    """Return the layout of a file whose header is damaged or absent: the line before the first row may be it."""
    before = [record for record in head[:start] if not record.is_blank]
    first = head[start].line if start < len(head) else 1
    if before and width > 1 and columns and columns[0].n:
        record = before[-1]
        row = mended_header(record, dialect, width, columns)
        names = row.cells[: width - row.n_padded] if row else ()
        named = names[row is not None and row.repair == ROW_NAMES :]
        if row and is_header(names, columns[: len(names)], first=None, must=False) and is_named(named):
            return Layout(width, row.cells, (record,), _after(record), columns, row.repair)
        search = Search(dialect, width, columns)
        while before:
            row = search.read(before[-1].text, n_fields=len(before[-1].cells or [""] * (width - 1)))
            if row is None or row.cost > MAX_COST or row.n_padded * 2 > width:
                break
            first = before.pop().line
    return Layout(width, (), (), first, columns)


def _readable(head: Sequence[Record], dialect: Dialect) -> Sequence[Record]:
    """Return the records with a rough reading of those whose quotes break the rules, where these are the most."""
    broken = sum(record.cells is None for record in head)
    if 2 * broken <= len(head):
        return head
    return [
        record
        if record.cells is not None or not dialect.delimiter
        else replace(record, cells=lenient_fields(record.text, dialect))
        for record in head
    ]


def _without_mark(head: Sequence[Record], width: int) -> Sequence[Record]:
    """Return the records without the mark of a remark before the names, as NumPy and many tools write their header."""
    remarks = [place for place, record in enumerate(head) if record.cells and record.cells[0].startswith("#")]
    place = next((place for place, record in enumerate(head) if not record.text.startswith("#")), 0) - 1
    if place < 0 or place not in remarks or len(remarks) > _MAX_HEADER_LINES:
        return head
    cells, quoted = head[place].cells or [], head[place].quoted
    first = cells[0].lstrip("# ")
    named = [first, *cells[1:]] if first else cells[1:]
    if len(named) != width or not is_named(named):
        return head
    fits = quoted if quoted is None or len(quoted) == len(named) else quoted[1:]
    return [*head[:place], replace(head[place], cells=named, quoted=fits), *head[place + 1 :]]


def _table_width(head: Sequence[Record]) -> int:
    """Return the commonest number of fields; several count for more than one, the earlier for more than the later."""
    widths = Counter(len(record.cells) for record in head if record.cells and not record.is_blank and any(record.cells))
    if not widths:
        return max((len(record.cells) for record in head if record.cells), default=1)
    return max(widths, key=lambda width: widths[width] * (0.5 if width == 1 and len(widths) > 1 else 1.0))


def _is_full(record: Record, width: int) -> bool:
    """Whether a record has the table's width and at least two cells filled, or the only one."""
    if record.cells is None or len(record.cells) != width or record.is_blank:
        return False
    filled = sum(1 for cell in record.cells if cell.strip())
    return filled >= min(2, width) and (filled * 4 >= width or filled >= 8)


def is_rule(record: Record) -> bool:
    """Whether a record is a line that parts the header from the rows."""
    cells = [cell.strip() for cell in record.cells or () if cell.strip()]
    return bool(cells) and all(len(cell) > 1 and not cell.strip("-=: ") for cell in cells)


def _with_flags(records: tuple[Record, ...], head: Sequence[Record], width: int) -> tuple[Record, ...]:
    """Return the records of a header with the line of flags that may follow one of kinds, most of whose cells are empty."""
    following = next((record for record in head if record.line == _after(records[-1])), None)
    has_kinds = _are_kinds(records[-1].cells or [])
    if (
        following is None
        or not has_kinds
        or len(following.cells or []) != width
        or not _are_kinds(following.cells or [])
    ):
        return records
    return (*records, following)


def _is_annotation(record: Record) -> bool:
    """Whether a record stands before the names in the CSV of a database of times."""
    return bool(record.cells) and (record.cells or [""])[0] in ("#group", "#datatype", "#default")


def _are_kinds(cells: Sequence[str]) -> bool:
    """Whether a row says what kind of values its columns hold, or whence they come, as databases and tools write it."""
    words = [re.sub(r"\(.*\)$", "", cell.strip().casefold().replace("nullable", "")).strip("() ") for cell in cells]
    return any(words) and all(not word or word in _KINDS or word.startswith('{"importid"') for word in words)


def _is_next(full: Sequence[Record], place: int) -> bool:
    """Whether a record follows the one before it at once."""
    return place == 0 or full[place].line == _after(full[place - 1])


def _after(record: Record) -> int:
    """Return the line that follows a record."""
    return record.line + record.n_lines


def _rows_of(records: Sequence[Record]) -> list[tuple[list[str], list[bool] | None]]:
    """Return the cells of records, with their quotes."""
    return [(record.cells, record.quoted) for record in records if record.cells is not None]
