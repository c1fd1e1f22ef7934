"""The figure of slices by two columns: the metric as colour, rows in the cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import MAX_TITLE, axis, axis_ticks, empty, framed_layout, shown
from analytics.present.figures.slices import MAX_LABEL, hover
from analytics.present.marks.heat import HeatGrid, cell_words, heat_grid
from analytics.present.marks.slices import most_words, question_of, tick_texts, ticks

_CELL_HEIGHT = 38
"""Pixels of a cell with two lines of text."""
_DENSE_CELL_HEIGHT = 33
"""Pixels of a cell where many stand side by side, whose texts are shortened."""
_TOP = 122
"""Pixels above the cells: title, subtitle, and the colours' scale with its text."""
_LEVEL_LABELS = 64
"""Characters that fit side by side under the cells before labels are turned."""


def slice_heat_map(table: pl.DataFrame, columns: Sequence[str], metric: str, overall: float | None = None) -> go.Figure:
    """Draw two sliced columns as a grid whose colours tell the metric apart from the overall value.

    Parameters
    ----------
    table : DataFrame
        As `SliceAnswer.table` of two columns. At most 40 values down and 16 across are drawn, those with the most
        errors beyond the base rate.
    columns : sequence of str
        Names of the two columns: down, across.
    metric : str
        A metric of the table.
    overall : float or None
        Its value for the whole cohort: the middle of the colours.

    Returns
    -------
    Figure
        Two traces hold the colours (enough rows, few rows), the third the texts; its ``customdata`` is the row in
        ``table``.
    """
    by = " and ".join(shown(column, MAX_TITLE) for column in columns)
    title = f"{question_of(metric)} By {by}"
    grid = heat_grid(table, metric, overall)
    if not any(mark.value is not None for *_, mark in grid.cells):
        return empty(title, f"{METRICS[metric].label} has no value: {METRICS[metric].undefined}.")
    across, down = ([shown(words.value_label(v), MAX_LABEL) for v in side] for side in (grid.across, grid.down))
    is_level = len(across) * max(map(len, across)) <= _LEVEL_LABELS
    still: dict[str, Any] = {"showgrid": False, "ticks": ""}
    height = max(160 + (_DENSE_CELL_HEIGHT if grid.is_dense else _CELL_HEIGHT) * len(down), 240)
    layout = framed_layout(
        title,
        _subtitle_of(grid, metric, overall, most_words(table)),
        height=height,
        margin={"t": _TOP},
        hoverdistance=-1,  # the nearest cell is the one under the pointer, however wide it is
        xaxis=axis(
            shown(columns[1], MAX_TITLE),
            range=[-0.5, len(across) - 0.5],
            tickangle=0 if is_level else -45,
            **still,
            **axis_ticks(range(len(across)), across),
        ),
        yaxis=axis(
            shown(columns[0], MAX_TITLE), range=[len(down) - 0.5, -0.5], **still, **axis_ticks(range(len(down)), down)
        ),
    )
    inside = height - layout["margin"]["t"] - layout["margin"]["b"]
    return go.Figure([*_colours(grid, metric, 1 + 4 / inside), _texts(grid, metric)], layout)


def _subtitle_of(grid: HeatGrid, metric: str, overall: float | None, most: str) -> str:
    """Say what colours and texts mean, and what is not shown."""
    parts = [] if overall is None else [f"middle colour: all rows, {words.metric_text(metric, overall)}"]
    parts.append(cell_words(grid, metric))
    if any(mark.verdict == "few" for *_, mark in grid.cells):
        parts.append("grey: few rows")
    lead = "; ".join(parts)
    lead = f"{lead[:1].upper()}{lead[1:]}"
    if not grid.left_down and not grid.left_across:
        return lead
    sides = ((len(grid.down), grid.left_down, "down"), (len(grid.across), grid.left_across, "across"))
    kept = ", ".join(f"{n} of {n + left} {side}" for n, left, side in sides)
    return f"{lead}<br>Only the values with the {most}: {kept}; the table below holds all"


def _colours(grid: HeatGrid, metric: str, bar_at: float) -> list[dict[str, Any]]:
    """Return the cells, those with few rows in flat grey, and the key of the colours ``bar_at`` of the height."""
    below, above = palette.ends(grid.direction)
    values: list[list[float | None]] = [[None] * len(grid.across) for _ in grid.down]
    few: list[list[float | None]] = [[None] * len(grid.across) for _ in grid.down]
    for down, across, mark in grid.cells:
        is_flat = mark.verdict == "few" or mark.value is None
        (few if is_flat else values)[down][across] = 1.0 if is_flat else mark.value
    low, high = grid.middle - grid.reach, grid.middle + grid.reach
    limits = METRICS[metric]
    places = [value for value in ticks(low, high, 4) if low <= value <= high and limits.low <= value <= limits.high]
    cells = {"type": "heatmap", "xgap": 2, "ygap": 2, "hoverinfo": "skip"}
    bar = {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": bar_at,
        "yref": "paper",
        "yanchor": "bottom",
        "ypad": 0,
        "len": 260,
        "lenmode": "pixels",
        "thickness": 10,
        "outlinewidth": 0,
        **axis_ticks(places, tick_texts(places, is_share=limits.is_share)),
    }
    scale = [[0, below], [0.5, palette.MIDDLE], [1, above]]
    flat = [[0, palette.FEW_CELLS], [1, palette.FEW_CELLS]]
    return [
        {**cells, "z": values, "zmin": low, "zmax": high, "colorscale": scale, "colorbar": bar},
        {**cells, "z": few, "colorscale": flat, "showscale": False},
    ]


def _texts(grid: HeatGrid, metric: str) -> dict[str, Any]:
    """Return texts, hovers and the places that a click maps back to slices."""
    return {
        "type": "scatter",
        "x": [across for _, across, _ in grid.cells],
        "y": [down for down, _, _ in grid.cells],
        "mode": "markers+text",
        "text": ["<br>".join(grid.texts(mark, metric)) for *_, mark in grid.cells],
        "textposition": "middle center",
        "textfont": {
            "color": [palette.text_on(grid.colour(mark)) for *_, mark in grid.cells],
            "size": 10 if grid.is_dense else 11,
        },
        "marker": {"size": 22, "symbol": "square", "opacity": 0},
        "customdata": [mark.row for *_, mark in grid.cells],
        "hovertext": [hover(mark, metric) for *_, mark in grid.cells],
        "hoverinfo": "text",
        "name": "slices",
    }
