"""Checks of what was predicted where a rule says what is right: rows without a prediction, numbers that are judged as classes."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log import alike, whole_numbers
from analytics.log.column import PERCENT
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.sql.right import is_listed


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
        yield Said(
            own.name,
            None,
            f"{own.name!r} equals {true.name!r} on {PERCENT * found.equal:.0f} % of the rows and is nearly equal on "
            f"{PERCENT * found.near:.0f} %. If these are amounts and no classes, say in the mapping how near is right (--within "
            f"{found.within}).",
        )


def _n_listed(evidence: Evidence) -> int | None:
    """Count the judged rows whose true class is among several answers; None where there is one answer alone."""
    log, right = evidence.log, evidence.log.mapping.right
    listed = None if right is None or log.mapping.kind != "classes" else is_listed(log.reading, right)
    if listed is None:
        return None
    counted = evidence.tallies.count((), ["count(*)"], where=f"label IS NOT NULL AND {listed}")
    return int(counted[0][0]) if counted else 0


def _several_answers(log: Log, n_listed: int | None) -> Iterator[Said]:
    right = log.mapping.right
    if right is None or right.predicted is None or not log.n_labelled:
        return
    if n_listed is not None:
        first, all_of = (f"{PERCENT * n / log.n_labelled:.1f} %" for n in (log.n_positive, n_listed))
        yield Said(
            right.predicted,
            n_listed,
            f"Each row has several answers, the best first: the first one is judged. It is right on {first} of the judged rows, "
            f"and the true class is among all that are listed on {all_of} (hit rate).",
        )
    elif right.parted:
        yield Said(
            right.predicted,
            None,
            f"{right.predicted!r} and {right.true!r} hold several classes in one cell, parted by {right.parted!r}: a row is "
            "right where both hold the same ones, in any order. To compare them as written, say so (--exact).",
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
    CountingCheck(
        code="several-answers",
        kinds=("classes",),
        severities=("note",),
        meaning="several answers on each row: the first is judged, or all of them as a set",
        count=_n_listed,
        say=_several_answers,
    ),
    LogCheck(
        code="nearly-equal",
        kinds=("classes",),
        severities=("note",),
        meaning="numbers that are judged as classes and are nearly equal more often than chance: they may be amounts",
        say=_nearly_equal,
    ),
)
