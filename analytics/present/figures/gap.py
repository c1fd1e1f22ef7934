"""The figures of the gap: the waterfall, the slices of one column, and the metric over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, legend_above, lines, shown
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.readings.gap import (
    PART_HELP,
    PART_WORDS,
    change_text,
    is_called,
    is_clear,
    metric_label,
    metric_phrase,
    part_note,
    value_text,
)

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.over_time import GapTime

_ROW_HEIGHT = 43
_SLICE_HEIGHT = 30
_MAX_SLICES = 12
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
    sides = gap.sides.names()
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
        {"x": 1.0, "xref": "paper", "xanchor": "right", "y": row, "text": text, "showarrow": False, "align": "right"}
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
    labels = [shown(words.value_label(value), 28) for value in cut["value"]]
    data: list[dict[str, Any]] = []
    for name, colour in (("mix", palette.LOWER), ("within", palette.HIGHER)):
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


def gap_trend(gap: Gap, found: GapTime) -> go.Figure:
    """Draw the metric over time, either side in its colour, and the bucket from which it is another one."""
    title = f"Since when is {metric_phrase(gap.metric)} another one?"
    table = found.table.drop_nulls("value")
    if table.is_empty():
        return empty(title, "No bucket of time has judged rows.")
    data: list[dict[str, Any]] = []
    for side, colour in _ENDS.items():
        part = table.filter(pl.col("side") == side)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if part.height <= 60 else "lines",
                "x": part["bucket"].to_list(),
                "y": part["value"].to_list(),
                "name": side,
                "line": {"color": colour, "width": 2},
                "marker": {"size": 5},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["value"]).to_list(),
                    "arrayminus": (part["value"] - part["low"]).to_list(),
                    "color": palette.faded(colour, 0.5),
                    "width": 0,
                },
                "hoverinfo": "text",
                "hovertext": [
                    lines(
                        words.bucket_label(row["bucket"], found.every),
                        f"{side} {shown(value_text(gap.metric, row['value']))}",
                        f"n {words.count(row['n'])}",
                    )
                    for row in part.iter_rows(named=True)
                ],
            }
        )
    low, high = float(table["value"].min()), float(table["value"].max())  # type: ignore[arg-type]
    pad = 0.15 * (high - low) or 0.01
    values = ticks(low - pad, high + pad)
    line = []
    if found.since is not None:
        line = [
            {
                "type": "line",
                "x0": found.since,
                "x1": found.since,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": palette.LINE, "width": 1.5, "dash": "dash"},
            }
        ]
    layout = framed_layout(
        title,
        "Dashed: from here on another level" if line else "No single date stands out",
        height=320,
        shapes=line,
        showlegend=True,
        legend=legend_above(),
        margin={"t": 100},
        xaxis=axis(),
        yaxis=axis(
            metric_label(gap.metric.name),
            range=[low - pad, high + pad],
            **axis_ticks(values, tick_texts(values, is_share=gap.metric.is_share)),
        ),
    )
    return go.Figure({"data": data, "layout": layout})
