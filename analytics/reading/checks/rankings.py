"""Checks of rankings: queries without a relevant row, rows of no query, and segments that differ within a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said


@dataclass(frozen=True)
class _Queries:
    """Queries that are known in all rows, those of them without a relevant row, rows of none, and segments that differ."""

    n: int
    n_without: int
    n_rows_of_none: int
    differing: tuple[tuple[str, int], ...]


def _queries(evidence: Evidence) -> _Queries:
    """Count the queries."""
    log, right = evidence.log, evidence.log.mapping.right
    assert right is not None and right.query is not None
    query = log.column(right.query).sql_name
    n, without = evidence.row(
        "SELECT count(label), count(*) FILTER (label IS NOT NULL AND ndcg IS NULL) FROM log_file.log WHERE is_first = 1"
    )
    (none,) = evidence.row(f"SELECT count(*) FROM log_file.log WHERE {query} IS NULL")
    names = {name: log.column(name).sql_name for name in log.mapping.segments}
    if not names:
        return _Queries(n, without, none, ())
    differs = ", ".join(
        f"count(DISTINCT {name}) + (count({name}) < count(*))::BIGINT > 1 AS {name}" for name in names.values()
    )
    counts = ", ".join(f"count(*) FILTER ({name})" for name in names.values())
    found = evidence.row(
        f"SELECT {counts} FROM (SELECT {differs} FROM log_file.log WHERE {query} IS NOT NULL GROUP BY {query})"
    )
    return _Queries(n, without, none, tuple((name, rows) for name, rows in zip(names, found, strict=True) if rows))


def _nothing_relevant(log: Log, found: _Queries) -> Iterator[Said]:
    if found.n_without and log.mapping.right is not None:
        yield Said(
            log.mapping.right.true,
            found.n_without,
            f"{found.n_without:,} of {found.n:,} queries have no relevant row. They count as wrong, and have no nDCG.",
        )


def _rows_of_no_query(log: Log, found: _Queries) -> Iterator[Said]:
    if found.n_rows_of_none and log.mapping.right is not None:
        yield Said(
            log.mapping.right.query,
            found.n_rows_of_none,
            f"{found.n_rows_of_none:,} rows belong to no query. They are left out.",
        )


def _differs_in_query(log: Log, found: _Queries) -> Iterator[Said]:
    for name, rows in found.differing:
        yield Said(
            name,
            None,
            f"{name!r} differs within {rows:,} queries. A query is sliced by the value of its first row.",
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="nothing-relevant",
        severities=("note",),
        meaning="queries without a relevant row: they count as wrong, and have no nDCG",
        kinds=("rankings",),
        count=_queries,
        say=_nothing_relevant,
    ),
    CountingCheck(
        code="no-query",
        severities=("warning",),
        meaning="rows of a log of rankings that belong to no query, and are left out",
        kinds=("rankings",),
        count=_queries,
        say=_rows_of_no_query,
    ),
    CountingCheck(
        code="differs-within-query",
        severities=("note",),
        meaning="a segment column that differs within queries, which are sliced by the value of their first row",
        kinds=("rankings",),
        count=_queries,
        say=_differs_in_query,
    ),
)
