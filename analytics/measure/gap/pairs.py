"""Both sides in the same cells, and how these nest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.gap.cells import SideCells
from analytics.measure.intervals import FloatArray


@dataclass(frozen=True)
class CellKeys:
    """How the cells nest.

    Attributes
    ----------
    always : numpy.ndarray of int, shape (cells,)
        The values of the columns that are missing nowhere.
    pattern : numpy.ndarray of int, shape (cells,)
        These together with what is missing of the others.
    is_missing : numpy.ndarray of bool, shape (cells,), optional
        Whether something is missing in a cell.
    """

    always: np.ndarray
    pattern: np.ndarray
    is_missing: np.ndarray | None = None


@dataclass(frozen=True)
class Cells:
    """Both sides in the same cells, what the cells are called, and of which kind each value is: equal texts may be several."""

    keys: pl.DataFrame
    kinds: pl.DataFrame
    reference: SideCells
    production: SideCells

    @property
    def pair(self) -> tuple[SideCells, SideCells]:
        """Both sides, the reference first."""
        return self.reference, self.production

    @property
    def rows(self) -> tuple[FloatArray, FloatArray]:
        """Scored rows of either side in each cell."""
        return self.reference.counts.sum((0, -1)), self.production.counts.sum((0, -1))

    @property
    def nesting(self) -> CellKeys:
        """How the cells nest: columns that are missing nowhere, then what is missing of the others."""
        always = [name for name in self.keys.columns if not self.keys[name].null_count()]
        others = [name for name in self.keys.columns if name not in always]
        rows = self.keys.select(*always, *[pl.col(name).is_null() for name in others])
        is_missing = rows.select(pl.any_horizontal(others)).to_series().to_numpy() if others else None
        kinds = self.kinds.select(always)
        return CellKeys(
            _numbered(self.keys.select(always), kinds, height=self.keys.height),
            _numbered(rows, kinds, height=self.keys.height),
            is_missing,
        )


def _numbered(*tables: pl.DataFrame, height: int) -> np.ndarray:
    """Number the distinct rows of tables side by side from 0; all rows are alike without columns."""
    beside = [table.rows() if table.width else [()] * height for table in tables]
    places: dict[tuple[object, ...], int] = {}
    return np.array([places.setdefault(row, len(places)) for row in zip(*beside, strict=True)], dtype=np.int64)
