"""The figure of repeated inputs: how often several answers to one input are all right, and how often one of them is."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, lines
from analytics.present.marks.slices import tick_texts, ticks

_LINES = (
    ("any_right", "one is right", palette.SAME),
    ("all_right", "all are right", palette.PRODUCTION),
)


def pass_figure(passes: pl.DataFrame) -> go.Figure:
    """Draw how often k answers to one input are all right, and at least one of them is, with intervals.

    Parameters
    ----------
    passes : DataFrame
        ``k, n_inputs, all_right, any_right`` with ``_low`` and ``_high``.
    """
    title = "How often are several answers all right?"
    if passes.is_empty():
        return empty(title, "It is not known which answers are right.")
    marks = []
    for name, label, colour in _LINES:
        low, high = (passes[f"{name}_{end}"].fill_nan(None) for end in ("low", "high"))
        value = passes[name]
        marks.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "x": passes["k"].to_list(),
                "y": value.to_list(),
                "line": {"color": colour, "width": 2},
                "marker": {"size": 8},
                "text": [*[""] * (passes.height - 1), label],
                "textposition": "top left" if passes.height > 1 else "top center",
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (high - value).fill_null(0.0).to_list(),
                    "arrayminus": (value - low).fill_null(0.0).to_list(),
                    "thickness": 1.4,
                    "width": 4,
                },
                "hovertext": [
                    lines(
                        f"<b>{row['k']} answers, {label}</b>",
                        words.metric_interval("accuracy", row[name], row[f"{name}_low"], row[f"{name}_high"]),
                        words.plural(row["n_inputs"], "input"),
                    )
                    for row in passes.iter_rows(named=True)
                ],
                "hoverinfo": "text",
            }
        )
    shares = ticks(0.0, 1.0)
    layout = framed_layout(
        title,
        "Of as many answers to one input as below; lines are 95 % intervals with the input as the unit",
        height=340,
        showlegend=False,
        xaxis=axis("Answers to one input", tickmode="array", tickvals=passes["k"].to_list()),
        yaxis=axis("Share of the inputs", range=[-0.02, 1.05], **axis_ticks(shares, tick_texts(shares, is_share=True))),
    )
    return go.Figure({"data": marks, "layout": layout})
