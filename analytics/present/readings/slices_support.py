"""What is said of the rows that slices rest on: how many are judged or positive, and which have too few to be named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.marks.slices import support_words
from analytics.present.weights import weighted_part

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer


_MANY_ROWS, _LARGE = 100, 0.05
"""Rows of a slice, and its share of the cohort, from which it is said first that nothing is known of it. By hand."""
_MAX_NAMED, _MAX_NAME = 3, 60
"""Such slices that are named, and characters of each. A judgement."""
_APART = 1.25
"""Times that one base rate exceeds the other from which the sentence says so. A judgement."""
_JUDGED = ("tp", "fp", "fn", "tn")


def n_judged(row: dict[str, Any]) -> int:
    """Count the rows of a slice with a label and a score."""
    return int(sum(row[name] for name in _JUDGED))


def stand_for_part(answer: SliceAnswer) -> str:
    """Say how many rows the judged ones stand for."""
    row = answer.overall.row(0, named=True)
    if answer.weight is None:
        return ""
    return weighted_part(
        answer.weight, n_judged({name: row[f"rows_{name}"] for name in _JUDGED}), n_judged(row), row["n_eff"]
    )


def unjudged_part(answer: SliceAnswer, name_of: Callable[[dict[str, Any]], str]) -> str:
    """Say of which large slices nothing is known, since their rows have no label or no score; empty where all are judged."""
    total = answer.overall["n"][0]
    found = [
        row
        for row in answer.table.sort("n", descending=True, maintain_order=True).iter_rows(named=True)
        if row["n"] >= _MANY_ROWS and row["n"] >= _LARGE * total and n_judged(row) < answer.min_support
    ]
    if not found or not n_judged(answer.overall.row(0, named=True)):
        return ""
    names = words.listed([name_of(row) for row in found[:_MAX_NAMED]])
    n, known = sum(row["n"] for row in found), sum(map(n_judged, found))
    of = f"of {'its' if len(found) == 1 else 'their'} {words.plural(round(n), 'row')}"
    if not known:
        lacking = "score" if any(row["n_labelled"] for row in found) else "label"
        return f"Nothing is known of {names}: none {of} has a {lacking}."
    return f"Hardly anything is known of {names}: {words.count(known)} {of} {'is' if known == 1 else 'are'} judged."


def none_of(n_compared: int, n_all: int, by: str) -> str:
    """Say that it is none of the slices that can be compared.

    >>> none_of(5, 5, "region"), none_of(4, 5, "region")
    ('none of 5 slices by region', 'none of the 4 slices by region that have enough rows')
    """
    if n_compared == n_all:
        return f"none of {words.plural(n_all, 'slice')} by {by}"
    have = "has" if n_compared == 1 else "have"
    return f"none of the {words.plural(n_compared, 'slice')} by {by} that {have} enough rows"


def few_part(answer: SliceAnswer, rows: Sequence[dict[str, Any]]) -> str:
    """Say how many slices had too few judged rows to be named."""
    few = sum(row["few_rows"] for row in rows)
    if not few:
        return ""
    verb = "has" if few == 1 else "have"
    limit = words.count(answer.min_support)
    return f"{words.plural(few, 'slice')} {verb} fewer than {limit} {support_words(answer.metric)} and cannot be named."


def base_rate_part(row: dict[str, Any], metric: str) -> str:
    """Warn where another base rate alone moves a metric that is not split."""
    own, rest = row.get("base_rate"), row.get("base_rate_complement")
    if not METRICS[metric].moves_with_base_rate or not own or not rest or max(own, rest) < _APART * min(own, rest):
        return ""
    rates = f"{words.share(own)} against {words.share(rest)}"
    return f" Positives are {'more' if own > rest else 'less'} frequent there, {rates}, which alone moves this metric."


def name_of(answer: SliceAnswer, row: dict[str, Any]) -> str:
    """Name a slice by its values, cut where they are long; a number or a missing value says its column."""
    names = []
    for place, column in enumerate(answer.by):
        value, is_text = row[f"slice_{place}"], answer.table.schema[f"slice_{place}"] == pl.String
        label = words.value_label(value)
        names.append(label if is_text and value is not None else f"{words.column_words(column)} {label}")
    return words.shortened(" · ".join(names), _MAX_NAME)


def by_of(answer: SliceAnswer) -> str:
    """Name the sliced columns."""
    return words.listed([words.shortened(words.column_words(column), _MAX_NAME) for column in answer.by])


def capital(text: str) -> str:
    """Begin a sentence."""
    return f"{text[:1].upper()}{text[1:]}"
