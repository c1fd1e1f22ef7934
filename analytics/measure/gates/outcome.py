"""Whether a statement holds: pass, fail or inconclusive, from an interval and a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from analytics.measure.intervals import FloatArray, Interval

Outcome = Literal["pass", "fail", "inconclusive"]
Bounds = Callable[[float], Interval]
"""From a confidence level to the intervals of slices at that level."""


@dataclass(frozen=True)
class Limit:
    """Where a value has to be: from ``low`` to ``high``, either of which may be open."""

    low: float = -inf
    high: float = inf

    def is_kept(self, interval: Interval) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell of which slices the whole interval is within the limit."""
        return np.asarray((interval.low >= self.low) & (interval.high <= self.high))

    def is_missed(self, interval: Interval) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell of which slices the whole interval is beyond the limit."""
        return np.asarray((interval.high < self.low) | (interval.low > self.high))


@dataclass(frozen=True)
class _Family:
    """Several slices under one limit.

    Attributes
    ----------
    interval : Interval
        Of each slice at the level that was asked for.
    outcomes : tuple of str
        Of each slice.
    fail_level : float
        The level at which a further slice would have to be beyond the limit to fail.
    """

    interval: Interval
    outcomes: tuple[Outcome, ...]
    fail_level: float

    @property
    def outcome(self) -> Outcome:
        """Fail where one fails, pass where all pass."""
        return together(self.outcomes)


def together(outcomes: tuple[Outcome, ...]) -> Outcome:
    """Join outcomes: fail where one fails, pass where all pass, and without any nothing is decided.

    >>> together(("pass", "inconclusive")), together(("pass", "pass")), together(())
    ('inconclusive', 'pass', 'inconclusive')
    """
    if "fail" in outcomes:
        return "fail"
    return "pass" if outcomes and set(outcomes) == {"pass"} else "inconclusive"


def judged_family(bounds: Bounds, limit: Limit, level: float = 0.95) -> _Family:
    """Judge slices under one limit.

    A slice passes if its whole interval is within the limit: that all pass is claimed only if each does, which needs no
    adjustment (an intersection-union test). A slice fails if its whole interval is beyond the limit at the level that Holm's
    step-down gives it, so that of slices which truly keep the limit one or more fail with a probability of (1 - level) / 2 at
    most. The steps ask for intervals instead of p-values, and so hold for every metric that has an interval.

    Parameters
    ----------
    bounds : callable
        From a level to the intervals of the slices.
    limit : Limit
    level : float
        Confidence level of the interval of one slice, of both its ends together.

    References
    ----------
    Holm (1979), Scand. J. Stat. 6:65-70; Berger (1982), Technometrics 24:295-300.

    Examples
    --------
    >>> from analytics.measure.intervals import wilson
    >>> found = judged_family(lambda level: wilson([98, 80, 93], [100, 100, 100], level), Limit(low=0.9))
    >>> found.outcomes, found.outcome
    (('pass', 'fail', 'inconclusive'), 'fail')
    """
    interval = bounds(level)
    n_tested = int((~np.isnan(interval.low + interval.high)).sum())
    n_failed, fails = 0, np.asarray(np.isnan(interval.value) & False)
    while n_failed < n_tested:
        of_one = _split(level, n_tested - n_failed)
        fails = limit.is_missed(interval if of_one == level else bounds(of_one))
        if int(fails.sum()) <= n_failed:
            break
        n_failed = int(fails.sum())
    names: tuple[Outcome, ...] = tuple(
        "fail" if fail else "pass" if kept else "inconclusive"
        for fail, kept in zip(fails.tolist(), limit.is_kept(interval).tolist(), strict=True)
    )
    return _Family(interval, names, _split(level, max(n_tested - n_failed, 1)))


def _split(level: float, n: int) -> float:
    """Return the level at which each of some slices is tested, so that all together keep one level."""
    return 1 - (1 - level) / n


def as_arrays(value: float, low: float, high: float) -> Interval:
    """Return the interval of a single slice."""
    parts: list[FloatArray] = [np.array([part], dtype=float) for part in (value, low, high)]
    return Interval(*parts)
