"""From a frame to a table of a pack: texts for paper beside the numbers as the commands give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import polars as pl

from analytics.present import words
from analytics.present.report.parts import Sheet
from analytics.present.report.tables import Cell, Head, Row, Table, short

_MAX_ROWS = 40
"""Rows of a table on paper: what a printed page holds. The file of the table has all of them. A judgement."""
BESIDE = 14
"""Rows of a table that stands below its figure: the figure shows the rest. A judgement."""
_MAX_NAME = 60
"""Characters of the name of a column in a file. A judgement."""

_WRITTEN: dict[str, Callable[[Any], str]] = {
    "text": lambda value: short(words.value_label(value)),
    "words": lambda value: short(value) if value else words.UNDEFINED,
    "count": words.count,
    "share": words.share,
    "number": words.number,
    "points": lambda value: words.signed(None if value is None else 100 * value, 1),
    "p": words.p_value,
    "score": lambda value: words.UNDEFINED if value is None else words.threshold_text(value),
}
"""How a value is written, by the kind of its column."""
_TEXTS = ("text", "words")
_ENDS: dict[str, tuple[float, int]] = {"share": (100, 1), "points": (100, 1), "number": (1, 3), "count": (1, 0)}
"""Factor and digits of the ends of an interval, by kind."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name, head : str
        In the frame, and above it.
    kind : str
        One of text (a value of the log), words, count, share, number, points (a difference of shares), p and score.
    has_ends : bool
        Whether ``{name}_low`` and ``{name}_high`` are its interval.
    """

    name: str
    head: str
    kind: str = "text"
    has_ends: bool = False

    @property
    def names(self) -> list[str]:
        """Its columns of the frame."""
        return [self.name, *([f"{self.name}_low", f"{self.name}_high"] if self.has_ends else [])]


def sheet_of(
    name: str,
    title: str,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    note: str = "",
    shape: str = "wide",
    most: int = _MAX_ROWS,
) -> Sheet:
    """Return the table of a frame; what paper does not hold is said below it."""
    heads = [Head(column.head, is_number=column.kind not in _TEXTS) for column in columns]
    rows = [Row([_cell(row, column) for column in columns]) for row in frame.head(most).iter_rows(named=True)]
    cut = f"The first {most} of {words.count(frame.height)} rows." if frame.height > most else ""
    names = [each for column in columns for each in column.names]
    sides = ("", ", low", ", high")
    return Sheet(
        name,
        title,
        Table(heads, rows),
        frame.select(names),
        {
            each: f"{column.head}{side}"
            for column in columns
            for each, side in zip(column.names, sides[: len(column.names)], strict=True)
        },
        {each: column.kind for column in columns for each in column.names if column.kind not in _TEXTS},
        note,
        shape,
        cut,
    )


def text_sheet(
    name: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str = "", shape: str = "narrow"
) -> Sheet:
    """Return a table of texts alone."""
    names = column_names(heads)
    frame = pl.DataFrame(
        [pl.Series(name, [row[place] for row in rows], dtype=pl.String) for place, name in enumerate(names)]
    )
    columns = [Column(name, head, "words") for name, head in zip(names, heads, strict=True)]
    return sheet_of(name, title, frame, columns, note, shape)


def figures_sheet(name: str, title: str, shown: pl.DataFrame, numbers: pl.DataFrame, kinds: Mapping[str, str]) -> Sheet:
    """Return a table whose cells are written one by one on paper, and whose file has its numbers.

    Parameters
    ----------
    shown : DataFrame
        Texts, as people read them.
    numbers : DataFrame
        The same rows under the names of the columns of the file.
    kinds : mapping of str to str
        How numbers are written, by column, see `Sheet`.
    """
    rows = [[str(cell) for cell in row] for row in shown.iter_rows()]
    sheet = text_sheet(name, title, shown.columns, rows, shape="wide")
    return replace(sheet, frame=numbers, heads={}, kinds=kinds)


def column_names(heads: Sequence[str]) -> list[str]:
    """Return what columns of a file are called, each once, by what stands above them on paper: letters, digits and underscores.

    >>> column_names(["Whose it is", "Cost, €", "then", "Then", "€"])
    ['whose_it_is', 'cost', 'then', 'then_2', 'column_5']
    """
    found: list[str] = []
    for place, head in enumerate(heads, 1):
        own = re.sub(r"\W+", "_", head.casefold()).strip("_")[:_MAX_NAME].strip("_") or f"column_{place}"
        later = (f"{own}_{nth}" for nth in count(2))
        found.append(own if own not in found else next(name for name in later if name not in found))
    return found


def split_lead(reading: str) -> tuple[str, str]:
    r"""Part a reading into its answer and its details.

    >>> split_lead("It rains.\nSince noon.")
    ('It rains.', 'Since noon.')
    """
    lead, _, more = reading.partition("\n")
    return lead, more


def _cell(row: dict[str, Any], column: Column) -> Cell:
    """Return a cell, its interval behind the value."""
    value = row[column.name]
    text = _WRITTEN[column.kind](value)
    if not column.has_ends:
        return Cell(text)
    low, high = (row[f"{column.name}_{end}"] for end in ("low", "high"))
    if not all(map(words.is_known, (value, low, high))):
        return Cell(text)
    scale, digits = _ENDS[column.kind]
    return Cell(text, interval=words.between(words.plain(scale * low, digits), words.plain(scale * high, digits)))
