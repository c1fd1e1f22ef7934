"""A sheet to draw on: every text and number is escaped on its way in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

from markupsafe import Markup

from analytics.present import palette, words

_WIDTH = 800
"""Of a drawing, in its own unit: about a pixel, as the report shows drawings at most 860 pixels wide."""
_SIZE = 12
"""Of text, in the same unit."""
_LETTER, _WIDE_LETTER = 0.6, 0.9
"""Width of a letter, and of M and W, as a share of the text's size: by hand for a sans-serif face, rather too wide than
too narrow."""
RULE = "#c9ced5"
GRID = "#e6e9ed"

Scale = Callable[[float], float]


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """Return the function that takes values from low to high to places from start to end.

    >>> scale(0, 1, 100, 200)(0.5)
    150.0
    """
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def text_width(text: str, size: float = _SIZE) -> float:
    """Estimate how wide a text is drawn."""
    return size * sum(1.0 if _is_wide(mark) else _WIDE_LETTER if mark in "MWmw" else _LETTER for mark in text)


def _is_wide(mark: str) -> bool:
    """Say whether a character takes a full square, as Chinese ones and most emoji do."""
    return unicodedata.east_asian_width(mark) in "WF"


def fitted(text: str, width: float, size: float = _SIZE) -> str:
    """Cut a text to a width.

    >>> fitted("African-American", 64)
    'African…'
    """
    plain = words.one_line(text)
    if text_width(plain, size) <= width:
        return plain
    ends = accumulate(text_width(mark, size) for mark in plain)
    return f"{plain[: sum(1 for end in takewhile(lambda end: end <= width - size, ends))].rstrip('- ')}…"


def _on_paper(colour: str) -> str:
    """Return a colour as paper has it: the inks of the theme are those of a light one."""
    return palette.ON_PAPER.get(colour, colour)


@dataclass
class Canvas:
    """An SVG in the making; places are in its own units, 800 across."""

    height: float
    width: float = _WIDTH
    parts: list[Markup] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        """Draw a rectangle."""
        self.parts.append(
            Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}"/>').format(
                x, y, max(width, 0), max(height, 0), _on_paper(fill), _on_paper(stroke)
            )
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = RULE, *, dash: str = "none") -> None:
        """Draw a straight line."""
        self.parts.append(
            Markup(
                '<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}" '
                'stroke-dasharray="{}"/>'
            ).format(x1, y1, x2, y2, _on_paper(colour), 1.5 if dash != "none" else 1, dash)
        )

    def path(self, places: Sequence[tuple[float, float]], colour: str) -> None:
        """Draw a line through places."""
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self.parts.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="1.8"/>').format(
                joined, _on_paper(colour)
            )
        )

    def area(self, places: Sequence[tuple[float, float]], fill: str, opacity: float = 1.0) -> None:
        """Fill the area that places enclose."""
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self.parts.append(
            Markup('<polygon points="{}" fill="{}" fill-opacity="{}"/>').format(joined, _on_paper(fill), opacity)
        )

    def marker(self, x: float, y: float, colour: str, side: str | None = None, *, is_open: bool = False) -> None:
        """Draw a point: a triangle that points up or down, or a circle."""
        if side:
            tip = -6 if side == "up" else 6
            self.area([(x - 5.5, y - tip / 1.6), (x + 5.5, y - tip / 1.6), (x, y + tip)], colour)
            return
        fill = palette.PAPER if is_open else colour
        circle = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="{}" stroke="{}"/>')
        self.parts.append(circle.format(x, y, _on_paper(fill), _on_paper(colour)))

    def text(
        self,
        x: float,
        y: float,
        content: str,
        *,
        anchor: str = "start",
        colour: str = palette.MUTED_TEXT,
        size: float = _SIZE,
        weight: str = "normal",
        turn: float = 0.0,
    ) -> None:
        """Write a text whose baseline begins, is centred or ends at a place, turned by some degrees about it."""
        turned = Markup(' transform="rotate({:.0f} {:.1f} {:.1f})"').format(turn, x, y) if turn else ""
        tag = Markup(
            '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" font-size="{}" font-weight="{}"{}>{}</text>'
        )
        self.parts.append(tag.format(x, y, anchor, _on_paper(colour), size, weight, turned, words.one_line(content)))

    def markup(self, alt: str) -> Markup:
        """Return the SVG with its description."""
        return Markup(
            '<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}" preserveAspectRatio="xMidYMin meet">{}</svg>'
        ).format(self.width, self.height, words.one_line(alt), Markup("").join(self.parts))


def key(canvas: Canvas, x: float, y: float, entries: Sequence[tuple[str, str]]) -> None:
    """Write a row of coloured squares with their names."""
    for name, colour in entries:
        canvas.rect(x, y - 10, 11, 11, colour)
        canvas.text(x + 16, y, name)
        x += 34 + text_width(name)
