"""Discovered slices in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.money import money, money_interval
from analytics.query.discovery.objectives import OBJECTIVES, PRICED
from analytics.query.phrases import READS_LIKE_NONE

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery
    from analytics.answers.discovery.search import Predicate, Slice
    from analytics.answers.discovery.tree import Branch, Tree


def _counted(name: str, value: object) -> str:
    """Return a name that is counted in its number.

    >>> _counted("fields missing", 1), _counted("fields missing", 0)
    ('field missing', 'fields missing')
    """
    return name.replace("fields", "field", 1) if value == 1 else name


def predicate_words(
    predicate: Predicate | Branch, verb: str = "is", named: Callable[[str], str] = words.one_line
) -> str:
    """Say one condition of a slice, or with ``verb`` that it does not hold; ``named`` writes the name of a column."""
    found, value = predicate.property, predicate.value
    name = named(found.name)
    if value is None:
        return f"{named(found.column or found.name)} {verb} missing"
    if found.kind == "gaps":
        return (
            f"{words.value_label(value)} {_counted(found.name, value)}"
            if verb == "is"
            else f"not {words.value_label(value)} {_counted(found.name, value)}"
        )
    if found.kind == "spike":
        return f"{named(found.column or '')} {verb} exactly {words.value_label(value)}"
    if found.kind == "hour":
        return f"{name} {verb} {value:02d}"
    label = words.value_label(value)
    return f"{name} {verb} {repr(label) if label in READS_LIKE_NONE else label}"


def branch_words(branch: Branch) -> str:
    """Say one answer on the way to a node of the tree."""
    if not branch.is_below:
        return predicate_words(branch, "is" if branch.is_yes else "is not")
    side = "under" if branch.is_yes else "at least"
    more = " or missing" if branch.has_missing and not branch.is_yes else ""
    return f"{words.one_line(branch.property.name)} {side} {branch.value:,.10g}{more}"


def node_words(tree: Tree, place: int) -> str:
    """Say a node of the tree in one line; of two bounds on the same side of a column the later one is the tighter."""
    said = {
        (branch.property, branch.is_below, branch.is_yes, None if branch.is_below else branch.value): branch
        for branch in tree.paths[place]
    }
    return " and ".join(map(branch_words, said.values())) or "all rows"


def slice_words(found: Slice) -> str:
    """Say a slice in one line."""
    return " and ".join(map(predicate_words, found))


def spoken_slice(found: Slice) -> str:
    """Say a slice within a sentence, its columns as words."""
    return " and ".join(predicate_words(each, named=words.column_words) for each in found)


def is_split(answer: Discovery) -> bool:
    """Say whether excess errors are split into what the base rate explains and what the model does worse."""
    return OBJECTIVES[answer.search.objective].is_within_label


def objective_text(answer: Discovery, value: words.Value) -> str:
    """Write a value of the objective: a share as a percentage, a change in points, money with its unit, else three digits."""
    if OBJECTIVES[answer.search.objective].is_change:
        return words.points(value)
    if answer.search.objective in PRICED:
        return money(value, answer.search.unit)
    return words.share(value) if OBJECTIVES[answer.search.objective].is_share else words.number(value)


def objective_interval(answer: Discovery, value: words.Value, low: words.Value, high: words.Value) -> str:
    """Write a value of the objective with its interval."""
    if OBJECTIVES[answer.search.objective].is_change:
        return words.points(value, low, high)
    if answer.search.objective in PRICED:
        return money_interval(value, low, high, answer.search.unit)
    text = objective_text(answer, value)
    if low is None or high is None:
        return text
    scale, digits = (100, 1) if OBJECTIVES[answer.search.objective].is_share else (1, 3)
    return f"{text} ({words.between(words.plain(scale * low, digits), words.plain(scale * high, digits))})"
