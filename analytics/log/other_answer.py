"""Another column of the same file as what is judged: two answers that stand in one row."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from analytics.log import positives, score_form, views
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.operations import counterpart
from analytics.log.right import Right
from analytics.log.schema import Log, Reading

_DECISIONS = 2
"""Different values of a column of decisions."""


def other_columns(log: Log) -> list[str]:
    """Return the columns that could hold another answer of the kind that a log judges, as the one that it judges is stored.

    Those come first that have its values, and of these the one whose name is most like its own.
    """
    judged = log.mapping.judged
    if judged is None or log.mapping.kind == "rankings":
        return []
    own = log.column(judged)
    taken = {log.mapping.label, log.mapping.row_id, log.mapping.time, log.mapping.weight, log.mapping.unit, judged}
    if log.mapping.right is not None and log.mapping.kind != "grades":
        taken.add(log.mapping.right.true)
    offered = [column for column in log.columns if column.kind == own.kind and column.name not in taken]
    return [column.name for column in sorted(offered, key=lambda column: _unlike(column, own))]


def further_answers(log: Log) -> list[str]:
    """Return the columns that hold answers as what is judged does, where most of a table are such: one for each of many models.

    >>> from types import SimpleNamespace
    >>> of = {"type": "BIGINT", "kind": "number", "n_distinct": 2, "top": (("1", 9), ("0", 3))}
    >>> columns = [Column(place, name, **of) for place, name in enumerate(("ada", "bo", "cy", "di"))]
    >>> table = SimpleNamespace(mapping=SimpleNamespace(judged="ada"), columns=columns, column=lambda _: columns[0])
    >>> further_answers(table)
    ['bo', 'cy', 'di']
    """
    if log.mapping.judged is None:
        return []
    own = log.column(log.mapping.judged)
    if own.n_distinct > len(own.top):
        return []
    alike = [each for each in log.columns if each.kind == own.kind and each.n_distinct > 1 and each.name != own.name]
    found = [each.name for each in alike if _has_its_values(each, own)]
    return found if len(found) > max(len(log.columns) / 2, _DECISIONS) else []


def likely_answer(log: Log) -> str | None:
    """Return the column that most likely holds another answer: with the values of what is judged, and a word of its name."""
    first = next(iter(other_columns(log)), None)
    if first is None:
        return None
    own, other = log.column(str(log.mapping.judged)), log.column(first)
    return first if _has_its_values(other, own) and _name_words(own.name) & _name_words(first) else None


def _unlike(column: Column, own: Column) -> tuple[bool, float]:
    """Sort a column by how unlike another answer it is; columns as unlike stay in the order of the file."""
    name = difflib.SequenceMatcher(None, column.name.lower(), own.name.lower(), autojunk=False).ratio()
    return not _has_its_values(column, own), -round(name, 6)


def _has_its_values(column: Column, own: Column) -> bool:
    """Whether a column could hold answers by its values: decisions or classes of the same names, numbers on the same scale."""
    if own.n_distinct <= len(own.top):
        return {text for text, _ in column.top} <= {text for text, _ in own.top}
    if own.kind != "number" or not all((own.low, own.high, column.low, column.high)):
        return own.kind != "number"
    low, high = float(str(own.low)), float(str(own.high))
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    width = high - low
    is_many = column.n_distinct > _DECISIONS
    return is_many and float(str(column.low)) >= low - width and float(str(column.high)) <= high + width * (high > 1)


def _name_words(name: str) -> set[str]:
    """Return the words of a name, without numbers and single letters.

    >>> sorted(_name_words("v4_JudgePassed"))
    ['judge', 'passed']
    """
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}", name)}


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
    other = other if mapping.score_minus is None else score_form.turned(other, reading)
    return replace(other, threshold=mapping.threshold if score_form.is_alike(other, mapping) else other.threshold)


def own_labels(log: Log, name: str) -> tuple[Mapping, Mapping] | None:
    """Return the mappings that hold two decisions, or classes, of one row each to the label that is about it.

    None where one label is of both answers, or where the candidate has a score: a label of the live answer would then be that of
    neither.
    """
    mapping, reading = log.mapping, log.reading
    other = own_label(log, name)
    is_decided = mapping.score is None and mapping.kind in ("yes/no", "classes")
    if other is None or mapping.label is None or not is_decided or mapping.judged is None:
        return None
    if not _has_its_values(log.column(other), log.column(mapping.label)):
        return None
    is_exact = mapping.right is not None and mapping.right.is_exact
    pairs = ((mapping.label, mapping.judged), (other, reading.column(name).name))
    live, candidate = (
        views.right_or_wrong(mapping, reading, Right("classes", label, judged, is_exact=is_exact))
        for label, judged in pairs
    )
    return live, candidate


def own_label(log: Log, name: str) -> str | None:
    """Return the label that is about another answer of a row, by its name; None where it is that of what is judged."""
    label, judged = log.mapping.label, log.mapping.judged
    if label is None:
        return None
    own = counterpart(label, judged, name)
    return own if own not in (label, judged, name) and own in log.reading.names else None


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
