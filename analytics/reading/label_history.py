"""The labels of a file in their order: the latest of each id, those before it, and what became of every one."""

from __future__ import annotations

from typing import Any

import duckdb

from analytics.log.column import Column
from analytics.reading.label_keys import Keys, key_of

_HISTORY = "CREATE TABLE label_history (id VARCHAR, version VARCHAR, label VARCHAR, time TIMESTAMP, rank BIGINT, source VARCHAR)"
"""The labels of every id that had several, in their order; ``log`` as source is the label that the log had before."""


def rank_labels(connection: duckdb.DuckDBPyConnection, keys: Keys, source: str) -> None:
    """Make ``last_labels``, one row per id with the place of its latest label, and ``label_history``."""
    version = f"{keys.version.sql_name}::VARCHAR" if keys.version else "NULL"
    time = keys.time.sql_name if keys.time else "NULL"
    connection.execute("ALTER TABLE raw RENAME TO raw_labels")
    connection.execute(
        f"CREATE TABLE given_labels AS SELECT {key_of(keys.row_id, keys.version)} AS key, "
        f"{keys.row_id.sql_name}::VARCHAR AS id, {version} AS version, {keys.label.sql_name}::VARCHAR AS label, "
        f"{time}::TIMESTAMP AS time, rowid AS place "
        f"FROM raw_labels WHERE {keys.label.sql_name} IS NOT NULL AND {key_of(keys.row_id, keys.version)} IS NOT NULL"
    )
    connection.execute(
        "CREATE TABLE last_labels AS SELECT key, any_value(id) AS id, count(*) AS n, count(DISTINCT label) AS n_labels, "
        "max(time) AS latest, last(place ORDER BY time NULLS FIRST, place) AS place, false AS is_contrary "
        "FROM given_labels GROUP BY key"
    )
    connection.execute(
        "UPDATE last_labels SET is_contrary = true WHERE n_labels > 1 AND key IN (SELECT g.key FROM given_labels g "
        "JOIN last_labels l ON g.key = l.key AND g.time = l.latest GROUP BY g.key HAVING count(DISTINCT label) > 1)"
    )
    has_history = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'label_history' AND database_name = current_database()"
    ).fetchone()
    if not has_history or not has_history[0]:
        connection.execute(_HISTORY)
    connection.execute(
        "INSERT INTO label_history SELECT g.id, version, label, time, "
        "row_number() OVER (PARTITION BY key ORDER BY time NULLS FIRST, g.place), ? "
        "FROM given_labels g JOIN last_labels l USING (key) WHERE n > 1 ORDER BY key, 5",
        [source],
    )
    connection.execute("DROP TABLE given_labels")


def count_labels(connection: duckdb.DuckDBPyConnection, keys: Keys, key: str) -> dict[str, Any]:
    """Count what became of every label, and of every row of the log."""
    given_key, label = key_of(keys.row_id, keys.version), keys.label.sql_name
    connection.execute(
        f"CREATE TEMP TABLE log_keys AS SELECT {key} AS key, count(*) AS n FROM log_rows WHERE {key} IS NOT NULL GROUP BY 1"
    )
    row = connection.execute(
        f"SELECT (SELECT count(*) FROM raw_labels WHERE {given_key} IS NULL), "
        f"(SELECT count(*) FROM raw_labels WHERE {given_key} IS NOT NULL AND {label} IS NULL), "
        "coalesce(sum(l.n - 1), 0)::BIGINT, count(*) FILTER (l.n_labels > 1), count(*) FILTER (is_contrary), "
        "min(id) FILTER (is_contrary), count(*) FILTER (log_keys.key IS NULL), min(id) FILTER (log_keys.key IS NULL), "
        "coalesce(sum(log_keys.n) FILTER (NOT is_contrary), 0)::BIGINT, "
        "coalesce(sum(log_keys.n) FILTER (is_contrary), 0)::BIGINT, "
        "(SELECT count(*) FROM log_rows), (SELECT min(key) FROM log_keys ANTI JOIN last_labels USING (key)) "
        "FROM last_labels l LEFT JOIN log_keys USING (key)"
    ).fetchone()
    assert row is not None
    without_id, without_label, repeated, changed, contrary, example_contrary, orphans, example_orphan = row[:8]
    matched, rows_contrary, n_rows, example_unmatched = row[8:]
    connection.execute("DROP TABLE log_keys")
    return {
        "n_without_id": without_id,
        "n_without_label": without_label,
        "n_repeated": repeated,
        "n_changed": changed,
        "n_contrary": contrary,
        "n_orphans": orphans,
        "rows_matched": matched,
        "rows_contrary": rows_contrary,
        "rows_unmatched": n_rows - matched - rows_contrary,
        "example_contrary": example_contrary,
        "example_orphan": example_orphan,
        "example_unmatched": example_unmatched,
    }


def keep_replaced(connection: duckdb.DuckDBPyConnection, keys: Keys, rows: str, revised: dict[Column, Column]) -> None:
    """Put what a revised label was before into ``label_history``; ``rows`` joins the log and its labels."""
    if keys.label not in revised:
        return
    old = revised[keys.label]
    time = f"t.{revised[keys.time].sql_name}::TIMESTAMP" if keys.time in revised else "NULL"
    connection.execute(
        f"INSERT INTO label_history SELECT k.id, NULL, t.{old.sql_name}::VARCHAR, {time}, 0, 'log' FROM {rows} "
        f"WHERE t.{old.sql_name} IS NOT NULL AND t.{old.sql_name} IS DISTINCT FROM "
        f"TRY_CAST(l.{keys.label.sql_name} AS {old.type}) AND k.key IS NOT NULL ORDER BY t.place"
    )
