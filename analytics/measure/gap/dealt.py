"""Counts by random groups of whole units, or of rows that stand for many: what intervals of such rows are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.measure.intervals import FloatArray, ratio


@dataclass(frozen=True)
class Dealing:
    """How the rows of two sides are dealt.

    Attributes
    ----------
    n_groups : int
    is_shared : bool
        Whether a unit is in the same group on both sides, which then are drawn together.
    """

    n_groups: int
    is_shared: bool = False


@dataclass(frozen=True)
class Dealt:
    """The counts of one side by group.

    Attributes
    ----------
    cell, bin, group : numpy.ndarray of int, shape (n,)
        Where each count belongs.
    counts : numpy.ndarray of shape (kinds, n)
    shape : tuple of int
        How many cells and bins there are.
    dealing : Dealing
    """

    cell: np.ndarray
    bin: np.ndarray
    group: np.ndarray
    counts: FloatArray
    shape: tuple[int, int]
    dealing: Dealing

    @property
    def held(self) -> np.ndarray:
        """Which groups hold rows."""
        return np.bincount(self.group, minlength=self.dealing.n_groups) > 0

    @property
    def n_groups(self) -> float:
        """How many groups of equal size the rows are worth (Kish)."""
        n = np.bincount(self.group, self.counts.sum(0), self.dealing.n_groups)
        return float(np.nan_to_num(ratio(n.sum() ** 2, (n**2).sum())))

    def by_cell(self) -> FloatArray:
        """Add the counts up over bins: shape (kinds, groups that hold rows, cells)."""
        size = self.shape[0]
        place = self.group * size + self.cell
        held = self.held
        sums = [np.bincount(place, values, len(held) * size).reshape(len(held), size) for values in self.counts]
        return np.stack(sums).astype(float)[:, held]

    def with_cells(self, into: np.ndarray) -> Dealt:
        """Count the rows of cell c in cell ``into[c]``."""
        return replace(self, cell=into[self.cell])

    def with_bins(self, into: np.ndarray, n_bins: int) -> Dealt:
        """Count the rows of bin b in bin ``into[b]``."""
        return replace(self, bin=into[self.bin], shape=(self.shape[0], n_bins))

    def drawn(self, times: FloatArray) -> FloatArray:
        """Count each group some times: shape (kinds, draws, cells, bins) of ``times`` of shape (draws, groups)."""
        n_groups, size = self.dealing.n_groups, self.shape[0] * self.shape[1]
        place = (self.group * self.shape[0] + self.cell) * self.shape[1] + self.bin
        found = [times @ np.bincount(place, values, n_groups * size).reshape(n_groups, size) for values in self.counts]
        return np.stack(found).reshape(len(self.counts), len(times), *self.shape)


def times_drawn(held: np.ndarray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw how often each group counts: one fewer than there are, with replacement, weighed up to all; shape (draws, groups).

    So the variance of a sum is that by linearisation over groups, G / (G - 1) included; a single group has none.

    References
    ----------
    Rao and Wu (1988), J. Am. Stat. Assoc. 83:231-241.
    """
    n = int(held.sum())
    found = np.zeros((draws, len(held)))
    if n < 2:
        found[:, held] = np.nan
        return found
    found[:, held] = rng.multinomial(n - 1, np.full(n, 1 / n), draws) * (n / (n - 1))
    return found
