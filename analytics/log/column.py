"""One column of a log, and the names by which people see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.errors import QuestionError

Kind = Literal["number", "text", "time", "boolean"]

MAX_VALUES_BY_VALUE = 24
"""Different numbers up to which a column is sliced value by value, beyond in bins (DESIGN.md, section 4)."""

PERCENT = 100
"""Hundredths in one: what numbers written in percent are divided by."""

MAX_SEGMENT_VALUES = 1_000
"""Different values up to which a column of text is offered for slicing, and two columns for crossing. A judgement."""


@dataclass(frozen=True)
class Column:
    """One column of a log, as found.

    Attributes
    ----------
    position : int
        Place in the file, from 0; ``sql_name`` follows from it.
    name : str
        What people see: the header, made unique.
    type : str
        DuckDB's type in the log.
    kind : {"number", "text", "time", "boolean"}
        How it is filtered and sliced.
    n_missing, n_distinct, n_unparsable : int
        Rows without a value, different values, and rows whose text did not fit the type (these are missing too).
    top : tuple of (str, int)
        The most frequent values as text with their rows, at most 50.
    low, high : str or None
        Smallest and largest value as text, for numbers and times.
    example_unparsable : str or None
        The first text that did not fit.
    sign : str or None
        The sign that its numbers were written with, such as ``%`` or ``€``.
    n_between, n_outside : int
        Of a column of numbers that leaves [0, 1] (percent: [0, 100]): values strictly inside, and values outside; else 0.
    outside : tuple of (str, int)
        The most frequent of the values outside with their rows, at most eight.
    stand_ins : tuple of (str, int)
        Of a column of numbers on another scale: the values beyond it with their rows, where all are written for a missing one.
    within : tuple of (str, str) or None
        Smallest and largest value of such a column without them.
    earlier : tuple of (str, int)
        Of a column that may be the time of a label: by other columns of times, the rows on which it lies on an earlier day.
    """

    position: int
    name: str
    type: str
    kind: Kind
    n_missing: int = 0
    n_distinct: int = 0
    n_unparsable: int = 0
    top: tuple[tuple[str, int], ...] = ()
    low: str | None = None
    high: str | None = None
    example_unparsable: str | None = None
    sign: str | None = None
    n_between: int = 0
    n_outside: int = 0
    outside: tuple[tuple[str, int], ...] = ()
    stand_ins: tuple[tuple[str, int], ...] = ()
    within: tuple[str, str] | None = None
    earlier: tuple[tuple[str, int], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers only."""
        return self.type == "BIGINT"

    @property
    def sql_name(self) -> str:
        """Name inside the log's file, which no header can influence."""
        return f"c{self.position}"

    @property
    def original_name(self) -> str:
        """Name inside the log's file of the text as it was written, where spellings of it are merged."""
        return f"o{self.position}"

    @property
    def bin_name(self) -> str:
        """Name of the stored bins of a numeric column inside the log's file."""
        return f"b{self.position}"


def find_column(columns: Sequence[Column], name: str) -> Column:
    """Return the column called ``name``.

    Raises
    ------
    QuestionError
        If there is no such column; the message names close ones.
    """
    for column in columns:
        if column.name == name:
            return column
    folded = [column.name for column in columns if column.name.casefold() == name.casefold()]
    known = folded or [column.name for column in columns]
    shown = ", ".join(repr(other) for other in known[:8]) + (", …" if len(known) > 8 else "")
    raise QuestionError(f"Expected the name of a column, found {name!r}. This log has: {shown}.")


def unique_names(headers: Sequence[str]) -> tuple[str, ...]:
    """Make headers unique: an empty one is called by its place, a repeated one gets ``_1``, ``_2``, ….

    >>> unique_names(["id", "", "id", "ID"])
    ('id', 'column 2', 'id_1', 'ID')
    """
    taken: set[str] = set(headers)
    seen: set[str] = set()
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        name = header if header.strip() else f"column {place}"
        stem, count = name, 0
        while name in seen or (count and name in taken) or (not header.strip() and name in taken):
            count += 1
            name = f"{stem}_{count}"
        seen.add(name)
        names.append(name)
    return tuple(names)
