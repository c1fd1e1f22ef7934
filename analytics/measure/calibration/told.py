"""What is told first of calibration: the bin that says what a score means, and whether scores tell rows apart at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from analytics.measure.comparisons import SIGNIFICANT

CLOSE = 0.1
"""A slope that is as near to 1 is not worth a word in the first line, whatever the number of rows."""
SMALLEST = 0.005
"""Half a point: what is smaller is not called a change, whatever the number of rows."""


_OF_RARE = 0.1
"""Share of the rarer class by which scores may be off where that is less than half a point: of 0.4 % half a point is everything.
By hand."""


def smallest_off(observed: float, most: float = SMALLEST) -> float:
    """Return by how much scores are off at least where that is worth a word: ``most``, or a tenth of what is rarer than that.

    >>> smallest_off(0.3), smallest_off(0.004)
    (0.005, 0.0004)
    """
    return min(most, _OF_RARE * min(observed, 1 - observed))


def is_level_off(difference: float | None, p_value: float | None, observed: float = 0.5) -> bool:
    """Whether scores are clearly too high, or too low, on the whole, where a share of the rows is ``observed`` to be positive."""
    if difference is None or p_value is None:
        return False
    return p_value < SIGNIFICANT and abs(difference) >= smallest_off(observed) > 0


@dataclass(frozen=True)
class LevelTurn:
    """The bucket of time since which scores are off another way: what is true of all rows is then true of neither part.

    Attributes
    ----------
    since, every : datetime and str
        The bucket, and how long it is.
    before, after : float
        Mean score less the observed rate before it and from it on, 0 where it is not clearly off by half a point.
    """

    since: datetime
    every: str
    before: float
    after: float


def level_turn(since: datetime, every: str, parts: pl.DataFrame) -> LevelTurn | None:
    """Return since when scores are off another way, too low instead of too high or off instead of right; None where they are not.

    Parameters
    ----------
    parts : polars.DataFrame
        ``is_after`` and the columns of `calibration_table`, a row before the bucket and one from it on.

    Examples
    --------
    >>> parts = pl.DataFrame({"is_after": [True, False], "difference": [-0.09, 0.07], "p_value": [0.0, 0.0]})
    >>> alike = parts.with_columns(difference=0.1)
    >>> level_turn(datetime(2024, 3, 4), "1w", parts).after, level_turn(datetime(2024, 3, 4), "1w", alike)
    (-0.09, None)
    """
    rows = parts.sort("is_after").select("difference", "p_value").rows()
    before, after = (off if is_level_off(off, p_value) else 0.0 for off, p_value in rows)
    return None if np.sign(before) == np.sign(after) else LevelTurn(since, every, before, after)


@dataclass(frozen=True)
class CalibrationParts:
    """Scores that do not mean what they say: the bin that is off for most rows, and the error on average.

    Attributes
    ----------
    mean_score, observed, observed_low, observed_high : float
        Of that bin.
    ece, ece_by_chance : float
        Expected calibration error, and the largest that calibrated scores of this size would show (97.5 %).
    slope, is_flat : float or None, and bool
        The slope, and whether scores hardly tell rows apart, of which a ``base`` is positive, or right.
    turn : LevelTurn or None
        Since when scores are off another way than before.
    since : str or None
        The day since which rows say all this, where errors shifted then.
    """

    mean_score: float
    observed: float
    observed_low: float
    observed_high: float
    ece: float
    ece_by_chance: float
    slope: float | None
    is_flat: bool
    base: float
    turn: LevelTurn | None = None
    since: str | None = None


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
    n = float(bins["n"].sum())
    base = float((bins["n"] * bins["observed"]).sum()) / n if n else 0.5
    if difference is not None and is_level_off(difference, p_value, base):
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
