"""Two columns that go together: a predicted and a true class or number, a judge's verdict and a person's."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from analytics.log import alike, answer_names, called_after, class_sets, grade_words, positives, whole_numbers
from analytics.log.called_after import is_twin
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.intervals import interval_around, interval_columns, median_column
from analytics.log.places import first_and_later
from analytics.log.right import Right, fold
from analytics.log.role_names import folded_name, is_prediction, strength
from analytics.log.schema import Reading

_SUGGESTED = re.compile(
    r"(.*_)?(suggest(ed|ions?)?|propos(ed|als?)|assigned|auto(mated|matic)?|machine|ai|model|llm|classifier|estimated?|vorschlag|"
    r"vorgeschlagen|geschatzt|sugerid[oa]|propuest[oa]|suggere|propose)(_.*)?"
    r"|(.+_)?(detected|recogni[sz]ed|identified|inferred|erkannte?[rs]?|detectad[oa]|reconocid[oa]|detectee?|reconnue?)(_.+)?"
)
"""Names of what a model said, beside those that are called a prediction."""
_TRUE = re.compile(
    r"(.*_)?(true|final|actual|correct(ed)?|confirmed|billed|human|expert|gold|ground_?truth|label|target|reviewed|real|"
    r"kategorie|klasse|tatsachlich|endgultig|richtig|observed|obs|demand|sales|verdadero|correcto|final[ea]?|vrai|reel)(_.*)?"
)
"""Names of what turned out to be true."""
_FEATURE = re.compile(r"(^|_)(auto|machine|versions?|types?|names?|ids?)(_|$)")
"""Words of columns that share two values, such as yes and no, and say nothing of each other: auto_renew beside renew."""
_OTHER_ANSWER = re.compile(
    r"(.*_)?(baseline|champion|challenger|candidate|control|legacy|previous|old|rules?|heuristics?|naive|majority|teacher|student|"
    r"runner_?up|second|alternative|fallback|v\d+)(_.*)?"
)
"""Names of another answer to the same question: what it says is no more true than what is judged."""
_FIRST_PLACE, _LATER_PLACE = "[0]", re.compile(r"\[[1-9]\d*\]$")
"""Ends of the names of columns that hold the places of a list: of a list of answers the first is what was predicted."""
_MIN_CLASSES = 3
"""Values from which on classes are judged by whether they agree: two are positive and negative."""
_MAX_CLASSES = 5_000
_MIN_ROWS = 2
"""Rows that a class has on average at least: with fewer a column names rows. Set by hand."""
_MIN_SHARED = 0.9
"""Share of the listed rows of a predicted column whose value the true one has too. Set by hand."""
_MIN_ALIKE = 0.5
"""Where both names speak: how many of its classes the one column has at least of the other's where not all are listed, and the
share of the predicted rows whose class is true somewhere where all are. Set by hand."""


def classes(reading: Reading, taken: Collection[str]) -> Right | None:
    """Return the rule of classes where one column is called a prediction and one other, of the same values, the truth.

    Columns that are ``taken`` have another role from a person.
    """
    free = [
        column for column in reading.columns if column.name not in taken and is_of_classes(column, reading.rows_kept)
    ]
    predicted, others = split(free)
    agreed = {(each.predicted, each.true): each for each in reading.origin.alike}
    both = [(own, true, agreed.get((own.name, true.name))) for own in predicted for true in others]
    found = [
        (own, true)
        for own, true, each in both
        if not whole_numbers.are_measured(own, true, each)
        and ((each is not None and each.is_mostly_equal and len(predicted) == 1) or share_values(own, true))
        and not _is_other_answer(own.name, true.name)
    ]
    if len(found) > 1:
        named = [(own, true) for own, true in found if _is_true(true.name)]
        found = named or [(own, true) for own, true in found if is_twin(own.name, true.name)]
    if not found:
        found = [(own, true) for own, true in _in_part(reading) if not {own.name, true.name} & {*taken}]
        return Right("classes", found[0][1].name, found[0][0].name) if len(found) == 1 else None
    if len(found) != 1 or not positives.are_classes(found[0][1], found[0][0]):
        return None
    return Right("classes", found[0][1].name, found[0][0].name)


def _in_part(reading: Reading) -> list[tuple[Column, Column]]:
    """Return columns that are called what a model said of another one, with it, where some of its classes are never said."""
    twins = called_after.twins_in([column for column in reading.columns if column.kind in ("text", "number")])
    both = [(own, true) for own, true in twins if is_of_classes(true, reading.rows_kept)]
    return [(own, true) for own, true in both if class_sets.is_never_predicted(true, own)]


def numbers(reading: Reading, taken: Collection[str]) -> Right | None:
    """Return the rule of numbers that are near the true ones where one column is called a prediction and one the truth.

    Where nearly all are equal to the digit they are answers: right where equal.
    """
    ends = interval_columns([column.name for column in reading.columns if column.kind == "number"]) or ()
    close = {name for each in reading.origin.alike if each.is_close for name in (each.predicted, each.true)}
    free = [
        column
        for column in reading.columns
        if column.name not in taken
        and column.kind == "number"
        and (column.n_distinct > MAX_VALUES_BY_VALUE or whole_numbers.is_amount(column) or column.name in close)
    ]
    predicted, others = split(free)
    twins = [column for column in others if len(predicted) == 1 and is_twin(predicted[0].name, column.name)]
    true = twins or [column for column in others if _is_true(column.name)]
    if len(predicted) != 1 or len(true) != 1:
        return None
    is_said = bool(twins) or strength("label", true[0].name) is not None
    are_amounts = all(map(whole_numbers.is_amount, (predicted[0], true[0])))
    found = alike.of_pair(reading.origin.alike, predicted[0], true[0])
    is_close = found is not None and found.is_close
    if not (is_said or are_amounts or is_close) or (_is_chance(predicted[0]) and not ends):
        return None
    is_answer = found is not None and found.is_equal and not alike.are_few(predicted[0], true[0]) and not ends
    if whole_numbers.are_years(true[0]) or is_answer:
        return Right("classes", true[0].name, predicted[0].name)
    right, around = whole_numbers.near(predicted[0], true[0], found), interval_around(predicted[0], reading.columns)
    return replace(right, lower=around[0], upper=around[1]) if around else right


def twins_of_two(
    columns: Sequence[Column], taken: Collection[str] = (), decision: str | None = None, label: str | None = None
) -> dict[str, str]:
    """Return what a model said as decision and what it was said of as label: two columns of the same two values; else nothing.

    Where one of the two is known already, the other one is looked for.

    >>> two = {"type": "BIGINT", "kind": "number", "n_distinct": 2, "top": (("1", 9), ("0", 3))}
    >>> twins_of_two([Column(0, "PredictedSurvived", **two), Column(1, "Survived", **two), Column(2, "alone", **two)])
    {'decision': 'PredictedSurvived', 'label': 'Survived'}
    """
    known = {decision, label} - {None}
    free = [
        column for column in columns if column.kind != "time" and (column.name in known or column.name not in taken)
    ]
    values = {column.name: {*positives.known_groups(column)} for column in free}
    two = [name for name, words in values.items() if len(words) == 2]
    two = [name for name in two if name in known or not _FEATURE.search(folded_name(name))]
    is_said = any(is_prediction(column.name) for column in columns)
    named = answer_names.named([each for each in free if each.name in two], is_said=is_said)
    answers = {(own.name, true.name) for own, true in named}
    found = [(own, true) for own in two for true in two if is_twin(own, true) or (own, true) in answers]
    found = [(own, true) for own, true in found if values[own] == values[true]]
    found = [pair for pair in found if decision in (None, pair[0]) and label in (None, pair[1])]
    return {"decision": found[0][0], "label": found[0][1]} if len(found) == 1 else {}


def twins_of(columns: Sequence[Column], predicted: str | None) -> list[str]:
    """Return the columns that what was predicted is called after.

    >>> twins_of([Column(0, "severity", "BIGINT", "number"), Column(1, "age", "BIGINT", "number")], "predicted_severity")
    ['severity']
    """
    return [] if predicted is None else [column.name for column in columns if is_twin(predicted, column.name)]


def two_grades(reading: Reading, label: str | None) -> Right | None:
    """Return the rule of grades where the label is thumbs, or two words of which one is good."""
    if label is None or not grade_words.is_two_grades(reading.column(label)):
        return None
    return Right("grades", label, mark=1.0)


def split(columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """Part columns that are called a prediction from others; where none is, a suggestion; where none is, after another one."""
    ends = interval_columns([column.name for column in columns if column.kind == "number"]) or ()
    middle = median_column([column.name for column in columns if column.kind == "number"])
    first, later = first_and_later(columns)
    columns = [column for column in columns if not _LATER_PLACE.search(column.name)]
    columns = [column for column in columns if column.name not in {*ends, *later}]
    names = {column.name: folded_name(column.name.removesuffix(_FIRST_PLACE)) for column in columns}
    predicted = [
        column
        for column in columns
        if is_prediction(column.name.removesuffix(_FIRST_PLACE)) and strength("label", column.name) is None
    ]
    if not predicted:
        predicted = [column for column in columns if column.name in first]
    if not predicted:
        predicted = [column for column in columns if _SUGGESTED.fullmatch(names[column.name])]
    if not predicted:
        predicted = [column for column in columns if column.name == middle]
    if not predicted:
        predicted = [column for column in columns if any(is_twin(column.name, other.name) for other in columns)]
    return predicted, [column for column in columns if column not in predicted]


def _is_other_answer(predicted: str, name: str) -> bool:
    """Whether a column is called like another answer to the same question, and not like the truth."""
    is_truth = _is_true(name) or is_twin(predicted, name)
    return _OTHER_ANSWER.fullmatch(folded_name(name)) is not None and not is_truth


def _is_true(name: str) -> bool:
    """Whether a column is called like the truth."""
    return strength("label", name) is not None or _TRUE.fullmatch(folded_name(name)) is not None


def is_of_classes(column: Column, n_rows: int) -> bool:
    """Whether a column can hold classes: some values, each on several rows, and no measured numbers."""
    if column.kind not in ("text", "number") or (column.kind == "number" and not column.is_whole):
        return False
    return _MIN_CLASSES <= column.n_distinct <= _MAX_CLASSES and column.n_distinct * _MIN_ROWS <= n_rows


def share_values(predicted: Column, true: Column) -> bool:
    """Whether two columns are of one vocabulary; where not all values are listed their names must speak too."""
    is_named = _is_true(true.name) or is_twin(predicted.name, true.name)
    if "text" not in (predicted.kind, true.kind) and not is_named:
        return False
    right = Right("classes", true.name, predicted.name, by_value={true.kind, predicted.kind} == {"number", "text"})
    known = {fold(value, right) for value, _ in true.top}
    rows = sum(rows for _, rows in predicted.top)
    shared = sum(rows for value, rows in predicted.top if fold(value, right) in known)
    if len(true.top) == true.n_distinct and shared >= _MIN_SHARED * rows:
        return True
    if len(true.top) == true.n_distinct:  # classes that are predicted and never true
        return shared >= _MIN_ALIKE * rows and is_named and "text" in (predicted.kind, true.kind)
    sizes = sorted((predicted.n_distinct, true.n_distinct))
    return bool(shared) and is_named and sizes[0] >= _MIN_ALIKE * sizes[1]


def _is_chance(column: Column) -> bool:
    """Whether all numbers of a column are from 0 to 1."""
    return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1
