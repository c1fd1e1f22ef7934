"""Columns whose values change by the factor of a unit at some time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import duckdb

from analytics.log.column import Column
from analytics.reading.checks.periods import (
    MAX_SWITCHES,
    MIN_PERIODS,
    MIN_ROWS_OF_PERIOD,
    Change,
    Period,
    runs_of,
)
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

_MIN_DISTINCT = 5
"""Different values from which a column of numbers is a quantity and no code. Set by hand."""

_MIN_GAP = math.log(1.4)
"""Logarithm of the least ratio between two levels. Below every factor of a unit (miles: 1.6) but for noise; a level that rises by
half passes in the tests for want of a factor."""

_TIMES_THE_SIDES = 1.5
"""Times the widest spread of medians on either side that the gap between two levels must have: a drift has none. Set by hand; a
drift to ten times passes in the tests."""

_LARGE_FACTOR = 10.0
"""Factor from which the wider tolerance applies: no other factor is near."""

_NOISE_OF_LARGE, _NOISE_OF_SMALL = 0.12, 0.06
"""Logarithm by which a ratio of quartiles may miss a large and a small factor: about 12 % and 6 %. Set by hand; 2.2 (pounds) and
2.54 (inches) lie 14 % apart, so that no ratio fits both."""


def unit_changes(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], periods: Sequence[Period], step: float
) -> Iterator[Change]:
    """Yield the numeric columns among those of ``sampled`` whose unit changes; each sampled row stands for ``step`` rows."""
    numbers = [column for column in columns if column.kind == "number" and column.n_distinct >= _MIN_DISTINCT]
    for column, cells in _scales(connection, numbers):
        change = _unit_change(column, cells, periods, step)
        if change is not None:
            yield change


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
            found.append((column, {row[0]: tuple(row[at]) for row in rows if row[at + 1] >= MIN_ROWS_OF_PERIOD}))
    return found


def _unit_change(
    column: Column, cells: dict[int, tuple[float, ...]], periods: Sequence[Period], step: float
) -> Change | None:
    """Return the change of a column whose quartiles, period by period, lie at one of two levels that a unit's factor parts."""
    known = [period for period in periods if period.place in cells]
    if len(known) < MIN_PERIODS:
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
    runs = runs_of(is_high)
    if factor is None or not 1 <= len(runs) - 1 <= MAX_SWITCHES:
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
    if width < _MIN_GAP or width < _TIMES_THE_SIDES * max(before - ordered[0], ordered[-1] - after):
        return None
    return (before + after) / 2


def _typical(cells: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Return the median of each quartile over periods."""
    return tuple(median(cell[place] for cell in cells) for place in range(3))


def _is_near(ratio: float, factor: float) -> bool:
    """Whether a ratio is a factor but for noise."""
    return abs(math.log(ratio / factor)) < (_NOISE_OF_LARGE if factor >= _LARGE_FACTOR else _NOISE_OF_SMALL)
