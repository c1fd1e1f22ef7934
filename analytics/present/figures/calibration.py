"""The reliability diagram of a cohort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import (
    axis,
    axis_counts,
    axis_ticks,
    empty,
    framed_layout,
    legend_above,
    lines,
)
from analytics.present.marks.calibration import side_of
from analytics.present.marks.slices import tick_texts, ticks

_SIDES = {
    "over": ("too high", palette.HIGHER, "triangle-down"),
    "under": ("too low", palette.LOWER, "triangle-up"),
    "same": ("within interval", palette.SAME, "circle"),
}
_NEAREST = 1e-4
"""Probability that the log-odds scale ends at, on both sides, as 0 and 1 have no place there. A judgement."""
_ODDS_TICKS = (0.0001, 0.001, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 0.999, 0.9999)
"""Probabilities that may be ticks of the log-odds scale: symmetric around a half, far enough from each other to be
read."""
_Place = Callable[[float | None], float | None]


def _log_odds(p: float | None) -> float | None:
    """Return where a probability stands on the log-odds scale, which ends at 1 in 10,000."""
    if p is None:
        return None
    clipped = min(max(p, _NEAREST), 1 - _NEAREST)
    return log(clipped / (1 - clipped))


def plainly(p: float | None) -> float | None:
    """Return where a probability stands on a plain scale."""
    return p


def reliability_diagram(
    bins: pl.DataFrame,
    isotonic: pl.DataFrame,
    histogram: pl.DataFrame,
    *,
    is_probability: bool,
    in_log_odds: bool = False,
) -> go.Figure:
    """Draw observed rates over mean scores with intervals, the bin-free curve behind them, and rows by score below.

    Parameters
    ----------
    bins, isotonic, histogram : DataFrame
        As in `Calibration`. ``customdata`` of a point is its row in ``bins``.
    is_probability : bool
        Without, there is no diagonal: the scores have no meaning of their own.
    in_log_odds : bool
        Draw both axes as log-odds, which spreads rare positives out.
    """
    title = "Does a score of 0.8 mean 80 %?" if is_probability else "Which rate does a score stand for?"
    held = bins.with_row_index("row").filter(pl.col("n") > 0)
    if held.is_empty():
        return empty(title, "No row has both a label and a score.")
    place: _Place = _log_odds if in_log_odds else plainly
    span = limits(bins, isotonic, place=place)
    rows = _rows_below(histogram, place)
    traces = [
        *_curve(isotonic, place),
        *points(held, place, is_probability=is_probability),
        *empty_bins(bins, place, span[0] if is_probability else 0.0),
        rows,
    ]
    if is_probability:
        traces.insert(0, diagonal(span))
    subtitle = "Mean score and observed rate of each bin, with 95 % intervals; below the line scores are too high"
    if not is_probability:
        subtitle = "Observed rate of each bin with 95 % interval; these scores are no probabilities"
    layout = framed_layout(
        title,
        subtitle,
        height=520,
        margin={"t": 104, "l": 12},
        showlegend=True,
        legend=legend_above(),
        bargap=0,
        xaxis=axis(
            "Mean score" if is_probability else "Score",
            anchor="y2",
            **scale(span if is_probability else None, in_log_odds=in_log_odds),
        ),
        yaxis=axis(
            "Observed rate",
            domain=[0.28, 1],
            **scale(span if is_probability else (0.0, _top_of(held)), in_log_odds=in_log_odds, is_share=True),
        ),
        yaxis2=axis("Rows", domain=[0, 0.18], rangemode="tozero", **axis_counts(max(rows["y"], default=0), 2)),
    )
    return go.Figure(traces, layout)


def _top_of(bins: pl.DataFrame) -> float:
    """Return the highest end of an interval with some air."""
    return min(float(max(bins["observed_high"].to_list())) * 1.05, 1.02)


def limits(bins: pl.DataFrame, isotonic: pl.DataFrame, *, place: _Place) -> tuple[float, float]:
    """Return the range of both axes: what the bins, empty ones too, and every score need, from 0 on a plain scale."""
    ends = [place(value) for name in ("mean_score", "observed_low", "observed_high") for value in bins[name]]
    ends += [place(value) for value in isotonic["score"]] if "score" in isotonic.columns else []
    ends += [place(_middle(row)) for row in bins.filter(pl.col("n") == 0).iter_rows(named=True)]
    known = [value for value in ends if value is not None]
    if place is _log_odds:
        return min(known) - 0.2, max(known) + 0.2
    return 0.0, min(max(known) * 1.05, 1.0)


def _middle(row: dict[str, Any]) -> float:
    """Return the score in the middle of a bin."""
    return float(row["low"] + row["high"]) / 2


def scale(
    span: tuple[float, float] | None, *, in_log_odds: bool, is_share: bool = False, about: int = 5
) -> dict[str, Any]:
    """Return range and ticks of an axis."""
    if span is None:
        return {}
    if in_log_odds:
        values = [p for p in _ODDS_TICKS if span[0] <= (_log_odds(p) or 0.0) <= span[1]]
        places = [_log_odds(p) or 0.0 for p in values]
        texts = [
            words.plain(100 * p, 2 if p < 0.001 else 1 if p < 0.01 else 0) + f"{words.THIN_SPACE}%"
            if is_share
            else f"{p:g}"
            for p in values
        ]
    else:
        places = ticks(*span, about)
        texts = tick_texts(places, is_share=is_share)
    return {"range": list(span), **axis_ticks(places, texts)}


def diagonal(span: tuple[float, float], **more: Any) -> dict[str, Any]:
    """Return the line on which scores are right."""
    return {
        "type": "scatter",
        "x": list(span),
        "y": list(span),
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": palette.LINE, "dash": "dot", "width": 1.5},
        "name": "calibrated",
        "showlegend": False,
        **more,
    }


def _curve(isotonic: pl.DataFrame, place: _Place) -> list[dict[str, Any]]:
    """Return the bin-free curve and its band."""
    if isotonic.is_empty():
        return []
    x = [place(value) for value in isotonic["score"]]
    low, high, middle = ([place(value) for value in isotonic[f"observed{end}"]] for end in ("_low", "_high", ""))
    band = {
        "type": "scatter",
        "x": [*x, *reversed(x)],
        "y": [*high, *reversed(low)],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": palette.faded(palette.SAME, 0.22),
        "hoverinfo": "skip",
        "showlegend": False,
        "name": "band",
    }
    line = {
        "type": "scatter",
        "x": x,
        "y": middle,
        "mode": "lines",
        "line": {"color": palette.TEXT, "width": 1.5},
        "hoverinfo": "skip",
        "name": "isotonic curve",
    }
    return [band, line]


def points(bins: pl.DataFrame, place: _Place, *, is_probability: bool, **more: Any) -> list[dict[str, Any]]:
    """Return one trace of points with intervals for each side of the diagonal."""
    rows = list(bins.iter_rows(named=True))
    found = []
    for side, (name, colour, symbol) in _SIDES.items():
        own = [row for row in rows if (side_of(row) if is_probability else "same") == side]
        if own:
            found.append(
                {**trace_of(own, place, colour, symbol), "name": name if is_probability else "observed", **more}
            )
    return found


def empty_bins(bins: pl.DataFrame, place: _Place, bottom: float, **more: Any) -> list[dict[str, Any]]:
    """Return hollow marks on the axis where bins hold no row."""
    rows = bins.filter(pl.col("n") == 0).to_dicts()
    if not rows:
        return []
    texts = [
        lines(f"scores {words.between(*map(words.threshold_text, (row['low'], row['high'])))}", "n 0") for row in rows
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [place(_middle(row)) for row in rows],
            "y": [bottom] * len(rows),
            "marker": {"color": palette.SAME, "symbol": "square-open", "size": 8},
            "cliponaxis": False,
            "hovertext": texts,
            "hoverinfo": "text",
            "name": "no rows",
            **more,
        }
    ]


def trace_of(rows: Sequence[dict[str, Any]], place: _Place, colour: str, symbol: str) -> dict[str, Any]:
    """Return points with intervals."""
    placed = [[place(row[f"observed{end}"]) or 0.0 for end in ("", "_low", "_high")] for row in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place(row["mean_score"]) for row in rows],
        "y": [value for value, _, _ in placed],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, _, high in placed],
            "arrayminus": [value - low for value, low, _ in placed],
            "color": colour,
            "thickness": 1.5,
            "width": 0,
        },
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        "cliponaxis": False,
        "customdata": [row.get("row") for row in rows],
        "hovertext": [_hover(row) for row in rows],
        "hoverinfo": "text",
    }


def _hover(row: dict[str, Any]) -> str:
    """Say everything about a bin."""
    observed = words.metric_interval("prevalence", row["observed"], row["observed_low"], row["observed_high"])
    return lines(
        f"mean score {words.threshold_text(row['mean_score'])}", f"observed {observed}", f"n {words.count(row['n'])}"
    )


def _rows_below(histogram: pl.DataFrame, place: _Place) -> dict[str, Any]:
    """Return the bars of judged rows by score."""
    n = (histogram["positive"] + histogram["negative"]).to_list()
    low, high = ([place(value) or 0.0 for value in histogram[end]] for end in ("low", "high"))
    width = [b - a if b > a else None for a, b in zip(low, high, strict=True)]
    return {
        "type": "bar",
        "x": [(a + b) / 2 for a, b in zip(low, high, strict=True)],
        "y": n,
        "yaxis": "y2",
        "width": None if None in width else width,
        "showlegend": False,
        "name": "rows",
        "marker": {"color": palette.faded(palette.SAME, 0.45), "line": {"width": 0}},
        "hovertext": [f"{words.count(rows)} judged rows" for rows in n],
        "hoverinfo": "text",
    }
