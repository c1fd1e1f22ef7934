"""Values of a segment column that are one value in several spellings."""

from __future__ import annotations

import duckdb

from analytics.log.column import MAX_SEGMENT_VALUES
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Spellings

_MAX_MERGES = 500
_FOLDED = r"lower(strip_accents(regexp_replace(nfc_normalize(value), '[\s\pZ\p{Cf}]+', '', 'g')))"


def spellings(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[Spellings, ...]:
    """Return the segment columns in which values differ in case, blanks or accents only, with the most frequent spelling."""
    found = []
    for name in log.mapping.segments:
        column = log.reading.column(name)
        if column.kind != "text" or not 1 < column.n_distinct <= MAX_SEGMENT_VALUES:
            continue
        rows = connection.execute(
            f"WITH counted AS (SELECT {column.sql_name}::VARCHAR AS value, count(*) AS n FROM log_file.log "
            f"WHERE {column.sql_name} IS NOT NULL GROUP BY 1), folded AS (SELECT value, n, {_FOLDED} AS key FROM counted) "
            "SELECT value, first_value(value) OVER best AS target, n FROM folded WHERE key <> '' "
            "WINDOW best AS (PARTITION BY key ORDER BY n DESC, value) QUALIFY count(*) OVER (PARTITION BY key) > 1 "
            "ORDER BY n DESC, value"
        ).fetchall()
        merges = [(value, target) for value, target, _ in rows if value != target]
        if merges:
            touched = sum(n for value, target, n in rows if value != target)
            found.append(Spellings(name, tuple(merges[:_MAX_MERGES]), touched))
    return tuple(found)
