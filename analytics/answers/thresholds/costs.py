"""The one table that thresholds and costs are computed from, asked once for a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.log.grid import Grid
from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.costs import CostBins, cost_bins
from analytics.measure.thresholds.groups import LEAST_GROUPS, Groups
from analytics.query.engine import Engine
from analytics.query.slicing import as_people_see, stored_slice
from analytics.query.thresholds import cost_table as cost_relation

_N_GROUPS = 100
"""Groups into which rows are dealt out that belong together or stand for many: 95 % intervals are then 1 % wider than of any
number (Student's t), and a table of 2,000 bins has at most 200,000 rows. A choice."""

_N_OF_SLICES = 20
"""Groups where rows are counted by slice as well, so that the table of sixty slices stays small: intervals are 7 % wider."""


@dataclass(frozen=True)
class Sample:
    """What the rows of a cohort stand for, and what they have in common.

    Attributes
    ----------
    unit, weight : str or None
        Columns.
    rows_judged, n_eff : int, float or None
        Where rows stand for many: judged rows, and how many of equal weight they are worth. Counts are weighted then.
    groups : Groups or None
        The rows by group; None where each stands alone and for itself.
    """

    unit: str | None = None
    weight: str | None = None
    rows_judged: int | None = None
    n_eff: float | None = None
    groups: Groups | None = None


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
    is_wrong_way : bool
        Whether preflight found that the score ranks the wrong way round.
    is_copied : bool
        Whether preflight found that the label is the prediction itself.
    unit, weight : str or None
        The column of what rows belong together by, so that groups of ``frame`` hold whole units, and of how many rows a row
        stands for.
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
    is_wrong_way: bool = False
    is_copied: bool = False
    unit: str | None = None
    weight: str | None = None

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
        rows = pl.col("rows_judged") if self.is_weighted else pl.col("n") - pl.col("n_unlabelled")
        judged = pl.when(pl.col("score_bin").is_not_null()).then(rows).otherwise(0)
        keys = list(self.keys)
        counted = self.frame.group_by(keys, maintain_order=True).agg(n_judged=judged.sum())
        return counted.sort(["n_judged", *keys], descending=[True, *[False] * len(keys)], nulls_last=True)

    @property
    def is_weighted(self) -> bool:
        """Whether counts are of rows that stand for many."""
        return self.weight is not None

    @property
    def rows_judged(self) -> int | None:
        """Rows behind the judged ones where these are weighted."""
        return int(self.frame.drop_nulls("score_bin")["rows_judged"].sum()) if self.is_weighted else None

    @property
    def n_eff(self) -> float | None:
        """How many rows of equal weight judged rows are worth (Kish), where they are weighted."""
        if not self.is_weighted:
            return None
        scored = self.frame.drop_nulls("score_bin")
        squares, judged = (float(scored[name].sum()) for name in ("judged_sq", "n_judged"))
        return judged**2 / squares if squares else 0.0

    @property
    def sample(self) -> Sample:
        """What its rows stand for, and what they have in common."""
        return Sample(self.unit, self.weight, self.rows_judged, self.n_eff, self.groups())

    def counted(self, value: Any) -> float:
        """Return a count as it is shown: of weights rounded, and of less than one row as it is."""
        return float(value) if self.is_weighted and 0 < value < 1 else round(value)

    def groups(self, part: int | None = None, slices: pl.DataFrame | None = None) -> Groups | None:
        """Return all rows, or those of one half, by group and slice; None where every row stands alone and for itself."""
        if "group" not in self.frame.columns:
            return None
        frame = self.frame if part is None else self.frame.filter(pl.col("part") == part)
        names = frame.select("group").unique().sort("group")
        if names.height < LEAST_GROUPS:
            return None
        each = names if slices is None else names.join(slices, how="cross")
        bins, shape = cost_bins(frame, len(self.edges), each), (names.height, -1, len(self.edges))
        worth = self.n_eff if self.n_eff is not None and self.unit is None else float(names.height)
        return Groups(CostBins(*(part.reshape(shape) for part in vars(bins).values())), worth)

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
    is_grouped = log.mapping.unit is not None or log.mapping.weight is not None
    has_decision = log.mapping.decision is not None and log.mapping.score is not None
    frame = engine.collect(
        cost_relation(
            engine.kept(log, question.cohort, question.threshold),
            stored,
            split=log.grid.split(question.threshold),
            with_decision=has_decision and not by,
            with_amount=log.mapping.amount is not None,
            groups=(_N_OF_SLICES if by else _N_GROUPS) if is_grouped else None,
            is_weighted=log.mapping.weight is not None,
            has_unit=log.mapping.unit is not None,
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
        is_wrong_way=log.ranks_wrong_way,
        is_copied=log.has_copied_label,
        unit=log.mapping.unit,
        weight=log.mapping.weight,
    )


def _days_of(frame: pl.DataFrame) -> float | None:
    """Count the calendar days from the first to the last row, both included."""
    first, last = frame["first"].min(), frame["last"].max()
    if first is None or last is None:
        return None
    return float((last.date() - first.date()).days + 1)  # type: ignore[union-attr]
