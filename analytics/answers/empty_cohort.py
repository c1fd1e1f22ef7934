"""Which filter is to blame where a cohort keeps no row."""

from __future__ import annotations

from analytics.errors import EmptyCohort
from analytics.log.conflicts import values_of
from analytics.log.schema import Log
from analytics.query.cohort import Cohort, column_words
from analytics.query.engine import Engine


def _parts_of(cohort: Cohort) -> dict[str | None, Cohort]:
    """Split a cohort into what holds together: one part for each column, and the outcomes under None."""
    parts: dict[str | None, Cohort] = {column: Cohort(cohort.of(column)) for column in cohort.columns()}
    return {**parts, None: Cohort((), cohort.outcomes)} if cohort.outcomes else parts


def empty_cohort(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> EmptyCohort:
    """Return the error that names the filter which removes all rows, for a cohort that is known to be empty.

    That is a filter that no row of the log passes alone, else the one without which most rows are left.
    """
    parts = _parts_of(cohort)
    for column, part in parts.items():
        if not engine.row_counts(log, part, threshold)[0]:
            wanted = any(clause.op == "in" for clause in part.clauses)
            held = f" {values_of(log.column(column))}" if column is not None and wanted else ""
            return EmptyCohort(
                f"Expected rows to judge, found none: of {log.n_rows:,} rows none passes the filter {_said(part)!r}.{held} "
                "Remove or correct this filter.",
                column,
            )
    rest = {column: engine.row_counts(log, without(cohort, column), threshold)[0] for column in parts}
    column = max(rest, key=lambda name: rest[name])
    if not rest[column]:
        return EmptyCohort(
            f"Expected rows to judge, found none: each filter keeps some of {log.n_rows:,} rows, but no row passes all of "
            "them, whichever one is left out. Remove several.",
            column,
        )
    return EmptyCohort(
        f"Expected rows to judge, found none: {_said(parts[column])!r} keeps none of the {rest[column]:,} rows that the other "
        "filters keep. Remove or correct this filter.",
        column,
    )


def _said(part: Cohort) -> str:
    """Say one part of a cohort."""
    return " and ".join(column_words(column, part.of(column)) for column in part.columns()) or part.to_words()


def part_words(cohort: Cohort, column: str | None) -> str:
    """Say one part of a cohort: the conditions on a column, or the outcomes."""
    return _said(_parts_of(cohort)[column])


def without(cohort: Cohort, column: str | None) -> Cohort:
    """Return a cohort without one of its parts."""
    return Cohort(cohort.clauses) if column is None else cohort.without(column)
