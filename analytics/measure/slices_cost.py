"""What errors cost by slice: the cost per row, and of it what the model makes dearer there than its base rate explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import polars as pl

from analytics.measure.base_rate import LabelErrors, base_rate_split, model_part
from analytics.measure.clusters import Clusters, effect_between, widened
from analytics.measure.comparisons import benjamini_hochberg, proportion_p_value
from analytics.measure.counts import Counts
from analytics.measure.intervals import Estimate, FloatArray, Interval, difference_p_value, ratio
from analytics.measure.metric import Metric
from analytics.measure.numbers import mean_of
from analytics.measure.sum_estimators import SumMean

COST = "cost"
"""The cost per row among the metrics by which slices are compared, where somebody said what errors cost."""
COST_SUMS = frozenset({"cost_sum", "cost_sq_sum"})
"""Sums that no log holds: `with_costs` adds them to a score table."""


class _RowCosts(Protocol):
    """What a row of each outcome costs; `thresholds.costs.Costs` says what each means."""

    @property
    def review(self) -> float: ...
    @property
    def amount_cells(self) -> tuple[str, ...]: ...


def _cost(sums: Mapping[str, FloatArray], n: FloatArray) -> Estimate:
    """Average what judged rows cost."""
    return mean_of(sums["cost_sum"], sums["cost_sq_sum"], n)


OF_COSTS: tuple[Metric, ...] = (
    Metric(
        COST,
        "Cost per row",
        "Mean cost of a judged row, by what somebody said that each outcome costs.",
        "mean of the cost of the outcome",
        "no row has both a label and a score",
        "lower",
        SumMean(_cost, COST_SUMS),
        frozenset({"slices"}),
        low=-np.inf,
        high=np.inf,
        kinds=frozenset({"priced"}),
    ),
)
"""The metric of costs: a part of the registry."""


def with_costs(score_table: pl.DataFrame, threshold_bin: int, costs: _RowCosts) -> pl.DataFrame:
    """Add what the rows of a score table cost at one threshold, and the squares of it.

    Parameters
    ----------
    score_table : polars.DataFrame
        ``score_bin, n, n_pos, n_unlabelled``; where an amount multiplies a cell also ``amount_pos_sum, amount_neg_sum`` and
        their ``_sq_sum``. A row without an amount costs nothing by it.
    threshold_bin : int
        Rows with ``score_bin >= threshold_bin`` are predicted positive.
    costs : Costs

    Examples
    --------
    >>> from analytics.measure.thresholds.costs import Costs
    >>> table = pl.DataFrame({"score_bin": [0, 1], "n": [5, 4], "n_pos": [1, 3], "n_unlabelled": [1, 0]})
    >>> with_costs(table, 1, Costs(fp=2, fn=10, review=1)).select("cost_sum", "cost_sq_sum").rows()
    [(10.0, 100.0), (6.0, 12.0)]
    """
    flagged = (pl.col("score_bin") >= threshold_bin).fill_null(value=False)
    rows = {"pos": pl.col("n_pos"), "neg": pl.col("n") - pl.col("n_pos") - pl.col("n_unlabelled")}
    cells = {"tp": ("pos", flagged), "fn": ("pos", ~flagged), "fp": ("neg", flagged), "tn": ("neg", ~flagged)}
    sums, squares = [], []
    for cell, (label, is_cell) in cells.items():
        cost, look = float(getattr(costs, cell)), costs.review if cell in ("tp", "fp") else 0.0
        n = rows[label].cast(pl.Float64)
        if cost and cell in costs.amount_cells:
            amount, amount_sq = (pl.col(f"amount_{label}{end}").fill_null(0.0) for end in ("_sum", "_sq_sum"))
            sums.append(is_cell * (cost * amount + look * n))
            squares.append(is_cell * (cost**2 * amount_sq + 2 * cost * look * amount + look**2 * n))
        else:
            sums.append(is_cell * ((cost + look) * n))
            squares.append(is_cell * ((cost + look) ** 2 * n))
    return score_table.with_columns(cost_sum=pl.sum_horizontal(sums), cost_sq_sum=pl.sum_horizontal(squares))


def priced_excess(
    own: LabelErrors, rest: LabelErrors, weights: tuple[float, float], level: float = 0.95
) -> tuple[Interval, FloatArray]:
    """Weigh what the model does worse in slices than the rest's FNR and FPR predict, and test it.

    Parameters
    ----------
    own, rest : LabelErrors
        The slices and their complements, in arrays of one shape.
    weights : (float, float)
        What a miss and what a false alarm cost more than the right decision.
    level : float
        Confidence level of the interval.

    Returns
    -------
    (Interval, numpy.ndarray)
        As `base_rate.model_part` says, and the p-value.

    Notes
    -----
    p is that of `base_rate_split`. Where a miss does not count what a false alarm does, it is the larger one of that of the
    interval and twice the smaller one of those of equal FNR and of equal FPR; where one of them counts nothing, of that of the
    other alone.
    """
    part = model_part(own, rest, weights, level)
    if weights[0] == weights[1]:
        return part, base_rate_split(own, rest, level).p_value
    each = (
        proportion_p_value(own.missed, own.positives, rest.missed, rest.positives),
        proportion_p_value(own.flagged, own.negatives, rest.flagged, rest.negatives),
    )
    counted = [p for p, weight in zip(each, weights, strict=True) if weight]
    smallest = np.minimum(1.0, len(counted) * np.fmin.reduce(counted))
    return part, np.asarray(np.fmax(difference_p_value(part, level), smallest), dtype=float)


def with_priced_excess(
    table: pl.DataFrame,
    weights: tuple[float, float],
    by: Sequence[str],
    clusters: pl.DataFrame | None = None,
    level: float = 0.95,
) -> pl.DataFrame:
    """Add to a table of slices what the model makes dearer there: the cost beyond what the base rate explains.

    Parameters
    ----------
    table : polars.DataFrame
        As `slices.slice_table` says.
    weights : (float, float)
        What a miss and what a false alarm cost more than the right decision: amounts at their mean over the cohort, so that a
        slice of large amounts is not called worse for these.
    by, clusters, level
        As in `slices.slice_table`.

    Returns
    -------
    polars.DataFrame
        With ``excess_cost`` and its ``_low`` and ``_high`` over the rows of the slice, ``excess_cost_p`` and
        ``excess_cost_p_adjusted`` (Benjamini-Hochberg over all slices of the table).
    """
    counts = Counts.of(table)
    rest = counts.total() - counts
    part, p = priced_excess(LabelErrors.of(counts), LabelErrors.of(rest), weights, level)
    if clusters is not None:
        units, of_all = Clusters.of_slices(clusters, table, by)

        def beyond(slices: Counts, others: Counts) -> FloatArray:
            missed, flagged = LabelErrors.of(slices).beyond(LabelErrors.of(others))
            return ratio(weights[0] * missed + weights[1] * flagged, slices.judged)

        effect = effect_between(beyond, (counts, units), (rest, of_all - units))
        part = widened(part, effect, level)
        p = np.fmax(p, difference_p_value(part, level, effect.freedom))
    found = {
        "excess_cost": part.value,
        "excess_cost_low": part.low,
        "excess_cost_high": part.high,
        "excess_cost_p": p,
        "excess_cost_p_adjusted": benjamini_hochberg(p),
    }
    return table.hstack(pl.DataFrame(found, nan_to_null=True))
