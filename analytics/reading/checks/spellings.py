"""The check for values of a segment column that are one value in several spellings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said

_MAX_MERGES = 500
"""Spellings of one column that a finding offers to merge, the most frequent first. Bounds the receipt."""

_FOLDED = r"lower(strip_accents(regexp_replace(nfc_normalize(value), '[\s\pZ\p{Cf}]+', '', 'g')))"
"""What is left of a value without case, accents, blanks and characters that nobody sees."""


_CUT = 200
"""Characters of a value in a receipt at most (`reading.profile`)."""


@dataclass(frozen=True)
class _Spellings:
    """Values of a segment column that differ in case, blanks or accents only, each with the one it would be merged into."""

    column: str
    merges: tuple[tuple[str, str], ...]
    rows: int


def _spellings(evidence: Evidence) -> list[_Spellings]:
    """Return the segment columns in which values differ in spelling only, with the most frequent spelling.

    The engine would push what is folded below the counting, and fold the value of every row.
    """
    log, found = evidence.log, []
    for name in log.mapping.segments:
        column = log.reading.column(name)
        if column.kind != "text" or not 1 < column.n_distinct <= MAX_SEGMENT_VALUES:
            continue
        counted = (
            f"SELECT {column.sql_name}::VARCHAR AS value, count(*) AS n FROM log_file.log "
            f"WHERE {column.sql_name} IS NOT NULL GROUP BY {column.sql_name}"
        )
        parameters: list[list[str] | list[int]] = []
        if _are_all_counted(column) and not log.mapping.merges_of(name):
            counted = "SELECT unnest(?::VARCHAR[]) AS value, unnest(?::BIGINT[]) AS n"
            parameters = [[value for value, _ in column.top], [rows for _, rows in column.top]]
        rows = evidence.connection.execute(
            f"WITH counted AS MATERIALIZED ({counted}), folded AS (SELECT value, n, {_FOLDED} AS key FROM counted) "
            "SELECT value, first_value(value) OVER best AS target, n FROM folded WHERE key <> '' "
            "WINDOW best AS (PARTITION BY key ORDER BY n DESC, value) QUALIFY count(*) OVER (PARTITION BY key) > 1 "
            "ORDER BY n DESC, value",
            parameters,
        ).fetchall()
        merges = [(value, target) for value, target, _ in rows if value != target]
        if merges:
            touched = sum(n for value, target, n in rows if value != target)
            found.append(_Spellings(name, tuple(merges[:_MAX_MERGES]), touched))
    return found


def _are_all_counted(column: Column) -> bool:
    """Whether the receipt lists every value of a column with its rows, and none cut short."""
    return len(column.top) == column.n_distinct and all(len(value) < _CUT for value, _ in column.top)


def _near_duplicates(_: Log, columns: list[_Spellings]) -> Iterator[Said]:
    for found in columns:
        old, new = found.merges[0]
        yield Said(
            found.column,
            found.rows,
            f"{len(found.merges):,} spelling{'s' * (len(found.merges) != 1)} of {found.column!r} "
            f"differ from another value in case, blanks or accents "
            f"only, such as {old!r} from {new!r}. Merge them for slicing in the mapping; the original text stays.",
            f"{old!r} → {new!r}",
            found.merges,
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="near-duplicates",
        severities=("warning",),
        meaning="values of a segment column that differ in case, blanks or accents only",
        count=_spellings,
        say=_near_duplicates,
    ),
)
