"""The figure of gates: how far each value is from its limit, with its interval."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette
from analytics.present.figures.base import axis, axis_ticks, empty, framed, lines, shown

_TITLE = "How far is each gate from its limit?"
_ROW, _REST = 34, 110
"""Pixels of a gate, and of the heading and the axis."""
_COLOURS = {"pass": palette.BETTER, "fail": palette.WORSE}
_NAME = 44
"""Characters of a gate beside its bar. A judgement."""


def gates_figure(margins: pl.DataFrame) -> go.Figure:
    """Draw each gate as an interval around a line that is its limit: right of the line it is kept.

    Parameters
    ----------
    margins : DataFrame
        ``gate, outcome, sign, value, low, high, text, statement``: distances to the limit, each gate by its own scale.
    """
    if margins.is_empty():
        return empty(_TITLE, "No gate has a value.")
    figure, places = go.Figure(), list(range(margins.height))
    for place, row in zip(places, margins.iter_rows(named=True), strict=True):
        colour = _COLOURS.get(row["outcome"], palette.SAME)
        figure.add_scatter(
            x=[row["low"], row["high"]],
            y=[place, place],
            mode="lines",
            line={"color": colour, "width": 6},
            opacity=0.55,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[row["value"]],
            y=[place],
            mode="markers",
            marker={"color": colour, "size": 10, "symbol": "circle" if row["outcome"] == "pass" else "diamond"},
            hovertext=[lines(shown(row["statement"]), shown(row["text"]))],
            hoverinfo="text",
        )
        figure.add_annotation(
            x=1.06,
            y=place,
            text=shown(row["text"], _NAME),
            showarrow=False,
            xanchor="left",
            font={"color": palette.TEXT},
        )
    figure.add_vline(x=0, line={"color": palette.LINE, "width": 1.5, "dash": "dot"})
    framed(
        figure,
        _TITLE,
        "Each on its own scale; right of the line the limit is kept",
        height=_REST + _ROW * margins.height,
    )
    figure.update_xaxes(axis("", range=[-1.05, 1.75], **axis_ticks([-0.6, 0.0, 0.6], ["beyond", "limit", "kept"])))
    names = [f"{row['sign']} {shown(row['gate'], _NAME)}" for row in margins.iter_rows(named=True)]
    figure.update_yaxes(axis("", range=[margins.height - 0.5, -0.5], showgrid=False, **axis_ticks(places, names)))
    return figure
