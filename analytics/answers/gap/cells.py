"""What the engine counts on both sides of a comparison, spread over the same cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.gap.as_sampled import as_sampled, rows_of
from analytics.answers.gap.sides import Sides
from analytics.errors import QuestionError
from analytics.log.bins import Bins
from analytics.measure.gap.candidates import Slicing
from analytics.measure.gap.cells import GROUP, SideCells, side_cells
from analytics.measure.gap.constants import RARE_SHARE
from analytics.measure.gap.dealt import Dealing
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.pairs import Cells
from analytics.measure.gap.split import Counts
from analytics.query.clusters import N_GROUPS
from analytics.query.engine import Engine
from analytics.query.gap import ENDINGS, Dimension, sliced_table
from analytics.query.kept import are_few

_OTHERS = "(other values)"


@dataclass(frozen=True)
class SideCounts(Counts):
    """What the engine counts on both sides, as `measure.gap.split` asks for it.

    Attributes
    ----------
    engine : Engine
    sides : Sides
    units : frozenset of str
        Columns that production has in another unit: the same number is then another value.
    metric : GapMetric
        Says which sums are needed.
    """

    engine: Engine
    sides: Sides
    units: frozenset[str]
    metric: GapMetric

    @property
    def slicings(self) -> tuple[Slicing, ...]:
        """The columns that both sides can be sliced by."""
        return tuple(Slicing(each.name, each.is_flag, each.bins is not None) for each in self.sides.dimensions)

    def by_decision(self, column: Slicing) -> Cells:
        """Count the slices of one column, below and from the threshold on."""
        return two_bin_cells(
            self.engine,
            self.sides,
            self._dimension(column),
            with_moments=self.metric.is_loss,
            with_amount=bool(self.metric.is_by_amount.any()),
        )

    def by_score(self, columns: Sequence[Slicing]) -> Cells:
        """Count the slices of several columns together, score bin by score bin; without columns all rows."""
        dimensions = [self._dimension(column) for column in columns]
        return scored_cells(self.engine, self.sides, dimensions, with_amount=bool(self.metric.is_by_amount.any()))

    def _dimension(self, column: Slicing) -> Dimension:
        """Return the column as the engine slices by it."""
        own = next(each for each in self.sides.dimensions if each.name == column.name)
        bins = Bins(column.edges, own.bins.is_integer) if own.bins is not None and column.edges else own.bins
        is_other = column.name in self.units and not own.is_flag
        return replace(own, bins=bins, is_other_unit=is_other, alone=column.alone)


def two_bin_cells(
    engine: Engine, sides: Sides, dimension: Dimension, *, with_moments: bool, with_amount: bool
) -> Cells:
    """Count both sides by the slices of one column, below and from the threshold on."""
    frames = []
    for side, question in enumerate(sides.questions):
        log, cohort, threshold = question.log, question.cohort, question.threshold
        has_amount = with_amount and log.mapping.amount is not None
        counted = as_sampled(sides, side)
        options: dict[str, Any] = {"with_moments": with_moments, "with_amount": has_amount, **counted}
        asked = partial(_sliced, engine, sides, side, [dimension], **options)
        if not counted and log.grid.split(threshold) is None and are_few(log, dimension.n_slices(side)):
            key = ("sliced", side, repr(dimension), *options.values())
            frame = _in_two(engine.collect_at_any(log, cohort, key, asked), log.grid.at(threshold))
        else:
            frame = engine.collect(asked(threshold=threshold))
        frames.append(_named(frame, sides, side, [dimension]))
    identities = _identities(frames, ["0"])
    edges = np.zeros(2)
    dealt = _dealt(sides)
    found = [side_cells(frame, identities, 2, 1, edges, dealt) for frame in frames]
    return _cells(identities, [dimension], found)


def _sliced(engine: Engine, sides: Sides, side: int, dimensions: Sequence[Dimension], **options: Any) -> Any:
    """Return the table of a side; its rows are bound when they are asked for, which a table that is kept is not."""
    return sliced_table(rows_of(engine, sides, side), sides.questions[side].log, side, dimensions, **options)


def _dealt(sides: Sides) -> Dealing:
    """Return how rows are dealt into groups, on both sides alike where these have units in common."""
    before, after = (question.log for question in sides.questions)
    is_shared = before.key == after.key and before.mapping.unit is not None
    return Dealing(N_GROUPS, is_shared)


def _in_two(frame: pl.DataFrame, line: int) -> pl.DataFrame:
    """Add the score bins of slices up to two, below and from the threshold on, which starts a bin; rows without a score stay."""
    side = pl.when(pl.col("score_bin").is_not_null()).then((pl.col("score_bin") >= line).cast(pl.Int64))
    keys = [name for name in frame.columns if name.startswith("slice_")]
    return frame.group_by(*keys, side.alias("score_bin"), maintain_order=True).agg(pl.exclude("score_bin").sum())


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
        mature, split = sides.mature_before[side], log.grid.split(threshold)
        has_amount = with_amount and log.mapping.amount is not None
        options: dict[str, Any] = {"mature_before": mature, "split": split, "with_amount": has_amount}
        asked = partial(_sliced, engine, sides, side, dimensions, **options, **as_sampled(sides, side))
        key = ("sliced", side, repr(dimensions), mature, has_amount, *as_sampled(sides, side))
        frame = (
            engine.collect(asked()) if split is not None else engine.collect_at_any(log, question.cohort, key, asked)
        )
        if frame.is_empty():
            raise empty_cohort(engine, log, question.cohort, threshold)
        grid = log.grid.split_at(threshold)
        frames.append(_named(frame, sides, side, dimensions))
        grids.append((grid.edges, grid.at(threshold)))
    places = [str(place) for place in range(len(dimensions))]
    for place in places:
        frames = _with_others(frames, place)
    identities = _identities(frames, places)
    if not places:
        identities = pl.DataFrame({"all": ["all rows"]})
        frames = [frame.with_columns(all=pl.lit("all rows")) for frame in frames]
    dealt = _dealt(sides)
    found = [
        side_cells(frame, identities, len(edges), line, edges, dealt)
        for frame, (edges, line) in zip(frames, grids, strict=True)
    ]
    for cells, question, word in zip(found, sides.questions, ("reference", "production"), strict=True):
        if not cells.judged.sum():
            raise QuestionError(
                f"Expected rows with a label and a score on both sides, found none in the {word} of {question.log.name!r}. "
                "Attach labels, or choose another time."
            )
    return _cells(identities, dimensions, found)


def _identities(frames: Sequence[pl.DataFrame], places: Sequence[str]) -> pl.DataFrame:
    """Return the distinct slices of both sides by text and kind, in the order of their texts."""
    names = [*places, *map(_kind_of, places)]
    return pl.concat([frame.select(names) for frame in frames]).unique().sort(names, nulls_last=True)


def _kind_of(place: str) -> str:
    """Return the name of the column that holds the kind of a slice."""
    return f"{place} kind"


def _cells(identities: pl.DataFrame, dimensions: Sequence[Dimension], found: Sequence[SideCells]) -> Cells:
    """Return both sides with texts and kinds of slices under the names of the columns."""
    if not dimensions:
        return Cells(identities, pl.DataFrame({"all": ["value"]}), found[0], found[1])
    names = {str(place): dimension.name for place, dimension in enumerate(dimensions)}
    keys = identities.select(pl.col(place).alias(name) for place, name in names.items())
    kinds = identities.select(pl.col(_kind_of(place)).alias(name) for place, name in names.items())
    return Cells(keys, kinds, found[0], found[1])


def _named(frame: pl.DataFrame, sides: Sides, side: int, dimensions: Sequence[Dimension]) -> pl.DataFrame:
    """Give slices the text that both sides call them by, in columns that are called by their place."""
    log = sides.questions[side].log
    columns = []
    for place, dimension in enumerate(dimensions):
        found = frame[f"slice_{place}"]
        columns.append(dimension.values(log, side, found).alias(str(place)))
        columns.append(dimension.kinds(log, side, found).alias(_kind_of(str(place))))
    place = len(dimensions)
    columns.append(frame[f"slice_{place}"].cast(pl.Boolean).alias("is_mature"))
    if f"slice_{place + 1}" in frame.columns:
        columns.append(frame[f"slice_{place + 1}"].cast(pl.Int64).alias(GROUP))
    return pl.DataFrame([*columns, *frame.select(pl.exclude("^slice_.*$")).get_columns()])


def _with_others(frames: Sequence[pl.DataFrame], name: str) -> list[pl.DataFrame]:
    """Take the values together that are rare on both sides, each kind by itself."""
    identity = [name, _kind_of(name)]
    often: list[pl.DataFrame] = []
    for frame in frames:
        counts = frame.group_by(identity, maintain_order=True).agg(n=pl.col("n").sum()).drop_nulls(name)
        often.append(counts.filter(pl.col("n") >= RARE_SHARE * float(frame["n"].sum())).select(identity))
    frequent = pl.concat(often).unique(maintain_order=True).with_columns(is_frequent=pl.lit(True))
    is_rare = pl.col(name).is_not_null() & pl.col("is_frequent").is_null()
    kind = pl.col(_kind_of(name))
    rest = pl.lit(_OTHERS) + kind.replace_strict(ENDINGS, return_dtype=pl.String)
    return [
        frame.join(frequent, on=identity, how="left", maintain_order="left")
        .with_columns(
            pl.when(is_rare).then(rest).otherwise(pl.col(name)).alias(name),
            pl.when(is_rare).then(pl.lit("rest of ") + kind).otherwise(kind).alias(_kind_of(name)),
        )
        .drop("is_frequent")
        for frame in frames
    ]
