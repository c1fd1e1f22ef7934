"""Tables that were asked for lately, so that a question that differs in its threshold alone asks the log nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from analytics.log import states
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort
from analytics.query.score_table import added_up

_MAX_BYTES = 512 << 20
"""Bytes of all tables that an engine keeps. Of ten million rows the first page keeps 40 MB, and 55 MB of each filter, Gap as
much: room for all rows and five filters. With a fifth of it who went back from a filter waited for every table anew, 6 s instead
of 1. Of smaller logs tables are smaller."""
_MAX_SHARE = 0.1
"""Share of that room from which on one table is not kept: it would drive out all others. A judgement."""

_MAX_CELLS = 1_000_000
"""Cells of a score table up to which every threshold is counted at once, for lines over time or slices. By hand: 10 million rows
in 365 days and 2,000 bins take 0.4 s of a processor, in days alone 0.1 s, and the table takes 28 MB."""

_MAX_HELD_BYTES = 16 << 20
"""Bytes of their files up to which they are: a million numbers are 8 MB, and long texts are packed to a quarter or less."""
_MAX_HELD_CELLS = 1_000_000
"""Cells of logs, rows times columns, up to which their rows are held in memory. To bind a relation over a table of DuckDB takes
10 to 15 ms whatever it holds, over one in memory 3 ms; so many cells are 10 MB, a tenth of the room, taken over in 50 ms."""


class Scores(NamedTuple):
    """What tells a score table from others of the same rows: see `relations.score_table`."""

    by: tuple[str, ...]
    sums: frozenset[str]
    by_score: bool
    every: str | None
    is_weighted: bool

    def holds(self, asked: Scores) -> bool:
        """Whether a table adds up to another: it has its slices and buckets, or any where that has none, and its sums."""
        is_alike = (self.by_score, self.is_weighted) == (asked.by_score, asked.is_weighted)
        is_finer = asked.by in (self.by, ()) and asked.every in (self.every, None)
        return is_alike and is_finer and asked.sums <= self.sums

    def of(self, finer: pl.DataFrame) -> pl.DataFrame:
        """Return this table, added up from one that holds it."""
        unasked = set() if self.by else {name for name in finer.columns if name.startswith("slice_")}
        unasked |= set() if self.every else {"bucket"}
        unasked |= {name for name in finer.columns if name.endswith("_sum")} - self.sums
        left = finer.drop(unasked & set(finer.columns))
        are_fewer = {name for name in unasked if not name.endswith("_sum")} & set(finer.columns)
        return added_up(left) if are_fewer else left


class _ScoresOf(NamedTuple):
    """The key of a kept score table."""

    log: str
    cohort: Cohort
    scores: Scores


class KeptTables:
    """Aggregates by what was asked, the latest ones; safe to share between threads."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._tables: OrderedDict[Hashable, pl.DataFrame] = OrderedDict()
        self._lock = threading.Lock()
        self._too_large: set[Hashable] = set()

    def of(self, key: Hashable, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the table of a key, asked for where it is not there."""
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
                return self._tables[key]
        table = ask()
        if table.estimated_size() <= _MAX_SHARE * self._max_bytes:
            with self._lock:
                self._tables[key] = table
                while sum(kept.estimated_size() for kept in self._tables.values()) > self._max_bytes:
                    self._tables.popitem(last=False)
        else:
            self._too_large.add(key)
        return table

    def scores(
        self, log: Log, cohort: Cohort, asked: Scores, ask: Callable[[], pl.DataFrame], workspace: Workspace
    ) -> pl.DataFrame:
        """Return a score table as `of` does, of many rows added up from the smallest kept one that holds it.

        Few rows are asked: they are in memory, and their sums are then the same to the last digit whatever was asked before.
        """

        def found() -> pl.DataFrame:
            with self._lock:
                finer = [
                    table
                    for key, table in self._tables.items()
                    if isinstance(key, _ScoresOf)
                    and (key.log, key.cohort) == (log.key, cohort)
                    and key.scores.holds(asked)
                ]
            return asked.of(min(finer, key=len)) if finer else ask()

        return self.of(_ScoresOf(log.key, cohort, asked), ask if self.may_hold((log,), workspace) else found)

    def may_hold(self, logs: Sequence[Log], workspace: Workspace) -> bool:
        """Whether the rows of logs are few and light enough to be held in memory, where a question takes a third of the time."""
        if sum(log.n_rows * len(log.columns) for log in logs) > _MAX_HELD_CELLS:
            return False
        keys = [key for log in logs for key in {log.key, states.base_of(log)}]
        try:
            n_bytes = sum(workspace.path(key).stat().st_size for key in keys)
        except OSError:  # a file that is gone is told by asking it; of a log in Spark there is none
            return False
        return n_bytes <= _MAX_HELD_BYTES and not any(rows_of(log, "log") in self._too_large for log in logs)

    def clear(self) -> None:
        """Forget every table."""
        with self._lock:
            self._tables.clear()


def _n_buckets(log: Log, every: str) -> float:
    """Return how many hours, days or months (1h, 1d, 1mo) a log spans, 1 without times."""
    if log.time_low is None or log.time_high is None:
        return 1.0
    span = datetime.fromisoformat(log.time_high) - datetime.fromisoformat(log.time_low)
    return 1 + span / {"1h": timedelta(hours=1), "1d": timedelta(days=1), "1mo": timedelta(days=28)}[every]


def rows_of(log: Log, name: str) -> Hashable:
    """Return the key of the rows of a table of a log."""
    return log.key, name, "rows"


def has_few_cells(log: Log, every: str) -> bool:
    """Whether a score table by time is small enough to be kept for the lines of every threshold."""
    return are_few(log, _n_buckets(log, every))


def are_few(log: Log, n_slices: float) -> bool:
    """Whether a score table of so many slices is small enough to be kept for every threshold."""
    return min(log.n_rows, len(log.edges) * n_slices) <= _MAX_CELLS


def outcomes_by_time(scores: pl.DataFrame, threshold_bin: int) -> pl.DataFrame:
    """Add up a score table by buckets of time to what `relations.time_table` counts at a threshold that starts a bin.

    Parameters
    ----------
    scores : DataFrame
        ``bucket, score_bin, n, n_pos, n_unlabelled``.
    threshold_bin : int
        Predicted positive iff ``score_bin >= threshold_bin``.
    """
    score = pl.col("score_bin")
    is_flagged, is_passed = score >= threshold_bin, score < threshold_bin
    n_neg = pl.col("n") - pl.col("n_pos") - pl.col("n_unlabelled")
    counts = {
        "n": pl.col("n"),
        "n_labelled": pl.col("n") - pl.col("n_unlabelled"),
        "n_unlabelled": pl.col("n_unlabelled"),
        "n_scored": pl.col("n").filter(score.is_not_null()),
        "n_flagged": pl.col("n").filter(is_flagged),
        "n_pos": pl.col("n_pos"),
        "tp": pl.col("n_pos").filter(is_flagged),
        "fp": n_neg.filter(is_flagged),
        "fn": pl.col("n_pos").filter(is_passed),
        "tn": n_neg.filter(is_passed),
    }
    return scores.group_by("bucket", maintain_order=True).agg(**{name: count.sum() for name, count in counts.items()})
