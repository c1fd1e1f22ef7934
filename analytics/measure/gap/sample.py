"""A column of a sample of rows, each of which may stand for many: shares and ranks are then those of the population."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from analytics.measure.intervals import FloatArray


@dataclass(frozen=True)
class Numbers:
    """Finite numbers.

    Attributes
    ----------
    values : numpy.ndarray
    weight : numpy.ndarray, optional
        How many rows each stands for; None where each stands for itself.
    """

    values: FloatArray
    weight: FloatArray | None = None

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.values.size

    @cached_property
    def ordered(self) -> tuple[FloatArray, FloatArray]:
        """The values in order, and the share of rows up to each; the first share, 0, is of none."""
        if self.weight is None:
            return np.sort(self.values), np.arange(self.size + 1) / max(self.size, 1)
        order = np.argsort(self.values)
        upto = np.concatenate([[0.0], np.cumsum(self.weight[order])])
        return self.values[order], upto / upto[-1]

    def quantiles(self, ranks: tuple[float, ...] | FloatArray) -> FloatArray:
        """Return the values at ranks."""
        if self.weight is None:
            return np.asarray(np.quantile(self.values, ranks))
        return np.asarray(np.quantile(self.values, ranks, weights=self.weight, method="inverted_cdf"))

    def share(self, chosen: np.ndarray) -> float:
        """Return the share of rows that are chosen."""
        return float(chosen.mean() if self.weight is None else self.weight[chosen].sum() / self.weight.sum())

    def sizes(self) -> Numbers:
        """Return the numbers without their signs."""
        return Numbers(np.abs(self.values), self.weight)


@dataclass(frozen=True)
class Sample:
    """A column of a sample.

    Attributes
    ----------
    values : polars.Series
    weight : numpy.ndarray, optional
        How many rows each stands for; None where each stands for itself.
    group : numpy.ndarray of int, optional
        The random group of whole units that a row is in, where rows belong together.
    """

    values: pl.Series
    weight: FloatArray | None = None
    group: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def worth(self) -> float:
        """How many rows of equal weight the rows are worth (Kish)."""
        if self.weight is None:
            return len(self.values)
        squares = float((self.weight**2).sum())
        return float(self.weight.sum()) ** 2 / squares if squares else 0.0

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.values.dtype.is_numeric()

    @property
    def total(self) -> float:
        """How many rows they stand for."""
        return len(self.values) if self.weight is None else float(self.weight.sum())

    @property
    def n_missing(self) -> float:
        """How many of these have no value."""
        is_missing = self.values.is_null().to_numpy()
        return float(is_missing.sum() if self.weight is None else self.weight[is_missing].sum())

    @property
    def missing(self) -> float:
        """The share of rows without a value."""
        return self.n_missing / (self.total or 1.0)

    @cached_property
    def numbers(self) -> Numbers:
        """The finite numbers."""
        if self.weight is None:
            found = self.values.cast(pl.Float64).drop_nulls().to_numpy()
            return Numbers(np.asarray(found[np.isfinite(found)]))
        values = self.values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return Numbers(values[np.isfinite(values)], self.weight[np.isfinite(values)])

    @property
    def rows(self) -> FloatArray:
        """What each row counts: together as many as they are worth."""
        if self.weight is None:
            return np.ones(len(self.values))
        total = float(self.weight.sum())
        return self.weight * (self.worth / total if total else 0.0)

    def counts(self, name: str) -> pl.DataFrame:
        """Count the rows of each value, missing too: ``value`` and a column of this name."""
        if self.weight is None:
            return pl.DataFrame({"value": self.values}).group_by("value", maintain_order=True).agg(pl.len().alias(name))
        each = pl.DataFrame({"value": self.values, name: self.rows})
        return each.group_by("value", maintain_order=True).agg(pl.col(name).sum())

    def filter(self, chosen: pl.Series) -> Sample:
        """Keep some rows."""
        mask = chosen.fill_null(value=False).to_numpy()
        parts = (None if part is None else part[mask] for part in (self.weight, self.group))
        return Sample(self.values.filter(chosen), *parts)
