"""What all figures share: title, transparent background, quiet axes, and text that data cannot turn into markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

import plotly.graph_objects as go

from analytics.present import palette, words
from analytics.present.marks.slices import count_ticks

_MAX_HOVER = 200
"""Characters of a text from the log in a hover box: longer ones would cover the figure. A judgement."""
_MAX_UNIT = 12
"""Characters of a unit in the title of an axis, which stands along the short side of a plot."""
MAX_TITLE = 40
"""Characters of a column's name in a title, which has one line: two of them and its words fit. A judgement."""
_TITLE_ROOM, _SUBTITLE_ROOM = 38, 28
"""Pixels above a plot that a title, and the line below it, take."""
_LEAST_TOP = 8
"""Pixels above a plot without a title, so that the highest mark is not cut."""
_SMALL = 12
"""Pixels of the text of axes and subtitles; titles have 16."""


def shown(text: str, limit: int = _MAX_HOVER) -> str:
    """Return text for a figure: one line, cut, and with the marks escaped that Plotly reads as markup or as formulas.

    >>> shown("<b>A&B</b> $5")
    '&lt;b&gt;A&amp;B&lt;/b&gt; &#36;5'
    """
    plain = words.shortened(words.one_line(text), limit)
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        plain = plain.replace(mark, entity)
    return plain


def with_unit(title: str, unit: str) -> str:
    """Write the title of an axis of money with its unit, where somebody said one.

    >>> with_unit("Cost", "€"), with_unit("Cost", "")
    ('Cost, €', 'Cost')
    """
    return f"{title}, {shown(unit, _MAX_UNIT)}" if unit else title


def lines(*parts: str) -> str:
    """Join the lines of a hover, which are already escaped."""
    return "<br>".join(part for part in parts if part)


@dataclass(frozen=True)
class Heading:
    """The title and the subtitle of a figure as plain text."""

    title: str
    subtitle: str


def taken_heading(figure: go.Figure) -> Heading:
    """Take title and subtitle out of a figure, with the room that they have, for a page that writes them as text."""
    title = figure.layout.title
    subtitle = title.subtitle.text or ""
    found = Heading(unescape(title.text or ""), unescape(subtitle.replace("<br>", "; ")))
    room = _TITLE_ROOM + (_SUBTITLE_ROOM if subtitle else 0)
    before = figure.layout.margin.t
    after = max(before - room, _LEAST_TOP)
    figure.update_layout(title=None, height=figure.layout.height - before + after, margin={"t": after})
    return found


def framed(figure: go.Figure, title: str, subtitle: str = "", *, height: int, **layout: Any) -> go.Figure:
    """Give a figure its title and the look of the house, in one step; ``title`` and ``subtitle`` are escaped already."""
    whole = _merged(figure.layout.to_plotly_json(), framed_layout(title, subtitle, height=height, **layout))
    axes = {name for name in whole if name.startswith(("xaxis", "yaxis"))} | {"xaxis", "yaxis"}
    figure.layout = {**whole, **{name: _merged(whole.get(name, {}), _quiet_axis()) for name in axes}}
    return figure


def _merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return one nested mapping with what another one says in its place."""
    changed = {
        name: _merged(before[name], value) if isinstance(value, dict) and isinstance(before.get(name), dict) else value
        for name, value in after.items()
    }
    return {**before, **changed}


def framed_layout(title: str, subtitle: str = "", *, height: int, **layout: Any) -> dict[str, Any]:
    """Return the layout of the house: Plotly checks each change of a figure, so one whole layout is ten times as fast."""
    margin = {"l": 8, "r": 16, "t": 76 if subtitle else 48, "b": 44, **layout.pop("margin", {})}
    return {
        "font": {"color": palette.TEXT, "size": _SMALL},
        "title": {
            "text": title,
            "font": {"size": 16, "color": palette.TEXT},
            "subtitle": {"text": subtitle, "font": {"size": _SMALL, "color": palette.MUTED_TEXT}},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "pad": {"l": 8, "t": 12},
            "y": 1,
            "yref": "container",
            "yanchor": "top",
        },
        "height": height,
        "margin": margin,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "hoverlabel": {
            "align": "left",
            "namelength": -1,
            "font": {"color": palette.TEXT},
            "bgcolor": palette.GROUND,
            "bordercolor": palette.LINE,
        },
        "barcornerradius": 0,
        "dragmode": False,
        "showlegend": False,
        **layout,
    }


def _quiet_axis() -> dict[str, Any]:
    """Return the look of an axis."""
    return {
        "gridcolor": palette.GRID,
        "linecolor": palette.LINE,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": palette.MUTED_TEXT, "size": _SMALL},
        "title": {"standoff": 8, "font": {"color": palette.MUTED_TEXT, "size": _SMALL}},
    }


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis of the house that does not zoom."""
    quiet = _quiet_axis()
    return {**quiet, "title": {**quiet["title"], "text": title}, "fixedrange": True, **more}


def legend_above() -> dict[str, Any]:
    """Return a legend in one row between title and plot."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "traceorder": "normal",
        "font": {"color": palette.TEXT},
    }


def direct_label(text: str, colour: str) -> str:
    """Name a mark beside it: a point in its colour, the text in the ink of the theme, which any colour could not match."""
    return f"<span style='color:{colour}'>●</span> {text}"


def unripe_shade(start: datetime | None, end: datetime, *, xref: str = "x", yref: str = "paper") -> dict[str, Any]:
    """Return the shade behind rows whose labels still come in, over the height of a figure or of one of its axes."""
    look = {"fillcolor": palette.NOT_YET_KNOWN, "opacity": 0.2, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "x0": start, "x1": end, "xref": xref, "y0": 0, "y1": 1, "yref": yref, **look}


def axis_ticks(values: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """Return fixed ticks with their texts."""
    return {"tickmode": "array", "tickvals": list(values), "ticktext": list(texts)}


def axis_counts(most: int, about: int = 4) -> dict[str, Any]:
    """Return the ticks of an axis of rows up to a count: whole numbers, written as everywhere."""
    values = count_ticks(most, about)
    return axis_ticks(values, [words.count(value) for value in values])


def stepped(xs: Sequence[Any], ys: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return a line that keeps its height until the next place.

    >>> stepped((0, 1), (5, 7))
    ((0, 1, 1), (5, 5, 7))
    """
    places = [(x, y) for order, x in enumerate(xs) for y in ((ys[order],) if not order else (ys[order - 1], ys[order]))]
    return tuple(x for x, _ in places), tuple(y for _, y in places)


def empty(title: str, reason: str, *, height: int = 180) -> go.Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = go.Figure()
    figure.add_annotation(text=reason, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    framed(figure, title, height=height)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure
