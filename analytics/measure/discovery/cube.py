"""The cube that a search runs on: rows counted by the codes of all candidate columns, with the sums of the objective."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.measure.base_rate import LabelErrors
from analytics.measure.intervals import FloatArray

CodeArray = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Sums:
    """What is known of some slices, one entry each.

    Attributes
    ----------
    n : numpy.ndarray
        Judged rows: what support is counted in.
    trials : numpy.ndarray
        Rows in the denominator of the objective: judged rows, or those of one label.
    total, squares : numpy.ndarray
        Sum of the objective over ``trials`` rows, and of its square; equal where the objective is an error flag.
    before : Sums or None
        The same of a reference, where the objective is the change of a rate against it.
    cubes : numpy.ndarray or None
        Sum of the third power, where the objective is no flag.
    positives, missed : numpy.ndarray or None
        Positive rows and the errors among them, where rows are compared within their label.
    """

    n: FloatArray
    trials: FloatArray
    total: FloatArray
    squares: FloatArray
    before: Sums | None = None
    cubes: FloatArray | None = None
    positives: FloatArray | None = None
    missed: FloatArray | None = None

    @classmethod
    def of(cls, columns: Iterable[FloatArray]) -> Sums:
        """Return the sums that `columns` were made of."""
        n, trials, total, squares, *more = columns
        if len(more) == 2:
            return cls(n, trials, total, squares, positives=more[0], missed=more[1])
        cubes = more.pop(0) if len(more) == 1 else None
        return cls(n, trials, total, squares, cls.of(more) if more else None, cubes)

    def columns(self) -> tuple[FloatArray, ...]:
        """Return the four parts, and after them the cubes, those of the positive rows, or the parts of the reference.

        Only flags have a reference or are compared within their label.
        """
        own = (self.n, self.trials, self.total, self.squares)
        if self.cubes is not None:
            return (*own, self.cubes)
        if self.positives is not None and self.missed is not None:
            return (*own, self.positives, self.missed)
        return own if self.before is None else (*own, *self.before.columns())

    def __sub__(self, other: Sums) -> Sums:
        return Sums.of([mine - its for mine, its in zip(self.columns(), other.columns(), strict=True)])

    def __add__(self, other: Sums) -> Sums:
        return Sums.of([mine + its for mine, its in zip(self.columns(), other.columns(), strict=True)])

    def __getitem__(self, chosen: Any) -> Sums:
        return Sums.of([part[chosen] for part in self.columns()])

    def by_label(self) -> LabelErrors | None:
        """Return rows and errors by label, None where rows are not compared within their label."""
        if self.positives is None or self.missed is None:
            return None
        return LabelErrors(self.positives, self.missed, self.trials - self.positives, self.total - self.missed)

    def sum(self) -> Sums:
        """Return the sums over all entries, as arrays of one entry."""
        return Sums.of([np.array([part.sum()]) for part in self.columns()])


@dataclass(frozen=True)
class Cube:
    """Cells of a cube; the order of cells means nothing.

    Attributes
    ----------
    codes : tuple of numpy.ndarray of shape (cells,)
        One array of codes per candidate column, from 0 to below its size.
    sizes : tuple of int
        Number of codes of each column.
    is_value : tuple of numpy.ndarray of bool, each of shape (size,)
        Which codes of a column are predicates; the others only hold rows that have none.
    sources : tuple of int
        Columns of one source describe the same thing and never stand in one conjunction.
    sums : Sums
        One entry per cell.
    is_binary : bool
        Whether the objective is a flag, so that counts say all.
    """

    codes: tuple[CodeArray, ...]
    sizes: tuple[int, ...]
    is_value: tuple[NDArray[np.bool_], ...]
    sources: tuple[int, ...]
    sums: Sums
    is_binary: bool

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.sums.n)

    def part(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Cube:
        """Return the cells that ``chosen``, of shape (cells,), is true for, or those at these places in their order."""
        return replace(self, codes=tuple(codes[chosen] for codes in self.codes), sums=self.sums[chosen])

    def cells_of(self, pattern: CodeArray) -> NDArray[np.bool_]:
        """Say which cells a pattern of shape (columns,) holds; -1 stands for any value."""
        inside = np.zeros(self.n_cells, dtype=bool)
        inside[self.places_of(pattern)] = True
        return inside

    def places_of(self, pattern: CodeArray) -> NDArray[np.int64]:
        """Return the places of the cells that a pattern holds, in their order.

        The column of the most values comes first: it leaves the fewest cells to be looked at by the others.
        """
        among: NDArray[np.int64] | None = None
        for column in sorted(np.flatnonzero(pattern >= 0), key=lambda column: -self.sizes[column]):
            codes, value = self.codes[column], int(pattern[column])
            among = np.flatnonzero(codes == value) if among is None else among[codes[among] == value]
        return np.arange(self.n_cells) if among is None else among

    def sums_of(self, pattern: CodeArray) -> Sums:
        """Return the sums of one pattern, as arrays of one entry."""
        return self.sums[self.places_of(pattern)].sum()


def second_names(codes: Sequence[CodeArray], n: FloatArray, is_kind: Sequence[bool]) -> dict[int, int]:
    """Return the columns of ``is_kind`` that part the rows as an earlier one does, with that one.

    Parameters
    ----------
    codes : sequence of numpy.ndarray of shape (cells,)
    n : numpy.ndarray of shape (cells,)
        Rows.
    is_kind : sequence of bool

    Examples
    --------
    >>> one, other, third = np.array([0, 0, 1, 2]), np.array([2, 2, 0, 1]), np.array([0, 1, 1, 2])
    >>> second_names([one, other, third], np.ones(4), [True] * 3)
    {1: 0}
    """
    rows = [np.sort(found[found > 0]) for found in (np.bincount(code, n) for code in codes)]
    same: dict[int, int] = {}
    for place, other in combinations(range(len(codes)), 2):
        is_open = is_kind[place] and is_kind[other] and place not in same and other not in same
        if is_open and len(rows[place]) > 1 and np.array_equal(rows[place], rows[other]):
            pairs = codes[place].astype(np.int64) * (int(codes[other].max()) + 1) + codes[other]
            if len(np.unique(pairs)) == len(rows[place]):
                same[other] = place
    return same
