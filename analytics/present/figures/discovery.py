"""The figure of discovered slices: rate against support, above the band that noise alone would fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from analytics.present import palette, words
from analytics.present.discovered import objective_interval, objective_text, slice_words
from analytics.present.figures.frame import axis, axis_ticks, empty, framed_layout, legend_above, lines, shown
from analytics.present.marks import tick_texts, ticks
from analytics.query.objectives import OBJECTIVES, Objective

if TYPE_CHECKING:
    from analytics.answers.discovery import Discovery

MARKS = {
    "confirmed": ("confirmed", palette.WORSE, "circle"),
    "suggestive": ("suggestive", palette.WORSE, "circle-open"),
    "not confirmed": ("not confirmed", palette.SAME, "circle-open"),
}
SUPPORTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
N_NAMED, MAX_NAME, NEAR_EDGE = 3, 46, 0.75
NAME_WIDTH, NAME_HEIGHT = 0.4, 0.07
"""Of the plot's width and height: nearer names would overlap."""


def discovery_map(answer: Discovery) -> go.Figure:
    """Draw each slice as a point: the share of rows it holds, and its rate in the rows that it is reported from.

    Parameters
    ----------
    answer : Discovery

    Returns
    -------
    Figure
        The band of noise, then one trace per status; ``customdata`` of a point is its row in the table.
    """
    objective = OBJECTIVES[answer.search.objective]
    title = f"Which slices have the highest {shown(objective.label)}?"
    if objective.is_change:
        title = "Where did the error rate rise most?"
    table = answer.table.with_row_index("row")
    if not table.height:
        return empty(title, "No slice stands out.")
    low, high = float(table["share_of_rows"].min()), float(table["share_of_rows"].max())  # type: ignore[arg-type]
    across = np.geomspace(low / 1.25, min(1.0, high * 1.35), 60)
    band = answer.noise.band(across * answer.n_searched) if answer.noise else None
    traces = [*([noise_area(across, band, answer.overall)] if band is not None else [])]
    for status in MARKS:
        rows = [row for row in table.iter_rows(named=True) if row["status"] == status and row["rate"] is not None]
        if rows:
            traces.append(points(answer, rows, status))
    ends = [answer.overall, *table["rate_high"].drop_nulls(), *table["rate_low"].drop_nulls()]
    bottom, top = min(ends), max(ends)
    pad = 0.08 * (top - bottom) or 0.01
    places = ticks(bottom - pad, top + pad)
    return go.Figure(
        traces,
        framed_layout(
            title,
            "Rates with 95 % intervals, from rows the search did not see" if answer.split != "none" else "No row was held back",
            height=430,
            margin={"t": 104},
            showlegend=True,
            legend={**legend_above(), "y": 1.02},
            xaxis=axis(
                "Share of judged rows, log scale", type="log", range=[float(np.log10(across[0])), float(np.log10(across[-1]))],
                **support_ticks(across),
            ),
            yaxis=axis(
                f"{objective.label.capitalize()}{', points' if objective.is_change else ''}", range=[bottom - pad, top + pad],
                **axis_ticks(places, rate_texts(objective, places)),
            ),
            shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": answer.overall, "y1": answer.overall,
                     "line": {"color": palette.LINE, "width": 1.5, "dash": "dash"}}],
            annotations=[
                {"x": 1, "xref": "x domain", "xanchor": "right", "y": answer.overall, "yanchor": "top", "showarrow": False,
                 "text": f"all rows {objective_text(answer, answer.overall)}"},
                *names(answer, float(across[0]), float(across[-1]), top - bottom),
            ],
        ),
    )  # fmt: skip


def rate_texts(objective: Objective, places: Sequence[float]) -> list[str]:
    """Write the ticks of the objective: shares in percent, changes in points."""
    if objective.is_change:
        return tick_texts([100 * place for place in places], is_share=False)
    return tick_texts(places, is_share=objective.is_share)


def support_ticks(across: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """Return round shares within the range."""
    inside = [share for share in SUPPORTS if across[0] <= share <= across[-1]]
    return axis_ticks(inside, [f"{100 * share:g}{words.THIN_SPACE}%" for share in inside])


def noise_area(across: Any, band: Any, overall: float) -> dict[str, Any]:
    """Return the area that slices reach by noise alone."""
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip", "name": "what noise alone reaches",
        "x": [*across, *across[::-1]], "y": [*band, *[overall] * len(across)],
        "line": {"width": 0}, "fillcolor": palette.faded(palette.SAME, 0.2),
    }  # fmt: skip


def points(answer: Discovery, rows: list[dict[str, Any]], status: str) -> dict[str, Any]:
    """Return the slices of one status."""
    name, colour, symbol = MARKS[status]
    return {
        "type": "scatter", "mode": "markers", "name": name,
        "x": [row["share_of_rows"] for row in rows],
        "y": [row["rate"] for row in rows],
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1, "width": 0, "color": palette.faded(colour, 0.55),
            "array": [(row["rate_high"] or row["rate"]) - row["rate"] for row in rows],
            "arrayminus": [row["rate"] - (row["rate_low"] or row["rate"]) for row in rows],
        },
        "marker": {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}},
        "customdata": [row["row"] for row in rows],
        "hovertext": [hover(answer, row) for row in rows],
        "hoverinfo": "text",
    }  # fmt: skip


def hover(answer: Discovery, row: dict[str, Any]) -> str:
    """Say everything about a slice."""
    return lines(
        f"<b>{shown(slice_words(answer.slices[row['row']]))}</b>",
        f"{objective_interval(answer, row['rate'], row['rate_low'], row['rate_high'])}, "
        f"elsewhere {objective_text(answer, row['rate_complement'])}",
        f"n {words.count(row['n'])}, {words.share(row['share_of_rows'])} of the rows",
        f"as found {objective_text(answer, row['rate_found'])}; {row['status']}, p {words.p_value(row['p_adjusted'])}",
    )


def names(answer: Discovery, low: float, high: float, span: float) -> list[dict[str, Any]]:
    """Return the names of the first slices that noise does not explain, above their points and where there is room."""
    if answer.search.every:
        return []
    found: list[dict[str, Any]] = []
    taken: list[tuple[float, float]] = []
    for place, row in enumerate(answer.table.head(N_NAMED).iter_rows(named=True)):
        if row["rate_high"] is not None and row["status"] != "not confirmed":
            across = float(np.log(row["share_of_rows"] / low) / np.log(high / low))
            if any(abs(across - x) < NAME_WIDTH and abs(row["rate_high"] - y) < NAME_HEIGHT * span for x, y in taken):
                continue
            taken.append((across, row["rate_high"]))
            side = "right" if across > NEAR_EDGE else "left" if across < 1 - NEAR_EDGE else "center"
            found.append({
                "x": float(np.log10(row["share_of_rows"])), "y": row["rate_high"], "yanchor": "bottom", "xanchor": side,
                "showarrow": False, "yshift": 4, "text": shown(slice_words(answer.slices[place]), MAX_NAME),
            })  # fmt: skip
    return found
