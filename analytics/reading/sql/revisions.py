"""What rows were by the labels that they had before: the table ``revisions`` beside the rows of a log."""

from __future__ import annotations

import duckdb

from analytics.log.column import Column
from analytics.log.label_time import SEEN
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.reading.sql import right
from analytics.reading.sql.expression import NULL, Expression
from analytics.reading.sql.expressions import label_expression


def create_revisions(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> int:
    """Create ``revisions`` in ``log_file``, where labels were revised, and return how many rows it is of.

    Of each row whose label was another before it holds every one, the first and the present one too: ``row_id``, ``rank`` from 0
    on, ``label`` as `build` understands it, ``error`` and ``truth`` where the log has them, the column of the file, and from
    when it was known until when, both null where no file says it. Labels that mean the same (``yes``, ``Yes``) are no revision;
    a spelling that the log no longer has is read as the one that it has. When a row of ``log`` had a label is then when it had
    its first one, whatever that was: a revision does not make it late.
    """
    counts = reading.labels
    held = mapping.right.true if mapping.right else mapping.label
    if counts is None or held != counts.label_column or not _has_changes(connection):
        return 0
    column = reading.column(counts.label_column)
    _date_by_first(connection, mapping, counts.time_column)
    _read_spellings(connection, column)
    expressions = {
        "label": label_expression(reading, mapping),
        "error": right.error(reading, mapping),
        "truth": right.truth(reading, mapping),
        "meant": Expression(right.plain(column.sql_name)) if mapping.kind == "classes" else NULL,
    }
    expressions = {name: found for name, found in expressions.items() if found is not NULL}
    types = {"label": "UTINYINT", "error": "DOUBLE", "truth": "DOUBLE", "meant": "VARCHAR"}
    cells = ", ".join(f"({found.sql})::{types[name]} AS {name}" for name, found in expressions.items())
    names = ", ".join(expressions)
    differs = " OR ".join(f"{name} IS DISTINCT FROM lag({name}) OVER own" for name in expressions)
    stored = ", ".join(name for name in expressions if name != "meant")
    connection.execute(
        "CREATE TABLE log_file.revisions AS SELECT row_id, "
        f"row_number() OVER own - 1 AS rank, {stored}, {column.sql_name}, seen, lead(seen) OVER own AS until FROM "
        "(SELECT *, count(*) OVER (PARTITION BY row_id) AS n_left FROM (SELECT * FROM "
        f"(SELECT row_id, rank, seen, {column.sql_name}, {names}, rank = 0 OR {differs} AS is_new FROM "
        f"(SELECT row_id, rank, seen, {column.sql_name}, {cells} FROM (SELECT r.* REPLACE "
        f"(h.label AS {column.sql_name}), h.row_id, h.rank, h.time AS seen "
        "FROM said_labels h JOIN (SELECT *, rowid AS place FROM raw) r ON r.place = h.row_id)) "
        "WINDOW own AS (PARTITION BY row_id ORDER BY rank)) WHERE is_new)) WHERE n_left > 1 "
        "WINDOW own AS (PARTITION BY row_id ORDER BY rank) ORDER BY row_id, rank",
        [value for found in expressions.values() for value in found.parameters],
    )
    connection.execute("DROP TABLE said_labels")
    row = connection.execute("SELECT count(*) FROM log_file.revisions WHERE rank = 0").fetchone()
    assert row is not None
    if not row[0]:
        connection.execute("DROP TABLE log_file.revisions")
    return int(row[0])


def _date_by_first(connection: duckdb.DuckDBPyConnection, mapping: Mapping, time_column: str | None) -> None:
    """Let a label that was revised, or spelled otherwise, be there since its first one was."""
    if mapping.label_time is None:
        return
    is_of_file = mapping.label_time.strip().casefold() in (SEEN, (time_column or "").strip().casefold())
    known = "" if is_of_file else " AND c.time IS NOT NULL"
    connection.execute(
        "UPDATE log_file.log SET arrived = c.time FROM origin.label_changes c "
        f"WHERE c.row_id = log.row_id AND c.rank = 0{known}"
    )


def _read_spellings(connection: duckdb.DuckDBPyConnection, column: Column) -> None:
    """Make ``said_labels`` of the changes, with labels of the column's type, and in its spellings where one means the same."""
    label = "h.label"
    if column.type == "BOOLEAN":
        label = "coalesce(TRY_CAST(h.label AS BOOLEAN), TRY_CAST(TRY_CAST(h.label AS DOUBLE) AS BOOLEAN))"
    elif column.type != "VARCHAR":
        number = "CASE lower(h.label) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
        label = f"coalesce(TRY_CAST(h.label AS {column.type}), TRY_CAST({number} AS {column.type}))"
    joined = ""
    if column.type == "VARCHAR":
        name = column.sql_name
        connection.execute(
            f"CREATE TEMP TABLE spellings AS SELECT {right.plain(name)} AS plain, any_value({name}) AS value, "
            f"count(DISTINCT {name}) AS n FROM raw WHERE {name} IS NOT NULL GROUP BY 1"
        )
        joined = f" LEFT JOIN spellings s ON s.plain = {right.plain('h.label')} AND s.n = 1"
        label = "coalesce(s.value, h.label)"
    connection.execute(
        f"CREATE TEMP TABLE said_labels AS SELECT h.row_id, h.rank, {label} AS label, h.time "
        f"FROM origin.label_changes h{joined}"
    )
    connection.execute("DROP TABLE IF EXISTS spellings")


def _has_changes(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the rows come with what their labels were before."""
    row = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'origin' AND table_name = 'label_changes'"
    ).fetchone()
    return row is not None and row[0] > 0
