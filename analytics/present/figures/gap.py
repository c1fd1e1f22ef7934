"""The figure of the gap: the way from the reference to production, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from analytics.measure.gap.causes import is_called, is_clear
from analytics.present import palette
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, lines, shown
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.readings.gap_parts import (
    PART_HELP,
    PART_WORDS,
    change_text,
    metric_label,
    metric_phrase,
    part_note,
    value_text,
)

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap

_ROW_HEIGHT = 43
"""Pixels for a part: a bar with its interval and its size, and its name beside it."""
_ENDS = {"reference": palette.REFERENCE, "production": palette.PRODUCTION}


def waterfall_figure(gap: Gap) -> go.Figure:
    """Draw the way from the reference to production: one bar for each part, with its interval and its size.

    ``customdata`` of a bar is the name of its part.
    """
    flow, metric = gap.waterfall, gap.metric
    title = f"Where does the change of {metric_phrase(metric)} come from?"
    if flow.change.value != flow.change.value:
        return empty(title, "The metric is undefined on one side.")
    names = ["reference", *flow.parts, "production"]
    labels = ["Reference", *(PART_WORDS[name][:1].upper() + PART_WORDS[name][1:] for name in flow.parts), "Production"]
    bases, sizes, colours, texts, hovers, arms = [], [], [], [], [], []
    level = flow.reference
    for name, label in zip(names, labels, strict=True):
        if name in _ENDS:
            value = flow.reference if name == "reference" else flow.production
            bases.append(0.0)
            sizes.append(value)
            colours.append(_ENDS[name])
            texts.append(f"<b>{shown(value_text(metric, value))}</b>")
            hovers.append(lines(f"<b>{label}</b>", shown(value_text(metric, value))))
            arms.append((0.0, 0.0))
            continue
        part = flow.parts[name]
        size = float(part.value)
        is_worse = (size > 0) == metric.is_lower_better
        clear = is_called(gap, name)
        bases.append(level)
        sizes.append(size)
        colours.append(palette.faded(palette.SAME, 0.6) if not clear else palette.WORSE if is_worse else palette.BETTER)
        mark = "" if not clear else "▲ " if is_worse else "▼ "
        texts.append(f"{mark}{shown(change_text(metric, part))}")
        hovers.append(
            lines(
                f"<b>{label}</b>",
                shown(change_text(metric, part)),
                PART_HELP[name],
                "" if clear else "not to be told apart" if is_clear(part) else "not beyond chance",
            )
        )
        level += size
        arms.append((float(part.high) - size, size - float(part.low)))
    sides = gap.sides.short_names()
    details = [sides[0], *(part_note(gap, name) for name in flow.parts), sides[1]]
    low, high = _value_range(bases, sizes, arms)
    rows = list(range(len(names)))
    drawn = [max(base, low) if name in _ENDS else base for base, name in zip(bases, names, strict=True)]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "base": drawn,
        "x": [base + size - at for base, size, at in zip(bases, sizes, drawn, strict=True)],
        "marker": {"color": colours, "line": {"width": 0}},
        "width": 0.62,
        "customdata": names,
        "hovertext": hovers,
        "hoverinfo": "text",
    }
    whiskers = {
        "type": "scatter",
        "mode": "markers",
        "y": rows[1:-1],
        "x": [base + size for base, size in zip(bases[1:-1], sizes[1:-1], strict=True)],
        "marker": {"size": 1, "color": palette.MUTED_TEXT},
        "hoverinfo": "skip",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [arm[0] for arm in arms[1:-1]],
            "arrayminus": [arm[1] for arm in arms[1:-1]],
            "color": palette.MUTED_TEXT,
            "thickness": 1.4,
            "width": 4,
        },
    }
    after = [base + size for base, size in zip(bases, sizes, strict=True)]
    connectors = [
        {
            "type": "line",
            "x0": after[row],
            "x1": after[row],
            "y0": row + 0.31,
            "y1": row + 0.69,
            "line": {"color": palette.LINE, "width": 1, "dash": "dot"},
        }
        for row in rows[:-1]
    ]
    notes = [
        {
            "x": 1.0,
            "xref": "paper",
            "xanchor": "right",
            "y": row,
            "text": text.replace(" (", "<br>("),  # beside the bars there is room for half of it
            "showarrow": False,
            "align": "right",
        }
        for row, text in zip(rows, texts, strict=True)
    ]
    values = [value for value in ticks(low, high) if low <= value <= high]
    doubt = ", or not to be told apart" if gap.is_entangled else ""
    layout = framed_layout(
        title,
        f"▲ worse, ▼ better; grey: not beyond chance{doubt}; thin lines are 95 % intervals",
        height=130 + _ROW_HEIGHT * len(names),
        shapes=connectors,
        annotations=notes,
        xaxis=axis(
            metric_label(metric.name) + (", axis cut" if low > 0 else ""),
            range=[low, high],
            domain=[0, 0.68],
            **axis_ticks(values, tick_texts(values, is_share=metric.is_share)),
        ),
        yaxis=axis(
            range=[len(names) - 0.4, -0.6],
            showgrid=False,
            **axis_ticks(rows, [_two_lines(*pair) for pair in zip(labels, details, strict=True)]),
        ),
    )
    return go.Figure({"data": [bars, whiskers], "layout": layout})


def _two_lines(label: str, note: str) -> str:
    """Write a label with a smaller note below it."""
    return f"<b>{label}</b><br><span style='font-size:11px'>{shown(note, 34)}</span>"


def _value_range(bases: list[float], sizes: list[float], arms: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the range that shows all parts: from zero where that leaves them at least a third of the room."""
    ends = [base + size for base, size in zip(bases, sizes, strict=True)]
    inner = [*ends, *bases[1:-1]]
    high = max(*inner, *(end + arm[0] for end, arm in zip(ends, arms, strict=True)))
    low = min(*inner, *(end - arm[1] for end, arm in zip(ends, arms, strict=True)))
    pad = max(0.06 * (high - low), 1e-9)
    start = min(0.0, low - pad) if (high - low) >= (high - min(0.0, low)) / 3 else low - 4 * pad
    return start, high + pad
