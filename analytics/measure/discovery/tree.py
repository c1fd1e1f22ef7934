"""A decision tree of the objective over the cells of a cube, for readers who think in trees.

scikit-learn grows the same tree (a test says so), but from one flag per code, hundreds of columns for all cells, and with one
weight per cell, while here least support is counted in judged rows and the objective averaged over those it is defined for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.measure.discovery.cube import Cube, Sums
from analytics.measure.discovery.evidence import rates
from analytics.measure.intervals import FloatArray, ratio

_TREE_DEPTH = 3
"""Questions from the root to a leaf: eight leaves, which fit on a screen."""
_LEAST_GAIN = 1e-9
"""Reduction of the squared error that a cut must bring: below it there is only rounding."""


@dataclass(frozen=True)
class _Cut:
    """A question about one column: whether its code is ``code``, or for ordered codes below it."""

    column: int
    code: int
    is_below: bool

    def holds(self, cube: Cube) -> NDArray[np.bool_]:
        """Say for which cells the answer is yes."""
        codes = cube.codes[self.column]
        return np.asarray(codes < self.code if self.is_below else codes == self.code)


@dataclass(frozen=True)
class Node:
    """A node: the place of its parent, -1 for the root, the cut of the parent and its answer, and the node's rows."""

    parent: int
    cut: _Cut | None
    is_yes: bool
    sums: Sums


def tree(cube: Cube, min_support: float, n_ordered: Sequence[int], max_depth: int = _TREE_DEPTH) -> list[Node]:
    """Cut the rows into two, and each part again, where the objective differs most.

    Parameters
    ----------
    cube : Cube
    min_support : float
        Least judged rows of a node.
    n_ordered : sequence of int
        By column how many of its codes, from the first, are in order: these are cut in two parts, others taken singly.
    max_depth : int

    Returns
    -------
    list of Node
        The root first; the two children of a node, yes before no, stand after it.

    Notes
    -----
    A cut is the one that reduces the squared error most, which for flags is the Gini impurity (Breiman and others 1984); the
    sums of the codes suffice to find it, so that the cells are read once per column and node. Flags that are compared within
    their label count by what they exceed the FNR and FPR of all rows by.

    Examples
    --------
    >>> n, k = np.array([50.0, 50, 50, 50]), np.array([5.0, 5, 5, 30])
    >>> codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> cube = Cube(codes, (2, 2), (np.ones(2, bool),) * 2, (0, 1), Sums(n, n, k, k), is_binary=True)
    >>> [(node.parent, node.is_yes, node.sums.n.item(), node.sums.total.item()) for node in tree(cube, 20, (0, 0), 1)]
    [(-1, True, 200.0, 45.0), (0, True, 100.0, 10.0), (0, False, 100.0, 35.0)]
    """
    labels = cube.sums.by_label()
    if labels is not None:
        cube = replace(cube, sums=replace(cube.sums, total=cube.sums.total - labels.expected(labels.total())))
    nodes = [Node(-1, None, True, cube.sums.sum())]
    _grow(cube, 0, nodes, min_support, n_ordered, max_depth)
    return nodes


def _grow(
    cube: Cube, place: int, nodes: list[Node], min_support: float, n_ordered: Sequence[int], depth_left: int
) -> None:
    """Add what is below a node, whose cells are ``cube``."""
    if not depth_left:
        return
    found = max(_candidates(cube, min_support, n_ordered), key=lambda pair: pair[0], default=None)
    if found is None:
        return
    is_inside = found[1].holds(cube)
    for is_yes in (True, False):
        part = cube.part(is_inside == is_yes)
        nodes.append(Node(place, found[1], is_yes, part.sums.sum()))
        _grow(part, len(nodes) - 1, nodes, min_support, n_ordered, depth_left - 1)


def _candidates(cube: Cube, min_support: float, n_ordered: Sequence[int]) -> Iterator[tuple[float, _Cut]]:
    """Return the best cut of each column with what it reduces the squared error by."""
    whole = cube.sums.sum()
    for column, (codes, size, is_value) in enumerate(zip(cube.codes, cube.sizes, cube.is_value, strict=True)):
        parts = (cube.sums.n, cube.sums.trials, cube.sums.total)
        n, trials, total = (np.asarray(np.bincount(codes, part, size), dtype=float) for part in parts)
        ordered = n_ordered[column]
        for is_below, chosen in ((True, np.arange(1, ordered)), (False, np.arange(ordered, size))):
            inside = [np.cumsum(part)[chosen - 1] if is_below else part[chosen] for part in (n, trials, total)]
            gain = _gains(inside[1], inside[2], whole)
            is_large = (inside[0] >= min_support) & (whole.n - inside[0] >= min_support)
            gain[~(is_large & (is_below | is_value[chosen]))] = 0
            if gain.max(initial=0) > _LEAST_GAIN:
                best = int(np.argmax(gain))
                yield float(gain[best]), _Cut(column, int(chosen[best]), is_below)


def _gains(trials: FloatArray, total: FloatArray, whole: Sums) -> FloatArray:
    """Return what a cut into a part and the rest reduces the squared error by."""
    one, other = ratio(total**2, trials), ratio((whole.total - total) ** 2, whole.trials - trials)
    return np.asarray(np.nan_to_num(one + other - whole.total * rates(whole), nan=0.0), dtype=float)


def sums_in(cube: Cube, nodes: Sequence[Node]) -> list[Sums]:
    """Return the sums of the nodes in another cube of the same columns."""
    inside = [np.ones(cube.n_cells, dtype=bool)]
    for node in nodes[1:]:
        assert node.cut is not None
        inside.append(inside[node.parent] & (node.cut.holds(cube) == node.is_yes))
    return [cube.sums[cells].sum() for cells in inside]
