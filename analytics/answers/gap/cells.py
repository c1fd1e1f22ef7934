"""What the engine counts on both sides of a comparison, spread over the same cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.gap.sides import Sides
from analytics.errors import QuestionError
from analytics.measure.gap.cells import SideCells, side_cells
from analytics.measure.gap.hybrids import CellKeys
from analytics.query.engine import Engine
from analytics.query.gap import OTHER_UNIT, WITHOUT_COUNTERPART, Dimension, sliced_table

_RARE_SHARE = 0.005
_OTHERS = "(other values)"


@dataclass(frozen=True)
class Cells:
    """Both sides in the same cells, and what the cells are called."""

    keys: pl.DataFrame
    reference: SideCells
    production: SideCells

    @property
    def pair(self) -> tuple[SideCells, SideCells]:
        """Both sides, the reference first."""
        return self.reference, self.production

    @property
    def nesting(self) -> CellKeys:
        """How the cells nest: columns that are missing nowhere, then what is missing of the others."""
        always = [name for name in self.keys.columns if not self.keys[name].null_count()]
        others = [name for name in self.keys.columns if name not in always]
        rows = self.keys.select(*always, *[pl.col(name).is_null() for name in others])
        is_missing = rows.select(pl.any_horizontal(others)).to_series().to_numpy() if others else None
        return CellKeys(_numbered(self.keys, always), _numbered(rows, rows.columns), is_missing)


def _numbered(table: pl.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Number the distinct values of some columns from 0; all rows are alike without columns."""
    if not columns:
        return np.zeros(table.height, dtype=np.int64)
    places: dict[tuple[object, ...], int] = {}
    return np.array([places.setdefault(row, len(places)) for row in table.select(columns).iter_rows()], dtype=np.int64)


def two_bin_cells(
    engine: Engine, sides: Sides, dimension: Dimension, *, with_moments: bool, with_amount: bool
) -> Cells:
    """Count both sides by the slices of one column, below and from the threshold on."""
    frames = []
    for side, question in enumerate(sides.questions):
        relation = sliced_table(
            engine.kept(question.log, question.cohort, question.threshold),
            question.log,
            side,
            [dimension],
            threshold=question.threshold,
            with_moments=with_moments,
            with_amount=with_amount and question.log.mapping.amount is not None,
        )
        frames.append(_named(engine.collect(relation), sides, side, [dimension]))
    keys = pl.concat([frame.select("0") for frame in frames]).unique().sort("0", nulls_last=True)
    edges = np.zeros(2)
    found = [side_cells(frame, keys, 2, 1, edges) for frame in frames]
    return Cells(keys.rename({"0": dimension.name}), found[0], found[1])


def scored_cells(engine: Engine, sides: Sides, dimensions: Sequence[Dimension], *, with_amount: bool) -> Cells:
    """Count both sides by the slices of several columns together, score bin by score bin.

    Values that hold less than 0.5 % of either side are taken together.

    Raises
    ------
    EmptyCohort
        If a side has no row.
    QuestionError
        If no row of a side has both a label and a score.
    """
    frames, grids = [], []
    for side, question in enumerate(sides.questions):
        log, threshold = question.log, question.threshold
        relation = sliced_table(
            engine.kept(log, question.cohort, threshold),
            log,
            side,
            dimensions,
            mature_before=sides.mature_before[side],
            split=log.grid.split(threshold),
            with_amount=with_amount and log.mapping.amount is not None,
        )
        frame = engine.collect(relation)
        if frame.is_empty():
            raise empty_cohort(engine, log, question.cohort, threshold)
        grid = log.grid.split_at(threshold)
        frames.append(_named(frame, sides, side, dimensions))
        grids.append((grid.edges, grid.at(threshold)))
    places = [str(place) for place in range(len(dimensions))]
    for place in places:
        frames = _with_others(frames, place)
    keys = pl.concat([frame.select(places) for frame in frames]).unique().sort(places, nulls_last=True)
    if not places:
        keys = pl.DataFrame({"all": ["all rows"]})
        frames = [frame.with_columns(all=pl.lit("all rows")) for frame in frames]
    found = [
        side_cells(frame, keys, len(edges), line, edges) for frame, (edges, line) in zip(frames, grids, strict=True)
    ]
    for cells, question, word in zip(found, sides.questions, ("reference", "production"), strict=True):
        if not cells.judged.sum():
            raise QuestionError(
                f"Expected rows with a label and a score on both sides, found none in the {word} of {question.log.name!r}. "
                "Attach labels, or choose another time."
            )
    renamed = {place: dimension.name for place, dimension in zip(places, dimensions, strict=True)}
    return Cells(keys.rename(renamed), found[0], found[1])


def _named(frame: pl.DataFrame, sides: Sides, side: int, dimensions: Sequence[Dimension]) -> pl.DataFrame:
    """Give slices the text that both sides call them by, in columns that are called by their place."""
    log = sides.questions[side].log
    columns = [
        dimension.values(log, side, frame[f"slice_{place}"]).alias(str(place))
        for place, dimension in enumerate(dimensions)
    ]
    mature = frame[f"slice_{len(dimensions)}"].cast(pl.Boolean).alias("is_mature")
    rest = frame.select(pl.exclude([f"slice_{place}" for place in range(len(dimensions) + 1)]))
    return pl.DataFrame([*columns, mature, *rest.get_columns()])


def _with_others(frames: Sequence[pl.DataFrame], name: str) -> list[pl.DataFrame]:
    """Take the values together that are rare on both sides."""
    often: set[str] = set()
    for frame in frames:
        counts = frame.group_by(name).agg(n=pl.col("n").sum()).drop_nulls(name)
        often |= set(counts.filter(pl.col("n") >= _RARE_SHARE * float(frame["n"].sum()))[name])
    is_rare = pl.col(name).is_not_null() & ~pl.col(name).is_in(list(often))
    others = pl.lit(_OTHERS)
    for ending in (OTHER_UNIT, WITHOUT_COUNTERPART):
        others = pl.when(pl.col(name).str.ends_with(ending)).then(pl.lit(_OTHERS + ending)).otherwise(others)
    return [frame.with_columns(pl.when(is_rare).then(others).otherwise(pl.col(name)).alias(name)) for frame in frames]
