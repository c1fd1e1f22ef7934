"""Whether labels come late or never: from which day on they still come in, and whether the lack of them falls with age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.optimize import isotonic_regression

from analytics.measure.intervals import FloatArray, ratio

CHANCE_ERRORS = 3.0
"""Standard errors beyond which a share of labelled or of positive rows is another one. By hand; 0.3 % exceed them by
chance."""
_EARLY_SHARE = 0.5
"""Of the rows, the oldest, whose labels are taken for complete. By hand."""
_COMPLETE_SHARE, _OF_RARE_POSITIVES = 0.9, 0.5
"""Of the usual share of labelled rows, below which labels still come in; or what is missing of the share of positives
where that is less. By hand; positives with base -5 in `tests/answers/gap/test_counterparts.py` hold the second."""
_MIN_MATURE = 200
"""Labelled rows that have to be left before the day from which on labels still come in. By hand."""
_AGE_PARTS, _LEAST_WAITING = 5, 0.02
"""Labels are waited for where the newest of so many parts of the rows has a labelled share smaller by that than the
oldest. By hand."""
_LATE_ERRORS = 2.0
"""The same where labels are known to come late, and only the day is asked from which on they do. By hand: to trust a day too few
does less harm than one too many."""
_GAP_ERRORS = 4.0
"""Standard errors by which a day is labelled less often than all later ones for its labels to be lost, not late. By hand: 1 of
30,000 sound days is."""
_NO_ROWS = 1e-9
"""Weight of a day without rows, which has to have one."""
_FADED = 0.25
"""Of the usual share of positives, what the newest days have at most where those to come are negative so far. By hand."""
_LEAST_FALL = 3
"""Days of a fall before the run of days that all have fewer by far, from which on it came slowly. By hand."""
_NEVER = 0.005
"""Share of the oldest part of the rows without a label from which on some labels never come: half a percent. By hand."""


@dataclass(frozen=True)
class LabelArrival:
    """How labels come in with the age of a row.

    Attributes
    ----------
    since : datetime or None
        The day from which on labels still come in.
    is_waiting : bool
        Whether up to that day, or on all days where there is none, newer rows have fewer labels than old ones.
    oldest : float
        Share of the oldest fifth of the rows that has no label.
    """

    since: datetime | None
    is_waiting: bool
    oldest: float

    @property
    def is_late(self) -> bool:
        """Whether newer rows lack a label more often than old ones: labels come late. Else they may never come."""
        return self.since is not None or self.is_waiting

    @property
    def may_come(self) -> bool:
        """Whether every missing label is one that is not known *yet*: labels are late, and old rows have theirs."""
        return self.is_late and self.oldest < _NEVER


def label_arrival(days: pl.DataFrame) -> LabelArrival | None:
    """Tell from which day on labels of some rows still come in, and whether newer rows have fewer; None with less than two days.

    The one rule by which labels are called late, wherever that is said.

    Parameters
    ----------
    days : polars.DataFrame
        ``bucket, n, n_labelled, tp, fn``, a row for each day, the first one first; rows without a time are left out.

    Examples
    --------
    >>> days = pl.DataFrame({"bucket": [datetime(2024, 1, day) for day in (1, 2, 3)], "n": [500] * 3,
    ...     "n_labelled": [500, 500, 100], "tp": [50] * 3, "fn": [50] * 3})
    >>> found = label_arrival(days)
    >>> f"{found.since:%d %B}", found.is_late, found.may_come
    ('03 January', True, True)
    """
    days = days.drop_nulls("bucket").filter(pl.col("n") > 0)
    if days.height < 2:
        return None
    since = _mature_before(days)
    before = days if since is None else days.filter(pl.col("bucket") < since)
    n, labelled = _by_day(days, "n", "n_labelled")
    old = _oldest(n)
    return LabelArrival(since, _is_waiting(before), 1.0 - float(labelled[old].sum() / n[old].sum()))


def positives_fade(days: pl.DataFrame) -> datetime | None:
    """Return the day from which on ever fewer rows are positive up to the last one, as where a row is negative until it is not.

    None where no run of days at the end has fewer than usual, or the later part of it no fewer than the first: rows that are
    of another kind from a day on stay so.

    Parameters
    ----------
    days : polars.DataFrame
        ``bucket, n, n_labelled, n_pos``, a row for each day, the first one first.

    Examples
    --------
    >>> n_pos = [100, 95, 105, 100, 100, 100, 60, 30, 5]
    >>> days = pl.DataFrame({"bucket": [datetime(2024, 1, 1 + at) for at in range(9)], "n": [500] * 9, "n_labelled": [500] * 9,
    ...     "n_pos": n_pos})
    >>> print(positives_fade(days), positives_fade(days.with_columns(n_pos=pl.Series([100] * 6 + [50] * 3))))
    2024-01-07 00:00:00 None
    """
    days = days.drop_nulls("bucket").filter(pl.col("n_labelled") > 0)
    known = days.select("bucket", n="n_labelled", n_labelled="n_pos", tp="n_pos", fn=pl.lit(0))
    since = _mature_before(known) if known.height > 1 else None
    if since is None:
        return None
    n, positive = _by_day(known, "n", "n_labelled")
    at, end = int((known["bucket"] < since).sum()), len(n)
    coming, never = coming_by_share(n, positive)
    first = min(int(np.argmax(coming > 0)), at) if coming.any() else at
    newest, middle = slice(end - max((end - at) // 3, 1), end), (at + end + 1) // 2
    if ratio(positive[newest].sum(), n[newest].sum()) > _FADED * (1 - never):
        return None
    early, late = (
        float(ratio(positive[part].sum(), n[part].sum())) for part in (slice(at, middle), slice(middle, end))
    )
    whole = positive[at:].sum() / n[at:].sum()
    chance = (whole * (1 - whole) * (1 / n[at:middle].sum() + 1 / max(n[middle:].sum(), 1.0))) ** 0.5
    is_falling = at - first >= _LEAST_FALL or early - late > CHANCE_ERRORS * chance
    moment: datetime = known["bucket"][first]
    return moment if is_falling else None


def coming_by_share(n: FloatArray, labelled: FloatArray) -> tuple[FloatArray, float]:
    """Tell from labelled shares alone how many labels of each day still come, and what share of all rows never gets one.

    For labels that come late, and do not say when they came. The share of labelled rows cannot rise with the day; days are taken
    together, from the oldest fifth of the rows on, until some are labelled less often than those before them beyond chance. What
    these and all after them lack of the share of the others is still to come.

    Parameters
    ----------
    n, labelled : numpy.ndarray of shape (days,)
        Rows and labelled rows, the first day first.

    Notes
    -----
    The shares are fitted by isotonic regression (Barlow and others 1972, Statistical Inference under Order Restrictions).

    Examples
    --------
    >>> coming, never = coming_by_share(np.full(4, 1_000.0), np.array([795.0, 805.0, 801.0, 200.0]))
    >>> print(coming.round(), round(never, 2))
    [  0.   0.   0. 600.] 0.2
    """
    share = np.nan_to_num(ratio(labelled, n))
    n_all, n = n, np.where(_in_gap(n, labelled), 0.0, n)
    labelled = share * n
    fitted = isotonic_regression(share, weights=np.maximum(n, _NO_ROWS), increasing=False)
    first = max(int(_oldest(n).sum()), 1)
    ends = [first, *(int(end) for end in fitted.blocks[1:] if end > first)]
    rows, known, last = n[:first].sum(), labelled[:first].sum(), first
    for start, end in pairwise(ends):
        own, has = n[start:end].sum(), labelled[start:end].sum()
        whole = (known + has) / max(rows + own, 1.0)
        chance = _LATE_ERRORS * (whole * (1 - whole) * (1 / max(rows, 1.0) + 1 / max(own, 1.0))) ** 0.5
        if known / max(rows, 1.0) - has / max(own, 1.0) > chance:
            break
        rows, known, last = rows + own, known + has, end
    usual = float(known / max(rows, 1.0))
    coming = np.maximum(usual - fitted.x, 0.0) * n
    coming[:last] = 0.0
    lost = float(((n_all - n) * np.maximum(usual - share, 0.0)).sum() / max(n_all.sum(), 1.0))
    return coming, 1.0 - usual + lost


def _in_gap(n: FloatArray, labelled: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Mark days that are labelled less often than all later ones together, beyond chance: labels no longer come for them."""
    rows, known = (np.append(each[::-1].cumsum()[::-1][1:], 0.0) for each in (n, labelled))
    whole = ratio(labelled + known, n + rows)
    chance = _GAP_ERRORS * np.sqrt(whole * (1 - whole) * (ratio(1.0, n) + ratio(1.0, rows)))
    return np.asarray(np.nan_to_num(ratio(known, rows) - ratio(labelled, n) - chance) > 0)


def _by_day(days: pl.DataFrame, *columns: str) -> FloatArray:
    """Return counts by day, a row for each column."""
    return np.asarray(days.select(columns).to_numpy().T, dtype=float)


def _oldest(n: FloatArray) -> FloatArray:
    """Mark the days of the oldest part of the rows."""
    return np.asarray(n.cumsum() <= max(n.sum() / _AGE_PARTS, n[0]))


def _mature_before(days: pl.DataFrame) -> datetime | None:
    """Find the day from which on labels still come in.

    That is the first day of the last run of days each of which is labelled less often than the earlier half of the rows, by
    more than chance and by a tenth, or by half the share of positives where that is less: rare positives that are known late
    leave few rows without a label. None where there is none, or too few labelled rows are before it.
    """
    if days["n_labelled"].equals(days["n"]):
        return None
    n, labelled, *positives = _by_day(days, "n", "n_labelled", "tp", "fn")
    positive = np.sum(positives, axis=0)
    early = n.cumsum() <= max(n.sum() * _EARLY_SHARE, n[0])
    usual, share = labelled[early].sum() / n[early].sum(), labelled / n
    rare = positive[early].sum() / max(labelled[early].sum(), 1.0) * _OF_RARE_POSITIVES
    chance = CHANCE_ERRORS * (usual * (1 - usual) / n) ** 0.5
    line = usual - np.maximum(usual * min(1 - _COMPLETE_SHARE, rare), chance)
    first = days.height
    while first > 0 and share[first - 1] < line[first - 1]:
        first -= 1
    if first in (0, days.height) or labelled[:first].sum() < _MIN_MATURE:
        return None
    moment: datetime = days["bucket"][first]
    return moment


def _is_waiting(days: pl.DataFrame) -> bool:
    """Tell whether the newest fifth of the rows has fewer labels than the oldest."""
    if days.height < 2:
        return False
    n, labelled = _by_day(days, "n", "n_labelled")
    old, new = _oldest(n), n.cumsum() > n.sum() * (_AGE_PARTS - 1) / _AGE_PARTS
    first, last = (labelled[part].sum() / n[part].sum() for part in (old, new))
    chance = (first * (1 - first) / n[old].sum() + last * (1 - last) / n[new].sum()) ** 0.5
    return bool(first - last > max(CHANCE_ERRORS * chance, _LEAST_WAITING))
