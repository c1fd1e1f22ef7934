"""The values of a filter, which are text, as what a column holds: numbers, times, true or false; and predicates over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log

_MAX_WHOLE = 2**63
"""Below which a whole number fits into a BIGINT, the widest whole number that logs store."""
_MAX_DIGITS = 9
"""Of a whole number that counts something (hours, characters): more cannot be meant, and 64 bits hold it on every engine."""


_MAX_COMPARED = 20
"""Columns of raters that are compared with each other: 190 pairs. Bounds the predicate."""
_MAX_COUNTED = 4
"""Digits of a number of columns; a log has fewer than 10,000."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def any_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Return the disjunction of predicates."""
    return reduce(lambda left, right: left | right, parts)


def all_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Return the conjunction of predicates."""
    return reduce(lambda left, right: left & right, parts)


def held(column: Column) -> nw.Expr:
    """Return the stored column."""
    return nw.col(column.sql_name)


def text(column: Column) -> nw.Expr:
    """Return the stored column as text."""
    return held(column).cast(nw.String)


def membership(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a column holds one of ``values``; a day holds all of its times."""
    if column.kind == "text":
        return text(column).is_in(list(values))
    if column.kind == "number":
        return _one_of_numbers(column, values)
    if column.kind == "boolean":
        return held(column).is_in([_truth(column, value) for value in values])
    return any_of([_within(column, value) for value in values])


def at_least(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a number or a time is ``value`` or more."""
    return held(column) >= _limit(column, value)


def under(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a number or a time is less than ``value``; a day begins at midnight."""
    return held(column) < _limit(column, value)


def at_most(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a number or a time is ``value`` or less; a day is kept whole."""
    col = held(column)
    return until(col, column, value) if column.kind == "time" else col <= _number(column, value)


def until(moment: nw.Expr, column: Column, value: str) -> nw.Expr:
    """Return the predicate that a time is ``value`` or before it, a day kept whole; the column is what a message names."""
    limit, is_day = _moment_of(column, value)
    return _before_the_next_day(moment, limit) if is_day else moment <= limit


def over(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a number or a time is more than ``value``: after a day is after the whole of it."""
    return ~at_most(column, value)


def is_longer(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a text has more characters than the least of some numbers."""
    return text(column).str.len_chars() > min(_whole_number(column, value) for value in values)


def in_hour(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a time is in one of some hours of the day."""
    hours = [_whole_number(column, value) for value in values]
    return held(column).dt.hour().cast(nw.Int64).is_in(hours)


def on_weekday(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a time is on one of some weekdays."""
    unknown = [value for value in values if value not in WEEKDAYS]
    if unknown:
        raise QuestionError(
            f"Expected weekdays such as {', '.join(WEEKDAYS[:2])}, found {unknown[0][:40]!r}. Correct the filter."
        )
    return held(column).dt.weekday().cast(nw.Int64).is_in([WEEKDAYS.index(value) + 1 for value in values])


def has_gaps(log: Log, name: str, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that so many (``5+``: at least five) of some columns have no value."""
    number, *names = values or ("",)
    is_least, digits = number.endswith("+"), number.removesuffix("+")
    if name or not names or not digits.isdecimal() or len(digits) > _MAX_COUNTED:
        raise QuestionError(
            f"Expected how many of which columns are missing, found {','.join(values)[:40]!r}. Correct the filter."
        )
    gaps = [held(log.column(other)).is_null() for other in names]
    flags = [nw.when(is_gap).then(nw.lit(1)).otherwise(nw.lit(0)) for is_gap in gaps]
    total = reduce(lambda left, right: left + right, flags)
    return total >= int(digits) if is_least else total == int(digits)


def differ(log: Log, name: str, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that of some columns of one kind two have other values; a missing value differs from none."""
    columns = [log.column(other) for other in dict.fromkeys(values)]
    kinds = {column.kind for column in columns}
    if name or len(columns) < 2 or len(columns) > _MAX_COMPARED or len(kinds) > 1:
        raise QuestionError(
            f"Expected 2 to {_MAX_COMPARED} columns of one kind that may differ, found {', '.join(values)[:40]!r}. "
            "Correct the filter."
        )
    own = [text(column) if column.kind == "text" else held(column) for column in columns]
    pairs = [(left != right) for place, left in enumerate(own) for right in own[:place]]
    return any_of([nw.when(pair.is_null()).then(nw.lit(value=False)).otherwise(pair) for pair in pairs])


def _limit(column: Column, value: str) -> datetime | float:
    """Return a bound as what the column holds."""
    return _moment_of(column, value)[0] if column.kind == "time" else _number(column, value)


def _one_of_numbers(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a column holds one of some numbers; an empty text is none of them."""
    col = held(column)
    numbers = [_number(column, value) for value in values if value.strip()]
    if column.type == "BIGINT":
        numbers = [value for value in numbers if isinstance(value, int)]
    return col.is_in(numbers) if numbers else col != col


def _within(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a time is ``value``, or falls on that day."""
    col = held(column)
    moment, is_day = _moment_of(column, value)
    return (col >= moment) & _before_the_next_day(col, moment) if is_day else col == moment


def _before_the_next_day(col: nw.Expr, day: datetime) -> nw.Expr:
    """Return the predicate that a time is before the day after ``day``; the last day that there is has none after it."""
    return col <= datetime.max if day.date() == date.max else col < day + timedelta(days=1)


def _whole_number(column: Column, value: str) -> int:
    """Return a value as a whole number."""
    if not value.strip().isdecimal() or len(value.strip()) > _MAX_DIGITS:
        raise QuestionError(f"Expected a whole number for {column.name!r}, found {value[:40]!r}. Correct the filter.")
    return int(value)


def _number(column: Column, value: str) -> float:
    """Return a value as a number: an integer where column and value hold whole ones, so that long ids stay apart."""
    text = value.strip().replace(",", "")
    try:
        real = float(text)
    except ValueError:
        real = math.nan
    if math.isnan(real):
        raise QuestionError(f"Expected a number for {column.name!r}, found {value[:40]!r}. Correct the filter.")
    if column.type != "BIGINT" or not real.is_integer():
        return real
    whole = int(text) if text.lstrip("+-").isdecimal() else int(real)
    return whole if -_MAX_WHOLE <= whole < _MAX_WHOLE else real


def _truth(column: Column, value: str) -> bool:
    """Return a value as true or false."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if value.strip().casefold() not in words:
        raise QuestionError(f"Expected true or false for {column.name!r}, found {value[:40]!r}. Correct the filter.")
    return words[value.strip().casefold()]


def _moment_of(column: Column, value: str) -> tuple[datetime, bool]:
    """Return a value as a time in UTC, as logs hold it, and whether it names a whole day."""
    text = value.strip()
    try:
        return datetime.combine(date.fromisoformat(text), time()), True
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None), False
    except (ValueError, OverflowError) as error:
        raise QuestionError(
            f"Expected a date such as 2024-05-31 for {column.name!r}, found {value[:40]!r}. Correct the filter."
        ) from error
