"""Ids of two files that differ only in how they are written: written alike where that is unambiguous."""

from __future__ import annotations

import duckdb

_ZEROLESS = r"lower(regexp_replace(trim({0}::VARCHAR), '^0+(.)', '\1'))"
_BARE = r"regexp_replace(regexp_replace({0}::VARCHAR, '[^\p{{L}}\p{{N}}]+', '', 'g'), '^0+(.)', '\1')"

_MOST = 0.5
"""Share of the ids that must be alike without the signs in them, or beside others that are the same: with fewer, ``1-2`` and
``12``, or ``aB`` and ``Ab``, met by chance. A judgement."""

_WAYS = (
    (_ZEROLESS, 0.0, "leading zeros, blanks or capitals"),
    (f"lower({_BARE})", _MOST, "signs between letters and digits, leading zeros or capitals"),
)
"""What ids are compared by, the strictest first; the share that has to be alike, and in what those differ that are."""


def write_alike(connection: duckdb.DuckDBPyConnection, log_id: str, labels_id: str) -> str | None:
    """Give the labels in ``raw`` the ids as ``log_rows`` writes them, where these have one counterpart.

    Ids that are the same on both sides stay. Where there are such, two ids may differ in nothing but their writing: the others
    must then mostly have a counterpart.

    Returns
    -------
    str or None
        A sentence with an id of each side; None where nothing was changed.
    """
    said = (_written_alike(connection, log_id, labels_id, *way) for way in _WAYS)
    return next(filter(None, said), None)


def _written_alike(
    connection: duckdb.DuckDBPyConnection, log_id: str, labels_id: str, alike: str, min_share: float, words: str
) -> str | None:
    """Write ids alike that one expression makes equal and each side has once; say it."""
    sides = {"mine": ("log_rows", log_id), "theirs": ("raw", labels_id)}
    for name, (table, column) in sides.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT {column}::VARCHAR AS id, "
            f"{alike.format(column)} AS alike FROM {table} WHERE {column} IS NOT NULL"
        )
    for name, other in (("mine", "theirs"), ("theirs", "mine")):  # what is the same is no other id's counterpart
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_left AS SELECT id, alike FROM {name} ANTI JOIN {other} USING (id) "
            f"WHERE alike NOT IN (SELECT alike FROM {name} GROUP BY alike HAVING count(*) > 1)"
        )
    row = connection.execute(
        "SELECT (SELECT count(*) FROM mine SEMI JOIN theirs USING (id)), (SELECT count(*) FROM mine), "
        "(SELECT count(*) FROM theirs), (SELECT count(*) FROM mine_left JOIN theirs_left USING (alike)), "
        "(SELECT min((theirs_left.id, mine_left.id)) FROM mine_left JOIN theirs_left USING (alike))"
    ).fetchone()
    assert row is not None
    n_same, n_mine, n_theirs, n_alike, example = row
    wanted = _MOST * (min(n_mine, n_theirs) - n_same) if n_same else min_share * n_theirs
    is_meant = n_alike > 0 and n_alike >= wanted
    if is_meant:
        connection.execute(
            f"ALTER TABLE raw ALTER {labels_id} TYPE VARCHAR; "
            f"UPDATE raw SET {labels_id} = mine_left.id FROM mine_left, theirs_left "
            f"WHERE mine_left.alike = theirs_left.alike AND theirs_left.id = raw.{labels_id}"
        )
    connection.execute("DROP TABLE mine; DROP TABLE theirs; DROP TABLE mine_left; DROP TABLE theirs_left")
    if not is_meant:
        return None
    return (
        f"The ids of labels and rows differ in {words}, as {example[0]!r} and {example[1]!r}: "
        f"{n_alike:,} were matched without regard to them."
    )
