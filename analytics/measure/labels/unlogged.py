"""Logs that hold only rows with a label: the rows that still wait for theirs are not in them, and are made up for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import VOID, WAITING, Arrivals
from analytics.measure.labels.curve import CLASSES, Curves, CurveSums

_Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

_LEAST_COME = 0.02
"""Share of the labels of a class from which on those that are there say how many are not: fewer say too little. By hand."""
_LEAST_UNLOGGED = 5.0
"""Rows that have to be absent before a log is said to lack them: of as many one at least would be there but in one log of 150."""
_MOSTLY_THERE = 0.8
"""Share of the labels that are there, below which rows are few if only those with a label are logged. By hand."""
_LEAST_TAKEN, _MOST_TAKEN = 0.7, 1.5
"""Of the time that labels took before which came by the same age, within which young days are taken to be cut off at their age.
By simulation of weeks with epidemics and days with holidays, each with a speed of its own: cut off they took 0.7 to 1.4 of it,
where labels had become twice as quick half, and where a batch of them came on the last day twice."""
_BEFORE = 7
"""Days that say how many rows a day has of which hardly any label is there: one week. By hand."""
_FEW_UNLABELLED = 0.05
"""Share of the rows that should wait up to which rows without a label are strays in a log of labelled ones. By hand."""


def unlogged_rows(known: FloatArray, come: FloatArray) -> FloatArray:
    """Return how many rows wait for each one that is known, where only rows with a label are logged.

    Parameters
    ----------
    known, come : ndarray of shape (classes, …)
        Labels that are there, and the share of the labels of the class that are.

    Examples
    --------
    >>> unlogged_rows(np.array([[30.0], [10.0]]), np.array([[0.75], [0.5]])).tolist()
    [20.0]
    """
    share = np.maximum(come, _LEAST_COME)
    return np.asarray((known * (1 - share) / share).sum(axis=0), dtype=float)


def tells(come: FloatArray) -> _Flags:
    """Whether enough labels of either class are there to tell how many are not; classes are the first axis."""
    return np.asarray(come.min(axis=0) >= _LEAST_COME)


def with_unlogged(arrivals: Arrivals) -> Arrivals:
    """Return arrivals with the rows that are not logged because no label came for them, the same where all rows are logged.

    A log holds only labelled rows where hardly any row is without a label, many should be by the curves of the classes, and
    either the newest days have fewer rows than those before, nearer to the share whose label has come than to all, or their
    labels took as long as those took before that came by the same age: where cases rise, days have no fewer rows, and where
    labels had become quicker, they would have taken less.
    """
    sums = CurveSums(arrivals)
    curves = sums.curves()
    if arrivals.rest is not None or curves.ripe is None:
        return arrivals
    share, is_young = _shares(arrivals, curves), arrivals.limit < curves.ripe
    absent = _absent(arrivals, share, arrivals.limit < arrivals.n_ages)
    is_logged = arrivals.n_unlabelled > _FEW_UNLABELLED * absent.sum()
    absent = np.maximum(absent - arrivals.waiting, 0.0)  # labels that came since the last whole day are waited for
    if is_logged or absent.sum() < _LEAST_UNLOGGED:
        return arrivals
    if not _is_thinned(arrivals, share) and not _is_cut(arrivals, sums, is_young):
        return arrivals
    day, place = np.nonzero(absent)
    return replace(
        arrivals,
        day=np.concatenate([arrivals.day, day]),
        age=np.concatenate([arrivals.age, np.full(len(day), -1)]),
        kind=np.concatenate([arrivals.kind, np.full(len(day), WAITING)]),
        bin=np.concatenate([arrivals.bin, place]),
        n=np.concatenate([arrivals.n, absent[day, place]]),
        n_unlogged=float(absent.sum()),
    )


def _shares(arrivals: Arrivals, curves: Curves) -> FloatArray:
    """Return the share of the labels of each class that are there, shape (classes, days, bins)."""
    of_side = curves.at(np.arange(arrivals.n_days), arrivals.limit)
    side = (np.arange(arrivals.n_bins) >= arrivals.first_flagged).astype(np.int64)
    return np.asarray(np.moveaxis(of_side[side], 0, -1), dtype=float)


def _absent(arrivals: Arrivals, share: FloatArray, is_open: _Flags) -> FloatArray:
    """Return the rows that are not logged, shape (days, bins): of days of which hardly any label is there, as of those before."""
    known = arrivals.came[:VOID].sum(axis=2)
    found = unlogged_rows(known, share)
    is_told = np.asarray(tells(share).all(axis=1))
    whole = (known.sum(axis=0) + found)[is_told]
    usual = whole[-_BEFORE:].mean(axis=0) if len(whole) else np.zeros(arrivals.n_bins)
    found = np.where(is_told[:, None], found, np.maximum(usual - known.sum(axis=0), 0.0))
    return np.asarray(found * is_open[:, None], dtype=float)


def _is_cut(arrivals: Arrivals, sums: CurveSums, is_young: _Flags) -> bool:
    """Whether labels of young days took as long as those of older ones did that came by the same age."""
    curves = sums.curves(np.flatnonzero(is_young))
    days, ages = np.flatnonzero(is_young & (arrivals.limit > 0)), np.arange(arrivals.n_ages)
    came = arrivals.came[list(CLASSES)][:, days].sum(axis=3)
    if not came.sum():
        return False
    grid = np.broadcast_to(ages, (len(days), len(ages)))
    share = curves.at(np.repeat(days, len(ages)).reshape(grid.shape), grid).mean(axis=0)
    at = np.diff(share, axis=2, prepend=0.0) * (ages <= arrivals.limit[days][:, None])
    usual = (at * ages).sum(axis=2) / np.maximum(at.sum(axis=2), _LEAST_COME)
    took, expected = float((came * ages).sum()), float((came.sum(axis=2) * usual).sum())
    return _LEAST_TAKEN * expected <= took <= _MOST_TAKEN * expected


def _is_thinned(arrivals: Arrivals, share: FloatArray) -> bool:
    """Whether the days of which the fewest labels are there have fewer rows than as many days before, as that would make it."""
    n = np.stack([arrivals.came[kind].sum(axis=(0, 1)) for kind in CLASSES])
    there = (share * n[:, None]).sum(axis=(0, 2)) / max(float(n.sum()), 1.0)
    newest = int((there < _MOSTLY_THERE).sum())
    if not newest:
        return False
    rows = arrivals.rows.sum(axis=1)
    before = slice(max(arrivals.n_days - 2 * newest, 0), arrivals.n_days - newest)
    usual = float((rows[before] / there[before]).mean()) if before.stop > before.start else 0.0
    return bool(rows[-newest:].sum() < usual * (there[-newest:].sum() + newest) / 2)
