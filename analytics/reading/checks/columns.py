"""Checks of single columns: empty, constant, values that do not fit, too many values to read."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, ColumnCheck, LogCheck, Said
from analytics.reading.checks.scores import MIN_ROWS_OF_CONSTANT


def _unparsable_values(log: Log, column: Column) -> Iterator[Said]:
    if column.n_unparsable and column.name not in (log.mapping.score, log.mapping.amount):
        yield Said(
            column.name,
            column.n_unparsable,
            f"{column.n_unparsable:,} values are no {column.kind}, the first is {column.example_unparsable!r}. "
            "They count as missing.",
        )


def _empty_column(log: Log, column: Column) -> Iterator[Said]:
    if log.n_rows >= MIN_ROWS_OF_CONSTANT and column.n_missing == log.n_rows and not column.n_unparsable:
        yield Said(column.name, log.n_rows, "The column is empty on every row.")


def _constant_column(log: Log, column: Column) -> Iterator[Said]:
    if log.n_rows >= MIN_ROWS_OF_CONSTANT and column.n_distinct == 1 and column.n_missing == 0:
        value = column.top[0][0] if column.top else ""
        yield Said(column.name, log.n_rows, f"Every row holds {value[:60]!r}: nothing to slice by.")


def _too_many_values(log: Log) -> Iterator[Said]:
    for name in log.mapping.segments:
        column = log.column(name)
        if column.kind == "text" and column.n_distinct > MAX_SEGMENT_VALUES:
            yield Said(
                name,
                None,
                f"{column.n_distinct:,} different values: most slices will have few rows. Choose a coarser column.",
            )


CHECKS: tuple[Check, ...] = (
    ColumnCheck(
        code="unparsable-values",
        severities=("warning",),
        meaning="values that do not fit their column: they count as missing",
        say=_unparsable_values,
    ),
    ColumnCheck(
        code="empty-column",
        severities=("note",),
        meaning="a column without any value",
        say=_empty_column,
    ),
    ColumnCheck(
        code="constant-column",
        severities=("note",),
        meaning="a column with one value throughout",
        say=_constant_column,
    ),
    LogCheck(
        code="too-many-values",
        severities=("warning",),
        meaning="a segment column with too many values to read",
        say=_too_many_values,
    ),
)
