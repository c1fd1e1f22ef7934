"""Whether errors became more frequent within a period, and since when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analytics.measure.comparisons import SIGNIFICANT, proportion_p_value
from analytics.measure.intervals import FloatArray, Interval, newcombe

MIN_JUDGED = 30
"""Judged rows of a stretch of time that may stand out: of fewer, one row moves the rate by more than three points. A
judgement."""
MOVED = 1.25
"""Times that the rate of one stretch is the other's from which the rate of both hides something. A judgement."""
_MOST = 1 / 3
"""Share of the rows that a spell may hold: of more the other days are the exception. A judgement."""
_WAITING = 0.2
"""Share of the rows without a label from which on a stretch of time may still change. As on the overview."""
_WITHOUT_A_TENTH = 0.623
"""Mean of a squared standard normal variable below its upper tenth (2.71): 1 - 2 · 1.645 φ(1.645) / 0.9."""
_LAST = 1 / 3
"""Share of the rows since a shift, the newest, that must still differ from before: a bad month that is over is no rise. By
hand."""


@dataclass(frozen=True)
class Shift:
    """A rate of errors that is another one since some bucket of time.

    Attributes
    ----------
    place : int
        The first bucket of the rows since then.
    before, after : float
        The rate until then and since.
    n_before, n_after : float
        What the rates are of.
    more : Interval
        Errors since then beyond those that the rate of before would give.
    end : int or None
        The first bucket after it, where it ended: "before" is then all other buckets.
    start : int
        The first bucket of those that "before" is of.
    first : float or None
        The rate up to the first of several shifts.
    """

    place: int
    before: float
    after: float
    n_before: float
    n_after: float
    more: Interval
    end: int | None = None
    start: int = 0
    first: float | None = None


def latest(
    wrong: FloatArray,
    n: FloatArray,
    unlabelled: FloatArray,
    effect: float = 1.0,
    *,
    least: int = 1,
    alpha: float = SIGNIFICANT,
) -> Shift | None:
    """Find the last bucket since which the rate of errors is clearly another one, for better or worse; None without one.

    Parameters
    ----------
    wrong, n, unlabelled, effect
        As in `risen`.
    least : int
        Buckets that it has lasted at least.
    alpha : float
        How often a period without a shift may show one.

    Notes
    -----
    The buckets since a shift are searched for another one: what is true now is what has held since the last. Buckets that
    vary by more than chance on either side make rows count for as many less, as in `spell`.

    Examples
    --------
    >>> found = latest(np.array([20.0, 22, 19, 60, 64, 58, 31, 30, 33]), np.full(9, 400.0), np.zeros(9))
    >>> print(found.start, found.place, round(found.before, 3), round(found.after, 3))
    3 6 0.152 0.078
    """
    found, start = None, 0
    while True:
        counts = wrong[start:], n[start:], unlabelled[start:]
        later = _shifted(*counts, effect * _spread_beside(*counts[:2], effect), is_either=True, alpha=alpha)
        if later is None or len(n) - start - later.place < least:
            return found
        first = None if found is None else found.before if found.first is None else found.first
        later = replace(later, place=start + later.place, start=start, first=first)
        if found is not None and later.place - start <= max(least - 1, 1):  # the bucket within which it shifted
            before, n_before = found.before, found.n_before
            more = beyond(later.after, later.n_after, before, n_before, effect)
            later = replace(later, start=found.start, before=before, n_before=n_before, more=more)
        found, start = (later if start else _just_before(later, wrong, n, unlabelled, effect, least=least)), later.place


def _just_before(
    shift: Shift, wrong: FloatArray, n: FloatArray, unlabelled: FloatArray, effect: float, *, least: int
) -> Shift:
    """Hold a first shift against what held just before it: a bad week within the time before makes the time since no better."""
    kept = slice(0, shift.place)
    earlier = latest(wrong[kept], n[kept], unlabelled[kept], effect, least=least)
    if earlier is None:
        return shift
    more = beyond(shift.after, shift.n_after, earlier.after, earlier.n_after, effect)
    first = earlier.before if earlier.first is None else earlier.first
    return replace(shift, before=earlier.after, n_before=earlier.n_after, more=more, start=earlier.place, first=first)


def risen(wrong: FloatArray, n: FloatArray, unlabelled: FloatArray, effect: float = 1.0) -> Shift | None:
    """Find the bucket since which errors are clearly more frequent, up to the end; None where there is none.

    Parameters
    ----------
    wrong, n : numpy.ndarray of shape (buckets,)
        Errors, and the rows that they are counted among, in the order of time.
    unlabelled : numpy.ndarray of shape (buckets,)
        Share of the rows without a label: where those to come could undo the rise it is none.
    effect : float
        How many times the variance of independent rows that of these rows is: rows count for as many less.

    Notes
    -----
    Of all places the one that parts the period most clearly is taken; its p-value is multiplied by their number (Bonferroni).
    Where neighbouring buckets vary by more than chance rows count for as many less: of 400 periods of 30 days that differ by a
    third of their rate, for no reason that lasts, it then finds 2 % risen, and 30 % without.

    Examples
    --------
    >>> found = risen(np.array([20.0, 22, 19, 60, 64]), np.full(5, 400.0), np.zeros(5))
    >>> print(found.place, round(found.before, 3), round(found.after, 3), round(float(found.more.value)))
    3 0.051 0.155 83
    >>> risen(np.array([20.0, 22, 19, 24, 20]), np.full(5, 400.0), np.zeros(5)) is None
    True
    """
    return _shifted(wrong, n, unlabelled, effect * _spread_beside(wrong, n, effect))


def _shifted(
    wrong: FloatArray,
    n: FloatArray,
    unlabelled: FloatArray,
    effect: float,
    *,
    is_either: bool = False,
    alpha: float = SIGNIFICANT,
) -> Shift | None:
    """Find the bucket that parts the period most clearly into two rates, of which the later one still holds."""
    s, rows = np.cumsum(wrong) / effect, np.cumsum(n) / effect
    if len(n) < 2 or not 0 < s[-1] < rows[-1]:
        return None
    s1, n1, s2, n2 = s[:-1], rows[:-1], s[-1] - s[:-1], rows[-1] - rows[:-1]
    p = np.where(np.minimum(n1, n2) >= MIN_JUDGED, proportion_p_value(s2, n2, s1, n1), np.nan)
    p = np.where(is_either | (s2 * n1 > s1 * n2), p, np.nan)
    if np.isnan(p).all():
        return None
    # p underflows where all is clear: the difference over its variance tells them apart.
    pooled = s[-1] / rows[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        clear = (s2 / n2 - s1 / n1) ** 2 / (pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    at = int(np.nanargmax(np.where(np.isnan(p), np.nan, clear)))
    if not p[at] * len(p) < alpha:
        return None
    place, before, after = at + 1, s1[at] / n1[at], s2[at] / n2[at]
    newest = np.cumsum(n[::-1])[::-1] <= max(_LAST * n[place:].sum(), n[-1])
    now = wrong[newest].sum() / max(n[newest].sum(), 1.0)
    is_moved = min(after, now) >= MOVED * before if after > before else MOVED * max(after, now) <= before
    if not is_moved or may_be_undone(wrong / effect, n / effect, unlabelled, place):
        return None
    n_before, n_after = float(n1[at] * effect), float(n2[at] * effect)
    more = beyond(float(after), n_after, float(before), n_before, effect)
    return Shift(place, float(before), float(after), n_before, n_after, more)


def beyond(after: float, n_after: float, before: float, n_before: float, effect: float) -> Interval:
    """Return the errors beyond those that the rate of before would give, of rows that vary ``effect`` times as much."""
    n1, n2 = n_before / effect, n_after / effect
    change = newcombe(after * n2, n2, before * n1, n1)
    return Interval(*(np.asarray(float(end) * n_after) for end in (change.value, change.low, change.high)))


def spell(
    wrong: FloatArray, n: FloatArray, unlabelled: FloatArray, effect: float = 1.0, *, least: int = 1
) -> Shift | None:
    """Find the stretch of buckets, ended by now, in which errors were clearly more frequent than in all others; None without one.

    Parameters
    ----------
    wrong, n, unlabelled, effect
        As in `risen`.
    least : int
        Buckets that it has at least.

    Notes
    -----
    Of all stretches the one that stands out most is taken; its p-value is multiplied by their number (Bonferroni). Where the
    other buckets vary by more than chance, as bad weather makes them, rows count for as many less (Pearson's dispersion), which
    is known from as many buckets only (Student's t).

    Examples
    --------
    >>> found = spell(np.array([20.0, 22, 60, 64, 19, 21, 18]), np.full(7, 400.0), np.zeros(7))
    >>> print(found.place, found.end, round(found.before, 3), round(found.after, 3))
    2 4 0.05 0.155
    >>> spell(np.array([20.0, 22, 19, 24, 20, 21, 23]), np.full(7, 400.0), np.zeros(7)) is None
    True
    """
    size = len(n)
    first, end = (each.ravel() for each in np.meshgrid(np.arange(1, size), np.arange(1, size), indexing="ij"))
    is_long = end - first >= least
    first, end = first[is_long], end[is_long]
    s, rows, waiting = (
        np.concatenate([[0.0], np.cumsum(each)]) for each in (wrong / effect, n / effect, unlabelled * n)
    )
    s1, n1 = s[end] - s[first], rows[end] - rows[first]
    s2, n2 = s[-1] - s1, rows[-1] - n1
    is_known = waiting[end] - waiting[first] < _WAITING * n1 * effect
    is_asked = (n1 >= MIN_JUDGED) & (n1 <= _MOST * rows[-1]) & is_known
    is_worse = is_asked & (s1 * n2 > MOVED * s2 * n1)
    if not is_worse.any():
        return None
    pooled = s[-1] / rows[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        clear = (s1 / n1 - s2 / n2) ** 2 / (pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    at = int(np.argmax(np.where(is_worse, clear, -1.0)))
    place, after = int(first[at]), int(end[at])
    rate, others = s2[at] / n2[at], np.r_[0:place, after:size]
    spread = dispersion(wrong[others] / effect, n[others] / effect, rate)
    p = 2 * float(special.stdtr(max(len(others) - 1, 1), -np.sqrt(clear[at] / spread)))
    if not p * np.count_nonzero(is_asked) < SIGNIFICANT:
        return None
    scale = n1[at] * effect
    change = newcombe(s1[at] / spread, n1[at] / spread, s2[at] / spread, n2[at] / spread)
    more = Interval(*(np.asarray(float(edge) * scale) for edge in (change.value, change.low, change.high)))
    return Shift(place, float(rate), float(s1[at] / n1[at]), float(n2[at] * effect), float(scale), more, after)


def _spread_beside(wrong: FloatArray, n: FloatArray, effect: float) -> float:
    """Return how many times as much as by chance neighbouring buckets vary, at least 1: a shift moves one such pair alone.

    It is the mean of their squared differences without the highest tenth, where shifts are, over what that is by chance.
    """
    kept = n > 0
    wrong, n = wrong[kept] / effect, n[kept] / effect
    if len(n) < 3 or not 0 < wrong.sum() < n.sum():
        return 1.0
    pooled = wrong.sum() / n.sum()
    squares = np.diff(wrong / n) ** 2 / (pooled * (1 - pooled) * (1 / n[1:] + 1 / n[:-1]))
    return max(float(np.sort(squares)[: -max(len(squares) // 10, 1)].mean()) / _WITHOUT_A_TENTH, 1.0)


def dispersion(wrong: FloatArray, n: FloatArray, rate: float) -> float:
    """Return how many times the variance of independent rows buckets of one rate vary, at least 1."""
    kept = n > 0
    if kept.sum() < 2 or not 0 < rate < 1:
        return 1.0
    squares = (wrong[kept] - n[kept] * rate) ** 2 / (n[kept] * rate * (1 - rate))
    return max(float(squares.sum()) / (int(kept.sum()) - 1), 1.0)


def may_be_undone(errors: FloatArray, n: FloatArray, unlabelled: FloatArray, place: int) -> bool:
    """Whether labels to come may undo a change since a bucket: all of them against it, as far as it waits for more.

    Parameters
    ----------
    errors, n, unlabelled : numpy.ndarray of shape (buckets,)
        Errors, judged rows, and the share of the rows without a label.
    place : int
        The first bucket since the change.
    """
    known = np.minimum(unlabelled, 1 - 1e-9)
    waiting = n * known / (1 - known)
    s1, n1, s2, n2 = errors[:place].sum(), n[:place].sum(), errors[place:].sum(), n[place:].sum()
    more = waiting[place:].sum() - n2 * waiting[:place].sum() / n1
    if more <= 0:
        return False
    is_fall = s2 / n2 < s1 / n1
    at_worst = (s2 + more * is_fall) / (n2 + more)
    p = float(proportion_p_value(s1, n1, at_worst * (n2 + more), n2 + more))
    return bool(p >= SIGNIFICANT or (at_worst < s1 / n1) != is_fall)
