"""Checks of single columns: empty, constant, values that do not fit, too many values to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.log.column import MAX_SEGMENT_VALUES, MAX_VALUES_BY_VALUE, Column
from analytics.log.grid import is_long, looked_at
from analytics.log.schema import Log
from analytics.log.weight import is_weight
from analytics.reading.checks.check import Check, ColumnCheck, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.checks.periods import sampled_rows
from analytics.reading.checks.scores import MIN_ROWS_OF_CONSTANT
from analytics.reading.types.conversion import GROUP

_MIN_ROWS_OF_COPY = 50
"""Labelled rows on which a column must tell the label throughout to be called its copy; on few any column may. A judgement."""

_N_FIRST = 10_000
"""Labelled rows that are looked at first: a column that is no copy has both labels under one value within a few hundred."""

_MIN_ROWS_OF_VERSION = 50
"""Rows of a version from which one value throughout is no accident of few rows. A judgement."""

_MAX_VERSIONS = 50
"""Versions that are looked at; bounds the work on a column that is no version."""

_MAX_SHARE_USUAL = 0.9
"""Share of the other versions' rows that the one value may hold: beyond it a version of few rows holds nothing else by chance."""


@dataclass(frozen=True)
class _Still:
    """A column that holds one value within a version and several in the others."""

    column: str
    version: str
    rows: int
    value: str | None


def copies(evidence: Evidence) -> tuple[tuple[str, int], ...]:
    """Return the columns each of whose values has labels of one class only, with their labelled rows.

    The first rows rule out nearly every column, so that a long log is not grouped by each.
    """
    log = evidence.log
    own = {log.mapping.label, log.mapping.decision, log.mapping.score, log.mapping.row_id, log.mapping.weight}
    columns = [c for c in log.columns if c.name not in own and 2 <= c.n_distinct <= MAX_VALUES_BY_VALUE]
    if log.mapping.label is None or not 0 < log.n_positive < log.n_labelled:
        return ()
    found = []
    for column in columns:
        if _told_rows(evidence, column, f"LIMIT {_N_FIRST}") and (rows := _told_rows(evidence, column, "")):
            found.append((column.name, rows))
    return tuple(found)


def _told_rows(evidence: Evidence, column: Column, limit: str) -> int:
    """Return the labelled rows of a column that tells the label on all of them, 0 where it does not."""
    name = column.sql_name
    n, n_told, n_classes = evidence.row(
        f"SELECT sum(n), sum(n) FILTER (low = high), count(DISTINCT low) FROM (SELECT count(*) AS n, min(label) AS low, "
        f"max(label) AS high FROM (SELECT {name}, label FROM log_file.log WHERE label IS NOT NULL AND {name} IS NOT NULL "
        f"{limit}) GROUP BY {name})"
    )
    return int(n) if n is not None and n >= _MIN_ROWS_OF_COPY and n == n_told and (n_classes == 2 or limit) else 0


def _stills(evidence: Evidence) -> tuple[_Still, ...]:
    """Return the columns that hold one value within a version of the model, and others elsewhere."""
    log = evidence.log
    if log.mapping.model_version is None or not 2 <= log.column(log.mapping.model_version).n_distinct <= _MAX_VERSIONS:
        return ()
    version = log.column(log.mapping.model_version)
    own = {log.mapping.label, log.mapping.decision, log.mapping.row_id, version.name}
    columns = [
        c for c in log.columns if c.name not in own and c.kind != "time" and c.n_distinct > 1 and not c.n_missing
    ]
    found: list[_Still] = []
    columns = list(_still_in_part(evidence, version, columns))
    for start in range(0, len(columns), GROUP):
        group = columns[start : start + GROUP]
        parts = ", ".join(f"min({c.sql_name}) = max({c.sql_name}), min({c.sql_name})::VARCHAR" for c in group)
        rows = evidence.connection.execute(
            f"SELECT {version.sql_name}::VARCHAR, count(*) AS n, {parts} FROM log_file.log "
            f"WHERE {version.sql_name} IS NOT NULL GROUP BY {version.sql_name} ORDER BY n DESC, 1"
        ).fetchall()
        for place, column in enumerate(group):
            one = [row for row in rows if row[1] >= _MIN_ROWS_OF_VERSION and row[2 + 2 * place]]
            still = next(
                (row for row in one if _is_unusual(evidence, column, version, row[0], row[3 + 2 * place])), None
            )
            if still is not None:
                found.append(_Still(column.name, still[0], int(still[1]), still[3 + 2 * place]))
    return tuple(found)


def _still_in_part(evidence: Evidence, version: Column, columns: Sequence[Column]) -> Sequence[Column]:
    """Return the columns that every so manieth row of a long log does not rule out, as it does nearly all.

    The few rows that are kept with it come first; versions of few rows need more of them.
    """
    if not is_long(evidence.log.n_rows):
        return columns
    table, _ = sampled_rows(evidence)
    _, every = looked_at(evidence.log.n_rows)
    for rows in (table, f"(FROM log_file.log WHERE row_id % {every} = 0)"):
        columns = _still_among(evidence, version, columns, rows)
    return columns


def _still_among(evidence: Evidence, version: Column, columns: Sequence[Column], rows: str) -> Sequence[Column]:
    """Return the columns that some rows of the log do not rule out."""
    found: list[Column] = []
    for start in range(0, len(columns), GROUP):
        group = columns[start : start + GROUP]
        parts = ", ".join(f"bool_or(low{c.position} = high{c.position})" for c in group)
        ends = ", ".join(f"min({c.sql_name}) AS low{c.position}, max({c.sql_name}) AS high{c.position}" for c in group)
        row = evidence.row(
            f"SELECT count(*), {parts} FROM "
            f"(SELECT {ends} FROM {rows} WHERE {version.sql_name} IS NOT NULL GROUP BY {version.sql_name})"
        )
        is_whole = row[0] == version.n_distinct
        found += [column for column, is_still in zip(group, row[1:], strict=True) if is_still or not is_whole]
    return found


def _is_unusual(evidence: Evidence, column: Column, version: Column, name: str, value: str) -> bool:
    """Whether the other versions of a model mostly hold something else than a value."""
    n, n_same = evidence.row(
        f"SELECT count(*), count(*) FILTER ({column.sql_name}::VARCHAR = ?) FROM log_file.log "
        f"WHERE {version.sql_name}::VARCHAR <> ?",
        [value, name],
    )
    return bool(n) and n_same <= _MAX_SHARE_USUAL * n


def _label_copied(log: Log, copies: tuple[tuple[str, int], ...]) -> Iterator[Said]:
    for name, rows in copies:
        if is_weight(log.column(name)):
            continue  # rows drawn by class, which is said by a check of its own
        yield Said(
            name,
            rows,
            f"On all {rows:,} labelled rows {name!r} tells the label: it is the label under another name, or was filled in after "
            "it. Do not slice by it, and do not let a model learn from it.",
        )


def _constant_in_version(_: Log, stills: tuple[_Still, ...]) -> Iterator[Said]:
    for still in stills:
        yield Said(
            still.column,
            still.rows,
            f"All {still.rows:,} rows of version {still.version!r} hold {(still.value or '')[:60]!r}, which others do not: "
            "a default may stand in for a field that no longer arrives.",
            still.value,
        )


def _unparsable_values(log: Log, column: Column) -> Iterator[Said]:
    if column.n_unparsable and column.name not in (log.mapping.score, log.mapping.amount):
        yield Said(
            column.name,
            column.n_unparsable,
            f"{column.n_unparsable:,} values are no {column.kind}, the first is {column.example_unparsable!r}. "
            "They count as missing.",
        )


def _empty_column(log: Log, column: Column) -> Iterator[Said]:
    if log.n_rows >= MIN_ROWS_OF_CONSTANT and column.n_missing == log.n_rows and not column.n_unparsable:
        yield Said(column.name, log.n_rows, "The column is empty on every row.")


def _constant_column(log: Log, column: Column) -> Iterator[Said]:
    if log.n_rows >= MIN_ROWS_OF_CONSTANT and column.n_distinct == 1 and column.n_missing == 0:
        value = column.top[0][0] if column.top else ""
        yield Said(column.name, log.n_rows, f"Every row holds {value[:60]!r}: nothing to slice by.")


def _too_many_values(log: Log) -> Iterator[Said]:
    for name in log.mapping.segments:
        column = log.column(name)
        if column.kind == "text" and column.n_distinct > MAX_SEGMENT_VALUES:
            yield Said(
                name,
                None,
                f"{column.n_distinct:,} different values: most slices will have few rows. Choose a coarser column.",
            )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="label-copied",
        severities=("warning",),
        meaning="a column that tells the label on every row: the label under another name",
        count=copies,
        say=_label_copied,
    ),
    CountingCheck(
        code="constant-in-version",
        severities=("warning",),
        meaning="a column with one value throughout within one version of the model",
        count=_stills,
        say=_constant_in_version,
    ),
    ColumnCheck(
        code="unparsable-values",
        severities=("warning",),
        meaning="values that do not fit their column: they count as missing",
        say=_unparsable_values,
    ),
    ColumnCheck(
        code="empty-column",
        severities=("note",),
        meaning="a column without any value",
        say=_empty_column,
    ),
    ColumnCheck(
        code="constant-column",
        severities=("note",),
        meaning="a column with one value throughout",
        say=_constant_column,
    ),
    LogCheck(
        code="too-many-values",
        severities=("warning",),
        meaning="a segment column with too many values to read",
        say=_too_many_values,
    ),
)
