"""Times of one column that are written in two ways, as where exports of two programs stand one behind the other."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.reading.types import written
from analytics.reading.types.conversion import GROUP, MAX_SHARE_UNPARSABLE, MIN_SHARE_SAMPLE, Conversion, is_value

_BESIDE = "year-month-day beside "
"""Beginning of the name of a way of writing times that stands beside the engine's own in one column."""

_FIRST = 1_000
"""Rows that are looked at before all are. A judgement."""


def as_noted(name: str, notation: str, own: str) -> str:
    """Return the expression that reads text in a notation, or in the engine's ``own`` and another one side by side."""
    if notation.startswith(_BESIDE):
        return f"coalesce({own}, {written.parsed(name, notation.removeprefix(_BESIDE))})"
    return written.parsed(name, notation)


def dated(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Return the text columns whose first values begin like days, many columns in one question."""
    found: list[str] = []
    for start in range(0, len(names), GROUP):
        group = names[start : start + GROUP]
        parts = (
            f"count(*) FILTER ({_begins_like_a_day(name)}) >= {MIN_SHARE_SAMPLE} * count(*) FILTER ({is_value(name)})"
            for name in group
        )
        row = connection.execute(f"SELECT {', '.join(parts)} FROM (FROM raw LIMIT {_FIRST})").fetchone()
        assert row is not None
        found += [name for name, is_dated in zip(group, row, strict=True) if is_dated]
    return found


def _begins_like_a_day(name: str) -> str:
    """Return the predicate that a text begins with the parts of a day."""
    return f"regexp_matches(trim({name}), '^[0-9]{{1,4}}[-/. ](?:[0-9]{{1,2}}|[A-Za-z]{{3}})[-/. ]')"


def found(connection: duckdb.DuckDBPyConnection, name: str, own: str) -> Conversion | None:
    """Return the conversion of a column whose times are written as 2024-03-31 and in one other way, None where they are not.

    Where the other way may have the day or the month first, one of its values must settle which.

    Parameters
    ----------
    name, own : str
        A text column of ``raw``, and the expression that reads the engine's own way of writing times.
    """
    is_dated = _begins_like_a_day(name)
    n_values = n_own = 0
    for rows in (f"(FROM raw LIMIT {_FIRST})", "raw"):
        row = connection.execute(
            f"SELECT count(*), count(*) FILTER ({is_dated}), count({own}) FROM {rows} WHERE {is_value(name)}"
        ).fetchone()
        assert row is not None
        if not row[0] or row[1] < MIN_SHARE_SAMPLE * row[0]:
            return None
        n_values, _, n_own = row
    if not 0 < n_own < n_values:
        return None
    others = {way: written.parsed(name, way) for way in written.TIMES}
    counts = ", ".join(f"count(*) FILTER ({own} IS NULL AND {sql} IS NOT NULL)" for sql in others.values())
    fitting = connection.execute(f"SELECT {counts} FROM raw WHERE {is_value(name)}").fetchone()
    assert fitting is not None
    (way, n_other), (_, n_next) = sorted(zip(others, fitting, strict=True), key=lambda entry: -entry[1])[:2]
    if n_other == n_next or n_own + n_other < (1 - MAX_SHARE_UNPARSABLE) * n_values:
        return None
    lost = f"{own} IS NULL AND {others[way]} IS NULL"
    example = connection.execute(f"SELECT min({name}) FROM raw WHERE {is_value(name)} AND {lost}").fetchone()
    return Conversion("TIMESTAMP", n_values - n_own - n_other, example[0] if example else None, _BESIDE + way)
