"""The views of a log whose rows are right or wrong: all answers together, or one class against the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from analytics.errors import QuestionError
from analytics.log import (
    alike,
    class_families,
    class_lists,
    class_sets,
    grade_words,
    pairs,
    parted,
    positives,
    rankings,
    score_form,
    whole_numbers,
    written_answers,
)
from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.intervals import interval_around
from analytics.log.mapping import Mapping
from analytics.log.right import Right, class_columns_of, fold
from analytics.log.role_names import is_prediction, strength
from analytics.log.schema import Reading
from analytics.log.unknown_words import is_unknown
from analytics.log.value_words import positive_of

_HIGHEST = frozenset({"high", "hoch", "alto", "alta", "eleve"})
"""The highest step of a scale of words, in four languages: positive beside a low one, a class beside others. By hand."""
_NEAR_SHARE = 0.5
"""How far a probability may be from a share of 1: of a label that is 0 or 1 the usual threshold."""

_MIN_SHARED = 0.9
"""Share of the rows of a predicted column whose value the true one has too, for the two to be of one vocabulary. Set by hand."""


def right_or_wrong(mapping: Mapping, reading: Reading, right: Right) -> Mapping:
    """Return the mapping under which each row is right or wrong by a rule.

    A score that the mapping has stays as the confidence; where classes have scores, that of the predicted class is it.

    Raises
    ------
    QuestionError
        If a column is unknown.
    """
    for name in right.columns:
        reading.column(name)
    if right.kind == "classes":
        names = _class_scores(reading, right)
        both = [reading.column(name) for name in (right.true, right.predicted) if name]
        by_value = {column.kind for column in both} == {"number", "text"} or written_answers.are_numbers(both)
        sign, is_first = parted.parting(both[1], both[0]) if len(both) > 1 and not names else ("", False)
        right = replace(
            right,
            class_scores=right.class_scores or names,
            unknown=_unknown(reading, right),
            by_value=by_value and not sign,
            parted="" if right.is_exact else sign,
            is_first=is_first and not right.is_exact,
        )
    if right.kind == "grades":
        right = replace(right, steps=_steps(reading.column(right.true)))
    taken = {*right.columns}
    score = None if mapping.score in taken or right.class_scores else mapping.score
    mapping = replace(
        mapping,
        right=replace(right, against_rest=None),
        label=right.true,
        decision=None if right.kind == "rankings" else right.predicted,
        score=None if right.kind == "rankings" else score,
        positive=(),
        negative=(),
        decision_positive=(),
        decision_negative=(),
        is_confidence=False,
    )
    for role in ("row_id", "time", "amount", "model_version"):
        if getattr(mapping, role) in taken:
            mapping = replace(mapping, **{role: None})  # type: ignore[arg-type]
    if mapping.unit == right.query:  # each query counts once
        mapping = replace(mapping, unit=None)
    segments = [name for name in mapping.segments if name not in taken]
    if right.kind == "classes":  # how each class is found, and how far each answer is right
        columns = [reading.column(name) for name in (right.true, right.predicted) if name is not None]
        segments += [column.name for column in columns if column.n_distinct <= MAX_SEGMENT_VALUES]
    mapping = replace(mapping, segments=tuple(segments))
    return replace(mapping, threshold=score_form.first_threshold(mapping, reading))


def _class_scores(reading: Reading, right: Right) -> tuple[tuple[str, str], ...]:
    """Return the classes with the columns of their scores: those that are called alike, else the places of a list."""
    known, taken = classes_of(reading, right), (right.true, right.predicted or "")
    whole = class_columns_of(known, reading.names, taken)
    return whole or class_families.scores_of(reading, known, taken) or class_lists.bound(reading, right, known)


def _steps(column: Column) -> tuple[tuple[str, float], ...]:
    """Return the grades that texts mean; where a column holds neither these nor numbers, it is no column of grades."""
    if grade_words.holds_grades(column):
        return grade_words.steps_of(column)
    example, rows = column.top[0] if column.top else ("nothing", 0)
    raise QuestionError(
        f"Expected grades in {column.name!r}, found text such as {example!r} ({rows:,} rows). Name a column of numbers, of "
        "stars, of thumbs or of two words such as pass and fail."
    )


def with_interval(right: Right, reading: Reading) -> Right:
    """Return the rule of numbers with the interval that came with them, where two columns are called like its ends."""
    if right.predicted is None:
        return right
    others = [column for column in reading.columns if column.name not in right.columns]
    ends = interval_around(reading.column(right.predicted), others)
    return right if ends is None else replace(right, lower=ends[0], upper=ends[1])


def one_against_rest(mapping: Mapping, reading: Reading, value: str) -> Mapping:
    """Return the mapping of the yes/no log in which one class is positive and every other is negative.

    Raises
    ------
    QuestionError
        If the log has no classes, or none of this name.
    """
    right = mapping.right
    if right is None or right.kind != "classes":
        raise QuestionError("Expected a log of classes for --class, found none. Say what is right with --right.")
    if right.parted:
        raise QuestionError("Expected one class on each row for --class, found several in one cell. Leave --class out.")
    spellings = {name: _spellings(reading.column(name), value, right) for name in (right.true, right.predicted) if name}
    known = classes_of(reading, right)
    if not any(spellings.values()) and max(reading.column(name).n_distinct for name in spellings) <= len(known):
        raise QuestionError(f"Expected a class, found {value!r}. Classes: {', '.join(map(repr, known[:12]))}.")
    score = next((column for name, column in right.class_scores if fold(name, right) == fold(value, right)), None)
    mapping = replace(
        mapping,
        right=replace(right, against_rest=value),
        label=right.true,
        positive=spellings[right.true] or (value,),
        negative=_others(reading, right, spellings[right.true]),
        decision=right.predicted,
        decision_positive=(spellings[right.predicted] or (value,)) if right.predicted else (),
        decision_negative=(),
        score=score,
        is_confidence=False,
        segments=tuple(name for name in mapping.segments if name not in right.columns),
    )
    return replace(mapping, threshold=score_form.first_threshold(mapping, reading))


def guessed(
    mapping: Mapping, reading: Reading, said: Collection[str] = (), undecided: Collection[str] = ()
) -> Right | None:
    """Return the rule of rankings by names, or of classes where a label of three or more shares its values with a predicted one.

    A label in which one value is called positive by its words is yes or no where that class has a score, and where none of three
    classes is predicted too.

    Where a score was ``said``, or its column is no confidence and none of one class, it is what is judged.
    """
    if (ranked := rankings.guessed(reading, said)) is not None:
        return ranked
    if (fractions := _of_fractions(mapping, reading)) is not None:
        return fractions
    if mapping.score is not None and "score" in said:
        return None
    if answers := written_answers.guessed(reading, said) or written_answers.expected(mapping, reading, said, undecided):
        return answers
    if (
        lists := parted.guessed(mapping, reading, tuple(undecided))
        if not {"label", "decision", "score"} & {*said}
        else None
    ):
        return lists
    if found := _of_named(mapping, reading) or _of_pairs(mapping, reading, said):
        return found
    is_alone = mapping.decision is None and mapping.score is None and "score" not in undecided
    return pairs.two_grades(reading, mapping.label) if is_alone else None


def _of_named(mapping: Mapping, reading: Reading) -> Right | None:
    """Return the rule of classes where the label shares its values with the decision, or has a score for each of them."""
    if mapping.label is None:
        return None
    if mapping.decision is None:
        return _of_suggested(mapping, reading) or _of_scores(reading.column(mapping.label), reading)
    true, predicted = reading.column(mapping.label), reading.column(mapping.decision)
    right = Right("classes", true.name, predicted.name, by_value={true.kind, predicted.kind} == {"number", "text"})
    of_classes = _class_scores(reading, right)
    is_own = mapping.score in {column for _, column in of_classes}
    if mapping.score is not None and not is_own and not _is_confidence(reading.column(mapping.score), true, predicted):
        return None
    is_part = class_sets.is_never_predicted(true, predicted)
    if class_sets.n_classes(true, predicted) < class_sets.MIN_CLASSES and not is_part:
        return None
    found = alike.of_pair(reading.origin.alike, predicted, true)
    if whole_numbers.are_measured(predicted, true, found):
        return whole_numbers.near(predicted, true, found)
    is_named = bool(class_columns_of(classes_of(reading, right), reading.names, (true.name, predicted.name)))
    if is_named and _has_positive_word(true):
        return None
    is_numbered = true.kind == "number" and (bool(of_classes) or predicted.kind == "number")
    are_classes = is_own or is_numbered or is_part or bool(of_classes) or positives.are_classes(true, predicted)
    if true.n_distinct > MAX_SEGMENT_VALUES or not are_classes:
        return None
    known = {fold(value, right) for value, _ in true.top}
    rows = sum(rows for _, rows in predicted.top)
    shared = sum(rows for value, rows in predicted.top if fold(value, right) in known)
    return replace(right, by_value=False) if shared >= _MIN_SHARED * rows else None


def _is_confidence(score: Column, true: Column, predicted: Column) -> bool:
    """Whether a score is the confidence in the predicted class, by its name, or as the likeliest of many has at least its share.

    Of numbers that are classes none is positive, whatever the score is of.
    """
    if score_form.is_confidence_name(score.name):
        return True
    n_classes = class_sets.n_classes(true, predicted)
    is_numbered = true.kind == predicted.kind == "number"
    return n_classes >= class_sets.MIN_CLASSES and (is_numbered or score_form.spans_from(score, 1 / n_classes))


def _of_suggested(mapping: Mapping, reading: Reading) -> Right | None:
    """Return the rule of classes where one column is called a suggestion and shares the classes of the label."""
    own = {column for _, column in _class_scores(reading, Right("classes", mapping.label))} if mapping.label else set()
    found = pairs.classes(reading, ())
    if found is None or found.predicted is None or found.true != mapping.label:
        return None
    both = (reading.column(found.true), reading.column(found.predicted))
    is_sure = mapping.score is None or mapping.score in own or _is_confidence(reading.column(mapping.score), *both)
    return found if is_sure else None


def has_class_scores(reading: Reading, true: str) -> bool:
    """Whether each class of a column has a column of scores, or a place in a list of them."""
    return bool(_class_scores(reading, Right("classes", true)))


def _of_scores(true: Column, reading: Reading) -> Right | None:
    """Return the rule of classes where each class of a label has a column of scores: the likeliest is the predicted one."""
    right = Right("classes", true.name)
    right = replace(right, unknown=_unknown(reading, right))
    of_classes = _class_scores(reading, right)
    is_whole = len(of_classes) >= class_sets.MIN_CLASSES and true.n_distinct == len(true.top)
    is_number = all(reading.column(column).kind == "number" for _, column in of_classes)
    is_named = bool(class_columns_of(classes_of(reading, right), reading.names, (true.name,)))
    return right if is_whole and is_number and not (is_named and _has_positive_word(true)) else None


def _has_positive_word(true: Column) -> bool:
    """Whether a label of words names a positive one: with a score for it, that class is judged against the others.

    *High* beside *low* and *medium* is a step of a scale.
    """
    found = None if true.kind == "number" else positive_of(positives.known_groups(true))
    return found is not None and found not in _HIGHEST


def _of_pairs(mapping: Mapping, reading: Reading, said: Collection[str]) -> Right | None:
    """Return the rule of two columns that go together where no label fits what was predicted."""
    named = {getattr(mapping, role) for role in said} - {None}
    is_free = mapping.score is None or score_form.is_confidence_name(mapping.score) or is_prediction(mapping.score)
    if mapping.label is None and is_free and "label" not in said:
        return pairs.classes(reading, named) or pairs.numbers(reading, named)
    return None


def _of_fractions(mapping: Mapping, reading: Reading) -> Right | None:
    """Return the rule of numbers where the label holds shares between 0 and 1 and the score probabilities; no cut is guessed."""
    named = (column.name for column in reading.columns if (strength("label", column.name) or (1, 0))[0] == 0)
    label = mapping.label or next(named, None)
    if label is None or mapping.score is None or mapping.score_scale != 1:
        return None
    true, score = reading.column(label), reading.column(mapping.score)
    if any(column.kind != "number" or float(column.low or 0) < 0 for column in (true, score)):
        return None
    if (
        float(true.high or 0) > 1
        or float(score.high or 0) > 1
        or not any(0 < float(value) < 1 for value, _ in true.top)
    ):
        return None
    return Right("numbers", true.name, score.name, tolerance=_NEAR_SHARE)


def _unknown(reading: Reading, right: Right) -> tuple[str, ...]:
    """Return the true classes that mean not known yet: words for it that are never predicted and have no score."""
    predicted = {fold(value, right) for value, _ in reading.column(right.predicted).top} if right.predicted else set()
    predicted |= {fold(value, right) for value, _ in _class_scores(reading, replace(right, unknown=()))}
    values = [value for value, _ in reading.column(right.true).top if is_unknown(value)]
    return tuple(value for value in values if fold(value, right) not in predicted)


def classes_of(reading: Reading, right: Right) -> Sequence[str]:
    """Return the classes that a reading lists, spellings of one once, the most frequent true ones first."""
    found: dict[str, str] = {}
    for name in (right.true, right.predicted):
        for value, _ in reading.column(name).top if name else ():
            if value not in right.unknown:
                found.setdefault(fold(value, right), value)
    return [*found.values()]


def _others(reading: Reading, right: Right, positive: Sequence[str]) -> tuple[str, ...]:
    """Return the other classes where some true values mean not known yet; where none does nothing, which is every other value."""
    column = reading.column(right.true)
    if not right.unknown or column.n_distinct > len(column.top):
        return ()
    return tuple(value for value, _ in column.top if value not in positive and value not in right.unknown)


def _spellings(column: Column, value: str, right: Right) -> tuple[str, ...]:
    """Return how a column writes a class."""
    return tuple(text for text, _ in column.top if fold(text, right) == fold(value, right))
