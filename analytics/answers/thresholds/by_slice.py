"""Should every slice have its own threshold: one line per slice, and what that is worth together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.answers.thresholds.costs import CostTable
from analytics.measure.intervals import FloatArray, Interval, ratio
from analytics.measure.thresholds.by_slice import Pooling, Rule, slice_bins, slice_savings
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.operating import Totals, cost_sweep

MAX_SLICES = 60
"""Slices with most judged rows that get a line of their own: those behind them have few rows. A choice."""
_TOTALS = ("tp", "fp", "fn", "n_flagged")
_N_CURVE_POINTS = 40
"""Thresholds, evenly over the grid, at which a slice's small curve is drawn: enough for a picture in a cell."""


@dataclass(frozen=True)
class SlicePolicy:
    """A threshold for every slice.

    Attributes
    ----------
    by : tuple of str
    rule : str
    pooling : Pooling
    single : float or None
        The single best threshold; None flags nothing.
    table : DataFrame
        ``slice_0 …, n_judged, threshold`` (null: flags nothing), ``cost, cost_single, saving`` (in sample), ``recall, fpr,
        selection_rate`` at the slice's threshold, ``few_rows, curve`` (cost per 1,000 judged rows at 40 thresholds).
    saving : Interval
        Over the single threshold, cross-fitted.
    n_others : int
        Judged rows in slices beyond the largest sixty: they keep the single threshold.
    before, after : Totals
        What becomes of all rows with the single threshold, and with one for each slice; in sample.
    """

    by: tuple[str, ...]
    rule: Rule
    pooling: Pooling
    single: float | None
    table: pl.DataFrame
    saving: Interval
    n_others: int
    before: Totals
    after: Totals


def slice_policy(table: CostTable, costs: Costs, rule: Rule, pooling: Pooling) -> SlicePolicy:
    """Answer "should every slice have its own threshold?" by arithmetic on a table by slice."""
    support = table.judged_slices
    kept = support.head(MAX_SLICES)
    slices = kept.select(table.keys)
    bins, whole = table.bins(slices), table.bins()
    rows = kept["n_judged"].to_numpy().astype(np.float64) if table.is_weighted else None
    chosen, single = slice_bins(bins, whole, costs, rule, pooling, rows)
    sweep = cost_sweep(bins, costs)
    cost = sweep.cost

    def at(values: FloatArray) -> FloatArray:
        return np.asarray(np.take_along_axis(values, chosen[:, None], -1)[:, 0])

    thresholds = np.append(table.edges, np.nan)
    places = np.linspace(0, len(table.edges), _N_CURVE_POINTS).round().astype(int)
    curves = 1000 * ratio(cost[:, places], bins.judged.sum(axis=-1, keepdims=True))
    columns = {
        "n_judged": kept["n_judged"],
        "threshold": thresholds[chosen],
        "cost": at(cost),
        "cost_single": cost[:, single],
        "saving": cost[:, single] - at(cost),
        "recall": ratio(at(sweep.tp), at(sweep.tp) + at(sweep.fn)),
        "fpr": ratio(at(sweep.fp), at(sweep.fp) + at(sweep.tn)),
        "selection_rate": ratio(at(sweep.n_flagged), bins.n.sum(axis=-1)),
    }
    found = slices.hstack(pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))).with_columns(
        few_rows=pl.col("n_judged") < pooling.min_support, curve=pl.Series(curves.tolist(), dtype=pl.List(pl.Float64))
    )
    halves = table.halves(slices)
    groups = (table.groups(0, slices), table.groups(1, slices))
    saving = slice_savings(halves, table.halves(), costs, rule, pooling, groups, rows)
    single_threshold = float(table.edges[single]) if single < len(table.edges) else None
    n_others = int(support["n_judged"][kept.height :].sum())
    everywhere = cost_sweep(whole, costs)
    before = [float(getattr(everywhere, name)[0, single]) for name in _TOTALS]
    moved = [float((at(values) - values[:, single]).sum()) for values in (getattr(sweep, name) for name in _TOTALS)]
    after = [was + change for was, change in zip(before, moved, strict=True)]
    return SlicePolicy(
        table.by, rule, pooling, single_threshold, found, saving, n_others, Totals(*before), Totals(*after)
    )
