"""Slices in which the candidate loses, or wins: found on one half of the pairs, confirmed on the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analytics.measure.compare.proportions import bonett_price
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.discovery.cube import CodeArray, Cube, Sums
from analytics.measure.discovery.evidence import p_values, scores
from analytics.measure.discovery.grouping import Group, candidates, presented, stacked, weights
from analytics.measure.discovery.lattice import lattice
from analytics.measure.discovery.skewness import skewed_mean
from analytics.measure.intervals import FloatArray, Interval, ratio

_SIGNS = {"loses": 1.0, "wins": -1.0}
_DEPTH = 2
"""Conditions of a slice at most: few pairs changed, and a third condition leaves hardly any. By hand."""
_LEAST = 30
"""Pairs of a slice at least, where more are not a hundredth of all. By hand: below, no exact test of changed pairs helps."""
_LEAST_SHARE = 0.01
_UPPER = 0.975
"""Of Student's t, for an interval of 95 %."""
_REAL = 0.05
"""Adjusted p-value below which a slice is confirmed: of all that are, one in twenty may be chance."""


@dataclass(frozen=True)
class Pairs:
    """Pairs as cells of a cube of the candidate's loss less the live one.

    Attributes
    ----------
    cube : Cube
    is_held_back : numpy.ndarray of bool of shape (cells,)
        Which cells confirm.
    is_share : bool
        Whether a loss is 0 or 1.
    unit : numpy.ndarray of int of shape (cells,), optional
        The unit of each cell, where rows belong together.
    """

    cube: Cube
    is_held_back: NDArray[np.bool_]
    is_share: bool
    unit: NDArray[np.int64] | None = None


def losing_slices(pairs: Pairs) -> tuple[list[CodeArray], pl.DataFrame]:
    """Search for the slices in which the candidate loses more, or wins more, than elsewhere, and say which are confirmed.

    Returns
    -------
    list of numpy.ndarray, DataFrame
        The pattern of each slice, and one row for each: ``direction`` (loses, wins), ``n`` (pairs), ``n_confirming``,
        ``difference, low, high`` (mean loss of the candidate less the live one on the half that confirms), ``p_adjusted`` and
        ``is_confirmed``.

    Notes
    -----
    A slice is confirmed where the half that it was not found on says both that the mean difference is not 0 in the slice (an
    exact test of the pairs that changed, where a loss is 0 or 1, else Student's t; by units where rows belong together) and that
    it is larger than outside, adjusted over all slices of both directions (Benjamini-Hochberg).
    """
    find, report = pairs.cube.part(~pairs.is_held_back), pairs.cube.part(pairs.is_held_back)
    if not find.sums.trials.sum() or not report.sums.trials.sum():
        return [], _table([], [], np.empty(0), Interval(*[np.empty(0)] * 3), np.empty(0), np.empty(0))
    least = max(_LEAST, _LEAST_SHARE * pairs.cube.sums.n.sum()) / 2
    known, shown, which, p_each, weight_each = lattice(find, least - 1e-6, _DEPTH), [], [], [], []
    for name, sign in _SIGNS.items():
        turned, groups_in = _turned(find, sign), replace(known, sums=_signed(known.sums, sign))
        groups = candidates(turned, groups_in, scores(groups_in.sums, turned.sums.sum(), is_binary=False))
        if not groups:
            continue
        p_each.append(_p_of(pairs, report, groups, sign))
        weight_each.append(weights(groups, len(known.patterns)))
        shown += groups
        which += [name] * len(groups)
    if not shown:
        return [], _table([], [], np.empty(0), Interval(*[np.empty(0)] * 3), np.empty(0), np.empty(0))
    p = np.concatenate(p_each)
    adjusted = np.maximum(benjamini_hochberg(p, np.concatenate(weight_each)), p)
    kept: list[int] = []
    for name, sign in _SIGNS.items():
        places = [place for place, each in enumerate(which) if each == name]
        if places:
            of = _turned(pairs.cube, sign)
            real = np.array([bool(adjusted[place] < _REAL) for place in places])
            found = replace(known, sums=_signed(known.sums, sign))
            kept += [places[at] for at in presented(of, found, [shown[place] for place in places], real)[0]]
    patterns = [shown[place].pattern for place in kept]
    held = stacked([report.sums_of(pattern) for pattern in patterns])
    n = np.array([float(pairs.cube.sums_of(pattern).trials[0]) for pattern in patterns])
    if pairs.unit is None:
        bound = mean_interval_of(held, report.sums.sum(), is_share=pairs.is_share)
    else:
        unit = pairs.unit[pairs.is_held_back]
        bound = unit_interval(
            held.total, held.trials, *np.array([_unit_sums(report, unit, each) for each in patterns]).T
        )
    return patterns, _table([which[place] for place in kept], patterns, n, bound, held.trials, adjusted[kept])


def _table(
    directions: list[str],
    patterns: list[CodeArray],
    n: FloatArray,
    bound: Interval,
    confirming: FloatArray,
    adjusted: FloatArray,
) -> pl.DataFrame:
    """Lay slices out, confirmed ones first, the largest sum of differences before others."""
    frame = pl.DataFrame(
        {
            "place": np.arange(len(patterns)),
            "direction": pl.Series(directions, dtype=pl.String),
            "n": n,
            "n_confirming": confirming,
            "difference": bound.value,
            "low": bound.low,
            "high": bound.high,
            "p_adjusted": adjusted,
            "is_confirmed": adjusted < _REAL,
        },
        nan_to_null=True,
    )
    return frame.with_columns(pl.col("n", "n_confirming").cast(pl.Int64))


def mean_interval_of(sums: Sums, whole: Sums, *, is_share: bool) -> Interval:
    """Bound mean differences of loss: by the pairs that changed where a loss is 0 or 1, else by their third moment."""
    if not is_share:
        return skewed_mean(sums, whole, 0.95)
    lost, gained = (sums.squares + sums.total) / 2, (sums.squares - sums.total) / 2
    return bonett_price(lost, gained, sums.trials)


def _signed(sums: Sums, sign: float) -> Sums:
    """Turn the sign of what is averaged."""
    cubes = None if sums.cubes is None else sums.cubes * sign
    return replace(sums, total=sums.total * sign, cubes=cubes)


def _turned(cube: Cube, sign: float) -> Cube:
    """Turn the sign of what the cells of a cube average."""
    return replace(cube, sums=_signed(cube.sums, sign))


def _p_of(pairs: Pairs, report: Cube, groups: list[Group], sign: float) -> FloatArray:
    """Test on the half that confirms, one-sided: the mean difference in a slice is not 0, and it is larger than outside."""
    turned = _turned(report, sign)
    own, whole = stacked([turned.sums_of(group.pattern) for group in groups]), turned.sums.sum()
    outside = p_values(own, whole - own, is_binary=False)
    if pairs.unit is not None:
        unit = pairs.unit[pairs.is_held_back]
        alone = np.array([_unit_p(turned, unit, group.pattern) for group in groups])
    elif pairs.is_share:
        more, n = (own.squares + own.total) / 2, own.squares
        alone = np.where(n > 0, special.bdtrc(more - 1, n.astype(np.int64), 0.5), 1.0)
        alone = np.where(more > 0, alone, 1.0)
    else:
        mean = ratio(own.total, own.trials)
        error = np.sqrt(ratio(ratio(own.squares, own.trials) - mean**2, own.trials - 1).clip(min=0))
        alone = special.stdtr(np.maximum(own.trials - 1, 1), -ratio(mean, error))
    return np.asarray(np.nan_to_num(np.maximum(outside, alone), nan=1.0), dtype=float)


def unit_interval(
    total: FloatArray, n: FloatArray, units: FloatArray, dd: FloatArray, dn: FloatArray, nn: FloatArray
) -> Interval:
    """Bound mean differences of pairs that belong together, by what units add to them.

    Parameters
    ----------
    total, n : numpy.ndarray of shape (slices,)
        Sums of the differences, and pairs.
    units : numpy.ndarray of shape (slices,)
    dd, dn, nn : numpy.ndarray of shape (slices,)
        Of each unit's sum of differences and its pairs, the sums of the products over units.

    Examples
    --------
    >>> found = unit_interval(*(np.array([each]) for each in (3.0, 12.0, 4.0, 9.0, 9.0, 36.0)))
    >>> [round(float(end[0]), 3) for end in (found.value, found.low, found.high)]
    [0.25, -0.546, 1.046]
    """
    mean, error = _unit_error(total, n, units, dd, dn, nn)
    reach = special.stdtrit(np.maximum(units - 1, 1), _UPPER) * error
    return Interval(mean, mean - reach, mean + reach)


def _unit_error(
    total: FloatArray, n: FloatArray, units: FloatArray, dd: FloatArray, dn: FloatArray, nn: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return means with their standard errors by linearisation, which one unit alone does not have."""
    mean = ratio(total, n)
    squares = np.maximum(dd - 2 * mean * dn + mean**2 * nn, 0.0)
    return mean, ratio(np.sqrt(ratio(units, units - 1) * squares), n)


def _unit_sums(cube: Cube, unit: NDArray[np.int64], pattern: CodeArray) -> tuple[float, float, float, float]:
    """Add up what `unit_interval` takes of the units of a slice."""
    inside = cube.cells_of(pattern)
    _, of = np.unique(unit[inside], return_inverse=True)
    total, n = (np.bincount(of, part[inside]).astype(float) for part in (cube.sums.total, cube.sums.trials))
    total, n = total[n > 0], n[n > 0]
    return float(len(n)), float(total @ total), float(total @ n), float(n @ n)


def _unit_p(cube: Cube, unit: NDArray[np.int64], pattern: CodeArray) -> float:
    """Test the mean difference in a slice by the sums of its units."""
    own = cube.sums_of(pattern)
    units, *products = _unit_sums(cube, unit, pattern)
    of = (np.array([each]) for each in (units, *products))
    mean, error = _unit_error(own.total, own.trials, *of)
    return float(special.stdtr(units - 1, -mean[0] / error[0])) if error[0] > 0 else 1.0
