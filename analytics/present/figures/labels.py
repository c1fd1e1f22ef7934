"""The figures of late labels: a metric as it stands, as all labels will say and at most; and how fast labels come."""

from __future__ import annotations

from datetime import timedelta

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed, lines, stepped
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.marks.time import runs

_TITLE = "What will all labels say?"
_ARRIVAL = "How fast do labels come?"
_FEW_AGES = 12
"""Ages up to which each has a tick."""
_BEYOND = 1.05
"""How far a curve goes on behind its last step, as a multiple of the last age."""
_LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "1w": timedelta(weeks=1)}


def matured_figure(buckets: pl.DataFrame, metric: str, every: str) -> go.Figure:
    """Draw a metric over time: by the labels that are there, by all that will come with a band, and the bounds; below it what is
    still to come, hatched.

    Parameters
    ----------
    buckets : DataFrame
        ``bucket, n, n_labelled, to_come, naive, value, low, high, bound_low, bound_high, is_ripe, expected``.
    metric : str
        A name of the registry.
    every : str
        1h, 1d or 1w.
    """
    if buckets.is_empty():
        return empty(_TITLE, "No row has a time.")
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.74, 0.26])
    for low, high, colour, opacity in (
        ("bound_low", "bound_high", palette.NOT_YET_KNOWN, 0.35),
        ("low", "high", palette.SAME, 0.4),
    ):
        for run in runs(buckets.drop_nulls([low, high]), low):
            figure.add_scatter(
                x=pl.concat([run["bucket"], run["bucket"].reverse()]),
                y=pl.concat([run[high], run[low].reverse()]),
                mode="lines",
                line={"width": 0},
                fill="toself",
                fillcolor=palette.faded(colour, opacity),
                hoverinfo="skip",
                row=1,
                col=1,
            )
    _add_lines(figure, buckets, metric, every)
    coming = buckets.select(share=pl.col("to_come") / (pl.col("n_labelled") + pl.col("to_come")))["share"].fill_nan(
        None
    )
    figure.add_bar(
        x=buckets["bucket"],
        y=coming,
        hovertext=[
            lines(
                words.bucket_label(row["bucket"], every),
                f"{words.share(share)} still to come",
                f"n {words.count(row['n'])}",
            )
            for row, share in zip(buckets.iter_rows(named=True), coming, strict=True)
        ],
        hoverinfo="text",
        marker={"color": palette.NOT_YET_KNOWN, "line": {"width": 0}, "pattern": palette.HATCH},
        row=2,
        col=1,
    )
    unripe = buckets.filter(~pl.col("is_ripe"), pl.col("to_come") > 0)
    if unripe.height:
        half, first, last = _LENGTHS[every] / 2, unripe["bucket"][0], unripe["bucket"][-1]
        figure.add_vrect(
            x0=first - half,
            x1=last + half,
            fillcolor=palette.NOT_YET_KNOWN,
            opacity=0.15,
            line_width=0,
            row="all",
            col=1,
        )
    matured = "; line and band: by all that will come" if buckets["value"].drop_nulls().len() else ""
    subtitle = f"Dashed: by the labels that are there{matured}; light area: whatever they say"
    if buckets["expected"].drop_nulls().len():
        subtitle += "; dotted: by scores alone"
    framed(figure, _TITLE, subtitle, height=430, margin={"t": 80, "r": 24}, bargap=0.1)
    _set_axes(figure, buckets, metric)
    return figure


def _add_lines(figure: go.Figure, buckets: pl.DataFrame, metric: str, every: str) -> None:
    """Add the metric as it stands and as all labels will say."""
    texts = [
        lines(
            words.bucket_label(row["bucket"], every),
            f"By the labels that are there {words.metric_text(metric, row['naive'])}",
            f"By all labels {words.metric_interval(metric, row['value'], row['low'], row['high'])}",
            *([f"By scores alone {words.metric_text(metric, row['expected'])}"] if row["expected"] is not None else []),
            f"Whatever they say {words.metric_interval(metric, row['naive'], row['bound_low'], row['bound_high'])}",
            f"n {words.count(row['n'])}",
        )
        for row in buckets.iter_rows(named=True)
    ]
    lines_drawn = [("naive", "dash", palette.MUTED_TEXT), ("value", "solid", palette.TEXT)]
    if buckets["expected"].drop_nulls().len():
        lines_drawn.append(("expected", "dot", palette.TEXT))
    for name, dash, colour in lines_drawn:
        figure.add_scatter(
            x=buckets["bucket"],
            y=buckets[name],
            mode="lines+markers",
            connectgaps=False,
            hovertext=texts,
            hoverinfo="text",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 4},
            row=1,
            col=1,
        )


def _set_axes(figure: go.Figure, buckets: pl.DataFrame, metric: str) -> None:
    """Set the range from the bounds, and ticks as the metric is written."""
    drawn, bounds = (
        [value for name in names for value in buckets[name].drop_nulls()]
        for names in (("naive", "value", "low", "high", "expected"), ("bound_low", "bound_high"))
    )
    low, high = (min(drawn), max(drawn)) if drawn else (0.0, 1.0)
    span = high - low  # what is hardly known yet has bounds that would flatten all else
    low, high = max(min([low, *bounds]), low - span), min(max([high, *bounds]), high + span)
    room = max((high - low) * 0.06, 0.005)
    values = ticks(low - room, high + room, 5)
    texts = tick_texts(values, is_share=METRICS[metric].is_share)
    figure.update_yaxes(
        title_text=METRICS[metric].label,
        range=[low - room, high + room],
        fixedrange=True,
        **axis_ticks(values, texts),
        row=1,
        col=1,
    )
    shares = [0.0, 0.5, 1.0]
    figure.update_yaxes(
        title_text="Still to<br>come",
        range=[0, 1.02],
        fixedrange=True,
        **axis_ticks(shares, tick_texts(shares, is_share=True)),
        row=2,
        col=1,
    )
    figure.update_xaxes(showgrid=False)
    figure.update_xaxes(title_text="Time of the prediction", row=2, col=1)


def arrival_figure(curve: pl.DataFrame, unit: str) -> go.Figure:
    """Draw the share of rows that have a label by age with its band, and that of the labels of either class.

    Parameters
    ----------
    curve : DataFrame
        ``age, share, low, high, positive, negative``.
    unit : str
        What an age counts: 1h, 1d or 1w.
    """
    if curve.is_empty():
        return empty(_ARRIVAL, "No label says when it came.")
    figure, word = go.Figure(), words.BUCKETS[unit]
    end = max(float(curve["age"][-1]), 1.0) * _BEYOND
    ages = [*curve["age"], end]  # the last step is seen only where the line goes on behind it

    def drawn(name: str) -> list[float]:
        return [*curve[name], curve[name][-1]]

    (there_from, low), (_, high) = (stepped(ages, drawn(name)) for name in ("low", "high"))
    figure.add_scatter(
        x=[*there_from, *reversed(there_from)],  # with its steps laid out: on the way back a line would step otherwise
        y=[*high, *reversed(low)],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=palette.faded(palette.SAME, 0.25),
        hoverinfo="skip",
    )
    for name, label, colour, dash, along in (
        ("share", "All rows", palette.TEXT, "solid", 0.75),
        ("positive", "Positive", palette.OUTCOMES["tp"], "solid", 0.2),
        ("negative", "Negative", palette.OUTCOMES["tn"], "dash", 0.5),
    ):
        texts = [
            lines(label, f"{words.share(share)} there after {words.plural(age, word)}")
            for age, share in curve.select("age", name).rows()
        ]
        figure.add_scatter(
            x=ages,
            y=drawn(name),
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash, "shape": "hv"},
            hovertext=[*texts, texts[-1]],
            hoverinfo="text",
        )
        x = along * end
        there = curve.row(max(int((curve["age"] <= x).sum()) - 1, 0), named=True)
        others = [there[each] for each in ("share", "positive", "negative") if there[each] is not None and each != name]
        is_top = there[name] is not None and name != "share" and there[name] > max(others, default=1.0)
        figure.add_annotation(
            x=x,
            y=there[name],
            text=direct_label(label, colour),
            showarrow=False,
            xanchor="left",
            xshift=6,
            yshift=10 if is_top else -10,
        )
    framed(figure, _ARRIVAL, "Share of the rows, and of the labels of each class, that are there by age", height=430)
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    figure.update_yaxes(
        axis("Share that is there", range=[0, 1.02], **axis_ticks(shares, tick_texts(shares, is_share=True)))
    )
    figure.update_xaxes(
        axis(f"Age in {word}s", rangemode="tozero", **({"dtick": 1} if curve.height <= _FEW_AGES else {}))
    )
    return figure
