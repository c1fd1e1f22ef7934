"""Checks of ids that stand on more than one row, with the same outcome or with different ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.column_names import is_unit
from analytics.log.grid import is_long, looked_at
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, Said
from analytics.reading.sql.expressions import label_expression

_MIN_UNITS = 20
"""Values below which a column is no unit but a segment: an interval from fewer says next to nothing. A judgement."""
_MIN_SHARE_SHARED = 0.5
"""Share of the rows that stand beside another one of the same value, from which a column may be a unit. A judgement."""


@dataclass(frozen=True)
class _Repeated:
    """Ids of one model version that stand on several rows, and those of them with different outcomes.

    Attributes
    ----------
    n_duplicates, example : int, and str or None
        Rows whose id stands on an earlier row as well, and the first such id.
    n_contrary, rows_contrary, example_contrary : int, int, and str or None
        Ids with different outcomes, their rows, and the first of them.
    """

    n_duplicates: int = 0
    example: str | None = None
    n_contrary: int = 0
    rows_contrary: int = 0
    example_contrary: str | None = None


@dataclass(frozen=True)
class _Revised:
    """Ids with different labels of which the latest counts: rows whose own label it replaced, and rows that are not known yet."""

    n_ids: int = 0
    rows: int = 0
    rows_unsettled: int = 0


def _repeated(evidence: Evidence) -> _Repeated:
    """Count the ids that stand on several rows."""
    log = evidence.log
    if log.mapping.row_id is None:
        return _Repeated()
    name = log.column(log.mapping.row_id).sql_name
    key = f"{name}, {log.column(log.mapping.model_version).sql_name}" if log.mapping.model_version else name
    if _has_ids_of(evidence.over, log) or evidence.once(is_counted_up) or evidence.once(_are_apart):
        return _Repeated()
    return _Repeated(
        *evidence.row(
            "SELECT coalesce(sum(n - 1), 0)::BIGINT, arg_min(id, id), count(*) FILTER (is_contrary), "
            "coalesce(sum(n) FILTER (is_contrary), 0)::BIGINT, arg_min(id, id) FILTER (is_contrary) FROM "
            f"(SELECT any_value({name})::VARCHAR AS id, count(*) AS n, coalesce(min(label) <> max(label), false) AS is_contrary "
            f"FROM log_file.log WHERE {name} IS NOT NULL GROUP BY {key} HAVING count(*) > 1)"
        )
    )


def _has_ids_of(over: Log | None, log: Log) -> bool:
    """Whether a log has the ids of the one that it is read over, of which none stands on two rows."""
    return over is not None and over.ids_are_unique and over.mapping.row_id == log.mapping.row_id


def _are_apart(evidence: Evidence) -> bool:
    """Whether no id stands on two rows of whatever version; without versions they are grouped once, by the check itself."""
    log = evidence.log
    if log.mapping.model_version is None:
        return False
    name = log.column(log.mapping.row_id or "").sql_name
    repeated = f"SELECT 1 FROM log_file.log WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) > 1"
    (n_repeated,) = evidence.row(f"SELECT count(*) FROM ({repeated})")
    return not n_repeated


def are_unique(evidence: Evidence) -> bool:
    """Whether no id stands on two rows, of whatever model version."""
    mapping = evidence.log.mapping
    if mapping.row_id is None or evidence.once(_repeated).n_duplicates:
        return False
    if mapping.model_version is None or _has_ids_of(evidence.over, evidence.log):
        return True
    return evidence.once(is_counted_up) or evidence.once(_are_apart)


def are_bare(evidence: Evidence) -> bool:
    """Whether no id begins or ends with a blank or a control sign, which stand before all others."""
    log = evidence.log
    if log.mapping.row_id is None:
        return False
    name = log.column(log.mapping.row_id).sql_name
    if evidence.over is not None and evidence.over.mapping.row_id == log.mapping.row_id:
        return evidence.over.ids_are_bare
    if log.column(log.mapping.row_id).kind != "text":
        return True
    is_padded = f"{name}::VARCHAR < '!' OR right({name}::VARCHAR, 1) < '!'"
    ((n_padded,),) = evidence.tallies.count((), [f"count(*) FILTER ({is_padded})"])
    return not n_padded


def is_counted_up(evidence: Evidence) -> bool:
    """Whether each id is above the one of the row before: then none stands on two rows, and none has to be grouped."""
    name = evidence.log.column(evidence.log.mapping.row_id or "").sql_name
    ((without,),) = evidence.tallies.count((), [f"count(*) - count({name})"])
    if without:
        return False
    first, is_known = evidence.tallies.known(f"{name} counts up")
    (is_above,) = evidence.row(
        f"SELECT coalesce(bool_and({name} > before), true) FROM "
        f"(SELECT {name}, lag({name}) OVER () AS before FROM log_file.log WHERE row_id >= {first - 1})"
    )
    return evidence.tallies.know(f"{name} counts up", is_known and bool(is_above))


def revised(evidence: Evidence) -> _Revised:
    """Count what taking the latest label of each id changed."""
    log, mapping = evidence.log, evidence.log.mapping
    if not (mapping.latest_by and mapping.row_id and mapping.label):
        return _Revised()
    own = label_expression(log.reading, mapping)
    names = [log.column(name).sql_name for name in (mapping.row_id, mapping.model_version) if name]
    return _Revised(
        *evidence.row(
            "SELECT count(*), coalesce(sum(replaced), 0)::BIGINT, coalesce(sum(unsettled), 0)::BIGINT FROM ("
            "SELECT count(*) FILTER (own <> label) AS replaced, count(*) FILTER (own IS NOT NULL AND label IS NULL) AS unsettled "
            f"FROM (SELECT {', '.join(names)}, label, {own.sql} AS own FROM log_file.log WHERE {names[0]} IS NOT NULL) "
            f"GROUP BY {', '.join(names)} HAVING min(own) <> max(own))",
            list(own.parameters),
        )
    )


def _shared(evidence: Evidence) -> tuple[tuple[str, int, int], ...]:
    """Return the columns by which rows may belong together: the name, its values, and the rows that share theirs.

    Rows that only another model version repeats share nothing. Of a long log every 2nd, 4th … value stands for the others.
    """
    log = evidence.log
    if log.mapping.unit is not None:
        return ()
    version = (
        f"{log.column(log.mapping.model_version).sql_name}::VARCHAR" if log.mapping.model_version else "NULL::VARCHAR"
    )
    found = []
    for column in log.columns:
        n = log.n_rows - column.n_missing
        is_open = log.mapping.role_of(column.name) in ("segment", "ignore") and column.kind in ("text", "number")
        # Where that share of the rows stands in pairs at least, values are fewer by half of it.
        is_shared = _MIN_UNITS <= column.n_distinct <= (1 - _MIN_SHARE_SHARED / 2) * n
        if not (is_open and is_shared and is_unit(column.name)):
            continue
        name = column.sql_name
        _, every = looked_at(log.n_rows)
        counted = f"SELECT count(*) AS n FROM log_file.log WHERE {name} IS NOT NULL GROUP BY {name}, {version}"
        if every > 1:
            value = f"{name}::VARCHAR" if column.kind == "text" else name  # an ENUM that grows numbers its values anew
            counted = f"SELECT sum(n) AS n FROM {evidence.tallies.hashed(name, value, version, every)} GROUP BY h, part"
        (rows,) = evidence.row(f"SELECT {every} * coalesce(sum(n) FILTER (n > 1), 0)::BIGINT FROM ({counted})")
        if rows >= _MIN_SHARE_SHARED * log.n_rows:
            found.append((column.name, column.n_distinct, rows))
    return tuple(found)


def _rows_of_one(log: Log, found: tuple[tuple[str, int, int], ...]) -> Iterator[Said]:
    about = "about " if is_long(log.n_rows) else ""
    for name, n_units, rows in found:
        yield Said(
            name,
            rows,
            f"Rows of one {name!r} may not be independent: {about}{rows:,} rows share its {n_units:,} values with others. "
            "Choose it as unit, so that intervals and tests do not take rows that are alike for evidence of their own.",
        )


def _per_version(log: Log) -> str:
    """Say within what an id is expected once."""
    return " for one model version" if log.mapping.model_version else ""


def _different_outcomes(log: Log, found: _Repeated) -> Iterator[Said]:
    if found.n_contrary:
        yield Said(
            log.mapping.row_id,
            found.rows_contrary,
            f"Expected one outcome per id; {found.n_contrary:,} ids stand on {found.rows_contrary:,} rows that are positive "
            f"here and negative there{_per_version(log)}, the first is {found.example_contrary!r}. "
            "Check whether the column is the id of a row, and export the final label of each.",
            found.example_contrary,
        )


def _latest_label(log: Log, found: _Revised) -> Iterator[Said]:
    if found.n_ids:
        yield Said(
            log.mapping.label,
            found.rows,
            f"{found.n_ids:,} ids have different labels; the latest by {log.mapping.latest_by!r} counts, in place of the "
            f"own label of {found.rows:,} rows. {found.rows_unsettled:,} rows are not known yet, as their latest labels "
            "contradict each other: correct the export. The column of the file is kept as it is.",
            severity="warning" if found.rows_unsettled else "note",
        )


def _duplicate_ids(log: Log, found: _Repeated) -> Iterator[Said]:
    if found.n_duplicates:
        yield Said(
            log.mapping.row_id,
            found.n_duplicates,
            f"{found.n_duplicates:,} rows repeat an id{_per_version(log)}, the first is {found.example!r}. "
            "All rows are kept: check whether the export holds rows twice.",
            found.example,
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="different-outcomes",
        severities=("warning",),
        meaning="an id that stands on rows with different labels, within one model version",
        count=_repeated,
        say=_different_outcomes,
    ),
    CountingCheck(
        code="latest-label",
        severities=("warning", "note"),
        meaning="ids with several labels in the log itself, of which the latest counts",
        count=revised,
        say=_latest_label,
    ),
    CountingCheck(
        code="duplicate-ids",
        severities=("warning",),
        meaning="ids that stand on more than one row of a model version",
        count=_repeated,
        say=_duplicate_ids,
    ),
    CountingCheck(
        code="rows-of-one-unit",
        severities=("warning",),
        meaning="an id of sessions, patients, users or tasks with several rows each, which may not be independent",
        count=_shared,
        say=_rows_of_one,
    ),
)
