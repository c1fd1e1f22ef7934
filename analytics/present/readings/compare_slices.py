"""The reading of slices in which the candidate loses or wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.compare.difference import COST
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.discovery import slice_words

if TYPE_CHECKING:
    from analytics.answers.compare.slices import LosingSlices
    from analytics.answers.discovery.search import Slice

_NAMED = 2
"""Slices that the sentence names of either direction."""


def losing_reading(found: LosingSlices) -> str:
    """Say for whom the candidate is worse and for whom better, as far as the other half of the pairs confirms it."""
    parts = [part for part in (_part(found, "loses", "worse"), _part(found, "wins", "better")) if part]
    if not parts:
        return "No slice is confirmed in which the candidate is worse, or better, than on the other pairs."
    return " ".join(parts)


def but_worse(said: str, word: str, found: LosingSlices | None) -> str:
    """Say in the first sentence of a candidate that may go live for whom it is worse, where a slice is confirmed.

    Examples
    --------
    >>> from analytics.answers.compare.slices import LosingSlices
    >>> table = pl.DataFrame({"direction": ["loses"], "is_confirmed": [True], "difference": [0.12]})
    >>> found = LosingSlices("error_rate", ((),), table, ())
    >>> but_worse("No worse: it holds.", "no worse", found).partition(" where ")[0], but_worse("Worse: no.", "worse", found)
    ('No worse on the whole, but worse', 'Worse: no.')
    >>> but_worse("No worse, but it is slower. It holds.", "no worse", found).partition("). ")[2]
    'It is slower. It holds.'
    """
    if word not in ("better", "no worse") or found is None or found.table.is_empty():
        return said
    rows = _confirmed(found, "loses")
    if rows.is_empty():
        return said
    row, whole = rows.row(0, named=True), word.capitalize()
    where = words.shortened(slice_words(found.slices[row["at"]]), 90)
    lead = f"{whole} on the whole, but worse where {where} ({_loss_text(found.metric, row['difference'])})."
    rest = said.removeprefix(f"{whole}: ")
    for also in ("but", "and"):
        rest = rest.removeprefix(f"{whole}, {also} ")  # what it takes stands behind the verdict
    return f"{lead} {rest[:1].upper()}{rest[1:]}"


def losing_slices(found: LosingSlices) -> list[Slice]:
    """Return the confirmed slices in which the candidate loses, the worst first."""
    if found.table.is_empty():
        return []
    return [found.slices[place] for place in _confirmed(found, "loses")["at"].to_list()]


def _confirmed(found: LosingSlices, direction: str) -> pl.DataFrame:
    """Return the confirmed rows of one direction, each with its place."""
    return found.table.with_row_index("at").filter(direction=direction, is_confirmed=True)


def _part(found: LosingSlices, direction: str, word: str) -> str:
    """Name the confirmed slices of one direction."""
    if found.table.is_empty():
        return ""
    rows = _confirmed(found, direction)
    if rows.is_empty():
        return ""
    named = [
        f"{words.shortened(slice_words(found.slices[row['at']]), 90)} ({_loss_text(found.metric, row['difference'])})"
        for row in rows.head(_NAMED).iter_rows(named=True)
    ]
    more = f" and in {words.count(rows.height - len(named))} more" if rows.height > len(named) else ""
    return f"The candidate is {word} where {' and where '.join(named)}{more}."


def _loss_text(metric: str, difference: float) -> str:
    """Write a difference of loss: of a share in points of error, else as a number."""
    is_share = metric != COST and METRICS[metric].is_share
    return words.points(difference) if is_share else words.signed(difference, 3)
