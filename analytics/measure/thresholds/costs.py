"""What decisions cost: the cost matrix, and the cost of flagging everything above each threshold of the grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.errors import QuestionError
from analytics.measure.counts import Arrays, slice_keys
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import FloatArray, ratio

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

CELLS = ("tp", "fp", "fn", "tn")
_POSITIVE_CELLS = ("tp", "fn")
_MAX_COST = 1e12
"""Money of one row, in any unit, that a cost may have: more than any row costs, and sums over all rows stay finite."""


@dataclass(frozen=True)
class Costs:
    """What one row of each outcome costs, in any unit; negative is gain.

    Attributes
    ----------
    tp, fp, fn, tn : float
        Cost of a row of the cell, or of one unit of its amount where ``amount_cells`` names the cell.
    review : float
        Cost of looking at a flagged row, whatever its label.
    amount_cells : tuple of str
        The cells whose cost is multiplied by the row's amount.

    Raises
    ------
    QuestionError
        If a cost is no finite number, or a cell is unknown.
    """

    tp: float = 0.0
    fp: float = 1.0
    fn: float = 1.0
    tn: float = 0.0
    review: float = 0.0
    amount_cells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be computed with."""
        for name in (*CELLS, "review"):
            value = getattr(self, name)
            if not is_cost(value):
                raise QuestionError(f"Expected the cost {name} as a number up to a trillion, found {value}. Change it.")
        unknown = sorted(set(self.amount_cells) - set(CELLS))
        if unknown:
            raise QuestionError(f"Expected cells among {', '.join(CELLS)} to multiply, found {unknown[0]!r}.")

    @property
    def is_constant(self) -> bool:
        """Whether no decision can change the cost."""
        return self.fp == self.tn and self.fn == self.tp and not self.review

    @property
    def has_per_row_rule(self) -> bool:
        """Whether a break-even probability exists that does not depend on a row's amount."""
        multiplied = [cell in self.amount_cells for cell in CELLS if getattr(self, cell)]
        return not any(multiplied) or (all(multiplied) and not self.review)


def is_cost(value: float) -> bool:
    """Whether a number may be the cost of a row.

    >>> is_cost(-5), is_cost(math.inf)
    (True, False)
    """
    return math.isfinite(value) and abs(value) <= _MAX_COST


def with_mean_amounts(costs: Costs, mean_positive: float, mean_negative: float) -> Costs:
    """Give a cost matrix without amounts: cells that an amount multiplies cost what a row of their label does on average.

    Parameters
    ----------
    costs : Costs
    mean_positive, mean_negative : float
        Mean amount of the rows of either label.

    Examples
    --------
    >>> with_mean_amounts(Costs(fp=3, fn=1, amount_cells=("fn",)), 40.0, 5.0).fn
    40.0
    """
    means = {cell: mean_positive if cell in _POSITIVE_CELLS else mean_negative for cell in costs.amount_cells}
    return replace(costs, amount_cells=(), **{cell: getattr(costs, cell) * mean for cell, mean in means.items()})


@dataclass(frozen=True)
class CostBins(Arrays):
    """Sums per slice and score bin, as arrays of shape (slices, bins).

    `n` counts scored rows whether labelled or not, `pos` and `neg` judged ones; the sums of amounts and of their squares
    are over judged rows, and 0 where the table has none.
    """

    n: FloatArray
    pos: FloatArray
    neg: FloatArray
    amount_pos: FloatArray
    amount_neg: FloatArray
    amount_pos_sq: FloatArray
    amount_neg_sq: FloatArray

    @property
    def judged(self) -> FloatArray:
        """Rows with a label and a score."""
        return self.pos + self.neg


def cost_bins(table: pl.DataFrame, n_bins: int, slices: pl.DataFrame | None = None) -> CostBins:
    """Spread a score table into dense arrays of shape (slices, bins).

    Parameters
    ----------
    table : polars.DataFrame
        ``score_bin, n, n_pos, n_unlabelled`` and, with amounts, ``amount_pos_sum, amount_neg_sum`` and their
        ``_sq_sum``; rows of one slice and bin are added up.
    n_bins : int
        The number of edges of the score grid.
    slices : polars.DataFrame, optional
        The values of the segment columns to keep, in the order wanted; by default one slice of everything.

    Examples
    --------
    >>> table = pl.DataFrame({"score_bin": [0, 2], "n": [5, 4], "n_pos": [1, 3], "n_unlabelled": [1, 0]})
    >>> print(cost_bins(table, 3).neg)
    [[3. 0. 1.]]
    """
    scored = table.filter(pl.col("score_bin").is_not_null())
    place = np.zeros(scored.height, dtype=np.int64)
    if slices is not None and slices.columns:
        index = slice_keys(slices, slices.columns)
        keyed = scored.hstack(slice_keys(scored, slices.columns))
        keyed = keyed.join(index.with_row_index("slice"), on=index.columns, how="inner", nulls_equal=True)
        place, scored = keyed["slice"].to_numpy().astype(np.int64), keyed
    n_slices = slices.height if slices is not None and slices.columns else 1
    cell = place * n_bins + scored["score_bin"].to_numpy().astype(np.int64)

    def dense(values: pl.Series) -> FloatArray:
        sums = np.bincount(cell, values.fill_null(0).to_numpy().astype(np.float64), minlength=n_slices * n_bins)
        return sums.astype(np.float64).reshape(n_slices, n_bins)

    def amounts(name: str) -> FloatArray:
        return dense(scored[name]) if name in scored.columns else np.zeros((n_slices, n_bins))

    # Of weights a difference would leave a little where no row is.
    has_neg = "n_neg" in scored.columns
    neg = scored["n_neg"] if has_neg else scored["n"] - scored["n_unlabelled"] - scored["n_pos"]
    names = ("amount_pos_sum", "amount_neg_sum", "amount_pos_sq_sum", "amount_neg_sq_sum")
    return CostBins(dense(scored["n"]), dense(scored["n_pos"]), dense(neg), *(amounts(name) for name in names))


def cell_units(bins: CostBins, costs: Costs) -> dict[str, FloatArray]:
    """Give what the cost of each cell multiplies, by bin: rows, or the sum of their amounts."""
    rows = {"pos": (bins.pos, bins.amount_pos), "neg": (bins.neg, bins.amount_neg)}
    return {cell: rows["pos" if cell in _POSITIVE_CELLS else "neg"][cell in costs.amount_cells] for cell in CELLS}


def flagged_and_passed(bins: CostBins, costs: Costs) -> tuple[FloatArray, FloatArray]:
    """Give the cost of each bin's judged rows when they are flagged, and when they are not: (slices, bins) each."""
    units = cell_units(bins, costs)
    flagged = costs.tp * units["tp"] + costs.fp * units["fp"] + costs.review * bins.judged
    return flagged, costs.fn * units["fn"] + costs.tn * units["tn"]


def total_costs(bins: CostBins, costs: Costs) -> FloatArray:
    """Give the cost of the judged rows at every threshold of the grid.

    Parameters
    ----------
    bins : CostBins of shape (..., bins)
    costs : Costs

    Returns
    -------
    numpy.ndarray of shape (..., bins + 1)
        Entry k flags the bins k and above; the last one flags nothing.

    Examples
    --------
    >>> table = pl.DataFrame({"score_bin": [0, 1], "n": [4, 2], "n_pos": [1, 2], "n_unlabelled": [0, 0]})
    >>> print(total_costs(cost_bins(table, 2), Costs(fp=1, fn=5)))
    [[ 3.  5. 15.]]
    """
    flagged, passed = flagged_and_passed(bins, costs)
    below = np.concatenate([np.zeros((*passed.shape[:-1], 1)), np.cumsum(passed, axis=-1)], axis=-1)
    total: FloatArray = from_the_top(flagged) + below
    return total


def squared_stakes(bins: CostBins, costs: Costs) -> FloatArray:
    """Give the sum over each bin's judged rows of the squared cost that flagging one adds or saves.

    It is the variance, under Poisson resampling of rows, of what a bin changes when it is flagged.
    """
    found = []
    for right, wrong, n, amount, square in (
        ("tp", "fn", bins.pos, bins.amount_pos, bins.amount_pos_sq),
        ("fp", "tn", bins.neg, bins.amount_neg, bins.amount_neg_sq),
    ):
        flat, sloped = costs.review, 0.0
        for cell, sign in ((right, 1.0), (wrong, -1.0)):
            if cell in costs.amount_cells:
                sloped += sign * getattr(costs, cell)
            else:
                flat += sign * getattr(costs, cell)
        found.append(flat**2 * n + 2 * flat * sloped * amount + sloped**2 * square)
    return np.maximum(found[0] + found[1], 0.0)


def cost_curve(table: pl.DataFrame, edges: FloatArray, costs: Costs) -> pl.DataFrame:
    """Give the counts and the cost of a cohort at every threshold.

    Parameters
    ----------
    table : polars.DataFrame
        A score table: ``score_bin, n, n_pos, n_unlabelled`` and, with amounts, their sums by label; slices are added up.
    edges : numpy.ndarray of shape (bins,)
        The score grid.
    costs : Costs
        The cost matrix.

    Returns
    -------
    polars.DataFrame
        ``threshold_bin, threshold`` (null in the last row, where nothing is flagged), ``n_flagged`` (labelled or not),
        ``tp, fp, fn, tn, cost, cost_per_1000``: over judged rows, the last null where there are none.
    """
    bins = cost_bins(table, len(edges))
    tp, fp, n_flagged = (from_the_top(values)[0] for values in (bins.pos, bins.neg, bins.n))
    cost = total_costs(bins, costs)[0]
    counts = {"n_flagged": n_flagged, "tp": tp, "fp": fp, "fn": tp[0] - tp, "tn": fp[0] - fp}
    return pl.DataFrame(
        {
            "threshold_bin": np.arange(len(edges) + 1),
            "threshold": pl.Series(np.append(np.asarray(edges, dtype=float), np.nan)).fill_nan(None),
            **{name: pl.Series(values).cast(pl.Int64) for name, values in counts.items()},
            "cost": cost,
            "cost_per_1000": pl.Series(1000 * ratio(cost, bins.judged.sum())).fill_nan(None),
        }
    )


def best_bin(cost: FloatArray, allowed: BoolArray | None = None) -> IntArray:
    """Give the place of the lowest cost along the last axis, of equals the one that flags fewest rows.

    ``allowed``, of the same shape, says which places may be taken; where none may, the place is -1.

    >>> best_bin(np.array([3.0, 1.0, 1.0, 2.0])).item()
    2
    """
    masked = cost if allowed is None else np.where(allowed, cost, np.inf)
    place = cost.shape[-1] - 1 - np.argmin(masked[..., ::-1], axis=-1)
    found = np.take_along_axis(masked, place[..., None], -1)[..., 0]
    return np.asarray(np.where(np.isfinite(found), place, -1), dtype=np.int64)


def best_threshold(table: pl.DataFrame, edges: FloatArray, costs: Costs) -> tuple[float | None, float | None]:
    """Give the threshold that costs least on these rows, and that cost.

    Parameters are those of `cost_curve`.

    Returns
    -------
    tuple of float or None
        The threshold, None where flagging nothing costs least or no row is judged; the cost, None without judged rows.
    """
    curve = cost_curve(table, edges, costs)
    if curve["cost_per_1000"].null_count():
        return None, None
    best = int(best_bin(curve["cost"].to_numpy()))
    return curve["threshold"][best], curve["cost"][best]


def theoretical_threshold(costs: Costs) -> float | None:
    """Give the probability from which flagging a row is the cheaper decision: the best threshold of calibrated scores.

    (c_FP - c_TN + review) / (c_FP - c_TN + c_FN - c_TP): where a positive row costs c_FN passed and c_TP flagged, a negative
    one c_TN and c_FP. None where it depends on each row's amount, or where flagging does not gain with the score.

    References
    ----------
    Elkan (2001), The foundations of cost-sensitive learning, IJCAI 17:973-978.

    Examples
    --------
    >>> round(theoretical_threshold(Costs(fp=1, fn=5)), 4)
    0.1667
    """
    gain = costs.fp - costs.tn + costs.fn - costs.tp
    if gain <= 0 or not costs.has_per_row_rule:
        return None
    return (costs.fp - costs.tn + costs.review) / gain
