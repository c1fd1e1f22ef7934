"""What a figure of the scores draws, whatever draws it: stacked parts in the colours of their outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from analytics.present import palette, words
from analytics.present.marks.slices import tick_texts, ticks

OUTCOME_LABELS = {
    "tp": "true positives",
    "fp": "false positives",
    "fn": "false negatives",
    "tn": "true negatives",
}
SHARES_OF = {"tp": ("fn", "positives"), "fn": ("tp", "positives"), "fp": ("tn", "negatives"), "tn": ("fp", "negatives")}
_MANY_SCORES = 20
"""Different scores up to which each has its tick; of more, the texts would overlap. A judgement."""

_DISTINCT_SHARE, _BAR_SHARE = 0.82, 0.94
"""Of the room of a bar, what it fills: bars of distinct scores stand apart. By eye."""
_SAME_PLACE = 1e-9
"""Share of a bar within which the threshold stands on its edge: floats differ by less. A judgement."""


@dataclass(frozen=True)
class _Part:
    """One colour of the stacked bars: the rows of the histogram that it stands on, and its counts there."""

    name: str
    colour: str
    places: list[int]
    counts: list[int]


@dataclass(frozen=True)
class _ScoreBars:
    """Bars by score: places on the axis, stacked parts from the bottom, the threshold's line and the ticks."""

    centres: list[float]
    widths: list[float]
    labels: list[str]
    n: list[int]
    parts: list[_Part]
    line: float
    span: tuple[float, float]
    ticks: tuple[list[float], list[str]]


def score_bars(histogram: pl.DataFrame, threshold: float) -> _ScoreBars:
    """Lay out `Overview.histogram`: positive rows at the bottom, then negative ones, then those not known yet."""
    low, high = histogram["low"].to_list(), histogram["high"].to_list()
    is_distinct = low == high
    steps = [after - before for before, after in pairwise(low)]
    wide = [end - start for start, end in zip(low, high, strict=True)]
    gap = min(steps, default=1.0) if is_distinct else max(wide)
    room = [gap if width == 0 and not is_distinct else width for width in wide]
    centres = [start + width / 2 for start, width in zip(low, room, strict=True)]
    is_flagged = [start >= threshold - (0 if is_distinct else _SAME_PLACE * gap) for start in low]
    line = _line_between(low, threshold, gap) if is_distinct else threshold
    span = (min(centres[0] - gap / 2, line) - gap / 2, max(centres[-1] + gap / 2, line) + gap / 2)
    places = ticks(span[0], span[1], 8)
    labelled = low if is_distinct and len(low) <= _MANY_SCORES else places
    texts = [words.threshold_text(value) for value in low] if labelled is low else tick_texts(places, is_share=False)
    return _ScoreBars(
        centres=centres,
        widths=[gap * _DISTINCT_SHARE if is_distinct else width * _BAR_SHARE for width in room],
        labels=[_score_label(*ends) for ends in zip(low, high, strict=True)],
        n=histogram.select(pl.sum_horizontal("positive", "negative", "unlabelled")).to_series().to_list(),
        parts=_stacked_parts(histogram, is_flagged),
        line=line,
        span=span,
        ticks=(labelled, texts),
    )


def _line_between(scores: list[float], threshold: float, gap: float) -> float:
    """Return where the threshold's line stands among distinct scores: before the first one that is flagged.

    >>> _line_between([1.0, 2.0, 3.0], 2.0, 1.0), _line_between([0.0, 1.0], 0.5, 1.0), _line_between([0.0], 2.0, 1.0)
    (1.5, 0.5, 0.5)
    """
    first = next((score for score in scores if score >= threshold), None)
    return scores[-1] + gap / 2 if first is None else first - gap / 2


def _score_label(low: float, high: float) -> str:
    """Say which scores a bar holds.

    >>> _score_label(5.0, 5.0), _score_label(0.3, 0.32)
    ('5', '0.30 to under 0.32')
    """
    text = words.threshold_text(low)
    return text if low == high else f"{text} to under {words.threshold_text(high)}"


def _stacked_parts(histogram: pl.DataFrame, is_flagged: list[bool]) -> list[_Part]:
    """Split the bars by label and by side of the threshold."""
    parts = []
    for outcome, column, side in (
        ("fn", "positive", False),
        ("tp", "positive", True),
        ("tn", "negative", False),
        ("fp", "negative", True),
    ):
        places = [place for place, flagged in enumerate(is_flagged) if flagged == side]
        counts = histogram[column].gather(places).to_list()
        if any(counts):
            parts.append(_Part(OUTCOME_LABELS[outcome], palette.OUTCOMES[outcome], places, counts))
    unknown = histogram["unlabelled"].to_list()
    if any(unknown):
        parts.append(_Part(words.NOT_YET_KNOWN, palette.NOT_YET_KNOWN, list(range(len(unknown))), unknown))
    return parts
