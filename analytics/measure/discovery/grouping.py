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

_MAX_LOOKED = 4_000
"""Slices, from the highest score down, that are compared with those before them: it bounds time, which grows with their
number times that of the groups."""
_MAX_SENT = 250
"""Groups that go to confirmation at most: each costs power, as p-values are adjusted for all of them."""
_MAX_CLEAR = 40
"""Groups that stand out clearly after which no other is sent: people read fewer."""
_MAX_SHOWN = 20
"""Groups that are shown, where nobody says otherwise: about two screens."""
_EXPLAINED = 3.09
"""Standard errors: a slice whose excess given another one is below this (one in a thousand by chance, one-sided) says nothing of
its own."""
_SAME_ROWS = 0.5
"""A slice that shares more of its rows with another one (Jaccard overlap) is told by that one, real or not."""
_ADDS_NOTHING, _AS_FAR = 1.96, 0.9
"""A predicate is left out where its slice differs from the rest of its parent by less than the first, and the parent
stands out at least this share as far."""
_AT_ONCE = 1 << 14
"""Cells whose sums are in memory at once: below a megabyte, which the processor holds and the system need not hand out anew."""
_ERROR = 0.05
"""Chance, over all slices that were looked at, that one of them stands out clearly where nothing is real (Bonferroni)."""


@dataclass
class Group:
    """A slice that stands for others.

    Attributes
    ----------
    pattern : numpy.ndarray of shape (columns,)
        The representative, -1 for any value.
    score : float
        How far it stands out where it was found.
    row : int
        Its row of the lattice.
    members : list of (int, float)
        Rows of the lattice that it explains, with the Jaccard overlap of their rows, the highest scores first.
    n_members : int
        How many it explains; ``members`` may be cut.
    """

    pattern: CodeArray
    score: float
    row: int
    members: list[tuple[int, float]] = field(default_factory=list)
    n_members: int = 0


def clear_score(n_slices: int) -> float:
    """Return the score that stands out beyond all slices that were looked at (Bonferroni, one-sided 5 %)."""
    return float(-special.ndtri(_ERROR / max(n_slices, 1)))


def weights(groups: Sequence[Group], n_slices: int) -> FloatArray:
    """Weigh groups for confirmation by what the rows say that they were found in: by one over their p there.

    Those that stand out clearly weigh alike, so that none of them takes the weight of the others.
    """
    found = np.array([group.score for group in groups], dtype=float)
    return np.asarray(1 / np.maximum(special.ndtr(-found), _ERROR / max(n_slices, 1)), dtype=float)


def candidates(
    cube: Cube, lattice: Lattice, scores: FloatArray, progress: Callable[[float], None] = lambda done: None
) -> list[Group]:
    """Choose slices that stand out, to be confirmed: at most 250, and 40 where that many stand out clearly.

    Parameters
    ----------
    cube : Cube
        The cells in which ``lattice`` was found.
    lattice : Lattice
    scores : numpy.ndarray of shape (slices,)
        As `evidence.scores` says.
    progress : callable
        Called with the share that is done; may raise to stop.

    Notes
    -----
    Slices are taken in falling order of score. One joins the group of an earlier slice if more than half of the rows of
    either are common to both. If the earlier one stands out clearly, it also joins where its excess is no more than chance,
    and at most half of what it was, once the rows in and outside of that slice are compared apart (Mantel-Haenszel): nested
    copies, overlapping neighbours and second names of the same rows all do. What may itself be noise explains nothing.
    Where a predicate leaves a slice no worse than the rest of its parent, the parent goes to confirmation before it.
    """
    clear = clear_score(len(scores))
    order = np.argsort(-scores, kind="stable")[:_MAX_LOOKED]
    order = order[scores[order] > 0]
    told = np.full(len(order), -1)
    rows = {pattern.tobytes(): row for row, pattern in enumerate(lattice.patterns)}
    chosen = _Chosen(cube)
    groups: list[Group] = []
    for place, row in enumerate(order):
        if told[place] >= 0:
            continue
        progress(max(len(groups) / _MAX_SENT, place / len(order)))
        told[place] = chosen.telling(lattice.patterns[row], scores[row])
        if told[place] >= 0:
            continue
        for own in dict.fromkeys((_simplified(lattice, scores, rows, int(row)), int(row))):
            told[place] = chosen.telling(lattice.patterns[own], scores[own])
            if told[place] >= 0:
                continue
            told[place], is_clear = len(groups), bool(scores[own] >= clear)
            chosen.add(lattice.patterns[own], is_telling=is_clear)
            groups.append(Group(lattice.patterns[own], float(scores[own]), own))
            if is_clear:
                is_told = _told_by_parent(lattice, scores, order, groups[-1], chosen.sums(len(groups) - 1))
                told[is_told & (told < 0)] = len(groups) - 1
            if len(groups) == _MAX_SENT:
                break
        if len(groups) == _MAX_SENT or np.count_nonzero(chosen.is_telling) >= _MAX_CLEAR:
            break
    for at, group in enumerate(groups):
        group.members = [(int(row), 0.0) for row in order[told == at] if row != group.row]
    return groups


def presented(
    cube: Cube,
    lattice: Lattice,
    groups: Sequence[Group],
    is_real: NDArray[np.bool_],
    limit: int = _MAX_SHOWN,
    *,
    max_members: int | None = None,
) -> tuple[list[int], int]:
    """Choose at most ``limit`` groups to show, what is real first; what another one explains becomes its member.

    Parameters
    ----------
    cube : Cube
        All rows: of overlapping slices that are real, the one that all rows support most stands for both.
    lattice : Lattice
    groups : sequence of Group
        Their members are completed.
    is_real : numpy.ndarray of bool of shape (groups,)
    limit : int
    max_members : int or None
        Members of a group that are kept; None: all of them.

    Returns
    -------
    list of int, int
        Places of the chosen groups; how many more are real.
    """
    sums = stacked([cube.sums_of(group.pattern) for group in groups]) if groups else cube.sums[:0]
    score = evidence.scores(sums, cube.sums.sum(), is_binary=cube.is_binary)
    known = [group.score for group in groups]
    order = sorted(range(len(groups)), key=lambda at: (not is_real[at], -score[at] if is_real[at] else -known[at]))
    chosen = _Chosen(cube)
    kept: list[int] = []
    n_more = 0
    for place in order:
        told = chosen.telling(groups[place].pattern, score[place])
        if told >= 0:
            groups[kept[told]].members += [(groups[place].row, 0.0), *groups[place].members]
        elif len(kept) < limit:
            chosen.add(groups[place].pattern)
            kept.append(place)
        elif is_real[place]:
            n_more += 1
    for at, place in enumerate(kept):
        groups[place].n_members = len(groups[place].members)
        rows = [row for row, _ in groups[place].members[:max_members]]
        groups[place].members = [(row, chosen.overlap(lattice.patterns[row], at)) for row in rows]
    return kept, n_more


def _told_by_parent(
    lattice: Lattice, scores: FloatArray, rows: NDArray[np.int64], parent: Group, sums: Sums
) -> NDArray[np.bool_]:
    """Say which slices are nested in a parent of these ``sums`` and are more than half of it, or not clearly worse than
    the rest of it.

    What is clear depends on the slice: one that stands out about as far as its parent on fewer rows needs less.
    """
    columns = np.flatnonzero(parent.pattern >= 0)
    is_nested = (lattice.patterns[rows][:, columns] == parent.pattern[columns]).all(axis=1)
    own = lattice.sums[rows]
    excess, spread = conditional_score(own, sums)
    needed = np.where(scores[rows] >= _AS_FAR * parent.score, _ADDS_NOTHING, _EXPLAINED)
    is_told: NDArray[np.bool_] = is_nested & ((excess < needed * np.sqrt(spread)) | (own.n > _SAME_ROWS * sums.n))
    return is_told


def _simplified(lattice: Lattice, scores: FloatArray, rows: dict[bytes, int], row: int) -> int:
    """Drop the predicates of a slice that leave it no worse than the rest of a parent that stands out about as far.

    ``rows`` holds the row of the lattice by pattern; the row of what is left is returned.
    """
    while np.count_nonzero(lattice.patterns[row] >= 0) > 1:
        pattern = lattice.patterns[row]
        parents = np.array([rows[_without(pattern, int(column)).tobytes()] for column in np.flatnonzero(pattern >= 0)])
        excess, spread = conditional_score(lattice.sums[np.array([row])], lattice.sums[parents])
        gains = np.divide(excess, np.sqrt(spread), out=np.zeros_like(excess), where=spread > 0)
        gains[scores[parents] < _AS_FAR * scores[row]] = np.inf
        if gains.min() >= _ADDS_NOTHING:
            break
        row = int(parents[np.argmin(gains)])
    return row


def _without(pattern: CodeArray, column: int) -> CodeArray:
    """Return a pattern without its predicate on a column."""
    parent = pattern.copy()
    parent[column] = -1
    return parent


class _Chosen:
    """The chosen slices, each with its cells, so that another one is compared with all of them."""

    def __init__(self, cube: Cube) -> None:
        sums = cube.sums
        self.cube = cube
        self.parts = np.column_stack(sums.columns())
        self.ones = np.ones(min(cube.n_cells, _AT_ONCE))
        self.order = np.argsort(
            -np.array(cube.sizes), kind="stable"
        )  # the column of the most values leaves the fewest cells
        self.patterns = np.zeros((0, len(cube.codes)), dtype=np.int64)
        self.cells: list[NDArray[np.int64]] = []
        self.n_cells = np.zeros(0, dtype=np.int64)
        self.slices = np.zeros((0, self.parts.shape[1]))
        self.is_telling = np.zeros(0, dtype=bool)
        self.whole = sums.sum()

    def add(self, pattern: CodeArray, *, is_telling: bool = True) -> None:
        """Add a slice, and say whether it can explain others that share only few rows with it."""
        cells = self.cube.places_of(pattern)
        self.patterns = np.vstack([self.patterns, pattern])
        self.cells.append(cells)
        self.n_cells = np.append(self.n_cells, len(cells))
        self.slices = np.vstack([self.slices, self._summed(cells)])
        self.is_telling = np.append(self.is_telling, is_telling)

    def sums(self, places: int | NDArray[np.int64]) -> Sums:
        """Return the sums of chosen slices."""
        return Sums.of(self.slices[places].T)

    def overlap(self, pattern: CodeArray, place: int) -> float:
        """Return the rows in common with a chosen slice as a share of the rows in either (Jaccard)."""
        n, cells = self.parts[:, 0], self.cube.places_of(pattern)
        both = n[np.intersect1d(cells, self.cells[place], assume_unique=True)].sum()
        return float(both / (n[cells].sum() + self.slices[place, 0] - both))

    def telling(self, pattern: CodeArray, score: float) -> int:
        """Return the chosen slice that tells what another one of ``score`` has to say, -1 where none does.

        Slices of different values of one column have no row in common, and are not looked at.
        """
        cells = self.cube.places_of(pattern)
        own = Sums.of(self._summed(cells)[:, None])
        n = self.slices[:, 0]
        is_near = self.is_telling | (np.minimum(n, own.n) > _SAME_ROWS * np.maximum(n, own.n))
        is_apart = (self.patterns != pattern) & (self.patterns >= 0) & (pattern >= 0)
        places = np.flatnonzero(is_near & ~is_apart.any(axis=1))
        if not len(places):
            return -1
        chosen = self.sums(places)
        both = self._common(pattern, cells, places)
        inside, inside_spread = conditional_score(both, chosen)
        outside, outside_spread = conditional_score(own - both, self.whole - chosen)
        spread = np.sqrt(inside_spread + outside_spread)
        left = np.divide(inside + outside, spread, out=np.zeros_like(spread), where=spread > 0)
        overlap = both.n / (own.n + chosen.n - both.n)
        explains = (left < min(_EXPLAINED, score / 2)) & (both.n > 0) & self.is_telling[places]
        is_told = (overlap > _SAME_ROWS) | explains
        return int(places[np.argmax(np.where(is_told, overlap, -1.0))]) if is_told.any() else -1

    def _common(self, pattern: CodeArray, cells: NDArray[np.int64], places: NDArray[np.int64]) -> Sums:
        """Return the sums of what a slice, given its cells too, has in common with chosen ones.

        Of two slices the cells of the smaller one are looked at, by the columns that the other one has beside it.
        """
        patterns = self.patterns[places]
        is_smaller = self.n_cells[places] < len(cells)
        others = np.where(is_smaller[:, None], pattern, patterns)
        is_left = ((patterns != pattern) & (others >= 0))[:, self.order]
        left = [self.order[np.flatnonzero(columns)] for columns in is_left]
        sums = np.empty((len(places), self.parts.shape[1]))
        for at, (place, columns) in enumerate(zip(places, left, strict=True)):
            both = self.cells[place] if is_smaller[at] else cells
            for column in columns:
                both = both[self.cube.codes[column][both] == others[at, column]]
            sums[at] = self._summed(both)
        return Sums.of(sums.T)

    def _summed(self, cells: NDArray[np.int64]) -> FloatArray:
        """Add cells up."""
        total = np.zeros(self.parts.shape[1])
        for start in range(0, len(cells), _AT_ONCE):
            some = cells[start : start + _AT_ONCE]
            total += self.ones[: len(some)] @ self.parts.take(some, axis=0)
        return total


def stacked(parts: Sequence[Sums]) -> Sums:
    """Return sums of one entry each as one."""
    return Sums.of([np.concatenate(side) for side in zip(*(part.columns() for part in parts), strict=True)])
