"""Which values of a label or a decision are positive, negative or not known yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from analytics.log import codings, grade_words
from analytics.log.adverse_words import ADVERSE_DECISIONS
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.role_names import folded_name
from analytics.log.schema import Reading
from analytics.log.spelling import plain
from analytics.log.unknown_words import UNKNOWN_WORDS
from analytics.log.value_words import (
    BLANK,
    GIVEN,
    POSITIVE_WORDS,
    folded,
    groups,
    is_adverse,
    is_good_for,
    is_mark,
    is_plain_pair,
    known,
    positive_of,
    warns_of,
)

_UNDECIDED = frozenset(
    {"tie", "refer", "referred", "review", "reviewed", "manual", "manual review", "escalate", "escalated", "abstain"}
    | {"abstained", "defer", "deferred", "hold", "on hold", "error", "timeout", "prüfen", "revisar", "à vérifier"}
)
"""Values of a decision that decide nothing."""

_ASSENTS = re.compile(
    r"((was|is|auto|loan|application|model)_)*(approved?|granted|cleared|bewilligt|genehmigt|aprobad[oa]|concedid[oa]|"
    r"approuvee?|accordee?)"
)
"""Names of decisions for somebody: no in them predicts what is bad for whom it is about."""

_MIN_CLASSES = 3
"""Values from which on two columns share classes: two are positive and negative."""

_N_KEPT = 2_000
"""Columns whose groups are kept: a guess asks for those of a column thirty times. Of 50 values each, some 10 MB at most."""

_OTHER_CLASS = {"0": "1", "0.0": "1.0", "false": "true"}
"""What the positive class is called where rows of the negative one alone are known."""


def with_values(mapping: Mapping, reading: Reading, named: str | None = None) -> Mapping:
    """Complete a mapping with the positive and negative values of its label and its decision; ``named`` is a positive one."""
    if mapping.label:
        positive, negative = split_values(reading.column(mapping.label))
        if named in negative:
            positive, negative = negative, positive
        mapping = replace(mapping, positive=positive, negative=_predicted_too(mapping, reading, positive, negative))
    return with_decision_values(mapping, reading)


def _predicted_too(
    mapping: Mapping, reading: Reading, positive: tuple[str, ...], negative: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the negative values of a label; of several the one that is predicted, where just it and the positive one are.

    What else the label holds, such as *unclear* beside *fraud* and *legit*, is then an outcome that nobody predicted.
    """
    if mapping.decision is None or len(groups(negative)) < 2:
        return negative
    predicted = known_groups(reading.column(mapping.decision))
    shared = tuple(value for value in negative if folded(value) in predicted)
    others = {*predicted} - {*map(folded, positive)}
    return shared if len(predicted) == 2 and others and others == {*map(folded, shared)} else negative


def with_decision_values(mapping: Mapping, reading: Reading) -> Mapping:
    """Complete a mapping with the values of its decision: those that its label has, where both columns hold them."""
    positive, negative = decision_values(mapping, reading)
    return replace(mapping, decision_positive=positive, decision_negative=negative)


def decision_values(mapping: Mapping, reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values of the decision that mean positive and negative: those of the label where both columns hold them.

    A value that decides nothing, such as *refer* or *tie*, is in neither; where the decision has both values of the label, nor is
    any other.
    """
    if mapping.decision is None:
        return (), ()
    column = reading.column(mapping.decision)
    if column.kind == "time":
        return split_values(column)
    if denied := _denied_values(mapping, column):
        return denied, _others(column, denied)
    if shared := _shared_values(mapping.positive, column):
        return shared, _shared_values(mapping.negative, column) or _others(column, shared)
    if adverse := _adverse_values(mapping, column):
        return adverse, _others(column, adverse)
    if granted := _granted_values(mapping, column):
        return granted, _others(column, granted)
    positive, negative = split_values(column)
    return positive, tuple(value for value in negative if plain(value) not in _UNDECIDED)


def _others(column: Column, positive: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a decision that decide the other way than the positive ones."""
    others = [value for value, _ in column.top if value not in positive]
    if is_plain_pair([*positive, *others]):
        return tuple(others)
    return tuple(value for value in others if plain(value) not in UNKNOWN_WORDS | _UNDECIDED)


def decided_values(column: Column) -> tuple[str, ...]:
    """Return the values of a decision that decide something."""
    return _others(column, ())


def known_groups(column: Column) -> tuple[str, ...]:
    """Return what the values of a decision mean, spellings of one value once, without those that decide nothing."""
    return _known_groups(tuple(value for value, _ in column.top))


@lru_cache(maxsize=_N_KEPT)
def _known_groups(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups of `known_groups` of values."""
    return tuple(codings.as_one(groups([value for value in known(values) if plain(value) not in _UNDECIDED])))


def any_binary(columns: Sequence[Column]) -> Column | None:
    """Return the last column with the values 0 and 1, else the only one with two values of which one is a known word."""
    pairs = [(column, set(known_groups(column))) for column in columns]
    numbers = [column for column, values in pairs if values == {"0", "1"}]
    words = [column for column, values in pairs if len(values) == 2 and values & {*POSITIVE_WORDS, "1"}]
    return numbers[-1] if numbers else (words[0] if len(words) == 1 else None)


def are_classes(true: Column, predicted: Column) -> bool:
    """Whether the values of a label are classes, and not one that is positive by its words and what it is not.

    Where three or more of them are predicted too, words say nothing: 0, 1 and 2, or positive, neutral and negative.

    >>> said = Column(0, "y_pred", "BIGINT", "number", top=(("0", 9), ("1", 9), ("2", 9)), n_distinct=3)
    >>> are_classes(said, said)
    True
    """
    values = known_groups(true)
    return positive_of(values) is None or len({*values} & {*known_groups(predicted)}) >= _MIN_CLASSES


def _adverse_values(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the decision against somebody where the positive label is against them too, by its value or by its name."""
    is_named = warns_of(mapping.label or "")
    if not any(is_adverse(value) or (is_named and folded(value) == "1") for value in mapping.positive):
        return ()
    return tuple(value for value, _ in column.top if value.strip().casefold() in ADVERSE_DECISIONS)


def _granted_values(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the decision for somebody where the positive label is good for them too, by its name."""
    if not is_good_for(mapping.label or "") or {*map(folded, mapping.positive)} != {"1"}:
        return ()
    decided = _others(column, ())
    granted = tuple(value for value in decided if value.strip().casefold() not in ADVERSE_DECISIONS)
    return granted if len(granted) < len(decided) else ()


def _denied_values(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the no of a decision for somebody, such as *approved*, where yes in the label is against them."""
    values = tuple(value for value, _ in column.top)
    if _ASSENTS.fullmatch(folded_name(column.name)) is None or {*map(folded, values)} != {"0", "1"}:
        return ()
    is_against = warns_of(mapping.label or "") and {*map(folded, mapping.positive)} == {"1"}
    return tuple(value for value in values if is_against and folded(value) == "0")


def _shared_values(values: Sequence[str], column: Column) -> tuple[str, ...]:
    """Return the values of a column that mean the same as one of ``values``."""
    wanted = {folded(value) for value in values}
    return tuple(value for value, _ in column.top if folded(value) in wanted)


def split_values(column: Column) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the values of a label into positive and negative ones; what is in neither is not known yet.

    Spellings of one value, such as ``Fraud`` and ``fraud``, ``TRUE`` and ``1``, stay together. Where no word tells two values
    apart the rarer one is positive, as what is looked for is seldom the rule. Of times any is positive, and nothing negative.
    """
    if column.kind == "time":
        return (GIVEN,), (BLANK,)
    values = [value for value, _ in column.top]
    said = known(values)
    spellings = codings.as_one(groups(said))
    positive = _positive_of(spellings, column)
    if positive is None and len(spellings) == 1 and "0" in spellings:
        return (_OTHER_CLASS.get(said[0].strip().casefold(), "1"),), tuple(said)
    if positive is None:
        rows = {key: -sum(n for value, n in column.top if value in found) for key, found in spellings.items()}
        rarer = max(spellings, key=lambda key: (rows[key], key), default=None)
        positive = rarer if len(spellings) == 2 else next(reversed(spellings), None)
    if positive is None:
        return ((values[-1],), ()) if values else ((), ())
    return tuple(spellings[positive]), tuple(value for value in said if value not in spellings[positive])


def _positive_of(spellings: dict[str, list[str]], column: Column) -> str | None:
    """Return which of the values is positive by its words, or as the better of two grades; None where no word tells."""
    told = positive_of([*spellings], column.name)
    if told is not None or not (grade_words.is_called_grade(column.name) and grade_words.is_two_grades(column)):
        return told
    good = {value for value, grade in grade_words.steps_of(column) if grade == 1}
    return next((key for key, values in spellings.items() if good.intersection(values)), None)


def untold_values(column: Column) -> tuple[str, ...]:
    """Return the values of a label or a decision of which no word says which is positive; none where one does.

    One class alone asks for nothing. Beside a mark, such as *X*, nothing may mean no,
    or that it is not known yet: that is asked too.
    """
    values = [value for value, _ in column.top]
    if column.kind == "time":
        return ()
    if mark := marked(column):
        return (mark, BLANK)
    spellings = groups(values if is_plain_pair(values) else [v for v in known(values) if plain(v) not in _UNDECIDED])
    if len(spellings) < 2 or _positive_of(spellings, column) is not None:
        return ()
    return tuple(found[0] for found in spellings.values())


def marked(column: Column) -> str | None:
    """Return the mark of a column that holds it or nothing; None for any other column."""
    values = {value for value, _ in column.top if value.strip()}
    is_blank = column.n_missing > 0 or any(not value.strip() for value, _ in column.top)
    return next(iter(values)) if len(values) == 1 and is_blank and all(map(is_mark, values)) else None


def untold(mapping: Mapping, reading: Reading, said: Collection[str] = ()) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what a person is to say about the label and the decision that is judged: which value is positive.

    Where a decision has the values of the label, whichever is called positive, the same rows are right. A decision
    that was ``said``, and no score, is what is judged.
    """
    if "decision" in said and "score" not in said and mapping.decision is not None:
        mapping = replace(mapping, score=None)
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    if mapping.right is not None or (mapping.score is None and mapping.label and _is_shared(mapping, reading)):
        return found
    is_judged = mapping.label is not None and (mapping.score or mapping.decision) is not None
    if mapping.label and _asks(values := untold_values(reading.column(mapping.label)), is_judged=is_judged):
        found["positive"] = tuple((value, f"a value of {mapping.label!r}") for value in values)
    if mapping.decision and mapping.score is None:
        values = untold_values(reading.column(mapping.decision))
        if _asks(values, is_judged=is_judged):
            found["decision_positive"] = tuple((value, f"a value of {mapping.decision!r}") for value in values)
    return found


def _asks(values: Sequence[str], *, is_judged: bool) -> bool:
    """Whether it is asked which value is positive: of two always, of several where one against the others is what is judged."""
    return len(values) == 2 or (len(values) > 2 and is_judged)


def is_of_label(mapping: Mapping, column: Column) -> bool:
    """Whether a decision has both values of the label, so that any other one decides nothing."""
    return all(_shared_values(values, column) for values in (mapping.positive, mapping.negative))


def _is_shared(mapping: Mapping, reading: Reading) -> bool:
    """Whether the label says which value of the decision is positive."""
    if mapping.decision is None:
        return False
    column = reading.column(mapping.decision)
    return bool(_shared_values(mapping.positive, column) or _adverse_values(mapping, column))
