"""Differences of means over the same rows, from sums of what each row adds."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan, sqrt

import numpy as np

from analytics.measure.compare.difference import Difference, Spread, student, student_p, undefined
from analytics.measure.compare.joint import RowSums
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.skewness import skewed_mean

ROOT = "rmse"
"""The metric that is the root of another one, ``mse``."""
_OF_ROOT = "mse"


def mean_difference(
    name: str, means: Mapping[str, RowSums], spreads: Mapping[str, Spread] | None = None, level: float = 0.95
) -> Difference:
    """Compare a mean over rows, or the root of the mean squared error.

    Parameters
    ----------
    name : str
    means : mapping of str to RowSums
    spreads : mapping of str to Spread, optional
        Where rows belong together or stand for many.
    level : float

    Notes
    -----
    By `skewed_mean` of the differences, row by row: Student's t, bent by their third moment.
    """
    sums = means[_OF_ROOT if name == ROOT else name]
    if not sums.n:
        return undefined(name, nan, nan, 0.0)
    live, candidate = sums.live / sums.n, sums.candidate / sums.n
    if name == ROOT:
        return _of_roots(sums, level, is_plain=spreads is None)
    if spreads is not None:
        return student(name, live, candidate, spreads.get(name), sums.n, level)
    if sums.n < 2:
        return undefined(name, live, candidate, sums.n)
    n, total = np.array([sums.n]), np.array([sums.candidate - sums.live])
    one = Sums(n, n, total, np.array([sums.squares]), cubes=np.array([sums.cubes]))
    value, bound = candidate - live, skewed_mean(one, one, level)
    error = sqrt(max(sums.squares - sums.n * value**2, 0.0) / (sums.n * (sums.n - 1)))
    ends = float(bound.low[0]), float(bound.high[0])
    p = student_p(value, error, sums.n - 1)
    return Difference(name, live, candidate, value, *ends, error, p, sums.n, "paired differences")


def _of_roots(sums: RowSums, level: float, *, is_plain: bool) -> Difference:
    """Compare roots of mean squares, by the delta method."""
    n = sums.n
    means = sums.live / n, sums.candidate / n
    live, candidate = (sqrt(mean) for mean in means)
    if not is_plain or not live or not candidate or n < 2:
        return undefined(ROOT, live, candidate, n, "undefined" if is_plain else "not told where rows belong together")
    own = [square - n * mean**2 for square, mean in zip((sums.live_sq, sums.candidate_sq), means, strict=True)]
    cross = (sums.live_sq + sums.candidate_sq - sums.squares) / 2 - n * means[0] * means[1]
    parts = own[0] / (4 * means[0]), own[1] / (4 * means[1]), cross / (2 * live * candidate)
    error = sqrt(max(parts[0] + parts[1] - parts[2], 0.0) / (n * (n - 1)))
    return student(ROOT, live, candidate, Spread(error, n - 1), n, level)
