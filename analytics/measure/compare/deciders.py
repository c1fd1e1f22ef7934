"""Several deciders on the same rows as one table: rates with intervals, costs, and paired differences to the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.compare.proportions import bonett_price
from analytics.measure.intervals import Interval, wilson
from analytics.measure.thresholds.costs import Costs


def decider_table(
    cells: pl.DataFrame, names: Sequence[str], costs: Costs | None = None, squares: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Hold deciders against each other on the rows that all of them decide and whose truth is known.

    Parameters
    ----------
    cells : DataFrame
        As `query.compare.deciders.decider_cells` gives them.
    names : sequence of str
        Of the deciders, the live side first.
    costs : Costs, optional
        With them there is a cost per row, where no cell of them is an amount.
    squares : DataFrame, optional
        As `query.compare.deciders.decider_squares` gives them, where rows stand for many or belong together: rates are then
        weighted, and intervals those of whole units by linearisation.

    Returns
    -------
    DataFrame
        ``decider``, ``n`` (judged rows), ``flagged`` (share of them), ``error_rate, low, high``, ``recall``, ``fpr``,
        ``precision``, ``cost`` (per row), ``difference, difference_low, difference_high`` (error rate less that of the live
        side, on the same rows, by Bonett and Price), ``agrees`` (share that it decides as the live side does; of answers that
        are right or wrong and say neither yes nor no, share on which both are right or both wrong); null where undefined.

    Examples
    --------
    >>> cells = pl.DataFrame({"flag_0": [1, 0], "flag_1": [1, 1], "label": [1, 1], "n": [6, 4], "w": [6.0, 4.0]})
    >>> cells = cells.with_columns(right_0=pl.col("flag_0"), right_1=pl.col("flag_1"))
    >>> decider_table(cells, ["model", "rules"])["error_rate"].to_list()
    [0.4, 0.0]
    """
    places = range(len(names))
    judged = cells.filter(pl.all_horizontal(pl.col(f"right_{place}").is_not_null() for place in places))
    own, rows = judged["right_0"].to_numpy() == 1, []
    n = judged["w"].cast(pl.Float64).to_numpy()
    says_yes_or_no = not judged["label"].null_count()
    total, label = float(n.sum()), judged["label"].cast(pl.Float64).to_numpy()
    for place in places:
        flag = judged[f"flag_{place}"].cast(pl.Float64).to_numpy()
        right = judged[f"right_{place}"].to_numpy() == 1
        wrong = float(n[~right].sum())
        more = float(n[own & ~right].sum()), float(n[~own & right].sum())
        bound, gap = wilson(wrong, total), bonett_price(*more, total)
        if squares is not None:
            bound, gap = _of_units(squares, place, wrong, more[0] - more[1], total)
        cell = {
            name: float(n[(flag == flagged) & (label == truth)].sum())
            for name, flagged, truth in (("tp", 1, 1), ("fp", 1, 0), ("fn", 0, 1), ("tn", 0, 0))
        }
        alike = flag == judged["flag_0"].cast(pl.Float64).to_numpy() if says_yes_or_no else right == own
        rows.append(
            {
                "decider": names[place],
                "n": int(judged["n"].sum()),
                "flagged": _share(cell["tp"] + cell["fp"], total) if says_yes_or_no else None,
                "error_rate": _share(wrong, total),
                "low": float(bound.low),
                "high": float(bound.high),
                "recall": _share(cell["tp"], cell["tp"] + cell["fn"]),
                "fpr": _share(cell["fp"], cell["fp"] + cell["tn"]),
                "precision": _share(cell["tp"], cell["tp"] + cell["fp"]),
                "cost": _cost(cell, total, costs) if says_yes_or_no else None,
                **dict.fromkeys(("difference", "difference_low", "difference_high")),
                "agrees": _share(float(n[alike].sum()), total),
            }
        )
        if place:
            ends = (float(gap.value), float(gap.low), float(gap.high))
            rows[-1] |= dict(zip(("difference", "difference_low", "difference_high"), ends, strict=True))
    kinds = {name: pl.String if name == "decider" else pl.Int64 if name == "n" else pl.Float64 for name in rows[0]}
    return pl.DataFrame(rows, schema=kinds).with_columns(pl.col(pl.Float64).fill_nan(None))


def _of_units(squares: pl.DataFrame, place: int, wrong: float, more: float, total: float) -> tuple[Interval, Interval]:
    """Bound the error rate of a decider, and by how much it is above that of the first, by what whole units add to them."""
    if not total:
        none = Interval(*(np.array(np.nan) for _ in range(3)))
        return none, none
    found = {name: float(value or 0.0) for name, value in squares.row(0, named=True).items()}
    units, rate, gap = found["units"], wrong / total, more / total
    by = units / (units - 1) / total**2 if units > 1 else np.nan
    quantile = np.array(special.stdtrit(max(units - 1, 1), 0.975))

    def variance(own: str, beside: str, mean: float) -> float:
        return max(by * (found[f"{own}_{place}"] - 2 * mean * found[f"{beside}_{place}"] + mean**2 * found["xx"]), 0.0)

    own = variance("yy", "xy", rate)
    worth = rate * (1 - rate) / own if own > 0 else total**2 / max(found["xx"], 1e-12)
    bound = wilson(np.array(rate * worth), np.array(worth), 0.95, quantile)
    reach = float(quantile) * np.sqrt(variance("dd", "xd", gap)) if place else np.nan
    return bound, Interval(np.array(gap), np.array(gap - reach), np.array(gap + reach))


def _share(part: float, whole: float) -> float | None:
    """Return a share, None of nothing."""
    return part / whole if whole else None


def _cost(cell: dict[str, float], total: float, costs: Costs | None) -> float | None:
    """Return the cost per row, None where it is not known."""
    if costs is None or costs.amount_cells or not total:
        return None
    looks = costs.review * (cell["tp"] + cell["fp"])
    return float(np.sum([cell[name] * getattr(costs, name) for name in cell]) + looks) / total
