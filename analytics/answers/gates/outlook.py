"""When further rows will be there: the volume of a log, and how fast its labels come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from analytics.answers.labels import label_days
from analytics.answers.labels_arrivals import arrivals_so_far
from analytics.answers.question import Question
from analytics.measure.gates.needed import days_until
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import UNITS
from analytics.measure.labels.curve import arrival_curve
from analytics.measure.labels.lateness import label_arrival
from analytics.query.engine import Engine

_RECENT = {"1h": 72, "1d": 28, "1w": 4}
"""Hours, days or weeks whose mean is the volume of days to come: four weeks, three days of a log by the hour. By hand."""


@dataclass(frozen=True)
class _Outlook:
    """What will come.

    Attributes
    ----------
    n : float
        Rows that are there: labelled ones, or all.
    ahead : float
        Of these, those that came after the last whole day.
    since : datetime
        The last whole day that is known.
    unit : timedelta
        Of ages.
    per_unit : float
        Rows to come.
    waiting, share : ndarray of shape (ages,)
        As `days_until` says.
    """

    n: float
    ahead: float
    since: datetime
    unit: timedelta
    per_unit: float
    waiting: FloatArray
    share: FloatArray

    def by_when(self, n_more: float) -> date | None:
        """Return the day on which so many more will be there; None where it is more than ten years."""
        units = days_until(n_more + self.ahead, self.per_unit, self.waiting, self.share)
        return None if units is None else (self.since + units * self.unit).date()


def outlook(engine: Engine, question: Question, *, is_of_labels: bool) -> _Outlook | None:
    """Say how many rows of a cohort there are and how more will come; None for a log without times."""
    if question.log.time_low is None:
        return None
    arrivals = arrivals_so_far(engine, question) if is_of_labels else None
    if arrivals is not None:
        rows, waiting = arrivals.rows.sum(axis=1), arrivals.waiting.sum(axis=1)
        curve = arrival_curve(arrivals)["share"].to_numpy()
        recent = rows[-_RECENT[arrivals.every] :]
        since, unit = arrivals.moment(arrivals.now), UNITS[arrivals.every]
        n = float((rows - waiting).sum())
        return _Outlook(
            n + (ahead := _ahead(engine, question, n)), ahead, since, unit, float(recent.mean()), waiting[::-1], curve
        )
    days = label_days(engine, question)
    if days is None or days.is_empty():
        return None
    last: datetime = days["bucket"].max()  # type: ignore[assignment]
    arrival = label_arrival(days) if is_of_labels else None
    ripe_until = last + timedelta(days=1) if arrival is None or arrival.since is None else arrival.since
    column = "n_labelled" if is_of_labels else "n"
    recent = days.filter(pl.col("bucket") >= ripe_until - timedelta(days=_RECENT["1d"]), pl.col("bucket") < ripe_until)
    first: datetime = days["bucket"].min()  # type: ignore[assignment]
    span = max(min(_RECENT["1d"], (ripe_until - first).days), 1)
    late = (last - ripe_until).days + 1
    come = np.append(np.zeros(late), 1.0)
    n = float(days[column].sum())
    return _Outlook(n, 0.0, last, timedelta(days=1), float(recent[column].sum()) / span, np.zeros(1), come)


def _ahead(engine: Engine, question: Question, n: float) -> float:
    """Return the labels that came after the last whole day; where rows stand for many, nothing is known of them."""
    if question.log.mapping.weight is not None:
        return 0.0
    return max(engine.row_counts(question.log, question.cohort, question.threshold)[1] - n, 0.0)
