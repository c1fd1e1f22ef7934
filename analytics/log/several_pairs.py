"""Logs in which a model said several things, each with what is true of it: ``total_pred`` and ``total_true``."""

from __future__ import annotations

import shlex

from analytics.log import alike, called_after
from analytics.log.by_values import is_fraction
from analytics.log.claims import binary
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.schema import Reading

_MAX_SHOWN = 12
"""Pairs that a sentence lists. Bounds it."""
_MIN_PAIRS = 2
"""Pairs from which on it is not clear which one is judged. By definition."""


def several_pairs_hint(reading: Reading) -> str:
    """List the columns of what a model said with those of what is true of it, where there are several; else nothing.

    >>> names = ("city_pred", "city_true", "zip_pred", "zip_true")
    >>> columns = [Column(at, name, "VARCHAR", "text", n_distinct=9) for at, name in enumerate(names)]
    >>> several_pairs_hint(Reading("", "", "csv", 9, 9, tuple(columns)))
    "2 pairs could be judged, one at a time: --right 'city_pred = city_true', --right 'zip_pred = zip_true'."
    """
    said = [_of_predicted(reading, own, true) for own, true in called_after.twins_in(reading.columns)]
    scored = [
        f"--score {shlex.quote(score.name)} --label {shlex.quote(label.name)}"
        for score in reading.columns
        if is_fraction(score)
        for label in binary(reading.columns)
        if called_after.is_chance_after(score.name, label.name)
    ]
    found = said if len(said) >= _MIN_PAIRS else scored
    if len(found) < _MIN_PAIRS:
        return ""
    more = f" and {len(found) - _MAX_SHOWN:,} more" if len(found) > _MAX_SHOWN else ""
    return f"{len(found):,} pairs could be judged, one at a time: {', '.join(found[:_MAX_SHOWN])}{more}."


def _of_predicted(reading: Reading, own: Column, true: Column) -> str:
    """Say how a prediction is held against what is true: numbers by how near they are."""
    both = f"--right {shlex.quote(f'{own.name} = {true.name}')}"
    are_many = all(column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE for column in (own, true))
    if not are_many:
        return both
    found = alike.of_pair(reading.origin.alike, own, true)
    return f"{both} --within {found.within if found is not None else '10%'}"
