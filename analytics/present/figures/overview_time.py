"""The figure of time lines: rates and the share not known yet on one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed_layout, lines, unripe_shade
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.marks.time import runs, timeline

_TITLE = "How did it go over time?"
_RATES = ("selection_rate", "prevalence")
"""Drawn below the error rate where rows are of two classes."""
_APART = 0.2
"""Lines that end so far apart need no care for their names."""
_HEIGHTS = {1: 300, 2: 400, 3: 500}
"""Pixels, by the number of axes one under the other."""
_BETWEEN = 0.07
"""Part of the height between two axes: room for nothing but air, as the axis of time is said once."""
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
    axes = [
        _Axis("Error rate", ("error_rate", "error_rate_high"), 0.66),
        *([] if is_right_or_wrong else [_Axis("Share of rows", _RATES, 0.57)]),
        *([_Axis("Not known<br>yet", ("share_unlabelled",), 0.34)] if is_open else []),
    ]
    last = len(axes)
    metrics = (("error_rate", 1), *(() if is_right_or_wrong else ((name, 2) for name in _RATES)))
    traces = [
        *_band(table),
        *(_line(table, name, every, place) for name, place in metrics),
        *([] if matured is None else [_matured(matured, every)]),
        *([_open(table, every, last)] if is_open else []),
    ]
    most = 0.0 if matured is None else float(matured["high"].max() or 0.0)  # type: ignore[arg-type]
    end = table["bucket"][-1]
    is_shaded = unripe_from is not None and unripe_from <= end
    layout = framed_layout(
        _TITLE,
        f"One point per {unit}; the band is the 95 % interval of the error rate{f' of {rows}' if rows else ''}",
        height=_HEIGHTS[last],
        margin={"t": 80, "r": 96},
        dragmode="zoom",
        bargap=0.1,
        annotations=[_name(table, name, place) for name, place in metrics if len(table[name].drop_nulls())],
        shapes=[
            unripe_shade(unripe_from, end, xref=on["xaxis"], yref=f"{on['yaxis']} domain")
            for on in (map(_on, range(1, last + 1)) if is_shaded else ())
        ],
        **_axes(axes, table, most),
    )
    return go.Figure(traces, layout)


@dataclass(frozen=True)
class _Axis:
    """One of the axes one under the other: its title, the columns it must hold, and its part of the height."""

    title: str
    names: tuple[str, ...]
    height: float


def _on(place: int) -> dict[str, str]:
    """Return the axes of a trace, counted from the top."""
    number = "" if place == 1 else str(place)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _open(table: pl.DataFrame, every: str, place: int) -> dict[str, Any]:
    """Return the share whose label is not known yet."""
    return {
        "type": "bar",
        "x": table["bucket"],
        "y": table["share_unlabelled"],
        "customdata": table["row"].to_list(),
        "hovertext": [
            lines(
                words.bucket_label(row["bucket"], every),
                f"{words.NOT_YET_KNOWN} {words.share(row['share_unlabelled'])}",
                f"n {words.count(row['n'])}",
            )
            for row in table.iter_rows(named=True)
        ],
        "hoverinfo": "text",
        "name": words.NOT_YET_KNOWN,
        "marker": {"color": palette.NOT_YET_KNOWN, "line": {"width": 0}, "pattern": palette.HATCH},
        **_on(place),
    }


def _band(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the interval of the error rate, one shape per run without a gap."""
    return [
        {
            "type": "scatter",
            "x": pl.concat([run["bucket"], run["bucket"].reverse()]),
            "y": pl.concat([run["error_rate_high"], run["error_rate_low"].reverse()]),
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": palette.faded(palette.SAME, 0.25),
            "hoverinfo": "skip",
            "showlegend": False,
            **_on(1),
        }
        for run in runs(table, "error_rate_low")
    ]


def _line(table: pl.DataFrame, name: str, every: str, place: int) -> dict[str, Any]:
    """Return the line of a metric."""
    label = METRICS[name].label
    return {
        "type": "scatter",
        "x": table["bucket"],
        "y": table[name],
        "customdata": table["row"].to_list(),
        "mode": "lines+markers",
        "connectgaps": False,
        "hovertext": [
            lines(
                words.bucket_label(row["bucket"], every),
                f"{label} {words.metric_interval(name, row[name], row[f'{name}_low'], row[f'{name}_high'])}",
                f"n {words.count(row['n'])}",
            )
            for row in table.iter_rows(named=True)
        ],
        "name": label,
        "hoverinfo": "text",
        "line": {"color": palette.RATES[name], "width": 2, "dash": "dash" if name == "selection_rate" else "solid"},
        "marker": {"size": 5 if len(table) <= _MANY else 3},
        **_on(place),
    }


def _name(table: pl.DataFrame, name: str, place: int) -> dict[str, Any]:
    """Return the name of a metric at the end of its line."""
    on = _on(place)
    return {
        "x": table["bucket"][-1],
        "y": table[name].drop_nulls()[-1],
        "text": direct_label(METRICS[name].label.replace(" ", "<br>", 1), palette.RATES[name]),
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "align": "left",
        "yshift": _side_of(table, name),
        "xref": on["xaxis"],
        "yref": on["yaxis"],
    }


def _matured(matured: pl.DataFrame, every: str) -> dict[str, Any]:
    """Return the error rate as all labels will say."""
    return {
        "type": "scatter",
        "x": matured["bucket"],
        "y": matured["value"],
        "mode": "markers",
        "marker": {"symbol": "circle-open", "size": 9, "color": palette.TEXT},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (matured["high"] - matured["value"]).to_list(),
            "arrayminus": (matured["value"] - matured["low"]).to_list(),
            "thickness": 1.4,
            "width": 4,
            "color": palette.TEXT,
        },
        "hovertext": [
            lines(
                words.bucket_label(row["bucket"], every),
                f"As all labels will say {words.metric_interval('error_rate', row['value'], row['low'], row['high'])}",
            )
            for row in matured.iter_rows(named=True)
        ],
        "hoverinfo": "text",
        "name": "as all labels will say",
        **_on(1),
    }


def _side_of(table: pl.DataFrame, name: str) -> int:
    """Shift a label away from that of the other line of its row."""
    pairs = {"selection_rate": "prevalence", "prevalence": "selection_rate"}
    if name not in pairs:
        return 0
    own, other = table[name].drop_nulls(), table[pairs[name]].drop_nulls()
    if own.is_empty() or other.is_empty() or abs(own[-1] - other[-1]) > _APART:
        return 0
    return 13 if (own[-1], name) > (other[-1], pairs[name]) else -13


def _axes(axes: Sequence[_Axis], table: pl.DataFrame, most: float) -> dict[str, Any]:
    """Return axes of time one under the other, their ranges from zero, ticks as percentages; the last one is named."""
    drawn: dict[str, Any] = {}
    part = (1 - _BETWEEN * (len(axes) - 1)) / sum(each.height for each in axes)
    top = 1.0
    for place, each in enumerate(axes, start=1):
        is_last = place == len(axes)
        bottom = 0.0 if is_last else top - each.height * part
        shown = [value for name in each.names for value in table[name].drop_nulls()] + ([most] if place == 1 else [])
        most_shown = min(max([*shown, 0.01]) * 1.08, 1.02)
        values = ticks(0, most_shown, 2 if each.names == ("share_unlabelled",) else 4)
        x, y = _on(place).values()
        number = x[1:]
        drawn[f"yaxis{number}"] = axis(
            each.title,
            anchor=x,
            domain=[bottom, top],
            range=[0, most_shown],
            **axis_ticks(values, tick_texts(values, is_share=True)),
        )
        shared = {} if is_last else {"matches": f"x{len(axes)}", "showticklabels": False}
        drawn[f"xaxis{number}"] = axis(
            "Time" if is_last else "", anchor=y, domain=[0.0, 1.0], showgrid=False, **{"fixedrange": False, **shared}
        )
        top = bottom - _BETWEEN
    return drawn
