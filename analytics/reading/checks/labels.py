"""Checks of the label: missing, of one class, with further values, of one class from a date on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from analytics.log.schema import Log
from analytics.log.value_words import groups
from analytics.reading.checks import ids
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.sql.expressions import label_expression

N_OTHER_VALUES = 50
"""Values that are neither positive nor negative whose rows are counted, the most frequent first. Bounds the answer."""

N_SHOWN = 4
"""Values beside their rows that a sentence names."""

_MIN_ROWS_AFTER = 20
"""Labelled rows that a run of one class at the end must have; fewer are the noise of the last day. Set by hand."""

_MOSTLY = 0.5
"""Share of the labels of a class with a time, above which the class has times; as where labels are followed. A judgement."""

_MAX_SHARE_OTHERS = 0.01
"""Share of labels of the other class that a run may hold, for corrections that came early. Set by hand; on COMPAS the run has
no more (tests/reading/checks/test_faults.py)."""

_LOG_CHANCE = math.log(1e-6)
"""Natural logarithm of the chance below which a run is no accident: fewer than one sound log in a million is accused. By
definition; the chance is that of so many equal labels under the share before, once per place where the others may stand."""


@dataclass(frozen=True)
class _OneClassAfter:
    """Labels that are all of one class from a day on, but for a few others, and the share of that class before it."""

    since: str
    is_positive: bool
    rows: int
    others: int
    share_before: float


@dataclass(frozen=True)
class _MayTurn:
    """Rows of a class whose labels have no time although those of the other class do: each may still become one of it."""

    is_positive: bool
    rows: int


Values = tuple[tuple[str, int], ...]
"""Values and their rows."""


def _other_values(evidence: Evidence) -> Values:
    """Return the values of the label that are neither positive nor negative, with their rows."""
    log, mapping = evidence.log, evidence.log.mapping
    if mapping.label is None:
        return ()
    name = log.column(mapping.label).sql_name
    own = label_expression(log.reading, mapping)
    where = f"{name} IS NOT NULL AND label IS NULL AND ({own.sql}) IS NULL"
    rows = evidence.tallies.count([f"left({name}::VARCHAR, 80)"], ["count(*)"], where=where, parameters=own.parameters)
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0]))[:N_OTHER_VALUES])


def _n_null(evidence: Evidence) -> int:
    """Count the rows without any label: neither another value nor one that is open because labels contradict each other."""
    log = evidence.log
    if log.mapping.label is not None and log.mapping.kind in ("classes", "grades", "numbers"):
        where = f"label IS NULL AND {log.column(log.mapping.label).sql_name} IS NULL"
        counted = evidence.tallies.count((), ["count(*)"], where=where)
        return int(counted[0][0]) if counted else 0
    others = sum(rows for _, rows in evidence.once(_other_values))
    return log.n_rows - log.n_labelled - others - evidence.once(ids.revised).rows_unsettled


def _may_turn(evidence: Evidence) -> _MayTurn | None:
    """Return the class of rows that count as it until something happens; None where no label or every one says when it came."""
    if evidence.log.mapping.label_time is None or not 0 < evidence.log.n_positive < evidence.log.n_labelled:
        return None
    counts = evidence.tallies.count(["label"], ["count(*)", "count(arrived)"], where="label IS NOT NULL")
    rows = {float(label): n for label, n, _ in counts}
    timed = {float(label): n_timed / n for label, n, n_timed in counts}
    kind = next((each for each in timed if timed[each] < _MOSTLY < timed.get(1 - each, 0.0)), None)
    return None if kind is None else _MayTurn(kind == 1, rows[kind])


def _one_class_after(evidence: Evidence) -> _OneClassAfter | None:
    """Return the longest time at the end of the log in which at least 99 % of the labels are of one class, against all odds.

    Days are added up from the last one backwards. What counts is a run that chance would give less than once in a million logs
    under the share of the class before it.
    """
    log = evidence.log
    if log.time_low is None or not 0 < log.n_positive < log.n_labelled:
        return None
    day = "date_trunc('day', moment)::DATE"
    counts = ["count(*) FILTER (label = 0)", "count(*) FILTER (label = 1)"]
    by_day = sorted(evidence.tallies.count([day], counts, where="label IS NOT NULL AND moment IS NOT NULL"))
    runs = chain.from_iterable(_longest_run(label, by_day) for label in (1, 0))
    found: list[_OneClassAfter] = []
    for label, since, rows, others, share in runs:
        log_chance = (rows - others) * math.log(share) + others * math.log(rows)
        if log_chance < _LOG_CHANCE:
            found.append(_OneClassAfter(since, label == 1, rows, others, share))
    turning = evidence.once(_may_turn)
    found = [run for run in found if turning is None or run.is_positive != turning.is_positive]
    return max(found, key=lambda run: run.rows, default=None)


def _longest_run(label: int, by_day: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, str, int, int, float]]:
    """Yield the longest run of one class at the end of days with their labels of 0 and of 1, if there is one.

    It begins on a day without others: its first day, its rows, the others among them, and the share of the class before it.
    """
    n_all = sum(negatives + positives for _, negatives, positives in by_day)
    others_all = sum(negatives if label else positives for _, negatives, positives in by_day)
    rows = others = 0
    longest = None
    for since, negatives, positives in reversed(by_day):
        others_here = negatives if label else positives
        rows, others = rows + negatives + positives, others + others_here
        is_run = others <= _MAX_SHARE_OTHERS * rows and others_here == 0 and rows >= _MIN_ROWS_AFTER
        if is_run and rows < n_all and others < others_all:
            longest = (label, since, rows, others, 1 - (others_all - others) / (n_all - rows))
    if longest is not None:
        yield longest


def _no_label(log: Log) -> Iterator[Said]:
    if log.mapping.label is None:
        yield Said(
            None,
            log.n_rows,
            "The log has no label: nothing can be judged yet. Choose the column of outcomes in the mapping.",
        )


def _null_label(log: Log, n_null: int) -> Iterator[Said]:
    if log.mapping.label is not None and n_null:
        yield Said(
            log.mapping.label,
            n_null,
            f"{n_null:,} rows ({n_null / log.n_rows:.1%}) have no label. They are kept as not known yet, never as negative.",
        )


def _label_other_values(log: Log, others: Values) -> Iterator[Said]:
    if others:
        n_rows = sum(rows for _, rows in others)
        yield Said(
            log.mapping.label,
            n_rows,
            f"{n_rows:,} rows hold a label that is neither positive nor negative: {in_words(others[:N_SHOWN])}. "
            "They count as not known yet.",
        )


def _one_class(log: Log) -> Iterator[Said]:
    if log.n_labelled and log.n_positive in (0, log.n_labelled):
        what = "negative" if log.n_positive == 0 else "positive"
        yield Said(
            log.mapping.label,
            log.n_labelled,
            f"Every label is {what}. Check the positive value: found {', '.join(map(repr, log.mapping.positive))}.",
        )


def _label_third_value(log: Log) -> Iterator[Said]:
    if log.mapping.label is None or log.mapping.right is not None:
        return
    counted = (*log.mapping.positive, *log.mapping.negative)
    found = tuple((value, rows) for value, rows in log.column(log.mapping.label).top if value in counted)
    if len(groups([value for value, _ in found])) > 2:
        yield Said(
            log.mapping.label,
            sum(rows for _, rows in found[2:]),
            f"Expected two values in the label, found {len(found)} that count: {in_words(found[: N_SHOWN + 1])}. Positive is "
            f"{', '.join(map(repr, log.mapping.positive))}, the others are negative: choose in the "
            "mapping which are not known yet.",
            found[-1][0],
        )


def _label_of_times(log: Log) -> Iterator[Said]:
    name = log.mapping.label
    if name is None or log.column(name).kind != "time" or log.mapping.label_time == name:
        return
    n = log.n_labelled - log.n_positive
    yield Said(
        name,
        n,
        f"{name!r} holds times: {n:,} rows without one count as negative, though nothing may mean not yet. "
        f"Choose {name!r} as label time too, and Labels waits for the rows that are too young.",
    )


def _say_may_turn(log: Log, turning: _MayTurn | None) -> Iterator[Said]:
    if turning is not None:
        own, other = ("positive", "negative") if turning.is_positive else ("negative", "positive")
        yield Said(
            log.mapping.label_time,
            turning.rows,
            f"Rows that count as {own} may still become {other}: only {other} ones have a time in "
            f"{log.mapping.label_time!r}. Judge mature rows alone, which leave out those that are too young.",
        )


def in_words(values: Values) -> str:
    """Say values with their rows."""
    return ", ".join(f"{value!r} ({rows:,})" for value, rows in values)


def _say_one_class_after(log: Log, after: _OneClassAfter | None) -> Iterator[Said]:
    if after is not None:
        what = "positive" if after.is_positive else "negative"
        share = f"all but {after.others:,}" if after.others else "all"
        yield Said(
            log.mapping.label,
            after.rows,
            f"From {after.since} on {share} of {after.rows:,} labels are {what}, against {100 * after.share_before:.1f} % "
            "before. The labels of this time are not all there yet, or they were written by a rule: filter it out before you "
            "compare.",
            after.since,
        )


CHECKS: tuple[Check, ...] = (
    LogCheck(
        code="no-label",
        severities=("warning",),
        meaning="no column of labels: nothing can be judged",
        say=_no_label,
    ),
    CountingCheck(
        code="null-label",
        severities=("warning",),
        meaning="rows without a label: kept as not known yet",
        count=_n_null,
        say=_null_label,
    ),
    CountingCheck(
        code="label-other-values",
        kinds=YES_NO,
        severities=("warning",),
        meaning="labels that are neither positive nor negative: kept as not known yet",
        count=_other_values,
        say=_label_other_values,
    ),
    LogCheck(
        code="one-class",
        kinds=YES_NO,
        severities=("error",),
        meaning="every label is positive, or every label is negative",
        say=_one_class,
    ),
    LogCheck(
        code="label-of-times",
        kinds=YES_NO,
        severities=("warning",),
        meaning="a label that is the time of what happened: rows without one are negative, though it may still come",
        say=_label_of_times,
    ),
    CountingCheck(
        code="may-turn",
        kinds=YES_NO,
        severities=("warning",),
        meaning="labels of one class alone have a time: rows of the other may still become one of it",
        count=_may_turn,
        say=_say_may_turn,
    ),
    LogCheck(
        code="label-third-value",
        kinds=YES_NO,
        severities=("warning",),
        meaning="more than two values in the label, each counted as positive or negative",
        say=_label_third_value,
    ),
    CountingCheck(
        code="one-class-after",
        kinds=YES_NO,
        severities=("warning",),
        meaning="from a date on the labels are all positive, or all negative",
        count=_one_class_after,
        say=_say_one_class_after,
    ),
)
