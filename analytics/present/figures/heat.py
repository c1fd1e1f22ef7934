"""The figure of slices by two columns: the metric as colour, rows in the cells."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.bars import MAX_LABEL, hover
from analytics.present.figures.frame import MAX_TITLE, axis_ticks, empty, framed, shown
from analytics.present.heat_grid import HeatGrid, heat_grid
from analytics.present.marks import Mark, question_of, tick_texts, ticks

MAX_WRITTEN_ACROSS = 9
CELL_HEIGHT = 38
LOW_CELL_HEIGHT = 22


def slice_heat_map(table: pl.DataFrame, columns: Sequence[str], metric: str, overall: float | None = None) -> go.Figure:
    """Draw two sliced columns as a grid whose colours tell the metric apart from the overall value.

    Parameters
    ----------
    table : DataFrame
        As `SliceAnswer.table` of two columns. At most 40 values down and 24 across are drawn, those with the most
        excess errors.
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
    is_written = len(grid.across) <= MAX_WRITTEN_ACROSS
    figure = go.Figure()
    add_colours(figure, grid, metric)
    add_texts(figure, grid, metric, is_written=is_written)
    height = 140 + (CELL_HEIGHT if is_written else LOW_CELL_HEIGHT) * len(grid.down)
    framed(figure, title, subtitle_of(grid, metric, overall, is_written=is_written), height=max(height, 240))
    across, down = ([shown(words.value_label(v), MAX_LABEL) for v in side] for side in (grid.across, grid.down))
    figure.update_xaxes(title_text=shown(columns[1], MAX_TITLE), range=[-0.5, len(across) - 0.5], fixedrange=True,
                        showgrid=False, **axis_ticks(range(len(across)), across))  # fmt: skip
    figure.update_yaxes(title_text=shown(columns[0], MAX_TITLE), range=[len(down) - 0.5, -0.5], fixedrange=True,
                        showgrid=False, **axis_ticks(range(len(down)), down))  # fmt: skip
    return figure


def subtitle_of(grid: HeatGrid, metric: str, overall: float | None, *, is_written: bool) -> str:
    """Say what colours and texts mean, and what is not shown."""
    parts = ["grey: few rows"] if any(mark.verdict == "few" for *_, mark in grid.cells) else []
    if overall is not None:
        parts.insert(0, f"Middle colour: all rows, {words.metric_text(metric, overall)}")
    if not is_written:
        parts.append("rows on hover")
    if grid.left_down or grid.left_across:
        sides = ((len(grid.down), grid.left_down, "down"), (len(grid.across), grid.left_across, "across"))
        kept = ", ".join(f"{n} of {n + left} {side}" for n, left, side in sides)
        parts.append(f"only the most excess errors: {kept}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def add_colours(figure: go.Figure, grid: HeatGrid, metric: str) -> None:
    """Add the cells: those with few rows in flat grey behind those with enough."""
    below, above = palette.ends(grid.direction)
    values: list[list[float | None]] = [[None] * len(grid.across) for _ in grid.down]
    few: list[list[float | None]] = [[None] * len(grid.across) for _ in grid.down]
    for down, across, mark in grid.cells:
        is_flat = mark.verdict == "few" or mark.value is None
        (few if is_flat else values)[down][across] = 1.0 if is_flat else mark.value
    low, high = grid.middle - grid.reach, grid.middle + grid.reach
    places = [value for value in ticks(low, high, 4) if low <= value <= high]
    limits = METRICS[metric]
    places = [value for value in places if limits.low <= value <= limits.high]
    figure.add_heatmap(
        z=values, zmin=low, zmax=high, xgap=2, ygap=2, hoverinfo="skip",
        colorscale=[[0, below], [0.5, palette.MIDDLE], [1, above]],
        colorbar={"title": {"text": METRICS[metric].label, "side": "top"}, "thickness": 12, "outlinewidth": 0,
                  **axis_ticks(places, tick_texts(places, is_share=limits.is_share))},
    )  # fmt: skip
    flat = [[0, palette.FEW_ROWS], [1, palette.FEW_ROWS]]
    figure.add_heatmap(z=few, colorscale=flat, showscale=False, xgap=2, ygap=2, hoverinfo="skip")


def add_texts(figure: go.Figure, grid: HeatGrid, metric: str, *, is_written: bool) -> None:
    """Add texts, hovers and the places that a click maps back to slices."""
    figure.add_scatter(
        x=[across for _, across, _ in grid.cells],
        y=[down for down, _, _ in grid.cells],
        mode="markers+text" if is_written else "markers",
        text=[cell_text(mark, metric) for *_, mark in grid.cells],
        textposition="middle center",
        textfont={"color": [palette.text_on(grid.colour(mark)) for *_, mark in grid.cells], "size": 11},
        marker={"size": 22, "symbol": "square", "opacity": 0},
        customdata=[mark.row for *_, mark in grid.cells],
        hovertext=[hover(mark, metric) for *_, mark in grid.cells],
        hoverinfo="text",
        name="slices",
    )


def cell_text(mark: Mark, metric: str) -> str:
    """Say a cell's value and rows; where rows are few, only how many there are."""
    n = f"n {words.count(mark.n)}"
    return f"{words.FEW_ROWS}<br>{n}" if mark.verdict == "few" else f"{words.metric_text(metric, mark.value)}<br>{n}"
