"""A figure as it was drawn: axes and marks in numbers, which any paper can draw again; nothing in it is markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

_MAX_MARKS, MAX_POINTS = 160, 240
"""Marks of a drawing, and places of one of them: more are no longer told apart on paper. A judgement."""
POINT, _LARGEST_POINT = 6.0, 120.0
"""Width of a point where nothing says one, and of the largest. By hand."""
_MAX_AXES, _MAX_TICKS = 24, 60
"""Axes of a drawing, and ticks of one of them. A judgement."""
_MAX_TEXT = 200
"""Characters of a text in a drawing: one line."""
_LARGEST = 1e15
"""The largest number of a drawing: beyond it nothing can be placed."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KINDS = ("line", "area", "points", "boxes", "segments", "texts")
_AXIS = re.compile(r"[xy]\d{0,2}|paper")


@dataclass(frozen=True)
class StillAxis:
    """An axis: its part of the paper, what it shows from where to where, its ticks."""

    name: str
    domain: tuple[float, float]
    range: tuple[float, float]
    title: str = ""
    ticks: tuple[tuple[float, str], ...] = ()
    has_grid: bool = False


@dataclass(frozen=True)
class Mark:
    """Places along two axes, and how they are drawn.

    Attributes
    ----------
    kind : {"line", "area", "points", "boxes", "segments", "texts"}
    x, y : str
        Names of its axes; ``paper`` for shares of the whole drawing.
    xs, ys : tuple of float or None
        None is a gap.
    to_xs, to_ys : tuple of float or None
        The other corner of a box, the other end of a segment.
    colour : str
    opacity : float
    is_dashed : bool
    name : str
        What a legend calls it; empty where it has no entry.
    texts : tuple of str
    anchor : {"start", "middle", "end"}
        Of texts.
    size : float
        Of points: how wide and high they are.
    """

    kind: str
    x: str
    y: str
    xs: tuple[float | None, ...]
    ys: tuple[float | None, ...]
    to_xs: tuple[float | None, ...] = ()
    to_ys: tuple[float | None, ...] = ()
    colour: str = ""
    opacity: float = 1.0
    is_dashed: bool = False
    name: str = ""
    texts: tuple[str, ...] = ()
    anchor: str = "middle"
    size: float = POINT


@dataclass(frozen=True)
class Still:
    """A drawing: its height where it is 800 wide, its axes and marks."""

    height: float
    axes: tuple[StillAxis, ...]
    marks: tuple[Mark, ...]


def still_from(data: object) -> Still | None:
    """Read a drawing from a file that may be anyone's; None where it is none."""
    if not isinstance(data, Mapping):
        return None
    axes = tuple(each for each in map(_axis, _listed(data.get("axes"), _MAX_AXES)) if each is not None)
    marks = tuple(each for each in map(_mark, _listed(data.get("marks"), _MAX_MARKS)) if each is not None)
    names = {axis.name for axis in axes} | {"paper"}
    marks = tuple(mark for mark in marks if {mark.x, mark.y} <= names)
    height = number_or_none(data.get("height")) or 300.0
    return Still(min(max(height, 80.0), 1_600.0), axes, marks) if axes and marks else None


def _axis(data: object) -> StillAxis | None:
    """Read an axis."""
    if not isinstance(data, Mapping) or not _AXIS.fullmatch(str(data.get("name"))):
        return None
    domain, shown = (_numbers(data.get(part), 2) for part in ("domain", "range"))
    ends = [end for end in (*domain, *shown) if end is not None]
    if len(ends) != 4 or ends[2] == ends[3] or not all(0 <= end <= 1 for end in ends[:2]):
        return None
    pairs = [
        each for each in _listed(data.get("ticks"), _MAX_TICKS) if isinstance(each, list | tuple) and len(each) == 2
    ]
    ticks = tuple(
        (place, _text(text)) for place, text in ((number_or_none(a), b) for a, b in pairs) if place is not None
    )
    (start, end), (low, high) = ends[:2], ends[2:]
    has_grid = data.get("has_grid") is True
    return StillAxis(str(data["name"]), (start, end), (low, high), _text(data.get("title") or ""), ticks, has_grid)


def _mark(data: object) -> Mark | None:
    """Read a mark."""
    if not isinstance(data, Mapping) or data.get("kind") not in _KINDS:
        return None
    x, y = (str(data.get(axis)) for axis in ("x", "y"))
    if not (_AXIS.fullmatch(x) and _AXIS.fullmatch(y)):
        return None
    xs, ys, to_xs, to_ys = (_numbers(data.get(part), MAX_POINTS) for part in ("xs", "ys", "to_xs", "to_ys"))
    if len(xs) != len(ys) or len(to_xs) != len(to_ys) or len(to_xs) not in (0, len(xs)):
        return None
    if data["kind"] in ("boxes", "segments") and not to_xs:
        return None
    colour, anchor = str(data.get("colour") or ""), str(data.get("anchor"))
    opacity = number_or_none(data.get("opacity"))
    return Mark(
        str(data["kind"]),
        x,
        y,
        xs,
        ys,
        to_xs,
        to_ys,
        colour if _COLOUR.fullmatch(colour) else "",
        1.0 if opacity is None else min(max(opacity, 0.0), 1.0),
        data.get("is_dashed") is True,
        _text(data.get("name") or ""),
        texts_from(data.get("texts"), MAX_POINTS),
        anchor if anchor in ("start", "middle", "end") else "middle",
        min(max(number_or_none(data.get("size")) or POINT, 1.0), _LARGEST_POINT),
    )


def number_or_none(value: object) -> float | None:
    """Return a finite number of a file as it is, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isfinite(value) and abs(value) <= _LARGEST else None


def texts_from(value: object, most: int) -> tuple[str, ...]:
    """Return texts of a file, cut."""
    return tuple(_text(each) for each in _listed(value, most))


def _text(value: object) -> str:
    """Return a text of a file, cut."""
    return str(value)[:_MAX_TEXT]


def _listed(value: object, most: int) -> list[Any]:
    """Return a list of a file, cut."""
    return list(value)[:most] if isinstance(value, list | tuple) else []


def _numbers(value: object, most: int) -> tuple[float | None, ...]:
    """Return numbers of a file, cut; what is none is a gap."""
    return tuple(map(number_or_none, _listed(value, most)))
