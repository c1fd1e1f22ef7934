"""Few and different slices: what another slice explains joins its group, and a predicate that adds nothing is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.measure.discovery import evidence
from analytics.measure.discovery.cube import CodeArray, Cube, Sums
from analytics.measure.discovery.evidence import conditional_score
from analytics.measure.discovery.lattice import Lattice
from analytics.measure.intervals import FloatArray

MAX_LOOKED = 4_000
MAX_MEMBERS = 25
MIN_SENT = 8
EXPLAINED = 3.09
"""A slice whose excess given another one is below this (one in a thousand by chance) says nothing of its own."""
SAME_ROWS = 0.5
"""A slice that shares more of its rows with another one (Jaccard overlap) is told by that one, real or not."""
ADDS_NOTHING, AS_FAR = 1.96, 0.9
"""A predicate is left out where its slice differs from the rest of its parent by less than the first, and the parent
stands out at least this share as far."""


@dataclass
class Group:
    """A slice that stands for others.

    Attributes
    ----------
    pattern : numpy.ndarray of shape (columns,)
        The representative, -1 for any value.
    score : float
        How far it stands out where it was found.
    members : list of (int, float)
        Rows of the lattice that it explains, with the Jaccard overlap of their rows, at most 25.
    """

    pattern: CodeArray
    score: float
    members: list[tuple[int, float]] = field(default_factory=list)


def grouped(
    cube: Cube, lattice: Lattice, scores: FloatArray, limit: int, progress: Callable[[float], None] = lambda done: None
) -> list[Group]:
    """Choose at most ``limit`` slices that stand out and that no other chosen one explains, the most striking first.

    Parameters
    ----------
    cube : Cube
        The cells in which ``lattice`` was found.
    lattice : Lattice
    scores : numpy.ndarray of shape (slices,)
        As `evidence.scores` says.
    limit : int
    progress : callable
        Called with the share that is done; may raise to stop.

    Notes
    -----
    Slices are taken in falling order of score. One joins the group of an earlier slice if more than half of the rows of
    either are common to both, or if its excess is no more than chance, and at most half of what it was, once the rows in
    and outside of that slice are compared apart (Mantel-Haenszel): nested copies, overlapping neighbours and second names
    of the same rows all do.
    Before a slice stands for a group of its own, each predicate that leaves it no worse than the rest of its parent is
    dropped.
    """
    order = np.argsort(-scores, kind="stable")[:MAX_LOOKED]
    order = order[scores[order] > 0]
    told = np.full(len(order), -1)
    chosen = Chosen(cube, limit)
    groups: list[Group] = []
    for place, row in enumerate(order):
        if told[place] >= 0:
            continue
        progress(max(len(groups) / limit, place / len(order)))
        cells = np.flatnonzero(cube.cells_of(lattice.patterns[row]))
        told[place] = chosen.telling(cells, scores[row])
        if told[place] >= 0:
            continue
        if len(groups) == limit:
            break
        pattern = simplified(cube, lattice.patterns[row])
        cells = np.flatnonzero(cube.cells_of(pattern))
        told[place] = chosen.telling(cells, scores[row])
        if told[place] < 0:
            told[place] = len(groups)
            chosen.add(cells)
            groups.append(Group(pattern, float(scores[row])))
            is_told = told_by_parent(lattice, scores, order, pattern, chosen.sums(len(groups) - 1), scores[row])
            told[is_told & (told < 0)] = len(groups) - 1
    for place, group in enumerate(groups):
        rows = [row for row in order[told == place] if not np.array_equal(lattice.patterns[row], group.pattern)]
        progress(1.0)
        for row in rows[:MAX_MEMBERS]:
            cells = np.flatnonzero(cube.cells_of(lattice.patterns[row]))
            group.members.append((int(row), chosen.overlap(cells, place)))
    return groups


def sent(groups: Sequence[Group], n_slices: int) -> list[Group]:
    """Choose the groups that go to confirmation: each further one makes it harder for all.

    Where some stand out beyond all ``n_slices`` that were looked at (Bonferroni, one-sided 5 %), these and at least eight
    groups go; else all of them.
    """
    needed = -special.ndtri(0.05 / max(n_slices, 1))
    n_clear = sum(group.score >= needed for group in groups)
    return list(groups[: max(n_clear, MIN_SENT)] if n_clear else groups)


def told_by_parent(
    lattice: Lattice, scores: FloatArray, rows: NDArray[np.int64], parent: CodeArray, sums: Sums, score: float
) -> NDArray[np.bool_]:
    """Say which slices are nested in ``parent`` and are more than half of it, or not clearly worse than the rest of it.

    What is clear depends on the slice: one that stands out about as far as its parent on fewer rows needs less.
    """
    columns = np.flatnonzero(parent >= 0)
    is_nested = (lattice.patterns[rows][:, columns] == parent[columns]).all(axis=1)
    own = lattice.sums[rows]
    excess, spread = conditional_score(own, sums)
    needed = np.where(scores[rows] >= AS_FAR * score, ADDS_NOTHING, EXPLAINED)
    is_told: NDArray[np.bool_] = is_nested & ((excess < needed * np.sqrt(spread)) | (own.n > SAME_ROWS * sums.n))
    return is_told


def simplified(cube: Cube, pattern: CodeArray) -> CodeArray:
    """Drop the predicates of a pattern that leave it no worse than the rest of a parent that stands out about as far."""
    whole = cube.sums.sum()
    while np.count_nonzero(pattern >= 0) > 1:
        parents = [without(pattern, int(column)) for column in np.flatnonzero(pattern >= 0)]
        own, wider = cube.sums_of(pattern), stacked([cube.sums_of(parent) for parent in parents])
        excess, spread = conditional_score(own, wider)
        gains = np.divide(excess, np.sqrt(spread), out=np.zeros_like(excess), where=spread > 0)
        far = AS_FAR * evidence.scores(own, whole, is_binary=cube.is_binary)
        gains[evidence.scores(wider, whole, is_binary=cube.is_binary) < far] = np.inf
        if gains.min() >= ADDS_NOTHING:
            break
        pattern = parents[int(np.argmin(gains))]
    return pattern


def without(pattern: CodeArray, column: int) -> CodeArray:
    """Return a pattern without its predicate on a column."""
    parent = pattern.copy()
    parent[column] = -1
    return parent


class Chosen:
    """The chosen slices, cell by cell, so that another one is compared with all of them at once."""

    def __init__(self, cube: Cube, limit: int) -> None:
        sums = cube.sums
        self.parts = np.column_stack([sums.n, sums.trials, sums.total, sums.squares])
        self.inside = np.zeros((cube.n_cells, limit), dtype=bool)
        self.slices = np.zeros((0, 4))
        self.whole = sums.sum()

    def add(self, cells: NDArray[np.int64]) -> None:
        """Add a slice, given its cells."""
        self.inside[cells, len(self.slices)] = True
        self.slices = np.vstack([self.slices, self.parts[cells].sum(axis=0)])

    def sums(self, place: int | slice = slice(None)) -> Sums:
        """Return the sums of the chosen slices."""
        return Sums(*self.slices[place].T)

    def common(self, cells: NDArray[np.int64]) -> tuple[Sums, Sums]:
        """Return the sums of a slice, and those that it has in common with each chosen one."""
        parts = self.parts[cells]
        inside = self.inside[cells, : len(self.slices)].astype(np.float64)
        return Sums(*parts.sum(axis=0)[:, None]), Sums(*(inside.T @ parts).T)

    def overlap(self, cells: NDArray[np.int64], place: int) -> float:
        """Return the rows in common with a chosen slice as a share of the rows in either (Jaccard)."""
        n = self.parts[cells, 0]
        both = n[self.inside[cells, place]].sum()
        return float(both / (n.sum() + self.slices[place, 0] - both))

    def telling(self, cells: NDArray[np.int64], score: float) -> int:
        """Return the chosen slice that tells what another one of ``score`` has to say, -1 where none does."""
        if not len(self.slices):
            return -1
        own, both = self.common(cells)
        inside, inside_spread = conditional_score(both, self.sums())
        outside, outside_spread = conditional_score(own - both, self.whole - self.sums())
        spread = np.sqrt(inside_spread + outside_spread)
        left = np.divide(inside + outside, spread, out=np.zeros_like(spread), where=spread > 0)
        overlap = both.n / (own.n + self.sums().n - both.n)
        is_told = (overlap > SAME_ROWS) | ((left < min(EXPLAINED, score / 2)) & (both.n > 0))
        return int(np.argmax(np.where(is_told, overlap, -1.0))) if is_told.any() else -1


def stacked(parts: Sequence[Sums]) -> Sums:
    """Return sums of one entry each as one."""
    return Sums(
        *(np.concatenate(side) for side in zip(*((p.n, p.trials, p.total, p.squares) for p in parts), strict=True))
    )
