"""The figure of one ranking of slices: values with intervals against the whole cohort, and the rows behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import (
    MAX_TITLE,
    axis,
    axis_ticks,
    empty,
    framed_layout,
    legend_above,
    lines,
    shown,
)
from analytics.present.marks.slices import (
    MAX_CATEGORIES,
    VERDICT_WORDS,
    Mark,
    compared_words,
    has_base_rate,
    order_words,
    points_to,
    question_of,
    slice_marks,
    tick_texts,
    ticks,
    value_range,
)

_ROW_HEIGHT = 24
"""Pixels for a slice: a line of text with a gap."""
_VALUES_WIDTH = 0.74
"""Share of the width for the values; the bars of rows have the rest."""
MAX_LABEL = 28
"""Characters of a value beside its row: about a quarter of the figure's width."""


def slice_bars(table: pl.DataFrame, columns: Sequence[str], metric: str, overall: float | None = None) -> go.Figure:
    """Draw one point with its interval per slice, the line of the whole cohort, and bars of the rows beside.

    Parameters
    ----------
    table : DataFrame
        As `SliceAnswer.table`; its order is kept, and at most 60 slices are drawn.
    columns : sequence of str
        Names of the sliced columns.
    metric : str
        A metric of the table.
    overall : float or None
        Its value for the whole cohort.

    Returns
    -------
    Figure
        One trace per verdict; ``customdata`` of a point or bar is its row in ``table``.
    """
    by = " and ".join(shown(column, MAX_TITLE) for column in columns)
    title = f"{question_of(metric)} By {by}"
    marks = slice_marks(table, metric)
    if not any(mark.value is not None for mark in marks):
        return empty(title, f"{METRICS[metric].label} has no value: {METRICS[metric].undefined}.")
    points = [
        _drawn_points([mark for mark in marks if mark.verdict == verdict], metric, verdict) for verdict in VERDICT_WORDS
    ]
    left_out = len(table) - len(marks)
    cut = f"; the first {MAX_CATEGORIES} of {len(table)} slices" if left_out else ""
    is_explained = has_base_rate(table) and compared_words(metric) != "the rest"
    against = "what the base rate explains" if is_explained else "the rest"
    height = 166 + _ROW_HEIGHT * len(marks)
    layout = framed_layout(
        title,
        f"Colour: against {against}; {order_words(table, metric)}{cut}",
        height=height,
        margin={"t": 112},
        showlegend=True,
        legend={**legend_above(), "y": 1 + 18 / (height - 156)},
        **_axes(marks, metric, overall),
        **_overall_line(metric, overall),
    )
    return go.Figure([*[trace for trace in points if trace], _drawn_rows(marks)], layout)


def _drawn_points(marks: list[Mark], metric: str, verdict: str) -> dict[str, Any] | None:
    """Return the slices of one verdict with their intervals, None where there are none."""
    if not marks:
        return None
    known = [(mark.value or 0.0, mark.low, mark.high) for mark in marks]
    return {
        "type": "scatter",
        "x": [mark.value for mark in marks],
        "y": [mark.row for mark in marks],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [max(high - value, 0) if high is not None else 0 for value, _, high in known],
            "arrayminus": [max(value - low, 0) if low is not None else 0 for value, low, _ in known],
            "color": palette.VERDICTS[verdict],
            "thickness": 1.5,
            "width": 3,
        },
        "mode": "markers",
        "marker": {"symbol": _symbol(verdict, metric), "size": 10, "color": palette.VERDICTS[verdict]},
        "customdata": [mark.row for mark in marks],
        "hovertext": [hover(mark, metric) for mark in marks],
        "hoverinfo": "text",
        "name": VERDICT_WORDS[verdict],
    }


def _symbol(verdict: str, metric: str) -> str:
    """Return the marker of a verdict: a triangle that points to where the values lie.

    >>> _symbol("worse", "error_rate"), _symbol("worse", "recall"), _symbol("few", "recall")
    ('triangle-up', 'triangle-down', 'circle-open')
    """
    side = points_to(verdict, metric)
    return f"triangle-{side}" if side else "circle-open" if verdict == "few" else "circle"


def hover(mark: Mark, metric: str) -> str:
    """Say everything about a slice."""
    value = words.metric_interval(metric, mark.value, mark.low, mark.high)
    support = "" if mark.support == mark.n else f", {words.count(mark.support)} behind the metric"
    few = words.FEW_ROWS if mark.verdict == "few" else ""
    return lines(
        f"<b>{shown(mark.label)}</b>",
        f"{METRICS[metric].label} {value}",
        f"n {words.count(mark.n)}{support}",
        mark.note,
        few,
    )


def _drawn_rows(marks: list[Mark]) -> dict[str, Any]:
    """Return the bars of rows."""
    return {
        "type": "bar",
        "x": [mark.n for mark in marks],
        "y": [mark.row for mark in marks],
        "orientation": "h",
        "width": 0.62,
        "text": [f"{words.count(mark.n)}{f' {words.FEW_ROWS}' if mark.verdict == 'few' else ''}" for mark in marks],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": palette.faded(palette.SAME, 0.45), "line": {"width": 0}},
        "customdata": [mark.row for mark in marks],
        "hovertext": [f"<b>{shown(mark.label)}</b><br>n {words.count(mark.n)}" for mark in marks],
        "hoverinfo": "text",
        "showlegend": False,
        "name": "rows",
        "xaxis": "x2",
        "yaxis": "y2",
    }


def _axes(marks: list[Mark], metric: str, overall: float | None) -> dict[str, Any]:
    """Return ranges, ticks and titles: values at the left, rows at the right, slices down both."""
    low, high = value_range(marks, metric, overall)
    values = [value for value in ticks(low, high) if low <= value <= high]
    widest = max(mark.n for mark in marks)
    down: dict[str, Any] = {"range": [len(marks) - 0.4, -0.6], "showgrid": False}
    return {
        "xaxis": axis(
            f"{METRICS[metric].label}, 95 % interval",
            range=[low, high],
            domain=[0, _VALUES_WIDTH],
            anchor="y",
            **axis_ticks(values, tick_texts(values, is_share=METRICS[metric].is_share)),
        ),
        "xaxis2": axis(
            "Rows",
            range=[0, 1.9 * widest],
            domain=[_VALUES_WIDTH + 0.03, 1],
            anchor="y2",
            showticklabels=False,
            showgrid=False,
        ),
        "yaxis": axis(
            **down, **axis_ticks([mark.row for mark in marks], [shown(mark.label, MAX_LABEL) for mark in marks])
        ),
        "yaxis2": axis(**down, anchor="x2", matches="y", showticklabels=False),
    }


def _overall_line(metric: str, overall: float | None) -> dict[str, Any]:
    """Return the line of the whole cohort with its value."""
    if overall is None or not words.is_known(overall):
        return {}
    line = {"color": palette.LINE, "width": 1.5, "dash": "dash"}
    text = f"all {words.metric_text(metric, overall)}"
    return {
        "shapes": [{"type": "line", "x0": overall, "x1": overall, "y0": 0, "y1": 1, "yref": "y domain", "line": line}],
        "annotations": [{"x": overall, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "text": text}],
    }
