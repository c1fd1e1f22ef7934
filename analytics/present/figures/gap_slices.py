"""The figure of the gap by slice: what the slices of one column contribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, legend_above, lines, shown
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.readings.gap_parts import metric_label, value_text
from analytics.present.told_apart import told_apart

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap

_SLICE_HEIGHT = 30
"""Pixels for a slice: a bar and a line of text."""
_MAX_SLICES = 12
"""Slices that are drawn, those that contribute most; of more, the subtitle says how many there are. A judgement."""


def slice_contributions(gap: Gap, column: str) -> go.Figure:
    """Draw what the slices of a column contribute to the change, split into mix and within; at most 12.

    ``customdata`` of a bar is its row in the column's table.
    """
    metric = gap.metric
    title = f"What do the slices of {shown(column, 40)} contribute?"
    table = gap.slices[column].drop_nulls("contribution")
    if table.is_empty():
        return empty(title, "No slice has judged rows on both sides.")
    cut = table.head(_MAX_SLICES)
    rows = list(range(cut.height))
    labels = [shown(label) for label in told_apart([words.value_label(value) for value in cut["value"]], 28)]
    data: list[dict[str, Any]] = []
    for name, colour in palette.PARTS.items():
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": {"mix": "its share changed", "within": "its rate changed"}[name],
                "x": cut[name].to_list(),
                "y": rows,
                "width": 0.6,
                "marker": {"color": colour, "line": {"width": 0}},
                "customdata": rows,
                "hoverinfo": "text",
                "hovertext": [_hover_of(gap, row) for row in cut.iter_rows(named=True)],
            }
        )
    total = cut["contribution"].to_list()
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": total,
            "y": rows,
            "name": "together",
            "hoverinfo": "skip",
            "marker": {"size": 7, "color": palette.MUTED_TEXT, "symbol": "diamond"},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "color": palette.MUTED_TEXT,
                "thickness": 1.2,
                "width": 3,
                "array": (cut["contribution_high"] - cut["contribution"]).to_list(),
                "arrayminus": (cut["contribution"] - cut["contribution_low"]).to_list(),
            },
        }
    )
    ends = [
        *cut["contribution_low"].to_list(),
        *cut["contribution_high"].to_list(),
        *cut["mix"].to_list(),
        *cut["within"].to_list(),
    ]
    known = [end for end in ends if end is not None]
    low, high = min(0.0, *known), max(0.0, *known)
    values = ticks(low, high)
    notes = [
        {"x": 1.0, "xref": "paper", "xanchor": "right", "y": place, "showarrow": False, "text": _rates_text(gap, row)}
        for place, row in enumerate(cut.iter_rows(named=True))
    ]
    heading = {
        "x": 1.0,
        "xref": "paper",
        "xanchor": "right",
        "y": -0.95,
        "showarrow": False,
        "text": "rate, then → now",
    }
    left = table.height - cut.height
    layout = framed_layout(
        title,
        f"{'points' if metric.is_share else metric_label(metric.name)} of the change; "
        f"{'the ' + str(_MAX_SLICES) + ' largest of ' + words.plural(table.height, 'slice') if left else 'all slices'}",
        height=160 + _SLICE_HEIGHT * cut.height,
        barmode="relative",
        showlegend=True,
        legend=legend_above(),
        margin={"t": 104},
        annotations=[*notes, heading],
        xaxis=axis(
            "Contribution to the change",
            domain=[0, 0.74],
            zeroline=True,
            zerolinecolor=palette.LINE,
            **axis_ticks(values, _contribution_texts(values, is_share=metric.is_share)),
        ),
        yaxis=axis(range=[cut.height - 0.4, -1.3], showgrid=False, **axis_ticks(rows, labels)),
    )
    return go.Figure({"data": data, "layout": layout})


def _contribution_texts(values: list[float], *, is_share: bool) -> list[str]:
    """Write the ticks of contributions: points for shares."""
    texts = tick_texts(values, is_share=is_share)
    return [text.replace(f"{words.THIN_SPACE}%", "") for text in texts]


def _rates_text(gap: Gap, row: dict[str, Any]) -> str:
    """Say a slice's rate on both sides."""
    before, after = (
        words.UNDEFINED if row[f"rate_{side}"] is None else value_text(gap.metric, row[f"rate_{side}"])
        for side in ("reference", "production")
    )
    return shown(f"{before} → {after}")


def _hover_of(gap: Gap, row: dict[str, Any]) -> str:
    """Say what is known of a slice."""
    shares = " → ".join(words.share(row[f"share_{side}"]) for side in ("reference", "production"))
    counts = " → ".join(words.count(row[f"n_{side}"]) for side in ("reference", "production"))
    return lines(
        f"<b>{shown(words.value_label(row['value']))}</b>",
        f"share {shares}",
        f"rate {_rates_text(gap, row)}",
        f"judged rows {counts}",
        f"p {words.p_value(row['p_adjusted'])}, adjusted",
    )
