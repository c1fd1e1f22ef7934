"""The figure of answering or handing over: what is wrong among the answered, by how much is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed_layout, lines, shown
from analytics.present.figures.thresholds import CLICKABLE
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.money import money
from analytics.present.readings.thresholds_handover import confidence_text
from analytics.present.tables.thresholds_handover import marked

if TYPE_CHECKING:
    from analytics.answers.thresholds.handover import Handover
    from analytics.measure.thresholds.operating import Point

_TITLE = "How often are answers wrong, by how many are given?"
_MAX_POINTS = 500
"""Of the curve: more than the eye tells apart on a page's width. A judgement."""
_LEAST_JUDGED = 20
"""Answered rows with a label from which on the curve is drawn: with fewer it jumps by more than five points a row."""
_MARKS = {
    "now": (palette.SAME, "circle"),
    "best": (palette.BEST, "diamond"),
    "capacity": (palette.REFERENCE, "triangle-up"),
    "considered": (palette.TEXT, "square"),
}
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares answered that the axis names."""


def risk_coverage(answer: Handover, frame: pl.DataFrame, to: Point) -> go.Figure:
    """Draw the share that is wrong among the answered over the share that is answered, with the points that the page names.

    Parameters
    ----------
    answer : Handover
    frame : DataFrame
        As `handover_frame`. ``customdata`` of a point is its bin.
    to : Point
        The confidence under consideration.
    """
    drawn = frame.with_row_index("bin").filter(pl.col("n_judged") > 0)
    drawn = drawn.unique(["n_answered", "n_judged"], keep="first", maintain_order=True)  # bins that hold no row
    enough = drawn.filter(pl.col("n_judged") >= _LEAST_JUDGED)
    drawn = enough if enough.height > 1 else drawn
    if drawn.is_empty():
        return empty(_TITLE, "No row can be judged.")
    places = np.unique(np.linspace(0, drawn.height - 1, min(_MAX_POINTS, drawn.height)).round().astype(int))
    part = drawn[places]
    x = part["coverage"].to_numpy()
    low, high = part["risk_low"].to_numpy(), part["risk_high"].to_numpy()
    whole = float(answer.swept.risk.value[0, 0])
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": np.concatenate([x, x[::-1]]),
            "y": np.concatenate([high, low[::-1]]),
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": palette.faded(palette.SAME, 0.25),
            "hoverinfo": "skip",
            "name": "95 % interval",
        },
        {
            "type": "scatter",
            "x": [0, 1],
            "y": [whole, whole],
            "mode": "lines",
            "hoverinfo": "skip",
            "name": "by chance",
            "line": {"color": palette.LINE, "width": 1, "dash": "dot"},
        },
        {
            "type": "scatter",
            "x": x,
            "y": part["risk"].to_numpy(),
            **CLICKABLE,
            "name": "wrong among the answered",
            "customdata": part["bin"].to_list(),
            "hovertext": [_hover(answer, row) for row in part.iter_rows(named=True)],
            "hoverinfo": "text",
            "line": {"color": palette.TEXT, "width": 2.5},
        },
    ]
    labels = []
    for name, point in marked(answer, to):
        at, (colour, symbol) = answer.at(point), _MARKS[name]
        if not at.judged:
            continue
        mark = {"color": colour, "size": 11, "symbol": symbol, "line": {"color": palette.GROUND, "width": 1}}
        traces.append(
            {
                "type": "scatter",
                "x": [at.coverage],
                "y": [float(at.risk.value)],
                "mode": "markers",
                "name": name,
                "customdata": [point.bin],
                "hoverinfo": "text",
                "hovertext": [lines(name, f"answered from {confidence_text(answer, point)}")],
                "marker": mark,
            }
        )
        text = f"{name} {confidence_text(answer, point)}" if at.handed_over else f"{name}: all answered"
        labels.append(_label(text, at.coverage, float(at.risk.value), colour))
    top = min(1.0, float(np.max(high)) * 1.05)
    values = ticks(0.0, top, 5)
    layout = framed_layout(
        _TITLE,
        "95 % interval; dotted: as many answered by chance. Click to consider",
        height=400,
        margin={"t": 84},
        xaxis=axis(
            "Answered, share of rows with a confidence",
            range=[-0.02, 1.04],
            **axis_ticks(_QUARTERS, tick_texts(_QUARTERS, is_share=True)),
        ),
        yaxis=axis(
            "Wrong among the answered",
            range=[-0.02 * top, top],
            **axis_ticks(values, tick_texts(values, is_share=True)),
        ),
        annotations=labels,
        uirevision="risk_coverage",
    )
    return go.Figure({"data": traces, "layout": layout})


def _label(text: str, x: float, y: float, colour: str) -> dict[str, Any]:
    """Return the name of a marked point, beside it on the side where there is room."""
    side = "right" if x > 0.5 else "left"
    return {
        "x": x,
        "y": y,
        "text": direct_label(text, colour),
        "showarrow": False,
        "xanchor": side,
        "xshift": -8 if side == "right" else 8,
        "yanchor": "bottom",
        "yshift": 4,
    }


def _hover(answer: Handover, row: dict[str, Any]) -> str:
    """Say one confidence."""
    ends = words.between(*(words.plain(100 * row[f"risk_{end}"], 1) for end in ("low", "high")))
    cost = ""
    if answer.policy.has_costs:
        cost = f"{shown(money(row['cost_per_1000'], answer.policy.unit))} per 1,000 rows"
    return lines(
        f"answered from {words.threshold_text(row['threshold'])}" if row["threshold"] is not None else "none answered",
        f"{words.share(row['coverage'])} answered, {words.plural(row['n_handed_over'], 'row')} to people",
        f"{words.share(row['risk'])} ({ends}) of the answers wrong",
        cost,
    )
