"""The check for columns that are missing almost only in one segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.receipt import Severity
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said
from analytics.reading.checks.tallies import Tallies
from analytics.reading.types.conversion import GROUP

_MAX_COLUMNS = 200
"""Columns with missing values that are looked at. Bounds the statements: one per segment and `GROUP` columns."""

_MAX_SEGMENTS = 24
"""Segment columns that they are held against. Bounds the statements."""

_MAX_VALUES = 200
"""Values of a text up to which it is coarse enough for a segment to be blamed. Bounds each answer."""

_MIN_ROWS = 30
"""Rows without a value, in all and in the segment, and rows of a segment: below it shares say little. Set by hand."""

_MIN_SHARE_HERE = 0.5
"""Share of a segment's rows without the value from which it is missing there. Set by hand; 95 % is planted in the tests."""

_MIN_SHARE_OF_MISSING = 0.75
"""Share of all rows without the value that must lie in the segment: "almost only". Set by hand."""

_MAX_SHARE_OF_ROWS = 0.5
"""Share of all rows that the segment may hold: a gap in more than half of the log is no fault of one segment. Set by hand."""

_MAX_SHARE_ELSEWHERE = 0.2
"""Share of missing rows elsewhere, as a part of the share in the segment, that is still next to none. Set by hand; the tests let
30 % everywhere beside 60 % in two segments pass."""

_MAX_NAMED = 3
"""Segment values that one gap may have; more of them would be a pattern of their own."""


@dataclass(frozen=True)
class _Gap:
    """Columns that are missing almost only where a segment column holds some values: rows missing there, and in all.

    ``is_flag`` says that the segment is true or false, 0 or 1: a value that such a flag rules out is often missing by design.
    """

    columns: tuple[str, ...]
    segment: str
    values: tuple[tuple[str, float], ...]
    rows: int
    rows_missing: int
    share_elsewhere: float
    is_flag: bool = False


def _gaps(evidence: Evidence) -> list[_Gap]:
    """Return the columns that are missing mostly where one segment column holds one, two or three values."""
    log = evidence.log
    sparse = [column for column in log.columns if _MIN_ROWS <= column.n_missing < log.n_rows][:_MAX_COLUMNS]
    segments = [column for column in log.columns if _is_coarse(column, log)][:_MAX_SEGMENTS]
    best: dict[str, _Gap] = {}
    for segment in segments if sparse else ():
        for gap in _gaps_by(evidence.tallies, segment, sparse):
            known = best.get(gap.columns[0])
            if known is None or _contrast(gap) > _contrast(known):
                best[gap.columns[0]] = gap
    return _grouped(list(best.values()))


def _is_coarse(column: Column, log: Log) -> bool:
    """Whether a column is sliced by value and has few values."""
    is_sliced = column.name in log.mapping.segments or column.name == log.mapping.model_version
    limit = _MAX_VALUES if column.kind in ("text", "boolean") else MAX_VALUES_BY_VALUE
    return is_sliced and column.kind != "time" and 2 <= column.n_distinct <= limit


def _gaps_by(tallies: Tallies, segment: Column, sparse: Sequence[Column]) -> list[_Gap]:
    """Return the gaps that follow the values of one segment column."""
    found = []
    columns = [column for column in sparse if column != segment]
    for start in range(0, len(columns), GROUP):
        group = columns[start : start + GROUP]
        counts = ["count(*)", *(f"count(*) - count({column.sql_name})" for column in group)]
        rows = tallies.count([segment.sql_name], counts, where=f"{segment.sql_name} IS NOT NULL")
        for place, column in enumerate(group, start=2):
            gap = _gap_of(column, segment, [(row[0], row[1], row[place]) for row in rows])
            if gap is not None:
                found.append(gap)
    return found


def _gap_of(column: Column, segment: Column, rows: Sequence[tuple[str, int, int]]) -> _Gap | None:
    """Return the gap of one column: the values where it is mostly missing, if they hold most of what is missing."""
    dense = [row for row in rows if row[1] >= _MIN_ROWS and row[2] >= _MIN_SHARE_HERE * row[1]]
    dense = sorted(dense, key=lambda row: -row[2])[:_MAX_NAMED]
    n_here, missing_here = sum(row[1] for row in dense), sum(row[2] for row in dense)
    n_rows, n_missing = sum(row[1] for row in rows), sum(row[2] for row in rows)
    if (
        not dense
        or n_here > _MAX_SHARE_OF_ROWS * n_rows
        or missing_here < max(_MIN_ROWS, _MIN_SHARE_OF_MISSING * n_missing)
    ):
        return None
    elsewhere = (n_missing - missing_here) / (n_rows - n_here)
    if elsewhere > _MAX_SHARE_ELSEWHERE * missing_here / n_here:
        return None
    values = tuple((value[:60], missing / n) for value, n, missing in dense)
    is_flag = {value for value, _, _ in rows} <= {"0", "1", "true", "false"}
    return _Gap((column.name,), segment.name, values, missing_here, n_missing, elsewhere, is_flag)


def _contrast(gap: _Gap) -> tuple[float, int]:
    """Return how much of a gap its values explain; of equal ones the one with fewer values is the better."""
    inside = sum(share for _, share in gap.values) / len(gap.values)
    return round(gap.rows / gap.rows_missing + inside - gap.share_elsewhere, 3), -len(gap.values)


def _grouped(found: Sequence[_Gap]) -> list[_Gap]:
    """Put columns that are missing on the same segment values, on as many rows, into one gap."""
    together: dict[tuple[object, ...], _Gap] = {}
    for gap in found:
        key = (gap.segment, gap.values, gap.rows, gap.rows_missing)
        known = together.get(key)
        together[key] = replace(known, columns=(*known.columns, *gap.columns)) if known else gap
    return list(together.values())


def _missing_in_segment(_: Log, gaps: list[_Gap]) -> Iterator[Said]:
    for gap in gaps:
        where = " and ".join(f"{value} ({share:.0%})" for value, share in gap.values)
        further = f" The same holds for {', '.join(map(repr, gap.columns[1:5]))}." if len(gap.columns) > 1 else ""
        severity: Severity = "note" if gap.is_flag and gap.values[0][1] == 1 else "warning"
        yield Said(
            gap.columns[0],
            gap.rows,
            f"{gap.rows:,} of {gap.rows_missing:,} rows without a value lie where {gap.segment!r} is {where}; elsewhere "
            f"{gap.share_elsewhere:.1%} are missing.{further} Ask the source of this segment, and slice by being missing.",
            f"{gap.segment} = {gap.values[0][0]}",
            severity=severity,
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="missing-in-segment",
        severities=("warning", "note"),
        meaning="a column that is missing almost only in one segment",
        count=_gaps,
        say=_missing_in_segment,
    ),
)
