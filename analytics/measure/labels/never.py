"""Who never gets a label: slices whose ripe rows lack one more often than the others."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.comparisons import benjamini_hochberg, proportion_p_value
from analytics.measure.intervals import FloatArray, newcombe

_SURE = 0.05
"""Share of the slices named here that may be named by chance (Benjamini and Hochberg)."""
_TWIN = 0.99
"""Share of the rows without a value that have no label either, above which the column is what the label is made of. By hand."""


def never_table(slices: pl.DataFrame) -> pl.DataFrame:
    """Compare each slice's share of rows without a label with that of the other rows of the log.

    Parameters
    ----------
    slices : polars.DataFrame
        ``column, slice, n, n_unlabelled``: each column splits the same ripe rows.

    Returns
    -------
    polars.DataFrame
        ``column, slice, n, share, share_rest, difference, difference_low, difference_high, excess``: slices that lack a label
        more often than chance would, the most rows beyond the rest's share first.

    Examples
    --------
    >>> rows = {"column": ["a", "a"], "slice": ["x", "y"], "n": [1_000, 9_000], "n_unlabelled": [200, 90]}
    >>> never_table(pl.DataFrame(rows)).select("slice", "share", "excess").row(0)
    ('x', 0.2, 190.0)
    """
    sums = [pl.col(name).sum().over("column").cast(pl.Float64).alias(f"{name}_all") for name in ("n", "n_unlabelled")]
    known = slices.with_columns(sums).filter((pl.col("n") > 0) & (pl.col("n") < pl.col("n_all")))
    own, n, without_all, n_all = (
        known[name].cast(pl.Float64).to_numpy() for name in ("n_unlabelled", "n", "n_unlabelled_all", "n_all")
    )
    rest, n_rest = without_all - own, n_all - n
    apart = newcombe(own, n, rest, n_rest)
    p: FloatArray = benjamini_hochberg(proportion_p_value(own, n, rest, n_rest)) if len(own) else np.empty(0)
    found = known.select("column", "slice", "n").with_columns(
        share=own / n,
        share_rest=rest / n_rest,
        difference=np.asarray(apart.value),
        difference_low=np.asarray(apart.low),
        difference_high=np.asarray(apart.high),
        excess=own - n * rest / n_rest,
        p=p,
    )
    is_twin = (pl.col("slice").is_null() & (pl.col("share") > _TWIN)).any().over("column")
    is_named = (pl.col("p") < _SURE) & (pl.col("difference_low") > 0) & ~is_twin
    return found.filter(is_named).sort("excess", descending=True).drop("p")
