"""What a figure over time draws, whatever draws it: every bucket of the period, also those without rows."""

from __future__ import annotations

import polars as pl

_MAX_BUCKETS = 3_000
"""Of a timeline that is filled up: hours of four months; beyond, each would be narrower than a pixel. A judgement."""


def timeline(trend_table: pl.DataFrame, every: str) -> pl.DataFrame:
    """Return the rows of a trend with a time, and one of nulls for each bucket of the period that has no rows.

    Returns
    -------
    DataFrame
        The columns of `trend_table` and ``row``, a row's place in the table given, null where added.

    Examples
    --------
    >>> from datetime import datetime
    >>> table = pl.DataFrame({"bucket": [datetime(2024, 1, 1), datetime(2024, 1, 3)], "n": [4, 2]})
    >>> timeline(table, "1d")["n"].to_list()
    [4, None, 2]
    """
    table = trend_table.with_row_index("row").drop_nulls("bucket").sort("bucket")
    if len(table) < 2:
        return table
    buckets = pl.DataFrame({"bucket": pl.datetime_range(table["bucket"][0], table["bucket"][-1], every, eager=True)})
    if len(buckets) > _MAX_BUCKETS:
        return table
    typed = buckets.with_columns(pl.col("bucket").cast(table.schema["bucket"]))
    return typed.join(table, on="bucket", how="full", coalesce=True).sort("bucket")


def runs(table: pl.DataFrame, column: str) -> list[pl.DataFrame]:
    """Cut a table where a column is null."""
    is_null = table[column].is_null()
    parts = table.with_columns(__run=is_null.cum_sum()).filter(~is_null).partition_by("__run", maintain_order=True)
    return [part.drop("__run") for part in parts]
