"""The reasons of a review: the share of each among the rows that chance drew, and among all that were judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, legend_above, lines, shown

_ROW_HEIGHT = 30
"""Pixels for a reason: a bar, its point and a line of text."""
_MAX_LABEL = 30
"""Characters of a reason beside its bar: about a quarter of the figure's width."""


def reason_bars(judged: pl.DataFrame, random: pl.DataFrame, labels: Mapping[str, str], everything: str) -> go.Figure:
    """Draw one line per reason: a bar for all judged rows, a point with its interval for the random part.

    Parameters
    ----------
    judged, random : DataFrame
        As `measure.verdicts.reason_table`.
    labels : mapping of str to str
        What people read for the key of a reason.
    everything : str
        What the random part speaks for, such as "all 2,498 errors".
    """
    n_judged, n_random = int(judged["n"].sum()), int(random["n"].sum())
    if not n_judged:
        return empty("Reasons", "No verdict yet")
    names = judged["reason"].to_list()
    places = list(range(len(names)))
    texts = [shown(labels.get(name, name), _MAX_LABEL) for name in names]
    by_name = {row["reason"]: row for row in random.iter_rows(named=True)} if n_random else {}
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [100 * share for share in judged["share"]],
            "y": places,
            "name": f"all {words.count(n_judged)} judged rows",
            "marker": {"color": palette.SAME, "opacity": 0.35},
            "width": 0.55,
            "hovertext": [
                lines(f"<b>{text}</b>", f"{words.count(n)} of {words.plural(n_judged, 'judged row')}")
                for text, n in zip(texts, judged["n"], strict=True)
            ],
            "hoverinfo": "text",
        }
    ]
    if by_name:
        rows = [by_name.get(name, {"n": 0, "share": 0.0, "low": 0.0, "high": 0.0}) for name in names]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [100 * row["share"] for row in rows],
                "y": places,
                "name": f"{words.count(n_random)} drawn at random, for {shown(everything)}",
                "marker": {"color": palette.TEXT, "size": 9},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "thickness": 1.5,
                    "width": 0,
                    "color": palette.TEXT,
                    "array": [100 * (row["high"] - row["share"]) for row in rows],
                    "arrayminus": [100 * (row["share"] - row["low"]) for row in rows],
                },
                "hovertext": [
                    lines(
                        f"<b>{text}</b>",
                        f"{words.share(row['share'])} "
                        f"({words.plain(100 * row['low'], 1)}–{words.plain(100 * row['high'], 1)})",
                        f"{words.count(row['n'])} of {words.plural(n_random, 'random row')}",
                    )
                    for text, row in zip(texts, rows, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
    top = max([*judged["high"], *(row["high"] for row in by_name.values())])
    layout = framed_layout(
        "Why rows are wrong",
        height=112 + _ROW_HEIGHT * len(names),
        showlegend=True,
        legend=legend_above(),
        margin={"t": 84},
        xaxis=axis("Share of rows, %", range=[0, min(100, 105 * top)]),
        yaxis=axis(autorange="reversed", showgrid=False, **axis_ticks(places, texts)),
    )
    return go.Figure({"data": data, "layout": layout}, skip_invalid=False)
