"""What the rows without a label will say: the share of positives by maximum likelihood from three cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import NEGATIVE, POSITIVE
from analytics.measure.labels.unlogged import unlogged_rows

_HALVINGS = 30
"""Of an interval of length 1 at most: what is left is below a row in a billion."""
_LEAST_KNOWN = 0.02
"""Share of the labels of a class that has to be there in a group: of fewer nothing can be said. By hand."""

_HALF = 0.5
"""Of a row, by which a class of which no label is there yet may still have some that wait: else it
would be sure to have none."""


@dataclass(frozen=True)
class Cells:
    """Rows of groups of days: what is known of them, and how far each class has come.

    Attributes
    ----------
    seen : ndarray of shape (groups, 2, bins)
        Negative and positive labels that are there.
    waiting : ndarray of shape (groups, days, bins)
        Rows without one.
    come : ndarray of shape (groups, 2, days, bins)
        Share of the labels of each class that are there at the age of the day.
    never : ndarray of shape (bins,)
        Share of the rows that get no label.
    known : ndarray of shape (2, groups, days, bins) or None
        The labels that are there by class and day, where a log holds only labelled rows: they tell how many wait. None where
        rows without a label were counted.
    """

    seen: FloatArray
    waiting: FloatArray
    come: FloatArray
    never: FloatArray
    known: FloatArray | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the rows without a label were counted."""
        return self.known is None

    @property
    def is_known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Whether enough labels of either class of a group are there, shape (groups,)."""
        come = self.come.max(axis=(1, 3)).mean(axis=1)
        return np.asarray((self.waiting.sum(axis=(1, 2)) == 0) | (come >= _LEAST_KNOWN))

    def moved(self, kind: int, steps: float) -> Cells:
        """Return the same rows with the curve of one class higher, by so many times the deviation of a single label."""
        come = self.come.copy()
        own = come[:, kind]
        come[:, kind] = np.clip(own + steps * np.sqrt(own * (1 - own)), 0, 1)
        if self.known is None:
            return replace(self, come=come)
        before, after = (unlogged_rows(self.known, np.moveaxis(each, 1, 0)) for each in (self.come, come))
        return replace(self, come=come, waiting=np.maximum(self.waiting + after - before, 0.0))


@dataclass(frozen=True)
class Expected:
    """What waiting rows will turn out to be.

    Attributes
    ----------
    share : ndarray of shape (groups, bins)
        Share of positives among all rows.
    information : ndarray of shape (groups, bins)
        Of the share, observed.
    of_waiting : ndarray of shape (groups, 2, days, bins)
        Probability of a waiting row to become negative, and positive; the rest never gets a label.
    slope : ndarray of shape (groups, 2, days, bins)
        Its derivative by the share.
    """

    share: FloatArray
    information: FloatArray
    of_waiting: FloatArray
    slope: FloatArray


def expected(cells: Cells) -> Expected:
    """Estimate the share of positives by group and bin, and what each waiting row will be.

    A day is seen in three cells: positive with probability π F₁, negative with (labelled − π) F₀, and waiting with the rest,
    where F is the share of the labels of a class that are there at its age. The likelihood is concave in π.

    Examples
    --------
    >>> come = np.array([0.2, 1.0]).reshape(1, 2, 1, 1)[:, ::-1]
    >>> cells = Cells(np.array([[[800.0], [40.0]]]), np.array([[[160.0]]]), come, np.zeros(1))
    >>> float(expected(cells).share[0, 0].round(6))
    0.2
    """
    labelled = 1 - cells.never
    first, zero = cells.come[:, POSITIVE], cells.come[:, NEGATIVE]
    fixed = cells.never + labelled * (1 - zero)
    change = zero - first
    positive, negative = cells.seen[:, POSITIVE], cells.seen[:, NEGATIVE]

    def slope_at(share: FloatArray) -> FloatArray:
        left = np.maximum(fixed + change * share[:, None], 1e-12)
        own = positive / np.maximum(share, 1e-12) - negative / np.maximum(labelled - share, 1e-12)
        return np.asarray(own + (cells.waiting * change / left).sum(axis=1))

    low, high = np.zeros_like(positive), np.broadcast_to(labelled, positive.shape).copy()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_below = slope_at(middle) > 0
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    share = (low + high) / 2
    left = np.maximum(fixed + change * share[:, None], 1e-12)
    n = positive + negative + cells.waiting.sum(axis=1)
    floor = 1 / np.maximum(n, 1.0)
    information = (
        positive / np.maximum(share, floor) ** 2
        + negative / np.maximum(labelled - share, floor) ** 2
        + (cells.waiting * change**2 / left**2).sum(axis=1)
    )
    becomes = np.stack([(labelled - share)[:, None] * (1 - zero), share[:, None] * (1 - first)], axis=1) / left[:, None]
    slope = np.stack([-(1 - zero), 1 - first], axis=1) / left[:, None] - becomes * (change / left)[:, None]
    return Expected(share, information, becomes, slope)


def rows_of(cells: Cells, found: Expected) -> FloatArray:
    """Return negatives and positives as all labels will say, shape (groups, 2, bins)."""
    return np.asarray(cells.seen + (cells.waiting[:, None] * found.of_waiting).sum(axis=2), dtype=float)


def variance_of(cells: Cells, found: Expected, gradient: FloatArray) -> FloatArray:
    """Return the variance of a metric of `rows_of`, shape (groups,), from its gradient by them.

    What a waiting row turns out to be is drawn anew, and the share of positives is only estimated. Where rows that wait were not
    counted, each class has as many of them as a negative binomial draw gives: with F of it there, W/F is the variance of W.
    """
    each, waiting = gradient[:, :, None], cells.waiting
    if not cells.is_counted:
        return np.asarray((uncounted(cells, found) * each**2).sum(axis=(1, 2, 3)), dtype=float)
    mean = (found.of_waiting * each).sum(axis=1)
    drawn = (waiting * ((found.of_waiting * each**2).sum(axis=1) - mean**2)).sum(axis=(1, 2))
    by_share = ((waiting[:, None] * found.slope).sum(axis=2) * gradient).sum(axis=1)
    known = np.maximum(found.information, 1e-12)
    return np.asarray(drawn + (by_share**2 / known).sum(axis=1), dtype=float)


def swing_of(cells: Cells, found: Expected, gradient: FloatArray) -> FloatArray:
    """Return the standard deviation of a metric of `rows_of` if all waiting rows of a bin went the same way, shape (groups,)."""
    each = gradient[:, :, None]
    if not cells.is_counted:
        return np.asarray((cells.waiting[:, None] * found.of_waiting * np.abs(each)).sum(axis=(1, 2, 3)), dtype=float)
    mean = (found.of_waiting * each).sum(axis=1)
    apart = np.sqrt(np.maximum((found.of_waiting * each**2).sum(axis=1) - mean**2, 0.0))
    return np.asarray((cells.waiting * apart).sum(axis=(1, 2)), dtype=float)


def uncounted(cells: Cells, found: Expected) -> FloatArray:
    """Return the variance of the number of rows that wait, shape (groups, 2, days, bins), where labelled ones tell it."""
    drawn = (cells.waiting[:, None] * found.of_waiting + _HALF * (1 - cells.come)) / np.maximum(
        cells.come, _LEAST_KNOWN
    )
    return np.asarray(drawn, dtype=float)
