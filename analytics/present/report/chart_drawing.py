"""Any chart of a pack as a still drawing: bars by category, or lines along them, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from markupsafe import Markup

from analytics.present import palette
from analytics.present.drawings.canvas import GRID, Canvas, Scale, fitted, key, scale
from analytics.present.marks.slices import tick_texts, ticks
from analytics.present.report.parts import Chart, Series

_LEFT, _RIGHT = 250.0, 770.0
"""Ends of the bars on the canvas of 800: their names stand at the left."""
_ROW = 26
"""Height of a bar with its gap: a line of text and some room."""
_START, _TOP, _BOTTOM = 80.0, 40.0, 290.0
"""Where lines begin, right of the ticks' texts, and the ends of their plot from the top."""
_MAX_LABELS = 8
"""Names that fit side by side below the lines."""
_COLOURS = (palette.TRUE_POSITIVE, palette.SAME, palette.FALSE_POSITIVE, palette.PRODUCTION)


def chart_drawing(chart: Chart, alt: str) -> Markup:
    """Draw a chart; nothing where it has no value."""
    ends = [end for series in chart.series for end in _known(series)]
    if not ends or not chart.categories:
        return Markup("")
    low, high = min(0.0, *ends) if chart.kind == "bars" else min(ends), max(ends)
    low, high = (min(low, 0.0), max(high, 0.0)) if chart.kind == "bars" else (low, high)
    room = (high - low or 1.0) * 0.05
    span = (low - room if low else 0.0, high + room if high else 0.0)
    return _bars(chart, span, alt) if chart.kind == "bars" else _lines(chart, span, alt)


def _colour_of(series: Series, place: int) -> str:
    """Return the colour of a series, its own or that of its place."""
    return series.colour or _COLOURS[place % len(_COLOURS)]


def _known(series: Series) -> list[float]:
    """Return the values and ends of a series."""
    return [value for values in (series.values, series.low, series.high) for value in values if value is not None]


def _bars(chart: Chart, span: tuple[float, float], alt: str) -> Markup:
    """Draw the first series as bars with their intervals."""
    series = chart.series[0]
    bottom = 20.0 + _ROW * len(chart.categories)
    canvas, x = Canvas(bottom + 44), scale(*span, _LEFT, _RIGHT)
    values = [value for value in ticks(*span) if span[0] <= value <= span[1]]
    for value, text in zip(values, tick_texts(values, is_share=chart.is_share), strict=True):
        canvas.line(x(value), 14, x(value), bottom, GRID)
        canvas.text(x(value), bottom + 16, text, anchor="middle")
    canvas.line(x(0.0), 14, x(0.0), bottom, palette.SAME)
    for place, (name, size) in enumerate(zip(chart.categories, series.values, strict=True)):
        y = 20.0 + (place + 0.5) * _ROW
        canvas.text(_LEFT - 10, y + 4, fitted(name, _LEFT - 14), anchor="end", colour=palette.INK)
        if size is None:
            continue
        start, end = sorted((x(0.0), x(size)))
        canvas.rect(start, y - 8, end - start, 16, palette.mixed(_colour_of(series, 0), palette.PAPER, 0.45))
        if series.low and series.high and series.low[place] is not None and series.high[place] is not None:
            canvas.line(x(series.low[place] or 0.0), y, x(series.high[place] or 0.0), y, palette.INK)
    canvas.text((_LEFT + _RIGHT) / 2, bottom + 36, chart.y_title, anchor="middle")
    return canvas.markup(alt)


def _lines(chart: Chart, span: tuple[float, float], alt: str) -> Markup:
    """Draw each series as a line, with a band where it has an interval."""
    canvas = Canvas(_BOTTOM + 52)
    y, x = scale(*span, _BOTTOM, _TOP), scale(-0.5, len(chart.categories) - 0.5, _START, _RIGHT)
    values = [value for value in ticks(*span) if span[0] <= value <= span[1]]
    for value, text in zip(values, tick_texts(values, is_share=chart.is_share), strict=True):
        canvas.line(_START, y(value), _RIGHT, y(value), GRID)
        canvas.text(_START - 8, y(value) + 4, text, anchor="end")
    for place, series in enumerate(chart.series):
        _line(canvas, series, _colour_of(series, place), x, y)
    key(canvas, _START, 20, [(series.name, _colour_of(series, place)) for place, series in enumerate(chart.series)])
    step = ceil(len(chart.categories) / _MAX_LABELS)
    for place in range(0, len(chart.categories), step):
        canvas.text(x(float(place)), _BOTTOM + 18, fitted(chart.categories[place], 92), anchor="middle")
    canvas.text((_START + _RIGHT) / 2, _BOTTOM + 42, chart.x_title, anchor="middle")
    return canvas.markup(alt)


def _line(canvas: Canvas, series: Series, colour: str, x: Scale, y: Scale) -> None:
    """Draw one series with gaps where it has no value."""
    for run in _runs(series.values):
        if series.low and series.high:
            ends = [(place, series.low[place], series.high[place]) for place in run]
            known = [(x(place), y(low), y(high)) for place, low, high in ends if low is not None and high is not None]
            if len(known) > 1:
                band = [(at, top) for at, _, top in known] + [(at, floor) for at, floor, _ in reversed(known)]
                canvas.area(band, colour, 0.18)
        places = [(x(place), y(series.values[place] or 0.0)) for place in run]
        canvas.path(places, colour)
        if len(places) == 1:
            canvas.marker(*places[0], colour)


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Return the places of values in runs without a gap.

    >>> _runs([1.0, None, 2.0, 3.0])
    [[0], [2, 3]]
    """
    found: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if not found or found[-1][-1] != place - 1:
            found.append([])
        found[-1].append(place)
    return found
