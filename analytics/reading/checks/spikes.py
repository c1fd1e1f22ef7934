"""The check for values that look like a default: beyond all others, apart from them, or far more frequent than any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.grid import looked_at
from analytics.log.receipt import Severity
from analytics.log.schema import Log
from analytics.log.stand_ins import NUMBERS, WORDS
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said
from analytics.reading.types.conversion import GROUP

_MIN_ROWS = 20
"""Rows that a value must hold to be looked at, and that must hold others: below it a spike is an outlier. Set by hand."""

_MIN_SHARE = 0.005
"""Share of all rows that a value must hold to be looked at: rarer stand-ins move no metric by a point. Set by hand."""

_MAX_SHARE = 0.6
"""Share above which a value is the usual one and no default; a count that is 0 on 70 % of the rows passes in the tests."""

_MIN_FREQUENT = 0.02
"""Share from which a value within the range of the others is frequent enough to be a default. Set by hand."""

_TIMES_THE_NEXT = 8
"""Times the rows of the next frequent number: values heap on round numbers (ages in tens), but hardly eightfold. Set by hand;
a round age on every tenth row passes in the tests."""

_TIMES_IN_SCORES, _MIDDLE = 4, 0.5
"""The same for the middle of a score, which programs fill in where they have no answer: models seldom stop there. Set by
hand; scores of two decimals, of which one value holds a hundredth of the rows, hide a tenth of the rows otherwise."""

_TIMES_THE_NEXT_TEXT = 20
"""The same for texts, whose frequencies are steeper by nature (the largest city). Set by hand."""

_MAX_WORD_SHARE = 0.9
"""Share of rows above which a word for a missing value is what the column is about. Set by hand."""

_STAND_IN_BEYOND, _BEYOND = 0.5, 2.0
"""How far from all others a value lies to be beyond them, in spreads (5th to 95th percentile): one that is written as a stand-in,
and any other. Set by hand; one outlier passes in the tests by its rows."""

_MIN_APART, _FAR_APART = 0.15, 0.3
"""How far below all others a zero lies to be apart, in spreads: said as a note, and as a warning; the smaller one is also the
least part of the median that the 1st percentile of the others has. The larger one holds for any score that stands alone at an
end: other columns, such as counts, may well begin with a value apart. Set by hand."""

_LEAST_SPREAD = 1e-12
"""Spread of values that are all but equal, so that nothing is divided into it. Below the last digit of what is logged."""

_MIN_YEARS = 1
"""Calendar years between an odd day and every other time: a log of December may well begin on 1 January. Set by hand."""

_ODD_TIMES = (
    "1900-01-01",
    "1970-01-01",
    "1899-12-30",
    "1899-12-31",
    "1753-01-01",
    "0001-01-01",
    "1904-01-01",
    "2000-01-01",
    "9999-12-31",
    "2099-12-31",
    "2999-12-31",
    "9999-01-01",
    "2100-01-01",
    "1980-01-01",
)
"""Days that programs and people write for a missing one: the first or last day of a calendar, an epoch, a round year."""


@dataclass(frozen=True)
class _Spike:
    """A value that stands alone: beyond all others, apart from them, or far more frequent than its neighbours."""

    column: str
    value: str
    rows: int
    kind: Literal["beyond", "apart", "near", "frequent", "word"]
    rest_low: str | None = None
    rest_high: str | None = None
    next_rows: int | None = None


def _spikes(evidence: Evidence) -> list[_Spike]:
    """Return the values that look like a default, at most one per column; labels, decisions and ids are left out."""
    connection, log = evidence.connection, evidence.log
    left_out, *_ = _looked_for(log)
    columns = [column for column in log.reading.columns if column.name not in left_out and column.n_distinct > 2]
    numbers = [column for column in columns if column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE]
    found = [*_number_spikes(connection, numbers, log.n_rows, log.mapping.score), *_time_spikes(connection, columns)]
    words = {spike.column: spike for column in columns if (spike := _word_spike(column, log.n_rows))}
    return [*found, *words.values()]


def _looked_for(log: Log) -> tuple[frozenset[str | None], int, str | None]:
    """Return the columns that are left out, the rows, and the score."""
    mapping = log.mapping
    return (
        frozenset({mapping.decision, mapping.label, mapping.row_id, mapping.model_version}),
        log.n_rows,
        mapping.score,
    )


def _number_spikes(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], n_rows: int, score: str | None
) -> list[_Spike]:
    """Return the spikes of numeric columns."""
    found = []
    tops = _top_counts(connection, columns, n_rows)
    for column in columns:
        is_score = column.name == score
        for value, rows, next_rows in _candidates(column, tops[column.name], n_rows, is_score=is_score):
            spike = _number_spike(connection, column, value, rows, next_rows, n_rows, is_score=is_score)
            if spike is not None:
                found.append(spike)
                break
    return found


def _top_counts(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], n_rows: int
) -> dict[str, list[tuple[float, int]]]:
    """Return the most frequent values of each column with their rows, and those of its two ends; exact counts.

    Of more than a million rows every 2nd, 4th … tells which values these are: one on a two-hundredth of the rows is among them.
    """
    _, every = looked_at(n_rows)
    found = {column.name: [(float(value), rows) for value, rows in column.top] for column in columns}
    many = [column for column in columns if column.top and column.top[0][1] == 1]
    for start in range(0, len(many), GROUP):
        group = many[start : start + GROUP]
        row = connection.execute(
            f"SELECT {', '.join(f'approx_top_k({column.sql_name}, 2)' for column in group)} FROM log_file.log "
            f"WHERE row_id % {every} = 0"
        ).fetchone()
        assert row is not None
        values = [
            [*(top or []), float(column.low or 0), float(column.high or 0)]
            for column, top in zip(group, row, strict=True)
        ]
        counts = ", ".join(
            f"count(*) FILTER ({column.sql_name} = ?)" for column, own in zip(group, values, strict=True) for _ in own
        )
        counted = connection.execute(
            f"SELECT {counts} FROM log_file.log", [value for own in values for value in own]
        ).fetchone()
        assert counted is not None
        remaining = iter(counted)
        for column, own in zip(group, values, strict=True):
            pairs = {float(value): next(remaining) for value in own}
            found[column.name] = sorted(pairs.items(), key=lambda pair: -pair[1])
    return found


def _is_far_above(value: float, rows: int, next_rows: int, *, is_score: bool) -> bool:
    """Whether a value stands on so many more rows than the next frequent one that it may be filled in."""
    times = _TIMES_IN_SCORES if is_score and value == _MIDDLE else _TIMES_THE_NEXT
    return rows >= times * max(next_rows, 1)


def _candidates(
    column: Column, top: Sequence[tuple[float, int]], n_rows: int, *, is_score: bool
) -> list[tuple[float, int, int]]:
    """Return the values that are worth a look, each with its rows and those of the most frequent other value."""
    ends = (float(column.low or "nan"), float(column.high or "nan"))
    enough = max(_MIN_ROWS, _MIN_SHARE * n_rows)
    found = []
    for value, rows in top:
        next_rows = next((other for number, other in top if number != value), 0)
        is_end = value in ends and (value in NUMBERS or value == 0 or rows >= next_rows)
        is_frequent = rows >= max(_MIN_ROWS, _MIN_FREQUENT * n_rows) and _is_far_above(
            value, rows, next_rows, is_score=is_score
        )
        if rows >= enough and (is_end or is_frequent):
            found.append((value, rows, next_rows))
    return found


def _number_spike(
    connection: duckdb.DuckDBPyConnection,
    column: Column,
    value: float,
    rows: int,
    next_rows: int,
    n_rows: int,
    *,
    is_score: bool,
) -> _Spike | None:
    """Hold one value against the rest of its column: beyond it, apart from it, or only more frequent."""
    name = column.sql_name
    row = connection.execute(
        f"SELECT min({name})::DOUBLE, max({name})::DOUBLE, count(*) FROM log_file.log WHERE {name} <> ?", [value]
    ).fetchone()
    assert row is not None
    low, high, n_rest = row
    if low is None or n_rest < _MIN_ROWS:
        return None
    _, every = looked_at(n_rows)
    (quantiles,) = connection.execute(
        f"SELECT approx_quantile({name}::DOUBLE, [0.01, 0.05, 0.5, 0.95]) FROM log_file.log "
        f"WHERE {name} <> ? AND row_id % {every} = 0",
        [value],
    ).fetchone() or (None,)
    if quantiles is None:
        return None
    p01, p05, p50, p95 = quantiles
    spread, text = max(p95 - p05, _LEAST_SPREAD), f"{value:g}"
    share = rows / (rows + n_rest)
    gap = low - value if value < low else value - high if value > high else 0.0
    shown = (f"{low:g}", f"{high:g}")
    if value in NUMBERS and gap > 0 and (gap >= _STAND_IN_BEYOND * spread or (value < 0 <= low)):
        return _Spike(column.name, text, rows, "beyond", *shown)
    if gap >= _BEYOND * spread and share <= _MAX_SHARE:
        return _Spike(column.name, text, rows, "beyond", *shown)
    if value == 0 and gap > 0 and share <= _MAX_SHARE and p01 >= _MIN_APART * p50 and gap >= _MIN_APART * spread:
        return _Spike(column.name, text, rows, "apart" if gap >= _FAR_APART * spread else "near", *shown)
    is_far_above = _is_far_above(value, rows, next_rows, is_score=is_score)
    if is_score and gap >= _FAR_APART * spread and share <= _MAX_SHARE:
        return _Spike(column.name, text, rows, "apart" if is_far_above else "near", *shown)
    if _MIN_FREQUENT <= share <= _MAX_SHARE and low < value < high and is_far_above:
        return _Spike(column.name, text, rows, "frequent", *shown, next_rows)
    return None


def _time_spikes(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> list[_Spike]:
    """Return the odd days at either end of a time column, a year or more from every other time."""
    found = []
    for column in columns:
        ends = (
            {(text or "")[:10] for text in (column.low, column.high)} & set(_ODD_TIMES)
            if column.kind == "time"
            else set()
        )
        for day in sorted(ends):
            name = column.sql_name
            row = connection.execute(
                f"SELECT count(*) FILTER ({name}::DATE = $day::DATE), min({name}) FILTER ({name}::DATE <> $day::DATE)::VARCHAR, "
                f"max({name}) FILTER ({name}::DATE <> $day::DATE)::VARCHAR FROM log_file.log",
                {"day": day},
            ).fetchone()
            assert row is not None
            rows, low, high = row
            if low is None:
                continue
            years = int(low[:4]) - int(day[:4]) if day < low else int(day[:4]) - int(high[:4])
            if years >= _MIN_YEARS:
                found.append(_Spike(column.name, day, rows, "beyond", low[:10], high[:10]))
                break
    return found


def _word_spike(column: Column, n_rows: int) -> _Spike | None:
    """Return a text that stands for a missing value, or the one that is far more frequent than any other of many."""
    if column.kind != "text" or not column.top:
        return None
    for value, rows in column.top:
        if (
            value.strip().casefold() in WORDS
            and _MIN_ROWS <= rows <= _MAX_WORD_SHARE * n_rows
            and rows >= _MIN_SHARE * n_rows
        ):
            return _Spike(column.name, value, rows, "word")
    (value, rows), next_rows = column.top[0], column.top[1][1] if len(column.top) > 1 else 0
    is_frequent = _MIN_FREQUENT * n_rows <= rows <= _MAX_SHARE * n_rows and rows >= max(
        _MIN_ROWS, _TIMES_THE_NEXT_TEXT * next_rows
    )
    if column.n_distinct > MAX_VALUES_BY_VALUE and is_frequent:
        return _Spike(column.name, value, rows, "frequent", next_rows=next_rows)
    return None


def _default_spike(log: Log, spikes: list[_Spike]) -> Iterator[Said]:
    for spike in spikes:
        rows = f"{spike.rows:,} rows ({spike.rows / max(log.n_rows, 1):.1%}) hold {spike.value!r}"
        rest = f"every other value lies between {spike.rest_low} and {spike.rest_high}"
        words = {
            "beyond": f"{rows}, and {rest}. It looks like a stand-in for missing: export it as empty, or filter it out.",
            "apart": f"{rows}, and {rest}. It may be a default for missing: check what it means, and filter it out if so.",
            "near": f"{rows}, and {rest}. Check that it is a measurement and no default for missing.",
            "frequent": f"{rows}, the next frequent value {spike.next_rows or 0:,}. It may be a default that is filled in: check "
            "with the source, and slice by this value.",
            "word": f"{rows}, a word for a missing value, which counts as a value here. Export it as empty if it means missing.",
        }
        severity: Severity = "note" if spike.kind in ("near", "frequent", "word") else "warning"
        yield Said(spike.column, spike.rows, words[spike.kind], spike.value, severity=severity)


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="default-spike",
        severities=("warning", "note"),
        meaning="one value that stands apart from all others, or far above its neighbours: a default filled in",
        follows=_looked_for,
        count=_spikes,
        say=_default_spike,
    ),
)
