"""Names above a table: whether a row holds them, and how a damaged line of them is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from analytics.reading.delimited.lexer import Dialect, Record
from analytics.reading.delimited.repair import MAX_COST, MISSING_FIELDS, MISSING_SEPARATOR, OTHER_DELIMITER, Row, Search
from analytics.reading.delimited.shapes import ColumnProfile, is_texty, shape

_NUMBER = re.compile(r"[-+]?[\d.,]+%?")
_ID = re.compile(r"(?:.*[_ .-])?(?:id|uuid|key|no|nr)", re.IGNORECASE)
_NO_ID = re.compile(r"[-+]?\d*[.,]\d+(?:e[-+]?\d+)?|\d{1,4}[-/.]\d\d?[-/.]\d{1,4}.*", re.IGNORECASE)
"""Names of ids, and values that are none: fractions and dates."""

ROW_NAMES = "the rows have a name or a number in front, which has none above it"
_ENDING_DELIMITER = "the rows end with a separator, the header does not"
_BOTH_SAY = 2.0
"""Score of a parting where both names say what their columns hold."""

OTHER_DELIMITERS = (",", ";", "\t", "|", " ")
_NAMES_OF_KINDS = (
    (re.compile(r"date|day|time|month|year|when|at", re.IGNORECASE), re.compile(r"9{1,4}[-/.:]9+")),
    (re.compile(r"price|cost|amount|total|fee|value|sum", re.IGNORECASE), re.compile(r".*[$€£¥9].*")),
    (re.compile(r"ur[li]|link|website|page", re.IGNORECASE), re.compile("url")),
    (re.compile(r"id|code|key|no|number|ref|qty|quantity|count", re.IGNORECASE), re.compile(r".*(9|number).*")),
)
"""Words in headers and the shapes of values that they announce: they help to part two names that ran together."""


_LEAST_NAMES = 3
"""Names from which on the same ones in another order are no row: two values may be called like two columns. By hand."""
_MIN_COUNTED = 3
"""Cells from which on a word that is counted up is a row of names: two could be values. Set by hand."""


def is_reordered(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a record is a header once more with its names in another order.

    >>> header = ["id", "score", "label"]
    >>> is_reordered(["id", "label", "score"], header), is_reordered(header, header), is_reordered(["7", "id", "1"], header)
    (True, False, False)
    """
    is_such = len(cells) == len(header) >= _LEAST_NAMES and cells[-1] in header and [*cells] != [*header]
    return is_such and len({*header}) == len(header) and {*cells} == {*header}


def is_header(
    cells: Sequence[str], columns: Sequence[ColumnProfile], *, first: Sequence[str] | None, must: bool
) -> bool:
    """Whether a row holds names and not values: it differs from what its columns hold below.

    ``first`` is the header's first line where this would be a further one: then the contrast has to be clear.
    """
    if must:
        return True
    votes = header_votes(cells, columns)
    if first is not None:
        return list(cells) == list(first) or (votes >= 1 and votes * 2 >= sum(column.is_typed for column in columns))
    return votes > 0 or (votes == 0 and is_named(cells))


def header_votes(cells: Sequence[str], columns: Sequence[ColumnProfile]) -> float:
    """Return the votes of the columns for a row of names, less those for a row of values."""
    votes = 0.0
    is_series = _is_years(cells)
    counted = _counted(cells)
    for cell, column in zip(cells, columns, strict=True):
        loose = shape(cell.strip())[1]
        if not cell.strip() or not column.n_filled:
            continue
        if is_series and loose == "number":
            votes += 0.5
        elif column.is_typed and not column.is_of_words:
            if cell.strip() in counted:
                votes += 0.25
            elif column.has_shape(cell):
                votes -= 1.0
            elif is_texty(loose) or not any(char.isdigit() for char in cell):
                votes += 1.0
            else:
                votes += 0.25
        elif column.is_category:
            votes += -0.5 if cell in column.values else 0.5
    return votes


def _counted(cells: Sequence[str]) -> set[str]:
    """Return the cells that are one word counted up from 1 side by side, as names of places are: ``top1, top2, top3``.

    >>> sorted(_counted(["id", "top1", "top2", "top3"])), _counted(["prod1", "prod8", "prod0"])
    (['top1', 'top2', 'top3'], set())
    """
    parts = [re.fullmatch(r"(.*[^\W\d])_?(\d{1,2})", cell.strip()) for cell in cells]
    runs: list[list[str]] = []
    for found in parts:
        place = int(found[2]) if found else 0
        if found and place == 1:
            runs.append([found[0]])
        elif found and runs and place == len(runs[-1]) + 1 and runs[-1][0].startswith(found[1]):
            runs[-1].append(found[0])
    return {cell for run in runs if len(run) >= _MIN_COUNTED for cell in run}


def _is_years(cells: Sequence[str]) -> bool:
    """Whether a row holds years one after the other, as headers of tables by year do."""
    years = [int(cell) for cell in cells if re.fullmatch(r"(?:19|20)\d\d", cell.strip())]
    n_numbers = sum(1 for cell in cells if _NUMBER.fullmatch(cell.strip()))
    return (
        2 * len(years) > n_numbers
        and len(years) >= 2
        and all(right - left == years[1] - years[0] != 0 for left, right in pairwise(years))
    )


def is_named(cells: Sequence[str]) -> bool:
    """Whether a row holds no number, no doubled cell and no empty one: the mark of a line of names."""
    return len(set(cells)) == len(cells) and not any(
        _NUMBER.fullmatch(cell.strip()) or not cell.strip() for cell in cells
    )


def joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of a header on several lines: what stands in one column, joined by blanks.

    >>> joined([["a", "b"], ["", "c"]])
    ('a', 'b c')
    """
    if len(rows) == 1:
        return tuple(rows[0])
    return tuple(" ".join(cell for cell in column if cell) for column in zip(*rows, strict=True))


def fitted(cells: Sequence[str], width: int) -> list[str]:
    """Return a header's cells at the table's width: cut, or filled up with empty ones."""
    return [*cells[:width], *[""] * (width - len(cells))]


def mended_header(record: Record, dialect: Dialect, width: int, columns: Sequence[ColumnProfile]) -> Row | None:
    """Return a header line as a row of the table, whatever is wrong with it; None where no reading makes sense."""
    cells = record.cells
    if cells is not None and len(cells) == width:
        return Row(tuple(cells), 0.0, frozenset())
    if cells is not None and 2 * len(cells) > width > len(cells):
        row = _of_one_short(record, cells, dialect, columns) if len(cells) == width - 1 else None
        return row or Row((*cells, *[""] * (width - len(cells))), 2.0, frozenset({MISSING_FIELDS}), width - len(cells))
    n_fields = len(cells) if cells is not None else width - 1
    found = Search(dialect, width).read(record.text, n_fields=n_fields)
    if found and not found.n_padded and found.cost <= MAX_COST:
        return found
    for delimiter in OTHER_DELIMITERS:
        if delimiter != dialect.delimiter and width > 2:
            other = Search(Dialect(delimiter, dialect.quote, dialect.escape), width).read(record.text, n_fields=width)
            if other and other.cost < 1 and not other.n_padded:
                return Row(other.cells, other.cost + 1.5, frozenset({OTHER_DELIMITER}))
    return None


def _of_one_short(
    record: Record, cells: Sequence[str], dialect: Dialect, columns: Sequence[ColumnProfile]
) -> Row | None:
    """Return a header with one name less than the rows have fields: two that ran together, or a column without a name."""
    both_say = _parted(record, columns, dialect.quote, least=_BOTH_SAY)
    return both_say or _with_unnamed(cells, columns) or _parted(record, columns, dialect.quote, least=1.0)


def _with_unnamed(cells: Sequence[str], columns: Sequence[ColumnProfile]) -> Row | None:
    """Return a header beside which the rows have one column more, at their end or in front.

    A delimiter at each row's end leaves an empty last field; R and pandas write the names of rows in front, without one above.
    """
    if columns[-1].n and not columns[-1].n_filled:
        return Row((*cells, ""), 0.0, frozenset({_ENDING_DELIMITER}), 1)
    in_front = sum(_names_kind(name, column) for name, column in zip(cells, columns[1:], strict=True))
    at_end = sum(_names_kind(name, column) for name, column in zip(cells, columns, strict=False))
    if _are_row_names(columns[0]) and in_front >= at_end:
        if _is_the_id(cells[0], columns):
            return Row((*cells, ""), 2.0, frozenset({MISSING_FIELDS}), 1)
        return Row(("", *cells), 0.0, frozenset({ROW_NAMES}))
    return None


def _is_the_id(name: str, columns: Sequence[ColumnProfile]) -> bool:
    """Whether the first column is the id that the first name says: the second holds fractions, days, or a value twice."""
    return (
        _ID.fullmatch(name.strip()) is not None
        and len(columns[0].values) == columns[0].n
        and (len(columns[1].values) < columns[1].n_filled or any(map(_NO_ID.fullmatch, columns[1].values)))
    )


def _are_row_names(column: ColumnProfile) -> bool:
    """Whether every row has a value of its own, as names and numbers of rows are; numbers begin anew where tables were joined."""
    if column.n < 2 or column.n_filled < column.n:
        return False
    numbers = sorted(int(value) for value in column.values if value.isascii() and value.isdigit())
    is_counted = len(numbers) == len(column.values) > 1 and numbers == [*range(numbers[0], numbers[-1] + 1)]
    return len(column.values) == column.n or (is_counted and numbers[0] in (0, 1))


def _parted(record: Record, columns: Sequence[ColumnProfile], quote: str, *, least: float) -> Row | None:
    """Return a header whose names ran together at one place, parted where case or meaning change; None where that is unclear."""
    cells = record.cells or []
    found: list[tuple[float, tuple[str, ...]]] = []
    for place, cell in enumerate(cells):
        for at in range(1, len(cell)):
            left, right = cell[:at], cell[at:]
            score = (
                0.6 * _is_boundary(left, right)
                + _names_kind(left, columns[place])
                + _names_kind(right, columns[place + 1])
            )
            found.append(
                (score, (*cells[:place], left.strip(quote + " "), right.strip(quote + " "), *cells[place + 1 :]))
            )
    found.sort(reverse=True)
    if not found or found[0][0] < least or (len(found) > 1 and found[1][0] == found[0][0]):
        return None
    return Row(found[0][1], 2.0, frozenset({MISSING_SEPARATOR}))


def _is_boundary(left: str, right: str) -> bool:
    """Whether two names may have run together here: at a quote, a blank, or where a capital begins a word."""
    before, at, following = left[-1], right[0], right[1:2]
    if '"' in (before, at) or before == " " or at == " ":
        return True
    return (before.islower() and at.isupper()) or (before.isupper() and at.isupper() and following.islower())


def _names_kind(name: str, column: ColumnProfile) -> float:
    """Return 1 for a name that says what its column holds, such as a date or a price, else 0."""
    if not column.loose:
        return 0.0
    kind = column.loose.most_common(1)[0][0]
    return float(any(word.fullmatch(name.strip()) and value.match(kind) for word, value in _NAMES_OF_KINDS))
