"""Times far from all others of a log, such as 9999-12-31 for "never": they stretch every axis, and are no time of a row."""

from __future__ import annotations

import duckdb

_MAX_SHARE = 0.05
"""Share of the times that may be strays: more of them are a part of the log. A judgement."""

_YEARS, _SPANS = 20, 5
"""How far a stray lies at least from the middle nine tenths of the times: in years, and in spans of those. A judgement."""

_SECONDS_A_YEAR = 365.25 * 86_400
"""Of the Julian year, 365.25 days: leap days are shared out."""


def bounded(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the expression of a time of ``raw`` without strays: the expression itself where there are none.

    Parameters
    ----------
    sql : str
        The expression of the time.
    """
    row = connection.execute(
        f"SELECT count(t), quantile_disc(t, 0.05), quantile_disc(t, 0.95), epoch(min(t)), epoch(max(t)) "
        f"FROM (SELECT ({sql})::TIMESTAMP AS t FROM raw)"
    ).fetchone()
    if row is None or not row[0]:
        return sql
    _, first, last, low, high = row
    ends = connection.execute("SELECT epoch(?::TIMESTAMP), epoch(?::TIMESTAMP)", [first, last]).fetchone()
    assert ends is not None
    far = max(_YEARS * _SECONDS_A_YEAR, _SPANS * (ends[1] - ends[0]))
    if low >= ends[0] - far and high <= ends[1] + far:
        return sql
    within = f"epoch(({sql})::TIMESTAMP) BETWEEN {ends[0] - far} AND {ends[1] + far}"
    inside = connection.execute(f"SELECT count(*) FILTER ({within}) FROM raw").fetchone()
    if inside is None or row[0] - inside[0] > _MAX_SHARE * row[0]:
        return sql
    return f"(CASE WHEN {within} THEN {sql} END)"
