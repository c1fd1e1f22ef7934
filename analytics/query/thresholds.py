"""The relation behind thresholds and costs: the score table with amounts squared, logged decisions and two random halves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from analytics.query.relations import integer
from analytics.query.sampling import half


def cost_table(
    frame: nw.LazyFrame[Any],
    by: Sequence[str],
    *,
    split: float | None = None,
    with_decision: bool = False,
    with_amount: bool = False,
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

    Returns
    -------
    LazyFrame
        ``part`` (0 or 1), ``decision`` (1, 0, null: not known), ``slice_0 …``, ``score_bin`` (null: score missing), ``n``,
        ``n_pos``, ``n_unlabelled``, ``first, last`` (moments); with amounts ``amount_pos_sum, amount_neg_sum,
        amount_pos_sq_sum, amount_neg_sq_sum`` and ``n_amount_missing``, over labelled rows.
    """
    label, score, amount = nw.col("label"), nw.col("score"), nw.col("amount")
    slot = nw.col("score_bin").cast(nw.Int64)
    if split is not None:
        slot = slot + integer(score >= split)
    keys = {"part": half(nw.col("row_id"))}
    if with_decision:
        keys["decision"] = nw.col("decision").cast(nw.Int64)
    keys |= {f"slice_{place}": nw.col(name) for place, name in enumerate(by)}
    sums: dict[str, nw.Expr] = {}
    if with_amount:
        for name, value in (("pos", 1), ("neg", 0)):
            sums[f"amount_{name}_sum"] = nw.when(label == value).then(amount)
            sums[f"amount_{name}_sq_sum"] = nw.when(label == value).then(amount * amount)
    prepared = frame.select(
        **keys,
        slot=slot,
        is_pos=integer(label == 1),
        is_unlabelled=integer(label.is_null()),
        is_amount_missing=integer(~label.is_null() & amount.is_null()) if with_amount else nw.lit(0),
        moment=nw.col("moment"),
        **sums,
    )
    counts = {
        "n": nw.len(),
        "n_pos": nw.col("is_pos").sum(),
        "n_unlabelled": nw.col("is_unlabelled").sum(),
        "n_amount_missing": nw.col("is_amount_missing").sum(),
    }
    return (
        prepared.group_by(*keys, "slot")
        .agg(
            **{name: count.cast(nw.Int64) for name, count in counts.items()},
            first=nw.col("moment").min(),
            last=nw.col("moment").max(),
            **{name: nw.col(name).sum() for name in sums},
        )
        .rename({"slot": "score_bin"})
    )
