"""The check for a feed of labels that stopped for one value of a column, while those of the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.grid import looked_at
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said

_MOST_COLUMNS = 20
"""Columns of few values that are looked at. Bounds the time."""

_MIN_ROWS = 50
"""Rows before and since of which labels must be known, and be missing. Fewer lack labels by chance. A judgement."""

_MIN_SHARE_BEFORE, _MIN_SHARE_OTHERS = 0.5, 0.5
"""Share of its rows that had a label until then; and of the others', as a share of what they had, that have one since: else
labels are rare there anyway, or are missing everywhere. By hand."""

_MIN_SPAN = 0.05
"""Part of the log's span without a label of the value, from which on that is no quiet day. By hand."""


_COUNTS = (
    *(("=", "count(*)", "<=", known) for known in ("", " AND is_known")),
    ("=", "count(*)", ">", ""),
    ("=", "min(moment)", ">", ""),
    *(("<>", "count(*)", side, known) for side in ("<=", ">") for known in ("", " AND is_known")),
)
"""Of the rows of a value and of the others, those up to its last label and since, and those of them with a label."""


@dataclass(frozen=True)
class _Stop:
    """A value without a label since a day, with its rows since then."""

    column: str
    value: str
    since: datetime
    rows: int


def _stops(evidence: Evidence) -> tuple[_Stop, ...]:
    """Return the value for which labels stopped, the one with most rows since; of a long log every n-th row counts."""
    log = evidence.log
    span, time = _span(log), log.mapping.time
    if span is None or time is None or not log.n_labelled or log.n_rows - log.n_labelled < _MIN_ROWS:
        return ()
    _, every = looked_at(log.n_rows)
    moment, found = log.column(time).sql_name, []
    counts = [
        f"{what} FILTER (looked.value {same} stopped.value AND moment {side} stop{known})"
        for same, what, side, known in _COUNTS
    ]
    for column in [column for column in map(log.column, log.mapping.segments) if _is_coarse(column, log)][
        :_MOST_COLUMNS
    ]:
        name = column.sql_name
        rows = evidence.connection.execute(
            f"WITH looked AS (SELECT {name}::VARCHAR AS value, {moment} AS moment, label IS NOT NULL AS is_known "
            f"FROM log_file.log WHERE {moment} IS NOT NULL AND row_id % {every} = 0), "
            "last AS (SELECT value, max(moment) FILTER (is_known) AS stop FROM looked WHERE value IS NOT NULL GROUP BY 1), "
            f"stopped AS (FROM last WHERE stop < (SELECT max(moment) FROM looked) - to_seconds({_MIN_SPAN * span})) "
            f"SELECT stopped.value, {', '.join(counts)} FROM stopped, looked GROUP BY 1 ORDER BY 1"
        ).fetchall()
        for value, n_before, known_before, n_since, first, others, others_known, since, since_known in rows:
            if min(known_before, others_known, since) * every < _MIN_ROWS or n_since * every < _MIN_ROWS:
                continue
            before, others_before = known_before / n_before, others_known / others
            if before >= _MIN_SHARE_BEFORE and since_known / since >= _MIN_SHARE_OTHERS * others_before:
                found.append(_Stop(column.name, value, first, n_since * every))
    return (max(found, key=lambda stop: stop.rows),) if found else ()


def _span(log: Log) -> float | None:
    """Return the seconds from the first row to the last; None without times."""
    if log.time_low is None or log.time_high is None:
        return None
    first, last = (datetime.fromisoformat(str(text)) for text in (log.time_low, log.time_high))
    return (last - first).total_seconds()


def _is_coarse(column: Column, log: Log) -> bool:
    return (
        column.kind in ("text", "boolean", "number")
        and 2 <= column.n_distinct <= MAX_VALUES_BY_VALUE
        and (column.name not in log.bins)
    )


def _labels_stopped(log: Log, stops: tuple[_Stop, ...]) -> Iterator[Said]:
    for stop in stops:
        day = f"{stop.since:%Y-%m-%d}"
        yield Said(
            stop.column,
            stop.rows,
            f"No row where {stop.column!r} is {stop.value!r} has a label since {day}, and others go on: {stop.rows:,} rows. "
            "Mend the feed of labels there; until then nobody sees whether the model still works for them.",
            f"{stop.value} since {day}",
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="labels-stopped-in",
        severities=("warning",),
        meaning="labels of one value of a column stopped on a day, while those of the others go on",
        count=_stops,
        say=_labels_stopped,
    ),
)
