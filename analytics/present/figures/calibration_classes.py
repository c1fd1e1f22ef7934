"""The figure of calibration class by class: mean score less observed share, with intervals."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, lines, shown
from analytics.present.marks.calibration import MAX_CLASSES
from analytics.present.marks.slices import SIGNIFICANT, tick_texts, ticks

_TITLE = "Of which class are scores too high or too low?"
_MAX_LABEL = 28
"""Characters of a class beside its dot."""
_MARKS = {
    "high": (palette.HIGHER, "triangle-down"),
    "low": (palette.LOWER, "triangle-up"),
    "": (palette.SAME, "circle"),
}
"""Colour and symbol by the side on which scores are, as in the reliability diagram."""
_ROW, _REST = 26, 130
"""Pixels of a class, and of the heading and the axis."""


def class_calibration(table: pl.DataFrame) -> go.Figure:
    """Draw mean score less observed share of each class with its interval, worst first, around a line where both agree.

    Parameters
    ----------
    table : DataFrame
        As `ClassCalibration.table`; at most the 12 most frequent classes are drawn, in its order. ``customdata`` of a dot is
        its row.
    """
    numbered = table.with_row_index("row").filter(pl.col("difference").is_not_null())
    frequent = numbered.sort(["n_pos", "row"], descending=[True, False]).head(MAX_CLASSES)
    drawn = frequent.sort("row").to_dicts()
    if not drawn:
        return empty(_TITLE, "No row has both a true class and a score for it.")
    places = list(range(len(drawn)))
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [row["difference"] for row in drawn],
        "y": places,
        "marker": {
            "size": 9,
            "color": [_MARKS[_side(row)][0] for row in drawn],
            "symbol": [_MARKS[_side(row)][1] for row in drawn],
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(row["difference_high"] or row["difference"]) - row["difference"] for row in drawn],
            "arrayminus": [row["difference"] - (row["difference_low"] or row["difference"]) for row in drawn],
            "color": palette.MUTED_TEXT,
            "thickness": 1.6,
            "width": 4,
        },
        "customdata": [row["row"] for row in drawn],
        "hovertext": [_hover(row) for row in drawn],
        "hoverinfo": "text",
        "showlegend": False,
    }
    ends = [row[name] or 0.0 for row in drawn for name in ("difference", "difference_low", "difference_high")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    pad = 0.06 * (high - low) or 0.01
    at = [value for value in ticks(low, high) if low - pad <= value <= high + pad]
    left = numbered.height - len(drawn)
    line = {"color": palette.LINE, "width": 1}
    layout = framed_layout(
        _TITLE,
        "▼ scores too high, ▲ too low, ● within chance; 95 % intervals"
        + (f"; {left:,} classes with fewer rows are in the table" if left else ""),
        height=_REST + _ROW * len(drawn),
        shapes=[{"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}],
        xaxis=axis(
            "Mean score less observed share, points",
            range=[low - pad, high + pad],
            **axis_ticks(at, tick_texts(at, is_share=True)),
        ),
        yaxis=axis(
            range=[len(drawn) - 0.4, -0.6],
            showgrid=False,
            **axis_ticks(places, [shown(words.value_label(row["class"]), _MAX_LABEL) for row in drawn]),
        ),
    )
    return go.Figure([dots], layout)


def _side(row: dict[str, Any]) -> str:
    """Say on which side the scores of a class are beyond chance, nothing where they are on none."""
    if row["p_adjusted"] is None or not row["p_adjusted"] < SIGNIFICANT:
        return ""
    return "high" if row["difference"] > 0 else "low"


def _hover(row: dict[str, Any]) -> str:
    """Say what a class's scores and its share are."""
    return lines(
        f"<b>{shown(words.value_label(row['class']))}</b>",
        words.points(row["difference"], row["difference_low"], row["difference_high"]),
        f"mean score {words.share(row['mean_score'])}, observed {words.share(row['observed'])}",
        f"{words.plural(row['n_pos'], 'row')} of {words.count(row['n'])}",
    )
