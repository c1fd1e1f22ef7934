"""What all figures share: title, transparent background, quiet axes, and text that data cannot turn into markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from analytics.present import palette, words

_MAX_HOVER = 200
"""Characters of a text from the log in a hover box: longer ones would cover the figure. A judgement."""
MAX_TITLE = 40
"""Characters of a column's name in a title, which has one line: two of them and its words fit. A judgement."""
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


def lines(*parts: str) -> str:
    """Join the lines of a hover, which are already escaped."""
    return "<br>".join(part for part in parts if part)


def framed(figure: go.Figure, title: str, subtitle: str = "", *, height: int, **layout: Any) -> go.Figure:
    """Give a figure its title and the look of the house; ``title`` and ``subtitle`` are escaped already."""
    figure.update_layout(framed_layout(title, subtitle, height=height, **layout))
    figure.update_xaxes(**_quiet_axis())
    figure.update_yaxes(**_quiet_axis())
    return figure


def framed_layout(title: str, subtitle: str = "", *, height: int, **layout: Any) -> dict[str, Any]:
    """Return the layout of the house: Plotly checks each change of a figure, so one whole layout is ten times as fast."""
    margin = {"l": 8, "r": 16, "t": 74 if subtitle else 48, "b": 44, **layout.pop("margin", {})}
    return {
        "template": {"layout": {"font": {"color": palette.MUTED_TEXT, "size": _SMALL}}},
        "title": {
            "text": title,
            "font": {"size": 16},
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
        "hoverlabel": {"align": "left", "namelength": -1},
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
        "title": {"standoff": 8},
    }


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis of the house that does not zoom."""
    return {**_quiet_axis(), "title": {"text": title, "standoff": 8}, "fixedrange": True, **more}


def legend_above() -> dict[str, Any]:
    """Return a legend in one row between title and plot."""
    return {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}


def axis_ticks(values: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """Return fixed ticks with their texts."""
    return {"tickmode": "array", "tickvals": list(values), "ticktext": list(texts)}


def empty(title: str, reason: str, *, height: int = 180) -> go.Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = go.Figure()
    figure.add_annotation(text=reason, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    framed(figure, title, height=height)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure
