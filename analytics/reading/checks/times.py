"""Checks of pairs of time columns: an end before its start, and UTC beside local time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from analytics.log.column import Column
from analytics.log.column_names import is_label_time
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, ColumnCheck, CountingCheck, Evidence, Said
from analytics.reading.types.infer import is_of_times

_MAX_TIMES = 12
"""Columns of times that are held against each other. Bounds the statements: one per pair."""

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
"""Words for a beginning in the names of columns, each with those for its end."""

_MAX_SHARE_REVERSED = 0.5
"""Share of the rows that may be the wrong way round: above one half the names are understood the wrong way round."""

_SAMPLE_ROWS = 20_000
"""Rows of which hours apart are looked at before all rows are. The standard error of a share of 98 % is 0.1 points."""

_MIN_SHARE_OF_DAY = 0.98
"""Share of the rows whose two times are apart by the day's usual hours; the rest are the hours of a switch, and slips. Set by
hand; the flights log and a planted one are found, constant and random lags pass in the tests."""

_MAX_HOURS = 15
"""Hours that a local time is away from UTC at most: UTC+14 in Kiribati, and one for comparisons by less than."""

_MAX_SWITCHES = 6
"""Switches of daylight saving in a log, two a year: three years. A longer log has other reasons. Set by hand."""

_SWITCH_MONTHS = (3, 4, 9, 10, 11)
"""Months in which clocks are changed anywhere: March, April, September, October, November (IANA time zone database)."""


@dataclass(frozen=True)
class _Reversed:
    """Rows on which an end lies before its start, with the first such pair."""

    start: str
    end: str
    rows: int
    n_both: int
    example: str


@dataclass(frozen=True)
class _Offset:
    """Two times that differ by whole hours, with the hours and since when; two entries where daylight saving switches."""

    first: str
    second: str
    rows: int
    hours: tuple[tuple[int, str], ...]
    example: str


def _time_columns(log: Log) -> list[Column]:
    """Return the columns that hold times."""
    return [column for column in log.columns if column.kind == "time" and column.n_missing < log.n_rows][:_MAX_TIMES]


def _reversed_pairs(evidence: Evidence) -> list[_Reversed]:
    """Count the rows on which an end lies before its start, for pairs of columns whose names say so."""
    log, found = evidence.log, []
    for start, end in permutations(_time_columns(log), 2):
        if not _is_pair(start.name, end.name) and not (start.name == log.mapping.time and is_label_time(end.name)):
            continue
        a, b = start.sql_name, end.sql_name
        n_both, by_moment, by_day, are_days, place, place_day = evidence.row(
            f"SELECT count(*), count(*) FILTER ({b} < {a}), count(*) FILTER ({b}::DATE < {a}::DATE), "
            f"bool_and({a} = date_trunc('day', {a})) OR bool_and({b} = date_trunc('day', {b})), "
            f"min(row_id) FILTER ({b} < {a}), min(row_id) FILTER ({b}::DATE < {a}::DATE) "
            f"FROM log_file.log WHERE {a} IS NOT NULL AND {b} IS NOT NULL"
        )
        rows, first = (by_day, place_day) if are_days else (by_moment, place)
        if 0 < rows <= _MAX_SHARE_REVERSED * n_both:
            found.append(_Reversed(start.name, end.name, rows, n_both, _example(evidence, a, b, first)))
    return found


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


def _example(evidence: Evidence, first: str, second: str, place: int) -> str:
    """Return two times of one row as text."""
    return " and ".join(
        map(
            str, evidence.row(f"SELECT {first}::VARCHAR, {second}::VARCHAR FROM log_file.log WHERE row_id = ?", [place])
        )
    )


def _offsets(evidence: Evidence) -> list[_Offset]:
    """Return the pairs of times that lie whole hours apart on nearly every row, by other hours in summer than in winter.

    Minutes may differ: one of the two is often cut to the hour. Both are cut before they are subtracted. A column
    that is in one such pair is not held against further ones.
    """
    log = evidence.log
    times = [column for column in _time_columns(log) if (column.low or "")[:4] >= "1950" and column.n_distinct > 2]
    times.sort(key=lambda column: column.name != log.mapping.time)
    found: list[_Offset] = []
    for first, second in combinations(times, 2):
        is_said = any({first.name, second.name} & {offset.first, offset.second} for offset in found)
        if not is_said and (offset := _offset_of(evidence, first, second)) is not None:
            found.append(offset)
    return found


def _offset_of(evidence: Evidence, first: Column, second: Column) -> _Offset | None:
    """Return how one pair of times is apart, None where it is not by hours that switch."""
    a, b = first.sql_name, second.sql_name
    hours = f"date_diff('hour', date_trunc('hour', {b}), date_trunc('hour', {a}))"
    few = evidence.connection.execute(
        f"WITH h AS (SELECT {hours} AS h FROM (FROM log_file.log USING SAMPLE reservoir({_SAMPLE_ROWS} ROWS) REPEATABLE (1)) "
        f"WHERE {a} IS NOT NULL AND {b} IS NOT NULL), counted AS (SELECT h, count(*) AS n FROM h GROUP BY h) "
        "SELECT count(*) > 1 AND sum(n) FILTER (place <= 2) >= ? * sum(n) "
        "FROM (SELECT *, row_number() OVER (ORDER BY n DESC, h) AS place FROM counted)",
        [_MIN_SHARE_OF_DAY],
    ).fetchone()
    if few is None or not few[0]:
        return None
    days = evidence.connection.execute(
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
    shown = _example(evidence, a, b, days[0][4])
    return _Offset(first.name, second.name, rows, tuple((hour, day) for day, hour in switches), shown)


def _switches_of(days: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the first day of every run of equal hours; a single day that differs is no run."""
    runs: list[tuple[str, int]] = []
    for place, (day, hour) in enumerate(days):
        is_lasting = place + 1 == len(days) or days[place + 1][1] == hour
        if (not runs or runs[-1][1] != hour) and is_lasting:
            runs.append((day, hour))
    return runs


def _end_before_start(log: Log, pairs: list[_Reversed]) -> Iterator[Said]:
    for pair in pairs:
        is_left = log.mapping.label_time is None and pair.start == log.mapping.time and is_label_time(pair.end)
        left = " It is therefore not taken as the time of labels: name it (--label-time) if it is." if is_left else ""
        yield Said(
            pair.end,
            pair.rows,
            f"Expected {pair.end!r} after {pair.start!r}; on {pair.rows:,} of {pair.n_both:,} rows it lies before, the first is "
            f"{pair.example}. Check whether the columns are swapped or in different time zones, and leave these rows out.{left}",
            pair.example,
        )


def _utc_and_local(_: Log, offsets: list[_Offset]) -> Iterator[Said]:
    for offset in offsets:
        hours = ", ".join(f"{hours:+d} h from {since}" for hours, since in offset.hours)
        yield Said(
            offset.first,
            offset.rows,
            f"{offset.first!r} differs from {offset.second!r} by whole hours that switch with daylight saving: {hours}. One is "
            "UTC and the other local time: convert one of them before you compare hours or subtract.",
            offset.example,
        )


def _strays(evidence: Evidence) -> tuple[int, str | None]:
    """Return how many rows have a time that stands far from all others, with the first of them."""
    log = evidence.log
    if log.mapping.time is None or log.column(log.mapping.time).kind != "time":
        return 0, None
    name = log.column(log.mapping.time).sql_name
    row = evidence.connection.execute(
        f"SELECT count(*), min({name})::VARCHAR FROM log_file.log WHERE moment IS NULL AND {name} IS NOT NULL"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _stray_times(log: Log, found: tuple[int, str | None]) -> Iterator[Said]:
    rows, example = found
    if rows:
        verb, are = ("s are", "They count") if rows > 1 else (" is", "It counts")
        yield Said(
            log.mapping.time,
            rows,
            f"Expected times of one span, {rows:,} row{verb} far from all others, the first with {example}. "
            f"{are} as without a time in charts and periods; correct what writes it, or leave it out.",
            example,
        )


_DATE_LIKE = re.compile(
    r"\D*\d{1,4}[-/. :]\d{1,2}[-/. :]\d{1,4}.*|\D*\d{1,2}[ -][A-Za-z]{3,9}[ -,]+\d{2,4}.*"
    r"|(?:[A-Za-z]{3,9},? ){1,2}\d{1,2}.*\d{4}.*|\D{0,9}\d{8,19}(?:\.\d+)?\D{0,4}"
)
"""What the text of a date looks like, whoever wrote it: also a number since 1970, which may stand beside another way."""

_SHEET_DAYS = (36_526, 73_050)
"""Days of the years 2000 to 2099 as spreadsheets count them, from 30 December 1899 (ECMA-376, 18.17.4.1)."""


def _unread_times(log: Log, column: Column) -> Iterator[Said]:
    first, last = _SHEET_DAYS
    is_named = is_of_times(column.name)
    if is_named and column.kind == "number" and first <= float(column.low or 0) <= float(column.high or 0) <= last:
        yield Said(
            column.name,
            log.n_rows - column.n_missing,
            f"Expected times in {column.name!r}, found numbers from {float(column.low or 0):g} to {float(column.high or 0):g}, "
            "the days that a spreadsheet counts. Write it as 2024-03-01 08:00:00.",
            column.low,
        )
    values = [value for value, _ in column.top]
    if column.kind == "text" and values and is_named and all(map(_DATE_LIKE.fullmatch, values)):
        yield Said(
            column.name,
            log.n_rows - column.n_missing,
            f"Expected times in {column.name!r}, found text such as {values[0]!r} that is read as none: nothing settles what is "
            "meant, or it is written in several ways. Write it as 2024-03-01 08:00:00.",
            values[0],
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="end-before-start",
        severities=("warning",),
        meaning="rows on which an end lies before its start",
        count=_reversed_pairs,
        say=_end_before_start,
    ),
    CountingCheck(
        code="utc-and-local",
        severities=("warning",),
        meaning="two times whole hours apart, switching with daylight saving: one is UTC, the other local",
        count=_offsets,
        say=_utc_and_local,
    ),
    CountingCheck(
        code="stray-time",
        severities=("warning",),
        meaning="times far from all others, such as 9999-12-31: the rows count as without a time",
        count=_strays,
        say=_stray_times,
    ),
    ColumnCheck(
        code="unread-time",
        severities=("warning",),
        meaning="a column called like a time whose text is read as none",
        say=_unread_times,
    ),
)
