"""Many answers to each row: a column of right and wrong for each model, or of classes beside the one that holds the truth."""

from __future__ import annotations

import shlex

from analytics.log import grade_words
from analytics.log.answer_names import is_wanted
from analytics.log.column import Column
from analytics.log.role_names import strength
from analytics.log.schema import Reading

_TRUTHS = frozenset({0.0, 1.0})
_TWO = 2
"""Answers that are compared."""
_SHARED = 0.5
"""Share of the listed true classes that a column of answers has at least: one seldom class may never be answered. By hand."""


def many_answers_hint(reading: Reading) -> str:
    """Say which columns hold an answer of each row, and how two of them are compared; empty where fewer than two do.

    >>> two = {"type": "BIGINT", "kind": "number", "n_distinct": 2, "top": (("1", 9), ("0", 3))}
    >>> many_answers_hint(Reading("", "", "csv", 12, 12, (Column(0, "ada", **two), Column(1, "bo", **two))))
    " 2 columns hold 1 and 0, such as 'ada': --live-grade ada --candidate-grade bo."
    >>> of = {"type": "VARCHAR", "kind": "text", "n_distinct": 3, "top": (("a", 9), ("b", 3), ("c", 1))}
    >>> columns = tuple(Column(place, name, **of) for place, name in enumerate(("gold", "ada", "bo")))
    >>> many_answers_hint(Reading("", "", "csv", 13, 13, columns))
    " 2 columns hold classes of 'gold', such as 'ada': --live-right 'ada = gold' --candidate-right 'bo = gold'."
    """
    names, what, option, end = _answers_of(reading)
    if len(names) < _TWO:
        return ""
    first, second = (shlex.quote(f"{name}{end}") for name in names[:_TWO])
    return (
        f" {len(names):,} columns {what}, such as {names[0]!r}: --live-{option} {first} --candidate-{option} {second}."
    )


def one_of_many_hint(reading: Reading) -> str:
    """Say how one of more than two answers is judged by itself; empty where there are no more.

    >>> of = {"type": "VARCHAR", "kind": "text", "n_distinct": 2, "top": (("correct", 9), ("incorrect", 3))}
    >>> one_of_many_hint(Reading("", "", "csv", 12, 12, tuple(Column(at, name, **of) for at, name in enumerate("abc"))))
    " 3 columns hold 'correct' and 'incorrect', such as 'a': if each says whether an answer is right, --grade a judges one."
    """
    names, what, option, end = _answers_of(reading)
    if len(names) <= _TWO:
        return ""
    asked = "if each says whether an answer is right, " if option == "grade" else ""
    how = f"{asked}--{option} {shlex.quote(names[0] + end)} judges one"
    return f" {len(names):,} columns {what}, such as {names[0]!r}: {how}."


def _answers_of(reading: Reading) -> tuple[list[str], str, str, str]:
    """Return the columns of answers, what they hold, the option that judges one, and what follows its name there."""
    right = [column.name for column in reading.columns if _is_truth(column)]
    graded = [column for column in reading.columns if grade_words.is_two_grades(column)]
    words = {frozenset(value for value, _ in column.top) for column in graded}
    if len(right) < _TWO <= len(graded) and len(words) == 1:
        shown = " and ".join(repr(value) for value in sorted(words.pop()))
        return [column.name for column in graded], f"hold {shown}", "grade", ""
    for truth in reading.columns:
        if is_wanted(truth.name) or strength("label", truth.name) is not None:
            answers = [column.name for column in reading.columns if _is_of(column, truth)]
            if len(answers) >= _TWO:
                return answers, f"hold classes of {truth.name!r}", "right", f" = {truth.name}"
    return right, "hold 1 and 0", "grade", ""


def _is_truth(column: Column) -> bool:
    """Whether a column says 1 or 0, or true or false."""
    if column.kind != "number":
        return column.kind == "boolean"
    return column.n_distinct == _TWO and {float(value) for value, _ in column.top} == _TRUTHS


def _is_of(column: Column, truth: Column) -> bool:
    """Whether a column holds most classes of another one, of which there are more than two."""
    known, own = ({value for value, _ in each.top} for each in (truth, column))
    is_other = column.name != truth.name and not is_wanted(column.name) and strength("label", column.name) is None
    is_alike = column.kind == truth.kind and truth.n_distinct > _TWO and len(known & own) >= _SHARED * len(known)
    return is_other and is_alike and column.kind == "text"
