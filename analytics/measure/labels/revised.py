"""Revisions of labels: which way they went, how long after, and how a metric was by the labels as first given."""

from __future__ import annotations

import polars as pl


def step_sums(steps: pl.DataFrame) -> pl.DataFrame:
    """Add revisions up by what the label was and became.

    Parameters
    ----------
    steps : polars.DataFrame
        ``before, after, seen, revised, n``: revisions by label before and after, and by the days on which either was first there.

    Returns
    -------
    polars.DataFrame
        ``before, after, n, days``, the most first; ``days`` is after how many half of them had come, null where no file says it.

    Examples
    --------
    >>> from datetime import datetime
    >>> one = {"before": [0, 0], "after": [1, 1], "seen": [datetime(2024, 1, 1)] * 2}
    >>> step_sums(pl.DataFrame({**one, "revised": [datetime(2024, 1, 3), datetime(2024, 1, 9)], "n": [5, 2]})).row(0)
    (0, 1, 7, 2)
    """
    days = (pl.col("revised") - pl.col("seen")).dt.total_days().alias("days")
    timed = steps.with_columns(days).sort("days", nulls_last=True)
    n_timed = pl.col("n").filter(pl.col("days").is_not_null())
    half = pl.col("days").filter(pl.col("days").is_not_null()).filter(n_timed.cum_sum() * 2 >= n_timed.sum()).first()
    return (
        timed.group_by("before", "after", maintain_order=True)
        .agg(pl.col("n").sum(), half.alias("days"))
        .sort(["n", "before", "after"], descending=[True, False, False], nulls_last=True)
    )


def side_by_side(first: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Put metrics by the labels as first given beside those by the labels known now.

    Parameters
    ----------
    first, now : polars.DataFrame
        ``metric, value, low, high`` of the same rows.

    Returns
    -------
    polars.DataFrame
        ``metric, first, first_low, first_high, now, now_low, now_high, difference``, those that are defined by both. The
        difference is of the same rows: what revisions did, without chance.
    """
    named = first.select("metric", pl.col("value", "low", "high").name.prefix("first_")).rename(
        {"first_value": "first"}
    )
    both = named.join(
        now.select("metric", pl.col("value", "low", "high").name.prefix("now_")).rename({"now_value": "now"}),
        on="metric",
        maintain_order="left",
    )
    return both.drop_nulls(["first", "now"]).with_columns(difference=pl.col("now") - pl.col("first"))
