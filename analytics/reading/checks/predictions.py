"""Checks of what was predicted where a rule says what is right: rows without a prediction, numbers that are judged as classes."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log import alike, whole_numbers
from analytics.log.column import PERCENT
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, LogCheck, Said


def _n_unanswered(evidence: Evidence) -> int:
    """Count the rows of which the truth is known and for which nothing was predicted."""
    log, right = evidence.log, evidence.log.mapping.right
    if right is None or right.predicted is None or log.mapping.kind not in ("classes", "numbers"):
        return 0
    true, own = (log.column(name).sql_name for name in (right.true, right.predicted))
    where = f"{true} IS NOT NULL AND {own} IS NULL AND NOT list_contains(?::VARCHAR[], {true}::VARCHAR)"
    counted = evidence.tallies.count((), ["count(*)"], where=where, parameters=([*right.unknown],))
    return int(counted[0][0]) if counted else 0


def _no_prediction(log: Log, n: int) -> Iterator[Said]:
    if n and log.mapping.right is not None:
        wrong = log.n_labelled - log.n_positive
        now, then = (
            f"{PERCENT * share:.1f} %" for share in (wrong / max(log.n_labelled, 1), (wrong + n) / (log.n_labelled + n))
        )
        yield Said(
            log.mapping.right.predicted,
            n,
            f"{n:,} rows ({n / log.n_rows:.1%}) have a label and no prediction: they are neither right nor wrong. "
            f"Where no answer is a wrong answer the error rate is {then} and not {now}.",
        )


def _nearly_equal(log: Log) -> Iterator[Said]:
    """Say that numbers which are judged as classes are often nearly equal."""
    right = log.mapping.right
    if right is None or right.kind != "classes" or right.predicted is None:
        return
    own, true = log.reading.column(right.predicted), log.reading.column(right.true)
    found = alike.of_pair(log.reading.origin.alike, own, true)
    if found is not None and found.is_close and not whole_numbers.are_years(true):
        within = whole_numbers.near(own, true, found).near
        yield Said(
            own.name,
            None,
            f"{own.name!r} equals {true.name!r} on {PERCENT * found.equal:.0f} % of the rows and is nearly equal on "
            f"{PERCENT * found.near:.0f} %. If these are amounts and no classes, say in the mapping how near is right (--within "
            f"{within}).",
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="no-prediction",
        kinds=("classes", "numbers"),
        severities=("warning",),
        meaning="rows with a label and without a prediction: neither right nor wrong",
        count=_n_unanswered,
        say=_no_prediction,
    ),
    LogCheck(
        code="nearly-equal",
        kinds=("classes",),
        severities=("note",),
        meaning="numbers that are judged as classes and are nearly equal more often than chance: they may be amounts",
        say=_nearly_equal,
    ),
)
