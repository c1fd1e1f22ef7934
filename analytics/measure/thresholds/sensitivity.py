"""Which costs the decision rests on: how far each may move before another threshold is better."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analytics.measure.curves import from_the_top
from analytics.measure.intervals import FloatArray
from analytics.measure.thresholds.costs import CELLS, BoolArray, CostBins, Costs, best_bin, cell_units

_FACTORS = np.geomspace(0.1, 10, 401)
"""Factors of a cost that are looked at, a tenth to ten times it: neighbours are 1.2 % apart, finer than costs are known."""
_MAP_FACTORS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""Factors of two costs that are moved together, a quarter to four times them: neighbours are a root of two apart."""
_SLACK = 1e-9
"""Rounding, as a share of the largest total cost, that does not make a threshold worse."""


@dataclass(frozen=True)
class CostRange:
    """How far one cost may move before the decision changes.

    Attributes
    ----------
    cell : str
        ``tp, fp, fn, tn`` or ``review``.
    value : float
        The cost as it is.
    low, high : float or None
        Between them the chosen threshold stays within the tolerance of the best; None where it does so as far as was
        looked: to a tenth and to ten times the cost, or as far from 0 as the largest cost.
    """

    cell: str
    value: float
    low: float | None
    high: float | None


def _units_at(bins: CostBins, costs: Costs) -> dict[str, FloatArray]:
    """Give what each cost multiplies at every threshold, for one slice: arrays of shape (bins + 1,)."""
    units = {cell: from_the_top(values)[0] for cell, values in cell_units(bins, costs).items()}
    for cell in ("fn", "tn"):
        units[cell] = units[cell][0] - units[cell]
    return {**units, "review": from_the_top(bins.judged)[0]}


def cost_ranges(
    bins: CostBins, costs: Costs, chosen: int, tolerance: float, allowed: BoolArray | None = None
) -> tuple[CostRange, ...]:
    """Say for every cost how far it may move while the chosen threshold stays within ``tolerance`` of the best.

    Parameters
    ----------
    bins : CostBins of shape (1, bins)
    costs : Costs
    chosen : int
        The bin of the threshold in question.
    tolerance : float
        As a share of the absolute best cost at the moved cost.
    allowed : numpy.ndarray of bool of shape (bins + 1,), optional
        The thresholds to compare with.
    """
    units = _units_at(bins, costs)
    total = sum(getattr(costs, cell) * units[cell] for cell in units)
    largest = max(abs(getattr(costs, cell)) for cell in units) or 1.0
    found = []
    for cell in (*CELLS, "review"):
        value = getattr(costs, cell)
        moved = value * _FACTORS if value else largest * np.linspace(0 if cell == "review" else -1, 1, len(_FACTORS))
        curves = total + (moved - value)[:, None] * units[cell]
        least = (curves if allowed is None else np.where(allowed, curves, np.inf)).min(axis=1)
        holds = curves[:, chosen] <= least + tolerance * np.abs(least) + _SLACK * np.abs(total).max()
        found.append(CostRange(cell, value, *_held_between(np.sort(moved), holds[np.argsort(moved)], value)))
    return tuple(found)


def _held_between(moved: FloatArray, holds: BoolArray, value: float) -> tuple[float | None, float | None]:
    """Give the run of values around ``value`` at which the decision holds; None where it has no end.

    >>> _held_between(np.array([0.5, 1.0, 2.0, 4.0]), np.array([True, True, True, False]), 1.0)
    (None, 2.0)
    """
    here = int(np.argmin(np.abs(moved - value)))
    broken = np.flatnonzero(~holds)
    below, above = broken[broken < here], broken[broken > here]
    if not holds[here]:
        return value, value
    return (
        float(moved[below[-1] + 1]) if below.size else None,
        float(moved[above[0] - 1]) if above.size else None,
    )


def best_threshold_map(
    bins: CostBins, costs: Costs, edges: FloatArray, allowed: BoolArray | None = None
) -> pl.DataFrame:
    """Give the best threshold for false positives and false negatives that cost a quarter to four times as much.

    Returns
    -------
    polars.DataFrame
        ``fp, fn`` (the costs), ``fp_factor, fn_factor``, ``threshold`` (null where nothing is flagged).
    """
    units = _units_at(bins, costs)
    rest = replace(costs, fp=0.0, fn=0.0)
    base = sum(getattr(rest, cell) * units[cell] for cell in units)
    fp, fn = costs.fp or 1.0, costs.fn or 1.0
    rows = []
    for factor in _MAP_FACTORS:
        curves = base + fp * factor * units["fp"] + np.outer(fn * np.array(_MAP_FACTORS), units["fn"])
        places = best_bin(curves, None if allowed is None else np.broadcast_to(allowed, curves.shape))
        for other, place in zip(_MAP_FACTORS, places, strict=True):
            is_edge = 0 <= place < len(edges)
            rows.append((fp * factor, fn * other, factor, other, float(edges[place]) if is_edge else None))
    names = ("fp", "fn", "fp_factor", "fn_factor", "threshold")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64), orient="row")
