"""The figure of the gap over time: the metric on either side, and the bucket from which it is another one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import (
    axis,
    axis_ticks,
    empty,
    framed_layout,
    legend_above,
    lines,
    shown,
    unripe_shade,
)
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.readings.gap_parts import metric_label, metric_phrase, value_text

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.measure.gap.time import GapTime

_SIDES = {"reference": palette.REFERENCE, "production": palette.PRODUCTION}


def gap_trend(gap: Gap, found: GapTime, unripe_from: datetime | None = None) -> go.Figure:
    """Draw the metric over time, either side in its colour, and the bucket from which it is another one.

    From ``unripe_from`` on, shaded, labels of production are still to come.
    """
    title = f"Since when is {metric_phrase(gap.metric)} another one?"
    table = found.table.drop_nulls("value")
    if table.is_empty():
        return empty(title, "No bucket of time has judged rows.")
    data: list[dict[str, Any]] = []
    for side, colour in _SIDES.items():
        part = table.filter(pl.col("side") == side)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if part.height <= 60 else "lines",
                "x": part["bucket"].to_list(),
                "y": part["value"].to_list(),
                "name": side,
                "line": {"color": colour, "width": 2},
                "marker": {"size": 5},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["value"]).to_list(),
                    "arrayminus": (part["value"] - part["low"]).to_list(),
                    "color": palette.faded(colour, 0.5),
                    "width": 0,
                },
                "hoverinfo": "text",
                "hovertext": [
                    lines(
                        words.bucket_label(row["bucket"], found.every),
                        f"{side} {shown(value_text(gap.metric, row['value']))}",
                        f"n {words.count(row['n'])}",
                    )
                    for row in part.iter_rows(named=True)
                ],
            }
        )
    low = min(table["low"].fill_nan(None).drop_nulls().to_list() + table["value"].to_list())
    high = max(table["high"].fill_nan(None).drop_nulls().to_list() + table["value"].to_list())
    pad = 0.05 * (high - low) or 0.01
    values = ticks(low - pad, high + pad)
    line: list[dict[str, Any]] = []
    if found.since is not None:
        line = [
            {
                "type": "line",
                "x0": found.since,
                "x1": found.since,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": palette.LINE, "width": 1.5, "dash": "dash"},
            }
        ]
    end = table["bucket"].max()
    if unripe_from is not None and isinstance(end, datetime) and unripe_from <= end:
        line.append(unripe_shade(unripe_from, end))
    layout = framed_layout(
        title,
        "Dashed: from here on another level" if found.since is not None else "No single date stands out",
        height=320,
        shapes=line,
        showlegend=True,
        legend=legend_above(),
        margin={"t": 100},
        xaxis=axis(),
        yaxis=axis(
            metric_label(gap.metric.name),
            range=[low - pad, high + pad],
            **axis_ticks(values, tick_texts(values, is_share=gap.metric.is_share)),
        ),
    )
    return go.Figure({"data": data, "layout": layout})
