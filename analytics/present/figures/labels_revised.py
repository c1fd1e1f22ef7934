"""The figure of revised labels: a metric by the labels as first given, and by those known now, over time."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed, lines
from analytics.present.marks.slices import tick_texts, ticks

_TITLE = "What did revised labels change?"


def revised_figure(buckets: pl.DataFrame, metric: str, every: str) -> go.Figure:
    """Draw a metric over time by the labels as first given, dashed, and by those known now.

    Parameters
    ----------
    buckets : DataFrame
        ``bucket, n, n_revised, first, now``.
    metric : str
        A name of the registry.
    every : str
        1h, 1d, 1w or 1mo.
    """
    known = buckets.drop_nulls(["first", "now"])
    if known.is_empty():
        return empty(_TITLE, "No bucket of time has a label.")
    figure = go.Figure()
    texts = [
        lines(
            words.bucket_label(row["bucket"], every),
            f"As first given {words.metric_text(metric, row['first'])}",
            f"As known now {words.metric_text(metric, row['now'])}",
            f"{words.count(row['n_revised'])} of {words.count(row['n'])} revised",
        )
        for row in known.iter_rows(named=True)
    ]
    for name, label, dash, colour in (
        ("first", "As first given", "dash", palette.MUTED_TEXT),
        ("now", "As known now", "solid", palette.TEXT),
    ):
        figure.add_scatter(
            x=known["bucket"],
            y=known[name],
            mode="lines+markers",
            hovertext=texts,
            hoverinfo="text",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 4},
        )
        other = "now" if name == "first" else "first"
        is_upper = (known[name][-1], name) > (known[other][-1], other)
        figure.add_annotation(
            x=1,
            xref="paper",
            y=known[name][-1],
            text=direct_label(label, colour),
            showarrow=False,
            xanchor="left",
            xshift=8,
            yshift=9 if is_upper else -9,
        )
    framed(
        figure, _TITLE, "Dashed: by the labels as first given; line: by those known now", height=430, margin={"r": 120}
    )
    drawn = [*known["first"], *known["now"]]
    room = max((max(drawn) - min(drawn)) * 0.1, 0.005)
    low, high = min(drawn) - room, max(drawn) + room
    values = ticks(low, high, 5)
    tick_names = tick_texts(values, is_share=METRICS[metric].is_share)
    figure.update_yaxes(axis(METRICS[metric].label, range=[low, high], **axis_ticks(values, tick_names)))
    figure.update_xaxes(axis("Time of the prediction"))
    return figure
