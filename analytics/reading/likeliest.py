"""Which of several scores is the highest where which class was predicted: it tells the order of a list and what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from analytics.log.class_families import family_name, of_columns
from analytics.log.class_lists import are_chances, lists_of
from analytics.log.column import Column
from analytics.log.schema import Reading

_MIN_AGREED = 0.995
"""Share of rows in which the highest score is that of the predicted class from which on it tells the order: the rest may be
rounded, or decided by hand. Set by hand."""
_MAX_LISTS, _MAX_COLUMNS = 4, 12
"""Lists, and columns that are held against each. Bounds the statement."""


def with_likeliest(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Reading:
    """Return a reading that knows which column says what the highest place of each list of scores is, or the highest score."""
    lists = [(stem, places) for stem, places in lists_of(reading.columns).items() if are_chances(places)]
    found = []
    for stem, places in lists[:_MAX_LISTS]:
        own = {column.name for column in places}
        others = [column for column in reading.columns if column.name not in own and _could_say(column, len(places))]
        for column in others[:_MAX_COLUMNS]:
            if order := _order_of(_counts(connection, places, column), len(places)):
                found.append((stem, column.name, order))
    for name, scores in [*of_columns(reading).items()][:_MAX_COLUMNS]:
        places = [reading.column(score) for score in scores]
        if order := _order_of(_counts(connection, places, reading.column(name)), len(places)):
            found.append((family_name(scores), name, order))
    return replace(reading, origin=replace(reading.origin, likeliest=tuple(found))) if found else reading


def _could_say(column: Column, n_places: int) -> bool:
    """Whether a column has two values or more, and no more than a list has places."""
    return column.kind in ("text", "number") and 2 <= column.n_distinct <= n_places


def _counts(
    connection: duckdb.DuckDBPyConnection, places: Sequence[Column], column: Column
) -> list[tuple[int, str, int]]:
    """Return how many rows have which highest place and which value; rows with two highest places are left out."""
    names = ", ".join(place.sql_name for place in places)
    return connection.execute(
        f"SELECT list_position(scores, best) - 1, value, count(*) FROM (SELECT [{names}] AS scores, greatest({names}) AS best, "
        f"{column.sql_name}::VARCHAR AS value FROM raw) WHERE value IS NOT NULL AND best IS NOT NULL "
        "AND len(list_filter(scores, lambda x: x = best)) = 1 GROUP BY ALL ORDER BY ALL"
    ).fetchall()


def _order_of(counts: Sequence[tuple[int, str, int]], n_places: int) -> tuple[str | None, ...]:
    """Return the value of each place, None of one that is never the highest; nothing where values do not follow places.

    >>> _order_of([(0, "cat", 300), (1, "dog", 200), (1, "cat", 1)], 3)
    ('cat', 'dog', None)
    >>> _order_of([(0, "cat", 300), (1, "dog", 200), (1, "cat", 100)], 3), _order_of([(0, "a", 9), (1, "a", 9)], 2)
    ((), ())
    """
    most: dict[int, tuple[int, str]] = {}
    for place, value, rows in counts:
        most[place] = max(most.get(place, (0, "")), (rows, value))
    values = [value for _, value in most.values()]
    agreed = sum(rows for rows, _ in most.values())
    if len(values) < 2 or len({*values}) < len(values) or agreed < _MIN_AGREED * sum(rows for _, _, rows in counts):
        return ()
    return tuple(most[place][1] if place in most else None for place in range(n_places))
