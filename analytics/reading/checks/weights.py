"""Checks of rows that stand for many: columns of weights that nobody chose, and rows without a weight where one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analytics.log.schema import Log
from analytics.log.weight import is_share, is_weight
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, Read, ReadingCheck, Said
from analytics.reading.checks.columns import copies


def _stand_for_many(read: Read) -> Iterable[Said]:
    """Name the columns by which a row may stand for several, where none is chosen."""
    if read.mapping.weight is not None:
        return
    for column in read.reading.columns:
        if read.mapping.role_of(column.name) not in ("segment", "ignore") or not is_weight(column):
            continue
        # Rows that all stand for as many give the same rates as rows that stand for themselves.
        if column.n_distinct < 2:
            continue
        stands_for = "one over it, as a share that was kept" if is_share(column) else "as many as it says"
        yield Said(
            column.name,
            None,
            f"Rows may not stand for as many each: {column.name!r} runs from {column.low} to {column.high}. Choose it as weight "
            f"if a row stands for {stands_for}, so that rates become those of all rows and not of the sample.",
        )


def _drawn_by_class(log: Log, told: tuple[tuple[str, int], ...]) -> Iterator[Said]:
    """Name the weights that are one for the rows of one class, and others for those of the other: rows were drawn by class."""
    for name, rows in told:
        if log.mapping.weight is None and is_weight(log.column(name)):
            yield Said(
                name,
                rows,
                f"The rows were likely drawn by class: on all {rows:,} labelled rows {name!r} differs between positive and "
                "negative rows, and every rate is the sample's. Choose it as weight, so that rates become those of all rows.",
            )


def _without_weight(evidence: Evidence) -> int:
    """Count the rows whose weight is missing, or no number above 0."""
    if evidence.log.mapping.weight is None:
        return 0
    return int(evidence.row("SELECT count(*) - count(weight) FROM log_file.log")[0])


def _set_aside(log: Log, rows: int) -> Iterator[Said]:
    if rows:
        share = " and up to 1" if log.mapping.is_weight_share else ""
        yield Said(
            log.mapping.weight,
            rows,
            f"Expected a number above 0{share} as weight; {rows:,} rows have none in {log.mapping.weight!r}. They stand for no "
            "row, so that no answer counts them: complete the column, or choose no weight.",
        )


CHECKS: tuple[Check, ...] = (
    ReadingCheck(
        code="rows-that-stand-for-many",
        severities=("note",),
        meaning="a column of weights or of sampling fractions that nobody chose as weight",
        kinds=(*YES_NO, "classes"),
        say=_stand_for_many,
    ),
    CountingCheck(
        code="drawn-by-class",
        severities=("warning",),
        meaning="a column of weights, not chosen as weight, that tells the label on every row: the rows were drawn by class",
        kinds=YES_NO,
        count=copies,
        say=_drawn_by_class,
    ),
    CountingCheck(
        code="no-weight",
        severities=("warning",),
        meaning="rows without a number above 0 in the column that is the weight; no answer counts them",
        count=_without_weight,
        say=_set_aside,
    ),
)
