"""The one door to DuckDB: a locked-down connection that answers relations over attached logs with small Polars tables."""

from __future__ import annotations

import shutil
import threading
import uuid
import weakref
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.errors import StoreError
from analytics.log import states
from analytics.log.disk import owner, storing
from analytics.log.grid import Grid
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query import known, lock, relations, spark_rows, spark_session
from analytics.query.cohort import Cohort
from analytics.query.groups import how_of
from analytics.query.kept import KeptTables, Scores, has_few_cells, outcomes_by_time, rows_of
from analytics.query.predicates import predicate
from analytics.query.score_table import ScoreTable, by_week
from analytics.query.slicing import as_people_see, stored_slice
from analytics.query.sums import held_sums

_DAMAGED = "The log {!r} cannot be opened: its file is missing or damaged, and was set aside. Upload the export again."


class Engine:
    """Answers questions about the logs of one workspace; safe to share between threads.

    Parameters
    ----------
    workspace : Workspace
        Whose logs can be asked; nothing else on the machine can be read through this connection.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.n_queries = 0
        self._lock = threading.Lock()
        self._attached: dict[str, str] = {}
        self._tables = KeptTables()
        self._numbers = count()
        spill = workspace.scratch / f"{owner()}-spill-{uuid.uuid4().hex}"
        with storing(workspace.scratch):
            spill.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clean = weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        self._connection = duckdb.connect()
        lock.lock_down(self._connection, workspace.logs, spill)

    def frame(self, log: Log) -> nw.LazyFrame[Any]:
        """Return the rows of a log on a cursor of their own: a busy connection would refuse a second question.

        Of a log of rankings the first row of each query stands for it.
        """
        return self._rows(log, self._cursor(log))

    def _cursor(self, *logs: Log) -> duckdb.DuckDBPyConnection | None:
        """Return a cursor for a question about logs, none where their rows are few enough to be held in memory."""
        return None if self._tables.may_hold(logs, self.workspace) else self._connection.cursor()

    def _rows(self, log: Log, cursor: duckdb.DuckDBPyConnection | None) -> nw.LazyFrame[Any]:
        rows = self._table(log, "log", cursor)
        return rows.filter(nw.col("is_first") == 1) if log.mapping.kind == "rankings" else rows

    def _table(self, log: Log, name: str, cursor: duckdb.DuckDBPyConnection | None) -> nw.LazyFrame[Any]:
        """Return a table of a log, held in memory where there is no cursor."""
        if log.reading.is_in_spark:
            return spark_rows.stored(log) if name == "log" else spark_rows.no_lines()
        if cursor is None:
            stored = partial(self._table, log, name, self._connection.cursor())
            held = self._tables.of(rows_of(log, name), lambda: self.collect(stored()))
            return nw.from_native(held.lazy())
        own, base = self._attach(log, log.key), self._attach(log, states.base_of(log))
        try:
            table = cursor.table(f"{base if name == 'set_aside' else own}.main.{name}")
            if base != own and name == "log":
                also = states.file_columns(log, cursor.table(f"{base}.main.log").columns)
                table = cursor.sql(f"SELECT own.*, {also} FROM {own}.log AS own POSITIONAL JOIN {base}.log AS base")
        except duckdb.Error as error:
            self._set_aside(log.key)
            raise StoreError(_DAMAGED.format(log.name), code="damaged-log") from error
        return nw.from_native(table)

    def _attach(self, log: Log, key: str) -> str:
        """Attach the file of a key of a log once, and return what it is called."""
        with self._lock:
            if key in self._attached:
                return self._attached[key]
            name = f"log_{next(self._numbers)}_{log.log_id}"
            path = str(self.workspace.path(key)).replace("'", "''")
            try:
                self._connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            except duckdb.Error as error:
                self.workspace.set_aside(self.workspace.path(key))
                raise StoreError(_DAMAGED.format(log.name), code="damaged-log") from error
            self._attached[key] = name
            return name

    def _set_aside(self, key: str) -> None:
        with self._lock:
            self._attached.pop(key, None)
        self._tables.clear()
        self.workspace.set_aside(self.workspace.path(key))

    def _set_damaged_aside(self) -> None:
        """Read every attached log to its end, and set aside those that have none: a failed question does not say which."""
        for key, name in list(self._attached.items()):
            try:
                self._connection.cursor().execute(f"SELECT max(COLUMNS(*)) FROM {name}.main.log").fetchall()
            except duckdb.Error as error:
                if lock.is_unreadable(error):
                    self._set_aside(key)

    def collect(self, relation: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Run a relation and return its rows; the only place where a question meets the data."""
        with self._lock:
            self.n_queries += 1
        if relation.implementation.is_spark_like():
            return spark_session.collected(relation)
        try:
            frame: pl.DataFrame = relation.collect("polars", **how_of(relation)).to_native()
        except duckdb.Error as error:
            lock.raise_where_too_large(error)
            if not lock.is_unreadable(error):
                raise
            self._set_damaged_aside()
            raise StoreError(
                "The log cannot be read to its end: its file is damaged, and was set aside. Upload the export again.",
                code="damaged-log",
            ) from error
        return frame

    def collect_at_any(
        self, log: Log, cohort: Cohort, what: Hashable, ask: Callable[[], nw.LazyFrame[Any]]
    ) -> pl.DataFrame:
        """Return the rows of a relation that no threshold changes, run where it was not lately.

        ``log``, ``cohort`` and ``what`` are all that tells it from others. Outcomes in a cohort depend on the threshold; with
        them it is run every time.
        """
        if cohort.outcomes:
            return self.collect(ask())
        return self._tables.of((log.key, cohort, what), lambda: self.collect(ask()))

    def once(self, what: Hashable, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return a table that ``what`` alone tells from others, asked for where it was not lately."""
        return self._tables.of(what, ask)

    def kept(self, log: Log, cohort: Cohort, threshold: float) -> nw.LazyFrame[Any]:
        """Return the rows of a log that a cohort keeps; where a weight says for how many a row stands, those that have one."""
        return self._kept(log, cohort, threshold, self._cursor(log))

    def beside(self, *asked: tuple[Log, Cohort, float]) -> tuple[nw.LazyFrame[Any], ...]:
        """Return the rows of several questions, as `kept` does, on one cursor: only such rows can be joined."""
        cursor = self._cursor(*(log for log, _, _ in asked))
        return tuple(self._kept(log, cohort, at, cursor) for log, cohort, at in asked)

    def revised(self, log: Log, cohort: Cohort, threshold: float) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
        """Return the rows that a cohort keeps, and what rows were by their labels before, to be joined to them."""
        cursor = self._cursor(log)
        before = known.seen_until(self._table(log, "revisions", cursor), log, cohort.as_of)
        return self._kept(log, cohort, threshold, cursor), before

    def _kept(
        self, log: Log, cohort: Cohort, threshold: float, cursor: duckdb.DuckDBPyConnection | None
    ) -> nw.LazyFrame[Any]:
        """Keep the rows of a cohort that stand for some, with the labels that it asks for."""
        rows, before = self._rows(log, cursor), None
        if log.n_revised and (cohort.as_of or cohort.is_first_given):
            before = self._table(log, "revisions", cursor)
        rows = known.known_on(rows, log, cohort.as_of, before, is_first=cohort.is_first_given)
        rows = relations.keep(rows, predicate(cohort, log, threshold))
        return rows if log.mapping.weight is None else rows.filter(~nw.col("weight").is_null())

    def score_table(
        self,
        log: Log,
        cohort: Cohort,
        threshold: float,
        by: Sequence[str] = (),
        *,
        sums: Collection[str] = relations.SUMS,
        by_score: bool = False,
        every: str | None = None,
        is_weighted: bool = False,
    ) -> ScoreTable:
        """Aggregate a cohort by slice and score.

        Parameters
        ----------
        log, cohort, threshold
            The question. A threshold between two edges of the grid is exact all the same: its bin is split there.
        by : sequence of str
            Names of segment columns.
        sums : collection of str
            Which of `relations.SUMS` are wanted besides the counts: two logarithms per row are a third of the time, sums of
            scores and of amounts a quarter each. Those are left out of which the log holds nothing.
        by_score : bool
            Aggregate by distinct score, so that areas are exact whatever the grid.
        every : str, optional
            Slice by hour, day, week or month too (1h, 1d, 1w or 1mo), in ``bucket``.
        is_weighted : bool
            Let each row count as often as its weight says, where the log has one.

        Raises
        ------
        QuestionError
            If a column is unknown or cannot be sliced.
        """
        stored, grid = [stored_slice(log, name) for name in by], log.grid
        by_score = by_score and not grid.is_exact
        split = None if by_score else grid.split(threshold)
        weighted = is_weighted and log.mapping.weight is not None
        parts, asked = held_sums(log, sums), "1d" if every == "1w" else every

        def ask() -> pl.DataFrame:
            rows = self.kept(log, cohort, threshold)
            asked_for = relations.score_table(
                rows, stored, split=split, sums=parts, by_score=by_score, every=asked, is_weighted=weighted
            )
            return self.collect(asked_for)

        key, is_kept = Scores(tuple(stored), parts, by_score, asked, weighted), split is None and not cohort.outcomes

        def found() -> pl.DataFrame:
            days = self._tables.scores(log, cohort, key, ask, self.workspace) if is_kept else ask()
            return by_week(days) if every == "1w" else days

        frame = self.once((log.key, cohort, key, every), found) if is_kept and every == "1w" else found()
        if by_score:
            grid = Grid(frame["score"].drop_nulls().unique().sort().to_numpy(), is_exact=True)
            places = np.searchsorted(grid.edges, frame["score"].fill_null(0.0).to_numpy())
            bins = pl.Series("score_bin", places, dtype=pl.Int64)
            frame = frame.with_columns(pl.when(pl.col("score").is_not_null()).then(bins).alias("score_bin")).drop(
                "score"
            )
        else:
            grid = grid.split_at(threshold)
        names = tuple(f"slice_{place}" for place in range(len(by)))
        for name, column in zip(names, by, strict=True):
            frame = frame.with_columns(as_people_see(log, column, frame[name]).alias(name))
        names += ("bucket",) if every else ()
        return ScoreTable(frame, grid.edges, grid.at(threshold), names, is_exact=grid.is_exact)

    def time_table(
        self, log: Log, cohort: Cohort, threshold: float, every: str, *, is_weighted: bool = False
    ) -> pl.DataFrame:
        """Count outcomes per hour, day, week or month (``every`` is 1h, 1d, 1w or 1mo), in the order of time.

        At a threshold that is an edge of the grid they are added up from a small score table by bucket, which holds every one.
        """
        weighted, asked = is_weighted and log.mapping.weight is not None, "1d" if every == "1w" else every
        if has_few_cells(log, asked) and not weighted and not cohort.outcomes and log.grid.split(threshold) is None:
            scores = self.score_table(log, cohort, threshold, sums=(), every=asked)
            key = (log.key, cohort, "outcomes", asked, scores.threshold_bin)
            table = self.once(key, lambda: outcomes_by_time(scores.frame, scores.threshold_bin))
        else:
            rows = self.kept(log, cohort, threshold)
            table = self.collect(relations.time_table(rows, threshold, asked, is_weighted=weighted))
        if every == "1w":
            table = table.group_by(pl.col("bucket").dt.truncate("1w")).agg(pl.exclude("bucket").sum())
        return table.sort("bucket")

    def value_counts(self, log: Log, cohort: Cohort, threshold: float, column: str) -> pl.DataFrame:
        """Count the rows of each value of a column, as people see it: ``value``, ``n``, the most frequent first."""
        stored, rows = log.column(column).sql_name, partial(self.kept, log, cohort, threshold)
        counts = self.collect_at_any(log, cohort, ("values", stored), lambda: relations.value_counts(rows(), stored))
        counts = counts.with_columns(as_people_see(log, column, counts["value"], in_bins=False).alias("value"))
        return counts.sort(["n", "value"], descending=[True, False], nulls_last=True)

    def row_counts(self, log: Log, cohort: Cohort, threshold: float) -> tuple[int, int]:
        """Count the rows of a cohort, and those with a label."""
        if not cohort and log.mapping.weight is None:
            return log.n_rows, log.n_labelled
        rows, sums = partial(self.kept, log, cohort, threshold), {"n": nw.len(), "n_labelled": nw.col("label").count()}
        counts = self.collect_at_any(log, cohort, "rows", lambda: rows().select(**sums))
        return int(counts["n"][0]), int(counts["n_labelled"][0])

    def n_outcomes(self, log: Log, cohort: Cohort, threshold: float) -> int:
        """Count the rows of a cohort with errors or hits: from its score table where the threshold starts a bin."""
        is_told = set(cohort.outcomes) <= {"tp", "fp", "fn", "tn"} and log.mapping.weight is None
        if not cohort.outcomes or not is_told or log.grid.split(threshold) is not None:
            return self.row_counts(log, cohort, threshold)[0]
        scores = self.score_table(log, replace(cohort, outcomes=()), threshold, sums=())
        table = outcomes_by_time(scores.frame.with_columns(bucket=0), scores.threshold_bin)
        return int(sum(table[outcome].sum() for outcome in cohort.outcomes))

    def head(self, log: Log, cohort: Cohort, threshold: float, limit: int) -> pl.DataFrame:
        """Return the first rows of a cohort: ``score``, ``label``, then every column by its stored name."""
        names = ["row_id", "score", "label", "decision", *(column.sql_name for column in log.columns)]
        return self.collect(relations.head(self.kept(log, cohort, threshold), names, limit))

    def sample(self, log: Log, limit: int = 200) -> list[list[str | None]]:
        """Return some rows of a log as text, in the order of the file, for the preview of a mapping."""
        rows = self.head(log, Cohort(), 0.0, limit).select(column.sql_name for column in log.columns).rows()
        return [[None if cell is None else str(cell) for cell in row] for row in rows]

    def set_aside(self, log: Log) -> pl.DataFrame:
        """Return the lines that the reader set aside: ``line``, ``reason``, ``text``."""
        return self.collect(self._table(log, "set_aside", self._connection.cursor()))

    def settings(self) -> dict[str, str]:
        """Return the settings of the connection, for tests of the lock."""
        return dict(self._connection.cursor().execute("SELECT name, value FROM duckdb_settings()").fetchall())

    def close(self) -> None:
        """Close the connection; questions after it fail."""
        self._connection.close()
        self._clean()
