"""What calibration is marked with, whatever shows it: the side of the diagonal, how many segments and classes are shown."""

from __future__ import annotations

from typing import Any

MAX_SCANNED = 20
"""Segments that a table of the scan lists at most: about a screen; the rest is counted."""
MAX_CLASSES = 12
"""Classes that are drawn, those with most rows: half a page; the table has all."""


def side_of(row: dict[str, Any]) -> str:
    """Say on which side of the diagonal a bin lies beyond its interval: below it the scores are too high.

    >>> side_of({"mean_score": 0.8, "observed_low": 0.5, "observed_high": 0.6})
    'over'
    """
    if row["mean_score"] > row["observed_high"]:
        return "over"
    return "under" if row["mean_score"] < row["observed_low"] else "same"
