"""What is watched, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
import polars as pl

from analytics.answers.question import Question
from analytics.log.kept.watch import Watching
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.selective import Selective

WEEKS: dict[str, type[pl.DataType] | pl.DataType] = {
    "week": pl.Datetime("us"),
    "n": pl.Int64,
    "rate": pl.Float64,
    "expected": pl.Float64,
    "since": pl.Datetime("us"),
    "mean": pl.Float64,
    "usual": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "is_alarm": pl.Boolean,
    "changed": pl.Datetime("us"),
    "rate_since": pl.Float64,
    "is_untold": pl.Boolean,
    "is_apart": pl.Boolean,
}
"""Columns of the weeks of a stream."""


@dataclass(frozen=True)
class Stream:
    """One thing that is watched.

    Attributes
    ----------
    kind : {"headline", "slice", "input"}
    column, value : str or None
        The slice, or the input whose missing rate it is.
    weeks : DataFrame
        ``week`` (its first day), ``n``, ``rate``, ``expected``, ``since`` (the first day of the run of bounds that says most),
        ``mean`` (the mean since then), ``usual`` (what the baseline
        expects of these weeks), ``low, high`` (the bounds within which it is no news), ``is_alarm``, ``changed`` (the first day
        of the week in which the change most likely began), ``rate_since`` (the mean since then), ``is_untold`` (whether it would
        be an alarm, but for labels that come late without the log saying when), ``is_apart`` (whether the week alone was further
        from what is usual than chance lets it be).
    """

    kind: Literal["headline", "slice", "input"]
    column: str | None
    value: str | None
    weeks: pl.DataFrame
    follows: bool = False

    @property
    def is_alarm(self) -> bool:
        """Whether the newest week is an alarm."""
        return bool(self.weeks["is_alarm"][-1]) if self.weeks.height else False

    @property
    def is_untold(self) -> bool:
        """Whether the newest week would be an alarm, if it were known that no labels are to come."""
        return bool(self.weeks["is_untold"][-1]) if self.weeks.height else False

    @property
    def apart(self) -> pl.DataFrame:
        """The weeks that stood apart and are over: none of what is an alarm now."""
        return self.weeks.filter("is_apart") if self.weeks.height and not self.is_alarm else self.weeks.clear()

    @property
    def raised(self) -> datetime | None:
        """The week since which it is an alarm; None where it is none."""
        known = self.weeks.filter(pl.col("n") > 0)
        if not self.is_alarm or known.is_empty():
            return None
        quiet = known.filter(~pl.col("is_alarm"))
        later = known if quiet.is_empty() else known.filter(pl.col("week") > quiet["week"][-1])
        found: datetime = later["week"][0] if later.height else known["week"][-1]
        return found

    @property
    def name(self) -> str:
        """What a look is kept under."""
        return "\n".join((self.kind, self.column or "", self.value or "\x00"))


@dataclass(frozen=True)
class WatchAnswer:
    """What was watched.

    Attributes
    ----------
    watching : Watching
    streams : tuple of Stream
        The headline first.
    until : date
        The first day that no look was taken of.
    n_open : int
        Whole weeks since then whose labels are still to come.
    is_late : bool
        Whether labels come late and the log does not say when: how often an alarm is false is then not known.
    n_repeated : int
        Rows that repeat an id, and are counted each.
    same_files : tuple of str
        Files of the log that hold the same bytes as another one.
    selective : Selective or None
        What is known where labels hang on the decision.
    n_same : int
        Rows of a folder without ids that are the same in every column as one before: exports that overlap.
    unsettled : date or None
        The day since which errors were others within the weeks that say what is usual.
    """

    watching: Watching
    streams: tuple[Stream, ...]
    until: date
    n_open: int
    is_late: bool = False
    n_repeated: int = 0
    same_files: tuple[str, ...] = ()
    selective: Selective | None = None
    n_same: int = 0
    unsettled: date | None = None

    @property
    def headline(self) -> Stream:
        """The stream of the whole cohort."""
        return self.streams[0]

    @property
    def alarms(self) -> tuple[Stream, ...]:
        """The streams whose newest week is an alarm."""
        return tuple(stream for stream in self.streams if stream.is_alarm)


def same_files(question: Question) -> tuple[str, ...]:
    """Name the files of a log that hold the same bytes as one before."""
    origin = question.log.reading.origin
    named = list(zip((file.name for file in origin.files), origin.digests, strict=False))
    return tuple(name for place, (name, digest) in enumerate(named) if digest in origin.digests[:place])


def by_week(days: pl.DataFrame, start: datetime, weeks: int) -> tuple[FloatArray, FloatArray]:
    """Lay days out as whole weeks from a day on: hits and rows, shape (weeks, 7)."""
    place = ((days["bucket"].cast(pl.Datetime("us")) - start).dt.total_days()).to_numpy()
    inside = (place >= 0) & (place < 7 * weeks)
    found = np.zeros((2, 7 * weeks))
    for kind, name in enumerate(("hits", "n")):
        np.add.at(found[kind], place[inside], days[name].to_numpy().astype(float)[inside])
    return found[0].reshape(weeks, 7), found[1].reshape(weeks, 7)
