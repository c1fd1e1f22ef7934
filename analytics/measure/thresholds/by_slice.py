"""A threshold for each slice: by cost, or so that a rate is the same everywhere, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import FloatArray, Interval, ratio
from analytics.measure.thresholds.certainty import added, saving
from analytics.measure.thresholds.costs import CostBins, Costs, IntArray, best_bin, total_costs
from analytics.measure.thresholds.groups import Groups

Rule = Literal["own-optimum", "equal-fpr", "equal-recall", "equal-selection-rate"]
_MIN_SUPPORT = 100
"""Judged rows below which a slice keeps the single threshold; it can be chosen on the page."""
_PSEUDO_ROWS = 100.0
"""Judged rows of the whole cohort's distribution that join every slice: one of as many rows is pulled half of the way. The
page offers others; no simulation set it."""


@dataclass(frozen=True)
class Pooling:
    """How little a small slice may decide for itself.

    Attributes
    ----------
    min_support : int
        A slice with fewer judged rows keeps the single threshold.
    pseudo_rows : float
        Every slice's bins are joined by so many rows with the distribution of the whole cohort.
    """

    min_support: int = _MIN_SUPPORT
    pseudo_rows: float = _PSEUDO_ROWS


def _shrunk(bins: CostBins, whole: CostBins, pseudo_rows: float) -> CostBins:
    """Join ``pseudo_rows`` judged rows of the whole cohort's distribution to the bins of every slice."""
    weight = pseudo_rows / max(float(whole.judged.sum()), 1.0)
    return CostBins(*(getattr(bins, field.name) + weight * getattr(whole, field.name) for field in fields(bins)))


def _rates(bins: CostBins, rule: Rule) -> FloatArray:
    """Give the rate that a rule makes equal at every threshold: (slices, bins + 1), NaN where undefined."""
    values = {"equal-fpr": bins.neg, "equal-recall": bins.pos, "equal-selection-rate": bins.n}[rule]
    above = from_the_top(values)
    return ratio(above, above[..., :1])


def slice_bins(
    bins: CostBins, whole: CostBins, costs: Costs, rule: Rule, pooling: Pooling, rows: FloatArray | None = None
) -> tuple[IntArray, int]:
    """Choose a threshold for every slice, and the single one.

    The single threshold is the cheapest of the whole cohort. A slice's own is the cheapest of its shrunk bins, which is
    never dearer on its rows than the single one; with another rule it is where the slice's rate is nearest to that of the
    whole cohort at the single threshold.

    Parameters
    ----------
    bins : CostBins of shape (slices, bins)
    whole : CostBins of shape (1, bins)
        All rows, those of slices that are not in ``bins`` included.
    rows : numpy.ndarray of shape (slices,), optional
        Judged rows of each slice, where rows stand for many.

    Returns
    -------
    numpy.ndarray of int of shape (slices,), int

    Raises
    ------
    QuestionError
        If the rule is unknown.
    """
    if rule not in get_args(Rule):
        raise QuestionError(f"Expected one of {', '.join(get_args(Rule))}, found {rule!r}.")
    single = int(best_bin(total_costs(whole, costs))[0])
    pooled = _shrunk(bins, whole, pooling.pseudo_rows)
    if rule == "own-optimum":
        chosen = best_bin(total_costs(pooled, costs))
    else:
        target = _rates(whole, rule)[0, single]
        distance = np.abs(_rates(pooled, rule) - target)
        chosen = best_bin(np.where(np.isnan(distance), np.inf, distance))
    support = bins.judged.sum(axis=-1) if rows is None else rows
    keeps = (support < pooling.min_support) | (chosen < 0)
    return np.where(keeps, single, chosen), single


def _flagged_shares(places: IntArray, n_bins: int) -> FloatArray:
    """Give the flagged share of every bin for one threshold per slice: (slices, bins)."""
    return (np.arange(n_bins) >= np.asarray(places)[:, None]).astype(np.float64)


def slice_savings(
    halves: tuple[CostBins, CostBins],
    wholes: tuple[CostBins, CostBins],
    costs: Costs,
    rule: Rule,
    pooling: Pooling,
    groups: tuple[Groups | None, Groups | None] = (None, None),
    rows: FloatArray | None = None,
) -> Interval:
    """Bound what thresholds per slice save over the single one, all chosen on one half and judged on the other.

    Parameters
    ----------
    halves : pair of CostBins of shape (slices, bins)
        The same slices in both.
    wholes : pair of CostBins of shape (1, bins)
    groups : pair of Groups, optional
        Of either half, by slice, where rows belong together or stand for many.
    rows : numpy.ndarray of shape (slices,), optional
        Judged rows of each slice, where rows stand for many.

    Returns
    -------
    Interval
        Over all judged rows of the slices; negative where the single threshold is cheaper.
    """
    support = halves[0].judged.sum(axis=-1) + halves[1].judged.sum(axis=-1) if rows is None else rows
    n_bins = halves[0].n.shape[-1]
    found = []
    turns = (
        (halves[1], halves[0], wholes[0], groups[1]),
        (halves[0], halves[1], wholes[1], groups[0]),
    )
    for judged, other, whole, of in turns:
        chosen, single = slice_bins(other, whole, costs, rule, Pooling(0, pooling.pseudo_rows))
        chosen = np.where(support < pooling.min_support, single, chosen)
        before = _flagged_shares(np.full(len(chosen), single), n_bins)
        found.append(saving(judged, costs, before, _flagged_shares(chosen, n_bins), of))
    return added(found)
