"""What a search for slices is asked, and the cube of a cohort that it runs on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from analytics.answers.discovery.told import bands_of, gaps_of, told_by
from analytics.answers.question import Question
from analytics.answers.slices_cost import costs_beyond_base_rate
from analytics.errors import QuestionError
from analytics.measure.discovery.clusters import UnitCells
from analytics.measure.discovery.cube import CodeArray, Cube, Sums, second_names
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Cohort
from analytics.query.discovery.objectives import (
    OBJECTIVES,
    by_entity,
    by_row,
    by_time,
    by_unit,
    row_count,
    row_groups,
    unit_key,
)
from analytics.query.discovery.properties import Property, expression, in_codes, properties, shown_value
from analytics.query.engine import Engine
from analytics.query.predicates import predicate
from analytics.query.relations import cube_table

Split = Literal["row", "entity", "time", "none"]

_N_GROUPS = 200
"""Groups into which rows that stand for many are dealt out, in place of units: what scatters between them follows the weights. A
choice: 95 % intervals are then 0.5 % wider than of any number of groups."""
MIN_SHARE, MIN_ROWS = 0.01, 50
"""Least share of the searched rows, and least rows, of a slice: the larger of both counts. Both can be chosen."""
MAX_DEPTH = 3
"""Conditions of a slice at most, where nobody says otherwise: with four, cells and p-values grow and names are not read."""
MAX_MEMBERS = 25
"""Slices that are listed of a group, where nobody asks for all."""


@dataclass(frozen=True)
class Search:
    """What to search for.

    Attributes
    ----------
    objective : str
        An entry of `OBJECTIVES`.
    min_support, min_rows
        A slice holds at least this share of the judged rows, and at least that many of them.
    max_depth : int
        Predicates of a slice at most.
    split : {"row", "entity", "time", "none"} or None
        How the rows that confirm are held back; None: by entity where ids repeat, else by row.
    columns : tuple of str or None
        Search these segment columns only; None: all of them and what can be derived.
    costs : Costs
        What the outcomes cost, where the objective is the cost per row, or the part of it beyond the base rate.
    error_weights : (float, float) or None
        What a miss and what a false alarm counts, where errors beyond the base rate are to be weighed as well.
    reference : Cohort or None
        The rows of the log that a change is measured against.
    every : bool
        Report every slice above the minimum support instead of groups of those that stand out.
    max_members : int or None
        Slices that another one stands for are listed up to this many; None: all of them.
    seed : int
    among : tuple of str
        Of what is searched by, only these columns, and what is derived from them, from the time and from how many fields are
        missing; empty: everything.
    unit : str
        What costs are counted in; empty for a plain number.
    """

    objective: str = "beyond_base_rate"
    min_support: float = MIN_SHARE
    min_rows: int = MIN_ROWS
    max_depth: int = MAX_DEPTH
    split: Split | None = None
    columns: tuple[str, ...] | None = None
    costs: Costs = field(default_factory=Costs)
    error_weights: tuple[float, float] | None = None
    reference: Cohort | None = None
    every: bool = False
    max_members: int | None = MAX_MEMBERS
    seed: int = 0
    among: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Predicate:
    """One condition of a slice: a property and its value as people see it, None where it is missing."""

    property: Property
    value: Any


Slice = tuple[Predicate, ...]


@dataclass(frozen=True)
class _Worth:
    """What rows that stand for many are worth.

    Attributes
    ----------
    scale : float
        What weighted rows are multiplied by to be as many of equal weight as they are worth (Kish).
    rows : int
        Judged rows.
    """

    scale: float
    rows: int


@dataclass(frozen=True)
class Cells:
    """The cube of a question with the values of its codes, and which cells are held back.

    Columns that are ``left_out`` tell the label; the search does not use them unless it is told its columns. Those in
    ``same`` part the rows as another one does, whose name stands behind theirs. ``units`` are the same rows unit by unit, None
    where every row stands alone. Those in ``bands`` are bands of the score, and were not searched by either. Where rows stand
    for many the cube counts how many of equal weight they are worth; then ``worth`` says how many that is.
    """

    cube: Cube
    properties: tuple[Property, ...]
    values: tuple[list[Any], ...]
    left_out: tuple[str, ...]
    same: tuple[tuple[str, str], ...]
    is_held_back: np.ndarray[Any, np.dtype[np.bool_]]
    units: UnitCells | None = None
    bands: tuple[str, ...] = ()
    worth: _Worth | None = None

    def slice_of(self, pattern: CodeArray) -> Slice:
        """Return the predicates of a pattern, in the order of the properties."""
        return tuple(
            Predicate(self.properties[column], self.values[column][pattern[column]])
            for column in np.flatnonzero(pattern >= 0)
        )


def cells_of(engine: Engine, question: Question, search: Search, split: Split) -> Cells:
    """Aggregate a cohort into the cube of a search."""
    log, objective, costs = question.log, OBJECTIVES[search.objective], search.costs
    if objective.is_centred:
        costs = costs_beyond_base_rate(engine, question, costs)
    asked = search.objective, costs
    part = {} if split == "none" else {"part": _part_of(engine, question, split, search.seed)}
    is_weighted = log.mapping.weight is not None
    if log.mapping.unit is not None or is_weighted:
        part["unit"] = row_groups(_N_GROUPS) if log.mapping.unit is None else unit_key()

    def counted(cohort: Cohort, searched: Sequence[Property], told: Collection[str]) -> pl.DataFrame:
        keys = {f"key_{place}": expression(log, found, told) for place, found in enumerate(searched)}
        rows = engine.kept(log, cohort, question.threshold)
        sides = objective.counted(question.threshold), objective.value(question.threshold, costs)
        is_within, has_cubes, is_open = objective.is_within_label, not objective.is_share, search.columns is None
        asked = cube_table(
            rows,
            keys | part,
            *sides,
            with_cubes=has_cubes,
            with_missed=is_within,
            with_scores=is_open,
            is_weighted=is_weighted,
        )
        return engine.collect(asked)

    searched = properties(log, search.columns, search.among)
    own, told = counted(question.cohort, searched, ()), set[str]()
    while search.columns is None and (more := told_by(engine, question, asked, searched, own, told)):
        # What tells the label must not come back as one of the missing fields.
        told |= more
        searched = tuple(found for found in searched if found.source not in told)
        own = counted(question.cohort, searched, told)
    bands = bands_of(engine, question, searched, own) if search.columns is None else set()
    if bands:
        searched = (*(found for found in searched if found.source not in bands), *gaps_of(log, searched, bands))
        own = counted(question.cohort, searched, told)
    table = own
    if search.reference is not None:
        _refuse_common(engine, question, search.reference)
        table = pl.concat([own, counted(search.reference, searched, told)])
    coded = [in_codes(table[f"key_{place}"]) for place in range(len(searched))]
    rows = table["rows" if is_weighted else "n"].cast(pl.Float64).to_numpy()
    worth = _worth_of(own) if is_weighted else None
    is_stored = [found.kind == "value" for found in searched]
    same = {} if search.every else second_names([column.to_numpy() for column, _ in coded], rows, is_stored)
    named = tuple((searched[place].name, searched[other].name) for place, other in same.items())
    kept = [(found, *coded[place]) for place, found in enumerate(searched) if place not in same]
    searched = tuple(found for found, *_ in kept)
    codes, values, is_value = [], [], []
    for found, column, known in kept:
        codes.append(column.cast(pl.UInt16 if len(known) < 65_536 else pl.Int32).to_numpy())
        is_value.append(np.array([value is not None or not found.is_partial for value in known], dtype=bool))
        values.append([shown_value(log, found, value) for value in known])
    sources = [found.source for found in searched]
    sums = ("n", "trials", "total", "squares", *(() if objective.is_share else ("cubes",)))
    sums = (*sums, "positives", "missed") if objective.is_within_label else sums
    parts = [table[name].fill_null(0).cast(pl.Float64).to_numpy() * (worth.scale if worth else 1) for name in sums]
    is_own = np.arange(table.height) < own.height
    if search.reference is not None:
        parts = [part * is_side for is_side in (is_own, ~is_own) for part in parts]
    cube = Cube(
        tuple(codes),
        tuple(map(len, values)),
        tuple(is_value),
        tuple(sources.index(source) for source in sources),
        Sums.of(parts),
        is_binary=objective.is_share,
    )
    is_held_back = table["part"].to_numpy() == 1 if split != "none" else np.zeros(table.height, dtype=bool)
    left_out = tuple(
        dict.fromkeys(found.source for found in properties(log, search.columns, search.among) if found.source in told)
    )
    units = None
    if "unit" in part:
        unit = np.unique(table["unit"].to_numpy(), return_inverse=True)[1]
        cube, is_held_back, units = _of_all_units(cube, is_held_back, unit)
    return Cells(cube, searched, tuple(values), left_out, named, is_held_back, units, tuple(sorted(bands)), worth)


def _worth_of(table: pl.DataFrame) -> _Worth:
    """Return what weighted rows are worth: as many of equal weight as Kish counts."""
    n, squares = float(table["n"].sum() or 0), float(table["weight_sq"].sum() or 0)
    return _Worth(n / squares if squares else 1.0, int(table["rows"].sum()))


def _of_all_units(
    cube: Cube, is_held_back: np.ndarray[Any, np.dtype[np.bool_]], unit: np.ndarray[Any, np.dtype[np.int64]]
) -> tuple[Cube, np.ndarray[Any, np.dtype[np.bool_]], UnitCells]:
    """Put the cells of all units together, and keep what each is made of."""
    keys = pl.DataFrame({str(place): codes for place, codes in enumerate((*cube.codes, is_held_back))})
    cells = keys.unique(maintain_order=True).with_row_index("whole")
    whole = keys.join(cells, on=keys.columns, how="left", maintain_order="left")["whole"].to_numpy().astype(np.int64)
    sums = Sums.of([np.bincount(whole, part, cells.height).astype(np.float64) for part in cube.sums.columns()])
    *codes, held = (cells[name].to_numpy() for name in keys.columns)
    return replace(cube, codes=tuple(codes), sums=sums), held, UnitCells(cube, unit, whole)


def _refuse_common(engine: Engine, question: Question, reference: Cohort) -> None:
    """Refuse two sides that share rows."""
    rows = engine.kept(question.log, question.cohort, question.threshold)
    both = engine.collect(row_count(rows, predicate(reference, question.log, question.threshold)))["n"][0]
    if both:
        raise QuestionError(
            f"Expected a reference without the rows that are searched, found {both:,} in both. Filter the cohort, for "
            "instance to a later period."
        )


def _part_of(engine: Engine, question: Question, split: Split, seed: int) -> Any:
    """Return the expression that is 1 for the rows that are held back."""
    log = question.log
    if split == "entity":
        if log.mapping.unit is not None:
            return by_unit(seed)
        assert log.mapping.row_id is not None
        return by_entity(log.column(log.mapping.row_id).sql_name, seed)
    if split == "row":
        return by_row(seed)
    hours = engine.time_table(log, question.cohort, question.threshold, "1h").filter(pl.col("bucket").is_not_null())
    before = hours["n_labelled"].cum_sum()
    if not len(before) or not before[-1]:
        raise QuestionError("Expected labelled rows with a time to split by, found none. Split by row.")
    return by_time(hours["bucket"][int((before < before[-1] / 2).sum())])
