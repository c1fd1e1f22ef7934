"""A log as it was known on a day: rows predicted later are out, labels that came later are not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query import typed

AS_OF, FIRST = "as-of", "first-given"
"""The operators that say on which day, and that labels are those that were given first."""


def predicted_until(log: Log, name: str, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a row was predicted on a day or before it."""
    value, (time, _) = _one(values), _times(log)
    return typed.until(typed.held(time), time, value)


def first_given(log: Log, name: str, values: Sequence[str]) -> nw.Expr:
    """Return the predicate of all rows: their labels are then as first given, which those of most logs are."""
    return ~nw.col("row_id").is_null()


def known_on(
    frame: nw.LazyFrame[Any],
    log: Log,
    days: Sequence[str],
    revisions: nw.LazyFrame[Any] | None = None,
    *,
    is_first: bool = False,
) -> nw.LazyFrame[Any]:
    """Return the rows of a log with the labels that were known at the end of each of some days, wherever a row holds them.

    A label that came later is not known; where it replaced another, that one stands, if it had come. A label without a time
    stands: when it came is not known.

    Parameters
    ----------
    frame : LazyFrame
        Rows of the log.
    log : Log
    days : sequence of str
        None: with all that is known.
    revisions : LazyFrame, optional
        What rows were by their labels before: the table ``revisions`` of the log, on the same cursor as ``frame``.
    is_first : bool
        Take of each row the label that was given first.
    """
    if is_first and revisions is not None:
        frame = _restated(frame, log, revisions.filter(nw.col("rank") == 0), nw.col("was_there").is_null())
    for day in days:
        _, label_time = _times(log)
        arrived = nw.col("arrived")
        if revisions is not None and not is_first:
            seen, until = nw.col("seen"), nw.col("until")
            is_over = ~until.is_null() & typed.until(until, label_time, day)
            stood = revisions.filter((seen.is_null() | typed.until(seen, label_time, day)) & ~is_over)
            frame = _restated(frame, log, stood, nw.col("was_there").is_null())
        frame = _restated(frame, log, None, arrived.is_null() | typed.until(arrived, label_time, day))
    return frame


def seen_until(revisions: nw.LazyFrame[Any], log: Log, days: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return what rows were by their labels, without those that came after one of some days."""
    for day in days:
        _, label_time = _times(log)
        revisions = revisions.filter(nw.col("seen").is_null() | typed.until(nw.col("seen"), label_time, day))
    return revisions


def _restated(
    frame: nw.LazyFrame[Any], log: Log, given: nw.LazyFrame[Any] | None, stands: nw.Expr
) -> nw.LazyFrame[Any]:
    """Return rows whose label is theirs where it stands, and elsewhere the given one of the row, or none."""
    names = frame.collect_schema().names()
    hidden, held = _held_by_label(log) & {*names}, dict.fromkeys(names, nw.lit(None))
    if given is not None:
        hidden &= {*given.collect_schema().names()}  # when a row first had a label no revision changes
        held |= {name: nw.col(f"was_{name}") for name in hidden}
        was = {f"was_{name}": nw.col(name) for name in hidden} | {"was_there": nw.lit(value=True)}
        frame = frame.join(given.select("row_id", **was), on="row_id", how="left")
    restated = {name: nw.when(stands).then(nw.col(name)).otherwise(held[name]) for name in hidden}
    return frame.with_columns(**restated).select(names)


def _held_by_label(log: Log) -> set[str]:
    """Return the stored columns that hold the label, what follows from it, or when it came."""
    true = log.mapping.right.true if log.mapping.right else log.mapping.label
    names = {"label", "arrived", "error", "truth"}
    if log.mapping.label_time is not None:
        names.add(log.column(log.mapping.label_time).sql_name)
    if true is not None:
        column = log.column(true)
        names |= {column.sql_name, column.original_name, column.bin_name}
    return names


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
