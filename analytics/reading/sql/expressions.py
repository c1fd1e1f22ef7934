"""What a role means as SQL: internal names and parameters, never a name or a value from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.reading.types.infer import parsed


@dataclass(frozen=True)
class Expression:
    """A piece of SQL with its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


NULL = Expression("NULL")


def numeric(column: Column) -> Expression:
    """Return a column as a finite DOUBLE; what is no number is missing."""
    name = column.sql_name
    if column.kind == "text":
        return Expression(parsed(name, "DOUBLE"))
    if column.kind == "time":
        raise InputError(f"Expected numbers in {column.name!r}, found times. Choose another column for this role.")
    return Expression(f"CASE WHEN isfinite({name}::DOUBLE) THEN {name}::DOUBLE END")


def time_expression(reading: Reading, mapping: Mapping) -> Expression:
    """Return the time of a row."""
    if mapping.time is None:
        return NULL
    column = reading.column(mapping.time)
    if column.kind != "time":
        example = repr(column.top[0][0]) if column.top else "no value"
        raise InputError(
            f"Expected dates or times in {column.name!r}, found {column.kind} such as {example}. "
            "Choose another column for the time."
        )
    return Expression(column.sql_name)


def score_expression(reading: Reading, mapping: Mapping) -> Expression:
    """Return the score of a row; a log that has decisions only is scored by them."""
    if mapping.score is None:
        decision = membership(reading, mapping.decision, mapping.decision_positive, ())
        return Expression(f"({decision.sql})::DOUBLE", decision.parameters)
    return numeric(reading.column(mapping.score))


def membership(reading: Reading, name: str | None, positive: Sequence[str], negative: Sequence[str]) -> Expression:
    """Return 1 for the positive values, 0 for the negative ones (all others, where none is named) and NULL for the rest.

    Raises
    ------
    InputError
        If no value is called positive.
    """
    if name is None:
        return NULL
    column = reading.column(name)
    if not positive:
        shown = ", ".join(repr(value) for value, _ in column.top[:6])
        raise InputError(f"Expected the value of {name!r} that means positive, found none. Its values: {shown}.")
    is_positive = _one_of(column, positive)
    if negative:
        is_negative = _one_of(column, negative)
        rest = f"WHEN {is_negative.sql} THEN 0"
    else:
        is_negative, rest = Expression(""), f"WHEN {column.sql_name} IS NOT NULL THEN 0"
    return Expression(
        f"CASE WHEN {is_positive.sql} THEN 1 {rest} END", (*is_positive.parameters, *is_negative.parameters)
    )


def _one_of(column: Column, values: Sequence[str]) -> Expression:
    """Return the predicate that a column holds one of ``values``, which are text: numbers are compared as numbers."""
    if column.kind in ("number", "boolean"):
        numbers = [_number_of(value) for value in values]
        return Expression(f"list_contains(?::DOUBLE[], {column.sql_name}::DOUBLE)", (numbers,))
    return Expression(f"list_contains(?::VARCHAR[], {column.sql_name}::VARCHAR)", (list(values),))


def _number_of(text: str) -> float:
    """Return the number that a value's text means; true is 1 and false is 0."""
    words = {"true": "1", "false": "0"}
    try:
        return float(words.get(text.strip().casefold(), text))
    except ValueError as error:
        raise InputError(
            f"Expected a number among the values of this column, found {text!r}. Choose one of its values."
        ) from error
