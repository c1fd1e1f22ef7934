"""What rows were by the labels that they had before: the table ``revisions`` beside the rows of a log."""

from __future__ import annotations

import duckdb

from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.reading.sql import right
from analytics.reading.sql.expression import NULL
from analytics.reading.sql.expressions import label_expression


def create_revisions(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> int:
    """Create ``revisions`` in ``log_file``, where labels were revised, and return how many rows it is of.

    Of each row whose label was another before it holds every one, the first and the present one too: ``row_id``, ``rank`` from 0
    on, ``label`` as `build` understands it, ``error`` and ``truth`` where the log has them, the column of the file, and from
    when it was known until when, both null where no file says it. Labels that mean the same (``yes``, ``Yes``) are no revision.
    """
    counts = reading.labels
    held = mapping.right.true if mapping.right else mapping.label
    if counts is None or held != counts.label_column or not _has_changes(connection):
        return 0
    column = reading.column(counts.label_column)
    expressions = {
        "label": label_expression(reading, mapping),
        "error": right.error(reading, mapping),
        "truth": right.truth(reading, mapping),
    }
    expressions = {name: found for name, found in expressions.items() if found is not NULL}
    types = {"label": "UTINYINT", "error": "DOUBLE", "truth": "DOUBLE"}
    cells = ", ".join(f"({found.sql})::{types[name]} AS {name}" for name, found in expressions.items())
    names = ", ".join(expressions)
    differs = " OR ".join(f"{name} IS DISTINCT FROM lag({name}) OVER own" for name in expressions)
    connection.execute(
        "CREATE TABLE log_file.revisions AS SELECT row_id, "
        f"row_number() OVER own - 1 AS rank, {names}, {column.sql_name}, seen, lead(seen) OVER own AS until FROM "
        "(SELECT *, count(*) OVER (PARTITION BY row_id) AS n_left FROM (SELECT * FROM "
        f"(SELECT row_id, rank, seen, {column.sql_name}, {names}, rank = 0 OR {differs} AS is_new FROM "
        f"(SELECT row_id, rank, seen, {column.sql_name}, {cells} FROM (SELECT r.* REPLACE "
        f"(TRY_CAST(h.label AS {column.type}) AS {column.sql_name}), h.row_id, h.rank, h.time AS seen "
        "FROM origin.label_changes h JOIN (SELECT *, rowid AS place FROM raw) r ON r.place = h.row_id)) "
        "WINDOW own AS (PARTITION BY row_id ORDER BY rank)) WHERE is_new)) WHERE n_left > 1 "
        "WINDOW own AS (PARTITION BY row_id ORDER BY rank) ORDER BY row_id, rank",
        [value for found in expressions.values() for value in found.parameters],
    )
    row = connection.execute("SELECT count(*) FROM log_file.revisions WHERE rank = 0").fetchone()
    assert row is not None
    if not row[0]:
        connection.execute("DROP TABLE log_file.revisions")
    return int(row[0])


def _has_changes(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the rows come with what their labels were before."""
    row = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'origin' AND table_name = 'label_changes'"
    ).fetchone()
    return row is not None and row[0] > 0
