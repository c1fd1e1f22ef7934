"""Stretches of a log in time, in which its columns are compared: of a long log every n-th row is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from analytics.log.grid import is_long
from analytics.log.schema import Log
from analytics.reading.checks.check import Evidence

_MAX_PERIODS = 48
"""Stretches of a log: of four years each is a month."""

_ROWS_PER_PERIOD = 40
"""Rows that a stretch has on average, so that a median and a usual shape can be told. Set by hand."""

MIN_ROWS_OF_PERIOD = 12
"""Rows below which a stretch, or a column in it, is left out: with 12 rows a quartile has three beyond it. Set by hand."""

MIN_PERIODS = 4
"""Stretches that a change needs, two on either side. Set by hand."""

_MAX_SAMPLED = 60_000
"""Rows that are looked at. Bounds memory and time: more than a thousand in each of 48 stretches."""

MAX_SWITCHES = 2
"""Switches that a change may have: once and for all, or there and back. Set by hand; what switches more often is no mishap."""


@dataclass(frozen=True)
class Period:
    """A stretch of the log: when it begins and ends, and how many of its rows were looked at."""

    place: int
    since: str
    until: str
    rows: int


@dataclass(frozen=True)
class Change:
    """A column whose unit or format changes: its typical value before and from ``since`` on, up to ``until``.

    ``factor`` is that of a unit, and None where the format changes.
    """

    column: str
    before: str
    after: str
    since: str
    until: str | None
    rows: int
    factor: float | None = None


def is_long_enough(log: Log) -> bool:
    """Whether a log has times, and rows enough for the stretches that a change needs."""
    return log.time_low is not None and log.n_rows >= MIN_PERIODS * _ROWS_PER_PERIOD


def sampled_rows(evidence: Evidence) -> tuple[str, int]:
    """Return a table that holds every n-th row, and n; a long log keeps these rows, so that those of a day are put to them."""
    log = evidence.log
    step = max(1, math.ceil(log.n_rows / _MAX_SAMPLED))
    if not is_long(log.n_rows):
        return "log_file.log", step
    step = 1 << (step - 1).bit_length()  # a log that grew by half still needs no row between those that were kept
    return evidence.tallies.sampled(step, [column.sql_name for column in log.columns]), step


def make_periods(evidence: Evidence) -> list[Period]:
    """Make the table ``sampled``, every n-th row with its period, and return the periods that hold enough rows.

    Checks that need it ask for it `once`: all of them read one table.
    """
    connection, log = evidence.connection, evidence.log
    source, step = sampled_rows(evidence)
    n_periods = max(MIN_PERIODS, min(_MAX_PERIODS, log.n_rows // step // _ROWS_PER_PERIOD))
    names = ", ".join(column.sql_name for column in log.columns)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sampled AS SELECT least(floor((epoch(moment) - low) / greatest(high - low, 1) * $periods), "
        f"$periods - 1)::INT AS period, moment, {names} FROM {source}, (SELECT epoch($first::TIMESTAMP) AS low, "
        "epoch($last::TIMESTAMP) AS high) WHERE moment IS NOT NULL AND row_id % $step = 0",
        {"periods": n_periods, "step": step, "first": log.time_low, "last": log.time_high},
    )
    rows = connection.execute(
        "SELECT period, min(moment)::VARCHAR, max(moment)::VARCHAR, count(*) FROM sampled GROUP BY 1 "
        "HAVING count(*) >= ? ORDER BY 1",
        [MIN_ROWS_OF_PERIOD],
    ).fetchall()
    return [Period(*row) for row in rows]


def runs_of(values: Sequence[object]) -> list[object]:
    """Return the values without immediate repeats."""
    return [value for value, _ in groupby(values)]
