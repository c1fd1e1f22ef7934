"""What the values of a column say of its role where its name says nothing."""

from __future__ import annotations

import re

from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.judge_and_people import is_verdict
from analytics.log.role_names import is_called_score, is_rank

_KEY = re.compile(r"[\w.:/+=-]{1,64}")


def is_fraction(column: Column) -> bool:
    """Whether a column holds many different numbers between 0 and 1."""
    if column.kind != "number" or column.n_distinct <= 24 or column.is_whole:
        return False
    try:
        return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1
    except ValueError:
        return False


def is_key(column: Column, n_rows: int) -> bool:
    """Whether every row has a short value of its own, as an id has."""
    if n_rows <= 24 or column.n_missing or column.n_distinct < n_rows:
        return False
    if is_rank(column.name) or is_called_score(column.name):
        return False
    return column.is_whole or (column.kind == "text" and all(_KEY.fullmatch(value) for value, _ in column.top))


def rest(column: Column, n_rows: int) -> tuple[str, str]:
    """Return the role of a column that no single role claimed, with the reason."""
    if column.n_missing == n_rows:
        return "segment", "is empty throughout: being missing can still be sliced"
    if is_verdict(column.name):
        return "ignore", "somebody's verdict, given after the answer; it can still be filtered"
    if column.kind == "number":
        if column.n_distinct >= 0.95 * n_rows and n_rows > 24 and column.is_whole:
            return "ignore", "numbers that nearly all differ, as in an id or a rank"
        return "segment", "numbers, sliced by value" if column.n_distinct <= 24 else "numbers, sliced in bins"
    if column.kind == "boolean":
        return "segment", "true or false"
    if column.kind == "time":
        return "ignore", "a second time; it can still be filtered"
    if column.n_distinct <= MAX_SEGMENT_VALUES and column.n_distinct <= max(24, 0.5 * n_rows):
        return "segment", f"text with {column.n_distinct:,} different value{'s' * (column.n_distinct != 1)}"
    longest = max((len(value) for value, _ in column.top), default=0)
    if longest >= 60:
        return "text", "long text that nearly always differs"
    return "ignore", f"text with {column.n_distinct:,} different values, too many to slice by"
