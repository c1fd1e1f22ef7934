"""Rankings and heat maps of slices, on paper."""

from __future__ import annotations

import polars as pl
from markupsafe import Markup

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.drawings.canvas import GRID, Canvas, fitted, key, scale, text_width
from analytics.present.marks.heat import MAX_ACROSS, MAX_DOWN, MAX_WIDE_ACROSS, HeatGrid, heat_grid
from analytics.present.marks.slices import (
    VERDICT_WORDS,
    Mark,
    most_words,
    points_to,
    slice_marks,
    tick_texts,
    ticks,
    value_range,
)

MAX_BARS = 40
"""Slices that are drawn: what a printed page holds. A judgement."""
_ROW = 22
"""Height of a slice on the canvas: a line of text with a gap."""
_LABEL_WIDTH = 190.0
"""Room for the labels at the left, less than a quarter of the canvas."""
_PLOT_RIGHT = 640.0
"""Where the plot of the values ends and the bars of rows begin."""
_ROWS_RIGHT = 740.0
"""Where the longest bar of rows ends; its number stands behind, before the canvas' end at 800."""
_ACROSS_WIDTH, _TURN = 110.0, -40.0
"""Length of a label above a column, and the degrees that it is turned by where it is wider than that."""


def bars_drawing(table: pl.DataFrame, metric: str, overall: float | None, alt: str) -> Markup:
    """Draw one point with its interval per slice, at most 40, and bars of their rows; nothing without a value."""
    marks = slice_marks(table, metric, MAX_BARS)
    if not any(mark.value is not None for mark in marks):
        return Markup("")
    left = min(_LABEL_WIDTH, max(text_width(fitted(mark.label, _LABEL_WIDTH - 14)) for mark in marks) + 16)
    top, bottom = 48.0, 48.0 + _ROW * len(marks)
    canvas = Canvas(bottom + 40)
    low, high = value_range(marks, metric, overall)
    x = scale(low, high, left, _PLOT_RIGHT)
    values = [value for value in ticks(low, high) if low <= value <= high]
    for value, text in zip(values, tick_texts(values, is_share=METRICS[metric].is_share), strict=True):
        canvas.line(x(value), top, x(value), bottom, GRID)
        canvas.text(x(value), bottom + 16, text, anchor="middle")
    if overall is not None:
        canvas.line(x(overall), top - 4, x(overall), bottom, palette.SAME, dash="5 4")
        canvas.text(x(overall), top - 8, f"all {words.metric_text(metric, overall)}", anchor="middle")
    widest = max(mark.n for mark in marks)
    for place, mark in enumerate(marks):
        _draw_slice(canvas, mark, metric, top + (place + 0.5) * _ROW, left, (low, high), widest)
    canvas.text((left + _PLOT_RIGHT) / 2, bottom + 34, f"{METRICS[metric].label}, 95 % interval", anchor="middle")
    canvas.text(_PLOT_RIGHT + 20, bottom + 16, "Rows")
    verdicts = dict.fromkeys(mark.verdict for mark in marks)
    arrows = {"up": "▲ ", "down": "▼ ", None: ""}
    key(
        canvas,
        left,
        16,
        [
            (f"{arrows[points_to(verdict, metric)]}{words_of}", palette.VERDICTS[verdict])
            for verdict, words_of in VERDICT_WORDS.items()
            if verdict in verdicts
        ],
    )
    return canvas.markup(alt)


def _draw_slice(
    canvas: Canvas, mark: Mark, metric: str, y: float, left: float, span: tuple[float, float], widest: int
) -> None:
    """Draw the row of one slice."""
    x, colour = scale(*span, left, _PLOT_RIGHT), palette.VERDICTS[mark.verdict]
    canvas.text(left - 10, y + 4, fitted(mark.label, left - 14), anchor="end", colour=palette.INK)
    if mark.value is not None:
        if mark.low is not None and mark.high is not None:
            canvas.line(x(max(mark.low, span[0])), y, x(min(mark.high, span[1])), y, colour)
        canvas.marker(x(mark.value), y, colour, points_to(mark.verdict, metric), is_open=mark.verdict == "few")
    else:
        canvas.text(left + 6, y + 4, words.UNDEFINED)
    width = (_ROWS_RIGHT - _PLOT_RIGHT - 20) * mark.n / widest if widest else 0.0
    canvas.rect(_PLOT_RIGHT + 20, y - 7, width, 14, palette.MIDDLE)
    canvas.text(_PLOT_RIGHT + 25 + width, y + 4, words.count(mark.n))


def heat_drawing(table: pl.DataFrame, columns: tuple[str, ...], metric: str, overall: float | None, alt: str) -> Markup:
    """Draw two sliced columns as a grid of colours; nothing without a value."""
    grid = heat_grid(table, metric, overall)
    if not any(mark.value is not None for *_, mark in grid.cells):
        return Markup("")
    left = _LABEL_WIDTH
    width = (790.0 - left) / len(grid.across)
    labels = [fitted(words.value_label(value), _ACROSS_WIDTH) for value in grid.across]
    longest = max(map(text_width, labels))
    turn = _TURN if longest > width - 4 else 0.0
    top = 78.0 + (longest * 0.6 if turn else 0.0)
    height = 34.0
    canvas = Canvas(top + height * len(grid.down) + 10)
    _draw_scale(canvas, grid, metric, left)
    canvas.text(left - 10, top - 10, f"{fitted(columns[0], 80)} ↓  {fitted(columns[1], 80)} →", anchor="end")
    for place, label in enumerate(labels):
        anchor = "start" if turn else "middle"
        canvas.text(left + (place + 0.5) * width, top - 10, label, anchor=anchor, colour=palette.INK, turn=turn)
    for place, value in enumerate(grid.down):
        label = fitted(words.value_label(value), left - 14)
        canvas.text(left - 10, top + (place + 0.5) * height + 4, label, anchor="end", colour=palette.INK)
    for down, across, mark in grid.cells:
        x, y, colour = left + across * width, top + down * height, grid.colour(mark)
        canvas.rect(x + 1, y + 1, width - 2, height - 2, colour)
        _draw_cell(canvas, grid.texts(mark, metric), x + width / 2, y + height / 2, palette.text_on(colour))
    return canvas.markup(alt)


def heat_words(table: pl.DataFrame) -> str:
    """Say what stands in the cells of a heat map, and how many values are not drawn."""
    is_dense = min(table["slice_1"].n_unique(), MAX_ACROSS) > MAX_WIDE_ACROSS
    written = ", rows under each value" + (" (1.2k is 1,200)" if is_dense else "")
    limits = (("slice_0", MAX_DOWN, "down"), ("slice_1", MAX_ACROSS, "across"))
    sides = [(min(table[key].n_unique(), limit), table[key].n_unique(), side) for key, limit, side in limits]
    if all(kept == n for kept, n, _ in sides):
        return written
    return f"{written}, the {most_words(table)}: {', '.join(f'{kept} of {n} {side}' for kept, n, side in sides)}"


def _draw_cell(canvas: Canvas, texts: tuple[str, str], x: float, y: float, colour: str) -> None:
    """Write the value of a cell and under it its rows."""
    value, n = texts
    canvas.text(x, y - 2, value, anchor="middle", colour=colour, size=12, weight="600")
    canvas.text(x, y + 12, n, anchor="middle", colour=colour, size=10.5)


def _draw_scale(canvas: Canvas, grid: HeatGrid, metric: str, left: float) -> None:
    """Draw which colour means which value."""
    below, above = palette.ends(grid.direction)
    limits = METRICS[metric]
    low, high = max(grid.middle - grid.reach, limits.low), min(grid.middle + grid.reach, limits.high)
    steps, x = 41, scale(low, high, left + 90, left + 330)
    for step in range(steps):
        value = low + (high - low) * (step + 0.5) / steps
        place = grid.place(value)
        colour = palette.mixed(palette.MIDDLE, above if place > 0 else below, abs(place))
        canvas.rect(left + 90 + 240 / steps * step, 12, 240 / steps + 0.5, 10, colour)
    canvas.text(left, 21, fitted(limits.label, 84))
    values = [value for value in ticks(low, high, 4) if low <= value <= high]
    for value, text in zip(values, tick_texts(values, is_share=limits.is_share), strict=True):
        canvas.text(x(value), 36, text, anchor="middle")
    canvas.rect(left + 360, 12, 11, 11, palette.FEW_CELLS)
    canvas.text(left + 376, 21, words.FEW_ROWS)
