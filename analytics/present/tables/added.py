"""The table of a figure or of a page as it is added to a report, and how its numbers are written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from analytics.log.kept.added import Added, Cell, added_of
from analytics.measure.metrics import METRICS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.question import Question
    from analytics.log.kept.still import Still

_SHARE_WORDS = {"share", "rate", "observed", "coverage", "risk"}
"""First words of names of columns that hold shares and are no metric of the registry."""


def is_share(name: str) -> bool:
    """Whether a column of a figure's table holds shares, by its name.

    >>> is_share("recall_low"), is_share("observed"), is_share("cost")
    (True, True, False)
    """
    plain = name.removesuffix("_low").removesuffix("_high")
    return METRICS[plain].is_share if plain in METRICS else plain.split("_")[0] in _SHARE_WORDS


def _kind_of(name: str, kind: pl.DataType) -> str:
    """Return how the values of a column are written."""
    if not kind.is_numeric():
        return "text"
    if kind.is_float() or kind.is_decimal():
        return "share" if is_share(name) else "number"
    return "count"


def _cell(value: object) -> Cell:
    """Return a value as a cell of an added table: numbers as they are, everything else as text."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return words.value_label(value)


def added_table(element: Added, question: Question, of: str, table: pl.DataFrame, still: Still | None) -> Added:
    """Return an element with what it was asked, its table and its drawing, cut to what a report holds.

    Parameters
    ----------
    element : Added
        Names, title, reading.
    question : Question
    of : str
        What its numbers are of, in words.
    table : DataFrame
        Columns of lists and structures are left out.
    still : Still or None
    """
    log = question.log
    asked = replace(
        element,
        cohort=question.cohort.to_text(),
        cohort_in_words=of,
        threshold=question.threshold,
        log=log.reading.content_hash,
        log_name=log.name,
    )
    plain = table.select(name for name, kind in table.schema.items() if not kind.is_nested() and kind != pl.Binary)
    columns = [(name, _kind_of(name, kind)) for name, kind in plain.schema.items()]
    return added_of(asked, columns, [tuple(map(_cell, row)) for row in plain.iter_rows()], still)
