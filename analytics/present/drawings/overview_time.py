"""The time lines, on paper."""

from __future__ import annotations

from math import ceil

import polars as pl
from markupsafe import Markup

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.drawings.canvas import GRID, Canvas, Scale, key, scale
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.marks.time import runs, timeline

_LEFT, _RIGHT = 70.0, 770.0
"""Ends of the plot on the canvas of 800: the ticks' texts stand at the left, half a date at the right."""
_PANELS = ((40.0, 180.0, ("error_rate",)), (216.0, 326.0, ("selection_rate", "prevalence")), (362.0, 416.0, ()))
_MAX_LABELS = 7
"""Dates that fit side by side below the plot."""


def trend_drawing(trend_table: pl.DataFrame, every: str, alt: str) -> Markup:
    """Draw the error rate with its band, selection rate and prevalence, and the share not known yet."""
    table = timeline(trend_table, every)
    if table.is_empty():
        return Markup("")
    table = table.with_columns(place=pl.int_range(pl.len()).cast(pl.Float64))
    canvas = Canvas(446)
    x = scale(-0.5, len(table) - 0.5, _LEFT, _RIGHT)
    for start, end, names in _PANELS:
        columns = [*names, *(f"{name}_high" for name in names if name == "error_rate")] or ["share_unlabelled"]
        top = max([value for name in columns for value in table[name].drop_nulls()] + [0.01])
        y = scale(0, min(1.05 * top, 1.0), end, start)
        _draw_grid(canvas, y, min(1.05 * top, 1.0), 4 if names else 2)
        if names:
            _draw_lines(canvas, table, names, x, y)
            key(canvas, _LEFT, start - 14, [(METRICS[name].label, palette.RATES[name]) for name in names])
        else:
            _draw_unknown(canvas, table, x, y)
            key(canvas, _LEFT, start - 14, [("Not known yet", palette.NOT_YET_KNOWN)])
    step = ceil(len(table) / _MAX_LABELS)
    for row in table.gather_every(step).iter_rows(named=True):
        label = words.bucket_label(row["bucket"], "1d" if every == "1w" else every)
        canvas.text(x(row["place"]), 436, label, anchor="middle")
    return canvas.markup(alt)


def _draw_grid(canvas: Canvas, y: Scale, top: float, about: int) -> None:
    """Draw the lines of an axis of shares."""
    values = ticks(0, top, about)
    for value, text in zip(values, tick_texts(values, is_share=True), strict=True):
        canvas.line(_LEFT, y(value), _RIGHT, y(value), GRID)
        canvas.text(_LEFT - 8, y(value) + 4, text, anchor="end")


def _draw_lines(canvas: Canvas, table: pl.DataFrame, names: tuple[str, ...], x: Scale, y: Scale) -> None:
    """Draw metrics with gaps where there is no value, and the band of the error rate."""
    for name in names:
        colour = palette.RATES[name]
        for run in runs(table, name):
            if name == "error_rate":
                high = [(x(at), y(value)) for at, value in run.select("place", f"{name}_high").iter_rows()]
                low = [(x(at), y(value)) for at, value in run.select("place", f"{name}_low").iter_rows()]
                canvas.area([*high, *reversed(low)], colour, 0.18)
            places = [(x(at), y(value)) for at, value in run.select("place", name).iter_rows()]
            canvas.path(places, colour)
            if len(places) == 1:
                canvas.marker(*places[0], colour)


def _draw_unknown(canvas: Canvas, table: pl.DataFrame, x: Scale, y: Scale) -> None:
    """Draw the share of rows without a label as bars."""
    width = (x(1.0) - x(0.0)) * 0.8
    for at, part in table.select("place", "share_unlabelled").drop_nulls().iter_rows():
        canvas.rect(x(at) - width / 2, y(part), width, y(0.0) - y(part), palette.NOT_YET_KNOWN, palette.SAME)
