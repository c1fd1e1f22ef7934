"""What in a mapping contradicts itself or its log, in sentences: a mapping without any can be built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.judge import is_one_of, member
from analytics.log.mapping import ROLE_LABELS, SINGLE_ROLES, Mapping
from analytics.log.operation_names import FAILURES, OPERATION_ROLES, failing_values, is_flag
from analytics.log.schema import Reading
from analytics.log.value_words import BLANK, GIVEN

_MAX_NAMED = 8
"""Values that a sentence names before it ends with an ellipsis. A judgement."""

_ZERO_ONE = ("0", "1")
_FAILURES = frozenset(ROLE_LABELS[role].lower() for role in FAILURES)
_OF_LABEL = {ROLE_LABELS[role].lower() for role in ("label", "label_time")}
_GIVERS = frozenset(ROLE_LABELS[role].lower() for role in ("annotator", "label_site"))


def conflicts(mapping: Mapping, reading: Reading) -> tuple[str, ...]:
    """Return why a log cannot be judged under a mapping, one sentence for each reason, none where it can.

    Parameters
    ----------
    mapping : Mapping
        The roles as they stand; its columns are in the reading.
    reading : Reading
        What was found in the file.

    Returns
    -------
    tuple of str
        Neither score nor decision, one column in two roles, no positive value, a value that is positive and negative.
    """
    return (*_about_columns(mapping), *_about_values(mapping, reading), *_about_answers(mapping, reading))


def _about_columns(mapping: Mapping) -> Iterator[str]:
    """Say which columns are missing, or play two roles."""
    if mapping.score is None and mapping.decision is None and mapping.right is None:
        yield "Expected a score, a decision or a rule that says when a row is right, found none. Choose one of them."
    by_column: dict[str, list[str]] = {}
    for role in SINGLE_ROLES:
        if (name := getattr(mapping, role)) is not None:
            by_column.setdefault(name, []).append(ROLE_LABELS[role].lower())
    for name, roles in by_column.items():
        if len(roles) > 1 and not _is_beside(roles):
            yield (
                f"Expected a column of its own for each role, found {name!r} as {' and '.join(roles)}. "
                "Choose another for one of them."
            )


def _is_beside(roles: Sequence[str]) -> bool:
    """Whether one column may say both: the unit and who gave the label, the label and its time, or several ways to fail."""
    if _FAILURES.issuperset(roles) or {*roles} == _OF_LABEL:
        return True
    return len(roles) == 2 and ROLE_LABELS["unit"].lower() in roles and roles[1] in _GIVERS


def _about_values(mapping: Mapping, reading: Reading) -> Iterator[str]:
    """Say which values are not chosen, or chosen twice."""
    if mapping.kind != "yes/no":
        return
    for name, positive in ((mapping.label, mapping.positive), (mapping.decision, mapping.decision_positive)):
        if name is not None and not positive:
            yield (
                f"Expected the value of {name!r} that means positive, found none chosen. "
                f"{values_of(reading.column(name))} Choose one, or another column."
            )
    if mapping.label is not None:
        column = reading.column(mapping.label)
        if column.kind == "time" and mapping.positive and mapping.positive != (GIVEN,):
            yield (
                f"Expected no value of {mapping.label!r} as positive, found {mapping.positive[0]!r}: of times any is positive. "
                "Leave it out, or choose another column."
            )
        for value in mapping.positive:
            if is_one_of(value, column, mapping.negative):
                yield (
                    f"Expected values of {mapping.label!r} that are either positive or negative, found {value!r} as both. "
                    "Leave it out of one of the two."
                )


def _about_answers(mapping: Mapping, reading: Reading) -> Iterator[str]:
    """Say which columns cannot say what an answer took: text for an amount, no two values for a failure."""
    for role, kind in OPERATION_ROLES.items():
        if (name := getattr(mapping, role)) is None:
            continue
        column, called = reading.column(name), ROLE_LABELS[role].lower()
        if kind != "failure" and column.kind != "number":
            yield f"Expected numbers as {called}, found {column.kind} in {name!r}. {values_of(column)} Choose another column."
        elif kind == "failure" and not (failing_values(role, column) and (column.kind == "text" or is_flag(column))):
            yield (
                f"Expected values of {name!r} that say which answers were {called}, found none. {values_of(column)} "
                "Choose a column of yes and no, or of how answers ended."
            )


def values_of(column: Column) -> str:
    """Say which values a column holds, the most frequent first."""
    if not column.top:
        return "It is empty on every row."
    named = [f"{value!r} ({rows:,})" for value, rows in column.top[:_MAX_NAMED]]
    return f"Its values: {', '.join(named)}{', …' if column.n_distinct > len(named) else ''}."


def require_values(column: Column, values: Sequence[str], option: str) -> None:
    """Check that a column holds the values that a person named.

    A column of zeros may be said to be positive at 1: the class is known, and has no row yet. Where a column has more
    different values than the reading lists, a value that is not listed is let through.

    Raises
    ------
    QuestionError
        If no row holds one of them; the message lists the values found.
    """
    for value in values:
        if not _may_hold(column, value):
            raise QuestionError(
                f"Expected a value of {column.name!r} after {option}, found {value!r}, which no row holds. {values_of(column)}"
            )


def _may_hold(column: Column, value: str) -> bool:
    """Whether a column holds a value, or could."""
    found = [text for text, _ in column.top]
    if value == BLANK and column.n_missing:
        return True
    if any(is_one_of(text, column, (value,)) for text in found):
        return True
    if column.n_distinct > len(found):
        return True
    is_zero_one = bool(found) and all(is_one_of(text, column, _ZERO_ONE) for text in found)
    return is_zero_one and is_one_of(value, column, _ZERO_ONE)


def _known_values(mapping: Mapping, reading: Reading) -> tuple[list[str], list[str]]:
    """Return the values of the label that rows hold, those that are positive and those that are negative."""
    if mapping.label is None or mapping.kind != "yes/no":
        return [], []
    column = reading.column(mapping.label)
    if column.kind == "time":
        return [*mapping.positive] if column.n_distinct else [], [*mapping.negative] if column.n_missing else []
    judged = {value: member(value, column, mapping.positive, mapping.negative) for value, _ in column.top}
    return [value for value, is_positive in judged.items() if is_positive], [
        value for value, is_positive in judged.items() if is_positive is False
    ]


def all_positive(mapping: Mapping, reading: Reading) -> str | None:
    """Warn where several values are positive and none is left to be negative."""
    positive, negative = _known_values(mapping, reading)
    if len(positive) < 2 or negative:
        return None
    return (
        f"Every value of {mapping.label!r} that is known is positive ({', '.join(map(repr, positive[:_MAX_NAMED]))}): "
        "no row is left to be negative. Remove those that are not."
    )


def one_class(mapping: Mapping, reading: Reading) -> str | None:
    """Say where a log knows one class alone, so that only half of the errors can be seen."""
    positive, negative = _known_values(mapping, reading)
    if len(positive) == 1 and not negative:
        return f"Only positives are known: every known label is {positive[0]!r}. False positives cannot be counted."
    if negative and not positive:
        wanted = " or ".join(map(repr, mapping.positive))
        return f"Only negatives are known: no row holds {wanted}. False negatives cannot be counted."
    return None
