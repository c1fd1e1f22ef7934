"""The rows of a log by when they, and their labels, came: what the ages of labels are counted from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.labels.arrivals import UNITS, Arrivals, arrivals_of
from analytics.measure.labels.curve import CurveSums
from analytics.measure.labels.trust import known_whole
from analytics.measure.labels.unlogged import with_unlogged
from analytics.query.engine import Engine
from analytics.query.labels import arrival_table, newest

_SPANS = ((timedelta(days=3), "1h", 1), (timedelta(days=42), "1d", 1), (timedelta(days=800), "1d", 7))
"""Longest span of a log that is counted by hour and by day, and how many of these are one bucket; longer ones by week: at most
72, 42, 115 buckets."""
_SLOW = timedelta(days=42)
"""Span of a log and its labels beyond which these are not counted by hour: a thousand hours. A judgement."""
_NEARLY = 23 / 24
"""Of an hour, a day or a week: where the newest time is later than that, it is taken for over. By hand."""


def ageless(question: Question) -> Question:
    """Return a question of the same rows whenever they were predicted: how long labels take does not hang on which are kept."""
    name, clauses = question.log.mapping.time, question.cohort.clauses
    kept = tuple(each for each in clauses if each.column != name or each.op not in ("le", "lt"))
    return replace(question, cohort=replace(question.cohort, clauses=kept))


def arrivals_so_far(engine: Engine, question: Question) -> Arrivals | None:
    """Return the rows by when they and their labels came; None where the log does not say that."""
    if question.log.mapping.label_time is None or question.log.time_low is None:
        return None
    unit, _ = counted_by(question.log)
    table, now = arrived(engine, question, unit, ())
    return with_unlogged(known_whole(arrivals_of(table, unit, now, 1, 0)))


def ripe_moment(arrivals: Arrivals) -> datetime | None:
    """Return the moment up to which rows are old enough for nearly all of their labels to be there; None where none is."""
    ripe = CurveSums(arrivals).curves().ripe
    return None if ripe is None or ripe > arrivals.now else arrivals.moment(arrivals.now - ripe + 1)


def counted_by(log: Log) -> tuple[str, int]:
    """Return what a log is counted by, and how many of these are one bucket.

    Hours in which rows were predicted tell nothing of labels that take months, which are counted by the same unit: then by day.
    """
    first = datetime.fromisoformat(str(log.time_low))
    span = datetime.fromisoformat(str(log.time_high)) - first
    came = None if log.mapping.label_time is None else log.column(log.mapping.label_time)
    last = came.high if came is not None and came.kind == "time" else None
    are_slow = last is not None and datetime.fromisoformat(last) - first > _SLOW
    return next(((unit, n) for limit, unit, n in _SPANS[are_slow:] if span <= limit), ("1w", 1))


def arrived(engine: Engine, question: Question, unit: str, cuts: tuple[float, ...]) -> tuple[pl.DataFrame, datetime]:
    """Return the rows by prediction, arrival and label, and the beginning of the last whole day of which anything is known."""
    log, cohort, threshold = question.log, question.cohort, question.threshold
    table = arrival_table(
        engine, log, cohort, threshold, "1h" if unit == "1h" else "1d", cuts, with_scores=len(cuts) > 1
    )
    if unit == "1w":
        table = table.with_columns(pl.col("day", "arrived").dt.truncate("1w"))
    latest = max(filter(None, newest(engine, log, ageless(question).cohort.known_on(None), threshold)), default=None)
    if latest is None:
        raise empty_cohort(engine, log, cohort, threshold)
    for day in cohort.as_of:
        latest = min(latest, datetime.combine(datetime.fromisoformat(day).date(), time.max))
    now = _last_whole(latest, unit)
    table = table.filter(pl.col("day") <= now)
    if table.is_empty():
        raise QuestionError("Expected rows of a whole day with a score, found none. Remove filters.")
    return table, now


def _last_whole(latest: datetime, unit: str) -> datetime:
    """Return the beginning of the last hour, day or week that is over; times at midnight are dates, of days that are."""
    begins: datetime = pl.Series([latest]).dt.truncate(unit)[0]
    is_date = latest == begins and unit == "1d"
    is_over = is_date or latest >= begins + UNITS[unit] * _NEARLY
    return begins if is_over else begins - UNITS[unit]
