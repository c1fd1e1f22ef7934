"""The predicate of a cohort over a log's stored columns, in Narwhals; values are data here, never text of a query."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from urllib.parse import unquote

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query.cohort import PARTS, WEEKDAYS, Clause, Cohort

_MAX_WHOLE = 2**63


def predicate(cohort: Cohort, log: Log, threshold: float) -> nw.Expr | None:
    """Return the predicate of a cohort over a log's stored columns, None where every row is kept.

    Raises
    ------
    QuestionError
        If a column is unknown or a value does not fit its column.
    """
    gaps = [clause for clause in cohort.clauses if clause.op == "gaps"]
    plain = Cohort(tuple(clause for clause in cohort.clauses if clause.op != "gaps"))
    parts = [_column_predicate(log.column(column), plain.of(column)) for column in plain.columns()]
    parts += [_has_gaps(log, clause) for clause in gaps]
    if cohort.outcomes:
        parts.append(_any_of([outcome_predicate(outcome, threshold) for outcome in cohort.outcomes]))
    return _all_of(parts) if parts else None


def answerable(text: str, log: Log) -> tuple[Cohort, tuple[str, ...]]:
    """Read a cohort from an address that may come from anyone: what can be asked of a log, and the parts that cannot."""
    kept = Cohort()
    refused: list[str] = []
    for part in filter(None, text.split(";")):
        try:
            read = Cohort.from_text(part)
            predicate(read, log, 0.0)
            if read.outcomes == () and not read.clauses:
                raise QuestionError("Expected a filter, found none. Clear the filters.")
            together = Cohort((*kept.clauses, *read.clauses), read.outcomes or kept.outcomes)
            kept = Cohort.from_text(together.to_text())
        except QuestionError:
            refused.append(unquote(part))
    return kept, tuple(refused)


def _any_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Return the disjunction of predicates."""
    return reduce(lambda left, right: left | right, parts)


def _all_of(parts: Sequence[nw.Expr]) -> nw.Expr:
    """Return the conjunction of predicates."""
    return reduce(lambda left, right: left & right, parts)


def _column_predicate(column: Column, clauses: Sequence[Clause]) -> nw.Expr:
    """Return the predicate of all clauses on one column."""
    col = nw.col(column.sql_name)
    alternatives: list[nw.Expr] = []
    bounds: list[nw.Expr] = []
    restrictions: list[nw.Expr] = []
    for clause in clauses:
        if clause.op == "in" and clause.values:
            alternatives.append(_membership(column, clause.values))
        elif clause.op == "not-in" and clause.values:
            restrictions.append(~_membership(column, clause.values) | col.is_null())
        elif clause.op == "missing":
            alternatives.append(col.is_null())
        elif clause.op == "blank":
            alternatives.append(col.cast(nw.String).str.strip_chars() == "")
        elif clause.op == "present":
            restrictions.append(~col.is_null())
        elif clause.op == "contains" and clause.values:
            text = col.cast(nw.String).str.to_lowercase()
            alternatives += [text.str.contains(value.lower(), literal=True) for value in clause.values]
        elif clause.op in PARTS and clause.values:
            restrictions.append(_has_part(column, clause))
        elif clause.op in ("ge", "le", "lt") and len(clause.values) == 1:
            bounds.append(_bound(column, clause))
        else:
            wanted = "one value" if clause.op in ("ge", "le", "lt") else "a value"
            raise QuestionError(
                f"Expected {wanted} after {clause.op!r} for {column.name!r}, found {len(clause.values) or 'none'}. "
                "Correct or clear the filter."
            )
    if bounds:
        alternatives.append(_all_of(bounds))
    return _all_of([*([_any_of(alternatives)] if alternatives else []), *restrictions])


def _has_part(column: Column, clause: Clause) -> nw.Expr:
    """Return the predicate that times fall into hours or on weekdays, or that a text is longer than so many characters."""
    col = nw.col(column.sql_name)
    if clause.op == "longer":
        return col.cast(nw.String).str.len_chars() > min(_whole_number(column, value) for value in clause.values)
    if column.kind != "time":
        raise QuestionError(
            f"Expected a column of times for {clause.op!r}, found {column.name!r}, which holds {column.kind}. "
            "Filter it by its values."
        )
    if clause.op == "hour":
        return col.dt.hour().cast(nw.Int64).is_in([_whole_number(column, value) for value in clause.values])
    unknown = [value for value in clause.values if value not in WEEKDAYS]
    if unknown:
        raise QuestionError(
            f"Expected weekdays such as {', '.join(WEEKDAYS[:2])}, found {unknown[0][:40]!r}. Correct the filter."
        )
    return col.dt.weekday().cast(nw.Int64).is_in([WEEKDAYS.index(value) + 1 for value in clause.values])


def _has_gaps(log: Log, clause: Clause) -> nw.Expr:
    """Return the predicate that so many of some columns have no value."""
    number, *names = clause.values or ("",)
    is_least, digits = number.endswith("+"), number.removesuffix("+")
    if clause.column or not names or not digits.isdecimal() or len(digits) > 4:
        raise QuestionError(
            f"Expected how many of which columns are missing, found {','.join(clause.values)[:40]!r}. Correct the filter."
        )
    flags = [
        nw.when(nw.col(log.column(name).sql_name).is_null()).then(nw.lit(1)).otherwise(nw.lit(0)) for name in names
    ]
    total = reduce(lambda left, right: left + right, flags)
    return total >= int(digits) if is_least else total == int(digits)


def _whole_number(column: Column, value: str) -> int:
    """Return a value as a whole number."""
    if not value.strip().isdecimal() or len(value.strip()) > 9:
        raise QuestionError(f"Expected a whole number for {column.name!r}, found {value[:40]!r}. Correct the filter.")
    return int(value)


def _membership(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a column holds one of ``values``."""
    col = nw.col(column.sql_name)
    if column.kind == "text":
        return col.cast(nw.String).is_in(list(values))
    if column.kind == "number":
        return _one_of_numbers(column, values)
    if column.kind == "boolean":
        return col.is_in([_truth(column, value) for value in values])
    return _any_of([_within(column, value) for value in values])


def _one_of_numbers(column: Column, values: Sequence[str]) -> nw.Expr:
    """Return the predicate that a column holds one of some numbers; an empty text is none of them."""
    col = nw.col(column.sql_name)
    numbers = [_number(column, value) for value in values if value.strip()]
    if column.type == "BIGINT":
        numbers = [value for value in numbers if isinstance(value, int)]
    return col.is_in(numbers) if numbers else col != col


def _bound(column: Column, clause: Clause) -> nw.Expr:
    """Return the predicate of one bound; a day as upper bound includes the whole day."""
    col, value = nw.col(column.sql_name), clause.values[0]
    limit: object
    if column.kind == "time":
        moment, is_day = _moment_of(column, value)
        if clause.op == "ge":
            return col >= moment
        if clause.op == "le" and is_day:
            return _before_the_next_day(col, moment)
        limit = moment
    elif column.kind == "number":
        limit = _number(column, value)
    else:
        raise QuestionError(
            f"Expected a column of numbers or times for a range, found {column.name!r}, which holds {column.kind}. "
            "Filter it by its values."
        )
    return {"ge": col >= limit, "le": col <= limit, "lt": col < limit}[clause.op]


def _within(column: Column, value: str) -> nw.Expr:
    """Return the predicate that a time is ``value``, or falls on that day."""
    col = nw.col(column.sql_name)
    moment, is_day = _moment_of(column, value)
    return (col >= moment) & _before_the_next_day(col, moment) if is_day else col == moment


def _before_the_next_day(col: nw.Expr, day: datetime) -> nw.Expr:
    """Return the predicate that a time is before the day after ``day``; the last day that there is has none after it."""
    return col <= datetime.max if day.date() == date.max else col < day + timedelta(days=1)


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


def outcome_predicate(outcome: str, threshold: float) -> nw.Expr:
    """Return the predicate of one outcome at a threshold."""
    label, score = nw.col("label"), nw.col("score")
    if outcome == "unlabelled":
        return label.is_null()
    if outcome == "unscored":
        return score.is_null()
    flagged = score >= threshold if outcome in ("tp", "fp") else score < threshold
    return flagged & (label == (1 if outcome in ("tp", "fn") else 0))
