"""Which classes a true and a predicted column have: shared ones, and such as are never predicted."""

from __future__ import annotations

from analytics.log import positives
from analytics.log.column import Column
from analytics.log.value_words import positive_of

MIN_CLASSES = 3
"""Values of a label from which on its classes are judged by whether they agree: two are positive and negative."""

_NEUTRAL = frozenset({"neutral", "neu", "neutro", "neutre", "mixed", "gemischt", "mixto", "mitige"})
"""Classes between a positive and a negative one."""


def is_never_predicted(true: Column, predicted: Column) -> bool:
    """Whether some of three classes and more are predicted and no other: one is never.

    Where words tell a positive one of those that are predicted, what is neither is a class beside a neutral one alone.
    """
    known, said = {*positives.known_groups(true)}, {*positives.known_groups(predicted)}
    if len(known) < MIN_CLASSES or not said < known or true.n_distinct > len(true.top):
        return False
    return positive_of([*said]) is None or not _NEUTRAL.isdisjoint(known - said)


def n_classes(true: Column, predicted: Column) -> int:
    """Return how many classes both columns have; -1 beside 0 and 1 is one of them where it is predicted too."""
    n_known = min(len(positives.known_groups(column)) for column in (true, predicted))
    if not true.kind == predicted.kind == "number":
        return n_known
    return max(n_known, len({value for value, _ in true.top} & {value for value, _ in predicted.top}))
