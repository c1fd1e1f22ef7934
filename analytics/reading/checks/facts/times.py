"""Pairs of time columns: an end before its start, and UTC beside local time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, permutations

import duckdb

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Offset, Reversed

_MAX_TIMES = 12
_ENDS: dict[str, tuple[str, ...]] = {
    "start": ("end", "stop", "finish"),
    "started": ("ended", "stopped", "finished", "completed"),
    "begin": ("end",),
    "from": ("to", "until", "till", "thru"),
    "in": ("out",),
    "open": ("close",),
    "opened": ("closed", "resolved"),
    "created": ("closed", "updated", "modified", "completed", "resolved", "deleted", "finished", "expired"),
    "requested": ("completed", "resolved", "delivered", "approved"),
    "submitted": ("approved", "resolved", "completed"),
    "received": ("resolved", "closed", "completed"),
    "departure": ("arrival",),
    "dep": ("arr",),
    "depart": ("arrive",),
    "departed": ("arrived",),
    "admission": ("discharge",),
    "admitted": ("discharged",),
    "issue": ("expiry", "maturity"),
    "issued": ("expires", "expired"),
    "pickup": ("dropoff", "delivery"),
    "order": ("delivery", "shipment"),
    "ordered": ("delivered", "shipped"),
    "checkin": ("checkout",),
    "hired": ("terminated", "left"),
    "birth": ("death",),
    "first": ("last",),
    "min": ("max",),
    "effective": ("expiration", "expiry"),
    "valid": ("expires",),
    "login": ("logout",),
}
_LABEL_TIME = re.compile(r".*(label|outcome).*(available|known|at|time|date|on).*")
_MAX_SHARE_REVERSED = 0.5
_SAMPLE_ROWS = 20_000
_MIN_SHARE_OF_DAY = 0.98
_MAX_HOURS = 15
_MAX_SWITCHES = 6
_SWITCH_MONTHS = (3, 4, 9, 10, 11)


def _time_columns(log: Log) -> list[Column]:
    """Return the columns that hold times."""
    return [column for column in log.columns if column.kind == "time" and column.n_missing < log.n_rows][:_MAX_TIMES]


def reversed_pairs(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[Reversed, ...]:
    """Count the rows on which an end lies before its start, for pairs of columns whose names say so."""
    found = []
    for start, end in permutations(_time_columns(log), 2):
        if not _is_pair(start.name, end.name) and not (
            start.name == log.mapping.time and _LABEL_TIME.fullmatch(end.name.casefold())
        ):
            continue
        a, b = start.sql_name, end.sql_name
        row = connection.execute(
            f"SELECT count(*), count(*) FILTER ({b} < {a}), count(*) FILTER ({b}::DATE < {a}::DATE), "
            f"bool_and({a} = date_trunc('day', {a})) OR bool_and({b} = date_trunc('day', {b})), "
            f"min(row_id) FILTER ({b} < {a}), min(row_id) FILTER ({b}::DATE < {a}::DATE) "
            f"FROM log_file.log WHERE {a} IS NOT NULL AND {b} IS NOT NULL"
        ).fetchone()
        assert row is not None
        n_both, by_moment, by_day, are_days, place, place_day = row
        rows, first = (by_day, place_day) if are_days else (by_moment, place)
        if 0 < rows <= _MAX_SHARE_REVERSED * n_both:
            found.append(Reversed(start.name, end.name, rows, n_both, _example(connection, a, b, first)))
    return tuple(found)


def _is_pair(start: str, end: str) -> bool:
    """Whether the names of two columns differ in a word for a beginning and its end only.

    >>> _is_pair("c_jail_in", "c_jail_out"), _is_pair("startDate", "endDate"), _is_pair("start_date", "scored_at")
    (True, True, False)
    """
    first, second = _words_of(start), _words_of(end)
    if len(first) != len(second):
        return False
    different = [(one, other) for one, other in zip(first, second, strict=True) if one != other]
    return len(different) == 1 and different[0][1] in _ENDS.get(different[0][0], ())


def _words_of(name: str) -> list[str]:
    """Return the words of a column's name, in small letters."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[\W_]+", parted.casefold()) if word]


def _example(connection: duckdb.DuckDBPyConnection, first: str, second: str, place: int) -> str:
    """Return two times of one row as text."""
    row = connection.execute(
        f"SELECT {first}::VARCHAR, {second}::VARCHAR FROM log_file.log WHERE row_id = ?", [place]
    ).fetchone()
    assert row is not None
    return f"{row[0]} and {row[1]}"


def offsets(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[Offset, ...]:
    """Return the pairs of times that lie whole hours apart on nearly every row, by other hours in summer than in winter.

    Minutes may differ: one of the two is often cut to the hour. Both are cut before they are subtracted. A column
    that is in one such pair is not held against further ones.
    """
    times = [column for column in _time_columns(log) if (column.low or "")[:4] >= "1950" and column.n_distinct > 2]
    times.sort(key=lambda column: column.name != log.mapping.time)
    found: list[Offset] = []
    for first, second in combinations(times, 2):
        is_said = any({first.name, second.name} & {offset.first, offset.second} for offset in found)
        if not is_said and (offset := _offset_of(connection, first, second)) is not None:
            found.append(offset)
    return tuple(found)


def _offset_of(connection: duckdb.DuckDBPyConnection, first: Column, second: Column) -> Offset | None:
    """Return how one pair of times is apart, None where it is not by hours that switch."""
    a, b = first.sql_name, second.sql_name
    hours = f"date_diff('hour', date_trunc('hour', {b}), date_trunc('hour', {a}))"
    few = connection.execute(
        f"WITH h AS (SELECT {hours} AS h FROM (FROM log_file.log USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS) REPEATABLE (1)) "
        f"WHERE {a} IS NOT NULL AND {b} IS NOT NULL), counted AS (SELECT h, count(*) AS n FROM h GROUP BY h) "
        "SELECT count(*) > 1 AND sum(n) FILTER (place <= 2) >= ? * sum(n) "
        "FROM (SELECT *, row_number() OVER (ORDER BY n DESC, h) AS place FROM counted)",
        [_MIN_SHARE_OF_DAY],
    ).fetchone()
    if few is None or not few[0]:
        return None
    days = connection.execute(
        f"WITH h AS (SELECT {b}::DATE AS day, {hours} AS h, row_id FROM log_file.log WHERE {a} IS NOT NULL AND {b} IS NOT NULL), "
        "counted AS (SELECT day, h, count(*) AS n, min(row_id) AS place FROM h GROUP BY 1, 2) "
        "SELECT day::VARCHAR, arg_max(h, n), max(n), sum(n)::BIGINT, arg_max(place, n) FROM counted GROUP BY day ORDER BY day"
    ).fetchall()
    switches = _switches_of([(day, hour) for day, hour, *_ in days])
    rows = sum(n for *_, n, _ in days)
    apart = {hour for _, hour in switches}
    fits_day = sum(most for _, _, most, _, _ in days) >= _MIN_SHARE_OF_DAY * rows
    is_saving = len(apart) == 2 and max(apart) - min(apart) == 1 and max(map(abs, apart)) < _MAX_HOURS
    in_season = all(int(day[5:7]) in _SWITCH_MONTHS for day, _ in switches[1:])
    if not (fits_day and is_saving and in_season and len(switches) <= _MAX_SWITCHES):
        return None
    shown = _example(connection, a, b, days[0][4])
    return Offset(first.name, second.name, rows, tuple((hour, day) for day, hour in switches), shown)


def _switches_of(days: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the first day of every run of equal hours; a single day that differs is no run."""
    runs: list[tuple[str, int]] = []
    for place, (day, hour) in enumerate(days):
        is_lasting = place + 1 == len(days) or days[place + 1][1] == hour
        if (not runs or runs[-1][1] != hour) and is_lasting:
            runs.append((day, hour))
    return runs
