"""A log as it was known on a day: rows predicted later are out, labels that came later are not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query import typed

AS_OF = "as-of"
"""The operator that says on which day."""


def predicted_until(log: Log, name: str, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a row was predicted on a day or before it."""
    value, (time, _) = _one(values), _times(log)
    return typed.until(typed.held(time), time, value)


def known_on(frame: nw.LazyFrame[Any], log: Log, days: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the rows of a log without the labels that came after one of some days, wherever a row holds them.

    A label without a time stands: when it came is not known.
    """
    for day in days:
        _, label_time = _times(log)
        arrived, names = nw.col("arrived"), frame.collect_schema().names()
        is_known = arrived.is_null() | typed.until(arrived, label_time, day)
        hidden = {"label", "arrived", "error", "truth", label_time.sql_name}
        true = log.mapping.right.true if log.mapping.right else log.mapping.label
        if true is not None:
            hidden |= {log.column(true).sql_name, log.column(true).original_name, log.column(true).bin_name}
        frame = frame.with_columns(**{name: nw.when(is_known).then(nw.col(name)) for name in names if name in hidden})
    return frame


def _times(log: Log) -> tuple[Column, Column]:
    """Return the columns of the time of a row and of its label."""
    time, label_time = log.mapping.time, log.mapping.label_time
    if time is None or label_time is None:
        lacking = "times" if time is None else "times of labels"
        raise QuestionError(
            f"Expected a log that says when rows and labels came for what was known on a day, found no {lacking}. "
            "Choose a column for them in the mapping, or filter by another time."
        )
    return log.column(time), log.column(label_time)


def _one(values: Sequence[str]) -> str:
    """Return the day."""
    if len(values) != 1:
        raise QuestionError(
            f"Expected one value such as 2024-05-31, found {','.join(values)[:40]!r}. Correct the filter."
        )
    return values[0]
