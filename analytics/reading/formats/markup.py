"""Tables of HTML pages and of Excel's XML of 2003, which programs export under the name ``.xls``, as text with delimiters."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analytics.errors import InputError

_MAX_BYTES = 256 << 20
"""Of a page, which is held in memory as a whole with its rows. README names it. A judgement."""
_MAX_DEPTH = 50
"""Tables inside of each other that are told apart: pages of mails lay out their text so. A judgement."""
_CHARS_BETWEEN = 1 << 20
"""Characters read between two words on progress: a second's work at most. A judgement."""
_MAX_REACHED = 5_000_000
"""Places of a table that cells fill by reaching over others: a few bytes can ask for any number. A judgement."""
_MAX_WIDTH = 2_000
"""Columns to which cells may reach: more than a table may have, so that one that is too wide is refused as such. A judgement."""
_MIN_ROWS = 2
"""Rows of a table: names and a row."""

_TOKEN = re.compile(r"<!--|<(/?)([A-Za-z][\w:.-]{0,60})([^<>]{0,4000})>")
_SPAN = re.compile(r"\b(colspan|rowspan|index)\s*=\s*[\"']?(\d{1,4})", re.IGNORECASE)
_CELL, _LONGEST_CELL = re.compile(r"<(?:[\w.-]{1,20}:)?(?:td|th|cell)[\s/>]", re.IGNORECASE), 40
"""The tag of a cell, and the characters of the longest."""
_SKIPPED = {"script": "</script", "style": "</style"}
_TABLES, _ROWS, _CELLS = ("table",), ("tr", "row"), ("td", "th", "cell")
_BREAKS = ("br", "p", "div", "li")


@dataclass
class _Table:
    """A table that is being read: its rows, the cells of the open one, and values that reach into rows to come."""

    rows: list[list[str]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    n_across: int = 1
    n_down: int = 1
    below: dict[int, tuple[str, int]] = field(default_factory=dict)
    n_reached: int = 0

    def open_row(self) -> None:
        self.close_row()
        self.row = []

    def open_cell(self, spans: dict[str, int]) -> None:
        self.close_cell()
        if self.row is None:
            self.row = []
        self._fill()
        while len(self.row) < min(spans.get("index", 0) - 1, _MAX_WIDTH):
            self.row.append("")
            self._reach(1)
        self.cell, self.n_across, self.n_down = [], spans.get("colspan", 1), spans.get("rowspan", 1)

    def close_cell(self) -> None:
        if self.cell is None or self.row is None:
            return
        text = " ".join(html.unescape("".join(self.cell)).split())
        for place in range(max(1, min(self.n_across, _MAX_WIDTH + 1 - len(self.row)))):
            if self.n_down > 1:
                self.below[len(self.row)] = (text if not place else "", self.n_down - 1)
            self.row.append(text if not place else "")
            self._reach(place)
        self.cell = None

    def close_row(self) -> None:
        self.close_cell()
        if self.row is not None:
            self._fill()
            if self.row:
                self.rows.append(self.row)
        self.row = None

    def _fill(self) -> None:
        """Put what reaches down from rows above into the places that come next."""
        while self.row is not None and (found := self.below.pop(len(self.row), None)):
            if found[1] > 1:
                self.below[len(self.row)] = (found[0], found[1] - 1)
            self.row.append(found[0])
            self._reach(1)

    def _reach(self, n_places: int) -> None:
        """Count a place that a cell fills beside its own."""
        self.n_reached += n_places > 0
        if self.n_reached > _MAX_REACHED:
            raise InputError(
                f"Expected a table of one value per cell, found cells that reach over more than {_MAX_REACHED:,} others. "
                "Export the table as CSV."
            )

    @property
    def n_cells(self) -> int:
        """Filled cells."""
        return sum(bool(cell) for row in self.rows for cell in row)


def has_cells(path: Path) -> bool:
    """Whether a document has a cell of a table."""
    with path.open(encoding="utf-8", errors="replace") as file:
        before = ""
        while piece := file.read(_CHARS_BETWEEN):
            if _CELL.search(before + piece):
                return True
            before = piece[-_LONGEST_CELL:]
    return False


def lay_out(path: Path, target: Path, what: str, progress: Callable[[float], None]) -> str | None:
    """Write the largest table of a page in UTF-8 to ``target`` as CSV; say how many others there are.

    Raises
    ------
    InputError
        If there is no table of two rows, or the page is too large to be held.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"Expected {what} of at most {_MAX_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. Export the table as CSV."
        )
    tables = [
        table
        for table in _tables_of(path.read_text("utf-8", errors="replace"), progress)
        if len(table.rows) >= _MIN_ROWS
    ]
    if not tables:
        raise InputError(
            f"Expected a table of two rows or more, found {what} without one. Export the table as CSV, Parquet or Excel (.xlsx)."
        )
    largest = max(tables, key=lambda table: table.n_cells)
    width = max(map(len, largest.rows))
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([*row, *[""] * (width - len(row))] for row in largest.rows)
    if len(tables) == 1:
        return None
    others = ", ".join(f"{len(table.rows):,}" for table in tables if table is not largest)
    return f"The largest of {len(tables):,} tables was read; those left out have {others[:200]} rows."


def _tables_of(text: str, progress: Callable[[float], None]) -> Iterator[_Table]:
    """Yield the tables of a page as they end; what a damaged page leaves open ends with it."""
    opened: list[_Table] = []
    for before, name, is_end, inside in _tokens(text, progress):
        table = opened[-1] if opened else None
        if table is not None and table.cell is not None:
            table.cell.append(before)
        if name in _TABLES:
            if is_end and table is not None:
                table.close_row()
                yield opened.pop()
            elif not is_end and len(opened) < _MAX_DEPTH:
                opened.append(_Table())
        elif table is not None and name in _ROWS:
            table.close_row() if is_end else table.open_row()
        elif table is not None and name in _CELLS:
            if is_end or inside.rstrip().endswith("/"):
                table.close_cell()
            if not is_end:
                table.open_cell({key.lower(): int(value) for key, value in _SPAN.findall(inside)})
        elif table is not None and table.cell is not None and name in _BREAKS:
            table.cell.append(" ")
    for table in reversed(opened):
        table.close_row()
        yield table


def _tokens(text: str, progress: Callable[[float], None]) -> Iterator[tuple[str, str, bool, str]]:
    """Yield the tags of a page, each with the text before it, without comments, scripts and styles."""
    place = told = 0
    never_ended: set[str] = set()
    while found := _TOKEN.search(text, place):
        before, name = text[place : found.start()], (found[2] or "").lower().rpartition(":")[2]
        place = found.end()
        end = "-->" if not name else _SKIPPED.get(name, "") if not found[1] else ""
        if end and end not in never_ended:
            closed = text.find(end, place)
            if closed < 0:
                never_ended.add(end)
            else:
                place = closed + len(end)
        yield before, name, bool(found[1]), found[3] or ""
        if place - told >= _CHARS_BETWEEN:
            told = place
            progress(place / len(text))
