"""Intervals, differences and p-values: vectorised, and NaN where there is nothing to estimate from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # which imports its parts when they are asked for: the reading process needs none of them for most logs
from numpy.typing import ArrayLike, NDArray

from analytics.errors import QuestionError

FloatArray = NDArray[np.float64]

REPLICATES = 1_000
"""Bootstrap replicates behind percentile intervals at 95 %: 25 of them lie beyond either end (1,000 is
what Efron and Tibshirani 1993, An Introduction to the Bootstrap, advise for percentiles)."""


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error, one per slice; NaN where undefined."""

    value: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True)
class Interval:
    """A value and the bounds of its confidence interval, one per slice; NaN where undefined."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Divide; NaN, never 0, where the denominator is not positive."""
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    quotient: FloatArray = np.empty(np.broadcast(top, bottom).shape)
    quotient.fill(np.nan)
    np.divide(top, bottom, out=quotient, where=bottom > 0)
    return quotient


def normal_quantile(level: float) -> float:
    """Give the number of standard errors on either side of a two-sided interval at ``level``.

    >>> round(normal_quantile(0.95), 3)
    1.96
    """
    if not 0 < level < 1:
        raise QuestionError(f"A confidence level lies between 0 and 1; found {level}. Use 0.95 for 95 %.")
    return float(scipy.special.ndtri((1 + level) / 2))


def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95, quantile: FloatArray | None = None
) -> Interval:
    """Bound a proportion by Wilson's score interval.

    Parameters
    ----------
    successes, trials : array-like of counts, broadcast against each other
    level : float
        Confidence level between 0 and 1.
    quantile : numpy.ndarray, optional
        Standard errors on either side, where they are not those of the normal distribution.

    Returns
    -------
    Interval
        NaN where there are no trials.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22:209-212.

    Examples
    --------
    >>> interval = wilson(81, 263)
    >>> print(f"{interval.low:.4f} {interval.high:.4f}")
    0.2553 0.3662
    """
    z2 = (normal_quantile(level) if quantile is None else quantile) ** 2
    s, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(trials, dtype=float))
    proportion = ratio(s, n)
    spread = np.sqrt(z2 * (s * (1 - np.nan_to_num(proportion)) + z2 / 4).clip(min=0))
    low, high = ratio(s + z2 / 2 - spread, n + z2), ratio(s + z2 / 2 + spread, n + z2)
    undefined = np.isnan(proportion)
    # At 0 and n the score bound is exactly 0 and 1; rounding would leave the estimate outside of its own interval.
    low = np.where(undefined, np.nan, np.where(s <= 0, 0.0, low))
    high = np.where(undefined, np.nan, np.where(s >= n, 1.0, high))
    return Interval(proportion, low, high)


def weighted_wilson(
    successes: FloatArray, trials: FloatArray, squares: tuple[FloatArray, FloatArray], level: float = 0.95
) -> Interval:
    """Bound a weighted proportion by Wilson's interval of the independent rows of equal weight that it is worth.

    Parameters
    ----------
    successes, trials : numpy.ndarray
        Sums of weights.
    squares : pair of numpy.ndarray
        Sums of squared weights of successes and of failures.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201.

    Examples
    --------
    >>> found = weighted_wilson(np.array([81 * 5.0]), np.array([263 * 5.0]), (np.array([81 * 25.0]), np.array([182 * 25.0])))
    >>> print(found.low.round(4), found.high.round(4))
    [0.2553] [0.3662]
    """
    p, (good, bad) = ratio(successes, trials), squares
    variance = ratio(good * (1 - p) ** 2 + bad * p**2, trials**2)
    worth = np.where(variance > 0, ratio(p * (1 - p), variance), ratio(trials**2, good + bad))
    worth = np.nan_to_num(worth)
    return wilson(np.nan_to_num(p) * worth, worth, level)


def logit_interval(estimate: Estimate, trials: ArrayLike, level: float = 0.95) -> Interval:
    """Bound a share with a known standard error on the logit scale, so that the bounds stay between 0 and 1.

    At 0 and at 1 the standard error is 0 and says nothing: there the Wilson interval of ``trials`` is used.
    """
    value, error = estimate.value, estimate.standard_error
    inside = (value > 0) & (value < 1)
    safe = np.where(inside, value, 0.5)
    reach = normal_quantile(level) * error / (safe * (1 - safe))
    low, high = (
        scipy.special.expit(scipy.special.logit(safe) - reach),
        scipy.special.expit(scipy.special.logit(safe) + reach),
    )
    edge = wilson(np.nan_to_num(value) * np.asarray(trials, dtype=float), trials, level)
    undefined = np.isnan(value)
    low = np.where(undefined, np.nan, np.where(inside, np.minimum(low, value), edge.low))
    high = np.where(undefined, np.nan, np.where(inside, np.maximum(high, value), edge.high))
    return Interval(value, low, high)


def mean_interval(estimate: Estimate, n: FloatArray, level: float, bounds: tuple[float, float]) -> Interval:
    """Bound a mean by Student's t with n - 1 degrees of freedom, cut at the metric's range."""
    normal_quantile(level)
    freedom = np.where(n > 1, n - 1, 1.0)
    reach = scipy.special.stdtrit(freedom, (1 + level) / 2) * estimate.standard_error
    value = estimate.value
    return Interval(value, (value - reach).clip(min=bounds[0]), (value + reach).clip(max=bounds[1]))


def difference(first: Interval, second: Interval, correlation: FloatArray | None = None) -> Interval:
    """Bound the difference of two estimates from their own intervals (MOVER); they are independent unless a correlation is given.

    With Wilson intervals this is Newcombe's method 10; with others its generalisation.

    References
    ----------
    Newcombe (1998), Stat. Med. 17:873-890; Zou and Donner (2008), Stat. Med. 27:1693-1702; with a correlation Zou (2007),
    Psychol. Methods 12:399-413.
    """
    value = first.value - second.value
    if correlation is not None:
        arms = (
            (first.value - first.low, second.high - second.value),
            (first.high - first.value, second.value - second.low),
        )
        down, up = (np.sqrt((a**2 + b**2 - 2 * correlation * a * b).clip(min=0)) for a, b in arms)
        return Interval(value, value - down, value + up)
    down = np.hypot(first.value - first.low, second.high - second.value)
    up = np.hypot(first.high - first.value, second.value - second.low)
    return Interval(value, value - down, value + up)


def newcombe(s1: ArrayLike, n1: ArrayLike, s2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Interval:
    """Bound the difference s1/n1 - s2/n2 of two independent proportions by Newcombe's hybrid score interval.

    Parameters
    ----------
    s1, n1, s2, n2 : array-like of counts, broadcast against each other
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    Interval
        NaN where one side has no trials.

    References
    ----------
    Newcombe (1998), Stat. Med. 17:873-890, method 10.

    Examples
    --------
    >>> interval = newcombe(56, 70, 48, 80)
    >>> print(f"{interval.low:.4f} {interval.high:.4f}")
    0.0524 0.3339
    """
    return difference(wilson(s1, n1, level), wilson(s2, n2, level))


def difference_p_value(interval: Interval, level: float = 0.95, freedom: FloatArray | None = None) -> FloatArray:
    """Read a two-sided p-value off a difference and its interval.

    The arm of the interval that points at zero counts as the normal quantile of ``level`` standard errors, so p is
    below 1 - level exactly where the interval leaves zero out. NaN where the arm has no length, unless the difference
    is 0. With degrees of freedom both are Student's.
    """
    arm = np.where(interval.value > 0, interval.value - interval.low, interval.high - interval.value)
    if freedom is not None:
        errors = ratio(np.abs(interval.value) * scipy.special.stdtrit(freedom, (1 + level) / 2), arm)
        return np.asarray(2 * scipy.special.stdtr(freedom, -np.where(interval.value == 0, 0.0, errors)), dtype=float)
    errors = ratio(np.abs(interval.value) * normal_quantile(level), arm)
    errors = np.where(interval.value == 0, 0.0, errors)
    return np.asarray(2 * scipy.special.ndtr(-errors), dtype=float)


def scatter(draws: FloatArray) -> FloatArray:
    """Give the standard deviation of replicates in the last axis; undefined ones do not count, and fewer than two have none.

    >>> print(scatter(np.array([[1.0, 3.0, np.nan], [1.0, np.nan, np.nan]])).round(4))
    [1.4142    nan]
    """
    n = np.sum(~np.isnan(draws), axis=-1)
    centred = draws - ratio(np.nansum(draws, axis=-1), n)[..., None]
    return np.sqrt(ratio(np.nansum(centred**2, axis=-1), n - 1))


def poisson_bootstrap(cells: FloatArray, replicates: int, rng: np.random.Generator) -> FloatArray:
    """Draw bootstrap replicates of counts: independent Poisson variables with the counts as means.

    Parameters
    ----------
    cells : numpy.ndarray of shape (...)
    replicates : int
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray of shape (..., replicates)

    Examples
    --------
    >>> poisson_bootstrap(np.array([[4.0, 0.0]]), 500, np.random.default_rng(0)).shape
    (1, 2, 500)
    """
    return rng.poisson(cells[..., None], (*cells.shape, replicates)).astype(np.float64)


def percentile_interval(value: FloatArray, draws: FloatArray, level: float = 0.95) -> Interval:
    """Bound values of shape (slices,) by the percentiles of their replicates of shape (slices, replicates).

    Replicates in which the metric is undefined do not count.
    """
    ordered = np.sort(draws, axis=-1)
    last = np.maximum(np.sum(~np.isnan(ordered), axis=-1) - 1, 0)

    def at(share: float) -> FloatArray:
        position = share * last
        below = np.floor(position).astype(np.int64)[..., None]
        above = np.minimum(below + 1, last[..., None])
        low, high = np.take_along_axis(ordered, below, -1)[..., 0], np.take_along_axis(ordered, above, -1)[..., 0]
        return np.asarray(low + (high - low) * (position - below[..., 0]), dtype=float)

    low, high = at((1 - level) / 2), at((1 + level) / 2)
    undefined = np.isnan(value)
    return Interval(
        value,
        np.where(undefined, np.nan, np.fmin(low, value)),
        np.where(undefined, np.nan, np.fmax(high, value)),
    )
