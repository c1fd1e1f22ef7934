"""What the metrics of a query are, as SQL: windows over its rows, and one row for each query."""

from __future__ import annotations

from itertools import accumulate
from math import log2

import duckdb

from analytics.log.right import Right
from analytics.log.schema import Reading
from analytics.reading.sql.expression import Expression, numeric

METRICS = ("ndcg", "reciprocal_rank", "precision_at", "hit")
"""Columns of a query's metrics."""


def create_queries(connection: duckdb.DuckDBPyConnection, reading: Reading, right: Right) -> None:
    """Make the table ``query_of``: ``value`` (of the query), ``first`` (its first row in the ranking), ``label`` and `METRICS`.

    Notes
    -----
    nDCG@k is the sum of relevance / log2(rank + 1) over the first k ranks, as a share of that of the best order; rows with
    equal scores share the mean of their ranks' discounts, as in scikit-learn's ``ndcg_score``. It is null where no row of a
    query is relevant. For all else equal scores stand in the order of the file. A query with a row whose relevance or score is
    not known is not known yet.
    """
    assert right.query is not None and right.predicted is not None
    query = reading.column(right.query).sql_name
    relevance, by = numeric(reading.column(right.true)).sql, numeric(reading.column(right.predicted)).sql
    ranked = f"-({by})" if right.is_rank else f"({by})"
    steps = [0.0, *accumulate(1 / log2(rank + 1) for rank in range(1, right.at + 1))]
    connection.execute(
        f"""CREATE TEMP TABLE query_of AS
        WITH rows_of AS (
            SELECT rowid AS row, {query} AS value, ({relevance})::DOUBLE AS relevance, {ranked} AS score
            FROM raw WHERE {query} IS NOT NULL
        ), placed AS (
            SELECT *, row_number() OVER (PARTITION BY value ORDER BY score DESC NULLS LAST, row) AS place,
                rank() OVER (PARTITION BY value ORDER BY score DESC NULLS LAST) AS low,
                count(*) OVER (PARTITION BY value, score) AS ties,
                row_number() OVER (PARTITION BY value ORDER BY relevance DESC NULLS LAST, row) AS best
            FROM rows_of
        ), weighed AS (
            SELECT *, relevance * (
                    list_extract($steps, least(low - 1 + ties, $at)::BIGINT + 1)
                    - list_extract($steps, least(low - 1, $at)::BIGINT + 1)
                ) / ties AS gain,
                relevance * (
                    list_extract($steps, least(best, $at)::BIGINT + 1)
                    - list_extract($steps, least(best - 1, $at)::BIGINT + 1)
                ) AS best_gain
            FROM placed
        ), summed AS (
            SELECT value, min(row) FILTER (place = 1) AS first, bool_and(relevance IS NOT NULL AND score IS NOT NULL) AS is_known,
                sum(gain) AS gain, sum(best_gain) AS best_gain,
                coalesce(min(place) FILTER (relevance > 0), 0) AS hit_at,
                count(*) FILTER (relevance > 0 AND place <= $at) AS n_hits,
                count(*) FILTER (relevance > 0) AS n_relevant
            FROM weighed GROUP BY value
        )
        SELECT value, first, CASE WHEN is_known THEN (hit_at = 1)::UTINYINT END AS label,
            CASE WHEN is_known AND n_relevant > 0 THEN gain / best_gain END AS ndcg,
            CASE WHEN is_known THEN CASE WHEN hit_at > 0 THEN 1 / hit_at ELSE 0 END END AS reciprocal_rank,
            CASE WHEN is_known THEN n_hits / $at END AS precision_at,
            CASE WHEN is_known THEN (n_hits > 0)::DOUBLE END AS hit
        FROM summed""",
        {"steps": steps, "at": right.at},
    )


def of_query(reading: Reading, right: Right, name: str) -> Expression:
    """Return what ``query_of`` says of the query of a row."""
    assert right.query is not None
    query = reading.column(right.query).sql_name
    return Expression(f"(SELECT any_value({name}) FROM query_of WHERE value = {query})")
