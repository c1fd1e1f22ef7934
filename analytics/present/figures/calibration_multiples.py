"""Reliability diagrams side by side: of slices, and before and after recalibration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import (
    MAX_TITLE,
    axis,
    empty,
    framed_layout,
    legend_above,
    shown,
)
from analytics.present.figures.calibration import diagonal, empty_bins, limits, plainly, points, scale, trace_of

_MAX_PANELS, _ACROSS = 6, 3
"""Slices that are drawn side by side, and how many in a row: more than six are too small to read on a laptop."""


def calibration_multiples(bins: pl.DataFrame, slices: Sequence[tuple[str, dict[str, Any]]], column: str) -> go.Figure:
    """Draw the reliability diagrams of up to six slices side by side on one scale.

    Parameters
    ----------
    bins : DataFrame
        As `CalibrationSlices.bins`.
    slices : sequence of (label, key values)
        The slices in their order: their name, and the values of the key columns.
    column : str
        What is sliced by.
    """
    panels = []
    for label, key in slices[:_MAX_PANELS]:
        is_own = [pl.col(name).eq_missing(pl.lit(value, dtype=bins.schema[name])) for name, value in key.items()]
        panels.append((label, bins.filter(*is_own)))
    title = f"For whom do scores mean what they say? By {shown(column, MAX_TITLE)}"
    held = [panel for _, panel in panels if panel["n"].sum()]
    if not held:
        return empty(title, "No slice has rows with both a label and a score.")
    every = pl.concat(held)
    span = limits(every, every, place=plainly)
    down = -(-len(panels) // _ACROSS)
    traces: list[dict[str, Any]] = []
    axes: dict[str, Any] = {"annotations": []}
    for place, (label, panel) in enumerate(panels):
        found, where = _panel_axes(place, len(panels), span)
        axes |= found
        axes["annotations"].append(
            {
                "text": f"<b>{shown(label, 28)}</b>  n {words.count(sum(panel['n']))}",
                "x": 0,
                "y": 1,
                "yanchor": "bottom",
                "xref": f"{where['xaxis']} domain",
                "yref": f"{where['yaxis']} domain",
                "xanchor": "left",
                "showarrow": False,
            }
        )
        traces.append(diagonal(span, **where))
        drawn = panel.with_row_index("row").filter(pl.col("n") > 0)
        traces += points(drawn, plainly, is_probability=True, showlegend=False, **where)
        traces += empty_bins(panel, plainly, 0.0, showlegend=False, **where)
    subtitle = "▼ scores too high, ▲ too low, ● within the 95 % interval"
    if any((panel["n"] == 0).any() for panel in held):
        subtitle += ", □ no rows"
    return go.Figure(traces, framed_layout(title, subtitle, height=110 + 250 * down, margin={"t": 96}, **axes))


def _panel_axes(place: int, panels: int, span: tuple[float, float]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the two axes of a panel, three of which stand beside each other, and their names for its traces."""
    across, down = min(_ACROSS, panels), -(-panels // _ACROSS)
    column, row = place % across, place // across
    end = "" if place == 0 else str(place + 1)
    gap = 0.16 if down > 1 else 0.0
    height = (1 - gap) / down
    top = 1 - row * (height + gap)
    axes = {
        f"xaxis{end}": axis(
            "Mean score" if place + across >= panels else "",
            anchor=f"y{end}",
            domain=[(column + 0.06) / across, (column + 0.94) / across],
            **scale(span, in_log_odds=False, about=3),
        ),
        f"yaxis{end}": axis(
            "" if column else "Observed rate",
            anchor=f"x{end}",
            domain=[max(top - height, 0.0), top],
            showticklabels=column == 0,
            **scale(span, in_log_odds=False, is_share=True),
        ),
    }
    return axes, {"xaxis": f"x{end}", "yaxis": f"y{end}"}


def recalibration_diagram(bins: pl.DataFrame, method: str, first: str | None) -> go.Figure:
    """Draw the judged part before and after a map.

    Parameters
    ----------
    bins : DataFrame
        As `Recalibration.bins`.
    method : str
        The map that is shown.
    first : str or None
        What stands for "before"; None where scores are no probabilities.
    """
    title = "What would recalibration change?"
    if bins.is_empty() or method not in bins["method"].to_list():
        return empty(title, "This map cannot be fitted to these rows.")
    chosen = bins.filter(pl.col("method").is_in([name for name in (first, method) if name]))
    span = limits(chosen, chosen, place=plainly)
    traces = [diagonal(span)]
    for name, label, colour, symbol in (
        (first, "as logged", palette.SAME, "circle-open"),
        (method, f"after {method}", palette.TEXT, "circle"),
    ):
        rows = list(chosen.filter(pl.col("method") == name).iter_rows(named=True)) if name else []
        if rows:
            traces.append({**trace_of(rows, plainly, colour, symbol), "name": label})
    layout = framed_layout(
        title,
        "The part that the map was not fitted on",
        height=380,
        margin={"t": 100},
        showlegend=True,
        legend=legend_above(),
        xaxis=axis("Mean score", **scale(span, in_log_odds=False)),
        yaxis=axis("Observed rate", **scale(span, in_log_odds=False, is_share=True)),
    )
    return go.Figure(traces, layout)
