"""The figure of classes: rows by true and predicted class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.present import palette, words
from analytics.present.figures.base import axis, axis_ticks, framed_layout, lines, shown

_MAX_CLASSES = 20
"""Classes that are drawn, those with most rows: more cells cannot be read in one half of a page."""
_MAX_WRITTEN = 8
"""Classes up to which the counts stand in the cells; with more they are in the hover."""
_MAX_LABEL = 22
"""Characters of a class on an axis."""
_MAX_SHORT = 3
"""Characters of a class up to which twenty stand beside each other on half a page."""
_CELL, _AROUND = 30, 150
"""Pixels of a cell down, and of what stands around the cells."""


def class_matrix(pairs: pl.DataFrame, names: Sequence[str]) -> go.Figure:
    """Draw rows by true class, down, and predicted class, across; the colour is the share of the true class.

    Parameters
    ----------
    pairs : DataFrame
        As `measure.classes.confusion_pairs`; ``customdata`` of a cell is its row there.
    names : sequence of str
        Classes in their order; at most 20 are drawn.
    """
    drawn = list(names[:_MAX_CLASSES])
    place = {name: at for at, name in enumerate(drawn)}
    shares: list[list[float | None]] = [[0.0] * len(drawn) for _ in drawn]
    x, y, texts, hovers, rows = [], [], [], [], []
    for row_number, row in enumerate(pairs.iter_rows(named=True)):
        down, across = place.get(row["true"]), place.get(row["predicted"])
        if down is None or across is None:
            continue
        shares[down][across] = row["share_of_true"]
        x.append(across)
        y.append(down)
        texts.append(words.count(row["n"]) if len(drawn) <= _MAX_WRITTEN else "")
        hovers.append(_hover(row))
        rows.append(row_number)
    labels = [shown(words.value_label(name), _MAX_LABEL) for name in drawn]
    is_level = len(drawn) <= _MAX_WRITTEN or max(map(len, labels)) <= _MAX_SHORT
    ticks = axis_ticks(range(len(drawn)), labels)
    still: dict[str, Any] = {"showgrid": False, "ticks": "", "fixedrange": True, **ticks}
    left = len(names) - len(drawn)
    subtitle = "Colour: share of the true class" + (f"; {left:,} classes with fewer rows are left out" if left else "")
    layout = framed_layout(
        "Which class is taken for which?",
        subtitle,
        height=_AROUND + max(_CELL * len(drawn), 180),
        xaxis=axis("Predicted", range=[-0.5, len(drawn) - 0.5], tickangle=0 if is_level else -45, **still),
        yaxis=axis("True", range=[len(drawn) - 0.5, -0.5], **still),
    )
    scale = [[0, palette.MIDDLE], [1, palette.TRUE_POSITIVE]]
    cells = {
        "type": "heatmap",
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "colorscale": scale,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
    }
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": x,
        "y": y,
        "text": texts,
        "marker": {"symbol": "square", "size": _CELL - 4, "opacity": 0},
        "textfont": {
            "color": [palette.text_on(_colour(shares[down][across])) for across, down in zip(x, y, strict=True)]
        },
        "customdata": rows,
        "hovertext": hovers,
        "hoverinfo": "text",
        "showlegend": False,
    }
    return go.Figure([cells, marks], layout)


def _colour(share: float | None) -> str:
    """Return the colour of a cell, by which its text is black or white.

    >>> palette.contrast(palette.text_on(_colour(0.6)), _colour(0.6)) > 4.5
    True
    """
    return palette.mixed(palette.MIDDLE, palette.TRUE_POSITIVE, share or 0.0)


def _hover(row: dict[str, Any]) -> str:
    """Say a pair, its rows and its shares."""
    true, predicted = (shown(words.value_label(row[name])) for name in ("true", "predicted"))
    lead = f"{true} is right" if row["true"] == row["predicted"] else f"{true} taken for {predicted}"
    excess = ""
    if row["excess"] is not None:
        ends = words.between(*(words.plain(row[f"excess_{end}"], 0) for end in ("low", "high")))
        excess = f"{words.plain(row['excess'], 0)} rows ({ends}) more than happens to the other classes"
    counted = words.plural(row["n"], "row")
    if "rows" in row:
        counted = f"{words.plural(round(row['n']), 'weighted row')}, {words.plural(row['rows'], 'row')} behind"
    of_true, of_predicted = words.share(row["share_of_true"]), words.share(row["share_of_predicted"])
    return lines(f"<b>{lead}</b>", counted, f"{of_true} of true, {of_predicted} of predicted", excess)
