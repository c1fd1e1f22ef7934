"""All conjunctions above a minimum support, by a pruned walk over the columns of a cube."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.measure.discovery.cube import CodeArray, Cube, Sums
from analytics.measure.intervals import FloatArray

_MAX_KEPT = 0.6
"""Above this share of cells in frequent slices, dropping the others costs more than it saves."""

_Emit = Callable[[tuple[int, ...], CodeArray, FloatArray], None]


@dataclass(frozen=True)
class Lattice:
    """The slices of a cube above a minimum support.

    Attributes
    ----------
    patterns : numpy.ndarray of shape (slices, columns)
        Code of each predicate, -1 where a column has none.
    sums : Sums
        One entry per slice.
    work : int
        Cells that were read: a measure of the effort that is the same on every machine.
    """

    patterns: CodeArray
    sums: Sums
    work: int


def lattice(
    cube: Cube, min_support: float, max_depth: int, progress: Callable[[float], None] = lambda done: None
) -> Lattice:
    """Find every conjunction of at most ``max_depth`` predicates that holds at least ``min_support`` judged rows.

    Parameters
    ----------
    cube : Cube
    min_support : float
        In judged rows.
    max_depth : int
    progress : callable
        Called with the share that is done; may raise to stop the search.

    Notes
    -----
    A conjunction holds no more rows than any part of it, so only frequent ones are extended (Agrawal and Srikant 1994).
    Each is reached once, by its columns in falling order of size; a column that is done with is summed out of the cube
    where the remaining codes are few, so that later steps read fewer cells.

    Examples
    --------
    >>> two = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> n, k = np.array([6.0, 1, 4, 9]), np.array([3.0, 0, 0, 1])
    >>> cube = Cube(two, (2, 2), (np.ones(2, bool),) * 2, (0, 1), Sums(n, n, k, k), is_binary=True)
    >>> found = lattice(cube, 7, 2)
    >>> sorted(zip(found.patterns.tolist(), found.sums.n.tolist()))
    [([-1, 0], 10.0), ([-1, 1], 10.0), ([0, -1], 7.0), ([1, -1], 13.0), ([1, 1], 9.0)]
    """
    blocks: list[tuple[tuple[int, ...], CodeArray, FloatArray]] = []
    sums = cube.sums
    is_plain = cube.is_binary and np.array_equal(sums.n, sums.trials)
    weights: tuple[FloatArray, ...] = (sums.n, sums.total) if is_plain else (sums.n, sums.trials, sums.total)
    weights = weights if sums.before is None else (*weights, *sums.before.columns())
    weights = weights if sums.positives is None or sums.missed is None else (*weights, sums.positives, sums.missed)
    weights = weights if cube.is_binary else sums.columns()
    walker = Walker(cube, min_support, max_depth, lambda *block: blocks.append(block), progress)
    walker.run(weights)
    n_columns = len(cube.sizes)
    patterns = np.full((sum(len(codes) for _, codes, _ in blocks), n_columns), -1, dtype=np.int32)
    start = 0
    for columns, codes, _ in blocks:
        patterns[start : start + len(codes), list(columns)] = codes
        start += len(codes)
    found = np.concatenate([sums for *_, sums in blocks], axis=1) if blocks else np.zeros((len(weights), 0))
    if not cube.is_binary:
        return Lattice(patterns, Sums.of(found), walker.work)
    n, total = found[0], found[1 if is_plain else 2]
    before = None if sums.before is None else Sums.of(found[-4:])
    own = Sums(n, n if is_plain else found[1], total, total, before)
    if sums.positives is not None:
        own = replace(own, positives=found[-2], missed=found[-1])
    return Lattice(patterns, own, walker.work)


@dataclass
class _Cells:
    """Cells below one conjunction of columns: which slice of it each belongs to, and the columns still to come."""

    slot: NDArray[np.int64]
    n_slots: int
    columns: dict[int, CodeArray]
    weights: tuple[FloatArray, ...]


class Walker:
    """Walks over the sets of columns of a cube and hands the frequent slices of each to ``emit``.

    Parameters
    ----------
    cube, min_support, max_depth, progress
        As in `lattice`.
    emit : callable
        Called with a set of columns, the codes of its frequent slices of shape (slices, columns), and their sums of
        shape (weights, slices).
    """

    def __init__(
        self, cube: Cube, min_support: float, max_depth: int, emit: _Emit, progress: Callable[[float], None]
    ) -> None:
        self.min_support, self.max_depth, self.emit, self.progress = min_support, max_depth, emit, progress
        self.sources, self.work, self.cube = cube.sources, 0, cube

    def run(self, weights: tuple[FloatArray, ...]) -> None:
        """Walk with sums of ``weights``, each of shape (cells,); the first one is what support is counted in."""
        self.values: dict[int, NDArray[np.int64]] = {}
        columns: dict[int, CodeArray] = {}
        for column, (codes, size, is_value) in enumerate(
            zip(self.cube.codes, self.cube.sizes, self.cube.is_value, strict=True)
        ):
            n = np.bincount(codes, weights[0], minlength=size)
            frequent = np.flatnonzero((n >= self.min_support) & is_value & (n < weights[0].sum()))
            if not len(frequent):
                continue
            rank: CodeArray = np.full(size, len(frequent), dtype=np.uint16 if len(frequent) < 65_535 else np.uint32)
            rank[frequent] = np.arange(len(frequent))
            columns[column] = np.asarray(rank[codes], dtype=rank.dtype)
            self.values[column] = frequent
        order = sorted(columns, key=lambda column: (-len(self.values[column]), column))
        slot = np.zeros(self.cube.n_cells, dtype=np.int64)
        cells = _Cells(slot, 1, {column: columns[column] for column in order}, weights)
        self.extend(cells, (), np.zeros((1, 0), dtype=np.int64))

    def extend(self, cells: _Cells, prefix: tuple[int, ...], known: NDArray[np.int64]) -> None:
        """Extend the slices of ``prefix``, whose codes are ``known``, by every column still to come."""
        sources = {self.sources[column] for column in prefix}
        pending = list(cells.columns)
        for place, column in enumerate(pending):
            if self.sources[column] not in sources:
                self.extend_by(cells, column, prefix, known)
            if not prefix:
                self.progress((place + 1) / len(pending))
            rest = {other: cells.columns[other] for other in pending[place + 1 :]}
            cells = self.summed_out(_Cells(cells.slot, cells.n_slots, rest, cells.weights))

    def extend_by(self, cells: _Cells, column: int, prefix: tuple[int, ...], known: NDArray[np.int64]) -> None:
        """Count the slices of ``prefix`` and one more column, and go on below the frequent ones."""
        values = self.values[column]
        size = len(values) + 1
        code = cells.slot * size
        code += cells.columns[column]
        self.work += len(code)
        n = np.bincount(code, cells.weights[0], minlength=cells.n_slots * size)
        is_frequent = n >= self.min_support
        is_frequent.reshape(cells.n_slots, size)[:, -1] = False
        is_frequent[len(known) * size :] = False
        frequent = np.flatnonzero(is_frequent)
        if not len(frequent):
            return
        sums = [np.bincount(code, weight, minlength=len(n))[frequent] for weight in cells.weights[1:]]
        before, value = np.divmod(frequent, size)
        found = np.column_stack([known[before], values[value]])
        columns = (*prefix, column)
        self.emit(columns, found, np.stack([n[frequent], *sums]))
        rest = {other: codes for other, codes in cells.columns.items() if other != column}
        rest = {other: codes for other, codes in rest.items() if self.is_after(other, column, cells)}
        if len(columns) < self.max_depth and rest:
            self.extend(self.below(cells, code, frequent, len(n), rest), columns, found)

    @staticmethod
    def is_after(other: int, column: int, cells: _Cells) -> bool:
        order = list(cells.columns)
        return order.index(other) > order.index(column)

    def below(
        self,
        cells: _Cells,
        code: NDArray[np.int64],
        frequent: NDArray[np.int64],
        n_codes: int,
        rest: dict[int, CodeArray],
    ) -> _Cells:
        """Return the cells of the frequent slices; the others share a last slot where dropping them would not pay."""
        rank = np.full(n_codes, len(frequent), dtype=np.int64)
        rank[frequent] = np.arange(len(frequent))
        slot = rank[code]
        is_kept = slot < len(frequent)
        if np.count_nonzero(is_kept) <= _MAX_KEPT * len(slot):
            kept = np.flatnonzero(is_kept)
            slot, n_slots = slot[kept], len(frequent)
            rest = {column: codes[kept] for column, codes in rest.items()}
            weights = tuple(weight[kept] for weight in cells.weights)
        else:
            n_slots, weights = len(frequent) + 1, cells.weights
        return self.summed_out(_Cells(slot, n_slots, rest, weights))

    def summed_out(self, cells: _Cells) -> _Cells:
        """Add up the cells that no column still to come tells apart, where their codes are fewer than they are."""
        sizes = {column: len(self.values[column]) + 1 for column in cells.columns}
        space = cells.n_slots
        for size in sizes.values():
            space *= size
        if not cells.columns or space > len(cells.slot):
            return cells
        code = cells.slot
        for column, size in sizes.items():
            code = code * size + cells.columns[column]
        self.work += len(code)
        sums = [np.asarray(np.bincount(code, weight, minlength=space), dtype=np.float64) for weight in cells.weights]
        left = np.flatnonzero(sums[0])
        code, columns = left, {}
        for column, size in reversed(sizes.items()):
            code, columns[column] = np.divmod(code, size)
        ordered = {column: columns[column].astype(cells.columns[column].dtype) for column in sizes}
        return _Cells(code, cells.n_slots, ordered, tuple(part[left] for part in sums))
