"""Counts about labels, ids and decisions."""

from __future__ import annotations

import math
from typing import Any

import duckdb

from analytics.log.schema import Log
from analytics.reading.checks.evidence import OneClassAfter
from analytics.reading.sql.expressions import membership

_N_OTHER_VALUES = 50
_MIN_ROWS_AFTER = 20
_MAX_SHARE_OTHERS = 0.01
_LOG_CHANCE = math.log(1e-6)


def ids(connection: duckdb.DuckDBPyConnection, log: Log) -> dict[str, int | str | None]:
    """Count the rows whose id stands on an earlier row of the same model version, and ids with different outcomes."""
    if log.mapping.row_id is None:
        return {}
    name = log.column(log.mapping.row_id).sql_name
    key = f"{name}, {log.column(log.mapping.model_version).sql_name}" if log.mapping.model_version else name
    row = connection.execute(
        "SELECT coalesce(sum(n - 1), 0)::BIGINT, arg_min(id, id), count(*) FILTER (is_contrary), "
        "coalesce(sum(n) FILTER (is_contrary), 0)::BIGINT, arg_min(id, id) FILTER (is_contrary) FROM "
        f"(SELECT any_value({name})::VARCHAR AS id, count(*) AS n, coalesce(min(label) <> max(label), false) AS is_contrary "
        f"FROM log_file.log WHERE {name} IS NOT NULL GROUP BY {key} HAVING count(*) > 1)"
    ).fetchone()
    assert row is not None
    names = ("n_duplicate_ids", "example_duplicate", "n_contrary_ids", "rows_contrary", "example_contrary")
    return dict(zip(names, row, strict=True))


def revised(connection: duckdb.DuckDBPyConnection, log: Log) -> dict[str, Any]:
    """Count what taking the latest label of each id changed."""
    mapping = log.mapping
    if not (mapping.latest_by and mapping.row_id and mapping.label):
        return {}
    own = membership(log.reading, mapping.label, mapping.positive, mapping.negative)
    names = [log.column(name).sql_name for name in (mapping.row_id, mapping.model_version) if name]
    row = connection.execute(
        "SELECT count(*), coalesce(sum(replaced), 0)::BIGINT, coalesce(sum(unsettled), 0)::BIGINT FROM ("
        "SELECT count(*) FILTER (own <> label) AS replaced, count(*) FILTER (own IS NOT NULL AND label IS NULL) AS unsettled "
        f"FROM (SELECT {', '.join(names)}, label, {own.sql} AS own FROM log_file.log WHERE {names[0]} IS NOT NULL) "
        f"GROUP BY {', '.join(names)} HAVING min(own) <> max(own))",
        list(own.parameters),
    ).fetchone()
    assert row is not None
    return dict(zip(("n_revised_ids", "rows_revised", "rows_unsettled"), row, strict=True))


def decisions_against_score(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[int | None, str | None]:
    """Count the logged decisions that differ from the score at the threshold, and name the first row."""
    if log.mapping.score is None or log.mapping.decision is None:
        return None, None
    row = connection.execute(
        "SELECT count(*), min(row_id), arg_min(score, row_id), arg_min(decision, row_id) FROM log_file.log "
        "WHERE (score >= ?)::UTINYINT <> decision",
        [log.mapping.threshold],
    ).fetchone()
    assert row is not None
    count, place, score, decision = row
    words = {0: "negative", 1: "positive"}
    return int(count), f"row {place + 1}: score {score:g}, decided {words[decision]}" if count else None


def other_labels(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[tuple[str, int], ...]:
    """Return the values of the label that are neither positive nor negative."""
    if log.mapping.label is None:
        return ()
    name = log.column(log.mapping.label).sql_name
    own = membership(log.reading, log.mapping.label, log.mapping.positive, log.mapping.negative)
    rows = connection.execute(
        f"SELECT left({name}::VARCHAR, 80), count(*) FROM log_file.log WHERE {name} IS NOT NULL AND label IS NULL "
        f"AND ({own.sql}) IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_N_OTHER_VALUES}",
        list(own.parameters),
    ).fetchall()
    return tuple((value, int(count)) for value, count in rows)


def one_class_after(connection: duckdb.DuckDBPyConnection, log: Log) -> OneClassAfter | None:
    """Return the longest time at the end of the log in which at least 99 % of the labels are of one class, against all odds.

    Days are added up from the last one backwards. What counts is a run that chance would give less than once in a million logs
    under the share of the class before it.
    """
    if log.time_low is None or not 0 < log.n_positive < log.n_labelled:
        return None
    found: list[OneClassAfter] = []
    for label in (1, 0):
        row = connection.execute(
            "WITH days AS (SELECT date_trunc('day', moment) AS day, count(*) AS n, count(*) FILTER (label <> $label) AS others "
            "FROM log_file.log WHERE label IS NOT NULL AND moment IS NOT NULL GROUP BY 1), "
            "runs AS (SELECT day, others AS here, sum(n) OVER later AS rows, sum(others) OVER later AS others, "
            "sum(n) OVER () AS all_rows, sum(others) OVER () AS all_others FROM days "
            "WINDOW later AS (ORDER BY day DESC ROWS UNBOUNDED PRECEDING)) "
            "SELECT day::DATE::VARCHAR, rows::BIGINT, others::BIGINT, 1 - (all_others - others) / (all_rows - rows) AS share "
            "FROM runs "
            "WHERE others <= $most * rows AND here = 0 AND rows >= $least AND rows < all_rows AND others < all_others "
            "ORDER BY rows DESC LIMIT 1",
            {"label": label, "most": _MAX_SHARE_OTHERS, "least": _MIN_ROWS_AFTER},
        ).fetchone()
        if row is None:
            continue
        since, rows, others, share = row
        log_chance = (rows - others) * math.log(share) + others * math.log(rows)
        if log_chance < _LOG_CHANCE:
            found.append(OneClassAfter(since, label == 1, rows, others, share))
    return max(found, key=lambda run: run.rows, default=None)
