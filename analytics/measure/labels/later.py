"""Whether the labels of one class come so much later that young rows with a label are mostly of the other one."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from analytics.measure.comparisons import proportion_p_value
from analytics.measure.course import MOVED
from analytics.measure.intervals import ratio
from analytics.measure.labels.arrivals import Arrivals
from analytics.measure.labels.curve import CLASSES, CurveSums
from analytics.measure.slices import MIN_SUPPORT

_SURE = 0.001
"""How often the mix of young labels may differ by chance from that of old ones, where curves say that it should. By hand."""


def later_class(arrivals: Arrivals, since: datetime | None = None) -> int | None:
    """Return the class whose labels come last; None where young rows with a label are of the same mix as old ones.

    It needs both: that the curves of the classes make the mix of rows that are not ripe another one, by a quarter of the share
    of the rarer class at least, and that their labels are of another mix that way. Of the first alone nothing is seen yet, and
    the second alone is a change of the rows. Where labels are of one class ``since`` a moment, young rows are those from then on:
    among all of them a class that has become more frequent would hide that it comes last.

    Examples
    --------
    >>> from datetime import datetime
    >>> at, late = np.arange(300).repeat(20), np.tile([True, *[False] * 3], 1_500)
    >>> age = np.where(late, 30, 2)
    >>> kind = np.where(at + age > 299, 3, np.where(late, 1, 0))
    >>> log = Arrivals(datetime(2025, 1, 1), "1d", 299, 1, 0, at, np.where(kind == 3, -1, age), kind, 0 * at, np.ones(6_000))
    >>> later_class(log)
    1
    """
    sums = CurveSums(arrivals)
    found = sums.curves()
    if arrivals.rest is not None or found.ripe is None:
        return None
    is_ripe = arrivals.limit >= found.ripe
    labels = np.stack([arrivals.came[kind].sum(axis=(1, 2)) for kind in CLASSES])
    is_young = ~is_ripe
    if since is not None:
        is_young &= np.array([arrivals.moment(day) >= since for day in range(arrivals.n_days)])
    old, young = (labels[:, part].sum(axis=1) for part in (is_ripe, is_young))
    if min(old.sum(), young.sum()) < MIN_SUPPORT or not old.min() > 0:
        return None
    rare = int(np.argmin(old))
    rows = arrivals.rows.sum(axis=1)[is_young]
    there = found.at(np.flatnonzero(is_young), arrivals.limit[is_young]).mean(
        axis=0
    )  # both sides of the threshold alike
    due = (old / old.sum())[:, None] * rows * there
    usual = old[rare] / old.sum()
    expected, seen = (float(ratio(each[rare], each.sum())) for each in (due.sum(axis=1), young))
    is_less = expected < usual
    if not _is_moved(expected, usual) or not _is_moved(seen, usual) or (seen < usual) != is_less:
        return None
    p = float(proportion_p_value(young[rare], young.sum(), old[rare], old.sum()))
    return (rare if is_less else 1 - rare) if p < _SURE else None


def _is_moved(share: float, usual: float) -> bool:
    """Whether a share is another one by a quarter."""
    return share * MOVED <= usual or share >= MOVED * usual
