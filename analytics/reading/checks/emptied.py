"""The check for columns that arrive empty from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said
from analytics.reading.checks.periods import MIN_PERIODS, MIN_ROWS_OF_PERIOD, is_long_enough, make_periods

_MAX_COLUMNS = 200
"""Columns with missing values that are looked at. Bounds the statement."""

_LEAST = 0.2
"""How much larger the share of missing rows has to be from then on. Set by hand; the tests plant 30 points."""

_SURE = 6.0
"""Standard errors of that difference, as the day and the column are chosen among many: for 200 columns and 48 days chance reaches
it in less than one log of 50,000."""

_LEFT = 0.2
"""Of what the step explains, what may be left beside it and beyond chance: a share that rises slowly leaves a third. By hand."""

_NOISE = 3.0
"""Standard deviations that count as chance there. Set by hand."""

_OF_OUTCOME = 0.95
"""Share of rows without a label from which a column that the others have is told with the label. Set by hand."""


_OF_VALUE = 0.5
"""How far shares of missing rows may differ between values of the label, before it is one of the outcome. By hand."""

_Counts = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class _Emptied:
    """A column, its shares of missing rows before and from ``since`` on, up to ``until``, and the rows missing there."""

    column: str
    before: float
    after: float
    since: str
    until: str | None
    rows: int


def _emptied(evidence: Evidence) -> list[_Emptied]:
    """Return the columns that arrive empty from a day on; of a long log every n-th row is looked at."""
    connection, log = evidence.connection, evidence.log
    mapping = log.mapping
    roles = {mapping.row_id, mapping.label, mapping.label_time, mapping.time, mapping.model_version}
    lacking = [column for column in log.columns if column.name not in roles and 0 < column.n_missing < log.n_rows]
    if not lacking or not is_long_enough(log):
        return []
    periods = evidence.once(make_periods)
    if len(periods) < MIN_PERIODS:
        return []
    columns = sorted(lacking, key=lambda column: (-column.n_missing, column.position))[:_MAX_COLUMNS]
    counted = _by_period(connection, columns, [period.place for period in periods])
    of_outcome = _told_with_label(connection, log, columns)
    step = log.n_rows / sum(period.rows for period in periods)
    found = []
    for place, column in enumerate(columns):
        span = None if column.name in of_outcome else _step_of(counted[:, 0], counted[:, 1 + place])
        if span is None:
            continue
        inside = np.zeros(len(periods), dtype=bool)
        inside[slice(*span)] = True
        (n, missing), (rest, rest_missing) = (counted[each][:, [0, 1 + place]].sum(0) for each in (inside, ~inside))
        until = periods[span[1] - 1].until[:10] if span[1] < len(periods) else None
        before, after, since = float(rest_missing / rest), float(missing / n), periods[span[0]].since[:10]
        found.append(_Emptied(column.name, before, after, since, until, round(float(step * missing))))
    return found


def _by_period(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], places: Sequence[int]) -> _Counts:
    """Count the rows of each stretch, and those in which each column is missing."""
    counts = ", ".join(f"count(*) - count({column.sql_name})" for column in columns)
    rows = connection.execute(f"SELECT period, count(*), {counts} FROM sampled GROUP BY 1").fetchall()
    by_place = {row[0]: row[1:] for row in rows}
    return np.array([by_place[place] for place in places], dtype=float)


def _told_with_label(connection: duckdb.DuckDBPyConnection, log: Log, columns: Sequence[Column]) -> set[str]:
    """Name the columns that come with the label: they are late as it is, or there for one of its values alone."""
    if log.mapping.label is None:
        return set()
    label = log.column(log.mapping.label).sql_name
    shares = ", ".join(f"1 - count({column.sql_name}) / count(*)" for column in columns)
    rows = connection.execute(
        f"SELECT {label} IS NULL, {shares} FROM sampled GROUP BY {label} HAVING count(*) >= {MIN_ROWS_OF_PERIOD}"
    ).fetchall()
    known, open_ = (np.array([row[1:] for row in rows if row[0] is is_open], dtype=float) for is_open in (False, True))
    if not len(known):
        return set()
    comes = np.ptp(known, axis=0) >= _OF_VALUE
    if len(open_):
        comes |= (open_[0] >= _OF_OUTCOME) & (known.min(axis=0) < _OF_OUTCOME)
    return {column.name for column, is_late in zip(columns, comes, strict=True) if is_late}


def _step_of(n: _Counts, missing: _Counts) -> tuple[int, int] | None:
    """Return the stretches, first and behind the last, in which a column arrives empty; None where there is no such step.

    >>> n = np.full(6, 1000.0)
    >>> _step_of(n, np.array([9.0, 0, 20, 510, 500, 480])), _step_of(n, np.array([0.0, 100, 200, 300, 400, 500]))
    ((3, 6), None)
    """
    usual = missing.sum() / n.sum()
    if usual in (0, 1):
        return None
    rows, lost = (np.append(0.0, each.cumsum()) for each in (n, missing))
    first, behind = np.triu_indices(len(n) + 1, 1)
    first, behind = first[first > 0], behind[first > 0]  # something has to come before it
    inside, lost_inside = rows[behind] - rows[first], lost[behind] - lost[first]
    outside = rows[-1] - inside
    gap = lost_inside / inside - (lost[-1] - lost_inside) / outside
    error = np.sqrt(usual * (1 - usual) * (1 / inside + 1 / outside))
    best = int((gap / error).argmax())
    if gap[best] < _LEAST or gap[best] < _SURE * error[best]:
        return None
    is_full = np.isin(np.arange(len(n)), np.arange(first[best], behind[best]))
    means = np.where(is_full, missing[is_full].sum() / n[is_full].sum(), missing[~is_full].sum() / n[~is_full].sum())
    chance = means * (1 - means)
    left = (n * (missing / n - means) ** 2).sum() - chance.sum() - _NOISE * np.sqrt(2 * (chance**2).sum())
    explained = (n * (means - usual) ** 2).sum()
    return (int(first[best]), int(behind[best])) if left <= _LEFT * explained else None


def _say(_: Log, emptied: list[_Emptied]) -> Iterator[Said]:
    for each in emptied:
        until = f" until {each.until}" if each.until else ""
        yield Said(
            each.column,
            each.rows,
            f"{each.column!r} is missing in {100 * each.before:.0f}% of rows at first and in {100 * each.after:.0f}% from about "
            f"{each.since}{until}. Mend its source, or judge the two parts apart.",
            each.since,
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="missing-since",
        severities=("warning",),
        meaning="a column that arrives empty from a date on",
        count=_emptied,
        say=_say,
    ),
)
