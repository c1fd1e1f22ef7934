"""Whether a row is right, as SQL: internal names and parameters, never a name or a value from a file."""

from __future__ import annotations

from dataclasses import replace

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.places import places_of
from analytics.log.right import Right
from analytics.log.schema import Reading
from analytics.reading.sql import rankings
from analytics.reading.sql.expression import NULL, Expression, numeric

_SIGNS = {sign: sign for sign in (";", "|", ",")}
"""The signs that may stand between answers: no other one becomes part of a statement."""


def is_right(reading: Reading, mapping: Mapping) -> Expression:
    """Return 1 where a row is right, 0 where it is wrong, and NULL where the truth or the prediction is not known."""
    right = _of(mapping)
    if right.kind == "rankings":
        return rankings.of_query(reading, right, "label")
    if right.kind == "grades":
        grade = _grade(reading, right)
        return Expression(
            f"CASE WHEN {grade.sql} >= ?::DOUBLE THEN 1 WHEN {grade.sql} IS NOT NULL THEN 0 END",
            (*grade.parameters, right.mark, *grade.parameters),
        )
    if right.kind == "numbers":
        predicted, true = _numbers(reading, right)
        near = f"?::DOUBLE * abs({true.sql})" if right.is_relative else "?::DOUBLE"
        distance = f"abs({predicted.sql} - {true.sql})"
        return Expression(
            f"CASE WHEN {distance} <= {near} THEN 1 WHEN {distance} IS NOT NULL THEN 0 END", (right.tolerance,)
        )
    predicted = _predicted_class(reading, right)
    is_same = _same(predicted, reading, right)
    known = reading.column(right.true).sql_name
    is_open = f"{known} IS NULL"
    parameters = (*is_same.parameters, *predicted.parameters)
    if right.unknown:
        is_open = f"{is_open} OR list_contains(?::VARCHAR[], {known}::VARCHAR)"
        parameters = (list(right.unknown), *parameters)
    return Expression(
        f"CASE WHEN {is_open} THEN NULL WHEN {is_same.sql} THEN 1 WHEN ({predicted.sql}) IS NOT NULL THEN 0 END",
        parameters,
    )


def answered(reading: Reading, mapping: Mapping) -> Expression:
    """Return 1 where something was predicted; whatever has a grade or may get one was."""
    right = _of(mapping)
    if right.kind == "grades":
        return Expression("1")
    if right.kind == "rankings":
        return Expression(f"CASE WHEN {reading.column(right.query or '').sql_name} IS NOT NULL THEN 1 END")
    if right.kind == "numbers":
        predicted, _ = _numbers(reading, right)
    else:
        predicted = _predicted_class(reading, right)
    return Expression(f"CASE WHEN ({predicted.sql}) IS NOT NULL THEN 1 END", predicted.parameters)


def confidence(reading: Reading, mapping: Mapping) -> Expression:
    """Return the score of the predicted class where classes have one, else 1 where something was predicted."""
    right = _of(mapping)
    if not right.class_scores:
        found = answered(reading, mapping)
        return Expression(f"({found.sql})::DOUBLE", found.parameters)
    scores = {value: numeric(reading.column(name)).sql for value, name in right.class_scores}
    if right.predicted is None:
        return Expression(f"greatest({', '.join(scores.values())})")
    own = _folded(reading.column(right.predicted), right)
    cases = " ".join(f"WHEN {own} = {_folded_value(right)} THEN {score}" for score in scores.values())
    return Expression(f"(CASE {cases} END)::DOUBLE", tuple(scores))


def _predicted_class(reading: Reading, right: Right) -> Expression:
    """Return the predicted class as text; where no column holds it, the class with the highest score, the first of equal ones."""
    if right.predicted is not None:
        return Expression(f"{reading.column(right.predicted).sql_name}::VARCHAR")
    scores = {value: numeric(reading.column(name)).sql for value, name in right.class_scores}
    if not scores:
        raise InputError("Expected a column of predicted classes, found none. Choose one in the mapping.")
    best = f"greatest({', '.join(scores.values())})"
    cases = " ".join(f"WHEN {score} = {best} THEN ?::VARCHAR" for score in scores.values())
    return Expression(f"CASE {cases} END", tuple(scores))


def error(reading: Reading, mapping: Mapping) -> Expression:
    """Return the predicted number less the true one, NULL in logs of other kinds."""
    if mapping.kind != "numbers":
        return NULL
    predicted, true = _numbers(reading, _of(mapping))
    return Expression(f"{predicted.sql} - {true.sql}")


def truth(reading: Reading, mapping: Mapping) -> Expression:
    """Return the true number or the grade of a row, NULL in logs of other kinds."""
    if mapping.kind not in ("numbers", "grades"):
        return NULL
    right = _of(mapping)
    return _grade(reading, right) if right.kind == "grades" else numeric(reading.column(right.true))


def _grade(reading: Reading, right: Right) -> Expression:
    """Return the grade of a row; where it is written as text, the number that the text stands for."""
    column = reading.column(right.true)
    if not right.steps:
        return numeric(column)
    cases = " ".join("WHEN ? THEN ?::DOUBLE" for _ in right.steps)
    return Expression(
        f"(CASE {column.sql_name}::VARCHAR {cases} END)", tuple(part for step in right.steps for part in step)
    )


def covered(reading: Reading, mapping: Mapping) -> Expression:
    """Return 1 where the true number lies in the interval that was given, 0 where it does not, NULL where a part is missing."""
    if not mapping.has_interval:
        return NULL
    low, high = _ends(reading, mapping)
    true = truth(reading, mapping).sql
    is_inside = f"({true} >= {low} AND {true} <= {high})::INTEGER"
    return Expression(f"CASE WHEN {low} IS NOT NULL AND {high} IS NOT NULL THEN {is_inside} END")


def width(reading: Reading, mapping: Mapping) -> Expression:
    """Return how wide the interval that was given is, NULL where an end is missing."""
    if not mapping.has_interval:
        return NULL
    low, high = _ends(reading, mapping)
    return Expression(f"{high} - {low}")


def _ends(reading: Reading, mapping: Mapping) -> tuple[str, str]:
    """Return the ends of the interval that was given."""
    right = _of(mapping)
    return numeric(reading.column(right.lower or "")).sql, numeric(reading.column(right.upper or "")).sql


def _of(mapping: Mapping) -> Right:
    """Return the rule of a mapping that has one."""
    assert mapping.right is not None
    return mapping.right


def _numbers(reading: Reading, right: Right) -> tuple[Expression, Expression]:
    """Return the predicted and the true number."""
    if right.predicted is None:
        raise InputError("Expected a column of predicted numbers, found none. Choose one in the mapping.")
    return numeric(reading.column(right.predicted)), numeric(reading.column(right.true))


def _same(predicted: Expression, reading: Reading, right: Right) -> Expression:
    """Return the predicate that the predicted class is the true one: numbers by value, text folded unless said otherwise."""
    true = reading.column(right.true)
    if right.predicted is not None:
        own = reading.column(right.predicted)
        if own.kind != "text" and true.kind != "text":
            return Expression(f"{own.sql_name} = {true.sql_name}")
        if right.by_value or "number" in (own.kind, true.kind):
            numbers = [_written_number(column) for column in (own, true)]
            return Expression(f"coalesce({numbers[0]} = {numbers[1]}, {_folded(own, right)} = {_folded(true, right)})")
        return Expression(f"{_folded(own, right)} = {_folded(true, right)}")
    return Expression(f"{_fold(f'({predicted.sql})', right)} = {_folded(true, right)}", predicted.parameters)


def _written_number(column: Column) -> str:
    """Return the number that a class is, as `log.right.written_number` reads it."""
    if column.kind == "number":
        return f"{column.sql_name}::DOUBLE"
    text = (
        rf"regexp_replace(regexp_replace(trim({column.sql_name}::VARCHAR), '^([+-]?)[$€£]', '\1'), '[$€£%]?\.?$', '')"
    )
    is_grouped = rf"regexp_full_match({text}, '[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]+)?')"
    return f"TRY_CAST(CASE WHEN {is_grouped} THEN replace({text}, ',', '') ELSE {text} END AS DOUBLE)"


def _folded(column: Column, right: Right) -> str:
    """Return the text of a class as it is compared."""
    return _fold(f"{column.sql_name}::VARCHAR", right)


def _folded_value(right: Right) -> str:
    """Return the place of a class among the parameters, as it is compared."""
    return _fold("?::VARCHAR", right)


def _fold(text: str, right: Right) -> str:
    """Return a text without what makes no difference between classes: capitals, accents, blanks around and runs of them.

    Of several answers in one cell it is the first, or all in their order as text.
    """
    if right.parted:
        answers = _answers(text, right)
        one = f"array_to_string(list_sort(list_distinct({answers})), '; ')"
        return f"coalesce(({answers})[1], '')" if right.is_first else one
    if right.is_exact:
        return text
    return rf"regexp_replace(replace({plain(text)}, 'ß', 'ss'), '^(-?[0-9]+)\.0+$', '\1')"


def _answers(text: str, right: Right) -> str:
    """Return the list of the answers in one cell, as they are compared."""
    inner = rf"regexp_replace({text}, '^\s*[\[({{]|[\])}}]\s*$', '', 'g')"
    parts = f"list_transform(string_split({inner}, '{_SIGNS[right.parted]}'), lambda part: trim(part, ' ''\"'))"
    folded = _fold("part", replace(right, parted=""))
    return f"list_transform(list_filter({parts}, lambda part: part <> ''), lambda part: {folded})"


def is_listed(reading: Reading, right: Right) -> str | None:
    """Return the predicate that the true class is among several answers of which the first counts; None where there are none."""
    if right.predicted is None or right.kind != "classes" or (right.parted and not right.is_first):
        return None
    true, own = reading.column(right.true), reading.column(right.predicted)
    if right.parted:
        return (
            f"list_contains({_answers(f'{own.sql_name}::VARCHAR', right)}, {_folded(true, replace(right, parted=''))})"
        )
    family = places_of(reading.columns, own.name)
    said = [f"coalesce({_folded(reading.column(name), right)} = {_folded(true, right)}, false)" for name in family]
    return f"({' OR '.join(said)})" if len(said) > 1 else None


def plain(text: str) -> str:
    """Return SQL of a value as text, without capitals, accents, blanks around and runs of them."""
    return rf"lower(strip_accents(trim(regexp_replace(({text})::VARCHAR, '\s+', ' ', 'g'))))"
