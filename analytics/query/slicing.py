"""By which stored column a log is sliced, and how slices are called."""

from __future__ import annotations

from datetime import time

import polars as pl

from analytics.errors import QuestionError
from analytics.log.column import MAX_SEGMENT_VALUES
from analytics.log.schema import Log

_MAX_NUMBERS = 1_000
"""Different numbers of a column without bins that are sliced by value: nobody reads more slices than that."""


def stored_slice(log: Log, name: str) -> str:
    """Return the stored column that slices by ``name``: its bins where it has some.

    Raises
    ------
    QuestionError
        If the column is unknown, or holds more different times or numbers than can be told apart.
    """
    column = log.column(name)
    if name in log.bins:
        return column.bin_name
    if column.kind == "time" and column.n_distinct > MAX_SEGMENT_VALUES:
        raise QuestionError(
            f"Expected a segment column, found {name!r} with {column.n_distinct:,} different times. Choose another, or filter "
            "by it."
        )
    if column.kind == "number" and column.n_distinct > _MAX_NUMBERS:
        raise QuestionError(
            f"Expected a segment column, found {name!r} with {column.n_distinct:,} different numbers. "
            "Make it a segment in the mapping, so that it gets bins."
        )
    return column.sql_name


def as_people_see(log: Log, name: str, values: pl.Series, *, in_bins: bool = True) -> pl.Series:
    """Return slice values for people: bins by their label, text as text, numbers and truth values as they are."""
    bins = log.bins.get(name) if in_bins else None
    if bins is not None:
        labels = {code: bins.label(code) for code in range(len(bins.edges) - 1)}
        order = pl.Enum([label for label in labels.values() if label is not None])
        return values.cast(pl.Int64).replace_strict(labels, return_dtype=pl.String).cast(order)
    if values.dtype in (pl.Categorical, pl.Enum) or isinstance(values.dtype, pl.Enum):
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Datetime):
        is_days = bool((values.dt.time() == time(0)).fill_null(value=True).all())
        return values.dt.strftime("%Y-%m-%d" if is_days else "%Y-%m-%d %H:%M:%S")
    return values
