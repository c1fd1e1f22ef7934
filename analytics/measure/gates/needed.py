"""How many more rows would decide, and when their labels will be there."""

from __future__ import annotations

from math import erfc, exp, inf, isfinite, isinf, log, sqrt

import numpy as np

from analytics.measure.gates.outcome import Limit
from analytics.measure.intervals import FloatArray, normal_quantile

_DECIDED = 0.84
"""Probability with which the rows that are named have to decide: 0.8, the usual power of a planned study, and what skewness of
proportions and whole rows take (simulated at limits of 60 to 98 % on 150 to 3,000 rows: decided in 81 to 86 %)."""
_MOST = 1e4
"""Times the rows that are there, beyond which nothing is promised: at the limit itself 75 times are enough. By hand."""
_HALVINGS = 40
"""Of the logarithm of the rows: what is left is below a row in a million."""
_HORIZON = 3_653
"""Days up to which a date is named: ten years. By hand."""


def times_needed(
    ends: tuple[float, float, float],
    limit: Limit,
    *,
    level: float = 0.95,
    fail_level: float = 0.95,
    range_: tuple[float, float] = (-inf, inf),
    fixed: float = 0.0,
) -> float:
    """Return how many times the rows that are there would decide in four cases of five; infinite where no number would.

    What the value will be on more rows is not known: given what is there it is normal around it, with the variance that is
    there less the one that will be left. So a value close to its limit needs many rows, and is not promised more than four
    times in five.

    Parameters
    ----------
    ends : (float, float, float)
        The estimate, and the ends of its interval at ``level``.
    limit : Limit
    fail_level : float
        The level of the interval that has to be beyond the limit to fail, as `judged_family` says.
    range_ : (float, float)
        The values that there are: at its end no interval is within a limit, however many rows there are.
    fixed : float
        Standard error that more rows do not shrink: that of a reference.

    References
    ----------
    Spiegelhalter, Freedman and Blackburn (1986), Control. Clin. Trials 7:8-17 (predictive power).

    Examples
    --------
    >>> round(times_needed((0.93, 0.87, 0.97), Limit(low=0.9)), 1), times_needed((1.0, 0.9, 1.0), Limit(low=1.0), range_=(0, 1))
    (36.6, inf)
    """
    value, low, high = ends
    if not all(map(isfinite, ends)) or limit.low >= range_[1] or limit.high <= range_[0]:
        return inf
    error = _error(value, low, high, limit) / normal_quantile(level)
    if error <= 0:
        return inf
    quantiles = normal_quantile(level), normal_quantile(fail_level)
    fixed = min(fixed, error)

    def is_enough(times: float) -> bool:
        after = sqrt((error**2 - fixed**2) / times + fixed**2)
        spread = sqrt(max(error**2 - after**2, 0.0))
        return _decided(value, spread, after, limit, quantiles) >= _DECIDED

    if not is_enough(_MOST):
        return inf
    below, above = 0.0, log(_MOST)
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        below, above = (below, middle) if is_enough(exp(middle)) else (middle, above)
    return exp(above)


def _error(value: float, low: float, high: float, limit: Limit) -> float:
    """Return the length of the arm of an interval that points at the nearer end of the limit."""
    is_low = abs(value - limit.low) <= abs(value - limit.high)
    end = limit.low if is_low else limit.high
    return value - low if end <= value else high - value


def _decided(value: float, spread: float, after: float, limit: Limit, quantiles: tuple[float, float]) -> float:
    """Return the probability that an interval will be within the limit or beyond it."""
    to_pass, to_fail = (quantile * after for quantile in quantiles)

    def below(end: float) -> float:
        if spread == 0 or isinf(end):
            return float(value < end)
        return erfc((value - end) / (spread * sqrt(2))) / 2

    passes = max(below(limit.high - to_pass) - below(limit.low + to_pass), 0.0)
    return passes + below(limit.low - to_fail) + 1 - below(limit.high + to_fail)


def days_until(n: float, per_day: float, waiting: FloatArray, share: FloatArray) -> int | None:
    """Return after how many days so many more labels will be there; None where it is more than ten years.

    Parameters
    ----------
    n : float
        Labels that are wanted beside those that are there.
    per_day : float
        Rows predicted on a day to come.
    waiting : numpy.ndarray of shape (ages,)
        Rows without a label, by their age in days: those of today first.
    share : numpy.ndarray of shape (ages,)
        Share of all rows that have their label at the end of a day of this age.

    Examples
    --------
    >>> days_until(25, 10, np.array([10.0]), np.array([0.0, 1.0]))
    3
    """
    days = np.arange(1, _HORIZON + 1)
    come = np.append(share, np.full(_HORIZON + len(waiting), share[-1] if len(share) else 0.0))
    new = per_day * np.cumsum(come[: len(days)])
    known = come[: len(waiting)]
    left = np.where(known < 1, waiting / np.maximum(1 - known, 1e-9), 0.0)
    old = np.array([(left * (come[day : day + len(waiting)] - known)).sum() for day in days[: len(share) + 1]])
    old = np.append(old, np.full(len(days) - len(old), old[-1] if len(old) else 0.0))
    found = np.flatnonzero(new + old >= n - 1e-9)
    return int(days[found[0]]) if len(found) else None
