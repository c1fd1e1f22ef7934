"""Figures beside the cost curve: the trade-offs with the same points marked, and the best threshold under other costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, empty, framed_layout, lines, shown, with_unit
from analytics.present.figures.thresholds import CLICKABLE, drawn_bins, marked_points
from analytics.present.marks.slices import tick_texts
from analytics.present.money import money, money_tick

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.measure.thresholds.operating import Point

_TRADE_TITLE = "What is given up for what"
_PANELS = (
    ("ROC", "fpr", "recall", "False positive rate", "Recall"),
    ("Precision and recall", "recall", "precision", "Recall", "Precision"),
    ("Gain", "selection_rate", "recall", "Selection rate", "Recall"),
)


def trade_off_figure(answer: ThresholdAnswer, sweep: pl.DataFrame, to: Point) -> go.Figure:
    """Draw ROC, precision-recall and gain curve side by side with the same points marked.

    Parameters are those of `cost_figure`.
    """
    if not 0 < answer.n_pos < answer.n_judged:
        return empty(_TRADE_TITLE, "Trade-offs need rows of both labels.")
    places = np.append(drawn_bins(answer), len(answer.edges))
    part = sweep[places]
    traces: list[Any] = []
    layout: dict[str, Any] = {}
    annotations = []
    width = 0.23
    for number, (title, x_name, y_name, x_title, y_title) in enumerate(_PANELS, start=1):
        suffix = "" if number == 1 else str(number)
        texts = [
            lines(
                f"threshold {words.threshold_text(row['threshold'])}"
                if row["threshold"] is not None
                else "nothing flagged",
                f"{x_title.lower()} {words.share(row[x_name])}",
                f"{y_title.lower()} {words.share(row[y_name])}",
                f"n {words.count(answer.n_judged)}",
            )
            for row in part.iter_rows(named=True)
        ]
        common = {"type": "scatter", "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        if y_name != "precision":
            traces.append(
                {
                    **common,
                    "x": [0, 1],
                    "y": [0, 1],
                    "mode": "lines",
                    "hoverinfo": "skip",
                    "name": "chance",
                    "line": {"color": palette.LINE, "width": 1, "dash": "dot"},
                }
            )
        traces.append(
            {
                **common,
                "x": part[x_name].to_numpy(),
                "y": part[y_name].to_numpy(),
                **CLICKABLE,
                "name": title,
                "customdata": places.tolist(),
                "hovertext": texts,
                "hoverinfo": "text",
                "line": {"color": palette.TEXT, "width": 2},
            }
        )
        for label, point, colour, symbol in marked_points(answer, to):
            row = sweep.row(min(point.bin, sweep.height - 1), named=True)
            if row[x_name] is not None and row[y_name] is not None:
                traces.append(
                    {
                        **common,
                        "x": [row[x_name]],
                        "y": [row[y_name]],
                        "mode": "markers",
                        "name": label,
                        "customdata": [point.bin],
                        "hoverinfo": "text",
                        "hovertext": [label],
                        "marker": {
                            "color": colour,
                            "size": 10,
                            "symbol": symbol,
                            "line": {"color": palette.GROUND, "width": 1},
                        },
                    }
                )
        start = (number - 1) * (1 - width) / 2
        shared = {
            "range": [-0.02, 1.02],
            "tickmode": "array",
            "tickvals": [0, 0.5, 1],
            "ticktext": tick_texts([0, 0.5, 1], is_share=True),
        }
        layout[f"xaxis{suffix}"] = axis(x_title, anchor=f"y{suffix}", domain=[start, start + width], **shared)
        layout[f"yaxis{suffix}"] = axis(y_title, anchor=f"x{suffix}", **shared)
        annotations.append(
            {
                "text": f"<b>{title}</b>",
                "x": start,
                "y": 1.02,
                "xref": "paper",
                "yref": "paper",
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
            }
        )
    named = ", ".join(f"{label} by a {symbol}" for label, _, _, symbol in marked_points(answer, to))
    whole = framed_layout(
        _TRADE_TITLE,
        f"Marked: {named}",
        height=330,
        margin={"t": 100},
        annotations=annotations,
        uirevision="trade",
        **layout,
    )
    return go.Figure({"data": traces, "layout": whole})


def sensitivity_map(answer: ThresholdAnswer) -> go.Figure:
    """Draw the best threshold for dearer and cheaper false positives and false negatives; the present costs are framed."""
    title = "Best threshold if errors cost more or less"
    table = answer.map
    if not answer.n_judged or table["threshold"].null_count() == table.height:
        return empty(title, "No threshold to choose.")
    fp, fn = (table[name].unique().sort().to_list() for name in ("fp_factor", "fn_factor"))
    grid = table.sort("fn_factor", "fp_factor")["threshold"].to_numpy().reshape(len(fn), len(fp))
    texts = [
        ["none" if np.isnan(value) else words.threshold_text(float(f"{value:.2g}")) for value in row] for row in grid
    ]
    labels = [
        [shown(money(factor * (getattr(answer.policy.costs, cell) or 1.0), answer.policy.unit)) for factor in factors]
        for cell, factors in (("fp", fp), ("fn", fn))
    ]
    titles = [with_unit(f"Cost of a false {side}", answer.policy.unit) for side in ("positive", "negative")]
    numbers = [
        [money_tick(factor * (getattr(answer.policy.costs, cell) or 1.0)) for factor in factors]
        for cell, factors in (("fp", fp), ("fn", fn))
    ]
    hover = [
        [
            lines(f"false positive {across}, false negative {down}", f"best threshold {text}")
            for across, text in zip(labels[0], row, strict=True)
        ]
        for down, row in zip(labels[1], texts, strict=True)
    ]
    heat = {
        "type": "heatmap",
        "z": grid,
        "text": texts,
        "texttemplate": "%{text}",
        "hovertext": hover,
        "hoverinfo": "text",
        "colorscale": [[0, palette.MIDDLE], [1, palette.mixed(palette.MIDDLE, palette.BEST, 0.65)]],
        "textfont": {"color": palette.INK},
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    middle = len(fp) // 2
    frame = {
        "type": "rect",
        "x0": middle - 0.5,
        "x1": middle + 0.5,
        "y0": middle - 0.5,
        "y1": middle + 0.5,
        "line": {"color": palette.BEST, "width": 3},
    }
    across, down = (
        axis(name, tickmode="array", tickvals=list(range(len(fp))), ticktext=texts_of, showgrid=False)
        for name, texts_of in zip(titles, numbers, strict=True)
    )
    layout = framed_layout(title, "Framed: the costs as they are", height=380, xaxis=across, yaxis=down, shapes=[frame])
    return go.Figure({"data": [heat], "layout": layout})
