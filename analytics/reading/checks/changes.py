"""Checks for columns that change their unit or their format at some time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said
from analytics.reading.checks.periods import (
    MAX_SWITCHES,
    MIN_PERIODS,
    MIN_ROWS_OF_PERIOD,
    Change,
    Period,
    is_long_enough,
    make_periods,
    runs_of,
)
from analytics.reading.checks.units import unit_changes

_MIN_SHARE_OF_SHAPE = 0.9
"""Share of a stretch's values that have its usual shape: fewer, and formats stand side by side. Set by hand."""

_MAX_TEXT_COLUMNS = 40
"""Columns of texts and times whose shape is looked at. Bounds the statements: one per column."""

_SHAPE = r"""regexp_replace(regexp_replace(regexp_replace(left({name}::VARCHAR, 60), '[0-9]+', '9', 'g'),
    '\p{{Ll}}+', 'a', 'g'), '\p{{Lu}}+', 'A', 'g')"""
"""What is left of a text when each run of digits, of small and of capital letters is replaced by one of them."""


def _changes(evidence: Evidence) -> list[Change]:
    """Return the columns that change; of a long log every n-th row is looked at, in up to 48 stretches of equal length."""
    connection, log = evidence.connection, evidence.log
    if not is_long_enough(log):
        return []
    periods = evidence.once(make_periods)
    return list(_changes_over(connection, log, periods)) if len(periods) >= MIN_PERIODS else []


def _changes_over(connection: duckdb.DuckDBPyConnection, log: Log, periods: Sequence[Period]) -> Iterator[Change]:
    """Yield the columns that change over stretches of the log, the units first."""
    roles = {log.mapping.row_id, log.mapping.time, log.mapping.model_version}
    if log.mapping.kind != "numbers":  # of a predicted number, and of the true one, the unit is the first question
        roles |= {log.mapping.label, log.mapping.decision}
    columns = [column for column in log.reading.columns if column.name not in roles and column.n_missing < log.n_rows]
    step = log.n_rows / sum(period.rows for period in periods)
    yield from unit_changes(connection, columns, periods, step)
    texts = [column for column in columns if column.kind in ("text", "time") and column.n_distinct >= 2]
    for column in texts[:_MAX_TEXT_COLUMNS]:
        change = _format_change_of(connection, column, periods, step)
        if change is not None:
            yield change


def _format_change_of(
    connection: duckdb.DuckDBPyConnection, column: Column, periods: Sequence[Period], step: float
) -> Change | None:
    """Return the change of a column whose values have one shape at first and another later.

    The shape of a text has each run of digits and of letters replaced by one; times are days or have a time of the day.
    """
    name = column.sql_name
    shape = _SHAPE.format(name=name) if column.kind == "text" else f"({name} = date_trunc('day', {name}))::VARCHAR"
    rows = connection.execute(
        f"WITH shaped AS (SELECT period, {shape} AS shape, {name}::VARCHAR AS value, moment FROM sampled "
        f"WHERE {name} IS NOT NULL), "
        "counted AS (SELECT period, shape, count(*) AS n, arg_min(value, moment) AS value FROM shaped GROUP BY 1, 2) "
        "SELECT period, arg_max(shape, n), max(n), sum(n)::BIGINT, arg_max(left(value, 60), n) FROM counted GROUP BY 1 ORDER BY 1"
    ).fetchall()
    by_place = {period.place: period for period in periods}
    cells = [row for row in rows if row[0] in by_place and row[3] >= MIN_ROWS_OF_PERIOD]
    shapes = [row[1] for row in cells]
    runs = runs_of(shapes)
    pure = sum(row[2] >= _MIN_SHARE_OF_SHAPE * row[3] for row in cells)
    if (
        len(cells) < MIN_PERIODS
        or len(set(shapes)) != 2
        or len(runs) - 1 > MAX_SWITCHES
        or pure < len(cells) - len(runs) + 1
    ):
        return None
    changed = [row for row in cells if row[1] != shapes[0]]
    return Change(
        column.name,
        cells[0][4],
        changed[0][4],
        by_place[changed[0][0]].since[:10],
        by_place[changed[-1][0]].until[:10] if len(runs) > 2 else None,
        round(step * sum(row[3] for row in changed)),
    )


def _until(change: Change) -> str:
    """Say when a change ends, if it does."""
    return f" until {change.until}" if change.until else ""


def _unit_change(_: Log, changes: list[Change]) -> Iterator[Said]:
    for change in changes:
        if change.factor is not None:
            ratio = f"times {change.factor:g}" if change.factor > 1 else f"divided by {1 / change.factor:g}"
            yield Said(
                change.column,
                change.rows,
                f"Expected one unit; the typical value is {change.before} at first and {change.after} from about {change.since}"
                f"{_until(change)}: {ratio}. Convert one part, or leave the column out of slices and models.",
                f"{change.before} → {change.after}",
            )


def _format_change(_: Log, changes: list[Change]) -> Iterator[Said]:
    for change in changes:
        if change.factor is None:
            yield Said(
                change.column,
                change.rows,
                f"Values look like {change.before!r} at first and like {change.after!r} from about {change.since}"
                f"{_until(change)}. Have one format written, or treat the two parts apart.",
                change.after,
            )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="unit-change",
        severities=("warning",),
        meaning="a numeric column whose values change by a constant factor at a date",
        count=_changes,
        say=_unit_change,
    ),
    CountingCheck(
        code="format-change",
        severities=("warning",),
        meaning="a column that is written in another format from a date on",
        count=_changes,
        say=_format_change,
    ),
)
