"""Checks of scores and amounts: missing, out of range, constant, the wrong way round, contradicted by the decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log import score_form
from analytics.log.schema import Log
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.types.conversion import is_value

MIN_ROWS_OF_CONSTANT = 2
"""Rows from which one value throughout says something; one row is always constant."""

_MAX_SHARE_OUTSIDE = 0.1
"""Share of the scores that may lie outside [0, 1] and be strays among probabilities; more of them are another scale. Set by
hand; tests/reading/checks/test_faults.py plants 1 % and lets ranks from 1 to 10 pass."""

_MIN_SHARE_BETWEEN = 0.5
"""Share of the scores strictly between 0 and 1 that makes the others strays: counts and ranks have few of them. Set by hand."""


_MAX_ROUNDING_SAID = "0.001"
"""The rounding that `score_form` lets pass, in words."""


@dataclass(frozen=True)
class _Ranges:
    """Scores strictly between 0 and 1, those below 0 or above 1, and the one of the latter that is farthest out."""

    n_between: int
    n_outside: int
    example: float | None


def _bad_values(evidence: Evidence, column_name: str | None, role: str) -> int:
    """Count the rows whose column holds a value that is no finite number."""
    if column_name is None:
        return 0
    column = evidence.log.column(column_name)
    if column.kind == "number":
        ((count,),) = evidence.tallies.count((), [f"count(*) FILTER (NOT isfinite({column.sql_name}::DOUBLE))"])
        return int(count) + column.n_unparsable
    present = is_value(f"{column.sql_name}::VARCHAR")
    ((count,),) = evidence.tallies.count((), ["count(*)"], where=f"{present} AND {role} IS NULL")
    return int(count) + column.n_unparsable


def _bad_scores(evidence: Evidence) -> int:
    return _bad_values(evidence, evidence.log.mapping.score, "score")


def _bad_amounts(evidence: Evidence) -> int:
    return _bad_values(evidence, evidence.log.mapping.amount, "amount")


def _ranges(evidence: Evidence) -> _Ranges:
    """Count scores by where they lie."""
    outside = "score < 0 OR score > 1"
    counts = ["count(*) FILTER (score > 0 AND score < 1)", f"count(*) FILTER ({outside})"]
    ((n_between, n_outside),) = evidence.tallies.count((), counts)
    farthest = f"SELECT arg_max(score, abs(score - 0.5)) FROM log_file.log WHERE {outside}"
    return _Ranges(n_between, n_outside, evidence.row(farthest)[0] if n_outside else None)


def _no_score(log: Log) -> Iterator[Said]:
    if log.mapping.score is None:
        yield Said(
            log.mapping.decision,
            None,
            "The log has decisions and no score: thresholds cannot be moved, and areas under curves say little.",
        )


def _null_score(log: Log) -> Iterator[Said]:
    if log.n_unscored:
        yield Said(
            log.mapping.score or log.mapping.decision,
            log.n_unscored,
            f"{log.n_unscored:,} rows have no score. They are kept, counted and not judged.",
        )


def _unparsable_score(log: Log, n_bad: int) -> Iterator[Said]:
    if n_bad:
        yield Said(
            log.mapping.score,
            n_bad,
            f"{n_bad:,} rows hold something in the score column that is no finite number; it counts as missing.",
        )


def _unparsable_amount(log: Log, n_bad: int) -> Iterator[Said]:
    if n_bad:
        yield Said(
            log.mapping.amount,
            n_bad,
            f"{n_bad:,} rows hold something in the amount column that is no finite number; it counts as missing.",
        )


def _constant_score(log: Log) -> Iterator[Said]:
    n_scored = log.n_rows - log.n_unscored
    if len(log.edges) == 1 and n_scored >= MIN_ROWS_OF_CONSTANT:
        yield Said(
            log.mapping.score or log.mapping.decision,
            n_scored,
            f"Every row has the score {log.edges[0]:g}. Check that this is the column of scores.",
        )


def _is_almost_probability(log: Log, found: _Ranges) -> bool:
    """Whether all but a few scores lie in [0, 1], most of them strictly between: stray values made a rank of them."""
    n_scored = log.n_rows - log.n_unscored
    is_few = 0 < found.n_outside <= _MAX_SHARE_OUTSIDE * n_scored
    return is_few and found.n_between >= _MIN_SHARE_BETWEEN * n_scored


def _confidence(log: Log) -> Iterator[Said]:
    mapping = log.mapping
    if mapping.is_confidence:
        yield Said(
            mapping.score,
            None,
            f"{mapping.score!r} is read as the confidence in the class that {mapping.decision!r} names: rows decided negative "
            "are scored 1 minus it. If it is the probability of the positive class, say so in the mapping (--score-as number).",
            severity="note",
        )
    elif (
        mapping.score
        and score_form.is_confidence_name(mapping.score)
        and score_form.spans_upper_half(log.reading.column(mapping.score), mapping)
    ):
        yield Said(
            mapping.score,
            log.n_rows,
            f"{mapping.score!r} is called like the confidence in the predicted class, and no value lies below one half: as the "
            "probability of the positive class it flags every row at 0.5. Name the column of predicted classes as the decision.",
        )


def _score_as_read(log: Log) -> Iterator[Said]:
    """Say how numbers become scores where they are not taken as they stand."""
    mapping = log.mapping
    if mapping.score is None:
        return
    column = log.reading.column(mapping.score)
    if mapping.score_scale != 1:
        yield Said(
            mapping.score,
            log.n_rows,
            f"{mapping.score!r} is in percent: its numbers are divided by {mapping.score_scale:g}. To take them as they stand, "
            "say so in the mapping (--score-as number).",
            severity="note",
        )
    if mapping.score_missing:
        found = (*column.outside, *column.stand_ins)
        rows = sum(count for value, count in found if value in mapping.score_missing)
        shown = " and ".join(f"{float(value):g}" for value in mapping.score_missing)
        held = (
            f"run from {' to '.join(f'{float(end):g}' for end in column.within)}" if column.within else "hold fractions"
        )
        yield Said(
            mapping.score,
            rows,
            f"{rows:,} rows hold {shown} where the others {held}: it stands for no answer. They are kept, counted and "
            "not judged.",
            shown,
        )
    if mapping.score_minus is not None:
        yield Said(
            mapping.score,
            log.n_rows,
            f"Low numbers of {mapping.score!r} mean positive: a score is {'1 ' if mapping.score_minus else ''}minus the number. "
            "Thresholds follow. To take them as they stand, say so in the mapping (--score-as number).",
            severity="note",
        )
    if mapping.is_score_clipped:
        rows = column.n_outside - sum(count for value, count in column.outside if value in mapping.score_missing)
        yield Said(
            mapping.score,
            rows,
            f"{rows:,} scores lie beyond 0 or 1 by rounding, at most by {_MAX_ROUNDING_SAID}: they count as 0 and 1.",
            severity="note",
        )


def _score_outside_range(log: Log, found: _Ranges) -> Iterator[Said]:
    if _is_almost_probability(log, found):
        yield Said(
            log.mapping.score,
            found.n_outside,
            f"Expected probabilities from 0 to 1, found {found.n_outside:,} scores outside, such as "
            f"{found.example:g}. The whole column counts as a rank, so that Brier score, log loss and ECE are not shown: "
            "check what these rows hold, and export them without a score.",
            f"{found.example:g}",
        )


def _highest(log: Log) -> str | None:
    """Return the highest score as text; where each class has its own, the last edge of the confidences."""
    if log.mapping.score is None:
        return f"{log.edges[-1]:g}"
    if log.mapping.score_minus is not None:
        return f"{log.edges[-1]:g}"
    column = log.reading.column(log.mapping.score)
    return column.within[1] if column.within and log.mapping.score_missing else column.high


def _score_not_probability(log: Log, found: _Ranges) -> Iterator[Said]:
    if log.score_kind == "rank" and not _is_almost_probability(log, found):
        yield Said(
            log.mapping.score,
            None,
            f"Scores run from {log.edges[0]:g} to {_highest(log)}: they rank, but are no "
            "probabilities. Brier score, log loss and ECE are not shown.",
        )


CHECKS: tuple[Check, ...] = (
    LogCheck(
        code="score-as-read",
        severities=("warning", "note"),
        meaning="scores in percent, stand-ins for no score, values beyond 1 by rounding, or low ones that mean positive: how "
        "they are read",
        say=_score_as_read,
    ),
    LogCheck(
        code="score-is-confidence",
        kinds=YES_NO,
        severities=("warning", "note"),
        meaning="the score is, or may be, the confidence in whichever class was predicted",
        say=_confidence,
    ),
    LogCheck(
        code="no-score",
        kinds=YES_NO,
        severities=("note",),
        meaning="decisions and no score: the threshold cannot be moved",
        say=_no_score,
    ),
    LogCheck(
        code="null-score",
        kinds=YES_NO,
        severities=("warning",),
        meaning="rows without a score: kept, not judged",
        say=_null_score,
    ),
    CountingCheck(
        code="unparsable-score",
        severities=("warning",),
        meaning="values in the score column that are no finite number",
        count=_bad_scores,
        say=_unparsable_score,
    ),
    CountingCheck(
        code="unparsable-amount",
        severities=("warning",),
        meaning="values in the amount column that are no finite number",
        count=_bad_amounts,
        say=_unparsable_amount,
    ),
    LogCheck(
        code="constant-score",
        kinds=YES_NO,
        severities=("error",),
        meaning="every row has the same score",
        say=_constant_score,
    ),
    CountingCheck(
        code="score-outside-range",
        severities=("warning",),
        meaning="a few scores below 0 or above 1 among scores that are probabilities otherwise",
        count=_ranges,
        say=_score_outside_range,
    ),
    CountingCheck(
        code="score-not-probability",
        severities=("note",),
        meaning="scores that rank and are no probabilities",
        count=_ranges,
        say=_score_not_probability,
    ),
)
