"""What a role means as SQL: internal names and parameters, never a name or a value from a file."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.log.value_words import BLANK, FIRST_YEAR, GIVEN, LAST_YEAR
from analytics.reading.sql import right
from analytics.reading.sql.expression import NULL, Expression, numeric


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
    """Return the score of a row; a log that has decisions only is scored by them.

    Where a rule says what is right it is the confidence in what was predicted, and 1 where none is known: every answer counts.
    """
    if mapping.kind != "yes/no" and mapping.score is None:
        return right.confidence(reading, mapping)
    if mapping.score is None:
        decision = decision_expression(reading, mapping)
        return Expression(f"({decision.sql})::DOUBLE", decision.parameters)
    found = numeric(reading.column(mapping.score))
    if mapping.score_missing:
        stand_ins = [_number_of(value) for value in mapping.score_missing]
        found = Expression(
            f"CASE WHEN NOT list_contains(?::DOUBLE[], {found.sql}) THEN {found.sql} END",
            (stand_ins, *found.parameters, *found.parameters),
        )
    if mapping.score_scale != 1:
        found = Expression(f"({found.sql}) / ?::DOUBLE", (*found.parameters, mapping.score_scale))
    if mapping.is_score_clipped:
        clipped = f"CASE WHEN {found.sql} < 0 THEN 0.0 WHEN {found.sql} > 1 THEN 1.0 ELSE {found.sql} END"
        found = Expression(f"({clipped})::DOUBLE", found.parameters * 3)
    if mapping.score_minus is not None:
        found = Expression(f"(?::DOUBLE - ({found.sql}))", (mapping.score_minus, *found.parameters))
    return _of_positive(found, reading, mapping) if mapping.is_confidence else found


def _of_positive(confidence: Expression, reading: Reading, mapping: Mapping) -> Expression:
    """Return the score of the positive class from the confidence in whichever class the decision names."""
    decision = decision_expression(reading, mapping)
    return Expression(
        f"CASE ({decision.sql}) WHEN 1 THEN {confidence.sql} WHEN 0 THEN 1 - ({confidence.sql}) END",
        (*decision.parameters, *confidence.parameters, *confidence.parameters),
    )


def label_expression(reading: Reading, mapping: Mapping) -> Expression:
    """Return 1 where the label is positive, or the row right, 0 where it is not, and NULL where that is not known yet."""
    if mapping.kind != "yes/no":
        return right.is_right(reading, mapping)
    return _membership(reading, mapping.label, mapping.positive, mapping.negative)


def decision_expression(reading: Reading, mapping: Mapping) -> Expression:
    """Return 1 where the decision is positive, 0 where it is negative and NULL where it decides nothing."""
    if mapping.kind != "yes/no":
        return right.answered(reading, mapping)
    return _membership(reading, mapping.decision, mapping.decision_positive, mapping.decision_negative)


def _membership(reading: Reading, name: str | None, positive: Sequence[str], negative: Sequence[str]) -> Expression:
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
    if column.kind == "time" and GIVEN in positive:
        is_given = f"year({column.sql_name}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
        return Expression(f"CASE WHEN {is_given} THEN 1 {'ELSE 0' if BLANK in negative else ''} END")
    is_positive = _one_of(column, positive)
    if negative:
        is_negative = _one_of(column, negative)
        if BLANK in negative:
            is_blank = f"{column.sql_name} IS NULL OR trim({column.sql_name}::VARCHAR) = ''"
            is_negative = Expression(f"({is_negative.sql} OR {is_blank})", is_negative.parameters)
        rest = f"WHEN {is_negative.sql} THEN 0"
    else:
        is_negative, rest = Expression(""), f"WHEN {column.sql_name} IS NOT NULL THEN 0"
    return Expression(
        f"CASE WHEN {is_positive.sql} THEN 1 {rest} END", (*is_positive.parameters, *is_negative.parameters)
    )


def _one_of(column: Column, values: Sequence[str]) -> Expression:
    """Return the predicate that a column holds one of ``values``, which are text: numbers are compared as numbers."""
    values = [value for value in values if value != BLANK]
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
