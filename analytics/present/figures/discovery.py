"""The figure of discovered slices: rate against support, above the band that noise alone would fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.base_rate import split_words
from analytics.present.discovery import objective_interval, objective_text, slice_words
from analytics.present.figures.base import axis, axis_ticks, empty, framed_layout, legend_above, lines, shown
from analytics.present.marks.slices import tick_texts, ticks
from analytics.query.discovery.objectives import OBJECTIVES, Objective

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery

_Box = tuple[float, float, float, float]
_MARKS = {
    "confirmed": ("confirmed", palette.WORSE, "circle"),
    "suggestive": ("suggestive", palette.WORSE, "circle-open"),
    "not confirmed": ("not confirmed", palette.SAME, "circle-open"),
}
_SIDES: dict[str, dict[str, Any]] = {
    "right": {"xanchor": "left", "yanchor": "middle", "xshift": 9},
    "above": {"xanchor": "center", "yanchor": "bottom", "yshift": 4},
    "left": {"xanchor": "right", "yanchor": "middle", "xshift": -9},
    "below": {"xanchor": "center", "yanchor": "top", "yshift": -4},
}
_SUPPORTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Shares of rows that may be ticks: 1, 2 and 5 in each decade, even steps on a log scale."""
_N_NAMED, _MAX_NAME = 3, 46
"""Slices whose names are written into the map, and characters of each: more of them overlap. A judgement."""
_LETTER, _NAME_HEIGHT, _GAP = 0.009, 0.055, 0.015
"""Of the plot's width and height: a letter, a line, and the room around a point."""


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
    if objective.is_within_label:
        title = "Which slices fail more often than their base rate explains?"
    table, centre = _drawn_table(answer)
    if not table.height:
        return empty(title, "No slice stands out.")
    low, high = float(table["share_of_rows"].min()), float(table["share_of_rows"].max())  # type: ignore[arg-type]
    across = np.geomspace(low / 1.25, min(1.0, high * 1.35), 60)
    band = answer.noise.band(across * answer.n_searched) if answer.noise else None
    band = band - (answer.overall - centre) if band is not None else None
    traces = [*([_noise_area(across, band, centre)] if band is not None else [])]
    for status in _MARKS:
        rows = [row for row in table.iter_rows(named=True) if row["status"] == status and row["height"] is not None]
        if rows:
            traces.append(_points(answer, rows, status))
    ends = [centre, *table["height_high"].drop_nulls(), *table["height_low"].drop_nulls()]
    bottom, top = min(ends), max(ends)
    pad = 0.08 * (top - bottom) or 0.01
    places = ticks(bottom - pad, top + pad)
    return go.Figure(
        traces,
        framed_layout(
            title,
            "Rates with 95 % intervals, from rows the search did not see"
            if answer.split != "none"
            else "No row was held back",
            height=430,
            margin={"t": 104},
            showlegend=True,
            legend={**legend_above(), "y": 1.02},
            xaxis=axis(
                "Share of judged rows, log scale",
                type="log",
                range=[float(np.log10(across[0])), float(np.log10(across[-1]))],
                **_support_ticks(across),
            ),
            yaxis=axis(
                f"{objective.label.capitalize()}{', points' if _is_in_points(objective) else ''}",
                range=[bottom - pad, top + pad],
                **axis_ticks(places, _rate_texts(objective, places)),
            ),
            shapes=[
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 1,
                    "xref": "x domain",
                    "y0": centre,
                    "y1": centre,
                    "line": {"color": palette.LINE, "width": 1.5, "dash": "dash"},
                }
            ],
            annotations=[
                {
                    "x": 1,
                    "xref": "x domain",
                    "xanchor": "right",
                    "y": centre,
                    "yanchor": "top",
                    "showarrow": False,
                    "text": "as the base rate explains"
                    if objective.is_within_label
                    else f"all rows {objective_text(answer, centre)}",
                },
                *_names(answer, table, centre, (float(across[0]), float(across[-1])), top - bottom),
            ],
        ),
    )


def _is_in_points(objective: Objective) -> bool:
    """Say whether what is drawn is a difference of rates."""
    return objective.is_change or objective.is_within_label


def _drawn_table(answer: Discovery) -> tuple[pl.DataFrame, float]:
    """Return the slices with what is drawn of each as ``height``, ``height_low`` and ``height_high``, and the usual height.

    That is the rate; where excess errors are split, the model's part of them per row, which is usually 0.
    """
    table, ends = answer.table.with_row_index("row"), ("", "_low", "_high")
    if "excess_model" in table.columns:
        return table.with_columns(
            (pl.col(f"excess_model{end}") / pl.col("n")).alias(f"height{end}") for end in ends
        ), 0.0
    return table.with_columns(pl.col(f"rate{end}").alias(f"height{end}") for end in ends), answer.overall


def _rate_texts(objective: Objective, places: Sequence[float]) -> list[str]:
    """Write the ticks of the objective: shares in percent, changes in points."""
    if _is_in_points(objective):
        return tick_texts([100 * place for place in places], is_share=False)
    return tick_texts(places, is_share=objective.is_share)


def _support_ticks(across: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """Return round shares within the range."""
    inside = [share for share in _SUPPORTS if across[0] <= share <= across[-1]]
    return axis_ticks(inside, [f"{100 * share:g}{words.THIN_SPACE}%" for share in inside])


def _noise_area(across: Any, band: Any, overall: float) -> dict[str, Any]:
    """Return the area that slices reach by noise alone."""
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "hoverinfo": "skip",
        "name": "what noise alone reaches",
        "x": [*across, *across[::-1]],
        "y": [*band, *[overall] * len(across)],
        "line": {"width": 0},
        "fillcolor": palette.faded(palette.SAME, 0.2),
    }


def _points(answer: Discovery, rows: list[dict[str, Any]], status: str) -> dict[str, Any]:
    """Return the slices of one status."""
    name, colour, symbol = _MARKS[status]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row["share_of_rows"] for row in rows],
        "y": [row["height"] for row in rows],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "thickness": 1,
            "width": 0,
            "color": palette.faded(colour, 0.55),
            "array": [(row["height_high"] or row["height"]) - row["height"] for row in rows],
            "arrayminus": [row["height"] - (row["height_low"] or row["height"]) for row in rows],
        },
        "marker": {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}},
        "customdata": [row["row"] for row in rows],
        "hovertext": [_hover(answer, row) for row in rows],
        "hoverinfo": "text",
    }


def _hover(answer: Discovery, row: dict[str, Any]) -> str:
    """Say everything about a slice."""
    return lines(
        f"<b>{shown(slice_words(answer.slices[row['row']]))}</b>",
        f"{objective_interval(answer, row['rate'], row['rate_low'], row['rate_high'])}, "
        f"elsewhere {objective_text(answer, row['rate_complement'])}",
        split_words(row) if "excess_model" in row else "",
        f"n {words.count(row['n'])}, {words.share(row['share_of_rows'])} of the rows",
        f"as found {objective_text(answer, row['rate_found'])}; {row['status']}, p {words.p_value(row['p_adjusted'])}",
    )


def _names(
    answer: Discovery, table: pl.DataFrame, centre: float, across: tuple[float, float], span: float
) -> list[dict[str, Any]]:
    """Return the names of the first slices that noise does not explain, beside their points where there is room."""
    if answer.search.every:
        return []
    low, high = across
    shares, heights = table["share_of_rows"].to_numpy(), table["height"].cast(pl.Float64).to_numpy() / span
    points = list(zip(np.log(shares / low) / np.log(high / low), heights, strict=True))
    found: list[dict[str, Any]] = []
    taken = [(1 - _LETTER * 16, 1.0, centre / span - _NAME_HEIGHT, centre / span)]
    for place, row in enumerate(table.head(_N_NAMED).iter_rows(named=True)):
        if row["height_high"] is None or row["status"] == "not confirmed":
            continue
        text = shown(slice_words(answer.slices[place]), _MAX_NAME)
        others = [point for at, point in enumerate(points) if at != place]
        ends = {"above": row["height_high"], "right": row["height"], "left": row["height"], "below": row["height_low"]}
        for side, y in ends.items():
            box = name_box(side, float(points[place][0]), y / span, _LETTER * min(len(text), _MAX_NAME))
            if is_free(box, others, taken):
                taken.append(box)
                found.append(
                    {
                        "x": float(np.log10(row["share_of_rows"])),
                        "y": y,
                        "showarrow": False,
                        "text": text,
                        **_SIDES[side],
                    }
                )
                break
    return found


def name_box(side: str, across: float, up: float, width: float) -> _Box:
    """Return left, right, bottom and top of a name beside a point, as shares of the plot."""
    if side in ("above", "below"):
        bottom = up if side == "above" else up - _NAME_HEIGHT
        return across - width / 2, across + width / 2, bottom, bottom + _NAME_HEIGHT
    left = across + _GAP if side == "right" else across - _GAP - width
    return left, left + width, up - _NAME_HEIGHT / 2, up + _NAME_HEIGHT / 2


def is_free(box: _Box, points: Sequence[tuple[float, float]], taken: Sequence[_Box]) -> bool:
    """Say whether a name lies inside of the plot, on no point and on no other name."""
    left, right, bottom, top = box
    is_inside = left >= 0 and right <= 1
    hit = any(left - _GAP < x < right + _GAP and bottom - _GAP < y < top + _GAP for x, y in points)
    return (
        is_inside
        and not hit
        and not any(left < other[1] and right > other[0] and bottom < other[3] and top > other[2] for other in taken)
    )
