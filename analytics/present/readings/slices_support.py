"""What is said of the rows that slices rest on: how many are judged, and which slices have too few to be named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.marks.slices import support_words
from analytics.present.weights import weighted_part

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer


_JUDGED = ("tp", "fp", "fn", "tn")


def n_judged(row: dict[str, Any]) -> int:
    """Count the rows of a slice with a label and a score."""
    return int(sum(row[name] for name in _JUDGED))


def stand_for_part(answer: SliceAnswer) -> str:
    """Say how many rows the judged ones stand for."""
    row = answer.overall.row(0, named=True)
    if answer.weight is None:
        return ""
    return weighted_part(
        answer.weight, n_judged({name: row[f"rows_{name}"] for name in _JUDGED}), n_judged(row), row["n_eff"]
    )


def few_part(answer: SliceAnswer, rows: Sequence[dict[str, Any]]) -> str:
    """Say how many slices had too few judged rows to be named."""
    few = sum(row["few_rows"] for row in rows)
    if not few:
        return ""
    verb = "has" if few == 1 else "have"
    limit = words.count(answer.min_support)
    return f"{words.plural(few, 'slice')} {verb} fewer than {limit} {support_words(answer.metric)} and cannot be named."
