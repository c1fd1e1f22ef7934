"""A figure that was added to a report, drawn again on paper from its axes and marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from markupsafe import Markup

from analytics.log.kept.report_still import Mark, Still, StillAxis
from analytics.present import palette, words
from analytics.present.drawings.canvas import GRID, Canvas, fitted, key, scale, text_width

_WIDTH, _RIGHT = 800.0, 20.0
"""Width of a drawing, and the room beside its plots at the right."""
_LEAST_LEFT, _MOST_LEFT = 50.0, 260.0
"""Room for the texts of the ticks at the left. By hand."""
_BOTTOM, _TOP, _LEGEND = 46.0, 14.0, 24.0
"""Room below the plots, above them, and for a legend."""
_LINE = 14.0
"""Height of a line of text."""
_MAX_LEGEND = 8
"""Entries of a legend that stand in one row."""

_Place = Callable[[float], float]


def still_drawing(still: Still, alt: str) -> Markup:
    """Draw a figure that was added to a report."""
    legend = [(mark.name, mark.colour) for mark in still.marks if mark.name][:_MAX_LEGEND]
    top = _TOP + (_LEGEND if legend else 0.0)
    canvas = Canvas(still.height + top)
    axes = {axis.name: axis for axis in still.axes}
    edges = (_left(axes.values()), _WIDTH - _RIGHT, still.height + top - _BOTTOM, top)
    places = {name: _scale_of(axis, edges) for name, axis in axes.items()}
    for x, y in dict.fromkeys((mark.x, mark.y) for mark in still.marks if "paper" not in (mark.x, mark.y)):
        _draw_frame(canvas, (axes[x], axes[y]), (places[x], places[y]), edges)
    if legend:
        key(canvas, edges[0], 18, [(fitted(name, 140), colour) for name, colour in legend])
    left, right, bottom, start = edges
    papers = {"x": scale(0, 1, left, right), "y": scale(0, 1, bottom, start)}
    for mark in still.marks:
        ends = [papers[axis] if name == "paper" else places[name] for axis, name in (("x", mark.x), ("y", mark.y))]
        _MARKS[mark.kind](canvas, mark, ends[0], ends[1])
    return canvas.markup(alt)


def _left(axes: Iterable[StillAxis]) -> float:
    """Return the room that the texts of the ticks at the left need."""
    sides = [axis for axis in axes if axis.name.startswith("y")]
    widths = [text_width(line) for axis in sides for _, text in axis.ticks for line in text.split("\n")]
    title = _LINE + 8 if any(axis.title for axis in sides) else 0.0
    return min(max([_LEAST_LEFT, *(width + 14 + title for width in widths)]), _MOST_LEFT)


def _scale_of(axis: StillAxis, edges: tuple[float, float, float, float]) -> _Place:
    """Return the function from the values of an axis to places, held within the paper."""
    left, right, bottom, top = edges
    start, end = (left, right) if axis.name.startswith("x") else (bottom, top)
    places = [start + share * (end - start) for share in axis.domain]
    to_place = scale(*axis.range, *places)
    low, high = sorted(places)
    return lambda value: min(max(to_place(value), low - 40), high + 40)


def _draw_frame(
    canvas: Canvas,
    axes: tuple[StillAxis, StillAxis],
    to: tuple[_Place, _Place],
    edges: tuple[float, float, float, float],
) -> None:
    """Draw ticks, grid and titles of a plot."""
    (x, y), (to_x, to_y) = axes, to
    left, right = sorted(map(to_x, x.range))
    top, bottom = sorted(map(to_y, y.range))
    for value, text in y.ticks:
        if y.has_grid:
            canvas.line(left, to_y(value), right, to_y(value), GRID)
        lines = text.split("\n")
        room = min(_MOST_LEFT - 14, left - 14) if left <= edges[0] + 1 else _LEAST_LEFT
        for order, line in enumerate(lines):
            at = to_y(value) + 4 + (order - (len(lines) - 1) / 2) * _LINE
            canvas.text(left - 8, at, fitted(line, room), anchor="end")
    room = (right - left) / max(len(x.ticks), 1) + 20
    for value, text in x.ticks:
        if x.has_grid:
            canvas.line(to_x(value), top, to_x(value), bottom, GRID)
        canvas.text(to_x(value), bottom + 17, fitted(text.replace("\n", ", "), max(room, 40)), anchor="middle")
    canvas.line(left, bottom, right, bottom)
    if x.title:
        canvas.text((left + right) / 2, bottom + 36, fitted(x.title, right - left + 40), anchor="middle")
    if y.title:
        side = 12 if left <= edges[0] + 1 else left - _LEAST_LEFT - 4
        canvas.text(side, (top + bottom) / 2, fitted(y.title, bottom - top + 60), anchor="middle", turn=-90)


def _runs(mark: Mark, to_x: _Place, to_y: _Place) -> list[list[tuple[float, float]]]:
    """Return places in runs without a gap."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(mark.xs, mark.ys, strict=True):
        if x is None or y is None:
            found.append([])
        else:
            found[-1].append((to_x(x), to_y(y)))
    return [run for run in found if run]


def _draw_line(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    colour = mark.colour or palette.SAME
    for run in _runs(mark, to_x, to_y):
        if not mark.is_dashed:
            canvas.path(run, colour)
            continue
        for (x1, y1), (x2, y2) in pairwise(run):
            canvas.line(x1, y1, x2, y2, colour, dash="4 3")


def _draw_area(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    for run in _runs(mark, to_x, to_y):
        canvas.area(run, mark.colour or palette.SAME, mark.opacity)


def _draw_points(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    colour = palette.mixed(palette.PAPER, mark.colour or palette.SAME, mark.opacity)
    for run in _runs(mark, to_x, to_y):
        for x, y in run:
            canvas.rect(x - mark.size / 2, y - mark.size / 2, mark.size, mark.size, colour)


def _corners(mark: Mark, to_x: _Place, to_y: _Place) -> list[tuple[float, float, float, float]]:
    """Return both ends of boxes and segments."""
    ends = zip(mark.xs, mark.ys, mark.to_xs, mark.to_ys, strict=True)
    return [
        (to_x(x), to_y(y), to_x(to), to_y(up))
        for x, y, to, up in ends
        if x is not None and y is not None and to is not None and up is not None
    ]


def _draw_boxes(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    for x1, y1, x2, y2 in _corners(mark, to_x, to_y):
        (left, right), (top, bottom) = sorted((x1, x2)), sorted((y1, y2))
        canvas.area(
            [(left, top), (right, top), (right, bottom), (left, bottom)], mark.colour or palette.SAME, mark.opacity
        )


def _draw_segments(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    for corners in _corners(mark, to_x, to_y):
        canvas.line(*corners, mark.colour or palette.INK, dash="4 3" if mark.is_dashed else "none")


def _draw_texts(canvas: Canvas, mark: Mark, to_x: _Place, to_y: _Place) -> None:
    for x, y, text in zip(mark.xs, mark.ys, mark.texts, strict=False):
        if x is None or y is None:
            continue
        lines = text.split("\n")
        for order, line in enumerate(lines):
            at = to_y(y) + 4 + (order - (len(lines) - 1) / 2) * _LINE
            place = min(max(to_x(x), 4.0), _WIDTH - 4)
            anchor = mark.anchor
            if anchor == "start":
                place = max(min(place, _WIDTH - text_width(words.one_line(line)) - 4), 4.0)
            shown = fitted(line, 320)
            canvas.text(place, at, shown, anchor=anchor, colour=palette.INK)
            if order == 0 and mark.colour not in ("", palette.INK):
                wide = text_width(shown) * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
                canvas.rect(place - wide - 11, at - 8, 8, 8, mark.colour)


_MARKS: dict[str, Callable[[Canvas, Mark, _Place, _Place], None]] = {
    "line": _draw_line,
    "area": _draw_area,
    "points": _draw_points,
    "boxes": _draw_boxes,
    "segments": _draw_segments,
    "texts": _draw_texts,
}
