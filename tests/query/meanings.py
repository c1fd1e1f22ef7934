"""What each operator means, said cell by cell: the oracle of the predicates. An operator without a meaning fails its test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import inf, isnan
from typing import Any

BLANKS = " \t\n\r\v\f"


def is_value(cell: Any, value: str) -> bool:
    if isinstance(cell, bool):
        return cell == (value == "true")
    if isinstance(cell, datetime):
        return cell.date() == date.fromisoformat(value)
    return cell == value if isinstance(cell, str) else ordered(cell) == float(value)


def ordered(cell: Any) -> Any:
    """A number as both engines order it: one that is none stands above all others."""
    return inf if isinstance(cell, float) and isnan(cell) else cell


def bound(cell: Any, value: str) -> tuple[Any, Any]:
    """A cell and a limit that can be compared: times by their day."""
    if isinstance(cell, datetime):
        return cell.date(), date.fromisoformat(value)
    return ordered(cell), float(value)


def of_value(means: Callable[[Any, Sequence[str]], bool]) -> Callable[[Any, Sequence[str]], bool]:
    """A missing value is not kept."""
    return lambda cell, values: cell is not None and means(cell, values)


def or_missing(means: Callable[[Any, Sequence[str]], bool]) -> Callable[[Any, Sequence[str]], bool]:
    """A missing value is kept."""
    return lambda cell, values: cell is None or means(cell, values)


def folded(text: str) -> str:
    """Small letters; the i of a Turkish capital has its dot in one character or in two."""
    return text.lower().replace("\N{COMBINING DOT ABOVE}", "")


MEANINGS: dict[str, Callable[[Any, Sequence[str]], bool]] = {
    "in": of_value(lambda cell, values: any(is_value(cell, value) for value in values)),
    "ge": of_value(lambda cell, values: bound(cell, values[0])[0] >= bound(cell, values[0])[1]),
    "gt": of_value(lambda cell, values: bound(cell, values[0])[0] > bound(cell, values[0])[1]),
    "le": of_value(lambda cell, values: bound(cell, values[0])[0] <= bound(cell, values[0])[1]),
    "lt": of_value(lambda cell, values: bound(cell, values[0])[0] < bound(cell, values[0])[1]),
    "missing": lambda cell, values: cell is None,
    "blank": of_value(lambda cell, values: not cell.strip(BLANKS)),
    "contains": of_value(lambda cell, values: any(folded(value) in folded(cell) for value in values)),
    "starts-with": of_value(lambda cell, values: any(folded(cell).startswith(folded(value)) for value in values)),
    "ends-with": of_value(lambda cell, values: any(folded(cell).endswith(folded(value)) for value in values)),
    "not-in": or_missing(lambda cell, values: not any(is_value(cell, value) for value in values)),
    "not-contains": or_missing(lambda cell, values: not any(folded(value) in folded(cell) for value in values)),
    "hour": of_value(lambda cell, values: str(cell.hour) in values),
    "weekday": of_value(lambda cell, values: f"{cell:%a}" in values),
    "longer": of_value(lambda cell, values: len(cell) > min(map(int, values))),
    "present": lambda cell, values: cell is not None,
    "as-of": lambda cells, values: (
        cells["seen at"] is not None and cells["seen at"].date() <= date.fromisoformat(values[0])
    ),
    "first-given": lambda cells, values: True,
    "differ": lambda cells, values: len({ordered(cells[name]) for name in values} - {None}) > 1,
    "gaps": lambda cells, values: sum(cells[name] is None for name in values[1:]) >= int(values[0].rstrip("+")),
}
"""From a cell (the row by names, for what is about a row) and the values to whether it is kept."""
