"""What the verdicts say of a queue: reasons with their shares, the random part, the corrected rate, who agrees with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.answers.question import Question
from analytics.answers.review.queue import outcomes_of, queue, slice_values
from analytics.measure.review import (
    Agreement,
    Corrected,
    Share,
    agreements,
    corrected_error_rate,
    random_part,
    reason_table,
    without_news,
)
from analytics.query import review
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.slicing import stored_slice
from analytics.review.taxonomy import LABEL_WRONG
from analytics.review.verdict import Verdict

_WRONG_KINDS = ("fp", "fn")


@dataclass(frozen=True)
class Findings:
    """What the verdicts on the rows of one queue say.

    Attributes
    ----------
    n_rows : int
        Rows of the queue.
    n_judged : int
        Rows of it that somebody judged.
    reasons : DataFrame
        As `measure.verdicts.reason_table` says, over the judged rows: the latest verdict on each.
    random : DataFrame
        The same over the random part alone, which speaks for all rows of the queue.
    n_random : int
        Rows of the random part.
    recent : Share
        Of the latest reviews, those that brought no new reason.
    corrected : Corrected
        The error rate if the verdicts that a label is wrong hold.
    agreements : tuple of Agreement
        Of every two reviewers; rows are named by their number.
    """

    n_rows: int
    n_judged: int
    reasons: pl.DataFrame
    random: pl.DataFrame
    n_random: int
    recent: Share
    corrected: Corrected
    agreements: tuple[Agreement, ...]


def _latest_by_row(verdicts: Sequence[Verdict]) -> dict[int, Verdict]:
    """Return the latest verdict on each row, in the order in which rows were first judged."""
    found: dict[int, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda entry: (entry.judged_at, entry.revision)):
        found[verdict.row_id] = verdict
    return found


@dataclass(frozen=True)
class _Judged:
    """A row that somebody judged: whether it is an error, and the stored values that slice it."""

    row_id: int
    is_error: bool
    values: Mapping[str, Any]


def _rows_judged(
    engine: Engine, question: Question, errors: str, verdicts: Sequence[Verdict], by: Sequence[str] = ()
) -> list[_Judged]:
    """Return the rows of a queue that are judged, with the stored columns that slice by ``by``."""
    outcomes = outcomes_of(question, errors)
    if outcomes is None or not verdicts:
        return []
    frame = engine.kept(question.log, Cohort(question.cohort.clauses, outcomes), question.threshold)
    columns = ["score", "label", *[stored_slice(question.log, name) for name in by]]
    found = engine.collect(review.rows(frame, sorted({v.row_id for v in verdicts}), columns))
    is_error = (pl.col("score") >= question.threshold) != (pl.col("label") == 1)
    told = found.with_columns(is_error=is_error.fill_null(value=False))
    return [_Judged(row["row_id"], row["is_error"], row) for row in told.to_dicts()]


def findings(
    engine: Engine,
    question: Question,
    verdicts: Sequence[Verdict],
    errors: str = "both",
    *,
    seed: int = 0,
    known: Sequence[str] = (),
) -> Findings:
    """Answer "what do the verdicts say?" for the rows of a queue.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What each reviewer last said of each row of the log.
    errors, seed
        Those of the queue; the seed names the random order.
    known : sequence of str
        Reasons to list though nobody gave them.
    """
    is_error = {row.row_id: row.is_error for row in _rows_judged(engine, question, errors, verdicts)}
    said = [verdict for verdict in verdicts if verdict.row_id in is_error]
    last = _latest_by_row(said)
    drawn = queue(engine, question, errors, "random", seed=seed, limit=len(last))
    order = drawn.rows["row_id"].to_list()
    part = order[: random_part(order, last)]
    by_reviewer: dict[str, dict[Any, str]] = {}
    for verdict in said:
        by_reviewer.setdefault(verdict.reviewer, {})[verdict.row_id] = verdict.reason
    return Findings(
        n_rows=drawn.n_rows,
        n_judged=len(last),
        reasons=reason_table([verdict.reason for verdict in last.values()], known),
        random=reason_table([last[row].reason for row in part], known),
        n_random=len(part),
        recent=without_news([verdict.reason for verdict in sorted(last.values(), key=lambda v: v.judged_at)]),
        corrected=_corrected(engine, question, errors, last, part, is_error),
        agreements=tuple(agreements(by_reviewer)),
    )


def _corrected(
    engine: Engine,
    question: Question,
    errors: str,
    last: Mapping[int, Verdict],
    part: Sequence[int],
    is_error: Mapping[int, bool],
) -> Corrected:
    """Return the error rate of a cohort, and what the verdicts that a label is wrong make of it."""
    scores = engine.score_table(question.log, question.cohort, question.threshold, sums=())
    n_judged, n_errors = _judged_and_errors(scores.frame, scores.threshold_bin)
    outcomes = tuple(kind for kind in outcomes_of(question, errors) or _WRONG_KINDS if kind in _WRONG_KINDS)
    kept = Cohort(question.cohort.clauses, outcomes)
    n_reviewable = engine.row_counts(question.log, kept, question.threshold)[0]
    wrong = {row for row, verdict in last.items() if verdict.reason == LABEL_WRONG and is_error[row]}
    errors_of_part = [row for row in part if is_error[row]]
    random_wrong = sum(row in wrong for row in errors_of_part)
    return corrected_error_rate(n_judged, n_errors, n_reviewable, len(wrong), random_wrong, len(errors_of_part))


def _judged_and_errors(frame: pl.DataFrame, threshold_bin: int) -> tuple[int, int]:
    """Count the rows of a score table that have a score and a label, and the errors among them."""
    known = frame.filter(pl.col("score_bin").is_not_null())
    negatives = pl.col("n") - pl.col("n_unlabelled") - pl.col("n_pos")
    flagged = pl.col("score_bin") >= threshold_bin
    wrong = pl.when(flagged).then(negatives).otherwise(pl.col("n_pos"))
    sums = known.select(judged=(pl.col("n") - pl.col("n_unlabelled")).sum(), wrong=wrong.sum())
    return int(sums["judged"][0]), int(sums["wrong"][0])


def reasons_by_slice(
    engine: Engine, question: Question, verdicts: Sequence[Verdict], errors: str, name: str
) -> pl.DataFrame:
    """Count the reasons of the judged rows by slice.

    Returns
    -------
    DataFrame
        ``slice`` (null for missing), ``reason``, ``n``, ``n_slice`` and ``share, low, high`` of the reason within its slice;
        the slice with most verdicts first.
    """
    rows = _rows_judged(engine, question, errors, verdicts, [name])
    last = _latest_by_row(verdicts)
    by_slice: dict[object, list[str]] = {}
    for row in rows:
        by_slice.setdefault(slice_values(question.log, row.values, [name])[name], []).append(last[row.row_id].reason)
    tables = [
        reason_table(reasons).with_columns(
            pl.lit(None if value is None else str(value), pl.String).alias("slice"),
            pl.lit(len(reasons)).alias("n_slice"),
        )
        for value, reasons in sorted(by_slice.items(), key=lambda entry: -len(entry[1]))
    ]
    order = ["slice", "reason", "n", "n_slice", "share", "low", "high"]
    if not tables:
        return pl.DataFrame(
            schema={
                "slice": pl.String,
                "reason": pl.String,
                "n": pl.Int64,
                "n_slice": pl.Int64,
                "share": pl.Float64,
                "low": pl.Float64,
                "high": pl.Float64,
            }
        )
    return pl.concat(tables, how="vertical_relaxed").select(order)
