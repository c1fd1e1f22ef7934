"""The relation behind thresholds and costs: the score table with amounts squared, logged decisions and two random halves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from analytics.query.groups import in_groups
from analytics.query.relations import integer
from analytics.query.sampling import half, scattered


def cost_table(
    frame: nw.LazyFrame[Any],
    by: Sequence[str],
    *,
    split: float | None = None,
    with_decision: bool = False,
    with_amount: bool = False,
    groups: int | None = None,
    is_weighted: bool = False,
    has_unit: bool = False,
) -> nw.LazyFrame[Any]:
    """Aggregate rows by half, slice and score bin.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log with ``row_id, score, score_bin, label, decision, amount, moment`` and the columns ``by``.
    by : sequence of str
        Stored columns to slice by.
    split : float, optional
        A threshold that is no edge of the grid: its bin is split there, and later bins move up by one.
    with_decision : bool
        Whether to tell rows apart by their logged decision.
    with_amount : bool
        Whether to add the sums of ``amount`` and of its square by label.
    groups : int, optional
        Into how many groups rows are dealt out at random, those of one unit together.
    is_weighted : bool
        Whether each row counts as often as its weight says; rows without one are left out.
    has_unit : bool
        Whether halves and groups keep the rows of one unit together.

    Returns
    -------
    LazyFrame
        ``part`` (0 or 1), ``decision`` (1, 0, null: not known), ``slice_0 …``, ``score_bin`` (null: score missing), ``n``,
        ``n_pos``, ``n_unlabelled``, ``first, last`` (moments); with amounts ``amount_pos_sum, amount_neg_sum,
        amount_pos_sq_sum, amount_neg_sq_sum`` and ``n_amount_missing``, over labelled rows; with ``groups`` also ``group``.
        Weighted also ``n_neg, n_judged, rows_judged`` (rows with a label) and ``judged_sq`` (their squared weights).
    """
    label, score, amount = nw.col("label"), nw.col("score"), nw.col("amount")
    weight = nw.col("weight") if is_weighted else nw.lit(1)
    if is_weighted:
        frame = frame.filter(~weight.is_null())
    slot = nw.col("score_bin").cast(nw.Int64)
    if split is not None:
        slot = slot + integer(score >= split)
    member = nw.col("unit" if has_unit else "row_id")
    keys = {"part": half(member)}
    if groups is not None:
        keys["group"] = scattered(member) % groups
    if with_decision:
        keys["decision"] = nw.col("decision").cast(nw.Int64)
    keys |= {f"slice_{place}": nw.col(name) for place, name in enumerate(by)}
    sums: dict[str, nw.Expr] = {}
    if with_amount:
        for name, value in (("pos", 1), ("neg", 0)):
            sums[f"amount_{name}_sum"] = nw.when(label == value).then(amount * weight)
            sums[f"amount_{name}_sq_sum"] = nw.when(label == value).then(amount * amount * weight)
    prepared = frame.select(
        **keys,
        slot=slot,
        is_pos=integer(label == 1) * weight,
        is_unlabelled=integer(label.is_null()) * weight,
        **({"each": weight, **_weighed(label, weight)} if is_weighted else {}),
        is_amount_missing=integer(~label.is_null() & amount.is_null()) if with_amount else nw.lit(0),
        moment=nw.col("moment"),
        **sums,
    )
    counted = nw.Float64 if is_weighted else nw.Int64
    counts = {
        "n": nw.col("each").sum() if is_weighted else nw.len(),
        "n_pos": nw.col("is_pos").sum(),
        "n_unlabelled": nw.col("is_unlabelled").sum(),
        "n_amount_missing": nw.col("is_amount_missing").sum(),
    }
    return in_groups(
        prepared,
        *keys,
        "slot",
        **{name: count.cast(nw.Int64 if name == "n_amount_missing" else counted) for name, count in counts.items()},
        **({name: nw.col(name).sum().cast(nw.Float64) for name in _weighed(label, weight)} if is_weighted else {}),
        first=nw.col("moment").min(),
        last=nw.col("moment").max(),
        **{name: nw.col(name).sum() for name in sums},
    ).rename({"slot": "score_bin"})


def _weighed(label: nw.Expr, weight: nw.Expr) -> dict[str, nw.Expr]:
    """Return what only rows that stand for many are asked for."""
    is_judged = integer(~label.is_null())
    return {
        "n_neg": integer(label == 0) * weight,
        "n_judged": is_judged * weight,
        "rows_judged": is_judged,
        "judged_sq": is_judged * weight * weight,
    }
