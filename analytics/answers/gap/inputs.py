"""What came in on both sides: every column that both have, compared on a sample of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.gap.as_sampled import as_sampled, rows_of
from analytics.answers.gap.sides import Sides
from analytics.answers.question import are_bands
from analytics.log.role_names import is_called_score
from analytics.log.stand_ins import WORDS
from analytics.measure.gap.constants import MAX_ROWS
from analytics.measure.gap.inputs import InputChange, input_change
from analytics.measure.gap.sample import Sample
from analytics.measure.gap.weeks import shared_weekdays, whole_weeks
from analytics.query.engine import Engine
from analytics.query.gap import Dimension, sampled, text_of

_SCORES = 2_000
"""Groups of scores at most in which bands of them are looked for: as many as a grid holds."""
SCORE, LABEL, WEIGHT, GROUP, _MOMENT = "__score__", "__label__", "__weight__", "__group__", "__moment__"


@dataclass(frozen=True)
class Inputs:
    """Every column on both sides.

    Attributes
    ----------
    changes : dict of str to InputChange
        By the reference's name of the column, for columns with more than one value on a side.
    rows : pair of DataFrame
        The sample: `SCORE`, `LABEL`, `MOMENT`, `WEIGHT` where rows stand for many, `GROUP` where they belong together, and the
        columns by the reference's names, numbers as numbers and all else as text.
    one_in : pair of int
        One row in so many was taken on either side: 1 for all of them.
    weekdays : tuple of int
        The weekdays (1 is Monday) of the reference that are compared, because production has no others; empty for all.
    of_score : frozenset of str
        Columns that are bands of the score or another score: no input, and no cause.
    """

    changes: dict[str, InputChange]
    rows: tuple[pl.DataFrame, pl.DataFrame] = field(repr=False)
    one_in: tuple[int, int]
    weekdays: tuple[int, ...]
    of_score: frozenset[str] = frozenset()

    @property
    def farthest(self) -> list[str]:
        """The columns in the order in which they are told and listed: what is farthest beyond its noise comes first."""
        return sorted(self.changes, key=lambda name: self.changes[name].noise - self.changes[name].distance)

    @property
    def units(self) -> frozenset[str]:
        """The columns that production has in another unit."""
        return frozenset(name for name, change in self.changes.items() if change.unit is not None)


def inputs(engine: Engine, sides: Sides, *, max_rows: int = MAX_ROWS) -> Inputs:
    """Answer "did something else come in?" column by column.

    Parameters
    ----------
    max_rows : int
        About how many rows of a side are compared at most; they are drawn by a fixed rule from their numbers.
    """
    frames, one_in = [], []
    for side, question in enumerate(sides.questions):
        log = question.log
        n_rows = engine.row_counts(log, question.cohort, question.threshold)[0]
        step = max(1, -(-n_rows // max_rows))
        counted = as_sampled(sides, side)
        names = [pair[side].sql_name for pair in sides.inputs]
        asked = partial(_sampled, engine, sides, side, names, step, **counted)
        frame = engine.collect_at_any(log, question.cohort, ("sample", *names, step, *counted), asked)
        frames.append(_plain(frame, sides, side))
        one_in.append(step)
    reference, production = frames
    weekdays = shared_weekdays(reference[_MOMENT], production[_MOMENT])
    compared = reference.filter(pl.col(_MOMENT).dt.weekday().is_in(weekdays)) if weekdays else reference
    weeks = whole_weeks(compared[_MOMENT])
    of_score = frozenset(each.name for each in sides.dimensions if not each.is_flag and _is_of_score(each, reference))
    names = [first.name for first, _ in sides.inputs if first.name not in of_score]
    varied = [name for name in names if max(compared[name].n_unique(), production[name].n_unique()) > 1]
    changes = {name: input_change(_sample(compared, name), _sample(production, name), weeks, WORDS) for name in varied}
    return Inputs(changes, (reference, production), (one_in[0], one_in[1]), weekdays, of_score)


def _is_of_score(dimension: Dimension, rows: pl.DataFrame) -> bool:
    """Whether a column is another score, or bands of the score, by the sample of the reference.

    A column with as many values as scores may be what the score is made of: a cause, however much of the score it explains.
    """
    value = rows[dimension.name]
    if not is_called_score(dimension.name) and 2 * value.n_unique() > rows[SCORE].n_unique():
        return False
    if dimension.bins is not None:
        places = np.searchsorted(dimension.bins.edges, value.fill_null(np.nan).to_numpy(), side="right")
        value = pl.select(pl.when(value.is_not_null()).then(pl.Series(places))).to_series()
    score = rows[SCORE].cast(pl.Float64)
    known = pl.DataFrame({"slice": value.cast(pl.String), "score": score}).drop_nulls("score")
    bins = known.with_columns(score_bin=(pl.col("score").rank("dense") * _SCORES // (pl.col("score").n_unique() + 1)))
    cells = bins.group_by("slice", pl.col("score_bin").cast(pl.Int64), maintain_order=True).agg(
        n=pl.len(), n_unlabelled=pl.lit(0), score_sum=pl.col("score").sum(), score_sq_sum=(pl.col("score") ** 2).sum()
    )
    return are_bands(cells, dimension.name, "slice", is_cause=True)


def _sample(rows: pl.DataFrame, name: str) -> Sample:
    """Return a column with what its rows stand for and how they belong together."""
    weight, group = (rows[each].to_numpy() if each in rows.columns else None for each in (WEIGHT, GROUP))
    return Sample(rows[name], weight, group)


def _sampled(engine: Engine, sides: Sides, side: int, names: list[str], step: int, **counted: Any) -> Any:
    """Return the sample of a side; its rows are bound when they are asked for, which a table that is kept is not."""
    return sampled(rows_of(engine, sides, side), names, step, **counted)


def _plain(frame: pl.DataFrame, sides: Sides, side: int) -> pl.DataFrame:
    """Return a sample under the reference's names: numbers as numbers, all else as text."""
    taken = {SCORE: frame["score"], LABEL: frame["label"], _MOMENT: frame["moment"]}
    if "weight" in frame.columns:
        taken[WEIGHT] = frame["weight"].cast(pl.Float64)
    if "group" in frame.columns and sides.questions[side].log.mapping.unit is not None:
        taken[GROUP] = frame["group"].cast(pl.Int64)
    for pair in sides.inputs:
        values = frame[pair[side].sql_name]
        if pair[side].kind == "number":
            taken[pair[0].name] = values.cast(pl.Float64)
        elif values.dtype == pl.Boolean:
            taken[pair[0].name] = pl.Series([text_of(value) for value in values], dtype=pl.String)
        else:
            taken[pair[0].name] = values.cast(pl.String)
    return pl.DataFrame(taken)
