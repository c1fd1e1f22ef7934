"""Two thresholds: below the lower one a row passes, from the upper one on it is flagged, between them a person looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.costs import CostBins, Costs, cell_units, flagged_and_passed
from analytics.measure.thresholds.operating import Totals

_SLACK = 1e-9
"""Rounding, as a share of the largest sum of costs or of the capacity, that makes no difference between bands."""
_LEAST_SIZE = 1e-12
"""The sum of costs that rounding is measured against where all costs are 0."""


@dataclass(frozen=True)
class Reviewer:
    """What a person costs and how often a person is wrong.

    Attributes
    ----------
    cost : float
        Cost of a look at one row.
    error_rate : float
        Share of the rows that a person gets wrong, positive or negative alike.
    capacity : float or None
        Rows that people can look at in the whole cohort.
    """

    cost: float = 0.0
    error_rate: float = 0.0
    capacity: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no person is."""
        if not 0 <= self.error_rate <= 1:
            raise QuestionError(f"Expected the error rate of a person from 0 to 1, found {self.error_rate}. Change it.")
        if not abs(self.cost) < 1e12 or (self.capacity is not None and not self.capacity >= 0):
            raise QuestionError("Expected the cost of a look and its capacity as numbers, found others. Change them.")


@dataclass(frozen=True)
class Band:
    """The best two thresholds.

    Attributes
    ----------
    low, high : int
        Bins: a person looks at the rows from bin ``low`` to under ``high``; equal where no row is worth a look.
    cost : float
        Cost of the judged rows with the band.
    n_reviewed, n_flagged : float
        Rows between the two, and above the upper one, labelled or not.
    saving : float
        What the band costs less than the best single threshold.
    totals : Totals
        What becomes of the judged rows, where a person errs at the stated rate; ``n_flagged`` without a look.
    """

    low: int
    high: int
    cost: float
    n_reviewed: float
    n_flagged: float
    saving: float
    totals: Totals


def _looked_at(bins: CostBins, costs: Costs, reviewer: Reviewer) -> FloatArray:
    """Give the cost of each bin's judged rows when a person decides: (slices, bins)."""
    units = cell_units(bins, costs)
    right = costs.tp * units["tp"] + costs.tn * units["tn"]
    wrong = costs.fn * units["fn"] + costs.fp * units["fp"]
    return (1 - reviewer.error_rate) * right + reviewer.error_rate * wrong + reviewer.cost * bins.judged


def best_band(bins: CostBins, costs: Costs, reviewer: Reviewer) -> Band:
    """Find the two thresholds that cost least together, over all pairs of the grid.

    Parameters
    ----------
    bins : CostBins of shape (1, bins)
    costs : Costs
        A row that is flagged without a look costs ``review`` as well.
    reviewer : Reviewer

    Returns
    -------
    Band
        Of equally good pairs the one with the fewest looks.
    """
    flagged, passed = (values[0] for values in flagged_and_passed(bins, costs))
    looked = _looked_at(bins, costs, reviewer)[0]
    below = np.concatenate([[0.0], np.cumsum(passed)])
    looks = np.concatenate([[0.0], np.cumsum(looked)])
    above = from_the_top(flagged)
    volume = from_the_top(bins.n)[0]
    total = (below - looks)[:, None] + (looks + above)[None, :]
    n_reviewed = volume[:, None] - volume[None, :]
    allowed = np.triu(np.ones(total.shape, dtype=bool))
    if reviewer.capacity is not None:
        allowed &= n_reviewed <= reviewer.capacity * (1 + _SLACK)
    total = np.where(allowed, total, np.inf)
    least = total.min()
    near = total <= least + _SLACK * max(np.abs(above).max(), np.abs(below).max(), _LEAST_SIZE)
    low, high = np.unravel_index(np.argmin(np.where(near, n_reviewed, np.inf)), total.shape)
    single = float((below + above).min())
    return Band(
        int(low),
        int(high),
        float(total[low, high]),
        float(n_reviewed[low, high]),
        float(volume[high]),
        single - float(total[low, high]),
        _totals(bins, reviewer, int(low), int(high), float(volume[high])),
    )


def _totals(bins: CostBins, reviewer: Reviewer, low: int, high: int, n_flagged: float) -> Totals:
    """Count what becomes of the judged rows with a band."""
    pos, neg = bins.pos[0], bins.neg[0]
    tp = float(pos[high:].sum() + (1 - reviewer.error_rate) * pos[low:high].sum())
    fp = float(neg[high:].sum() + reviewer.error_rate * neg[low:high].sum())
    return Totals(tp, fp, float(pos.sum()) - tp, n_flagged)
