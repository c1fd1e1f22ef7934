"""The cells of the table of slices that are no plain number: intervals as pictures and in words, p-values, short headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.drawings import interval_picture
from analytics.present.marks.slices import p_column, slice_marks, value_range

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer

MAX_PICTURES = 300
"""Rows whose intervals are drawn: two SVGs each travel to the browser with the table; nobody reads more. A
judgement."""
_ENDS = ("", "_low", "_high")


def heading(metric: str) -> str:
    """Return a name of a metric that fits over a narrow column.

    >>> heading("fpr"), heading("recall")
    ('FPR', 'Recall')
    """
    return METRICS[metric].heading


def slice_cells(answer: SliceAnswer, *, ink: str = palette.MUTED["light"]) -> pl.DataFrame:
    """Return intervals and p-values as the table of slices shows them, row by row.

    Parameters
    ----------
    answer : SliceAnswer
    ink : str
        The colour of the digits in the pictures, which must be legible on the ground of the table.

    Returns
    -------
    DataFrame
        ``interval, difference_interval``: pictures of the metric against the whole cohort and of the difference against
        none, as data URLs, for the first 300 slices; ``interval_text, difference_text``: the bounds in words, in
        percentage points where the metric is a share; ``p``: the adjusted p-value.
    """
    metric, table = answer.metric, answer.table
    marks = slice_marks(table, metric, len(table))
    overall = answer.overall[metric][0]
    span, gaps = (
        value_range(marks, metric, overall),
        list(table.select(f"difference{end}" for end in _ENDS).iter_rows()),
    )
    trusted = [gap for gap, mark in zip(gaps, marks, strict=True) if mark.verdict != "few"] or gaps
    reach = max([abs(end) for gap in trusted for end in gap if end is not None], default=1.0) or 1.0
    rows: dict[str, list[str | None]] = {
        name: [] for name in ("interval", "difference_interval", "interval_text", "difference_text", "p")
    }
    for place, (mark, gap, p) in enumerate(zip(marks, gaps, table[p_column(metric)], strict=True)):
        bounds, apart = _interval_words(metric, mark.low, mark.high), _interval_words(metric, *gap[1:], is_signed=True)
        colour, is_drawn = palette.VERDICTS[mark.verdict], place < MAX_PICTURES
        own = (mark.value, mark.low, mark.high)
        rows["interval"].append(
            interval_picture(own, span, overall, bounds, colour=colour, ink=ink) if is_drawn else None
        )
        rows["difference_interval"].append(
            interval_picture(gap, (-reach, reach), 0.0, apart, colour=colour, ink=ink, width=78) if is_drawn else None
        )
        rows["interval_text"].append(bounds)
        rows["difference_text"].append(apart)
        rows["p"].append(words.p_value(p).replace(words.THIN_SPACE, ""))
    return pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String))


def _interval_words(metric: str, low: float | None, high: float | None, *, is_signed: bool = False) -> str:
    """Write the bounds of an interval, in points where the metric is a share.

    >>> _interval_words("recall", 0.116, 0.13), _interval_words("auroc", -0.05, 0.1, is_signed=True)
    ('11.6–13.0', '−0.050 to +0.100')
    """
    if low is None or high is None:
        return words.UNDEFINED
    scale, digits = (100, 1) if METRICS[metric].is_share else (1, 3)
    write = words.signed if is_signed else words.plain
    return words.between(*(write(scale * end, digits) for end in (low, high)))
