"""Checks of scores and amounts: missing, out of range, constant, the wrong way round, contradicted by the decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.schema import Log
from analytics.reading.checks.check import Check, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.types.conversion import is_value

MIN_ROWS_OF_CONSTANT = 2
"""Rows from which one value throughout says something; one row is always constant."""

_MAX_SHARE_OUTSIDE = 0.1
"""Share of the scores that may lie outside [0, 1] and be strays among probabilities; more of them are another scale. Set by
hand; tests/reading/checks/test_faults.py plants 1 % and lets ranks from 1 to 10 pass."""

_MIN_SHARE_BETWEEN = 0.5
"""Share of the scores strictly between 0 and 1 that makes the others strays: counts and ranks have few of them. Set by hand."""

_CHANCE_AUROC = 0.5
"""Area under the ROC curve of a score that tells nothing."""


@dataclass(frozen=True)
class _Ranges:
    """Scores strictly between 0 and 1, those below 0 or above 1, and the one of the latter that is farthest out."""

    n_between: int
    n_outside: int
    example: float | None


@dataclass(frozen=True)
class _Area:
    """Area under the ROC curve and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _Contradicted:
    """Logged decisions that differ from the score at the threshold, and the first row of them in words."""

    n: int = 0
    example: str | None = None


def _bad_values(evidence: Evidence, column_name: str | None, role: str) -> int:
    """Count the rows whose column holds a value that is no finite number."""
    if column_name is None:
        return 0
    column = evidence.log.column(column_name)
    present = is_value(f"{column.sql_name}::VARCHAR")
    (count,) = evidence.row(f"SELECT count(*) FROM log_file.log WHERE {present} AND {role} IS NULL")
    return int(count) + column.n_unparsable


def _bad_scores(evidence: Evidence) -> int:
    return _bad_values(evidence, evidence.log.mapping.score, "score")


def _bad_amounts(evidence: Evidence) -> int:
    return _bad_values(evidence, evidence.log.mapping.amount, "amount")


def _ranges(evidence: Evidence) -> _Ranges:
    """Count scores by where they lie."""
    return _Ranges(
        *evidence.row(
            "SELECT count(*) FILTER (score > 0 AND score < 1), count(*) FILTER (score < 0 OR score > 1), "
            "arg_max(score, abs(score - 0.5)) FILTER (score < 0 OR score > 1) FROM log_file.log"
        )
    )


def _area(evidence: Evidence) -> _Area | None:
    """Return the area under the ROC curve, None where one class is missing."""
    from analytics.measure import curves, intervals  # SciPy takes half a second to import: not while a file is read

    rows = evidence.connection.execute(
        "SELECT count(*) FILTER (label = 1), count(*) FILTER (label = 0) FROM log_file.log "
        "WHERE label IS NOT NULL AND score_bin IS NOT NULL GROUP BY score_bin ORDER BY score_bin"
    ).fetchall()
    positives, negatives = [row[0] for row in rows], [row[1] for row in rows]
    if not sum(positives) or not sum(negatives):
        return None
    area = intervals.logit_interval(curves.auroc(positives, negatives), min(sum(positives), sum(negatives)))
    return _Area(float(area.value), float(area.low), float(area.high))


def _contradicted(evidence: Evidence) -> _Contradicted:
    """Count the logged decisions that differ from the score at the threshold."""
    mapping = evidence.log.mapping
    if mapping.score is None or mapping.decision is None:
        return _Contradicted()
    count, place, score, decision = evidence.row(
        "SELECT count(*), min(row_id), arg_min(score, row_id), arg_min(decision, row_id) FROM log_file.log "
        "WHERE (score >= ?)::UTINYINT <> decision",
        [mapping.threshold],
    )
    words = {0: "negative", 1: "positive"}
    return _Contradicted(count, f"row {place + 1}: score {score:g}, decided {words[decision]}" if count else None)


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


def _score_not_probability(log: Log, found: _Ranges) -> Iterator[Said]:
    if log.score_kind == "rank" and not _is_almost_probability(log, found):
        yield Said(
            log.mapping.score,
            None,
            f"Scores run from {log.edges[0]:g} to {log.reading.column(log.mapping.score or '').high}: they rank, but are no "
            "probabilities. Brier score, log loss and ECE are not shown.",
        )


def _score_ranks_wrong_way(log: Log, area: _Area | None) -> Iterator[Said]:
    if area is not None and area.high < _CHANCE_AUROC:
        what, todo = (
            ("The score ranks", "whether the score is of the other class")
            if log.mapping.score
            else ("The decision points", "the positive value of the decision")
        )
        yield Said(
            log.mapping.score or log.mapping.decision,
            log.n_labelled,
            f"{what} the wrong way round: AUROC {area.value:.3f} (95 % {area.low:.3f} to "
            f"{area.high:.3f}) is below one half. Check the positive value of the label, or {todo}.",
        )


def _decision_against_score(log: Log, found: _Contradicted) -> Iterator[Said]:
    if found.n:
        yield Said(
            log.mapping.decision,
            found.n,
            f"{found.n:,} logged decisions differ from the score at the threshold "
            f"{log.mapping.threshold:g}. Check the threshold, or whether people override the model.",
            found.example,
        )


CHECKS: tuple[Check, ...] = (
    LogCheck(
        code="no-score",
        severities=("note",),
        meaning="decisions and no score: the threshold cannot be moved",
        say=_no_score,
    ),
    LogCheck(
        code="null-score",
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
    CountingCheck(
        code="score-ranks-wrong-way",
        severities=("error",),
        meaning="AUROC lies below one half, with its whole interval",
        count=_area,
        say=_score_ranks_wrong_way,
    ),
    CountingCheck(
        code="decision-against-score",
        severities=("warning",),
        meaning="logged decisions that differ from the score at the threshold",
        count=_contradicted,
        say=_decision_against_score,
    ),
)
