"""The score grid of a log: at which scores its rows are counted, and which bin a threshold starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

MAX_DISTINCT_SCORES = 2_000
"""Distinct scores up to which each is an edge of the grid; beyond, edges are quantiles and even steps (DESIGN.md, section 2)."""

_MAX_LOOKED_AT = 1 << 20
"""Rows whose scores and numbers decide where edges lie; of more rows every 2nd, 4th … is looked at. A place among a million
sampled rows misses that among all by half a step of the grid (a binomial's standard deviation); counts at an edge stay exact."""
_LEADING = 8
"""Eighths by which a log grows before its grid is made anew: its quantiles are those of the rows up to the last eighth of a power
of two. A judgement: a year of days makes it anew every seven weeks."""
MAX_MASS = 0.01
"""Share of the rows that one bin of several scores holds at most, ten steps of the grid: beyond it the rows that came last are
distributed otherwise, and the quantiles are those of all rows. A judgement."""


def looked_at(n_rows: int) -> tuple[int, int]:
    """Return of how many first rows the quantiles of a log are, and that every so manieth row of it is looked at.

    A log that grows keeps its grid until it has grown by an eighth, and one file of all its rows has the same grid.

    >>> looked_at(1 << 20), looked_at(10_000_000), looked_at(10_400_000), looked_at(10_500_000)
    ((1048576, 1), (9437184, 16), (9437184, 16), (10485760, 16))
    """
    if n_rows <= _MAX_LOOKED_AT:
        return n_rows, 1
    eighth = (1 << (n_rows.bit_length() - 1)) // _LEADING
    return n_rows // eighth * eighth, 1 << (n_rows // _MAX_LOOKED_AT).bit_length()


def is_long(n_rows: int) -> bool:
    """Whether a log has more rows than are looked at where a part of them tells enough."""
    return n_rows > _MAX_LOOKED_AT


@dataclass(frozen=True, eq=False)
class Grid:
    """The edges at which scores are binned: bin k holds the scores in [edges[k], edges[k + 1]), the last all from its edge on.

    Attributes
    ----------
    edges : ndarray of shape (n_bins,)
        In rising order.
    is_exact : bool
        Whether the edges are the distinct scores, so that any threshold lies between bins and never within one.
    """

    edges: np.ndarray[Any, np.dtype[np.float64]]
    is_exact: bool = False

    def at(self, threshold: float) -> int:
        """Return the first bin that a threshold flags: that of the first edge from it on.

        A threshold beyond the last edge flags no bin: the number of bins. Where a threshold lies within a bin, `split_at` comes
        first.

        >>> grid = Grid(np.array([0.1, 0.25, 0.7]), is_exact=True)
        >>> grid.at(0.25), grid.at(0.3), grid.at(0.9)
        (1, 2, 3)
        """
        return int(np.searchsorted(self.edges, threshold))

    def split(self, threshold: float) -> float | None:
        """Return the threshold where it lies within a bin, which then must be counted in two; None where it does not."""
        return None if self.is_exact or threshold in self.edges else threshold

    def split_at(self, threshold: float) -> Grid:
        """Return the grid by which rows are counted for a threshold: with an edge there, where it lies within a bin.

        >>> Grid(np.array([0.0, 0.5])).split_at(0.25).edges.tolist()
        [0.0, 0.25, 0.5]
        """
        if self.split(threshold) is None:
            return self
        return replace(self, edges=np.insert(self.edges, self.at(threshold), threshold))


def fewest_digits(below: float, above: float) -> float:
    """Return the number with the fewest digits that lies above one score and not above the next.

    >>> fewest_digits(0.2987, 0.3012), fewest_digits(41.0, 58.0)
    (0.3, 58.0)
    """
    rounded_up = (float(f"{math.ceil(above * 10**digits - 1e-9) / 10**digits:.{digits}f}") for digits in range(13))
    rounded_down = (float(f"{math.floor(above * 10**digits) / 10**digits:.{digits}f}") for digits in range(13))
    for up, down in zip(rounded_up, rounded_down, strict=True):
        for threshold in (down, up):
            if below < threshold <= above:
                return threshold
    return float(above)
