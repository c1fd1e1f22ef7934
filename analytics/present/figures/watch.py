"""The figure of watching: weeks, the mean since the evidence began, its bounds, and what people marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed, lines, shown
from analytics.present.marks.slices import tick_texts, ticks

_TITLE = "Has it changed?"
_MARK = 24
"""Characters of a mark in the figure; its hover has all. A judgement."""


def watch_figure(weeks: pl.DataFrame, metric: str, marks: Sequence[tuple[str, str]] = ()) -> go.Figure:
    """Draw a metric by week, the mean since the evidence began with its bounds, and marked days.

    Parameters
    ----------
    weeks : DataFrame
        ``week, n, rate, mean, usual, low, high, since, is_alarm``.
    metric : str
        A name of the registry.
    marks : sequence of (str, str)
        Days and what was on them.
    """
    known = weeks.drop_nulls(["mean", "low", "high"])
    if known.is_empty():
        return empty(_TITLE, "No week after the baseline is over and has its labels.")
    figure = go.Figure()
    figure.add_scatter(
        x=pl.concat([known["week"], known["week"].reverse()]),
        y=pl.concat([known["high"], known["low"].reverse()]),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=palette.faded(palette.SAME, 0.25),
        hoverinfo="skip",
    )
    for name, colour, width, dash in (
        ("usual", palette.REFERENCE, 1.5, "dot"),
        ("mean", palette.PRODUCTION, 2.5, "solid"),
    ):
        line = {"color": colour, "width": width, "dash": dash}
        figure.add_scatter(x=known["week"], y=known[name], mode="lines", line=line, hoverinfo="skip")
    colours = [palette.WORSE if alarm else palette.TEXT for alarm in known["is_alarm"]]
    figure.add_scatter(
        x=known["week"],
        y=known["rate"],
        mode="markers",
        marker={
            "color": colours,
            "size": 7,
            "symbol": ["diamond" if alarm else "circle" for alarm in known["is_alarm"]],
        },
        hovertext=[_hover(week, metric) for week in known.iter_rows(named=True)],
        hoverinfo="text",
    )
    for day, text in marks:
        moment = datetime.fromisoformat(day)
        figure.add_vline(x=moment, line={"color": palette.MUTED_TEXT, "width": 1, "dash": "dash"})
        upright = {"showarrow": False, "textangle": -90, "yanchor": "top", "xshift": -8}
        figure.add_annotation(x=moment, y=1, yref="paper", text=shown(text, _MARK), **upright)
    framed(figure, _TITLE, "By week: points, the mean since the evidence began, and its bounds", height=340)
    values = [value for name in ("low", "high", "rate") for value in known[name].drop_nulls()]
    shares = ticks(min(values), max(values))
    figure.update_yaxes(axis(METRICS[metric].label, **axis_ticks(shares, tick_texts(shares, is_share=True))))
    figure.update_xaxes(axis("Week"))
    return figure


def _hover(week: dict[str, Any], metric: str) -> str:
    """Say a week in words."""
    rate, mean, usual = (words.metric_text(metric, week[name]) for name in ("rate", "mean", "usual"))
    return lines(
        f"Week of {week['week'].day} {week['week']:%B}: {rate} of {words.count(week['n'])}",
        f"Since {week['since'].day} {week['since']:%B} {mean}, usual {usual}",
        "Alarm" if week["is_alarm"] else "",
    )
