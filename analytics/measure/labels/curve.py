"""How fast labels come: the arrival curve of all rows, and those of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import NEGATIVE, POSITIVE, VOID, Arrivals, Whole

CLASSES = (NEGATIVE, POSITIVE)
_Z = 1.959964
"""Standard errors of a normal interval at 95 %."""
_WEEK, _SELDOM = 7, 0.5
"""Days of a week, and the share of the labels of a mean day below which labels seldom come on a day of the week. By hand."""
_RIPE = 0.99
"""Share of the labels of either class that have come when a day is called ripe. By hand."""
_MIN_ON_A_SIDE = 200
"""Labels of a class on one side of the threshold, from which on the side has a curve of its own. By hand."""
_MAX_SHARE_OF_SPAN = 0.85
"""Share of a log's days that the ripe age may be: of a longer one the end of the curve was hardly seen. By hand."""


@dataclass(frozen=True)
class Curves:
    """Shares of the labels of each class that have come, by age; and what never comes.

    Attributes
    ----------
    share : ndarray of shape (rhythm, sides, classes, ages)
        Share of the labels of a class, among those that come, that are there at the end of a day of this age: for each day of
        the week on which rows were predicted, or for all together.
    place : ndarray of int, shape (days,)
        Which of them is that of a day.
    ripe : int or None
        The age from which on 99 % of either class are there; None where the log is too short to see that.
    """

    share: FloatArray
    place: Whole
    ripe: int | None

    def at(self, days: Whole, ages: Whole) -> FloatArray:
        """Return the shares of some days at some ages, shape (sides, classes, …): 0 before the first day, 1 beyond the last."""
        n_ages = self.share.shape[3]
        found = self.share[self.place[days], :, :, np.clip(ages, 0, n_ages - 1)]
        found = np.where((ages >= n_ages)[..., None, None], 1.0, found) * (ages >= 0)[..., None, None]
        return np.asarray(np.moveaxis(found, (-2, -1), (0, 1)), dtype=float)


class CurveSums:
    """What the curves of the classes are made of, by day, so that they can be estimated without some days too.

    Right truncation is met with the reverse-time hazard (Lawless 1994; the chain ladder, Mack 1993): of the labels that came at
    an age of d or before, on days that are at least d old, the share that came at d. Where labels keep to days of the week, rows
    of each day of the week have curves of their own. Days without rows add nothing and are left out: of a log of few days whose
    labels took months nearly all are.
    """

    def __init__(self, arrivals: Arrivals) -> None:
        self.n_days, self.rest = arrivals.n_days, arrivals.rest
        self._days = np.flatnonzero(arrivals.rows.any(axis=1))
        is_flagged = np.arange(arrivals.n_bins) >= arrivals.first_flagged
        came = np.stack([arrivals.came[:VOID, self._days] @ side for side in (~is_flagged, is_flagged)])
        is_seen = arrivals.limit[self._days, None] >= np.arange(arrivals.n_ages)
        weekday = (np.arange(self.n_days) + arrivals.start.weekday()) % _WEEK
        self._place = weekday if _has_rhythm(arrivals, weekday) else np.zeros_like(weekday)
        self._at, self._until = came * is_seen, came.cumsum(axis=3) * is_seen
        self._totals = self._by_place(self._at), self._by_place(self._until)

    def _by_place(self, each: FloatArray, days: Whole | None = None) -> FloatArray:
        """Add up some days by their place in the rhythm, all where none are named: shape (rhythm, sides, classes, ages)."""
        found = np.zeros((int(self._place.max()) + 1, *each.shape[:2], each.shape[3]))
        chosen = np.arange(len(self._days)) if days is None else np.flatnonzero(np.isin(self._days, days))
        np.add.at(found, self._place[self._days[chosen]], np.moveaxis(each[:, :, chosen], 2, 0))
        return found

    def curves(self, without: Whole | None = None) -> Curves:
        """Estimate how fast the labels of each class come, on each side of the threshold where it has enough of them."""
        at, until = self._totals
        if without is not None:
            at, until = at - self._by_place(self._at, without), until - self._by_place(self._until, without)
        pooled = _share(at.sum(axis=(0, 1)), until.sum(axis=(0, 1)))
        found = np.broadcast_to(pooled, at.shape)
        for axes in ((0,), (1,), ()):
            own, so_far = at.sum(axis=axes, keepdims=True), until.sum(axis=axes, keepdims=True)
            found = np.where(own.sum(axis=3, keepdims=True) >= _MIN_ON_A_SIDE, _share(own, so_far), found)
        n_labels = at.sum(axis=(0, 1, 3))
        if self.rest is not None:
            found[:, :, self.rest], n_labels[self.rest] = 0.0, 0.0
        ages = [int(np.argmax(pooled[kind] >= _RIPE)) for kind in CLASSES if n_labels[kind]]
        is_seen = bool(ages) and max(ages) <= _MAX_SHARE_OF_SPAN * self.n_days
        return Curves(found, self._place, max(ages) if is_seen else None)


def _has_rhythm(arrivals: Arrivals, weekday: Whole) -> bool:
    """Whether hardly any label comes on some day of the week, as where nobody labels on Sundays."""
    if arrivals.every != "1d" or arrivals.n_days < _WEEK:
        return False
    came = arrivals.came[:VOID].sum(axis=(0, 3))
    on = (weekday[:, None] + np.arange(arrivals.n_ages)) % _WEEK
    counts = np.bincount(on.ravel(), came.ravel(), _WEEK)
    return bool(counts.min() < _SELDOM * counts.mean())


def _share(at: FloatArray, until: FloatArray) -> FloatArray:
    """Return the share of labels that have come by age, from those that came at an age and until it; ages are the last axis."""
    hazard = np.divide(at, until, out=np.zeros_like(at), where=until > 0)
    later = np.concatenate([hazard[..., 1:], np.zeros_like(hazard[..., :1])], axis=-1)
    return np.asarray(np.cumprod((1 - later)[..., ::-1], axis=-1)[..., ::-1], dtype=float)


def arrival_curve(arrivals: Arrivals) -> pl.DataFrame:
    """Follow all rows from their prediction to their label: Kaplan–Meier's estimate, since every prediction is logged.

    Returns
    -------
    polars.DataFrame
        ``age, n_waiting, n_came, share, low, high, positive, negative``: rows that could be seen to get a label at this age, and
        did; the share that have one by then, with a 95 % interval that is as wide as days differ from each other (Pearson's φ,
        at least 1); the share of the labels of either class that are there, among those that come.

    Examples
    --------
    >>> from datetime import datetime
    >>> at, one = np.array([0, 0, 1, 1]), np.ones(4)
    >>> ages, kinds = np.array([0, 1, 1, -1]), np.array([1, 0, 0, 3])
    >>> few = Arrivals(datetime(2024, 1, 1), "1d", 2, 1, 0, at, ages, kinds, 0 * at, one)
    >>> arrival_curve(few)["share"].to_list()
    [0.25, 0.75]
    """
    came, rows = arrivals.came.sum(axis=(0, 3)), arrivals.rows.sum(axis=1)
    is_seen = arrivals.limit[:, None] >= np.arange(arrivals.n_ages)
    waiting = (rows[:, None] - came.cumsum(axis=1) + came) * is_seen
    left = np.cumprod(1 - _ratio((came * is_seen).sum(axis=0), waiting.sum(axis=0)))
    share = np.asarray(1 - left, dtype=float)
    n = (rows[:, None] * is_seen).sum(axis=0)
    error = _Z * np.sqrt(_overdispersion(came, rows, is_seen, share) * _ratio(share * (1 - share), n))
    of_class = [arrivals.came[kind].sum(axis=2) for kind in CLASSES]
    negative, positive = (
        _share((own * is_seen).sum(axis=0), (own.cumsum(axis=1) * is_seen).sum(axis=0)) for own in of_class
    )
    return pl.DataFrame(
        {
            "age": np.arange(arrivals.n_ages),
            "n_waiting": waiting.sum(axis=0).astype(np.int64),
            "n_came": (came * is_seen).sum(axis=0).astype(np.int64),
            "share": share,
            "low": np.clip(share - error, 0, 1),
            "high": np.clip(share + error, 0, 1),
            "positive": positive,
            "negative": negative,
        }
    )


def _overdispersion(
    came: FloatArray, rows: FloatArray, is_seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], share: FloatArray
) -> FloatArray:
    """Return how many times the binomial variance days differ by at each age, at least 1."""
    expected = rows[:, None] * share
    squares = (came.cumsum(axis=1) - expected) ** 2
    variance = np.asarray(expected * (1 - share), dtype=float)
    each = np.divide(squares, variance, out=np.zeros_like(squares), where=variance > 1e-9)
    n_days = ((rows > 0)[:, None] & is_seen).sum(axis=0)
    return np.maximum(_ratio((each * is_seen).sum(axis=0), np.maximum(n_days - 1.0, 1.0)), 1.0)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide, 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=below > 0)
