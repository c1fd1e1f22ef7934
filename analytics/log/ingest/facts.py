"""What preflight needs to know about a built log, counted in the engine."""

from __future__ import annotations

import duckdb

from analytics.log.ingest.types import is_value
from analytics.log.preflight import Facts
from analytics.log.schema import Log

N_OTHER_VALUES = 50


def count_facts(connection: duckdb.DuckDBPyConnection, log: Log) -> Facts:
    """Count what the checks of preflight ask for, all but the area under the ROC curve."""
    duplicates, example = duplicate_ids(connection, log)
    return Facts(
        n_duplicate_ids=duplicates,
        example_duplicate=example,
        n_decisions_against_score=decisions_against_score(connection, log),
        label_values=other_labels(connection, log),
        n_bad_scores=bad_values(connection, log, log.mapping.score, "score"),
        n_bad_amounts=bad_values(connection, log, log.mapping.amount, "amount"),
    )


def duplicate_ids(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[int, str | None]:
    """Count the rows whose id stands on an earlier row of the same model version."""
    if log.mapping.row_id is None:
        return 0, None
    name = log.column(log.mapping.row_id).sql_name
    key = f"{name}, {log.column(log.mapping.model_version).sql_name}" if log.mapping.model_version else name
    row = connection.execute(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT, arg_min(id, id) FROM "
        f"(SELECT any_value({name})::VARCHAR AS id, count(*) AS n FROM log_file.log WHERE {name} IS NOT NULL "
        f"GROUP BY {key} HAVING count(*) > 1)"
    ).fetchone()
    assert row is not None
    return int(row[0]), row[1]


def decisions_against_score(connection: duckdb.DuckDBPyConnection, log: Log) -> int | None:
    """Count the logged decisions that differ from the score at the threshold."""
    if log.mapping.score is None or log.mapping.decision is None:
        return None
    row = connection.execute(
        "SELECT count(*) FILTER ((score >= ?)::UTINYINT <> decision) FROM log_file.log", [log.mapping.threshold]
    ).fetchone()
    assert row is not None
    return int(row[0])


def other_labels(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[tuple[str, int], ...]:
    """Return the values of the label that are neither positive nor negative."""
    if log.mapping.label is None:
        return ()
    name = log.column(log.mapping.label).sql_name
    rows = connection.execute(
        f"SELECT left({name}::VARCHAR, 80), count(*) FROM log_file.log WHERE {name} IS NOT NULL AND label IS NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {N_OTHER_VALUES}"
    ).fetchall()
    return tuple((value, int(count)) for value, count in rows)


def bad_values(connection: duckdb.DuckDBPyConnection, log: Log, column_name: str | None, role: str) -> int:
    """Count the rows whose column holds a value that is no finite number."""
    if column_name is None:
        return 0
    column = log.column(column_name)
    present = is_value(f"{column.sql_name}::VARCHAR")
    row = connection.execute(f"SELECT count(*) FROM log_file.log WHERE {present} AND {role} IS NULL").fetchone()
    assert row is not None
    return int(row[0]) + column.n_unparsable


def bin_counts(connection: duckdb.DuckDBPyConnection) -> tuple[list[int], list[int]]:
    """Return the positives and the negatives in each score bin that has judged rows, by ascending score."""
    rows = connection.execute(
        "SELECT count(*) FILTER (label = 1), count(*) FILTER (label = 0) FROM log_file.log "
        "WHERE label IS NOT NULL AND score_bin IS NOT NULL GROUP BY score_bin ORDER BY score_bin"
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]
