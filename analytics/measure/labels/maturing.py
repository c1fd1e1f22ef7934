"""A metric of some days: as the labels that are there say, as all labels will say, and between which bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import VOID, Arrivals, Whole
from analytics.measure.labels.curve import CLASSES, Curves, CurveSums
from analytics.measure.labels.judged import Judged
from analytics.measure.labels.misses import Missed, missed, runs_of
from analytics.measure.labels.share import Cells, Expected, expected, rows_of, swing_of, uncounted, variance_of
from analytics.measure.labels.unlogged import tells, unlogged_rows

_PAST = 52
"""Ripe buckets by whose misses the interval is widened, the latest: a year of weeks (METHODS.md, section 2)."""
_FEW_PAST = 4
"""Ripe buckets below which they say too little about how far such an estimate misses. By hand."""
_SPREAD_OF_FEW = 2.0
"""Times the variance that is assumed then: near what labels of single weeks have. By hand."""
_HARDLY_ANY = 0.01
"""Rows to come below which all labels are there."""
_ANY = 1e9
"""Times the rows that are made up: as good as any number of them."""
_MAY_COME = 0.05
"""Rows that are expected, from which on one may come: the chance that intervals at 95 % leave."""
_MOST_NEVER = 0.999
"""Share of the rows of a bin that is said to get no label at most: of such rows nothing is known, and not for sure."""
_MOVED = 0.5
"""Standard errors of the curve of one class by which it is moved, to see what it does to the metric."""


@dataclass(frozen=True)
class Matured:
    """A metric of some days, of which labels may still come.

    Attributes
    ----------
    n, n_labelled, to_come : float
        Rows, those with a label, and those whose label is expected to come.
    naive : float
        The metric of the labels that are there.
    value, low, high : float
        What all labels will say, with its interval; NaN where too little is known.
    bound_low, bound_high : float
        The least and the greatest that the labels to come can make of it.
    spread, n_past : float and int
        How many times the variance of chance alone it has, as such estimates missed before, and on how many ripe buckets that was
        seen.
    """

    n: float
    n_labelled: float
    to_come: float
    naive: float
    value: float
    low: float
    high: float
    bound_low: float
    bound_high: float
    spread: float
    n_past: int


@dataclass(frozen=True)
class _Counted:
    """Rows of groups of days as they were known at a stage, and what became of them since."""

    known: FloatArray
    waiting: FloatArray
    final: FloatArray

    @property
    def seen(self) -> FloatArray:
        """Labels that are there, shape (groups, 2, bins)."""
        return np.asarray(np.moveaxis(self.known.sum(axis=2), 0, 1), dtype=float)


_Part = tuple[Cells, Expected]


class Maturing:
    """One metric of one cohort whose labels come late.

    Parameters
    ----------
    arrivals : Arrivals
        With at least one ripe day.
    of_day : ndarray of int, shape (days,)
        The bucket of each day, from 0: days of one bucket share one share of positives.
    judged : Judged
        The metric over the bins of the arrivals.
    """

    def __init__(self, arrivals: Arrivals, of_day: Whole, judged: Judged) -> None:
        self.arrivals, self.of_day, self.judged = arrivals, of_day, judged
        sums = CurveSums(arrivals)
        self.curves = sums.curves()
        self._side = judged.is_flagged.astype(np.int64)
        self._parts: dict[tuple[int, int], _Part] = {}
        self._there = arrivals.there()
        self._never = self._share_never()
        limit = arrivals.limit
        buckets = [np.flatnonzero(of_day == bucket) for bucket in range(int(of_day[-1]) + 1)]
        past = [days for days in buckets if len(days) and limit[days].min() >= self.ripe][-_PAST:]
        self._past = [(days, sums.curves(days)) for days in past]

    @property
    def ripe(self) -> int:
        """The age from which on a day is ripe."""
        assert self.curves.ripe is not None
        return self.curves.ripe

    @property
    def share_never(self) -> float:
        """Share of the rows that get no label."""
        n = self.arrivals.rows.sum(axis=0)
        return float((self._never * n).sum() / max(float(n.sum()), 1.0))

    def _share_never(self) -> FloatArray:
        """Return by bin what share of the rows of ripe days gets no label."""
        if self.arrivals.rest is not None:
            return np.zeros(self.arrivals.n_bins)
        is_ripe = self.arrivals.limit >= self.ripe
        rows, there = self.arrivals.rows[is_ripe].sum(axis=0), self._there[is_ripe].sum(axis=(0, 1))
        return np.asarray(np.clip(1 - there / np.maximum(rows, 1.0), 0.0, _MOST_NEVER) * (rows > 0), dtype=float)

    def _count(self, days: Whole, ages: Whole) -> _Counted:
        """Count the rows of groups of days as they were known at these ages; both of shape (groups, days)."""
        arrivals = self.arrivals
        known = arrivals.come[:, days, np.clip(ages, 0, arrivals.n_ages - 1)] * (ages >= 0)[..., None]
        final = self._there[days].sum(axis=1)
        waiting = arrivals.rows[days] - known.sum(axis=0)
        return _Counted(known[:VOID], waiting, final)

    def _cells(self, counted: _Counted, curves: Sequence[Curves], days: Whole, ages: Whole) -> Cells:
        """Return rows with how far each class has come."""
        each = np.stack([own.at(which, old) for own, which, old in zip(curves, days, ages, strict=True)])
        come = np.moveaxis(each[:, self._side], 1, -1)
        known = counted.known if self.arrivals.n_unlogged else None
        return Cells(counted.seen, counted.waiting, come, self._never, known)

    def _as_logged(self, cells: Cells) -> Cells:
        """Return past rows as a log of labelled rows alone tells them: those that waited are known by their curves only."""
        if cells.known is None:
            return cells
        come = np.moveaxis(cells.come, 1, 0)
        return replace(cells, waiting=np.where(tells(come), unlogged_rows(cells.known, come), cells.waiting))

    def _estimate(self, parts: Sequence[_Part]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the metric of the rows of some parts together, for each group, and of each part variance by chance and swing.

        The curve of each class is an estimate too: its variance is that of chance of a part of its own.
        """
        rows = sum((rows_of(cells, found) for cells, found in parts), np.zeros(1))
        gradient, value = np.nan_to_num(self.judged.gradient(rows)), self.judged.value(rows)
        chance = [np.maximum(variance_of(*part, gradient), 0.0) for part in parts]
        swing = [swing_of(*part, gradient) for part in parts]
        by_curves = np.zeros_like(value)
        for kind in CLASSES:
            n = max(float(self.arrivals.came[kind].sum()), 1.0)
            moved = [cells.moved(kind, _MOVED / np.sqrt(n)) for cells, _ in parts]
            other = sum((rows_of(cells, expected(cells)) for cells in moved), np.zeros(1))
            by_curves = by_curves + np.nan_to_num((self.judged.value(other) - value) / _MOVED) ** 2
        return value, np.stack([*chance, by_curves]), np.stack(swing)

    def _missed(self, groups: Sequence[Whole]) -> Missed:
        """Return by what the same estimate of as many past ripe days at these ages missed."""
        runs = runs_of(self._past, [len(own) for own in groups])
        few = Missed(0.0, _SPREAD_OF_FEW * self.arrivals.beyond, 0)
        if not runs[0]:
            return few
        parts, final, is_known = [], np.zeros(1), np.ones(len(runs[0]), dtype=bool)
        for own, part in zip(groups, runs, strict=True):
            days, ages = np.stack([each for each, _ in part]), np.tile(self.arrivals.limit[own], (len(part), 1))
            counted = self._count(days, ages)
            cells = self._as_logged(self._cells(counted, [curves for _, curves in part], days, ages))
            parts.append((cells, expected(cells)))
            final, is_known = final + counted.final, is_known & cells.is_known
        value, chances, swings = self._estimate(parts)
        chance, swing = chances.sum(axis=0), swings.sum(axis=0)
        misses = np.where(is_known, self.judged.value(final) - value, np.nan)
        kept = np.isfinite(misses) & (chance > 0)
        n = len(np.unique([self.of_day[days[0]] for (days, _), ok in zip(runs[0], kept, strict=True) if ok]))
        if n < _FEW_PAST:
            return replace(few, n=n)
        return missed(misses[kept], chance[kept], swing[kept], n)

    def _as_before(self, groups: Sequence[Whole], chances: FloatArray, swings: FloatArray) -> tuple[float, int]:
        """Return the variance of an estimate of some buckets, as past ones of as many together missed, and on how many.

        Where past ones are few, each bucket is held to those of its own, apart from the others.
        """
        chance, whole = float(chances.sum()), self._missed(groups)
        if whole.n >= _FEW_PAST or len(groups) == 1:
            return float(whole.variance(chances.sum(), swings.sum())), whole.n
        each = [self._missed([own]) for own in groups]
        apart = [float(past.variance(*own)) for past, *own in zip(each, chances, swings, strict=False)]
        largest = int(np.argmax(chances[: len(groups)]))
        return sum(apart) * chance / max(float(chances[: len(groups)].sum()), 1e-300), each[largest].n

    def of(self, days: Whole, level: float = 0.95) -> Matured:
        """Estimate the metric of some days together; each bucket among them keeps a share of positives of its own."""
        groups = [days[self.of_day[days] == bucket] for bucket in np.unique(self.of_day[days])]
        parts = [self._part(own) for own in groups]
        coming = np.concatenate([self._to_come(part, own) for part, own in zip(parts, groups, strict=True)])
        is_open = bool(coming.sum() >= _HARDLY_ANY)
        known = [place for place, (cells, _) in enumerate(parts) if cells.is_known.all()]
        value, variance, chance, n_past = np.array([np.nan]), 0.0, 0.0, _PAST
        if known and is_open:  # of buckets of which nothing is known nothing is said
            value, chances, swings = self._estimate([parts[k] for k in known])
            chance = float(chances.sum())
            variance, n_past = self._as_before([groups[k] for k in known], chances[:, 0], swings[:, 0])
        elif known:
            value = self.judged.value(sum((rows_of(*parts[k]) for k in known), np.zeros(1)))
        elif is_open:
            n_past = self._missed(groups).n
        settled = self.settled(days, coming).sum(axis=0)
        low, high = self.judged.bounds(settled, self._at_most(days, coming) + self._beyond(parts))
        reach = special.stdtrit(max(n_past, _FEW_PAST), (1 + level) / 2) * float(np.sqrt(variance))
        ends = value[0] - reach, value[0] + reach
        if all(cells.is_counted for cells, _ in parts):
            ends = np.maximum(ends[0], low), np.minimum(ends[1], high)
        else:  # how many rows wait is an estimate as well, and so are the bounds
            least, most = self.judged.bounds(settled, coming.sum(axis=0) * _ANY)
            ends = np.maximum(ends[0], least), np.minimum(ends[1], most)
            low, high = np.fmin(low, ends[0]), np.fmax(high, ends[1])
        return Matured(
            n=float(self.arrivals.rows[days].sum()),
            n_labelled=float(settled.sum()),
            to_come=float(coming.sum()),
            naive=float(self.judged.value(self._there[days].sum(axis=0))),
            value=float(value[0]),
            low=float(ends[0]),
            high=float(ends[1]),
            bound_low=float(low),
            bound_high=float(high),
            spread=variance / chance if chance > 0 else 1.0,
            n_past=n_past,
        )

    def to_come(self) -> FloatArray:
        """Return the rows whose label is expected to come, shape (days, bins)."""
        found = np.zeros((self.arrivals.n_days, self.arrivals.n_bins))
        for bucket in np.unique(self.of_day):
            days = np.flatnonzero(self.of_day == bucket)
            found[days] = self._to_come(self._part(days), days)
        return found

    def _part(self, days: Whole) -> _Part:
        """Return the rows of some days of one bucket as they are known now, and what they will be."""
        key = int(days[0]), int(days[-1])
        if key not in self._parts:
            ages = self.arrivals.limit[days][None]
            cells = self._cells(self._count(days[None], ages), [self.curves], days[None], ages)
            self._parts[key] = cells, expected(cells)
        return self._parts[key]

    def _to_come(self, part: _Part, days: Whole) -> FloatArray:
        """Return by day and bin the waiting rows whose label is expected; where one class is the rest, the young ones."""
        cells, found = part
        if self.arrivals.rest is not None:
            return np.asarray(cells.waiting[0] * (self.arrivals.limit[days] < self.ripe)[:, None], dtype=float)
        return np.asarray(cells.waiting[0] * found.of_waiting[0].sum(axis=0), dtype=float)

    def open(self) -> FloatArray:
        """Return the rows of which any may still get a label, shape (days, bins): all that wait on days that are not ripe.

        Where rows that wait are made up, a part of a row of a bucket is a whole one: in a small week it moves a metric by points.
        """
        to_come, is_young = self.to_come(), (self.arrivals.limit < self.ripe)[:, None]
        found = np.where(is_young & (self.arrivals.rest is None), self.arrivals.waiting, to_come)
        if not self.arrivals.n_unlogged:
            return found
        n = np.bincount(self.of_day, found.sum(axis=1))
        return np.asarray(
            found * np.where((n >= _MAY_COME) & (n < 1), 1 / np.maximum(n, _MAY_COME), 1.0)[self.of_day, None]
        )

    def _at_most(self, days: Whole, coming: FloatArray) -> FloatArray:
        """Return by bin the rows of some days of which any may still get a label; of ripe days as many as chance allows."""
        if self.arrivals.rest is not None:
            return np.asarray(coming.sum(axis=0), dtype=float)
        is_young, waiting = self.arrivals.limit[days] < self.ripe, self.arrivals.waiting[days]
        late = coming[~is_young].sum(axis=0)
        most = np.where(late >= _HARDLY_ANY, late + 2 * np.sqrt(late) + 1, late)
        return np.asarray(waiting[is_young].sum(axis=0) + np.minimum(most, waiting[~is_young].sum(axis=0)), dtype=float)

    def _beyond(self, parts: Sequence[_Part]) -> FloatArray:
        """Return by bin how many more rows than are made up may wait by chance, where labelled ones alone are logged."""
        drawn = [uncounted(*part).sum(axis=(0, 1, 2)) for part in parts if not part[0].is_counted]
        return 2 * np.sqrt(sum(drawn, np.zeros(self.arrivals.n_bins)))

    def settled(self, days: Whole, to_come: FloatArray) -> FloatArray:
        """Return the labels of some days that stay, shape (days, 2, bins), given the rows to come by day."""
        found = self._there[days].copy()
        if self.arrivals.rest is not None:
            found[:, self.arrivals.rest] -= to_come
        return found
