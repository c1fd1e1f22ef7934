"""What is said of the rows that slices rest on: how many are judged, and which slices have too few to be named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.marks.slices import support_words

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer


def n_judged(row: dict[str, Any]) -> int:
    """Count the rows of a slice with a label and a score."""
    return int(row["tp"] + row["fp"] + row["fn"] + row["tn"])


def few_part(answer: SliceAnswer, rows: Sequence[dict[str, Any]]) -> str:
    """Say how many slices had too few judged rows to be named."""
    few = sum(row["few_rows"] for row in rows)
    if not few:
        return ""
    verb = "has" if few == 1 else "have"
    limit = words.count(answer.min_support)
    return f"{words.plural(few, 'slice')} {verb} fewer than {limit} {support_words(answer.metric)} and cannot be named."
