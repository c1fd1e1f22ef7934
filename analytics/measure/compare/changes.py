"""Who changed: newly right and newly wrong by label, agreement, and what both sides said score by score."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.compare.joint import SIDES, Joint, changed
from analytics.measure.compare.proportions import bonett_price
from analytics.measure.intervals import Interval, wilson
from analytics.measure.reliability import reliability_table

_MOST_CELLS = 40
"""Bins of either score that a density shows: cells of some ten pixels."""


def change_table(joint: Joint) -> pl.DataFrame:
    """Count the judged pairs that are newly right and newly wrong.

    Returns
    -------
    DataFrame
        ``label`` (positive, negative; ``all`` where rows are right or wrong), ``n, newly_right, newly_wrong, right_on_both,
        wrong_on_both`` and ``net, net_low, net_high``: newly right less newly wrong pairs as a share, with its interval.
    """
    label, judged = joint.label["live"], joint.is_judged
    groups = (
        {"all": judged}
        if joint.is_right_or_wrong
        else {"positive": judged & (label == 1), "negative": judged & (label == 0)}
    )
    right = {side: joint.right(side) for side in SIDES}
    rows = []
    for name, chosen in groups.items():
        gained, lost, n = changed(joint, chosen, right)
        both = joint.n[chosen & right["live"] & right["candidate"]].sum()
        net = bonett_price(gained, lost, n)
        rows.append(
            (
                name,
                n,
                gained,
                lost,
                both,
                n - gained - lost - both,
                *(float(end) for end in (net.value, net.low, net.high)),
            )
        )
    names = ("label", "n", "newly_right", "newly_wrong", "right_on_both", "wrong_on_both", "net", "net_low", "net_high")
    schema = {name: pl.String if name == "label" else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("net", "net_low", "net_high").fill_nan(None)
    )


def agreement(joint: Joint) -> Interval | None:
    """Return the share of pairs that both sides decide alike, labelled or not; None where no side decides yes or no."""
    if joint.is_right_or_wrong or not joint.is_scored.any():
        return None
    same = joint.is_scored & (joint.flag["live"] == joint.flag["candidate"])
    return wilson(joint.n[same].sum(), joint.n[joint.is_scored].sum())


def score_density(joint: Joint) -> pl.DataFrame:
    """Count pairs by both scores, in at most 40 equally wide bins of either.

    Returns
    -------
    DataFrame
        ``live, candidate`` (middles of bins), ``n``.
    """
    known = (joint.slots["live"] >= 0) & (joint.slots["candidate"] >= 0)
    scores = [joint.score[side][known] for side in SIDES]
    if not known.any():
        return pl.DataFrame(schema={"live": pl.Float64, "candidate": pl.Float64, "n": pl.Float64})
    middles = []
    for score in scores:
        distinct = np.unique(score)
        if len(distinct) <= _MOST_CELLS:
            middles.append(score)
            continue
        low, high = (0.0, 1.0) if distinct[0] >= 0 and distinct[-1] <= 1 else (distinct[0], distinct[-1])
        width = (high - low) / _MOST_CELLS
        middles.append(low + width * (np.minimum((score - low) // width, _MOST_CELLS - 1) + 0.5))
    cells = pl.DataFrame({"live": middles[0], "candidate": middles[1], "n": joint.n[known]})
    return cells.group_by("live", "candidate").agg(pl.col("n").sum()).sort("live", "candidate")


def both_reliability(joint: Joint) -> pl.DataFrame:
    """Compare mean scores with observed rates on both sides of the judged pairs.

    Returns
    -------
    DataFrame
        ``side`` and the columns of `reliability_table`.
    """
    found = []
    for side in SIDES:
        bins = joint.bins(side)
        n = bins.judged[0]
        held = n > 0
        parts = {"n": n, "n_pos": bins.pos[0], "score_sum": bins.score_sum[0], "score_sq_sum": bins.score_sq_sum[0]}
        table = pl.DataFrame({"score_bin": np.flatnonzero(held), **{name: each[held] for name, each in parts.items()}})
        table = table.with_columns(n_unlabelled=pl.lit(0.0), score_pos_sum=pl.Series(bins.score_pos_sum[0][held]))
        edges = np.maximum.accumulate(np.nan_to_num(bins.score[0], nan=-np.inf))
        found.append(
            reliability_table(table, edges).with_columns(side=pl.lit(side)).select("side", pl.all().exclude("side"))
        )
    return pl.concat(found)
