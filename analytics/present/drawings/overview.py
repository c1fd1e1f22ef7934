"""The confusion matrix and the distribution of the scores, on paper."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from markupsafe import Markup

from analytics.present import palette, words
from analytics.present.drawings.canvas import GRID, RULE, Canvas, key, scale
from analytics.present.marks.scores import OUTCOME_LABELS, SHARES_OF, score_bars
from analytics.present.marks.slices import count_ticks

_CELLS = {"tp": (0, 0), "fp": (1, 0), "fn": (0, 1), "tn": (1, 1)}
_LEFT, _TOP, _CELL_WIDTH, _CELL_HEIGHT, _LARGEST = 110, 28, 340, 112, 96
"""Places and sizes on the canvas: room for the words at the left and above, a cell's width and height, the largest
square's side."""


def confusion_drawing(counts: Mapping[str, int], alt: str) -> Markup:
    """Draw the four outcomes: a square whose area is the count, with the count and its shares in words."""
    canvas = Canvas(_TOP + 2 * _CELL_HEIGHT + 6)
    total, largest = sum(counts[outcome] for outcome in _CELLS), max(counts[outcome] for outcome in _CELLS)
    for place, text in enumerate(("label positive", "label negative")):
        canvas.text(_LEFT + (place + 0.5) * _CELL_WIDTH, _TOP - 10, text, anchor="middle")
    for place, text in enumerate(("positive", "negative")):
        middle = _TOP + (place + 0.5) * _CELL_HEIGHT
        canvas.text(_LEFT - 12, middle - 4, "predicted", anchor="end")
        canvas.text(_LEFT - 12, middle + 12, text, anchor="end")
    for outcome, (across, down) in _CELLS.items():
        x, y, n = _LEFT + across * _CELL_WIDTH, _TOP + down * _CELL_HEIGHT, counts[outcome]
        canvas.rect(x, y, _CELL_WIDTH, _CELL_HEIGHT, "none", RULE)
        side = _LARGEST * (n / largest) ** 0.5 if largest else 0.0
        middle_x, middle_y = x + _CELL_WIDTH - 70, y + _CELL_HEIGHT / 2
        canvas.rect(middle_x - side / 2, middle_y - side / 2, side, side, palette.OUTCOMES[outcome])
        of_label = n + counts[SHARES_OF[outcome][0]]
        canvas.text(x + 18, y + 38, words.count(n), colour=palette.INK, size=20, weight="600")
        canvas.text(x + 18, y + 57, OUTCOME_LABELS[outcome], colour=palette.INK)
        canvas.text(x + 18, y + 76, f"{words.share(n / total if total else None)} of judged rows")
        canvas.text(x + 18, y + 93, f"{words.share(n / of_label if of_label else None)} of {SHARES_OF[outcome][1]}")
    return canvas.markup(alt)


def score_drawing(histogram: pl.DataFrame, threshold: float, alt: str) -> Markup:
    """Draw rows by score and label in the colours of their outcomes, with the threshold; nothing without scores."""
    if histogram.is_empty():
        return Markup("")
    bars = score_bars(histogram, threshold)
    canvas = Canvas(300)
    left, right, top, bottom = 70.0, 790.0, 50.0, 256.0
    most = max([*bars.n, 1])
    x, y = scale(*bars.span, left, right), scale(0, 1.08 * most, bottom, top)
    for count in count_ticks(most):
        canvas.line(left, y(count), right, y(count), GRID)
        canvas.text(left - 8, y(count) + 4, words.count(count), anchor="end")
    base = [0] * len(bars.n)
    for part in bars.parts:
        outline = palette.SAME if part.name == words.NOT_YET_KNOWN else "none"
        for place, n in zip(part.places, part.counts, strict=True):
            width = x(bars.widths[place]) - x(0.0)
            if n:
                top_of_bar = y(base[place] + n)
                height = y(base[place]) - top_of_bar
                canvas.rect(x(bars.centres[place]) - width / 2, top_of_bar, width, height, part.colour, outline)
            base[place] += n
    for value, text in zip(*bars.ticks, strict=True):
        canvas.text(x(value), bottom + 18, text, anchor="middle")
    canvas.line(left, bottom, right, bottom)
    canvas.line(x(bars.line), top - 6, x(bars.line), bottom, palette.INK, dash="5 4")
    is_right = bars.line > sum(bars.span) / 2
    label = f"threshold {words.threshold_text(threshold)} →"
    canvas.text(x(bars.line) + (-6 if is_right else 6), top + 2, label, anchor="end" if is_right else "start")
    canvas.text((left + right) / 2, bottom + 38, "Score", anchor="middle")
    canvas.text(left - 62, top - 12, "Rows")
    key(canvas, left, 16, [(part.name, part.colour) for part in bars.parts])
    return canvas.markup(alt)
