"""Checks of scores of classes that came as a list: which place is of which class, or that nothing says so."""

from __future__ import annotations

import json
from collections.abc import Iterator

from analytics.log import class_lists, views
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, LogCheck, Said

_MAX_NAMED = 12
"""Classes that a sentence names: more are counted. A judgement."""


def _order(log: Log) -> Iterator[Said]:
    """Say the order in which a list of scores is taken, or that it is not known."""
    right, lists = log.mapping.right, class_lists.lists_of(log.reading.columns)
    if right is None or not lists:
        return
    taken = [column for _, column in right.class_scores]
    stem = next((stem for stem, places in lists.items() if [column.name for column in places] == taken), None)
    if stem is not None:
        names = [value for value, _ in right.class_scores]
        more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
        shown = ", ".join(map(repr, names[:_MAX_NAMED]))
        yield Said(taken[0], None, f"The {len(names):,} scores in {stem!r} are of {shown}{more}, in this order.")
        return
    known = views.classes_of(log.reading, right)
    if (stem := class_lists.unbound(log.reading, right, known)) is not None:
        example = json.dumps([*known[:_MAX_NAMED]], ensure_ascii=False)
        yield Said(
            f"{stem}[0]",
            None,
            f"{stem!r} holds a score for each of {len(known):,} classes, and nothing says which is of which class: they are not "
            f"used. Log the classes in their order beside it, such as {example}, or one column per class.",
        )


CHECKS: tuple[Check, ...] = (
    LogCheck(
        code="class-scores-order",
        kinds=("classes",),
        severities=("note",),
        meaning="scores of classes in a list: which is of which class, or that nothing says so",
        say=_order,
    ),
)
