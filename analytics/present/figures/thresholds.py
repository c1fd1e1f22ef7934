"""The figure of thresholds: cost and rates along the score, with the points that all figures of the page mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, direct_label, empty, framed_layout, lines, shown, with_unit
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.money import money, money_tick

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.measure.thresholds.operating import Point

_COST_TITLE = "What each threshold costs"
_MAX_POINTS = 500
"""Of a curve, and those that are marked: more than the eye tells apart on a page's width. A judgement."""
_HOVER_PIXELS = 60
"""From the pointer to a curve that still answers: three times Plotly's default of 20, as the curves lie far apart."""
_RATES = {
    "recall": palette.TRUE_POSITIVE,
    "precision": palette.TEXT,
    "fpr": palette.FALSE_POSITIVE,
    "selection_rate": palette.MUTED_TEXT,
}
CLICKABLE: dict[str, Any] = {
    "mode": "lines+markers",
    "marker": {"size": 9, "opacity": 0},
    "selected": {"marker": {"opacity": 0}},
    "unselected": {"marker": {"opacity": 0}},
}
"""Plotly selects markers and never lines: these are there to be clicked and not to be seen."""
_PRESENT, _CANDIDATE = palette.SAME, palette.TEXT


def drawn_bins(answer: ThresholdAnswer) -> np.ndarray:
    """Return the bins that a curve is drawn through: all, or so many that the eye sees no difference, and the marked ones."""
    last = len(answer.edges) - 1
    places = np.unique(np.linspace(0, last, min(_MAX_POINTS, last + 1)).round().astype(int))
    marked = [answer.present.bin, *([] if answer.best is None else [answer.best.bin]), *(answer.region or ())]
    return np.unique(np.concatenate([places, np.array([place for place in marked if place <= last], dtype=int)]))


def _at_score(answer: ThresholdAnswer, point: Point) -> float:
    """Return where a point stands on the axis of scores; nothing flagged stands at the end."""
    if point == answer.present:
        return float(np.clip(answer.threshold, answer.edges[0], answer.edges[-1]))
    return float(answer.edges[min(point.bin, len(answer.edges) - 1)])


def cost_figure(answer: ThresholdAnswer, sweep: pl.DataFrame, to: Point) -> go.Figure:
    """Draw the cost per 1,000 judged rows with its band over the threshold, and four rates below on the same axis.

    Parameters
    ----------
    answer : ThresholdAnswer
    sweep : DataFrame
        As `threshold_tables.sweep_frame`. ``customdata`` of a point is its bin.
    to : Point
        The threshold under consideration.
    """
    if not answer.n_judged:
        return empty(_COST_TITLE, "No row can be judged.")
    places = drawn_bins(answer)
    part = sweep[places]
    x, scale = answer.edges[places], 1000 / answer.n_judged
    texts = [
        lines(
            f"threshold {words.threshold_text(row['threshold'])}",
            f"{shown(money(row['cost_per_1000'], answer.policy.unit))} per 1,000 judged rows",
            f"recall {words.share(row['recall'])}, precision {words.share(row['precision'])}",
            f"FPR {words.share(row['fpr'])}, selection rate {words.share(row['selection_rate'])}",
            f"n {words.count(answer.n_judged)}",
        )
        for row in part.iter_rows(named=True)
    ]
    custom = places.tolist()
    low, high = part["cost_low"].to_numpy() * scale, part["cost_high"].to_numpy() * scale
    traces: list[Any] = [
        {
            "type": "scatter",
            "x": np.concatenate([x, x[::-1]]),
            "y": np.concatenate([high, low[::-1]]),
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": palette.faded(palette.SAME, 0.25),
            "hoverinfo": "skip",
            "name": "95 % band",
        },
        {
            "type": "scatter",
            "x": x,
            "y": part["cost_per_1000"].to_numpy(),
            **CLICKABLE,
            "name": "cost",
            "customdata": custom,
            "hovertext": texts,
            "hoverinfo": "text",
            "line": {"color": palette.TEXT, "width": 2.5},
        },
    ]
    for name, colour in _RATES.items():
        traces.append(
            {
                "type": "scatter",
                "x": x,
                "y": part[name].to_numpy(),
                **CLICKABLE,
                "name": METRICS[name].heading,
                "yaxis": "y2",
                "customdata": custom,
                "hovertext": texts,
                "hoverinfo": "text",
                "line": {"color": colour, "width": 2, "dash": "dash" if colour == palette.MUTED_TEXT else "solid"},
            }
        )
    for label, point, colour, symbol in marked_points(answer, to):
        cost = answer.value("cost", point) * scale
        traces.append(
            {
                "type": "scatter",
                "x": [_at_score(answer, point)],
                "y": [cost],
                "mode": "markers",
                "name": label,
                "hoverinfo": "text",
                "hovertext": [lines(label, shown(money(cost, answer.policy.unit)) + " per 1,000 rows")],
                "customdata": [point.bin],
                "marker": {
                    "color": colour,
                    "size": 11,
                    "symbol": symbol,
                    "line": {"color": palette.GROUND, "width": 1},
                },
            }
        )
    top = float(max(np.max(high), np.max(part["cost_per_1000"].to_numpy())))
    bottom = float(min(np.min(low), np.min(part["cost_per_1000"].to_numpy())))
    reach = (top - bottom) * 0.08
    values = ticks(bottom, top, 5)
    layout = framed_layout(
        _COST_TITLE,
        "95 % band; shaded: as good as the best. Click to consider",
        height=520,
        margin={"t": 84, "r": 100},
        xaxis=axis("Threshold (score)", anchor="y2", range=_score_range(answer), showgrid=False),
        yaxis=axis(
            with_unit("Cost per 1,000 rows", answer.policy.unit),
            domain=[0.45, 1],
            tickmode="array",
            tickvals=values,
            ticktext=[money_tick(value) for value in values],
            range=[bottom - reach, top + reach],
        ),
        yaxis2=axis(
            "Share",
            domain=[0, 0.36],
            tickmode="array",
            tickvals=[0, 0.5, 1],
            ticktext=tick_texts([0, 0.5, 1], is_share=True),
            range=[-0.03, 1.03],
        ),
        shapes=_shapes(answer, to),
        annotations=[*_point_labels(answer, to), *_rate_labels(answer, part, x)],
        uirevision="costs",
        hoverdistance=_HOVER_PIXELS,
    )
    return go.Figure({"data": traces, "layout": layout})


def marked_points(answer: ThresholdAnswer, to: Point) -> list[tuple[str, Point, str, str]]:
    """Return the points that every figure of the page marks: name, point, colour, symbol."""
    found = [("now", answer.present, _PRESENT, "circle")]
    if answer.best is not None:
        found.append(("best", answer.best, palette.BEST, "diamond"))
    if to not in (answer.present, answer.best):
        found.append(("considered", to, _CANDIDATE, "square"))
    return found


def _score_range(answer: ThresholdAnswer) -> list[float]:
    """Return the ends of the axis of scores."""
    low, high = (0.0, 1.0) if answer.is_probability else (float(answer.edges[0]), float(answer.edges[-1]))
    pad = (high - low or 1.0) * 0.02
    return [low - pad, high + pad]


def _shapes(answer: ThresholdAnswer, to: Point) -> list[dict[str, Any]]:
    """Return the shaded region of thresholds that cost nearly the same, and a line for each marked point."""
    found: list[dict[str, Any]] = []
    if answer.region is not None:
        ends = [float(answer.edges[min(place, len(answer.edges) - 1)]) for place in answer.region]
        found.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": ends[0],
                "x1": ends[1],
                "y0": 0.45,
                "y1": 1,
                "fillcolor": palette.faded(palette.BEST, 0.16),
                "line": {"width": 0},
                "layer": "below",
            }
        )
    for _, point, colour, _ in marked_points(answer, to):
        found.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": _at_score(answer, point),
                "x1": _at_score(answer, point),
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 1.5, "dash": "dot"},
            }
        )
    if answer.theoretical is not None and answer.theoretical <= 1:
        found.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "y domain",
                "x0": answer.theoretical,
                "x1": answer.theoretical,
                "y0": 0,
                "y1": 0.06,
                "line": {"color": palette.REFERENCE, "width": 3},
            }
        )
    return found


def _point_labels(answer: ThresholdAnswer, to: Point) -> list[dict[str, Any]]:
    """Return the names of the marked points above the plot, on lines of their own where they are close."""
    low, high = _score_range(answer)
    found: list[dict[str, Any]] = []
    taken: list[tuple[float, int]] = []
    for name, point, colour, _ in marked_points(answer, to):
        x = _at_score(answer, point)
        row = next(
            row for row in range(4) if all(line != row or abs(x - other) > (high - low) * 0.17 for other, line in taken)
        )
        taken.append((x, row))
        threshold = answer.threshold_at(point.bin)
        value = answer.threshold if point == answer.present else threshold
        text = f"{name} {words.threshold_text(value)}" if value is not None else f"{name}: none flagged"
        side = "right" if x > low + (high - low) * 0.85 else "left"
        found.append(
            {
                "x": x,
                "y": 1,
                "xref": "x",
                "yref": "paper",
                "text": direct_label(text, colour),
                "showarrow": False,
                "xanchor": side,
                "xshift": 3 if side == "left" else -3,
                "yanchor": "top",
                "yshift": -15 * row,
            }
        )
    if answer.theoretical is not None and answer.theoretical <= 1:
        found.append(
            {
                "x": answer.theoretical,
                "y": 0.45,
                "xref": "x",
                "yref": "paper",
                "showarrow": False,
                "xanchor": "left",
                "xshift": 4,
                "yanchor": "bottom",
                "text": f"if calibrated {words.threshold_text(answer.theoretical)}",
            }
        )
    return found


def _rate_labels(answer: ThresholdAnswer, part: pl.DataFrame, x: np.ndarray) -> list[dict[str, Any]]:
    """Return the names of the rates at the right of their curves, spread so that none covers another."""
    ends: list[tuple[float, str, str]] = []
    for name, colour in _RATES.items():
        known = part[name].drop_nulls()
        if not known.is_empty():
            ends.append((float(known[-1]), METRICS[name].heading, colour))
    ends.sort(key=lambda end: end[0])
    places = [max(end[0], 0.04) for end in ends]
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + 0.13)
    over = max(0.0, (places[-1] if places else 0.0) - 1.0)
    return [
        {
            "x": 1,
            "xref": "paper",
            "y": place - over,
            "yref": "y2",
            "text": direct_label(label, colour),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
        }
        for place, (_, label, colour) in zip(places, ends, strict=True)
    ]
