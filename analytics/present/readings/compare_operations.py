"""The reading of what it is to run either side."""

from __future__ import annotations

import polars as pl

from analytics.present import words

_NAMED = 3
"""Columns that the sentence names."""


def running_reading(table: pl.DataFrame) -> str:
    """Say what the candidate takes more and less of, where the paired interval leaves 0 out."""
    told = table.filter((pl.col("low") > 0) | (pl.col("high") < 0))
    parts = []
    for row in told.head(_NAMED).iter_rows(named=True):
        more = "more" if row["difference"] > 0 else "less"
        what = {"share": "of the answers", "mean": "on average"}.get(row["what"], row["what"])
        parts.append(f"{more} {words.column_words(row['column'])} ({words.signed(row['difference'], 3)} {what})")
    if not parts:
        return "No paired mean or share of what answers take is told apart."
    return (
        f"The candidate has {words.listed(parts)}. Ranks have the intervals of order statistics, of either side alone."
    )
