"""Ids of two files that differ in leading zeros, blanks around them or capitals only: written alike where that is unambiguous."""

from __future__ import annotations

import duckdb

_PLAIN = "lower(CASE WHEN starts_with(trim({0}::VARCHAR), '0') AND ltrim(trim({0}::VARCHAR), '0') <> '' "
_ZEROLESS = _PLAIN + "THEN ltrim(trim({0}::VARCHAR), '0') ELSE trim({0}::VARCHAR) END)"


def write_alike(connection: duckdb.DuckDBPyConnection, log_id: str, labels_id: str) -> str | None:
    """Give the labels in ``raw`` the ids as ``log_rows`` writes them, where none is the same and each has one counterpart.

    Returns
    -------
    str or None
        A sentence with an id of each side; None where nothing was changed.
    """
    sides = {"mine": ("log_rows", log_id), "theirs": ("raw", labels_id)}
    for name, (table, column) in sides.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT {column}::VARCHAR AS id, "
            f"{_ZEROLESS.format(column)} AS alike FROM {table} WHERE {column} IS NOT NULL"
        )
    row = connection.execute(
        "SELECT (SELECT count(*) FROM mine JOIN theirs USING (id)), "
        "(SELECT count(*) = count(DISTINCT alike) FROM mine) AND (SELECT count(*) = count(DISTINCT alike) FROM theirs), "
        "(SELECT count(*) FROM mine JOIN theirs USING (alike)), "
        "(SELECT min((theirs.id, mine.id)) FROM mine JOIN theirs USING (alike))"
    ).fetchone()
    assert row is not None
    n_same, is_unambiguous, n_alike, example = row
    if not n_same and is_unambiguous and n_alike:
        connection.execute(
            f"ALTER TABLE raw ALTER {labels_id} TYPE VARCHAR; "
            f"UPDATE raw SET {labels_id} = mine.id FROM mine, theirs "
            f"WHERE mine.alike = theirs.alike AND theirs.id = raw.{labels_id}"
        )
    connection.execute("DROP TABLE mine; DROP TABLE theirs")
    if n_same or not is_unambiguous or not n_alike:
        return None
    return (
        f"The ids of labels and rows differ in leading zeros, blanks or capitals, as {example[0]!r} and {example[1]!r}: "
        f"{n_alike:,} were matched without regard to them."
    )
