"""What each predicate of a slice adds to its divergence, shared out fairly over all orders of adding them."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from analytics.measure.discovery.cube import CodeArray, Cube
from analytics.measure.discovery.evidence import beyond


def contributions(cube: Cube, pattern: CodeArray) -> dict[int, float]:
    """Share the divergence of a slice out over its predicates: their Shapley values.

    Parameters
    ----------
    cube : Cube
        The rows that the slice is reported from.
    pattern : numpy.ndarray of shape (columns,)
        Its codes, -1 for any value.

    Returns
    -------
    dict of int to float
        By column; they add up to what `evidence.beyond` says of the slice.

    References
    ----------
    Shapley (1953), in Contributions to the Theory of Games II:307-317; for slices: Pastor, de Alfaro and Baralis (2021), SIGMOD.

    Examples
    --------
    >>> from analytics.measure.discovery.cube import Sums
    >>> n, k = np.array([10.0, 10, 10, 10]), np.array([1.0, 3, 1, 5])
    >>> codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> cube = Cube(codes, (2, 2), (np.ones(2, bool),) * 2, (0, 1), Sums(n, n, k, k), is_binary=True)
    >>> {column: round(value, 3) for column, value in contributions(cube, np.array([1, 1])).items()}
    {0: 0.075, 1: 0.175}
    """
    columns = [int(column) for column in np.flatnonzero(pattern >= 0)]
    inside = {column: cube.codes[column] == pattern[column] for column in columns}
    whole = cube.sums.sum()
    value: dict[tuple[int, ...], float] = {}
    for size in range(len(columns) + 1):
        for chosen in combinations(columns, size):
            cells = np.logical_and.reduce([inside[column] for column in chosen]) if chosen else slice(None)
            value[chosen] = float(np.nan_to_num(beyond(cube.sums[cells].sum(), whole)[0]))
    found = dict.fromkeys(columns, 0.0)
    for chosen, total in value.items():
        for column in chosen:
            before = tuple(other for other in chosen if other != column)
            weight = factorial(len(before)) * factorial(len(columns) - len(chosen)) / factorial(len(columns))
            found[column] += weight * (total - value[before])
    return found
