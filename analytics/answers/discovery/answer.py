"""Which slices fail, and which of them are real: searched for on one part of the rows, reported from the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.discovery.checks import checked, default_split
from analytics.answers.discovery.search import Cells, Search, Slice, cells_of
from analytics.answers.discovery.tree import Tree, tree_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.brief import MOST_EMPTY, MOST_ROWS
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.discovery.clusters import UnitCells, effects_of
from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.contribution import contributions
from analytics.measure.discovery.cube import Cube, Sums
from analytics.measure.discovery.evidence import rates, scores
from analytics.measure.discovery.grouping import Group, candidates, presented, stacked, weights
from analytics.measure.discovery.lattice import Lattice, lattice
from analytics.measure.discovery.noise import Noise, noise_of
from analytics.measure.intervals import FloatArray
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.engine import Engine

_Progress = Callable[[str, float], None]

_COUNTED = ("excess_", "n_before")
"""Beginnings of the columns that count rows, or errors among them."""
_MAX_LISTED = 200_000
"""Slices that are listed with all their numbers; it bounds memory, and beyond it the request is refused. A choice."""


@dataclass(frozen=True)
class _Member:
    """A slice that another one stands for.

    Attributes
    ----------
    slice : tuple of Predicate
    n : int
        Judged rows of the cohort.
    n_found : int
    rate_found : float
        Judged rows and objective where the slice was found.
    overlap : float
        Rows in common with the other one, of those in either (Jaccard).
    """

    slice: Slice
    n: int
    n_found: int
    rate_found: float
    overlap: float


@dataclass(frozen=True)
class Discovery:
    """The slices of a search.

    Attributes
    ----------
    search : Search
    split : str
        How rows were held back.
    slices : tuple
        One per row of ``table``.
    table : DataFrame
        ``n`` (judged rows of the cohort), ``share_of_rows``, the columns of `confirmation_table`, ``rate_found``,
        ``n_found`` and ``score`` where the slice was found.
    members, contributions : tuple
        By row of ``table``: the slices that it stands for; what each of its predicates contributes to the divergence.
    n_members : tuple of int
        By row of ``table`` how many it stands for; ``members`` may be cut.
    noise : Noise or None
        None where every slice was asked for.
    n_judged, n_searched, n_reported : int
        Judged rows, those that were searched and those that are reported from.
    n_slices : int
        Slices above the minimum support that were looked at.
    n_sent : int
        Of these, the groups that went to confirmation: p is adjusted for all of them, and at most 20 are shown.
    n_more : int
        Confirmed groups that are not shown; they may overlap.
    n_properties : int
    left_out : tuple of str
        Columns that tell the label and were not searched by.
    same : tuple of (str, str)
        Columns that were not searched by because they part the rows as the other one does.
    tree : Tree or None
        The same rows cut by a decision tree; None where every slice was asked for, and for a change.
    rows, n_eff : int, float or None
        Where rows stand for many: judged rows, and how many of equal weight they are worth; counts are weighted then.
    overall : float
        The objective over the rows that are reported from.
    bands : tuple of str
        Columns that are bands of the score and were not searched by.
    """

    search: Search
    split: str
    slices: tuple[Slice, ...]
    table: pl.DataFrame
    members: tuple[tuple[_Member, ...], ...]
    n_members: tuple[int, ...]
    contributions: tuple[tuple[float, ...], ...]
    noise: Noise | None
    n_judged: int
    n_searched: int
    n_reported: int
    n_slices: int
    n_sent: int
    n_more: int
    n_properties: int
    left_out: tuple[str, ...]
    same: tuple[tuple[str, str], ...]
    tree: Tree | None
    overall: float
    bands: tuple[str, ...] = ()
    rows: int | None = None
    n_eff: float | None = None


def discover(
    engine: Engine, question: Question, search: Search, progress: _Progress = lambda step, done: None
) -> Discovery:
    """Search for the slices that fail and say which of them are real.

    Parameters
    ----------
    engine, question
        Which rows, judged at which threshold.
    search : Search
    progress : callable
        Called with a step and the share of it that is done; may raise to stop the search.

    Raises
    ------
    QuestionError
        If the objective, the split or a column does not fit the log, or there are too few rows or too many slices.
    """
    if question.log.is_right_or_wrong and OBJECTIVES[search.objective].is_within_label:
        search = replace(search, objective="error_rate")  # no row is of a class, so no base rate explains an error
    checked(question, search)
    split = search.split or default_split(question)
    progress("Counting rows", 0.0)
    cells = cells_of(engine, question, search, split)
    find, report = cells.cube, cells.cube
    units = [cells.units, cells.units]
    if split != "none":
        parts = ~cells.is_held_back, cells.is_held_back
        units = [None if cells.units is None else cells.units.part(chosen) for chosen in parts]
        find, report = cells.cube.part(~cells.is_held_back), cells.cube.part(cells.is_held_back)
    n_judged, n_searched = cells.cube.sums.n.sum(), find.sums.n.sum()
    each = 1.0 if cells.worth is None else 1 / cells.worth.scale
    if not find.sums.trials.sum() or not report.sums.trials.sum():
        raise QuestionError("Expected labelled rows to search and to confirm with, found none. Widen the cohort.")
    if not all(part.sums.before is None or part.sums.before.trials.sum() for part in (find, report)):
        raise QuestionError("Expected labelled rows in the reference, found none. Widen the reference.")
    needed = max(search.min_rows, search.min_support * n_judged) * n_searched / n_judged
    found = lattice(find, needed - 1e-6, search.max_depth, lambda done: progress("Searching", done))
    ranks = scores(found.sums, find.sums.sum(), is_binary=find.is_binary)
    if search.every:
        groups = _every_slice(found, ranks)
    else:
        groups = candidates(find, found, ranks, lambda done: progress("Grouping", done))
    progress("Measuring noise", 0.0)
    noise = None
    if not search.every and len(found.patterns):
        noise = noise_of(
            find,
            needed - 1e-6,
            search.max_depth,
            work=found.work,
            seed=search.seed,
            progress=lambda done: progress("Measuring noise", done),
            units=units[0],
        )
    weight = 1.0 if search.every else weights(groups, len(found.patterns))
    known = found if search.every and split == "none" else None
    table = _reported(cells, find, report, groups, weight, known, search.error_weights, units[1])
    n_sent, n_more = len(groups), 0
    if not search.every:
        is_real = (table["p_adjusted"].fill_null(1.0) < SIGNIFICANT).to_numpy()
        shown, n_more = presented(cells.cube, found, groups, is_real, max_members=search.max_members)
        groups, table = [groups[row] for row in shown], table[shown]
    has_gap = [any(each.value is None for each in cells.slice_of(group.pattern)) for group in groups]
    rank = _ranked(table, has_gap, every=search.every)
    groups, table = [groups[row] for row in rank], table[rank]
    return Discovery(
        search=search,
        split=split,
        slices=tuple(cells.slice_of(group.pattern) for group in groups),
        table=table,
        members=tuple(_members(cells, found, group) for group in groups),
        n_members=tuple(group.n_members for group in groups),
        contributions=() if search.every else tuple(tuple(contributions(report, g.pattern).values()) for g in groups),
        noise=noise,
        n_judged=round(n_judged * each),
        n_searched=round(n_searched * each),
        n_reported=round(report.sums.n.sum() * each),
        n_slices=len(found.patterns),
        n_sent=n_sent,
        n_more=n_more,
        n_properties=len(cells.properties),
        left_out=cells.left_out,
        bands=cells.bands,
        same=cells.same,
        tree=None
        if search.every or search.reference is not None or cells.worth is not None
        else tree_of(question.log, cells, find, report, needed - 1e-6),
        overall=float(rates(report.sums.sum())[0]),
        rows=None if cells.worth is None else cells.worth.rows,
        n_eff=None if cells.worth is None else float(n_judged),
    )


def _every_slice(found: Lattice, ranks: np.ndarray[Any, np.dtype[np.float64]]) -> list[Group]:
    """Let every slice stand for itself."""
    if len(found.patterns) > _MAX_LISTED:
        raise QuestionError(
            f"Expected at most {_MAX_LISTED:,} slices to list, found {len(found.patterns):,}. Raise the minimum support."
        )
    return [Group(found.patterns[row], float(rank), row) for row, rank in enumerate(ranks)]


def _reported(
    cells: Cells,
    find: Cube,
    report: Cube,
    groups: Sequence[Group],
    weight: FloatArray | float,
    known: Lattice | None,
    error_weights: tuple[float, float] | None,
    units: UnitCells | None,
) -> pl.DataFrame:
    """Compare the slices on the rows that they are reported from; ``known`` holds their sums where all rows are searched."""

    def sums_in(cube: Cube) -> Sums:
        if known is not None:
            return known.sums
        return stacked([cube.sums_of(group.pattern) for group in groups]) if groups else cube.sums[:0]

    found, held = sums_in(find), sums_in(report)
    both = held if report is find else found + held
    table = confirmation_table(
        held,
        report.sums.sum(),
        both.trials,
        is_binary=find.is_binary,
        is_held_back=report is not find,
        weights=weight,
        effects=None if units is None else effects_of(units, [group.pattern for group in groups]),
        error_weights=error_weights,
    )
    n_judged, each = cells.cube.sums.n.sum(), 1.0 if cells.worth is None else 1 / cells.worth.scale
    if cells.worth is not None:
        counted = [name for name in table.columns if name.startswith(_COUNTED)]
        table = table.with_columns(pl.Series(name, table[name] * each).cast(table.schema[name]) for name in counted)
        table = table.with_columns(n_reported=pl.Series((held.n * each).round()).cast(pl.Int64))
    return table.with_columns(
        n=pl.Series((both.n * each).round()).cast(pl.Int64),
        share_of_rows=pl.Series(both.n / n_judged),
        n_found=pl.Series((found.n * each).round()).cast(pl.Int64),
        rate_found=pl.Series(rates(found)).fill_nan(None),
        score=pl.Series([group.score for group in groups], dtype=pl.Float64),
    )


def _ranked(table: pl.DataFrame, has_gap: Sequence[bool], *, every: bool) -> list[int]:
    """Put the most excess errors first, those of the model where they are split, what is confirmed before the rest.

    A slice that holds most of the rows is the rule and no exception, as on Slices and in the brief: it stands behind those that
    are as sure, unless a field arrives empty there. Every slice is put by its divergence.
    """
    order = pl.Enum(["confirmed", "suggestive", "not confirmed"])
    excess = "excess_model" if "excess_model" in table.columns else "excess_errors"
    keys = ["divergence", "n"] if every else ["is_open", "is_exception", excess]
    shown = table.with_columns(
        is_open=-pl.col("status").cast(order).to_physical().cast(pl.Int64),
        is_exception=pl.col("share_of_rows")
        < pl.when(pl.Series(has_gap, dtype=pl.Boolean)).then(MOST_EMPTY).otherwise(MOST_ROWS),
    )
    return shown.with_row_index("row").sort(keys, descending=True, nulls_last=True)["row"].to_list()


def _members(cells: Cells, found: Lattice, group: Group) -> tuple[_Member, ...]:
    """Return the slices that a group's representative stands for."""
    each = 1.0 if cells.worth is None else 1 / cells.worth.scale
    rows = rates(found.sums)
    return tuple(
        _Member(
            cells.slice_of(found.patterns[row]),
            round(cells.cube.sums_of(found.patterns[row]).n[0] * each),
            round(found.sums.n[row] * each),
            float(rows[row]),
            overlap,
        )
        for row, overlap in group.members
    )
