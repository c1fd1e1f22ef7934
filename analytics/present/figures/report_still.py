"""A figure of a page as axes and marks in numbers, so that paper can draw it again without a browser."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.log.kept.report_still import MAX_POINTS, POINT, Mark, Still, StillAxis
from analytics.present import palette
from analytics.present.figures.base import stepped
from analytics.present.figures.report_still_axes import StillAxes, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

_RGBA = re.compile(r"rgba?\((\d+),\s*(\d+),\s*(\d+)(?:,\s*([\d.]+))?\)")
_NAMED = re.compile(r"color:(#[0-9a-fA-F]{6})")
_AROUND = 60
"""Pixels above and below the plots of a figure, about. By hand."""
_BAR = 0.8
"""Width of a bar as a share of its step where the figure says none: Plotly's own."""


def still_of(figure: go.Figure) -> Still | None:
    """Return a figure of bars, lines and points in numbers; None where it holds no such mark.

    Parameters
    ----------
    figure : Figure
        Its title is not taken over. Places beyond `MAX_POINTS` of a mark are thinned evenly.
    """
    spec = figure.to_plotly_json()
    reader = _Reader(spec["layout"])
    for trace in spec["data"]:
        if trace.get("type", "scatter") in ("bar", "scatter", "scattergl") and trace.get("visible") is not False:
            reader.take(_decoded(trace))
    if not reader.marks:
        return None
    marks = [*map(reader.thinned, [*reader.shapes(), *reader.marks, *reader.annotations()])]
    return Still(
        float(spec["layout"].get("height") or 300), tuple(reader.drawn_axes()), tuple(each for each in marks if each.xs)
    )


def _decoded(value: Any) -> Any:
    """Return a part of a figure with its packed numbers as an array."""
    if not isinstance(value, dict):
        return value
    if "bdata" in value:
        found = np.frombuffer(b64decode(value["bdata"]), dtype=value["dtype"])
        return found.reshape([int(part) for part in str(value["shape"]).split(",")]) if "shape" in value else found
    return {name: _decoded(part) for name, part in value.items()}


def _colour(value: Any) -> tuple[str, float]:
    """Return a colour as six digits, and how opaque it is."""
    if isinstance(value, str):
        if found := _RGBA.fullmatch(value):
            red, green, blue = (int(part) for part in found.groups()[:3])
            return f"#{red:02x}{green:02x}{blue:02x}", float(found[4] or 1)
        if value.startswith("#"):
            return value[:7], 1.0
    return palette.SAME, 1.0


class _Reader:
    """Reads the traces of one figure; places are collected by axis, from which those without a range get one."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.layout = layout
        self.marks: list[Mark] = []
        self.axes = StillAxes(layout)
        self.base: dict[tuple[str, float, bool], float] = defaultdict(float)
        self.has_legend = bool(layout.get("showlegend"))

    def take(self, trace: dict[str, Any]) -> None:
        """Add the marks of a trace."""
        x, y = trace.get("xaxis") or "x", trace.get("yaxis") or "y"
        xs, ys = self.axes.places(x, trace.get("x")), self.axes.places(y, trace.get("y"))
        name = plain(trace.get("name")) if self.has_legend and trace.get("showlegend") is not False else ""
        if trace.get("type") == "bar":
            self._bars(trace, (x, y), (xs, ys), name)
        else:
            self._scatter(trace, (x, y), (xs, ys), name)

    def _bars(self, trace: dict[str, Any], axes: tuple[str, str], at: tuple[Any, Any], name: str) -> None:
        """Add bars as boxes, stacked where the figure stacks them."""
        is_across = trace.get("orientation") == "h"
        along, across = (at[1], at[0]) if is_across else at
        axis, values = (axes[1], axes[0]) if is_across else axes
        steps = np.diff(np.unique([place for place in along if place is not None]))
        width = trace.get("width")
        usual = _BAR * float(steps.min() if steps.size else 1.0)
        widths = [usual] * len(along) if width is None else list(np.broadcast_to(width, len(along)))
        bases = None if trace.get("base") is None else list(np.broadcast_to(trace["base"], len(along)))
        is_stacked = self.layout.get("barmode") in ("stack", "relative")
        boxes: list[tuple[float, float, float, float]] = []
        for order, (place, size) in enumerate(zip(along, across, strict=True)):
            if place is None or size is None:
                continue
            key = (f"{axis} {values}", place, size < 0)
            start = float(bases[order]) if bases is not None else self.base[key] if is_stacked else 0.0
            self.base[key] = start + size
            self.axes.seen[values] += [start, start + size]
            half = float(widths[order]) / 2
            self.axes.seen[axis] += [place - half, place + half]
            boxes.append((place - half, place + half, start, start + size))
        colours = trace.get("marker", {}).get("color")
        for colour, opacity, chosen in _by_colour(colours, len(boxes), trace.get("marker", {}).get("opacity")):
            ends = [tuple(boxes[each][part] for each in chosen) for part in range(4)]
            self.axes.boxed.add(axes[1])
            sides = (ends[2], ends[0], ends[3], ends[1]) if is_across else (ends[0], ends[2], ends[1], ends[3])
            self.marks.append(Mark("boxes", *axes, *sides, colour, opacity, name=name))
            name = ""
        texts = trace.get("text")
        if texts is not None and boxes:
            listed = tuple(map(plain, np.broadcast_to(np.asarray(texts, dtype=object), len(boxes))))
            middles = tuple((box[0] + box[1]) / 2 for box in boxes), tuple((box[2] + box[3]) / 2 for box in boxes)
            sides2 = middles[::-1] if is_across else middles
            self.marks.append(Mark("texts", *axes, *sides2, colour=palette.INK, texts=listed))

    def _scatter(self, trace: dict[str, Any], axes: tuple[str, str], at: tuple[Any, Any], name: str) -> None:
        """Add lines, areas, points with their intervals, and texts."""
        xs, ys = tuple(at[0]), tuple(at[1])
        mode, line, marker = trace.get("mode") or "lines", trace.get("line") or {}, trace.get("marker") or {}
        xs, ys = stepped(xs, ys) if line.get("shape") == "hv" and "markers" not in mode else (xs, ys)
        if trace.get("fill") in ("toself", "tonext"):
            colour, opacity = _colour(trace.get("fillcolor"))
            self.marks.append(Mark("area", *axes, xs, ys, colour=colour, opacity=opacity, name=name))
            name = ""
        if "lines" in mode and line.get("width") != 0:
            colour, opacity = _colour(line.get("color") or marker.get("color"))
            is_dashed = line.get("dash") not in (None, "solid")
            self.marks.append(Mark("line", *axes, xs, ys, (), (), colour, opacity, is_dashed, name))
            name = ""
        for axis in ("x", "y"):
            self._ends(trace.get(f"error_{axis}") or {}, axes, (xs, ys), axis)
        if "markers" in mode and marker.get("opacity") != 0:
            usual = marker.get("color") if marker.get("color") is not None else line.get("color")
            for colour, opacity, chosen in _by_colour(usual, len(xs), marker.get("opacity")):
                picked = tuple(xs[each] for each in chosen), tuple(ys[each] for each in chosen)
                mark = Mark("points", *axes, *picked, colour=colour, opacity=opacity, name=name, size=_size(marker))
                self.marks.append(mark)
                name = ""
        if "text" in mode and trace.get("text") is not None:
            texts = tuple(map(plain, np.broadcast_to(np.asarray(trace["text"], dtype=object), len(xs))))
            self.marks.append(Mark("texts", *axes, xs, ys, colour=palette.INK, texts=texts))

    def _ends(self, error: dict[str, Any], axes: tuple[str, str], at: tuple[Any, Any], axis: str) -> None:
        """Add intervals as segments."""
        if error.get("array") is None or error.get("visible") is False:
            return
        values = at[0] if axis == "x" else at[1]
        up = list(error["array"])
        down = up if error.get("arrayminus") is None else list(error["arrayminus"])
        known = [
            order
            for order, value in enumerate(values)
            if value is not None and up[order] is not None and down[order] is not None
        ]
        low = tuple(values[order] - float(down[order]) for order in known)
        high = tuple(values[order] + float(up[order]) for order in known)
        self.axes.seen[axes[0] if axis == "x" else axes[1]] += [*low, *high]
        other = tuple((at[1] if axis == "x" else at[0])[order] for order in known)
        ends = (low, other, high, other) if axis == "x" else (other, low, other, high)
        self.marks.append(Mark("segments", *axes, *ends, palette.SAME))

    def _referred(self, part: dict[str, Any], axis: str) -> tuple[str, Any]:
        """Return the axis that a shape or a text stands on, with a function to its places."""
        ref = str(part.get(f"{axis}ref") or axis)
        if not ref.endswith(" domain"):
            return ("paper", float) if ref == "paper" else (ref, lambda value: self.axes.place(ref, value))
        name = ref.removesuffix(" domain")
        low, high = self.axes.span(name)
        return name, lambda share: low + float(share) * (high - low)

    def shapes(self) -> Iterator[Mark]:
        """Return lines and boxes that stand behind the marks."""
        for shape in self.layout.get("shapes") or ():
            (x, to_x), (y, to_y) = (self._referred(shape, axis) for axis in ("x", "y"))
            ends = (to_x(shape["x0"]), to_y(shape["y0"]), to_x(shape["x1"]), to_y(shape["y1"]))
            kind = {"line": "segments", "rect": "boxes"}.get(shape.get("type"))
            if kind is None or None in ends:
                continue
            line = shape.get("line") or {}
            colour, opacity = _colour(shape.get("fillcolor") if kind == "boxes" else line.get("color"))
            is_dashed = line.get("dash") not in (None, "solid")
            x0, y0, x1, y1 = ((end,) for end in ends)
            yield Mark(kind, x, y, x0, y0, x1, y1, colour, opacity, is_dashed)

    def annotations(self) -> Iterator[Mark]:
        """Return texts beside the marks."""
        for each in self.layout.get("annotations") or ():
            (x, to_x), (y, to_y) = (self._referred(each, axis) for axis in ("x", "y"))
            place = to_x(each.get("x", 0)), to_y(each.get("y", 0))
            if None in place or not plain(each.get("text")):
                continue
            anchor = {"left": "start", "right": "end"}.get(str(each.get("xanchor")), "middle")
            shifted = place[1] + float(each.get("yshift") or 0) * self._of_pixel(y)
            named = _NAMED.search(str(each["text"]))
            colour = palette.INK if named is None else named[1]
            yield Mark(
                "texts", x, y, (place[0],), (shifted,), colour=colour, texts=(plain(each["text"]),), anchor=anchor
            )

    def _of_pixel(self, name: str) -> float:
        """Return how much of an upright axis a pixel is."""
        tall = max(float(self.layout.get("height") or 300) - _AROUND, 1.0)
        if name == "paper":
            return 1 / tall
        low, high = self.axes.span(name)
        start, end = self.axes.domain(name)
        return (high - low) / (tall * (end - start or 1.0))

    def drawn_axes(self) -> list[StillAxis]:
        """Return every axis that a mark stands on."""
        names = sorted({name for mark in self.marks for name in (mark.x, mark.y)} - {"paper"})
        return [self.axes.drawn(name) for name in names]

    @staticmethod
    def thinned(mark: Mark) -> Mark:
        """Return a mark with no more places than paper tells apart."""
        n = len(mark.xs)
        kept = sorted({round(place) for place in np.linspace(0, n - 1, min(n, MAX_POINTS))}) if n else []
        parts = {
            name: tuple(_rounded(getattr(mark, name)[place]) for place in kept)
            for name in ("xs", "ys", "to_xs", "to_ys")
            if getattr(mark, name)
        }
        texts = tuple(mark.texts[place] for place in kept) if mark.texts else ()
        return Mark(**{**vars(mark), **parts, "texts": texts})


def _rounded(value: float | None) -> float | None:
    """Return a place with as many digits as paper and seconds of time need."""
    return None if value is None else float(f"{value:.9g}")


def _size(marker: dict[str, Any]) -> float:
    """Return how wide the points of a trace are: one size for all, the largest where they differ, those of lines small."""
    given = marker.get("size")
    sizes = np.atleast_1d(np.asarray(POINT if given is None else given, dtype=float))
    return float(sizes.max()) if sizes.size == 1 else POINT


def _by_colour(colours: Any, n: int, opacity: Any) -> list[tuple[str, float, list[int]]]:
    """Return marks by their colour: one for all, or one each; numbers of a scale are shades of one colour."""
    shared = float(opacity) if isinstance(opacity, int | float) else 1.0
    if colours is None or isinstance(colours, str):
        colour, own = _colour(colours)
        return [(colour, own * shared, list(range(n)))]
    found: dict[tuple[str, float], list[int]] = defaultdict(list)
    numbers = [each for each in colours if isinstance(each, int | float | np.number)]
    most = max(map(float, numbers), default=1.0) or 1.0
    for place, each in enumerate(list(colours)[:n]):
        is_number = isinstance(each, int | float | np.number)
        shade = round(0.15 + 0.85 * max(float(each), 0.0) / most, 1) if is_number else 1.0
        colour, own = (palette.TRUE_POSITIVE, shade) if is_number else _colour(each)
        found[colour, own * shared].append(place)
    return [(colour, own, chosen) for (colour, own), chosen in found.items()]
