"""The figure of predicted against true numbers."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import MAX_TITLE, axis, empty, framed_layout, lines, shown

_TITLE = "Does a predicted number turn out to be true?"


def number_diagram(bins: pl.DataFrame, predicted: str, true: str) -> go.Figure:
    """Draw the mean true number over the mean predicted one, bin by bin, with intervals and the line on which both agree.

    Parameters
    ----------
    bins : DataFrame
        As `NumberBins.bins`. ``customdata`` of a point is its row.
    predicted, true : str
        The columns, for the axes.
    """
    if bins.is_empty():
        return empty(_TITLE, "No row has both a predicted and a true number.")
    table = bins.with_columns(
        up=(pl.col("mean_true_high") - pl.col("mean_true")).fill_null(0.0),
        down=(pl.col("mean_true") - pl.col("mean_true_low")).fill_null(0.0),
    )
    ends = [value for name in ("mean_predicted", "mean_true") for value in table[name]]
    span = [min(ends), max(ends)]
    texts = [
        lines(
            f"predicted {words.number(row['mean_predicted'], 2)}",
            f"true {words.number(row['mean_true'], 2)}",
            f"n {words.count(row['n'])}",
        )
        for row in table.iter_rows(named=True)
    ]
    diagonal = {"type": "scatter", "x": span, "y": span, "mode": "lines", "hoverinfo": "skip"}
    points = {
        "type": "scatter",
        "x": table["mean_predicted"].to_list(),
        "y": table["mean_true"].to_list(),
        "mode": "markers",
        "marker": {"size": 9, "color": palette.TEXT},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": table["up"].to_list(),
            "arrayminus": table["down"].to_list(),
        },
        "customdata": list(range(table.height)),
        "hovertext": texts,
        "hoverinfo": "text",
    }
    layout = framed_layout(
        _TITLE,
        "Mean of each bin of the predicted number, with 95 % intervals; below the line predicted numbers are too high",
        height=440,
        margin={"t": 84},
        xaxis=axis(f"Mean of {shown(predicted, MAX_TITLE)}"),
        yaxis=axis(f"Mean of {shown(true, MAX_TITLE)}"),
    )
    return go.Figure([{**diagonal, "line": {"color": palette.LINE, "dash": "dash"}}, points], layout)
