"""The figure of time lines: rates and the share not known yet on one axis of time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis_ticks, direct_label, empty, framed, lines
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.marks.time import runs, timeline

_TITLE = "How did it go over time?"
_RATES = ("selection_rate", "prevalence")
"""Drawn below the error rate where rows are of two classes."""
_APART = 0.2
"""Lines that end so far apart need no care for their names."""
_HEIGHTS = {1: 300, 2: 400, 3: 500}
"""Pixels, by the number of axes one under the other."""
_MANY = 60
"""Up to so many buckets each point is marked."""


def trend(
    trend_table: pl.DataFrame,
    every: str,
    unripe_from: datetime | None = None,
    *,
    is_right_or_wrong: bool = False,
    rows: str = "",
    matured: pl.DataFrame | None = None,
) -> go.Figure:
    """Draw the error rate with its band, selection rate and prevalence, and the share not known yet, on one axis.

    Parameters
    ----------
    trend_table : DataFrame
        As `Overview.trend`.
    every : str
        1h, 1d, 1w or 1mo. A bucket without rows or without a value is a gap. ``customdata`` of a point is its row.
    unripe_from : datetime, optional
        From when on rows are too young for their labels to be there: what is drawn of them is shaded.
    is_right_or_wrong : bool
        Whether rows are of no class: then there is neither a selection rate nor a prevalence.
    rows : str
        Whose error rate it is, after "of", where that is not all rows.
    matured : DataFrame, optional
        ``bucket, value, low, high`` of the error rate as all labels will say, of buckets that are not ripe.
    """
    table = timeline(trend_table, every)
    unit = words.BUCKETS[every]
    if table.is_empty():
        return empty(_TITLE, "No row has a time.")
    is_open = bool((table["share_unlabelled"] > 0).any())
    heights = [0.66, *([] if is_right_or_wrong else [0.57]), *([0.34] if is_open else [])]
    last = len(heights)
    figure = make_subplots(rows=last, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=heights)
    _add_band(figure, table)
    _add_line(figure, table, "error_rate", every, 1)
    if matured is not None:
        _add_matured(figure, matured, every)
    for name in () if is_right_or_wrong else _RATES:
        _add_line(figure, table, name, every, 2)
    if is_open:
        _add_open(figure, table, every, last)
    framed(
        figure,
        _TITLE,
        f"One point per {unit}; the band is the 95 % interval of the error rate{f' of {rows}' if rows else ''}",
        height=_HEIGHTS[last],
        margin={"t": 80, "r": 96},
        dragmode="zoom",
        bargap=0.1,
    )
    most = 0.0 if matured is None else float(matured["high"].max() or 0.0)  # type: ignore[arg-type]
    _set_axes(figure, table, most, is_right_or_wrong=is_right_or_wrong, is_open=is_open)
    end = table["bucket"][-1]
    if unripe_from is not None and unripe_from <= end:
        shade = {"fillcolor": palette.NOT_YET_KNOWN, "opacity": 0.2, "line_width": 0}
        figure.add_vrect(x0=unripe_from, x1=end, row="all", col=1, **shade)
    return figure


def _add_open(figure: go.Figure, table: pl.DataFrame, every: str, place: int) -> None:
    """Add the share whose label is not known yet."""
    figure.add_bar(
        x=table["bucket"],
        y=table["share_unlabelled"],
        customdata=table["row"].to_list(),
        hovertext=[
            lines(
                words.bucket_label(row["bucket"], every),
                f"{words.NOT_YET_KNOWN} {words.share(row['share_unlabelled'])}",
                f"n {words.count(row['n'])}",
            )
            for row in table.iter_rows(named=True)
        ],
        hoverinfo="text",
        name=words.NOT_YET_KNOWN,
        marker={
            "color": palette.NOT_YET_KNOWN,
            "line": {"width": 0},
            "pattern": palette.HATCH,
        },
        row=place,
        col=1,
    )


def _add_band(figure: go.Figure, table: pl.DataFrame) -> None:
    """Add the interval of the error rate, one shape per run without a gap."""
    for run in runs(table, "error_rate_low"):
        ends = pl.concat([run["error_rate_high"], run["error_rate_low"].reverse()])
        figure.add_scatter(
            x=pl.concat([run["bucket"], run["bucket"].reverse()]),
            y=ends,
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=palette.faded(palette.SAME, 0.25),
            hoverinfo="skip",
            showlegend=False,
            row=1,
            col=1,
        )


def _add_line(figure: go.Figure, table: pl.DataFrame, name: str, every: str, place: int) -> None:
    """Add the line of a metric and its name at the end."""
    label = METRICS[name].label
    texts = [
        lines(
            words.bucket_label(row["bucket"], every),
            f"{label} {words.metric_interval(name, row[name], row[f'{name}_low'], row[f'{name}_high'])}",
            f"n {words.count(row['n'])}",
        )
        for row in table.iter_rows(named=True)
    ]
    figure.add_scatter(
        x=table["bucket"],
        y=table[name],
        customdata=table["row"].to_list(),
        mode="lines+markers",
        connectgaps=False,
        hovertext=texts,
        name=label,
        hoverinfo="text",
        line={"color": palette.RATES[name], "width": 2, "dash": "dash" if name == "selection_rate" else "solid"},
        marker={"size": 5 if len(table) <= _MANY else 3},
        row=place,
        col=1,
    )
    known = table.drop_nulls(name)
    if known.is_empty():
        return
    figure.add_annotation(
        x=table["bucket"][-1],
        y=known[name][-1],
        text=direct_label(label.replace(" ", "<br>", 1), palette.RATES[name]),
        showarrow=False,
        xanchor="left",
        xshift=8,
        align="left",
        yshift=_side_of(table, name),
        row=place,
        col=1,
    )


def _add_matured(figure: go.Figure, matured: pl.DataFrame, every: str) -> None:
    """Add the error rate as all labels will say."""
    figure.add_scatter(
        x=matured["bucket"],
        y=matured["value"],
        mode="markers",
        marker={"symbol": "circle-open", "size": 9, "color": palette.TEXT},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (matured["high"] - matured["value"]).to_list(),
            "arrayminus": (matured["value"] - matured["low"]).to_list(),
            "thickness": 1.4,
            "width": 4,
            "color": palette.TEXT,
        },
        hovertext=[
            lines(
                words.bucket_label(row["bucket"], every),
                f"As all labels will say {words.metric_interval('error_rate', row['value'], row['low'], row['high'])}",
            )
            for row in matured.iter_rows(named=True)
        ],
        hoverinfo="text",
        name="as all labels will say",
        row=1,
        col=1,
    )


def _side_of(table: pl.DataFrame, name: str) -> int:
    """Shift a label away from that of the other line of its row."""
    pairs = {"selection_rate": "prevalence", "prevalence": "selection_rate"}
    if name not in pairs:
        return 0
    own, other = table[name].drop_nulls(), table[pairs[name]].drop_nulls()
    if own.is_empty() or other.is_empty() or abs(own[-1] - other[-1]) > _APART:
        return 0
    return 13 if (own[-1], name) > (other[-1], pairs[name]) else -13


def _set_axes(figure: go.Figure, table: pl.DataFrame, most: float, *, is_right_or_wrong: bool, is_open: bool) -> None:
    """Set ranges from zero, ticks as percentages and the titles of the axes."""
    axes = [
        ("Error rate", ("error_rate", "error_rate_high")),
        *([] if is_right_or_wrong else [("Share of rows", _RATES)]),
        *([("Not known<br>yet", ("share_unlabelled",))] if is_open else []),
    ]
    last = len(axes)
    for place, (title, names) in enumerate(axes, start=1):
        shown = [value for name in names for value in table[name].drop_nulls()] + ([most] if place == 1 else [])
        top = min(max([*shown, 0.01]) * 1.08, 1.02)
        values = ticks(0, top, 2 if names == ("share_unlabelled",) else 4)
        fixed: dict[str, Any] = {"range": [0, top], "fixedrange": True}
        figure.update_yaxes(
            title_text=title, **axis_ticks(values, tick_texts(values, is_share=True)), **fixed, row=place, col=1
        )
    figure.update_xaxes(showgrid=False)
    figure.update_xaxes(title_text="Time", row=last, col=1)
