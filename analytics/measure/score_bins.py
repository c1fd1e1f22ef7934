"""The judged rows of slices, score bin by score bin: what areas, losses and calibration are computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.measure.counts import Arrays, is_weighted, slice_keys
from analytics.measure.intervals import FloatArray, ratio


@dataclass(frozen=True)
class ScoreBins(Arrays):
    """Sums per slice and score bin, as arrays of shape (slices, bins).

    `n` counts scored rows, `pos` and `neg` judged ones; the four sums are over judged rows. A sum is NaN where it was not
    asked for, and `log_loss_sum` where scores are no probabilities.
    """

    n: FloatArray
    pos: FloatArray
    neg: FloatArray
    score_sum: FloatArray
    score_sq_sum: FloatArray
    score_pos_sum: FloatArray
    log_loss_sum: FloatArray

    def scaled(self, factor: FloatArray | float) -> ScoreBins:
        """Return all sums of each slice times a factor of shape (slices,)."""
        by = np.asarray(factor, dtype=float)[..., None]
        return ScoreBins(*(getattr(self, field.name) * by for field in fields(ScoreBins)))

    def above(self, least: ScoreBins) -> ScoreBins:
        """Return the counts, 0 where they are not above others; the sums as they are."""
        counts = (np.where(getattr(self, name) > getattr(least, name), getattr(self, name), 0.0) for name in _COUNTS)
        return replace(self, **dict(zip(_COUNTS, counts, strict=True)))

    @property
    def judged(self) -> FloatArray:
        """Rows with a label and a score."""
        return self.pos + self.neg

    @property
    def score(self) -> FloatArray:
        """Mean score of the judged rows of each bin."""
        return ratio(self.score_sum, self.judged)


_COUNTS = ("n", "pos", "neg")
_SUMS = tuple(field.name for field in fields(ScoreBins) if field.name.endswith("_sum"))


class BinnedSlices:
    """A score table sorted by slice, from which the bins of a run of slices can be taken without holding them all.

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin.
    slices : polars.DataFrame
        The distinct values of the segment columns, in the order wanted; no columns means one slice of everything.
    n_bins : int
        The number of edges of the score grid.
    """

    def __init__(self, score_table: pl.DataFrame, slices: pl.DataFrame, n_bins: int) -> None:
        scored = score_table.filter(pl.col("score_bin").is_not_null())
        n_labelled = pl.col("n") - pl.col("n_unlabelled")
        unknown = pl.when(n_labelled > 0).then(float("nan")).otherwise(0.0)
        sums = {
            name: pl.col(name).cast(pl.Float64).fill_null(unknown if name == "log_loss_sum" else 0.0)
            if name in scored.columns
            else unknown
            for name in _SUMS
        }
        n_neg = pl.col("n_neg") if is_weighted(score_table) else n_labelled - pl.col("n_pos")
        parts = scored.select(score_bin="score_bin", n="n", pos="n_pos", neg=n_neg, **sums)
        index = slice_keys(slices, slices.columns)
        if index.columns:
            parts = parts.hstack(slice_keys(scored, slices.columns))
            parts = parts.join(index.with_row_index("slice"), on=index.columns, how="left", nulls_equal=True).sort(
                "slice"
            )
        else:
            parts = parts.with_columns(slice=pl.lit(0))
        self.n_bins = n_bins
        self._slice = parts["slice"].to_numpy().astype(np.int64)
        self._bin = parts["score_bin"].to_numpy().astype(np.int64)
        self._parts = [parts[field.name].to_numpy().astype(np.float64) for field in fields(ScoreBins)]

    def between(self, start: int, stop: int) -> ScoreBins:
        """Give the bins of slices ``start`` to ``stop - 1`` as dense arrays."""
        rows = slice(*np.searchsorted(self._slice, (start, stop)))
        cell = (self._slice[rows] - start) * self.n_bins + self._bin[rows]
        size = (stop - start) * self.n_bins

        def dense(values: FloatArray) -> FloatArray:
            sums: FloatArray = np.bincount(cell, values[rows], minlength=size).astype(np.float64)
            return sums.reshape(stop - start, self.n_bins)

        return ScoreBins(*(dense(values) for values in self._parts))

    def alone(self, place: int) -> tuple[NDArray[np.int64], ScoreBins]:
        """Give the bins of one slice that hold judged rows, as arrays of shape (1, bins held), and which they are."""
        rows = slice(*np.searchsorted(self._slice, (place, place + 1)))
        held, cell = np.unique(self._bin[rows], return_inverse=True)
        sums = ScoreBins(*(np.bincount(cell, values[rows], len(held))[None].astype(float) for values in self._parts))
        is_judged = sums.judged[0] > 0
        return held[is_judged], ScoreBins(*(getattr(sums, field.name)[:, is_judged] for field in fields(ScoreBins)))


def score_bins(score_table: pl.DataFrame, slices: pl.DataFrame, n_bins: int) -> ScoreBins:
    """Spread a score table into dense arrays of shape (slices, bins).

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin; rows of one slice and bin are added up.
    slices : polars.DataFrame
        The distinct values of the segment columns; no columns means one slice of everything.
    n_bins : int
        The number of edges of the score grid.

    Examples
    --------
    >>> sums = {name: [0.0, 0.0] for name in ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum")}
    >>> table = pl.DataFrame({"score_bin": [0, 2], "n": [5, 4], "n_pos": [1, 3], "n_unlabelled": [1, 0], **sums})
    >>> print(score_bins(table, pl.DataFrame(), 3).neg)
    [[3. 0. 1.]]
    """
    return BinnedSlices(score_table, slices, n_bins).between(0, slices.height if slices.columns else 1)


def with_segments(slices: pl.DataFrame, at: NDArray[np.int64], columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Put the segment values of the slices at the given positions before the columns of a table."""
    found = pl.DataFrame(dict(columns))
    return slices[at].hstack(found) if slices.columns else found
