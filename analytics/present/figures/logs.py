"""The figure of a log's books: every row that was read, in one bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from analytics.present import palette, words
from analytics.present.figures.base import axis, empty, framed_layout, lines, shown

if TYPE_CHECKING:
    from analytics.log.schema import Log

_LABELLED, _NOT_KNOWN, _NO_PREDICTION = "Labelled", "Not known yet", "Without a prediction"
_ASIDE = ("", "x", "\\", "-", "+", ".")
"""Patterns that tell the reasons apart: all of them are rows set aside."""
_KEPT: dict[str, Any] = {"color": palette.SAME}
_UNKNOWN: dict[str, Any] = {"color": palette.NOT_YET_KNOWN, "pattern": palette.HATCH}
_UNANSWERED: dict[str, Any] = {"color": palette.NOT_YET_KNOWN}
_MAX_LEGEND = 44
"""Characters of a reason in the legend: two entries fit side by side."""


def row_books(log: Log) -> go.Figure:
    """Draw the rows that were read as one bar: kept with a label, kept without, set aside by reason.

    Returns
    -------
    Figure
        One trace per part that has rows; the widths add up to the rows read.
    """
    title = f"What became of the {words.plural(log.reading.rows_read, 'row')} that were read"
    aside = [(f"Set aside: {reason.reason}", reason.rows) for reason in log.reading.set_aside]
    looks = [_KEPT, _UNKNOWN, _UNANSWERED, *(_aside_look(_ASIDE[place % len(_ASIDE)]) for place in range(len(aside)))]
    n_open = log.reading.rows_kept - log.n_labelled - log.n_unanswered
    named = [(_LABELLED, log.n_labelled), (_NOT_KNOWN, n_open), (_NO_PREDICTION, log.n_unanswered), *aside]
    parts = [(name, rows, look) for (name, rows), look in zip(named, looks, strict=True) if rows]
    if not parts:
        return empty(title, "The file has no rows.", height=130)
    traces = [_part(name, rows, log.reading.rows_read, look) for name, rows, look in parts]
    layout = framed_layout(
        title,
        height=136,
        margin={"t": 44, "b": 44, "l": 8, "r": 8},
        barmode="stack",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.08, "yanchor": "top", "traceorder": "normal"},
        xaxis=axis(range=[0, log.reading.rows_read], visible=False),
        yaxis=axis(visible=False),
    )
    return go.Figure(traces, layout)


def _aside_look(shape: str) -> dict[str, Any]:
    """Return the look of rows set aside for one reason."""
    return {"color": palette.SET_ASIDE, "pattern": {"shape": shape, "size": 5, "fgcolor": palette.PAPER}}


def _part(name: str, rows: int, total: int, look: dict[str, Any]) -> dict[str, Any]:
    """Return one part of the bar; its legend carries the rows, since a thin part has no room for them."""
    share = words.share(rows / total)
    return {
        "type": "bar",
        "orientation": "h",
        "x": [rows],
        "y": [""],
        "name": f"{shown(name, _MAX_LEGEND)} {words.count(rows)} ({share})",
        "marker": {**look, "line": {"width": 0}},
        "hovertext": [lines(f"<b>{shown(name)}</b>", f"{words.plural(rows, 'row')}, {share}")],
        "hoverinfo": "text",
    }
