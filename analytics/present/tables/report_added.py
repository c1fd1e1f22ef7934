"""The table of a figure or of a page as it is added to a report, and how its numbers are written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

import polars as pl

from analytics.log.kept.report_added import FOUND, Added, Cell, added_of
from analytics.measure.metrics import METRICS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.question import Question
    from analytics.log.kept.discovery import FoundSlice
    from analytics.log.kept.report_still import Still
    from analytics.log.schema import Log

_SHARE_WORDS = {"share", "rate", "observed", "coverage", "risk"}
"""First words of names of columns that hold shares and are no metric of the registry."""


_CLICK = re.compile(r"\s*Click [^.]*\.")
"""A sentence of a reading that says what a click does: paper has none."""


def is_share(name: str) -> bool:
    """Whether a column of a figure's table holds shares, by its name.

    >>> is_share("recall_low"), is_share("observed"), is_share("cost")
    (True, True, False)
    """
    plain = name.removesuffix("_low").removesuffix("_high")
    return METRICS[plain].is_share if plain in METRICS else plain.split("_")[0] in _SHARE_WORDS


def _kind_of(column: pl.Series) -> str:
    """Return how the values of a column are written."""
    if not column.dtype.is_numeric():
        return "text"
    if not (column.dtype.is_float() or column.dtype.is_decimal()):
        return "count"
    if is_share(column.name):
        return "share"
    known = column.drop_nulls().drop_nans()
    return "count" if known.len() and (known == known.round()).all() and (known.abs() > 1).any() else "number"


def _cell(value: object) -> Cell:
    """Return a value as a cell of an added table: numbers as they are, everything else as text."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return words.value_label(value)


def found_as_added(found: FoundSlice, log: Log) -> Added:
    """Return a discovered slice that was put into the report of a log as an added table, with which it goes along."""
    element = Added(FOUND, "slices", found.title, found.reading, cohort_in_words=found.note, log_name=log.name)
    element = replace(element, log=log.reading.content_hash)
    return added_of(element, [("What", "text"), ("Value", "text")], [tuple(line) for line in found.lines], None)


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
        reading=_CLICK.sub("", element.reading),
        cohort=question.cohort.to_text(),
        cohort_in_words=of,
        threshold=question.threshold,
        log=log.reading.content_hash,
        log_name=log.name,
    )
    plain = table.select(name for name, kind in table.schema.items() if not kind.is_nested() and kind != pl.Binary)
    columns = [(column.name, _kind_of(column)) for column in plain.get_columns()]
    return added_of(asked, columns, [tuple(map(_cell, row)) for row in plain.iter_rows()], still)
