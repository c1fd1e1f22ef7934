"""The labels of a file in their order: the latest of each id, what became of every one, and what each row's label was before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from analytics.reading.label_keys import Keys, key_of

_CHANGES = "label_changes"
"""The table of what a label was: of each row whose label was revised ``row_id, rank, label, time, source`` from the first on.

``time`` is when that label was first there; ``log`` as source is the label that the log itself had."""


def rank_labels(connection: duckdb.DuckDBPyConnection, keys: Keys, day: datetime | None, type_: str | None) -> None:
    """Make ``given_labels``, every label with an id, and ``last_labels``, one row per id with the place of its latest label.

    ``since`` is when the latest label was first said, after the last other one. ``day`` is when a file without times was made,
    and ``type_`` that of the label that is revised: ``1``, ``1.0`` and ``true`` are one label of a number.
    """
    connection.execute("ALTER TABLE raw RENAME TO raw_labels")
    label = f"{keys.label.sql_name}::VARCHAR"
    if type_ is not None:
        label = f"coalesce(TRY_CAST({keys.label.sql_name} AS {type_})::VARCHAR, {label})"
    time = keys.time.sql_name if keys.time else f"'{day.isoformat()}'" if day else "NULL"
    connection.execute(
        f"CREATE TABLE given_labels AS SELECT {key_of(keys.row_id, keys.version)} AS key, "
        f"{keys.row_id.sql_name}::VARCHAR AS id, {label} AS label, "
        f"{time}::TIMESTAMP AS time, rowid AS place "
        f"FROM raw_labels WHERE {keys.label.sql_name} IS NOT NULL AND {key_of(keys.row_id, keys.version)} IS NOT NULL"
    )
    connection.execute(
        "CREATE TABLE last_labels AS SELECT key, any_value(id) AS id, count(*) AS n, count(DISTINCT label) AS n_labels, "
        "max(time) AS latest, min(time) AS since, last(place ORDER BY time NULLS FIRST, place) AS place, "
        "false AS is_contrary FROM given_labels GROUP BY key"
    )
    connection.execute(
        "UPDATE last_labels SET is_contrary = true WHERE n_labels > 1 AND key IN (SELECT g.key FROM given_labels g "
        "JOIN last_labels l ON g.key = l.key AND g.time = l.latest GROUP BY g.key HAVING count(DISTINCT label) > 1)"
    )
    connection.execute(
        "WITH said AS (SELECT g.*, row_number() OVER (PARTITION BY key ORDER BY g.time NULLS FIRST, g.place) AS nth, "
        "first(label) OVER (PARTITION BY key ORDER BY g.time DESC NULLS LAST, g.place DESC) AS latest "
        "FROM given_labels g JOIN last_labels USING (key) WHERE n_labels > 1), "
        "others AS (SELECT key, max(nth) FILTER (label <> latest) AS last_other FROM said GROUP BY key) "
        "UPDATE last_labels SET since = s.since FROM (SELECT key, min(time) FILTER (nth > last_other) AS since "
        "FROM said JOIN others USING (key) GROUP BY key) s WHERE s.key = last_labels.key"
    )


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


def keep_changes(
    connection: duckdb.DuckDBPyConnection, rows: str, old: tuple[str, str, str], type_: str, sources: tuple[str, str]
) -> int:
    """Put what labels were before into the table of changes; return how many rows this file revised.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds ``given_labels`` and ``last_labels``; changes of files before stay.
    rows : str
        SQL of the rows of the log with their labels, where ``t`` is a row and ``k`` the last label of its id.
    old : tuple of (str, str, str)
        SQL of the label that a row of ``t`` had as text, of when that one was first there, both null where it had none, and of
        the latest label of the file.
    type_ : str
        Type of the label: ``1`` and ``1.0`` are one number.
    sources : tuple of (str, str)
        What people call what the labels of ``t`` are from, and the file.
    """
    (before, source), (label, since, latest) = sources, old
    plain = f"coalesce(TRY_CAST({{}} AS {type_})::VARCHAR, {{}}::VARCHAR)"
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {_CHANGES} (row_id BIGINT, rank BIGINT, label VARCHAR, time TIMESTAMP, source VARCHAR)"
    )
    connection.execute(
        f"CREATE TEMP TABLE touched AS SELECT t.place AS row_id, k.key AS key, {label} AS label, {since} AS time "
        f"FROM {rows} WHERE k.key IS NOT NULL AND NOT k.is_contrary AND (k.n_labels > 1 OR {label} <> "
        f"{plain.format(latest, latest)} OR t.place IN (SELECT row_id FROM {_CHANGES}))"
    )
    connection.execute(
        "CREATE TEMP TABLE said AS "
        "SELECT row_id, c.time, max(c.time) OVER (PARTITION BY row_id ORDER BY rank) AS moment, 0 AS part, rank AS nth, "
        f"c.label AS label, source FROM {_CHANGES} c SEMI JOIN touched USING (row_id) "
        f"UNION ALL SELECT row_id, time, time, 0, 0, label, ? FROM touched ANTI JOIN {_CHANGES} USING (row_id) "
        "WHERE label IS NOT NULL "
        "UNION ALL SELECT row_id, g.time, coalesce(g.time, min(g.time) OVER own, 'infinity'), 1, row_number() OVER own, "
        f"{plain.format('g.label', 'g.label')}, ? FROM touched JOIN given_labels g USING (key) "
        "WINDOW own AS (PARTITION BY row_id ORDER BY g.time NULLS FIRST, g.place "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        [before, source],
    )
    connection.execute(
        f"DELETE FROM {_CHANGES} WHERE row_id IN (SELECT row_id FROM touched); "
        f"INSERT INTO {_CHANGES} SELECT row_id, row_number() OVER (PARTITION BY row_id ORDER BY n) - 1, label, time, source "
        "FROM (SELECT *, count(*) OVER (PARTITION BY row_id) AS n_left FROM "
        "(SELECT *, row_number() OVER own AS n, lag(label) OVER own AS label_before FROM said "
        "WINDOW own AS (PARTITION BY row_id ORDER BY moment NULLS FIRST, part, nth)) WHERE label IS DISTINCT FROM label_before) "
        "WHERE n_left > 1 ORDER BY 1, 2"
    )
    row = connection.execute(
        f"SELECT count(DISTINCT row_id) FROM {_CHANGES} SEMI JOIN touched USING (row_id) WHERE source = ? AND rank > 0",
        [source],
    ).fetchone()
    connection.execute("DROP TABLE said; DROP TABLE touched")
    assert row is not None
    return int(row[0])
