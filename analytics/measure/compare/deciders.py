"""Several deciders on the same rows as one table: rates with intervals, costs, and paired differences to the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.measure.compare.proportions import bonett_price
from analytics.measure.intervals import wilson
from analytics.measure.thresholds.costs import Costs


def decider_table(cells: pl.DataFrame, names: Sequence[str], costs: Costs | None = None) -> pl.DataFrame:
    """Hold deciders against each other on the rows that all of them decide and whose truth is known.

    Parameters
    ----------
    cells : DataFrame
        As `query.compare.deciders.decider_cells` gives them.
    names : sequence of str
        Of the deciders, the live side first.
    costs : Costs, optional
        With them there is a cost per row, where no cell of them is an amount.

    Returns
    -------
    DataFrame
        ``decider``, ``n`` (judged rows), ``flagged`` (share of them), ``error_rate, low, high``, ``recall``, ``fpr``,
        ``precision``, ``cost`` (per row), ``difference, difference_low, difference_high`` (error rate less that of the live
        side, on the same rows, by Bonett and Price), ``agrees`` (share that it decides as the live side does; of answers that
        are right or wrong and say neither yes nor no, share on which both are right or both wrong); null where undefined.

    Examples
    --------
    >>> cells = pl.DataFrame({"flag_0": [1, 0], "flag_1": [1, 1], "label": [1, 1], "n": [6, 4]})
    >>> cells = cells.with_columns(right_0=pl.col("flag_0"), right_1=pl.col("flag_1"))
    >>> decider_table(cells, ["model", "rules"])["error_rate"].to_list()
    [0.4, 0.0]
    """
    places = range(len(names))
    judged = cells.filter(pl.all_horizontal(pl.col(f"right_{place}").is_not_null() for place in places))
    own, rows = judged["right_0"].to_numpy() == 1, []
    n = judged["n"].cast(pl.Float64).to_numpy()
    says_yes_or_no = not judged["label"].null_count()
    total, label = float(n.sum()), judged["label"].cast(pl.Float64).to_numpy()
    for place in places:
        flag = judged[f"flag_{place}"].cast(pl.Float64).to_numpy()
        right = judged[f"right_{place}"].to_numpy() == 1
        wrong = float(n[~right].sum())
        bound = wilson(wrong, total)
        gap = bonett_price(float(n[own & ~right].sum()), float(n[~own & right].sum()), total)
        cell = {
            name: float(n[(flag == flagged) & (label == truth)].sum())
            for name, flagged, truth in (("tp", 1, 1), ("fp", 1, 0), ("fn", 0, 1), ("tn", 0, 0))
        }
        alike = flag == judged["flag_0"].cast(pl.Float64).to_numpy() if says_yes_or_no else right == own
        rows.append(
            {
                "decider": names[place],
                "n": int(total),
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


def _share(part: float, whole: float) -> float | None:
    """Return a share, None of nothing."""
    return part / whole if whole else None


def _cost(cell: dict[str, float], total: float, costs: Costs | None) -> float | None:
    """Return the cost per row, None where it is not known."""
    if costs is None or costs.amount_cells or not total:
        return None
    looks = costs.review * (cell["tp"] + cell["fp"])
    return float(np.sum([cell[name] * getattr(costs, name) for name in cell]) + looks) / total
