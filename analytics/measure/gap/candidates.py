"""The columns that both sides are sliced by: which can be compared, which matter, and what their slices contribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.constants import (
    LEAK_GROUPS,
    LEAKS_BEYOND_SCORE,
    LEAKS_FROM,
    LEAST_CELLS,
    LEAST_RELATION,
    MATTERS,
    MAX_CELLS,
    RARE_SHARE,
    ROWS_PER_CELL,
)
from analytics.measure.gap.kitagawa import shares_p_value, slice_changes, within_p_value
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.pairs import Cells
from analytics.measure.gap.replicates import rates_effect, shares_effect
from analytics.measure.intervals import FloatArray, ratio


@dataclass(frozen=True)
class Slicing:
    """How both sides are sliced by one column.

    Attributes
    ----------
    name : str
    is_flag : bool
        Whether only being missing tells slices apart.
    is_binned : bool
        Whether its slices are ranges of numbers.
    edges : tuple of float
        Of other ranges than the column's own; empty for these.
    alone : frozenset of str
        Slices whose rows of production have no counterpart.
    """

    name: str
    is_flag: bool = False
    is_binned: bool = False
    edges: tuple[float, ...] = ()
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A column with its counts on both sides."""

    slicing: Slicing
    cells: Cells
    p_shares: float
    p_within: float

    @property
    def name(self) -> str:
        """What the column is called."""
        return self.slicing.name

    @property
    def matters(self) -> bool:
        """Whether labels, decisions or errors of the reference differ by it: else other values of it are no other rows."""
        return _is_related(self.cells.reference)

    @property
    def matters_anywhere(self) -> bool:
        """Whether they do on one side."""
        return any(_is_related(side) for side in self.cells.pair)

    @property
    def separates_errors(self) -> float:
        """The share of the variance of the reference's errors that its slices explain."""
        joint = self.cells.reference.judged
        wrong = joint[:, 0, 1] + joint[:, 1, 0]
        return _explained_share(np.stack([joint.sum((-1, -2)) - wrong, wrong], axis=-1))


_RELATED = (
    np.array([[0.0, 1.0], [0.0, 1.0]]),
    np.array([[0.0, 0.0], [1.0, 1.0]]),
    np.array([[0.0, 1.0], [1.0, 0.0]]),
)
"""Positives, flagged rows, and errors, of rows below and from the threshold on by label."""


def _is_related(side: SideCells) -> bool:
    """Whether the slices of a side differ in their share of positives, of flagged rows, or of errors."""
    joint = side.judged
    n = joint.sum((-1, -2))
    for which in _RELATED:
        counted = (joint * which).sum((-1, -2))
        # Where rows belong together or stand for many, as many count as they are worth.
        counts = np.stack([n - counted, counted], axis=-1)[n > 0] / rates_effect(side, which)
        by_chance = (len(counts) - 1) / max(float(counts.sum()), 1.0)
        related = _explained_share(counts) - by_chance > LEAST_RELATION**2
        if related and shares_p_value(counts[:, 0], counts[:, 1]) < MATTERS:
            return True
    return False


def compared(
    counted: Sequence[tuple[Slicing, Cells]], whole: Cells
) -> tuple[list[Candidate], tuple[tuple[str, str], ...]]:
    """Tell the columns that can be compared, and those that cannot with the reason."""
    candidates, left_out = [], []
    for slicing, cells in counted:
        if reason := _why_not(cells, whole):
            left_out.append((slicing.name, reason))
        else:
            before, after = (rows / shares_effect(side) for rows, side in zip(cells.rows, cells.pair, strict=True))
            candidates.append(Candidate(slicing, cells, shares_p_value(before, after), within_p_value(*cells.pair)))
    return candidates, tuple(left_out)


def _why_not(cells: Cells, whole: Cells) -> str:
    """Say why a column is not compared: it has one value a side, or tells what only the outcome can tell."""
    held = [np.flatnonzero(n) for n in cells.rows]
    if all(len(places) == 1 for places in held):
        return "it has one value" if held[0] == held[1] else "it tells the two sides apart"
    groups = cells.reference.judged.sum(-2), whole.reference.coarsened(LEAK_GROUPS).judged[0]
    explained, by_score = (_explained_share(counts) for counts in groups)
    if explained > LEAKS_FROM and explained > LEAKS_BEYOND_SCORE * by_score:
        return "it tells the label far better than the score does, so it is known only after the outcome"
    return ""


def slices_by_column(candidates: Sequence[Candidate], metric: GapMetric) -> dict[str, pl.DataFrame]:
    """Split the change by the slices of each column, p-values adjusted over all of them; those that carry most first."""
    tables = {
        each.name: slice_changes(*each.cells.pair, each.cells.keys.to_series().alias("value"), metric)
        for each in candidates
    }
    p_values = [table["p_value"].fill_null(float("nan")).to_numpy() for table in tables.values()]
    adjusted = benjamini_hochberg(np.concatenate(p_values or [np.empty(0)]))
    ends = np.cumsum([len(own) for own in p_values])[:-1]
    found = {}
    for (name, table), own in zip(tables.items(), np.split(adjusted, ends) if tables else (), strict=True):
        with_p = table.with_columns(pl.Series("p_adjusted", own).fill_nan(None))
        found[name] = with_p.sort(pl.col("contribution").abs(), descending=True, nulls_last=True)
    return found


def _explained_share(counts: FloatArray) -> float:
    """Return the share of the variance of labels that groups explain; counts of shape (groups, 2)."""
    n = counts.sum(-1)
    rate = np.nan_to_num(ratio(counts[:, 1], n))
    overall = counts[:, 1].sum() / max(n.sum(), 1.0)
    variance = overall * (1 - overall) * n.sum()
    return float((n * (rate - overall) ** 2).sum() / variance) if variance > 0 else 0.0


def room_for(candidates: Sequence[Candidate]) -> float:
    """Return how many cells have enough rows."""
    n_rows = min(float(side.judged.sum()) for side in candidates[0].cells.pair)
    return max(LEAST_CELLS, min(float(MAX_CELLS), n_rows / ROWS_PER_CELL))


def n_frequent(cells: Cells) -> int:
    """Count the values that hold enough rows of either side to stand alone."""
    return int((np.maximum(*(ratio(rows, rows.sum()) for rows in cells.rows)) >= RARE_SHARE).sum()) + 1
