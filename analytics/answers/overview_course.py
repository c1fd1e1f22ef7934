"""Errors by time, as what looks for a day since which they are others reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from analytics.log.kept.watch import Watching
from analytics.measure.course import Shift, latest
from analytics.measure.course_hours import lasts_by_hour, shifts_at_once
from analytics.measure.course_recent import recent
from analytics.measure.intervals import FloatArray

RATES = {
    "fnr": (("fn",), ("fn", "tp")),
    "fpr": (("fp",), ("fp", "tn")),
    "error_rate": (("fp", "fn"), ("tp", "fp", "fn", "tn")),
}
"""By the rate that leads: which rows are its errors, and of which."""
_AS_TOLD = {"recall": "fnr", "specificity": "fpr"}
_SURE = 0.001
"""How often the first weeks of a stable log may be said to differ: what is watched is then not told at all. A choice."""
LEAST = {"1d": 3, "1h": 3}
"""Buckets that a spell has at least: a single bad day is weather, and so are two bad hours. Of 200 simulated periods of days that
differ by a third 11 had one of three days or more by chance, 20 one of any length."""


@dataclass(frozen=True)
class LastShift:
    """The day, or hour, since which errors are clearly more, or less, frequent than before.

    Attributes
    ----------
    since : date
        The first day of the bucket that they are others since; with its hour where buckets are hours.
    start : date
        The first day of what they are compared with.
    shift : Shift
    is_of_one_day : bool
        Whether no hour of the day lies on both sides: it may be so every day.
    """

    since: date
    start: date
    shift: Shift
    is_of_one_day: bool = False


def rate_of(metric: str | None) -> str:
    """Return the rate of errors that is followed where a metric leads: FNR, FPR, else the error rate."""
    found = _AS_TOLD.get(metric or "", metric or "error_rate")
    return found if found in RATES else "error_rate"


def followed(
    table: pl.DataFrame, rate: str, every: str = "1d"
) -> tuple[list[date], FloatArray, FloatArray, FloatArray]:
    """Return the buckets of counts by time that can be judged, their errors, of how many, and the share without a label."""
    wrong, among = RATES[rate]
    table = table.drop_nulls("bucket").sort("bucket")
    table = table.select(
        "bucket",
        errors=pl.sum_horizontal(wrong).cast(pl.Float64),
        among=pl.sum_horizontal(among).cast(pl.Float64),
        unlabelled=(pl.col("n_unlabelled") / pl.col("n")).cast(pl.Float64),
    ).filter(pl.col("among") > 0)
    begins = [moment if every == "1h" else moment.date() for moment in table["bucket"]]
    return begins, table["errors"].to_numpy(), table["among"].to_numpy(), table["unlabelled"].to_numpy()


def shift_within(days: pl.DataFrame, watching: Watching, until: datetime) -> date | None:
    """Return the first day of the week since which errors were others within the weeks that say what is usual.

    None where they were not. ``days`` are those of the reference where somebody named one.
    """
    start = datetime.fromisoformat(watching.baseline_from)
    if watching.metric == "selection_rate":
        return None
    week = (pl.col("bucket") - start).dt.total_days() // 7
    kept = days.filter(pl.col("bucket").is_between(start, until, closed="left"))
    weeks = kept.group_by(pl.lit(start) + pl.duration(days=7 * week), maintain_order=True).agg(
        pl.exclude("bucket").sum()
    )
    firsts, errors, n, unlabelled = followed(weeks.rename({weeks.columns[0]: "bucket"}), rate_of(watching.metric))
    found = latest(errors, n, unlabelled, alpha=_SURE)
    return None if found is None else firsts[found.place]


def last_shifts(table: pl.DataFrame, every: str, effects: dict[str, float]) -> dict[str, LastShift]:
    """Return the day since which each rate of errors is clearly another one, up to the end; those without one are left out.

    Parameters
    ----------
    table : DataFrame
        Counts by bucket of time.
    every : str
        Hours differ by the time of day: among them a shift is told that is one at the same hours of the day too, or of one day
        a jump.
    effects : dict of str to float
        By rate, how many times the variance of independent rows that of these rows is.
    """
    found = {}
    for rate in RATES:
        days, errors, n, unlabelled = followed(table, rate, every)
        shift = latest(errors, n, unlabelled, effects[rate], least=LEAST.get(every, 1))
        told = None if shift is None else is_told(every, days, errors, n, shift, effects[rate])
        if shift is not None and told is not None:
            found[rate] = LastShift(days[shift.place], days[shift.start], shift, told)
    return found


def last_days(table: pl.DataFrame, every: str, effects: dict[str, float]) -> dict[str, LastShift]:
    """Return the last one or two days in which each rate of errors is clearly another one: too few to say that it lasts.

    Of hours and weeks there are none: hours differ by the time of day, and a week is long enough to be a shift.

    Parameters
    ----------
    table, every, effects
        As in `last_shifts`.
    """
    found: dict[str, LastShift] = {}
    for rate in RATES if every == "1d" else ():
        days, errors, n, unlabelled = followed(table, rate, every)
        shift = recent(errors, n, unlabelled, effects[rate], most=LEAST[every] - 1)
        if shift is not None:
            found[rate] = LastShift(days[shift.place], days[0], shift)
    return found


def is_told(
    every: str, buckets: list[date], errors: FloatArray, n: FloatArray, shift: Shift, effect: float
) -> bool | None:
    """Say whether a shift is of one day alone; None where it is none, as hours differ by the time of day."""
    if every != "1h":
        return False
    of_day = np.array([float(moment.hour) if isinstance(moment, datetime) else 0.0 for moment in buckets])
    if lasts_by_hour(of_day, errors, n, shift, effect):
        return False
    return True if shifts_at_once(of_day, errors, n, shift, effect) else None
