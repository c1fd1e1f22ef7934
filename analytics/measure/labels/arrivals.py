"""Rows by day of prediction, age at which their label came, and what it is: what every estimate about late labels starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from analytics.measure.intervals import FloatArray

NEGATIVE, POSITIVE, VOID, WAITING = range(4)
"""What is known of a row: its label, that it gets none although its time came, or nothing yet."""

Whole = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

UNITS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "1w": timedelta(weeks=1)}
_MOSTLY = 0.5
"""Share of the labels of a class with a time of arrival, above which the class has times. A judgement."""


@dataclass(frozen=True)
class Arrivals:
    """Rows by when they were predicted and when their label came.

    Attributes
    ----------
    start : datetime
        Beginning of day 0.
    every : str
        What is called a day here: 1h, 1d or 1w.
    now : int
        The last whole day of which anything is known.
    n_bins, first_flagged : int
        Bins of the scores, and the first of those that are predicted positive.
    day, age, kind, bin : ndarray of shape (cells,)
        Day of prediction, days until the label came (-1: waiting), what is known, score bin.
    n : ndarray of shape (cells,)
        Rows of the cell.
    rest : int or None
        The class whose labels have no time although those of the other one do, as of complaints: whatever is not of the other
        class is of it in the end. Its rows are waiting until then.
    n_unlabelled : float
        Rows that have no label in the log; others wait too, if their label came since the last whole day.
    n_unlogged : float
        Rows of those that wait that are not in the log, because it holds only labelled ones: as many as the curves say.
    beyond : float
        How many times the variance of rows that stand alone theirs is, as they stand for many: Σw² / Σw of their weights.
    """

    start: datetime
    every: str
    now: int
    n_bins: int
    first_flagged: int
    day: Whole
    age: Whole
    kind: Whole
    bin: Whole
    n: FloatArray
    rest: int | None = None
    n_unlabelled: float = 0.0
    n_unlogged: float = 0.0
    beyond: float = 1.0

    @property
    def n_days(self) -> int:
        """Days from the first prediction to the last whole day."""
        return self.now + 1

    def moment(self, day: int) -> datetime:
        """Return the beginning of a day."""
        return self.start + day * UNITS[self.every]

    def known_at(self, now: int) -> Arrivals:
        """Return what was known at the end of an earlier day: later rows are out, labels that came later are waited for."""
        kept = self._where(self.day <= now)
        is_open = kept.day + kept.age > now
        return replace(kept, now=now, kind=np.where(is_open, WAITING, kept.kind), age=np.where(is_open, -1, kept.age))

    def _where(self, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Arrivals:
        names = ("day", "age", "kind", "bin", "n")
        return replace(self, **{name: getattr(self, name)[mask] for name in names})

    @cached_property
    def came(self) -> FloatArray:
        """Labels by kind, day of prediction, age and bin, and rows that get none: shape (3, days, ages, bins)."""
        shape = (WAITING, self.n_days, int(self.age.max(initial=0)) + 1, self.n_bins)
        mask = self.kind != WAITING
        place = np.ravel_multi_index((self.kind[mask], self.day[mask], self.age[mask], self.bin[mask]), shape)
        return np.asarray(np.bincount(place, self.n[mask], int(np.prod(shape))).reshape(shape), dtype=float)

    @cached_property
    def come(self) -> FloatArray:
        """What had come by an age, in the shape of `came`."""
        return self.came.cumsum(axis=2)

    @cached_property
    def waiting(self) -> FloatArray:
        """Rows that wait for their label, shape (days, bins)."""
        return self._by_day(self.kind == WAITING)

    @cached_property
    def rows(self) -> FloatArray:
        """All rows, shape (days, bins)."""
        return self._by_day(np.ones(len(self.kind), dtype=bool))

    def there(self) -> FloatArray:
        """Return the labels that are there, shape (days, 2, bins); where one class is the rest, waiting rows are of it."""
        found = np.moveaxis(self.came[:VOID].sum(axis=2), 0, 1)
        if self.rest is not None:
            found[:, self.rest] += self.waiting
        return np.asarray(found, dtype=float)

    @property
    def n_ages(self) -> int:
        """One more than the greatest age at which a label came."""
        return int(self.came.shape[2])

    @property
    def limit(self) -> Whole:
        """The greatest age that rows of each day can have, shape (days,)."""
        return np.asarray(self.now - np.arange(self.n_days), dtype=np.int64)

    def _by_day(self, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
        place = self.day[mask] * self.n_bins + self.bin[mask]
        found = np.bincount(place, self.n[mask], self.n_days * self.n_bins)
        return np.asarray(found.reshape(self.n_days, self.n_bins), dtype=float)


def arrivals_of(table: pl.DataFrame, every: str, now: datetime, n_bins: int, first_flagged: int) -> Arrivals:
    """Return the arrivals of a cohort.

    Parameters
    ----------
    table : polars.DataFrame
        ``day, arrived, label, bin, n`` and, of weighted rows, ``n_sq``; rows after ``now`` are left out.
    every : str
        Bucket of ``day`` and ``arrived``.
    now : datetime
        Beginning of the last whole day.
    n_bins, first_flagged : int
        Bins of the scores, and the first of those that are predicted positive.

    Notes
    -----
    A label that came before its row counts as one of age 0, as does one without a time where its class has times as a rule.
    """
    start, unit = table["day"].min(), UNITS[every]
    assert isinstance(start, datetime)
    timed = {
        kind: float(found["n"].filter(found["arrived"].is_not_null()).sum()) / max(float(found["n"].sum()), 1.0)
        for kind in (NEGATIVE, POSITIVE)
        for found in (table.filter(pl.col("label") == kind),)
    }
    rest = next((kind for kind in timed if timed[kind] < _MOSTLY < timed[1 - kind]), None)
    is_timed = pl.col("arrived").is_not_null()
    kind = pl.when(pl.col("label").is_null() & is_timed).then(VOID).otherwise(pl.col("label").fill_null(WAITING))
    if rest is not None:
        kind = pl.when((pl.col("label") == rest) & ~is_timed).then(WAITING).otherwise(kind)
    days = (pl.col("day") - start).dt.total_seconds() // int(unit.total_seconds())
    ages = (pl.col("arrived") - pl.col("day")).dt.total_seconds() // int(unit.total_seconds())
    cells = table.select(day=days, kind=kind.cast(pl.Int64), age=ages.clip(0).fill_null(0), bin="bin", n="n")
    kinds, age = cells["kind"].to_numpy(), cells["age"].to_numpy()
    return Arrivals(
        start,
        every,
        int((now - start) / unit),
        n_bins,
        first_flagged,
        cells["day"].to_numpy(),
        np.where(kinds == WAITING, -1, age),
        kinds,
        cells["bin"].to_numpy(),
        table["n"].cast(pl.Float64).to_numpy(),
        rest,
        float(table["n"].filter(pl.Series(kinds == WAITING)).sum()),
        beyond=max(float(table["n_sq"].sum()) / max(float(table["n"].sum()), 1e-12), 1.0)
        if "n_sq" in table.columns
        else 1.0,
    ).known_at(int((now - start) / unit))
