"""The readings of the segments whose scores are off by another amount than those of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.calibration.told import CLOSE, SMALLEST
from analytics.present import words
from analytics.present.marks.calibration import MAX_SCANNED
from analytics.present.marks.slices import SIGNIFICANT

if TYPE_CHECKING:
    from analytics.answers.calibration.scan import CalibrationScan

_Row = dict[str, Any]

_MAX_NAMED, MAX_NAME = 2, 60
"""Slices that a sentence names for each direction, and characters of each: it stays one sentence. A judgement."""


_LEAST_LEVEL, _TIMES, _SHARE_OF_ECE = 0.03, 3.0, 0.25
"""A segment is said before all rows where its level is off by so much, by so many times as much as that of all rows and of the
rest, and makes up so much of what all scores are off by. By hand."""


def segment_first(scan: pl.DataFrame, whole: _Row, what: str) -> str:
    """Say that scores are off in one segment, and what they are elsewhere, where what is true of all rows is true of neither.

    ``Where region is south, scores are too high by 11.6 points; elsewhere they are right on the whole.``
    """
    found = scan.filter((pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("off").abs() >= SMALLEST))
    if found.is_empty() or whole["difference"] is None:
        return ""
    row = found.sort((pl.col("off") * pl.col("n")).abs(), descending=True).row(0, named=True)
    n, own, all_ = whole["n"] - row["n"], row["difference"], whole["difference"]
    if n < row["n"] or abs(own) < _LEAST_LEVEL or abs(own) < _TIMES * abs(all_):
        return ""
    against = found.filter((pl.col("difference") * own < 0) & (pl.col("difference").abs() * _TIMES >= abs(own)))
    if not against.is_empty():  # which the mean of all other rows would hide
        return ""
    rest = (all_ * whole["n"] - own * row["n"]) / n
    if abs(own) * row["n"] < _SHARE_OF_ECE * (whole["ece"] or 0.0) * whole["n"] or abs(own) < _TIMES * abs(rest):
        return ""
    side, size = "high" if own > 0 else "low", words.number(100 * abs(own), 1)
    other = f"too {'high' if rest > 0 else 'low'} by {words.number(100 * abs(rest), 1)} points"
    elsewhere = "right on the whole" if abs(rest) < SMALLEST else other
    name = words.shortened(f"{words.column_words(row['column'])} is {words.value_label(row['value'])}", MAX_NAME)
    return f"Where {name}, {what} are too {side} by {size} points; elsewhere they are {elsewhere}."


def segments_lead(scan: pl.DataFrame) -> str:
    """Name the segment that is most over- and the one that is most under-predicted beyond the rest, or whose slope is off."""
    if scan.is_empty():
        return ""
    named = _sides_part(scan, 1) or _slopes_part(scan, 1)
    if named:
        return named
    if scan.filter((pl.col("p_adjusted") < SIGNIFICANT) | (pl.col("slope_p_adjusted") < SIGNIFICANT)).is_empty():
        return "No segment is off by more than the rest beyond chance."
    return "No segment is off by half a point more than the rest."


def segments_part(scan: pl.DataFrame) -> str:
    """Name the segments that are most over- and under-predicted, and those whose slope is off, beyond what the rest is."""
    return "" if scan.is_empty() else " ".join(filter(None, [_sides_part(scan), _slopes_part(scan)]))


def _sides_part(scan: pl.DataFrame, limit: int = _MAX_NAMED) -> str:
    """Name the segments whose level is most off on either side."""
    found = scan.filter((pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("off").abs() >= SMALLEST))
    found = _distinct(found.sort((pl.col("off") * pl.col("n")).abs(), descending=True))
    parts = []
    for side, own in (
        ("over-predicted", found.filter(pl.col("off") > 0)),
        ("under-predicted", found.filter(pl.col("off") < 0)),
    ):
        rows = own.head(limit).to_dicts()
        if rows:
            names = [f"{_name_of(row)} ({words.signed(100 * row['difference'], 1)} points)" for row in rows]
            parts.append(f"{side} in {words.listed(names)}")
    return f"Most {', and most '.join(parts)}." if parts else ""


def _slopes_part(scan: pl.DataFrame, limit: int = _MAX_NAMED) -> str:
    """Name the segments whose slope is most off: right as they may be on average, their scores are too extreme or too timid."""
    found = scan.filter(
        (pl.col("slope_p_adjusted") < SIGNIFICANT)
        & (pl.col("stretched").abs() >= SMALLEST)
        & ((pl.col("slope") - 1).abs() >= CLOSE)
    )
    found = _distinct(found.sort((pl.col("stretched") * pl.col("n")).abs(), descending=True))
    parts = []
    for side, own in (
        ("too extreme", found.filter((pl.col("stretched") < 0) & (pl.col("slope_high") < 1))),
        ("too timid", found.filter((pl.col("stretched") > 0) & (pl.col("slope_low") > 1))),
    ):
        rows = own.head(limit).to_dicts()
        if rows:
            names = [f"{_name_of(row)} (slope {words.number(row['slope'], 2)})" for row in rows]
            parts.append(f"{side} in {words.listed(names)}")
    return f"Scores are {', and '.join(parts)}." if parts else ""


def _distinct(slices: pl.DataFrame) -> pl.DataFrame:
    """Keep one of slices that hold the same rows under the names of two columns."""
    return slices.unique(["n", "difference", "slope"], keep="first", maintain_order=True)


def scan_reading(scan: CalibrationScan) -> str:
    """Say what the table of all segment columns shows, and which columns it leaves out."""
    told = ""
    if scan.told:
        names = words.listed([words.shortened(words.one_line(name), MAX_NAME) for name in scan.told])
        verb, hold = ("tells", "holds") if len(scan.told) == 1 else ("tell", "hold")
        told = (
            f" Left out: {names} {verb} the label, as what is known only after the outcome does, or {hold} what was decided "
            f"or the score itself; choose {'it' if len(scan.told) == 1 else 'one'} above to see it all the same."
        )
    shown, n = min(len(scan.table), MAX_SCANNED), words.plural(len(scan.table), "slice")
    return (
        f"Of all segment columns, the {shown} of {n} whose level or slope is off by most, rows counted, beyond what the rest "
        "is. p is of the difference to the rest, the smaller one of level and slope, adjusted for both tests of all slices."
        f"{told}"
    )


def _name_of(row: _Row) -> str:
    """Name a slice by its column and value."""
    return words.shortened(f"{words.column_words(row['column'])} {words.value_label(row['value'])}", MAX_NAME)


def decisions_part(bins: pl.DataFrame, what: str) -> str:
    r"""Say what scores that are only 0 and 1 are worth; empty where others are among them.

    >>> decisions_part(pl.DataFrame({"n": [9, 9], "mean_score": [0.0, 1.0], "observed": [0.1, 0.625]}), "right")
    'These scores are only 0 and 1, decisions and no chances: 10.0\u202f% of those at 0 and 62.5\u202f% of those at 1 are right.'
    """
    held = bins.filter(pl.col("n") > 0)
    if not held["mean_score"].is_in([0.0, 1.0]).all():
        return ""
    rates = [
        f"{words.share(row['observed'])} of those at {row['mean_score']:.0f}" for row in held.iter_rows(named=True)
    ]
    return f"These scores are only 0 and 1, decisions and no chances: {words.listed(rates)} are {what}."


def is_clear(p: float | None) -> bool:
    """Say whether an adjusted p-value is small."""
    return p is not None and p < SIGNIFICANT
