"""Figures of the overview: the confusion matrix and the distribution of the scores."""

from __future__ import annotations

from collections.abc import Mapping
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
from analytics.present.marks.scores import OUTCOME_LABELS, SHARES_OF, score_bars

_CELLS = {"tp": (0, 1), "fp": (1, 1), "fn": (0, 0), "tn": (1, 0)}
_LARGEST = 92
"""Pixels of the side of the largest square: it leaves room in its cell for the count and the shares beside it."""
_MATRIX_TITLE = "Right and wrong predictions"
_SCORES_TITLE = "How do the scores separate the labels?"
_ANSWERS_TITLE = "How sure are right and wrong answers?"
_ANSWERS = {"true positives": "right", "false positives": "wrong"}
"""What rows are called where they are right or wrong and all of them count as answered."""


def confusion_matrix(counts: Mapping[str, int]) -> go.Figure:
    """Draw the four outcomes: a square whose area is the count, with the count and its shares in words.

    Parameters
    ----------
    counts : mapping
        ``tp, fp, fn, tn`` and, for the subtitle, ``n_unlabelled, n_unscored``. ``customdata`` of a point is its
        outcome. A point that is not seen stands where the words are: whatever is pointed at in a cell belongs to it.
    """
    total = sum(counts[outcome] for outcome in _CELLS)
    largest = max(counts[outcome] for outcome in _CELLS)
    texts = {outcome: _cell_text(outcome, counts, total) for outcome in _CELLS}
    traces = [
        {
            "type": "scatter",
            "x": [x + 0.24, x - 0.24],
            "y": [y, y],
            "mode": "markers",
            "marker": {
                "symbol": "square",
                "size": [_LARGEST * (counts[outcome] / largest) ** 0.5 if largest else 0, 1],
                "color": palette.OUTCOMES[outcome],
                "opacity": [1, 0],
                "line": {"width": 0},
            },
            "customdata": [outcome, outcome],
            "hovertext": [texts[outcome]] * 2,
            "hoverinfo": "text",
            "name": OUTCOME_LABELS[outcome],
        }
        for outcome, (x, y) in _CELLS.items()
    ]
    said = [
        {"x": x - 0.44, "y": y, "xanchor": "left", "align": "left", "showarrow": False, "text": texts[outcome]}
        for outcome, (x, y) in _CELLS.items()
    ]
    unjudged = words.listed(
        [
            *([f"{words.count(counts['n_unlabelled'])} not known yet"] if counts.get("n_unlabelled") else []),
            *([f"{words.count(counts['n_unscored'])} without a score"] if counts.get("n_unscored") else []),
        ]
    )
    subtitle = f"{words.plural(total, 'judged row')}{f'; left out: {unjudged}' if unjudged else ''}"
    sides: dict[str, Any] = {"showgrid": False, "range": [-0.5, 1.5], "ticks": ""}
    between = {"type": "line", "line": {"color": palette.LINE, "width": 1}}
    layout = framed_layout(
        _MATRIX_TITLE,
        subtitle,
        height=330,
        margin={"b": 48},
        hoverdistance=-1,
        annotations=said,
        shapes=[
            {**between, "x0": 0, "x1": 1, "xref": "x domain", "y0": 0.5, "y1": 0.5, "yref": "y"},
            {**between, "x0": 0.5, "x1": 0.5, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"},
        ],
        xaxis=axis("Label", **axis_ticks([0, 1], ["positive", "negative"]), **sides),
        yaxis=axis("Predicted", **axis_ticks([0, 1], ["negative", "positive"]), tickangle=-90, **sides),
    )
    return go.Figure(traces, layout)


def _cell_text(outcome: str, counts: Mapping[str, int], total: int) -> str:
    """Say an outcome, its count and its shares of all judged rows and of its label."""
    n = counts[outcome]
    of_label = n + counts[SHARES_OF[outcome][0]]
    shares = (
        f"{words.share(n / total if total else None)} of judged",
        f"{words.share(n / of_label if of_label else None)} of {SHARES_OF[outcome][1]}",
    )
    return lines(f"<b>{words.count(n)}</b>", OUTCOME_LABELS[outcome], *shares)


def score_distribution(histogram: pl.DataFrame, threshold: float, *, is_right_or_wrong: bool = False) -> go.Figure:
    """Draw rows by score and label in the colours of their outcomes, with the threshold.

    Parameters
    ----------
    histogram : DataFrame
        As `Overview.histogram`: ``low == high`` is one distinct score, else a bar holds scores from low to under high.
    threshold : float
        The one that the bars were cut at: rows at or above it are predicted positive.
    is_right_or_wrong : bool
        Whether rows are right or wrong at any score, the confidence in them; then no threshold is drawn.
    """
    title = _ANSWERS_TITLE if is_right_or_wrong else _SCORES_TITLE
    if histogram.is_empty():
        return empty(title, "No row has a confidence." if is_right_or_wrong else "No row has a score.")
    bars, what = score_bars(histogram, threshold), "confidence" if is_right_or_wrong else "score"
    traces = []
    for part in bars.parts:
        is_unknown = part.name == words.NOT_YET_KNOWN
        pattern = palette.HATCH if is_unknown else None
        name = _ANSWERS.get(part.name, part.name) if is_right_or_wrong else part.name
        texts = [
            lines(f"{what} {bars.labels[place]}", f"{name} {words.count(n)}", f"n {words.count(bars.n[place])}")
            for place, n in zip(part.places, part.counts, strict=True)
        ]
        traces.append(
            {
                "type": "bar",
                "x": [bars.centres[place] for place in part.places],
                "y": part.counts,
                "width": [bars.widths[place] for place in part.places],
                "name": name,
                "marker": {"color": part.colour, "line": {"width": 0}, "pattern": pattern},
                "customdata": part.places,
                "hovertext": texts,
                "hoverinfo": "text",
            }
        )
    most = max([*bars.n, 1])
    layout = framed_layout(
        title,
        "Rows by confidence" if is_right_or_wrong else "Rows at or above the threshold are predicted positive",
        height=350,
        margin={"t": 116},
        showlegend=True,
        legend=legend_above(),
        barmode="stack",
        bargap=0,
        xaxis=axis(what.capitalize(), range=list(bars.span), showgrid=False, **axis_ticks(*bars.ticks)),
        yaxis=axis("Rows", range=[0, 1.15 * most], **axis_counts(most)),
        **({} if is_right_or_wrong else _threshold_line(bars.line, bars.span, threshold)),
    )
    return go.Figure(traces, layout)


def _threshold_line(at: float, span: tuple[float, float], threshold: float) -> dict[str, Any]:
    """Return the threshold as a line with its number, for a layout."""
    is_right = at > (span[0] + span[1]) / 2
    said = {
        "x": at,
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "text": f"threshold {words.threshold_text(threshold)} →",
        "showarrow": False,
        "xanchor": "right" if is_right else "left",
        "xshift": -4 if is_right else 4,
    }
    line = {"type": "line", "x0": at, "x1": at, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
    style = {"color": palette.SAME, "width": 2, "dash": "dash"}
    return {"annotations": [said], "shapes": [{**line, "line": style}]}
