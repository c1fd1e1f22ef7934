"""Another column of the same file as what is judged: two answers that stand in one row."""

from __future__ import annotations

from dataclasses import replace

from analytics.log import positives, score_form, views
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading

_DECISIONS = 2
"""Different values of a column of decisions."""


def other_columns(log: Log) -> list[str]:
    """Return the columns that could hold another answer of the kind that a log judges, as the one that it judges is stored."""
    judged = log.mapping.judged
    if judged is None or log.mapping.kind == "rankings":
        return []
    own = log.column(judged)
    taken = {log.mapping.label, log.mapping.row_id, log.mapping.time, log.mapping.weight, log.mapping.unit, judged}
    if log.mapping.right is not None and log.mapping.kind != "grades":
        taken.add(log.mapping.right.true)
    return [column.name for column in log.columns if column.kind == own.kind and column.name not in taken]


def with_answer(mapping: Mapping, reading: Reading, name: str) -> Mapping:
    """Return a mapping that judges another column by the same rule: a score, a decision, a prediction or a grade.

    Raises
    ------
    QuestionError
        If there is no such column.
    """
    column = reading.column(name).name
    if mapping.kind != "yes/no" and mapping.right is not None:
        right = mapping.right
        changed = replace(right, true=column) if right.kind == "grades" else replace(right, predicted=column)
        return views.right_or_wrong(mapping, reading, changed)
    if mapping.score is None:
        return positives.with_decision_values(replace(mapping, decision=column), reading)
    other = score_form.with_form(replace(mapping, score=column), reading)
    return replace(other, threshold=mapping.threshold if other.score_scale == mapping.score_scale else other.threshold)


def decider_columns(log: Log) -> list[str]:
    """Return the columns that could hold what another decider said: another answer of the kind that is judged, or a decision."""
    if log.mapping.judged is None or log.mapping.kind == "rankings":
        return []
    found = other_columns(log)
    if log.mapping.kind != "yes/no":
        return found
    taken = {log.mapping.label, log.mapping.row_id, log.mapping.judged, *found}
    return [*found, *(each.name for each in log.columns if each.n_distinct == _DECISIONS and each.name not in taken)]


def with_decider(mapping: Mapping, reading: Reading, name: str) -> Mapping:
    """Return a mapping that judges a column as what is judged, or as decisions where it has but two values.

    Raises
    ------
    QuestionError
        If there is no such column.
    """
    column = reading.column(name)
    if mapping.kind != "yes/no" or mapping.score is None or column.n_distinct > _DECISIONS:
        return with_answer(mapping, reading, name)
    return positives.with_decision_values(replace(mapping, score=None, decision=column.name), reading)
