"""A metric of rows of which some have no label yet, from expected positives and negatives by score bin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.errors import QuestionError
from analytics.measure.counts import COUNT_COLUMNS, Counts
from analytics.measure.intervals import FloatArray
from analytics.measure.metric import count_value
from analytics.measure.metrics import METRICS, metrics_of
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import CELLS, Costs

_OF_BINS = ("auroc", "brier")
"""Metrics that are more than a ratio of counts at one threshold and can be matured."""
_NO_LABEL = ("selection_rate",)
"""Metrics of counts that no label changes."""
_POINT = 0.01
"""By how much labels that are to come may move a metric that is trusted: one point (METHODS.md, section 2)."""
_STEP = 0.01
"""Of a row, by which a count is moved to see what it does: small against one row, large against rounding."""


def matured_metrics(kind: str) -> tuple[str, ...]:
    """Return the metrics that can be matured in a kind of log.

    >>> "recall" in matured_metrics("yes/no"), "ece" in matured_metrics("yes/no"), "auroc" in matured_metrics("classes")
    (True, False, False)
    """
    names = [name for name in metrics_of(kind) if METRICS[name].is_count and name not in _NO_LABEL]
    return (*names, *(name for name in _OF_BINS if kind == "yes/no"))


def can_be_matured(costs: Costs | None) -> bool:
    """Whether the cost per row can be matured: somebody said what errors cost, and no cell hangs on an amount.

    What rows without a label are worth is known, but not of which outcome they will be.
    """
    return costs is not None and not costs.amount_cells


def is_of_bins(metric: str) -> bool:
    """Whether a metric needs more of the scores than on which side of the threshold they are."""
    return metric in _OF_BINS


@dataclass(frozen=True)
class Judged:
    """A metric as a function of the positives and negatives in each score bin.

    Attributes
    ----------
    metric : str
        A name of the registry.
    is_flagged : ndarray of bool, shape (bins,)
        Whether a bin is predicted positive.
    is_right_or_wrong : bool
        Whether a positive label means that the row is right.
    loss : ndarray of shape (2, bins)
        Mean squared distance of the scores of a bin to a negative and to a positive label.
    costs : Costs or None
        What a row of each outcome costs, for the cost per row.
    """

    metric: str
    is_flagged: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    is_right_or_wrong: bool
    loss: FloatArray
    costs: Costs | None = None

    def __post_init__(self) -> None:
        """Refuse a metric that cannot be matured."""
        if self.metric == COST and not self.is_right_or_wrong:
            if not can_be_matured(self.costs):
                raise QuestionError(
                    "Expected costs that hang on no amount, for labels that are still to come; found others, or none. Choose "
                    "another metric."
                )
            return
        known = matured_metrics("classes" if self.is_right_or_wrong else "yes/no")
        if self.metric not in known:
            raise QuestionError(
                f"Expected one of {', '.join(known)} for late labels, found {self.metric!r}. Choose another."
            )

    @property
    def point(self) -> float:
        """By how much labels to come may move a metric that is trusted: of a cost, a hundredth of what outcomes differ by."""
        return _POINT if self.costs is None or self.metric != COST else _POINT * float(np.ptp(self._prices))

    @property
    def _prices(self) -> FloatArray:
        """What a row costs, by outcome; looking at a flagged one included."""
        assert self.costs is not None
        flagged = self.costs.review * np.array([cell in ("tp", "fp") for cell in CELLS])
        return np.array([getattr(self.costs, cell) for cell in CELLS]) + flagged

    def value(self, rows: FloatArray) -> FloatArray:
        """Compute the metric of rows of shape (…, 2, bins): negatives and positives; NaN where it is undefined."""
        negative, positive = rows[..., 0, :], rows[..., 1, :]
        if self.metric == "brier":
            return _ratio((rows * self.loss).sum(axis=(-1, -2)), rows.sum(axis=(-1, -2)))
        if self.metric == "auroc":
            below = np.cumsum(negative, axis=-1) - negative / 2
            return _ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))
        counts = self._counts(negative, positive)
        if self.metric == COST:
            cells = np.stack([getattr(counts, cell) for cell in CELLS], axis=-1)
            return _ratio(cells @ self._prices, cells.sum(axis=-1))
        return count_value(METRICS[self.metric], counts)

    def _counts(self, negative: FloatArray, positive: FloatArray) -> Counts:
        flagged = self.is_flagged
        tp, fp = (positive * flagged).sum(axis=-1), (negative * flagged).sum(axis=-1)
        fn, tn = (positive * ~flagged).sum(axis=-1), (negative * ~flagged).sum(axis=-1)
        if self.is_right_or_wrong:
            tp, fp, fn, tn = 0 * tp, fp + tn, 0 * tp, tp + fn
        n = tp + fp + fn + tn
        known = {"n_unlabelled": 0 * n, "n_unscored": 0 * n, "n_flagged": tp + fp, "n_pos": tp + fn}
        known |= {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
        return Counts(*(known.get(name, n) for name in COUNT_COLUMNS))

    def gradient(self, rows: FloatArray) -> FloatArray:
        """Return by how much one more row of each class and bin changes the metric, in the shape of ``rows``."""
        found, value = np.empty_like(rows), self.value(rows)
        for kind in range(rows.shape[-2]):
            for place in range(rows.shape[-1]):
                more = rows.copy()
                more[..., kind, place] += _STEP
                found[..., kind, place] = (self.value(more) - value) / _STEP
        return found

    def bounds(self, rows: FloatArray, to_come: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the least and the greatest value when each row to come is of either class.

        A metric is least and greatest where those above a score are of one class and those below of the other.

        Parameters
        ----------
        rows : ndarray of shape (…, 2, bins)
        to_come : ndarray of shape (…, bins)
        """
        n_bins, found = rows.shape[-1], []
        for first in range(n_bins + 1):
            above = np.arange(n_bins) >= first
            for is_positive in (above, ~above):
                added = np.stack([to_come * ~is_positive, to_come * is_positive], axis=-2)
                found.append(self.value(rows + added))
        values = np.stack(found)
        known = ~np.isnan(values)
        low = np.where(known, values, np.inf).min(axis=0)
        high = np.where(known, values, -np.inf).max(axis=0)
        return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide, NaN where there is nothing to divide by."""
    found = np.full(np.shape(above), np.nan)
    return np.asarray(np.divide(above, below, out=found, where=below > 0), dtype=float)


def losses_by_bin(table: pl.DataFrame, n_bins: int) -> FloatArray:
    """Return the mean squared distance of the scores of each bin to either label, shape (2, bins); 0 where no metric reads it.

    Parameters
    ----------
    table : DataFrame
        ``bin, n`` and, where a metric reads them, ``score_sum, score_sq_sum``.

    Examples
    --------
    >>> table = pl.DataFrame({"bin": [0], "n": [2], "score_sum": [0.5], "score_sq_sum": [0.125]})
    >>> losses_by_bin(table, 1).tolist()
    [[0.0625], [0.5625]]
    """
    if "score_sum" not in table.columns:
        return np.zeros((2, n_bins))
    sums = table.group_by("bin").agg(pl.col("n", "score_sum", "score_sq_sum").sum().cast(pl.Float64)).sort("bin")
    found = np.zeros((2, n_bins))
    mean, square = (sums[name].to_numpy() / sums["n"].to_numpy() for name in ("score_sum", "score_sq_sum"))
    found[0, sums["bin"].to_numpy()] = square
    found[1, sums["bin"].to_numpy()] = 1 - 2 * mean + square
    return found
