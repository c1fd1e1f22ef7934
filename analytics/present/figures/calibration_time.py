"""Calibration over time: mean score and observed rate, their difference below, and where it broke."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed_layout, lines, unripe_shade
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.marks.time import runs, timeline

_LINES = (("mean_score", "Mean score", palette.MUTED_TEXT), ("observed", "Observed rate", palette.TEXT))


def calibration_trend(
    table: pl.DataFrame, every: str, broke: datetime | None, unripe_from: datetime | None = None
) -> go.Figure:
    """Draw mean score and observed rate over time, the difference with its band below, and the break as a line.

    Parameters
    ----------
    table : DataFrame
        As `CalibrationTime.table`.
    every : str
        1h, 1d, 1w or 1mo.
    broke : datetime or None
        The bucket from which calibration is another one.
    unripe_from : datetime, optional
        From when on labels still come in: what is drawn of these rows is shaded.
    """
    title = "Since when are scores off?"
    full = timeline(table, every)
    known = full.drop_nulls("difference")
    if known.is_empty():
        return empty(title, "No row with a time has both a label and a score.")
    traces = [_line(full, name, label, colour, every) for name, label, colour in _LINES]
    traces += [*_band(full), _difference(full, every)]
    layout = framed_layout(
        title,
        f"By {words.BUCKETS[every]}; above 0 the scores are too high; the band is the 95 % interval",
        height=440,
        margin={"t": 84, "r": 104},
        xaxis=axis("Time", anchor="y2", showgrid=False),
        yaxis=axis("Share of rows", domain=[0.5, 1], **_share_scale(known, ("mean_score", "observed"))),
        yaxis2=axis(
            "Mean score<br>less observed",
            domain=[0, 0.42],
            **_share_scale(known, ("difference", "difference_low", "difference_high")),
        ),
        annotations=_labels(full, known, broke, every),
        shapes=[*_shade(full, unripe_from), *_shapes(broke)],
    )
    return go.Figure(traces, layout)


def _line(table: pl.DataFrame, name: str, label: str, colour: str, every: str) -> dict[str, Any]:
    """Return a line of shares."""
    texts = [
        lines(
            words.bucket_label(row["bucket"], every), f"{label} {words.share(row[name])}", f"n {words.count(row['n'])}"
        )
        for row in table.iter_rows(named=True)
    ]
    return {
        "type": "scatter",
        "x": table["bucket"].to_list(),
        "y": table[name].to_list(),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2, "dash": "dash" if colour == palette.MUTED_TEXT else "solid"},
        "marker": {"size": 4},
        "hovertext": texts,
        "hoverinfo": "text",
        "name": label,
        "customdata": table["row"].to_list(),
        "connectgaps": False,
    }


def _difference(table: pl.DataFrame, every: str) -> dict[str, Any]:
    """Return the line of the difference."""
    texts = [
        lines(
            words.bucket_label(row["bucket"], every),
            words.points(row["difference"], row["difference_low"], row["difference_high"]),
            f"n {words.count(row['n'])}",
        )
        for row in table.iter_rows(named=True)
    ]
    return {
        "type": "scatter",
        "x": table["bucket"].to_list(),
        "y": table["difference"].to_list(),
        "yaxis": "y2",
        "mode": "lines+markers",
        "line": {"color": palette.TEXT, "width": 2},
        "marker": {"size": 4},
        "hovertext": texts,
        "hoverinfo": "text",
        "name": "Difference",
        "connectgaps": False,
    }


def _band(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the interval of the difference, one shape per run without a gap."""
    found = []
    for run in runs(table, "difference_low"):
        x, low, high = (run[name].to_list() for name in ("bucket", "difference_low", "difference_high"))
        found.append(
            {
                "type": "scatter",
                "x": [*x, *reversed(x)],
                "y": [*high, *reversed(low)],
                "yaxis": "y2",
                "mode": "lines",
                "line": {"width": 0},
                "fill": "toself",
                "hoverinfo": "skip",
                "fillcolor": palette.faded(palette.SAME, 0.25),
            }
        )
    return found


def _share_scale(table: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Return range and ticks that show all values and zero."""
    values = [0.0, *[value for name in names for value in table[name].drop_nulls()]]
    low, high = min(values), max(values)
    pad = 0.08 * max(high - low, 0.01)
    span = (low - pad if low < 0 else 0.0, high + pad)
    places = ticks(*span, 4)
    return {
        "range": list(span),
        **axis_ticks(places, tick_texts(places, is_share=True)),
        "zeroline": True,
        "zerolinecolor": palette.LINE,
    }


def _labels(full: pl.DataFrame, known: pl.DataFrame, broke: datetime | None, every: str) -> list[dict[str, Any]]:
    """Return the names at the ends of the lines, apart from each other, and that of the break."""
    last = known.row(-1, named=True)
    is_higher = last["mean_score"] >= last["observed"]
    found = [
        {
            "text": direct_label(label, colour),
            "x": full["bucket"][-1],
            "y": last[name],
            "xanchor": "left",
            "xshift": 8,
            "showarrow": False,
            "yshift": 9 if (name == "mean_score") == is_higher else -9,
        }
        for name, label, colour in _LINES
    ]
    if broke is not None:
        found.append(
            {
                "text": f"breaks {words.bucket_label(broke, every)}",
                "x": broke,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "center",
                "showarrow": False,
            }
        )
    return found


def _shade(full: pl.DataFrame, unripe_from: datetime | None) -> list[dict[str, Any]]:
    """Return the shade of rows whose labels still come in."""
    if unripe_from is None or unripe_from > full["bucket"][-1]:
        return []
    return [unripe_shade(unripe_from, full["bucket"][-1])]


def _shapes(broke: datetime | None) -> list[dict[str, Any]]:
    """Return the line of the break through both rows."""
    if broke is None:
        return []
    return [
        {
            "type": "line",
            "x0": broke,
            "x1": broke,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": palette.LINE, "dash": "dash", "width": 1.5},
        }
    ]
