"""The one table that thresholds and costs are computed from, asked once for a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.log.grid import Grid
from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.costs import CostBins, cost_bins
from analytics.query.engine import Engine
from analytics.query.slicing import as_people_see, stored_slice
from analytics.query.thresholds import cost_table as cost_relation


@dataclass(frozen=True)
class CostTable:
    """The rows of a cohort by half, slice and score bin.

    Attributes
    ----------
    frame : DataFrame
        As `query.cost_rows.cost_table` says, slices as people see them.
    edges : ndarray of shape (bins,)
        The score grid; the present threshold is one of its edges, or lies between two distinct scores.
    present_bin : int
        The present threshold flags the bins from here on.
    threshold : float
        The present threshold.
    by : tuple of str
        The sliced columns; their values stand in ``slice_0 …``.
    days : float or None
        Calendar days from the first to the last row of the cohort; None without times.
    is_probability, has_decision, has_amount : bool
        What the log has.
    is_of_decisions : bool
        Whether logged decisions stand in the place of scores, so that there is no threshold to move.
    """

    frame: pl.DataFrame
    edges: FloatArray
    present_bin: int
    threshold: float
    by: tuple[str, ...]
    days: float | None
    is_probability: bool
    has_decision: bool
    has_amount: bool
    is_of_decisions: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The slice columns of ``frame``."""
        return tuple(f"slice_{place}" for place in range(len(self.by)))

    def at(self, threshold: float) -> CostTable:
        """Return the table with another present threshold: an edge of the grid, or any where edges are distinct scores."""
        return replace(self, threshold=threshold, present_bin=Grid(self.edges).at(threshold))

    @property
    def judged_slices(self) -> pl.DataFrame:
        """The slices with ``n_judged``, their rows with a label and a score: those with most first."""
        judged = pl.when(pl.col("score_bin").is_not_null()).then(pl.col("n") - pl.col("n_unlabelled")).otherwise(0)
        keys = list(self.keys)
        counted = self.frame.group_by(keys).agg(n_judged=judged.sum())
        return counted.sort(["n_judged", *keys], descending=[True, *[False] * len(keys)], nulls_last=True)

    def bins(self, slices: pl.DataFrame | None = None) -> CostBins:
        """Return all rows as arrays."""
        return cost_bins(self.frame, len(self.edges), slices)

    def halves(self, slices: pl.DataFrame | None = None) -> tuple[CostBins, CostBins]:
        """Return the rows of either half as arrays."""
        first, second = (self.frame.filter(pl.col("part") == part) for part in (0, 1))
        return cost_bins(first, len(self.edges), slices), cost_bins(second, len(self.edges), slices)


def cost_table(engine: Engine, question: Question, by: Sequence[str] = ()) -> CostTable:
    """Ask the engine for the rows of a cohort by half, slice and score bin: the only query that a threshold needs.

    Raises
    ------
    QuestionError
        If a column is unknown or cannot be sliced, or no row is in the cohort.
    """
    log = question.log
    stored = [stored_slice(log, name) for name in by]
    has_decision = log.mapping.decision is not None and log.mapping.score is not None
    frame = engine.collect(
        cost_relation(
            engine.kept(log, question.cohort, question.threshold),
            stored,
            split=log.grid.split(question.threshold),
            with_decision=has_decision and not by,
            with_amount=log.mapping.amount is not None,
        )
    )
    if question.cohort and frame.is_empty():
        raise empty_cohort(engine, log, question.cohort, question.threshold)
    grid = log.grid.split_at(question.threshold)
    for place, column in enumerate(by):
        name = f"slice_{place}"
        frame = frame.with_columns(as_people_see(log, column, frame[name]).alias(name))
    return CostTable(
        frame,
        grid.edges,
        grid.at(question.threshold),
        question.threshold,
        tuple(by),
        _days_of(frame),
        is_probability=log.is_probability,
        has_decision=has_decision,
        has_amount=log.mapping.amount is not None,
        is_of_decisions=log.score_kind == "decision",
    )


def _days_of(frame: pl.DataFrame) -> float | None:
    """Count the calendar days from the first to the last row, both included."""
    first, last = frame["first"].min(), frame["last"].max()
    if first is None or last is None:
        return None
    return float((last.date() - first.date()).days + 1)  # type: ignore[union-attr]
