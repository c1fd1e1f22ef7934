"""What is told first of calibration: the bin that says what a score means, and whether scores tell rows apart at all."""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.measure.comparisons import SIGNIFICANT

CLOSE = 0.1
"""A slope that is as near to 1 is not worth a word in the first line, whatever the number of rows."""
SMALLEST = 0.005
"""Half a point: what is smaller is not called a change, whatever the number of rows."""


def is_level_off(difference: float | None, p_value: float | None) -> bool:
    """Whether scores are clearly too high, or too low, on the whole."""
    return difference is not None and p_value is not None and p_value < SIGNIFICANT and abs(difference) >= SMALLEST


def told_bin(bins: pl.DataFrame, difference: float | None, p_value: float | None) -> dict[str, Any] | None:
    """Return the bin that is off for most rows, of those beyond their interval; None where there is none.

    Where scores are clearly too high on the whole, or too low, it is one of these: a bin that is off the other way would tell the
    opposite of what is true of most rows.

    Parameters
    ----------
    bins : polars.DataFrame
        As `measure.reliability.reliability_table`.
    difference, p_value : float or None
        Mean score less the observed rate, and its test.

    Examples
    --------
    >>> bins = pl.DataFrame({"n": [50, 90], "mean_score": [0.2, 0.9], "observed": [0.4, 0.8],
    ...     "observed_low": [0.3, 0.7], "observed_high": [0.5, 0.85]})
    >>> [told_bin(bins, 0.01, p)["mean_score"] for p in (0.2, 0.001)]
    [0.2, 0.9]
    """
    is_off = (pl.col("n") > 0) & ~pl.col("mean_score").is_between("observed_low", "observed_high")
    off = bins.filter(is_off).with_columns(off=pl.col("mean_score") - pl.col("observed"))
    if difference is not None and is_level_off(difference, p_value):
        along = off.filter((pl.col("off") > 0) == (difference > 0))
        off = off if along.is_empty() else along
    if off.is_empty():
        return None
    return off.sort(pl.col("off").abs() * pl.col("n"), descending=True, maintain_order=True).row(0, named=True)


def is_flat(row: dict[str, Any]) -> bool:
    """Whether scores hardly tell the rows apart that they should: their slope is not clearly above 0, and clearly below 1."""
    slope, low, high, p = (row[name] for name in ("slope", "slope_low", "slope_high", "slope_p_value"))
    if slope is None or p is None or abs(slope - 1) < CLOSE:
        return False
    return bool(p < SIGNIFICANT and low <= 0 <= high)
