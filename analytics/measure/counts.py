"""The confusion counts of slices at one threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import polars as pl

from analytics.measure.intervals import FloatArray


@dataclass(frozen=True)
class Arrays:
    """Arrays of one shape that are cut, added up and subtracted together."""

    def __getitem__(self, key: slice) -> Self:
        return type(self)(*(getattr(self, field.name)[key] for field in fields(self)))

    def __sub__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, field.name) - getattr(other, field.name) for field in fields(self)))

    def without_dust(self, rows: Self) -> Self:
        """Return weighted sums that are 0 where no row is behind them: subtraction leaves a little of floats."""
        own = [(getattr(self, field.name), getattr(rows, field.name)) for field in fields(self)]
        return type(self)(*(np.where(behind > 0, values, 0.0) for values, behind in own))

    def times(self, factor: FloatArray) -> Self:
        """Return all sums times a factor of the same shape."""
        return type(self)(*(getattr(self, field.name) * factor for field in fields(self)))

    def total(self) -> Self:
        """Add all slices up and keep the axis."""
        return type(self)(*(getattr(self, field.name).sum(axis=0, keepdims=True) for field in fields(self)))


@dataclass(frozen=True)
class Counts(Arrays):
    """The counts of slices; tp, fp, fn and tn are over judged rows: those with a label and a score.

    Attributes are float arrays of one shape. `n_pos` counts all labelled positives, `n_flagged` all rows predicted
    positive whether labelled or not.
    """

    n: FloatArray
    n_labelled: FloatArray
    n_unlabelled: FloatArray
    n_unscored: FloatArray
    n_flagged: FloatArray
    n_scored: FloatArray
    n_pos: FloatArray
    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray

    @classmethod
    def of(cls, table: pl.DataFrame) -> Self:
        """Take the counts out of a table that has them as columns."""
        return cls(*(table[name].to_numpy().astype(np.float64) for name in COUNT_COLUMNS))

    @classmethod
    def behind(cls, table: pl.DataFrame) -> Self | None:
        """Take the rows behind weighted counts out of a table that has them; None where counts are of rows."""
        if not is_weighted(table):
            return None
        return cls(*(table[f"rows_{name}"].to_numpy().astype(np.float64) for name in COUNT_COLUMNS))

    @property
    def judged(self) -> FloatArray:
        """Rows with a label and a score."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def errors(self) -> FloatArray:
        """Judged rows whose prediction is not their label."""
        return self.fp + self.fn


COUNT_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Counts))


def is_weighted(table: pl.DataFrame) -> bool:
    """Whether the counts of a table are weighted, with the rows behind them beside."""
    return "rows" in table.columns or "rows_n" in table.columns


def confusion_table(
    score_table: pl.DataFrame, *, by: Sequence[str], threshold_bin: int, is_right_or_wrong: bool = False
) -> pl.DataFrame:
    """Count what happens to the rows of each slice at one threshold.

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin.
    by : sequence of str
        The segment columns; with none, the whole table is one slice, even when it is empty.
    threshold_bin : int
        Rows with ``score_bin >= threshold_bin`` are predicted positive; with the number of edges, none is.
    is_right_or_wrong : bool
        Whether ``n_pos`` counts rows that are right, of which none is of a class: wrong ones then are fp, right ones tn, and
        nothing is positive, so that no base rate explains an error.

    Returns
    -------
    polars.DataFrame
        by… (sorted, missing last), n, n_labelled, n_unlabelled, n_unscored, n_flagged, n_scored, n_pos, tp, fp, fn, tn; of a
        weighted score table these are weighted, and rows_n, rows_n_labelled … are the rows behind them.

    Examples
    --------
    >>> table = pl.DataFrame({"score_bin": [0, 1, None], "n": [5, 4, 1], "n_pos": [1, 3, 0], "n_unlabelled": [1, 0, 1]})
    >>> confusion_table(table, by=(), threshold_bin=1).select("n", "n_labelled", "tp", "fp", "fn", "tn").row(0)
    (10, 8, 3, 1, 1, 3)
    """
    n, n_pos, n_unlabelled = pl.col("n"), pl.col("n_pos"), pl.col("n_unlabelled")
    # Of weights a difference would leave a little where no row is.
    n_neg = pl.col("n_neg") if is_weighted(score_table) else n - n_pos - n_unlabelled
    n_labelled = n_pos + n_neg if is_weighted(score_table) else n - n_unlabelled
    is_scored = pl.col("score_bin").is_not_null()
    is_flagged = (pl.col("score_bin") >= threshold_bin).fill_null(False)
    is_passed = (pl.col("score_bin") < threshold_bin).fill_null(False)
    sums = {
        "n": n,
        "n_labelled": n_labelled,
        "n_unlabelled": n_unlabelled,
        "n_unscored": n * ~is_scored,
        "n_flagged": n * is_flagged,
        "n_scored": n * is_scored,
        "n_pos": n_pos,
        "tp": n_pos * is_flagged,
        "fp": n_neg * is_flagged,
        "fn": n_pos * is_passed,
        "tn": n_neg * is_passed,
    }
    if is_right_or_wrong:
        sums |= {"n_pos": pl.lit(0), "tp": pl.lit(0), "fn": pl.lit(0), "tn": n_pos * is_scored, "fp": n_neg * is_scored}
    parts = score_table.select(**sums)
    names, kind = COUNT_COLUMNS, pl.Float64 if is_weighted(score_table) else pl.Int64
    aggregates = [pl.col(name).sum().cast(kind) for name in names]
    if is_weighted(score_table):
        rows = _rows_behind(score_table, sums)
        parts, names = parts.hstack(rows), (*names, *rows.columns)
        aggregates += [pl.col(name).sum().cast(pl.Int64) for name in rows.columns]
    if not by:
        return parts.select(aggregates)
    keys = slice_keys(score_table, by)
    counted = parts.hstack(keys).group_by(keys.columns).agg(aggregates).sort(keys.columns, nulls_last=True)
    counted.columns = [*by, *names]
    return counted


def judged(score_table: pl.DataFrame) -> pl.Expr:
    """Return how many rows with a label each row of a score table counts."""
    return pl.col("n_pos") + pl.col("n_neg") if is_weighted(score_table) else pl.col("n") - pl.col("n_unlabelled")


def squared(score_table: pl.DataFrame) -> pl.DataFrame:
    """Return a weighted score table that counts squared weights, of judged rows."""
    return score_table.with_columns(n_pos="pos_sq", n_neg="neg_sq")


def rows_of(score_table: pl.DataFrame) -> pl.DataFrame:
    """Return a weighted score table that counts the rows behind it."""
    n_neg = pl.col("rows") - pl.col("rows_pos") - pl.col("rows_unlabelled")
    return score_table.with_columns(n="rows", n_pos="rows_pos", n_unlabelled="rows_unlabelled", n_neg=n_neg)


def _rows_behind(score_table: pl.DataFrame, sums: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Return what the rows behind a weighted score table count in, as ``rows_n …``."""
    return rows_of(score_table).select(part.alias(f"rows_{name}") for name, part in sums.items())


def segments(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Keep the segment columns alone."""
    return table[list(by)] if by else pl.DataFrame()


def slice_keys(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give the segment columns names that no expression can take for a pattern, as it does with ``*`` and ``^a$``."""
    return pl.DataFrame([table[name].alias(f"__by{position}__") for position, name in enumerate(by)])
