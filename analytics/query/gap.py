"""Relations that ask two sides the same: the same slices, whatever each log stores, and what is missing in every column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.bins import Bins, whole
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query.groups import in_groups
from analytics.query.relations import AMOUNTS, MOMENTS, integer, score_table
from analytics.query.sampling import scattered
from analytics.query.slicing import as_people_see

_UNDER = -1
"""The code of what is below the first edge of the reference's bins."""

_SliceKind = Literal["value", "missing", "other unit", "alone"]
ENDINGS: dict[_SliceKind, str] = {
    "value": "",
    "missing": "",
    "other unit": " in another unit",
    "alone": " without a counterpart",
}
"""What a slice is besides its text, and how people read it; a log's own text may end alike and stays a value."""


@dataclass(frozen=True)
class Dimension:
    """A column as both sides are sliced by it.

    Attributes
    ----------
    name : str
        What the reference calls it.
    columns : tuple of Column
        In the reference and in production.
    bins : Bins or None
        Those of the reference: both sides are sliced by them.
    is_flag : bool
        Whether only being missing tells slices apart.
    is_other_unit : bool
        Whether production has the column in another unit: then no value of it is one of the reference's.
    alone : frozenset of str
        Slices in which production has rows and the reference hardly any: they are not the reference's.
    """

    name: str
    columns: tuple[Column, Column]
    bins: Bins | None = None
    is_flag: bool = False
    is_other_unit: bool = False
    alone: frozenset[str] = frozenset()

    def n_slices(self, side: int) -> int:
        """Return how many slices a side has at most."""
        n_values = 1 if self.is_flag else len(self.bins.edges) + 1 if self.bins else self.columns[side].n_distinct
        return n_values + 1

    def expression(self, log: Log, side: int) -> nw.Expr:
        """Return the slice of a row of one side (0 the reference, 1 production)."""
        column = self.columns[side]
        value = nw.col(column.sql_name)
        if self.is_flag:
            return integer(value.is_null())
        if self.bins is None:
            return value.cast(nw.Float64) if column.kind == "number" else value
        if log.bins.get(column.name) == self.bins:
            return nw.col(column.bin_name).cast(nw.Int64)
        return _binned(value.cast(nw.Float64), self.bins)

    def kinds(self, log: Log, side: int, found: pl.Series) -> pl.Series:
        """Return what each slice is besides its text: part of its identity."""
        texts = self._texts(log, side, found)
        is_apart = pl.lit(self.is_other_unit and side == 1)
        apart = "other unit"
        if side == 1 and self.alone:
            is_apart, apart = pl.lit(texts).is_in(list(self.alone)), "alone"
        kind = pl.when(pl.lit(texts).is_null()).then(pl.lit("missing")).when(is_apart).then(pl.lit(apart))
        return pl.select(kind.otherwise(pl.lit("value"))).to_series()

    def values(self, log: Log, side: int, found: pl.Series) -> pl.Series:
        """Return slices as people read them, null where the value is missing; `kinds` says which of equal ones is which."""
        endings = self.kinds(log, side, found).replace_strict(ENDINGS, return_dtype=pl.String)
        return self._texts(log, side, found) + endings

    def _texts(self, log: Log, side: int, found: pl.Series) -> pl.Series:
        """Return slices as the side's own text."""
        if self.is_flag:
            return found.replace_strict({0: "(present)", 1: None}, return_dtype=pl.String)
        if self.bins is not None:
            names = {code: self.label(code) for code in range(_UNDER, len(self.bins.edges))}
            return found.cast(pl.Int64).replace_strict(names, return_dtype=pl.String)
        shown = as_people_see(log, self.columns[side].name, found, in_bins=False)
        different = shown.unique()
        texts = pl.Series([text_of(value) for value in different], dtype=pl.String)
        return shown.replace_strict(different, texts, return_dtype=pl.String)

    def label(self, code: int) -> str | None:
        """Say which values a slice holds: those of a bin, or those beyond the reference's range."""
        assert self.bins is not None
        low, high = self.bins.edges[0], self.bins.edges[-1]
        shown = whole if self.bins.is_integer else "{:,.6g}".format
        if code == _UNDER:
            return f"under {shown(low)}"
        return f"over {shown(high)}" if code == len(self.bins.edges) - 1 else self.bins.label(code)


def text_of(value: object) -> str | None:
    """Return a value as text, None where it is missing.

    >>> text_of(9.0), text_of(True), text_of("a"), text_of(None)
    ('9', 'true', 'a', None)
    """
    if value is None:
        return None
    return (
        f"{value:.10g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _binned(value: nw.Expr, bins: Bins) -> nw.Expr:
    """Return the bin of a value by comparison with the edges: -1 below the first, the number of bins above the last."""
    code = nw.when(value >= bins.edges[0]).then(nw.lit(0)).when(value < bins.edges[0]).then(nw.lit(_UNDER))
    n_bins = len(bins.edges) - 1
    steps: list[nw.Expr] = [integer(value >= edge) for edge in bins.edges[1:-1]]
    above = integer(value > bins.edges[-1])
    return code + reduce(lambda left, right: left + right, [*steps, above], nw.lit(0)) if n_bins else code


def sliced_table(
    frame: nw.LazyFrame[Any],
    log: Log,
    side: int,
    dimensions: Sequence[Dimension],
    *,
    mature_before: datetime | None = None,
    threshold: float | None = None,
    split: float | None = None,
    with_moments: bool = True,
    with_amount: bool = False,
    is_weighted: bool = False,
    group: nw.Expr | None = None,
) -> nw.LazyFrame[Any]:
    """Aggregate the rows of one side by slice, by whether their labels are complete, and by score.

    Parameters
    ----------
    frame, log, side
        The rows of a side, its log, and which it is.
    dimensions : sequence of Dimension
    mature_before : datetime, optional
        The labels of rows from then on still come in.
    threshold : float, optional
        Two score bins, below and from it on, instead of those of the grid.
    split
        As in `relations.score_table`.
    with_moments, with_amount : bool
        Whether sums of scores, or of amounts, are wanted.
    is_weighted : bool
        Let each row count ``weight`` times.
    group : Expr, optional
        The random group that a row is dealt into with those that belong to it: a last slice.

    Returns
    -------
    LazyFrame
        As `relations.score_table`; the slice column after those of ``dimensions`` is 1 where labels are complete.
    """
    score = nw.col("score")
    columns = {f"dimension_{place}": dimension.expression(log, side) for place, dimension in enumerate(dimensions)}
    columns["is_mature"] = nw.lit(1) if mature_before is None else integer(~(nw.col("moment") >= mature_before))
    if threshold is not None:
        columns["score_bin"] = nw.when(score >= threshold).then(nw.lit(1)).when(score < threshold).then(nw.lit(0))
    prepared = frame.with_columns(**columns, **({} if group is None else {"group_of": group}))
    names = [*list(columns)[: len(dimensions)], "is_mature", *(() if group is None else ("group_of",))]
    sums = [*(MOMENTS if with_moments else ()), *(AMOUNTS if with_amount else ())]
    return score_table(prepared, names, sums=sums, split=split, is_weighted=is_weighted)


def _missing_table(frame: nw.LazyFrame[Any], columns: Sequence[str], threshold: float) -> nw.LazyFrame[Any]:
    """Count the missing values of every column by outcome: ``flagged``, ``label``, ``n`` and one count per column."""
    score, label = nw.col("score"), nw.col("label")
    outcomes = frame.select(
        flagged=nw.when(~score.is_null()).then(integer(score >= threshold)),
        known=label.cast(nw.Int64),
        **{f"is_missing_{name}": integer(nw.col(name).is_null()) for name in columns},
    )
    counts = {name: nw.col(f"is_missing_{name}").sum().cast(nw.Int64) for name in columns}
    return in_groups(outcomes, "flagged", "known", n=nw.len().cast(nw.Int64), **counts).rename({"known": "label"})


def sampled(
    frame: nw.LazyFrame[Any],
    columns: Sequence[str],
    one_in: int,
    *,
    is_weighted: bool = False,
    group: nw.Expr | None = None,
) -> nw.LazyFrame[Any]:
    """Return every row whose scattered number says so, about one in ``one_in``, in the order of the file.

    Where they are asked for, ``weight`` and ``group`` say how many rows it stands for and into which random group it is dealt.
    """
    kept = frame if one_in <= 1 else frame.filter(scattered(nw.col("row_id")) % one_in == 0)
    further: list[nw.Expr] = [nw.col("weight")] if is_weighted else []
    further += [] if group is None else [group.alias("group")]
    return kept.sort("row_id").select("row_id", "score", "label", "moment", *further, *columns)
