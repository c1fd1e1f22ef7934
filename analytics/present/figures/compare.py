"""The figures of Compare: intervals around zero, who changed, scores against scores, and calibration of both sides."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from analytics.measure.compare.difference import COST, Difference, direction_of
from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, direct_label, empty, framed_layout, lines, shown
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.readings.compare import difference_text

if TYPE_CHECKING:
    from analytics.answers.compare.answer import Comparison

_ROW_HEIGHT = 26
"""Pixels for a metric: a thin bar and its size beside it."""
_CELLS = 40
"""Cells across and up: as many as the bins that are counted."""
_COLOURS = {"live": palette.REFERENCE, "candidate": palette.PRODUCTION}


def paired_intervals(answer: Comparison) -> go.Figure:
    """Draw how much better or worse the candidate is in every metric from 0 to 1, each with its paired interval."""
    title = "In what is the candidate better?"
    found = [each for each in answer.differences if _fits(each)]
    if not found:
        return empty(title, "No metric from 0 to 1 has an interval here.")
    values = [each.improvement for each in found]
    rows = list(range(len(found)))
    colours = [palette.BETTER if low > 0 else palette.WORSE if high < 0 else palette.SAME for _, low, high in values]
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": [value for value, _, _ in values],
        "y": rows,
        "marker": {"color": colours, "size": 9, "symbol": "diamond"},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, _, high in values],
            "arrayminus": [value - low for value, low, _ in values],
            "color": palette.MUTED_TEXT,
            "thickness": 1.6,
            "width": 4,
        },
        "hovertext": [
            lines(
                f"<b>{METRICS[each.metric].label}</b>",
                shown(difference_text(each)),
                f"{words.count(each.n)} pairs",
                each.method,
            )
            for each in found
        ],
        "hoverinfo": "text",
    }
    low, high = min(0.0, *(low for _, low, _ in values)), max(0.0, *(high for _, _, high in values))
    pad = 0.06 * (high - low) or 0.01
    signs = ["▲ " if low > 0 else "▼ " if high < 0 else "" for _, low, high in values]
    labels = [f"{sign}{METRICS[each.metric].heading}" for sign, each in zip(signs, found, strict=True)]
    at = [value for value in ticks(low, high) if low - pad <= value <= high + pad]
    layout = framed_layout(
        title,
        "▲ better, ▼ worse, whichever way the metric goes; grey: the interval holds 0; lines are 95 % intervals of pairs",
        height=120 + _ROW_HEIGHT * len(found),
        shapes=[_line(x=0.0)],
        xaxis=axis(
            "Improvement, points", range=[low - pad, high + pad], **axis_ticks(at, tick_texts(at, is_share=True))
        ),
        yaxis=axis(range=[len(found) - 0.4, -0.6], showgrid=False, **axis_ticks(rows, labels)),
    )
    return go.Figure({"data": [marks], "layout": layout})


def _fits(found: Difference) -> bool:
    """Whether a difference has an interval, a side that it speaks for, and a scale that others have too."""
    if found.metric == COST or direction_of(found.metric) == "neither" or found.low != found.low:
        return False
    return METRICS[found.metric].range == (0.0, 1.0)


def _line(**at: float) -> dict[str, Any]:
    """Return a thin line through the whole plot."""
    (name, place), other = next(iter(at.items())), "y" if "x" in at else "x"
    ends = {f"{name}0": place, f"{name}1": place, f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper"}
    return {"type": "line", **ends, "line": {"color": palette.LINE, "width": 1}}


def changed_bars(answer: Comparison) -> go.Figure:
    """Draw how many pairs are newly right and newly wrong, by label."""
    title = "Who changed?"
    table = answer.changes.filter(answer.changes["n"] > 0)
    if table.is_empty():
        return empty(title, "No pair is judged on both sides.")
    labels = [row["label"].capitalize() if row["label"] != "all" else "All rows" for row in table.iter_rows(named=True)]
    rows, bars = list(range(len(labels))), []
    for name, sign, colour in (("newly_right", 1, palette.BETTER), ("newly_wrong", -1, palette.WORSE)):
        counts = table[name].to_list()
        what = name.replace("_", " ")
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": rows,
                "x": [sign * count for count in counts],
                "marker": {"color": colour},
                "text": [f"{words.count(count)} {what}" for count in counts],
                "textposition": "auto",
                "hovertext": [lines(f"<b>{what}</b>", words.plural(round(count), "pair")) for count in counts],
                "hoverinfo": "text",
                "width": 0.6,
            }
        )
    most = max(1.0, float(table["newly_right"].max() or 0), float(table["newly_wrong"].max() or 0))  # type: ignore[arg-type]
    values = ticks(-most, most)
    layout = framed_layout(
        title,
        "Pairs that the candidate alone gets right, and that it alone gets wrong",
        height=130 + 60 * len(rows),
        barmode="relative",
        shapes=[_line(x=0.0)],
        xaxis=axis(
            "Pairs",
            range=[-1.15 * most, 1.15 * most],
            **axis_ticks(values, [words.count(abs(each)) for each in values]),
        ),
        yaxis=axis(range=[len(rows) - 0.4, -0.6], showgrid=False, **axis_ticks(rows, labels)),
    )
    return go.Figure({"data": bars, "layout": layout})


def score_pairs(answer: Comparison) -> go.Figure:
    """Draw where pairs lie by both scores, with both thresholds: off the corners both sides decide differently."""
    title = "What did both say of the same input?"
    table = answer.density
    if table.is_empty():
        return empty(title, "One side has no scores.")
    live, candidate = answer.pairing.thresholds
    sides = {side: _cells(sorted(table[side].unique())) for side in ("live", "candidate")}
    across, up = ([sides[side][score] for score in table[side]] for side in ("live", "candidate"))
    cells = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in across],
        "width": [high - low for low, high in across],
        "base": [low for low, _ in up],
        "y": [high - low for low, high in up],
        "marker": {
            "color": (table["n"].log10()).to_list(),
            "colorscale": [[0.0, palette.faded(palette.PRODUCTION, 0.15)], [1.0, palette.PRODUCTION]],
            "line": {"width": 0},
        },
        "hovertext": [
            lines(
                f"<b>{words.plural(round(n), 'pair')}</b>",
                f"live {words.threshold_text(a)}, candidate {words.threshold_text(b)}",
            )
            for a, b, n in table.select("live", "candidate", "n").iter_rows()
        ],
        "hoverinfo": "text",
    }
    layout = framed_layout(
        title,
        "The stronger the colour, the more pairs; the lines are the thresholds",
        height=400,
        barmode="overlay",
        bargap=0,
        shapes=[_line(x=live), _line(y=candidate)],
        xaxis=axis("Live score"),
        yaxis=axis("Candidate score"),
    )
    return go.Figure({"data": [cells], "layout": layout})


def _cells(scores: list[float]) -> dict[float, tuple[float, float]]:
    """Return from where to where the cell of each rising score goes: as wide as a bin, not beyond half way to the next."""
    half = (scores[-1] - scores[0] or 1.0) / (2 * _CELLS)
    gaps = [half, *((after - before) / 2 for before, after in pairwise(scores)), half]
    return {
        score: (score - min(before, half), score + min(after, half))
        for score, before, after in zip(scores, gaps[:-1], gaps[1:], strict=True)
    }


def both_calibrated(answer: Comparison) -> go.Figure:
    """Draw the observed rate against the mean score on both sides of the same pairs."""
    title = "Does a score mean the same on both sides?"
    table = answer.reliability
    if table.is_empty():
        return empty(title, "The scores of a side are no probabilities, or no pair has a label.")
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, 1],
            "y": [0, 1],
            "line": {"color": palette.LINE, "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]
    notes = []
    for place, (side, colour) in enumerate(_COLOURS.items()):
        own = table.filter(table["side"] == side)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": own["mean_score"].to_list(),
                "y": own["observed"].to_list(),
                "line": {"color": colour, "width": 2},
                "marker": {"size": 6, "symbol": "circle" if side == "live" else "diamond"},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (own["observed_high"] - own["observed"]).to_list(),
                    "arrayminus": (own["observed"] - own["observed_low"]).to_list(),
                    "color": colour,
                    "thickness": 1,
                    "width": 3,
                },
                "hovertext": [
                    lines(
                        f"<b>{side}</b>",
                        f"score {words.number(score)}, observed {words.share(rate)}",
                        words.plural(n, "pair"),
                    )
                    for score, rate, n in own.select("mean_score", "observed", "n").iter_rows()
                ],
                "hoverinfo": "text",
            }
        )
        notes.append(
            {
                "x": 0.02,
                "y": 0.98 - 0.08 * place,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "text": direct_label(side, colour),
                "showarrow": False,
            }
        )
    layout = framed_layout(
        title,
        "A point below the dotted line: the score is too high; bars are 95 % intervals",
        height=400,
        annotations=notes,
        xaxis=axis("Mean score", range=[0, 1]),
        yaxis=axis("Observed rate", range=[0, 1]),
    )
    return go.Figure({"data": traces, "layout": layout})
