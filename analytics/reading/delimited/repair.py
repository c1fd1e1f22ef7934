"""The cheapest reading of a line as a row of a table: where a quote, a separator or a field is wrong, and which."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.reading.delimited.lexer import Dialect
from analytics.reading.delimited.shapes import ColumnProfile

MISSING_SEPARATOR = "missing separator"
_EXTRA_SEPARATOR = "extra separator"
STRAY_QUOTE = "stray quote"
OTHER_DELIMITER = "another delimiter"
_OPEN_SEPARATOR = "separator that is part of a text and not quoted"
MISSING_FIELDS = "fields missing at its end"
_KINDS = (OTHER_DELIMITER, MISSING_SEPARATOR, _EXTRA_SEPARATOR, _OPEN_SEPARATOR, MISSING_FIELDS, STRAY_QUOTE)

_BLANKS = re.compile(" *")
MAX_COST = 4.5
"""Of a line that is mended and taken for a row or a header: about two faults and their misfits; beyond, it is set aside. Set by
hand."""
_MAX_STEPS = 4_000
"""Partial readings of a line that are looked at: bounds the time of a line that is nothing but faults. A judgement."""
_MAX_IN_VAIN = 300_000
"""Looks at a cell that a file may cost on lines that are no row, or several: about four seconds. A judgement."""
_MAX_LOOKS = 100_000
"""Looks at a cell for one line: about a second. A judgement."""
_LOOKS_AFTER = 1_000
"""Looks at a cell for a line, beside two for each column, once that is used up: enough for one fault. A judgement."""
_MAX_CLOSERS = 8
"""Quotes that are tried as the end of one field: bounds the branches of the search. A judgement."""
_MAX_SPLIT_CHARS = 400
"""Of a field in which a missing separator is looked for at each place: bounds time. A judgement."""
_MARGIN = 0.15
"""Two readings that differ by less are equally good: the line is ambiguous."""


@dataclass(frozen=True)
class Row:
    """A line read as a row: its cells, its cost, and what was mended."""

    cells: tuple[str, ...]
    cost: float
    repairs: frozenset[str]
    n_padded: int = 0
    is_ambiguous: bool = False

    @property
    def repair(self) -> str | None:
        """What was mended first of all."""
        return next((kind for kind in _KINDS if kind in self.repairs), next(iter(self.repairs), None))


@dataclass(frozen=True, slots=True)
class _Step:
    """One move: the place in the line that it reaches, the cells that it reads, its cost, and what it mends."""

    place: int
    cells: tuple[str, ...]
    cost: float
    repair: str | None = None


@dataclass
class Patience:
    """Looks at a cell that a file has left for lines that are no row, or several; all searches of its rows share them."""

    left: int = _MAX_IN_VAIN


class Search:
    """Reads lines as rows of ``width`` cells; ``columns`` says what their cells look like."""

    def __init__(
        self,
        dialect: Dialect,
        width: int,
        columns: Sequence[ColumnProfile] = (),
        patience: Patience | None = None,
    ) -> None:
        self.dialect = dialect
        self.width = width
        self.columns = columns
        self.patience = patience or Patience()
        self.n_looks = 0

    def misfit(self, column: int, text: str, quoted: bool) -> float:
        """Return how badly a text stands out in a column."""
        self.n_looks += 1
        return self.columns[column].misfit(text, quoted=quoted) if self.columns else 0.0

    def read(self, text: str, *, n_fields: int) -> Row | None:
        """Return the cheapest row that a line can be; None where there is none within reach.

        Parameters
        ----------
        text : str
            The line.
        n_fields : int
            How many fields it has as it stands: fewer than the width allow for missing separators, more for extra ones.
        """
        before = self.n_looks
        most = _MAX_LOOKS if self.patience.left > 0 else _LOOKS_AFTER + 2 * self.width
        found = self._cheapest(text, n_fields, before + most)
        if found is None or found.cost > MAX_COST or found.is_ambiguous:
            self.patience.left -= self.n_looks - before
        return found

    def _cheapest(self, text: str, n_fields: int, until: int) -> Row | None:
        """Return the cheapest row that is found before so many looks at a cell."""
        end = len(text) + 1
        counter = 0
        heap: list[tuple[float, int, int, tuple[str, ...], frozenset[str], int]] = [(0.0, 0, 0, (), frozenset(), 0)]
        done: dict[tuple[int, int], set[tuple[str, ...]]] = {}
        best: Row | None = None
        for _ in range(_MAX_STEPS):
            if not heap or self.n_looks > until or (best and heap[0][0] > best.cost + _MARGIN):
                return best
            cost, _, place, cells, repairs, padded = heapq.heappop(heap)
            if place >= end and len(cells) == self.width:
                if best is None:
                    best = Row(cells, cost, repairs, padded)
                elif best.cells != cells:
                    return Row(best.cells, best.cost, best.repairs, best.n_padded, is_ambiguous=True)
                continue
            seen = done.setdefault((place, len(cells)), set())
            if cells in seen or len(seen) > 1:
                continue
            seen.add(cells)
            for step in self.steps(text, place, len(cells), n_fields):
                counter += 1
                found = cells + step.cells
                mended = repairs | {step.repair} if step.repair else repairs
                missing = padded + (step.repair == MISSING_FIELDS) * len(step.cells)
                heapq.heappush(heap, (cost + step.cost, counter, step.place, found, mended, missing))
        return best

    def steps(self, text: str, place: int, column: int, n_fields: int) -> Iterator[_Step]:
        """Yield the moves from a place in the line: ``column`` cells are read already."""
        if place > len(text):
            missing = self.width - column
            if missing > 0:
                cost = sum(self.misfit(at, "", False) for at in range(column, self.width))
                yield _Step(place, ("",) * missing, 1.5 + 0.25 * (missing - 1) + cost, MISSING_FIELDS)
            return
        delimiter = self.dialect.delimiter
        end = text.find(delimiter, place) if delimiter else -1
        end = len(text) if end < 0 else end
        if end == place and n_fields > self.width:
            is_last = not text[place:].replace(delimiter, "")
            yield _Step(end + len(delimiter) or 1, (), 0.5 if is_last else 1.5, _EXTRA_SEPARATOR)
        if column >= self.width:
            return
        yield from self.plain(text, place, end, column, n_fields)
        quote = self.dialect.quote
        start = place + len(text[place:end]) - len(text[place:end].lstrip(" "))
        if quote and text.startswith(quote, start):
            yield from self.quoted(text, place, start, column, n_fields)

    def plain(self, text: str, place: int, end: int, column: int, n_fields: int) -> Iterator[_Step]:
        """Yield the readings of a field without quotes around it."""
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        cell = text[place:end]
        strange, repair = 0.0, None
        if quote and quote in cell:
            strange, repair = (2.0 if cell.startswith(quote) else min(cell.count(quote), 2)), STRAY_QUOTE
        after = end + len(delimiter) if end < len(text) else len(text) + 1
        yield _Step(after, (cell,), strange + self.misfit(column, cell, False), repair)
        if n_fields < self.width and column + 1 < self.width:
            yield from self.split(text, place, cell, column)
        if n_fields > self.width and self.may_hold_delimiter(column) and end < len(text):
            for count in range(1, n_fields - self.width + 1):
                further = text.find(delimiter, end + len(delimiter))
                end = len(text) if further < 0 else further
                merged = text[place:end]
                if (quote and quote in merged) or (delimiter != " " and "" in merged.split(delimiter)):
                    return
                after = end + len(delimiter) if end < len(text) else len(text) + 1
                cost = 1.0 + 0.1 * count if delimiter == " " else 0.4 + sum(_merge_costs(merged, delimiter))
                yield _Step(after, (merged,), cost + self.misfit(column, merged, False), _OPEN_SEPARATOR)
                if end == len(text):
                    return

    def may_hold_delimiter(self, column: int) -> bool:
        """Whether a column holds free text, in which a separator may stand without quotes."""
        if not self.columns:
            return False
        profile = self.columns[column]
        return profile.texty >= 0.5 and (profile.loose["text"] > 0.05 * profile.n_filled)

    def split(self, text: str, place: int, cell: str, column: int) -> Iterator[_Step]:
        """Yield the places inside a field where a separator may be missing."""
        quote = self.dialect.quote
        at = cell.find(quote, 1) if quote else -1
        if at > 0:
            used = self.columns[column + 1].quoted if self.columns else 1.0
            cost = 2.0 if used > 0.02 else 3.0
            yield _Step(place + at, (cell[:at],), cost + self.misfit(column, cell[:at], False), MISSING_SEPARATOR)
        if not self.columns:
            return
        for at in range(1, min(len(cell), _MAX_SPLIT_CHARS)):
            left, right = cell[:at], cell[at:]
            if quote and quote in left:
                return
            cost = self.misfit(column, left, False) + (0.25 if _same_kind(left[-1], right[0]) else 0.0)
            if cost < 1.0 and (
                quote in right or self.misfit(column + 1, right, False) < 1.0 or column + 2 < self.width
            ):
                yield _Step(place + at, (left,), 2.0 + cost, MISSING_SEPARATOR)

    def quoted(self, text: str, place: int, start: int, column: int, n_fields: int) -> Iterator[_Step]:
        """Yield the readings of a field with quotes around it: every quote that may be its last."""
        dialect, delimiter = self.dialect, self.dialect.delimiter
        may_split = n_fields < self.width and column + 1 < self.width
        closers, close = 0, text.find(dialect.quote, start + 1)
        while close >= 0 and closers < _MAX_CLOSERS:
            after = close + 1
            rest = 0 if delimiter.startswith(" ") else len(_BLANKS.match(text, after)[0])  # type: ignore[index]
            is_end = after + rest >= len(text)
            is_closer = is_end or (bool(delimiter) and text.startswith(delimiter, after + rest))
            if is_closer or may_split:
                closers += 1
                content = text[start + 1 : close]
                bare = _n_bare(content, dialect)
                cell = dialect.unescaped(content)
                cost = 0.5 * min(bare, 4) + self.misfit(column, cell, True) + 0.3 * (start > place)
                cost += 1.5 * (bare > 0 and _holds_border(content, dialect))
                if is_closer:
                    place_after = len(text) + 1 if is_end else after + rest + len(delimiter)
                    yield _Step(place_after, (cell,), cost + 0.3 * bool(rest), STRAY_QUOTE if bare or rest else None)
                else:
                    yield _Step(after, (cell,), cost + 2.0, MISSING_SEPARATOR)
            close = text.find(dialect.quote, after)


def _n_bare(content: str, dialect: Dialect) -> int:
    """Return how many quotes inside a field are not escaped."""
    quote, escape = dialect.quote, dialect.escape
    if quote not in content:
        return 0
    if escape:
        content = (
            content.replace(escape + escape, "").replace(escape + quote, "")
            if escape != quote
            else content.replace(quote * 2, "")
        )
    return content.count(quote)


def _holds_border(content: str, dialect: Dialect) -> bool:
    """Whether a quote inside a field stands beside a delimiter, as one that opens or closes a field does."""
    return bool(dialect.delimiter) and (
        dialect.quote + dialect.delimiter in content or dialect.delimiter + dialect.quote in content
    )


def _merge_costs(text: str, delimiter: str) -> Iterator[float]:
    """Yield the cost of each separator that is read as part of a text: less where a blank follows, as after a comma."""
    for part in text.split(delimiter)[1:]:
        yield 0.6 if part.startswith(" ") or delimiter.endswith(" ") else 1.5


def _same_kind(left: str, right: str) -> bool:
    """Whether two neighbours are both digits, or both letters of one case or a capital and a small letter."""
    return (left.isdigit() and right.isdigit()) or (
        left.isalpha() and right.isalpha() and not (left.islower() and right.isupper())
    )
