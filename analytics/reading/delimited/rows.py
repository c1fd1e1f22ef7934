"""Every line of a file into its one class: header, skipped, blank, kept (as it stands or mended) or set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analytics.errors import InputError
from analytics.reading.delimited.account import Aside, Books
from analytics.reading.delimited.header import OTHER_DELIMITERS, header_votes, is_named, is_reordered
from analytics.reading.delimited.lexer import Dialect, Record, Records
from analytics.reading.delimited.repair import MAX_COST, OTHER_DELIMITER, STRAY_QUOTE, Patience, Row, Search
from analytics.reading.delimited.shapes import pattern
from analytics.reading.delimited.table import Layout, is_rule

_REORDERED = (
    "Expected columns in one order, found another one from line {:,} on. "
    "Split the file there, and bring the parts as a folder."
)
_CHEAP = 2.0
"""Cost up to which a row with too few or too many fields needs no other reading beside it: one fault. Set by hand."""
_MAX_WAITING = 500
"""Records held back as a footer may begin with them: bounds memory; longer ones are no footer. A judgement."""
_RUN = 3
"""Further lines of another width that make a line of names with that width the header of another table."""

_AGGREGATES = frozenset(
    {"total", "totals", "grand total", "sum", "average", "avg", "mean", "median", "min", "max", "count", "overall"}
    | {"summe", "gesamt", "gesamtsumme", "gesamtergebnis", "insgesamt", "mittelwert", "durchschnitt", "anzahl"}
    | {"suma", "total general", "promedio", "media", "recuento", "somme", "total général", "ensemble", "moyenne"}
)
_MAX_AGGREGATE = 20
"""How a row of totals below a table begins, and the characters of the longest with some blanks."""
_FEW, _RARE = 2, 0.02
"""Empty cells of a column, and their share, up to which one is a sign. A judgement, as in `Rows.is_acceptable`."""

BYTE_ORDER_MARK = "\ufeff"
OTHER_TABLE = "another table"
"""The reason of lines that follow the header of one."""
_TOO_FEW, _TOO_MANY = "missing columns", "too many columns"
_QUOTES, _UNCLEAR, _FOOTER, _HEADER_AGAIN, _RULE = (
    "quotes that do not match",
    "a separator too many or too few, unclear where",
    "footer",
    "the header once more",
    "a line of dashes",
)


class Rows:
    """Reads the rows of a table; iterating gives a list of cells for each row and an `Aside` for each record set aside."""

    def __init__(self, records: Records, dialect: Dialect, layout: Layout) -> None:
        self.records = records
        self.dialect = dialect
        self.layout = layout
        self.books = Books()
        patience = Patience()
        self.search = Search(dialect, layout.width, layout.columns, patience)
        self.others = [
            Search(replace(dialect, delimiter=other), layout.width, layout.columns, patience)
            for other in OTHER_DELIMITERS
            if other != dialect.delimiter and dialect.delimiter and layout.width > 2
        ]
        self.waiting: list[Record | Aside] = []
        self.never_sparse = layout.width > 2 and sum(column.empty < 0.5 for column in layout.columns) >= 3
        self.has_blank_before = False
        self.first_row: Sequence[str] | None = None
        self.is_last = True
        """Whether the file ends where the records do."""

    def __iter__(self) -> Iterator[Sequence[str] | Aside]:
        width, books = self.layout.width, self.books
        header = list(self.layout.header)
        for record in self.records:
            cells = record.cells
            if record.line < self.layout.first_line:
                self.before(record)
            elif cells is not None and header and self.is_header(cells):
                yield from self.released(is_end=True)
                if self.repeats_rows():
                    yield from self.other_table(record)
                    return
                yield self.aside(record, _HEADER_AGAIN)
                self.has_blank_before = False
            elif cells is not None and is_reordered(cells, header):
                raise InputError(_REORDERED.format(record.line))
            elif self.first_row is None and is_rule(record):
                yield self.aside(record, _RULE)
            elif (
                cells is not None
                and len(cells) == width
                and cells[0]
                and not self.waiting
                and not self.has_blank_before
            ):
                if self.is_aggregate(cells) or self.is_sparse(cells):
                    self.waiting.append(record)
                    continue
                books.kept += record.n_lines
                books.rows += 1
                self.first_row = self.first_row or cells
                yield cells
            elif record.is_blank:
                books.blank += record.n_lines
                self.has_blank_before = True
            elif self.begins_table(record):
                yield from self.released(is_end=True)
                yield from self.other_table(record)
                return
            else:
                yield from self.body(record)
        if self.is_last:
            yield from self.released(is_end=True)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of what was read waits for what follows."""
        return not self.waiting and not self.has_blank_before and not self.books.reasons[OTHER_TABLE]

    def before(self, record: Record) -> None:
        """Count a record that stands before the first row."""
        if any(record.line == named.line for named in self.layout.header_records):
            self.books.header += record.n_lines
        elif record.is_blank:
            self.books.blank += record.n_lines
        else:
            self.books.skipped += record.n_lines

    def is_sparse(self, cells: Sequence[str]) -> bool:
        """Whether a row of the right width holds at most one cell where the others hold several, and that one is no value."""
        if len(cells) - cells.count("") > 1 or not self.never_sparse:
            return False
        return all(
            pattern(cell) not in column.patterns
            for cell, column in zip(cells, self.layout.columns, strict=True)
            if cell
        )

    def is_aggregate(self, cells: Sequence[str]) -> bool:
        """Whether a row begins with *Total* or *Average* as no other does, or lacks what nearly every other has: at the end of
        the file it is no row."""
        at = next((at for at, cell in enumerate(cells) if cell), 0)
        if len(cells[at]) > _MAX_AGGREGATE or not _is_aggregate(cells[at]):
            return False
        columns = self.layout.columns
        if columns[at].values[cells[at]] > 1:
            return False
        few = max(_FEW, _RARE * columns[at].n)
        lacks = any(column.n - column.n_filled <= few and not cell for cell, column in zip(cells, columns, strict=True))
        return lacks or not any(
            pattern(value) == pattern(cells[at]) for value in columns[at].values if not _is_aggregate(value)
        )

    def body(self, record: Record) -> Iterator[Sequence[str] | Aside]:
        """Take a record after the header that is not plain: keep it, mend it, let it wait, or set it aside."""
        cells = record.cells
        if cells is not None and len(cells) == self.layout.width:
            if self.is_aggregate(cells) or self.is_sparse(cells):
                yield from self.wait(record)
                return
            row = Row(tuple(cells), 0.0, frozenset())
        else:
            found = self.mended(record)
            if isinstance(found, str):
                yield from self.wait(Aside(record, found))
                return
            row = found
        yield from self.released(is_end=False)
        self.has_blank_before = False
        yield self.keep(record, row)

    def keep(self, record: Record, row: Row) -> Sequence[str]:
        """Count a row and return its cells."""
        self.books.kept += record.n_lines
        self.books.rows += 1
        self.first_row = self.first_row or row.cells
        if row.repair and (row.repair != STRAY_QUOTE or self.dialect.escape):
            self.books.repairs[row.repair] += record.n_lines
        return row.cells

    def wait(self, entry: Record | Aside) -> Iterator[Sequence[str] | Aside]:
        """Hold a record back: at the end of the file it is a footer."""
        self.waiting.append(entry)
        if len(self.waiting) > _MAX_WAITING:
            yield from self.released(is_end=False)

    def released(self, *, is_end: bool) -> Iterator[Sequence[str] | Aside]:
        """Let go of what was held back."""
        waiting, self.waiting = self.waiting, []
        for entry in waiting:
            record = entry.record if isinstance(entry, Aside) else entry
            is_empty = record.cells is not None and not any(cell.strip() for cell in record.cells)
            if is_end and is_empty:
                self.books.blank += record.n_lines
            elif isinstance(entry, Record) and not is_end:
                yield self.keep(record, Row(tuple(record.cells or ()), 0.0, frozenset()))
            else:
                reason = (
                    _FOOTER
                    if is_end and self.is_footer(record)
                    else entry.reason
                    if isinstance(entry, Aside)
                    else _FOOTER
                )
                yield self.aside(record, reason)

    def is_footer(self, record: Record) -> bool:
        """Whether a record at the end of a file is a remark and no damaged row."""
        cells = record.cells or [record.text]
        filled = [cell for cell in cells if cell.strip()]
        column = self.layout.columns[0] if self.layout.columns else None
        if column is None or not column.n_filled:
            return True
        return len(filled) <= max(2, self.layout.width // 3) and pattern(cells[0]) not in column.patterns

    def aside(self, record: Record, reason: str) -> Aside:
        """Count a record that is set aside."""
        self.books.set_aside += record.n_lines
        self.books.reasons[reason] += 1
        self.books.first_lines.setdefault(reason, record.line)
        return Aside(record, reason)

    def begins_table(self, record: Record) -> bool:
        """Whether a record is the header of another table."""
        cells = record.cells
        if (
            cells is None
            or len(cells) < 2
            or not is_named(cells[: max(2, len(cells) - cells[::-1].count(""))] if cells[-1:] == [""] else cells)
        ):
            return False
        typed = [column for column in self.layout.columns if column.is_typed]
        if len(cells) == self.layout.width:
            return (
                self.has_blank_before
                and len(typed) > 1
                and header_votes(cells, self.layout.columns) >= 0.75 * len(typed)
            )
        shared = min(len(cells), self.layout.width)
        if header_votes(cells[:shared], self.layout.columns[:shared]) < 1:
            return False
        following = self.records.ahead(_RUN, lambda other: not other.is_blank)
        return len(following) > 0 and all(
            other.cells is not None and len(other.cells) == len(cells) for other in following
        )

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a record is the header once more; files put one behind the other keep the mark at their beginning."""
        header, written = self.layout.header, self.layout.header_records
        if len(written) == 1 and len(cells) < len(header) and cells == written[0].cells:
            return True
        return len(cells) == len(header) and (cells[0].removeprefix(BYTE_ORDER_MARK), *cells[1:]) == header

    def repeats_rows(self) -> bool:
        """Whether what follows a second header is the table that was read already: then none of it is a row of the log."""
        following = self.records.ahead(1, lambda other: not other.is_blank)
        return self.first_row is not None and bool(following) and following[0].cells == list(self.first_row)

    def other_table(self, record: Record) -> Iterator[Aside]:
        """Set aside all that follows the header of another table."""
        yield self.aside(record, OTHER_TABLE)
        for further in self.records:
            if further.is_blank:
                self.books.blank += further.n_lines
            else:
                yield self.aside(further, OTHER_TABLE)

    def mended(self, record: Record) -> Row | str:
        """Return a damaged line as a row, or the reason why it cannot be one."""
        width, cells, text = self.layout.width, record.cells, record.text
        if cells is None:
            found = self.search.read(text, n_fields=width)
            if found is None or found.cost > _CHEAP or found.is_ambiguous:
                found = _cheapest(found, self.search.read(text, n_fields=width - 1))
            count = len(text.split(self.dialect.delimiter)) if self.dialect.delimiter else 1
            if (found is None or found.cost > MAX_COST) and count > width:
                found = _cheapest(found, self.search.read(text, n_fields=count))
        else:
            found = self.search.read(text, n_fields=len(cells))
        if found is None or found.cost > _CHEAP + 1.0 or found.is_ambiguous:
            found = _cheapest(found, self.in_other_dialect(text))
        if found is None or not self.is_acceptable(found):
            return _QUOTES if cells is None else _TOO_FEW if len(cells) < width else _TOO_MANY
        return _UNCLEAR if found.is_ambiguous else found

    def is_acceptable(self, row: Row) -> bool:
        """Whether a mended row is likely what was meant."""
        if row.n_padded:
            padded = self.layout.columns[self.layout.width - row.n_padded :]
            may_be_empty = all(column.empty > 0.02 or not column.n for column in padded)
            return (may_be_empty or row.n_padded * 2 < self.layout.width) and row.cost <= MAX_COST + 1.25 * row.n_padded
        return row.cost <= MAX_COST + 0.1 * self.layout.width

    def in_other_dialect(self, text: str) -> Row | None:
        """Return a line that uses another delimiter as a row."""
        best: Row | None = None
        for search in self.others:
            count = text.count(search.dialect.delimiter)
            if count < self.layout.width - 1:
                continue
            found = search.read(text, n_fields=count + 1)
            if found is not None and not found.n_padded:
                row = replace(found, cost=found.cost + 1.0, repairs=found.repairs | {OTHER_DELIMITER})
                best = _cheapest(best, row)
        return best


def _is_aggregate(cell: str) -> bool:
    """Whether a cell holds a word for a total or an average."""
    return cell.strip(" :").casefold() in _AGGREGATES


def _cheapest(one: Row | None, other: Row | None) -> Row | None:
    """Return the cheaper of two rows."""
    if one is None or other is None:
        return one or other
    return other if other.cost < one.cost else one
