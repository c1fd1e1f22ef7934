"""Answers that are right where they are what was expected; numbers among them as they are written: ``1,000``, ``$5``, ``72.``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from analytics.log import alike, answer_names, grade_words, pairs, positives, score_form, whole_numbers
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.mapping import Mapping
from analytics.log.right import Right, written_number
from analytics.log.role_names import is_prediction, strength
from analytics.log.schema import Reading

_PAIR = 2
"""What was predicted and what was true."""
_MOSTLY, _MIN_SHARED = 0.5, 0.9
"""Share of the listed rows that are numbers, of what was predicted and of what was true. Set by hand: models also say nothing."""
_CODE = re.compile(r"0[0-9]")
"""How a code begins that is no number."""


def guessed(reading: Reading, said: Collection[str]) -> Right | None:
    """Return the rule of equal answers where one column of text, called a prediction, holds numbers and one of numbers the truth.

    Answers to questions are written as they come, ``1,000`` or ``$5`` or none at all: no score, and right only where equal.
    """
    if {"label", "decision", "score"} & {*said}:
        return None
    texts = [column for column in reading.columns if column.kind == "text" and is_prediction(column.name)]
    true = [
        column
        for column in reading.columns
        if (strength("label", column.name) or (1, 0))[0] == 0
        and (column.kind == "number" or _share_written(column) >= _MIN_SHARED)
    ]
    if len(texts) != 1 or len(true) != 1 or true[0] in texts or _share_written(texts[0]) <= _MOSTLY:
        return None
    if true[0].n_distinct <= MAX_VALUES_BY_VALUE or texts[0].n_distinct <= MAX_VALUES_BY_VALUE:
        return None
    return Right("classes", true[0].name, texts[0].name)


def expected(mapping: Mapping, reading: Reading, said: Collection[str], undecided: Collection[str]) -> Right | None:
    """Return the rule of the one pair of columns that are called an answer and what was expected, by how often they agree.

    Another label or decision, and a score that is no confidence in the answer, are what is judged instead.
    """
    if "score" in said or "label" in undecided:
        return None
    found = [
        (own, true, rule) for own, true in answer_names.named(reading.columns) if (rule := _rule(reading, own, true))
    ]
    if len(found) != 1:
        return None
    own, true, rule = found[0]
    if any(_is_verdict(column) for column in reading.columns if column not in (own, true)):
        return None
    both = {own.name, true.name, None}
    if mapping.label not in both or mapping.decision not in both or ("label" in said and mapping.label != true.name):
        return None
    is_free = mapping.score in both or score_form.is_confidence_name(mapping.score or "")
    return rule if is_free else None


def _is_verdict(column: Column) -> bool:
    """Whether a column is called grades and holds some: what somebody said of the answers is surer than their words."""
    is_few = 1 < column.n_distinct <= MAX_VALUES_BY_VALUE and column.kind != "time"
    return is_few and grade_words.is_called_grade(column.name)


def _rule(reading: Reading, own: Column, true: Column) -> Right | None:
    """Return the rule by which an answer and what was expected are judged: equal, or near; None where they hardly ever agree."""
    agreed = alike.of_pair(reading.origin.alike, own, true)
    if agreed is None or true.n_distinct <= _PAIR:
        return None
    equal = Right("classes", true.name, own.name)
    if own.kind == true.kind == "number":
        if is_prediction(own.name) and not agreed.is_equal:
            return None
        if answer_names.is_extracted(own.name):
            return equal
        if whole_numbers.are_measured(own, true, agreed) and agreed.is_close:
            return whole_numbers.near(own, true, agreed)
        return equal if agreed.are_answers else None
    if all(pairs.is_of_classes(column, reading.rows_kept) for column in (own, true)):
        is_left = not is_prediction(own.name) or strength("label", true.name) is None  # else other rules decide
        is_one_of_few = is_left and positives.are_classes(true, own)
        return equal if is_one_of_few and (agreed.are_answers or pairs.share_values(own, true)) else None
    return equal if agreed.are_answers else None


def are_numbers(both: Sequence[Column]) -> bool:
    """Whether two columns of text hold many numbers as answers are written, and no codes, which begin with a zero."""
    if len(both) != _PAIR or any(column.kind != "text" or column.n_distinct <= MAX_VALUES_BY_VALUE for column in both):
        return False
    is_code = any(_CODE.match(value) for column in both for value, _ in column.top)
    return not is_code and _share_written(both[0]) >= _MIN_SHARED and _share_written(both[1]) > _MOSTLY


def _share_written(column: Column) -> float:
    """Return the share of the listed rows of a column whose value is a number, as answers are written."""
    rows = sum(rows for _, rows in column.top)
    return sum(rows for value, rows in column.top if written_number(value) is not None) / rows if rows else 0.0
