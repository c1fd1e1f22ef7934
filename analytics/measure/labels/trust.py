"""Up to which day a metric may be trusted, and whether labels have stopped to come."""

from __future__ import annotations

import numpy as np

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import Arrivals
from analytics.measure.labels.curve import CLASSES, arrival_curve
from analytics.measure.labels.judged import Judged

_LEAST_MISSED = 20.0
"""Labels that should have come since the last one did, from which their feed has stopped. By hand."""
_LONGER = 2
"""Times the longest silence before, from which a silence is another one: a holiday is none. By hand."""
_OFTEN, _WORKING_WEEK = 0.5, 5
"""Share of the days of a week's name with labels from which people give them on it; where they do not on others, working days
without a label up to which they may be on holiday. By hand: a stop is then said after eight days."""
_YEAR_ENDS = ((12, 24), (1, 1))
"""Month and day of the first and the last of the days at the end of a year on which no label is missed. A judgement."""
_BEFORE, _CUT = 28, 0.5
"""Days before one, and of the fewest labels of these the share below which its labels are not all in. By hand."""


def trusted_days(
    judged: Judged, there: FloatArray, to_come: FloatArray, window: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell for each day whether the labels to come cannot move the metric of the days up to it by more than a point.

    Days whose metric cannot be computed, as recall without a positive, are not trusted.

    Parameters
    ----------
    judged : Judged
    there : ndarray of shape (days, 2, bins)
        Labels that are there, by day of prediction.
    to_come : ndarray of shape (days, bins)
        Rows whose label is expected to come.
    window : int
        Days that are looked at together.
    """
    known = _rolled(there, window)
    low, high = judged.bounds(known, _rolled(to_come, window))
    return np.asarray((high - low <= judged.point) & ~np.isnan(judged.value(known)))


def _rolled(counts: FloatArray, window: int) -> FloatArray:
    """Add up the days of a window that ends with each day."""
    whole = counts.cumsum(axis=0)
    before = np.zeros_like(whole)
    before[window:] = whole[:-window]
    return np.asarray(whole - before, dtype=float)


def last_trusted(is_trusted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int | None:
    """Return the day before the run of days at the end that are not trusted, None where no day is.

    >>> last_trusted(np.array([True, False, True, False, False])), last_trusted(np.array([False]))
    (2, None)
    """
    found = np.flatnonzero(is_trusted)
    return int(found[-1]) if len(found) else None


def known_whole(arrivals: Arrivals) -> Arrivals:
    """Return what was known at the end of the last day whose labels are all in: an export of labels may end within a day.

    That day has far fewer than any of the four weeks before. The rows of the day before would be taken for old enough to have
    their labels, and its own for such as have to wait longer than others.

    Examples
    --------
    >>> from datetime import datetime
    >>> from analytics.measure.labels.arrivals import WAITING
    >>> day = np.repeat(np.arange(31), 100)
    >>> kind, age = np.where(day < 30, 0, WAITING), np.where(day < 30, 0, -1)
    >>> log = Arrivals(datetime(2026, 1, 1), "1d", 30, 1, 0, day, age, kind, np.zeros_like(day), np.ones(3_100))
    >>> known_whole(log).now
    29
    """
    days, now = _came_by_day(arrivals), arrivals.now
    while now >= _BEFORE:
        least = days[now - _BEFORE : now].min()
        if least < _LEAST_MISSED or days[now] >= _CUT * least:
            break
        now -= 1
    return arrivals if now == arrivals.now else arrivals.known_at(now)


def _came_by_day(arrivals: Arrivals) -> FloatArray:
    """Count labels by the day on which they came."""
    kinds = [kind for kind in CLASSES if kind != arrivals.rest]
    came = np.isin(arrivals.kind, kinds)
    counts = np.bincount((arrivals.day + arrivals.age)[came], arrivals.n[came], max(arrivals.n_days, arrivals.now + 1))
    return counts.astype(float)


def stopped(arrivals: Arrivals) -> tuple[int, float] | None:
    """Return the day of the last label, and how many should have come since; None where the feed of labels goes on.

    It has stopped where many should have come by the curve of before, and the silence is longer than any before it, in days and
    in days on which labels usually come.
    """
    days = _came_by_day(arrivals)
    at = np.flatnonzero(days > 0)
    if not len(at) or arrivals.now - at[-1] < 1:
        return None
    last, silence = int(at[-1]), arrivals.now - int(at[-1])
    longest = int(np.diff(at).max(initial=1)) - 1
    usual, is_manual = _usual_days(arrivals, days[: last + 1])
    missed = np.diff(np.concatenate(([0], usual[: last + 1].cumsum()))[at + 1]) - 1
    longest_usual, silence_usual = int(missed.max(initial=0)), int(usual[last + 1 : arrivals.now + 1].sum())
    least = _WORKING_WEEK if is_manual else 1
    if silence <= max(1, _LONGER * longest) or silence_usual <= max(least, _LONGER * longest_usual):
        return None
    before = arrivals.known_at(last)
    share = np.append(arrival_curve(before)["share"].to_numpy(), 0.0)
    share[-1] = share[:-1].max(initial=0.0)
    by_age = np.append([0.0], share)

    def come(now: int) -> FloatArray:
        return by_age[np.clip(now - np.arange(arrivals.n_days) + 1, 0, len(by_age) - 1)]

    then, later = come(last), come(arrivals.now)
    rows = arrivals.waiting.sum(axis=1)
    n_missed = float((rows * (later - then) / np.maximum(1 - then, 1e-9)).sum())
    return (last, n_missed) if n_missed >= _LEAST_MISSED else None


def _usual_days(arrivals: Arrivals, came: FloatArray) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.bool_]], bool]:
    """Tell for each day whether labels usually come on it, and whether some days of the week have none.

    Of hours and weeks every one is, but for those in which a year ends.
    """
    moments = [arrivals.moment(day) for day in range(arrivals.now + 1)]
    year_ends = np.array(
        [(each.month, each.day) >= _YEAR_ENDS[0] or (each.month, each.day) <= _YEAR_ENDS[1] for each in moments]
    )
    if arrivals.every != "1d":
        return ~year_ends, False
    weekday = np.array([each.weekday() for each in moments])
    first = int(np.argmax(came > 0))
    known = weekday[first : len(came)]
    n = np.bincount(known, minlength=7)
    share = np.bincount(known, came[first:] > 0, minlength=7) / np.maximum(n, 1)
    is_usual = (share >= _OFTEN) | (n == 0)
    return is_usual[weekday] & ~year_ends, bool(not is_usual.all())
