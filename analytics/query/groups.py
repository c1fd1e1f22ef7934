"""Groups of rows in an order of their own, whoever adds them up."""

from __future__ import annotations

import os
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

os.environ.setdefault("POLARS_NO_PARTITION", "1")
"""Polars draws a sample to choose how it groups; one of the ways adds up by parts, and fractions differ in their last digit."""


def in_groups(frame: nw.LazyFrame[Any], /, *keys: str, **sums: nw.Expr) -> nw.LazyFrame[Any]:
    """Return sums over the rows of each group; where the rows are held in memory, in the order of their keys.

    Polars returns groups in another order each time, and fractions that are added up in another order differ in their last
    digit: the same question about the same log would not have the same answer. DuckDB keeps the order of few rows, and of many
    to sort the groups costs more than the digit is worth.
    """
    found = frame.group_by(*keys).agg(**sums)
    return found.sort(*keys) if keys and found.implementation.is_polars() else found


def how_of(relation: nw.LazyFrame[Any]) -> dict[str, Any]:
    """Return how a relation is run: over rows in memory by the engine that adds them up in the order in which they stand.

    Without the flag Polars takes out an order that only sums would see.
    """
    if not relation.implementation.is_polars():
        return {}
    return {"engine": "in-memory", "optimizations": pl.QueryOptFlags(check_order_observe=False)}
