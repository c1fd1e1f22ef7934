"""The judged rows of units, score bin by score bin: what areas under curves need where rows belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.measure.clusters import Effect
from analytics.measure.counts import slice_keys
from analytics.measure.intervals import FloatArray, ratio


@dataclass(frozen=True)
class UnitBins:
    """Positive and negative rows by slice, unit and score bin, and which of them are looked at.

    Attributes
    ----------
    place, unit, bin : numpy.ndarray of int of shape (cells,)
        The slice of each cell, its unit from 0, and its score bin.
    pos, neg : numpy.ndarray of shape (cells,)
    slices : tuple of int
        First slice of the run, and how many follow; none: all rows are one slice.
    is_rest : bool
        Whether each slice stands for the rows outside of it.
    """

    place: NDArray[np.int64]
    unit: NDArray[np.int64]
    bin: NDArray[np.int64]
    pos: FloatArray
    neg: FloatArray
    slices: tuple[int, int] | None = None
    is_rest: bool = False

    @classmethod
    def of_slices(cls, table: pl.DataFrame, slices: pl.DataFrame, by: Sequence[str]) -> UnitBins:
        """Take cells out of a table of ``unit, score_bin, n_pos, n_neg`` and slices in the order of ``slices``."""
        place = np.zeros(table.height, dtype=np.int64)
        if by:
            wanted = slice_keys(slices, by).with_row_index("place")
            keys = [name for name in wanted.columns if name != "place"]
            found = slice_keys(table, by).join(wanted, on=keys, how="left", nulls_equal=True, maintain_order="left")
            place = found["place"].to_numpy().astype(np.int64)
        unit = np.unique(table["unit"].to_numpy(), return_inverse=True)[1]
        pos, neg = (table[name].cast(pl.Float64).to_numpy() for name in ("n_pos", "n_neg"))
        return cls(place, unit, table["score_bin"].to_numpy().astype(np.int64), pos, neg)

    def between(self, start: int, stop: int) -> UnitBins:
        """Look at the slices ``start`` to ``stop - 1``."""
        return replace(self, slices=(start, stop - start))

    def rest(self) -> UnitBins:
        """Look at the rows outside of each slice."""
        return replace(self, is_rest=True)

    def effect(
        self, of_pos: FloatArray, of_neg: FloatArray, pos: FloatArray, neg: FloatArray, by: FloatArray | None = None
    ) -> Effect:
        """Return the design effects of an estimate from what one positive, and one negative, row of each bin adds to it.

        Parameters
        ----------
        of_pos, of_neg : numpy.ndarray of shape (slices, bins)
        pos, neg : numpy.ndarray of shape (slices, bins)
            Rows of each bin.
        by : numpy.ndarray of shape (slices,), optional
            What the cells are multiplied by to be of those rows, where they are weighted.
        """
        rows = (pos * of_pos**2 + neg * of_neg**2).sum(-1)
        first, n_slices = (0, 1) if self.slices is None else self.slices
        scale = np.ones(n_slices) if by is None else by
        scaled = [(scale[place] * of_pos[place], scale[place] * of_neg[place]) for place in range(n_slices)]
        found = [self._of_units(first + place, *each) for place, each in enumerate(scaled)]
        by_unit, n_units = (np.array(part) for part in zip(*found, strict=True)) if found else (np.empty(0),) * 2
        correction = np.where(n_units > 1, ratio(n_units, n_units - 1), 1.0)
        effect = np.where(n_units > 1, ratio(correction * by_unit, rows), ratio((pos + neg).sum(-1), n_units))
        return Effect(effect, np.nan_to_num(n_units - 1, nan=1.0).clip(min=1.0))

    def _of_units(self, place: int, of_pos: FloatArray, of_neg: FloatArray) -> tuple[float, float]:
        """Return the sum of squares of what units add, and how many of equal size the fewer rows of a label are worth."""
        kept: NDArray[np.bool_] | slice = slice(None)
        if self.slices is not None:
            kept = (self.place != place) if self.is_rest else (self.place == place)
        unit, at, pos, neg = self.unit[kept], self.bin[kept], self.pos[kept], self.neg[kept]
        added = np.bincount(unit, pos * of_pos[at] + neg * of_neg[at])
        worth = [ratio(part.sum() ** 2, (part**2).sum()) for part in (np.bincount(unit, pos), np.bincount(unit, neg))]
        return float((added**2).sum()), float(np.fmin(*worth))
