"""The metrics whose change between two sides can be split into parts: ratios of sums over judged rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.counts import COUNT_COLUMNS, Counts
from analytics.measure.intervals import FloatArray
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.thresholds.costs import CELLS, Costs

COST = "cost_per_1000"
OFFERED = (*used_in("gap"), COST)
"""Others are no ratio of sums over judged rows, so their parts would not add up slice by slice."""

PLACES = {"tn": (0, 0), "fn": (0, 1), "fp": (1, 0), "tp": (1, 1)}
"""Where an outcome stands in an array over (flagged, label)."""


@dataclass(frozen=True)
class GapMetric:
    """A ratio of two sums over judged rows.

    Attributes
    ----------
    name : str
        One of `OFFERED`.
    top, bottom : numpy.ndarray of shape (2, 2)
        What a row adds to numerator and denominator, by (flagged, label).
    is_by_amount : numpy.ndarray of bool, shape (2, 2)
        Where ``top`` counts units of the row's amount.
    is_loss : bool
        Whether a row adds its squared distance between score and label instead.
    has_classes : bool
        Whether rows are of two classes, whose odds can change: rows that are right or wrong have no base rate.
    """

    name: str
    top: FloatArray
    bottom: FloatArray
    is_by_amount: np.ndarray
    is_loss: bool = False
    has_classes: bool = True

    @property
    def is_lower_better(self) -> bool:
        """Whether a rise is a loss."""
        return self.name == COST or METRICS[self.name].direction == "lower"

    @property
    def is_share(self) -> bool:
        """Whether a change is told in percentage points."""
        return self.name != COST and METRICS[self.name].is_share

    @property
    def told_in(self) -> tuple[float, int]:
        """The unit and the digits that a change is told in: points with one digit, money with one, other values with three."""
        return (100.0, 1) if self.is_share else (1.0, 1 if self.name == COST else 3)

    def of_rows(self, score: FloatArray, label: FloatArray, threshold: float) -> tuple[FloatArray, FloatArray]:
        """Return what each row adds to numerator and denominator, NaN where it is not judged."""
        judged = ~(np.isnan(score) | np.isnan(label))
        if self.is_loss:
            return np.where(judged, (score - label) ** 2, np.nan), np.where(judged, 1.0, np.nan)
        flagged, positive = (score >= threshold).astype(int), np.nan_to_num(label).astype(int)
        top, bottom = (np.where(judged, part[flagged, positive], np.nan) for part in (self.top, self.bottom))
        return top, bottom


def gap_metric(name: str, costs: Costs | None = None) -> GapMetric:
    """Look a metric up.

    Parameters
    ----------
    name : str
        One of `OFFERED`.
    costs : Costs, optional
        What ``cost_per_1000`` counts; by default 1 for each error.

    Raises
    ------
    QuestionError
        If the metric is unknown, or its change has no parts that add up.

    Examples
    --------
    >>> print(gap_metric("precision").bottom)
    [[0. 0.]
     [1. 1.]]
    """
    nothing = np.zeros((2, 2), dtype=bool)
    if name == COST:
        priced = costs or Costs()
        top = np.array([[priced.tn, priced.fn], [priced.fp + priced.review, priced.tp + priced.review]]) * 1000
        if priced.amount_cells and priced.review:
            raise QuestionError("Expected a cost by amount or a cost of review, found both. Set one of them to zero.")
        by_amount = nothing.copy()
        for cell in priced.amount_cells:
            by_amount[PLACES[cell]] = True
        return GapMetric(name, top, np.ones((2, 2)), by_amount)
    if name == "brier":
        return GapMetric(name, np.ones((2, 2)), np.ones((2, 2)), nothing, is_loss=True)
    found = METRICS.get(name)
    if name not in OFFERED or found is None or found.numerator is None or found.denominator is None:
        raise QuestionError(
            f"Expected a metric whose change can be split, found {name!r}. Choose {', '.join(OFFERED)}."
        )
    top, bottom = np.zeros((2, 2)), np.zeros((2, 2))
    for cell in CELLS:
        counts = Counts(*(np.array([float(column == cell)]) for column in COUNT_COLUMNS))
        top[PLACES[cell]], bottom[PLACES[cell]] = found.numerator(counts)[0], found.denominator(counts)[0]
    return GapMetric(name, top, bottom, nothing)
