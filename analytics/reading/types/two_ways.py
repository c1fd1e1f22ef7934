"""Times of one column that are written in several ways, as where exports of two programs stand one behind the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from analytics.reading.types import outlines, written
from analytics.reading.types.conversion import MAX_SHARE_UNPARSABLE, Conversion, is_value

_OWN, _BESIDE = "year-month-day", " beside "
"""The engine's own way of writing times, and what stands between the names of ways that stand in one column."""

_MOST = 4
"""Ways of one column: each is looked for on all rows that those before do not read. A judgement."""

_MIN_DATED = 0.5
"""Share of values that must be written as times for digits among them to be times, where the header says nothing: they may be
numbers of something. A judgement."""

_OUTLINE = "|".join(
    f"(?:{shape})" for shape in ("[0-9]{4}[-/].*", written.NUMBER, *(times.shape for times in written.TIMES.values()))
)


def as_noted(name: str, notation: str, own: str) -> str:
    """Return the expression that reads text in a notation, or in several side by side, such as the engine's ``own``."""
    ways = _ways(name, own)
    if _BESIDE in notation:
        return f"coalesce({', '.join(ways[way] for way in notation.split(_BESIDE))})"
    return written.parsed(name, notation)


def _ways(name: str, own: str) -> dict[str, str]:
    """Return the expressions of all ways by their names."""
    return {_OWN: own, **{way: written.parsed(name, way) for way in written.TIMES}, **written.counted(name)}


def found(
    connection: duckdb.DuckDBPyConnection,
    own: Mapping[str, str],
    known: Mapping[str, Conversion],
    of_times: Collection[str],
) -> dict[str, Conversion]:
    """Return the conversions of columns whose times are written in several ways, where what is known of them reads fewer.

    Where a way may have the day or the month first, one of its values must settle which, and none contradict it.

    Parameters
    ----------
    own : mapping
        The text columns of ``raw``, each with the expression that reads the engine's own way of writing times.
    known : mapping
        What is known of them so far.
    of_times : collection of str
        Those that are called like columns of times.
    """
    lost = {name: known[name].n_unparsable for name in own if name in known and known[name].type != "VARCHAR"}
    several_ways = {}
    for name in outlines.outlined(connection, [name for name in own if lost.get(name) != 0], _OUTLINE):
        several = _several(connection, name, own[name], is_of_times=name in of_times)
        if several is not None and (name not in lost or several.n_unparsable < lost[name]):
            several_ways[name] = several
    return several_ways


def _several(connection: duckdb.DuckDBPyConnection, name: str, own: str, *, is_of_times: bool) -> Conversion | None:
    """Return the conversion of one column to times that are written in several ways, None where they are not."""
    ways = _ways(name, own)
    taken: dict[str, int] = {}
    n_values = 0
    n_left, example = 1, None
    while n_left and len(taken) <= _MOST:
        left = " AND ".join([is_value(name), *(f"{ways[way]} IS NULL" for way in taken)])
        others = {way: sql for way, sql in ways.items() if way not in taken}
        counts = ", ".join(f"count({sql})" for sql in others.values())
        row = connection.execute(f"SELECT count(*), min({name}), {counts} FROM raw WHERE {left}").fetchone()
        assert row is not None
        n_left, example, *fitting = row
        n_values = n_values or n_left
        n_most, way = max(zip(fitting, others, strict=True), key=lambda entry: entry[0])
        if not n_most or len(taken) == _MOST:
            break
        if _is_either(connection, ways, way, left):
            return None
        taken[way] = n_most
        n_left, example = n_left - n_most, example if n_left > n_most else None
    n_dated = sum(n for way, n in taken.items() if way == _OWN or way in written.TIMES)
    if len(taken) < 2 or not n_dated or n_left > MAX_SHARE_UNPARSABLE * n_values:
        return None
    if n_dated < _MIN_DATED * (n_values - n_left) and not is_of_times:
        return None
    return Conversion("TIMESTAMP", n_left, example, _BESIDE.join(taken))


def _is_either(connection: duckdb.DuckDBPyConnection, ways: dict[str, str], way: str, left: str) -> bool:
    """Whether values that one way reads may as well have the day where it has the month, or some must."""
    rival = next((pair[pair[0] == way] for pair in written.ORDERS if way in pair), None)
    if rival is None:
        return False
    row = connection.execute(
        "SELECT count(a) FILTER (b IS NULL), count(b) FILTER (a IS NULL), count(*) FILTER (a <> b) "
        f"FROM (SELECT {ways[way]} AS a, {ways[rival]} AS b FROM raw WHERE {left})"
    ).fetchone()
    assert row is not None
    n_only, n_rival_only, n_differ = row
    return n_rival_only > 0 or (n_differ > 0 and not n_only)
