"""Columns that change their unit or their format at some time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import duckdb

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Change
from analytics.reading.types.conversion import GROUP

_FACTORS = (
    10.0,
    100.0,
    1_000.0,
    10_000.0,
    1_000_000.0,
    60.0,
    3_600.0,
    24.0,
    86_400.0,
    1.609344,
    2.204623,
    3.28084,
    2.54,
)
"""Percent, thousands, cents, minutes, seconds, hours of a day; miles, pounds, feet and inches."""

_MAX_PERIODS = 48
_ROWS_PER_PERIOD = 40
_MIN_ROWS_OF_PERIOD = 12
_MIN_PERIODS = 4
_MAX_SAMPLED = 60_000
_MIN_SHARE_OF_SHAPE = 0.9
_MAX_SWITCHES = 2
_MIN_DISTINCT = 5
_MAX_TEXT_COLUMNS = 40
_SHAPE = r"""regexp_replace(regexp_replace(regexp_replace(left({name}::VARCHAR, 60), '[0-9]+', '9', 'g'),
    '\p{{Ll}}+', 'a', 'g'), '\p{{Lu}}+', 'A', 'g')"""


@dataclass(frozen=True)
class _Period:
    """A stretch of the log: when it begins and ends, and how many of its rows were looked at."""

    place: int
    since: str
    until: str
    rows: int


def changes(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[Change, ...]:
    """Return the columns that change; of a long log every n-th row is looked at, in up to 48 stretches of equal length."""
    if log.time_low is None or log.n_rows < _MIN_PERIODS * _ROWS_PER_PERIOD:
        return ()
    periods = _make_periods(connection, log)
    if len(periods) < _MIN_PERIODS:
        return ()
    roles = {log.mapping.row_id, log.mapping.label, log.mapping.decision, log.mapping.time, log.mapping.model_version}
    others = [column for column in log.reading.columns if column.name not in roles and column.n_missing < log.n_rows]
    numbers = [column for column in others if column.kind == "number" and column.n_distinct >= _MIN_DISTINCT]
    texts = [column for column in others if column.kind in ("text", "time") and column.n_distinct >= 2][
        :_MAX_TEXT_COLUMNS
    ]
    step = log.n_rows / sum(period.rows for period in periods)
    found = [
        *(
            change
            for column, cells in _scales(connection, numbers)
            if (change := _unit_change(column, cells, periods, step))
        ),
        *(change for column in texts if (change := _format_change(connection, column, periods, step))),
    ]
    connection.execute("DROP TABLE sampled")
    return tuple(found)


def _make_periods(connection: duckdb.DuckDBPyConnection, log: Log) -> list[_Period]:
    """Make the table ``sampled``, every n-th row with its period, and return the periods that hold enough rows."""
    step = max(1, math.ceil(log.n_rows / _MAX_SAMPLED))
    n_periods = max(_MIN_PERIODS, min(_MAX_PERIODS, log.n_rows // step // _ROWS_PER_PERIOD))
    names = ", ".join(column.sql_name for column in log.columns)
    connection.execute(
        "CREATE TEMP TABLE sampled AS SELECT least(floor((epoch(moment) - low) / greatest(high - low, 1) * $periods), "
        f"$periods - 1)::INT AS period, moment, {names} FROM log_file.log, (SELECT min(epoch(moment)) AS low, "
        "max(epoch(moment)) AS high FROM log_file.log) WHERE moment IS NOT NULL AND row_id % $step = 0",
        {"periods": n_periods, "step": step},
    )
    rows = connection.execute(
        "SELECT period, min(moment)::VARCHAR, max(moment)::VARCHAR, count(*) FROM sampled GROUP BY 1 "
        "HAVING count(*) >= ? ORDER BY 1",
        [_MIN_ROWS_OF_PERIOD],
    ).fetchall()
    return [_Period(*row) for row in rows]


def _scales(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]
) -> list[tuple[Column, dict[int, tuple[float, ...]]]]:
    """Return the quartiles of what is not zero, by period, of each numeric column."""
    found: list[tuple[Column, dict[int, tuple[float, ...]]]] = []
    for start in range(0, len(columns), GROUP):
        group = columns[start : start + GROUP]
        cells = ", ".join(
            f"approx_quantile(abs({column.sql_name}::DOUBLE), [0.25, 0.5, 0.75]) FILTER ({column.sql_name} <> 0), "
            f"count(*) FILTER ({column.sql_name} <> 0)"
            for column in group
        )
        rows = connection.execute(f"SELECT period, {cells} FROM sampled GROUP BY 1 ORDER BY 1").fetchall()
        for place, column in enumerate(group):
            at = 1 + 2 * place
            found.append((column, {row[0]: tuple(row[at]) for row in rows if row[at + 1] >= _MIN_ROWS_OF_PERIOD}))
    return found


def _unit_change(
    column: Column, cells: dict[int, tuple[float, ...]], periods: Sequence[_Period], step: float
) -> Change | None:
    """Return the change of a column whose quartiles, period by period, lie at one of two levels that a unit's factor parts."""
    known = [period for period in periods if period.place in cells]
    if len(known) < _MIN_PERIODS:
        return None
    middles = [math.log(cells[period.place][1]) for period in known]
    cut = _widest_gap(middles)
    if cut is None:
        return None
    is_high = [middle > cut for middle in middles]
    levels = [
        _typical([cells[p.place] for p, high in zip(known, is_high, strict=True) if high == side])
        for side in (False, True)
    ]
    ratios = [upper / lower for lower, upper in zip(*levels, strict=True)]
    factor = next((factor for factor in _FACTORS if all(_is_near(ratio, factor) for ratio in ratios)), None)
    runs = _runs_of(is_high)
    if factor is None or not 1 <= len(runs) - 1 <= _MAX_SWITCHES:
        return None
    before, after = (levels[1], levels[0]) if is_high[0] else levels
    changed = [period for period, high in zip(known, is_high, strict=True) if high != is_high[0]]
    return Change(
        column.name,
        f"{before[1]:.4g}",
        f"{after[1]:.4g}",
        changed[0].since[:10],
        changed[-1].until[:10] if len(runs) > 2 else None,
        round(step * sum(period.rows for period in changed)),
        factor if not is_high[0] else 1 / factor,
    )


def _widest_gap(values: Sequence[float]) -> float | None:
    """Return the middle of the widest gap between values, None where it is no wider than either side of it."""
    ordered = sorted(values)
    gaps = [(after - before, before, after) for before, after in pairwise(ordered)]
    width, before, after = max(gaps)
    if width < math.log(1.4) or width < 1.5 * max(before - ordered[0], ordered[-1] - after):
        return None
    return (before + after) / 2


def _typical(cells: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Return the median of each quartile over periods."""
    return tuple(median(cell[place] for cell in cells) for place in range(3))


def _is_near(ratio: float, factor: float) -> bool:
    """Whether a ratio is a factor but for noise: 12 % around large factors, 6 % around small ones."""
    return abs(math.log(ratio / factor)) < (0.12 if factor >= 10 else 0.06)


def _runs_of(values: Sequence[object]) -> list[object]:
    """Return the values without immediate repeats."""
    return [value for value, _ in groupby(values)]


def _format_change(
    connection: duckdb.DuckDBPyConnection, column: Column, periods: Sequence[_Period], step: float
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
    cells = [row for row in rows if row[0] in by_place and row[3] >= _MIN_ROWS_OF_PERIOD]
    shapes = [row[1] for row in cells]
    runs = _runs_of(shapes)
    pure = sum(row[2] >= _MIN_SHARE_OF_SHAPE * row[3] for row in cells)
    if (
        len(cells) < _MIN_PERIODS
        or len(set(shapes)) != 2
        or len(runs) - 1 > _MAX_SWITCHES
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
