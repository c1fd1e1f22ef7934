"""What checks count by few values, and the rows that stand for all, kept with a long log: of one that grew only the rows that
came are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from analytics.log.grid import is_long
from analytics.log.schema import Log

_MAX_KEPT = 20_000
"""Groups of a count up to which it is kept: bounds what a log holds beside its rows. A judgement."""


_BIN = "score_bin"
"""What changes its meaning for rows that were there before, where the grid of the scores is made anew."""

_SAMPLED, _HASHED = "sampled_rows", "hashed_{name}"
"""Tables that are kept with a long log; under their names it is noted of which step they are."""


class Tallies:
    """Counts of ``log_file.log`` by values; those of the log before it grew are added to.

    Parameters
    ----------
    connection, log : DuckDBPyConnection and Log
        The log, and what holds it.
    before : Log, optional
        The log whose rows are the first of it, and whose tallies it still has.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, log: Log, before: Log | None = None) -> None:
        self._connection = connection
        self._n_before = before.n_rows if before else 0
        known = self._stored(before) if before else {}
        is_same_grid = before is not None and before.edges == log.edges
        self._before = {of: rows for of, rows in known.items() if is_same_grid or _BIN not in of}
        self._found: dict[str, list[tuple[Any, ...]]] = {}

    def count(
        self, by: Sequence[str], counts: Sequence[str], *, where: str = "true", parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Return counts by values.

        Parameters
        ----------
        by : sequence of str
            What the rows are grouped by; nothing makes one group.
        counts : sequence of str
            Aggregates that add up over parts of the rows, in whole numbers.
        where : str
            Which rows count.
        parameters : sequence
            Those of the counts, then those of the predicate.

        Returns
        -------
        list of tuple
            The values as text, or None, then the counts; in no order.
        """
        question = json.dumps([list(by), list(counts), where, list(parameters)], default=str)
        known = self._before.get(question)
        since = f" AND row_id >= {self._n_before}" if known is not None else ""
        selected = ", ".join((*(f"({one})::VARCHAR" for one in by), *counts))
        grouped = f" GROUP BY {', '.join(by)}" if by else ""
        rows = self._connection.execute(
            f"SELECT {selected} FROM log_file.log WHERE ({where}){since}{grouped}", list(parameters)
        ).fetchall()
        rows = _added(known or [], rows, len(by))
        if len(rows) <= _MAX_KEPT:
            self._found[question] = rows
        return rows

    def known(self, statement: str) -> tuple[int, bool]:
        """Return from which row on a statement about all rows is to be looked at, and whether it holds of those before."""
        known = self._before.get(statement)
        return (self._n_before, bool(known[0][0])) if known else (0, True)

    def know(self, statement: str, is_true: bool) -> bool:
        """Note whether a statement holds of all rows, and return it."""
        self._found[statement] = [(int(is_true),)]
        return is_true

    def sampled(self, step: int, names: Sequence[str]) -> str:
        """Return the table of every ``step``-th row of a long log, with its time and some columns, in the order of the log."""
        selected = ", ".join(("row_id", "moment", *names))
        return self._grown(_SAMPLED, step, f"SELECT {selected} FROM log_file.log WHERE row_id % {step} = 0", "row_id")

    def hashed(self, name: str, value: str, within: str, step: int) -> str:
        """Return the table of the values of a long log with their rows ``n``: every ``step``-th value by its hash ``h``.

        Rows are counted apart by what ``within`` says.
        """
        place = f"hash({value})"
        query = (
            f"SELECT {place} AS h, {within} AS part, count(*) AS n FROM log_file.log WHERE {value} IS NOT NULL "
            f"AND {place} % {step} = 0"
        )
        return self._grown(_HASHED.format(name=name), step, query, "h", " GROUP BY ALL")

    def _grown(self, name: str, step: int, query: str, place: str, grouped: str = "") -> str:
        """Return the table of a query over all rows: what was kept of the rows before, and those that came behind."""
        table, before = f"log_file.{name}", self._before.get(name)
        if name in self._found:
            return table
        is_known = before is not None and step % before[0][0] == 0
        execute, later = self._connection.execute, f" AND row_id >= {self._n_before if is_known else 0}{grouped}"
        if is_known:
            execute(f"ALTER TABLE {table} RENAME TO {name}_before")
            execute(f"CREATE TABLE {table} AS {query} AND false{grouped}")
            execute(f"INSERT INTO {table} FROM log_file.{name}_before WHERE {place} % {step} = 0")
            execute(f"INSERT INTO {table} {query}{later}")
            execute(f"DROP TABLE log_file.{name}_before")
        else:
            execute(f"CREATE OR REPLACE TABLE {table} AS {query}{later}")
        self._found[name] = [(step,)]
        return table

    def keep(self, log: Log) -> None:
        """Store what was counted with the log, where it is long."""
        self._connection.execute("DROP TABLE IF EXISTS log_file.tallies")
        if not is_long(log.n_rows):
            return
        self._connection.execute("CREATE TABLE log_file.tallies (of_log VARCHAR, question VARCHAR, counts VARCHAR)")
        kept = [(_sign(log), question, json.dumps(rows)) for question, rows in self._found.items()]
        if kept:
            self._connection.executemany("INSERT INTO log_file.tallies VALUES (?, ?, ?)", kept)

    def _stored(self, before: Log) -> dict[str, list[tuple[Any, ...]]]:
        """Return what was counted in the log before it grew."""
        there = "table_name = 'tallies' AND database_name = 'log_file'"
        if self._connection.execute(f"SELECT count(*) FROM duckdb_tables() WHERE {there}").fetchone() != (1,):
            return {}
        query = "SELECT question, counts FROM log_file.tallies WHERE of_log = ?"
        stored = self._connection.execute(query, [_sign(before)]).fetchall()
        return {question: [tuple(row) for row in json.loads(counts)] for question, counts in stored}


def _added(before: Sequence[tuple[Any, ...]], rows: Sequence[tuple[Any, ...]], n_by: int) -> list[tuple[Any, ...]]:
    """Add up the counts of equal values."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in (*before, *rows):
        values, counts = row[:n_by], row[n_by:]
        known = sums.get(values)
        sums[values] = [a + b for a, b in zip(known, counts, strict=True)] if known else list(counts)
    return [(*values, *counts) for values, counts in sums.items()]


def _sign(log: Log) -> str:
    """Return by what the tallies of a log are told from those of any other."""
    return (
        f"{log.n_rows} rows, {log.n_labelled} with a label, {log.n_positive} positive, {log.n_unscored} without a score, "
        f"hashed by {duckdb.__version__}"
    )
