"""Why does it fail: the worst rows one by one, each with the rows that were decided correctly beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any, Literal, get_args

import polars as pl

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import CELLS, Costs
from analytics.query import review
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.review import Rank as Rank
from analytics.query.slicing import as_people_see, stored_slice

Errors = Literal["fp", "fn", "both", "all"]
_OUTCOMES: dict[str, tuple[str, ...]] = {"fp": ("fp",), "fn": ("fn",), "both": ("fp", "fn"), "all": ()}
_RANKS = get_args(Rank)
_KEPT = ("row_id", "score", "label", "decision", "amount", "moment")
_OF_ANSWERS = {"fp": "wrong", "fn": "wrong", "tp": "right", "tn": "right"}
_N_TWINS = 3
"""Correctly decided rows beside a case: as many as stand side by side on a screen."""
_MANY = 1_000_000
"""Rows from which it is first asked for those that are equal to a case in all segments, or in all but one: with ten million that
takes a twentieth of the time, or half, of comparing each row. Below, each question costs more than it saves."""


@dataclass(frozen=True)
class Queue:
    """One page of the review queue.

    Attributes
    ----------
    rows : DataFrame
        ``row_id, score, label, decision, amount, moment``, every column of the file under its stored name, ``error_kind``,
        ``cost``, ``position`` from 0 and ``random_rank`` from 1.
    n_rows : int
        Rows of the whole queue.
    frame : str
        What the queue was drawn from, with its seed: verdicts on one frame's random part estimate shares of its rows.
    """

    rows: pl.DataFrame
    n_rows: int
    frame: str


@dataclass(frozen=True)
class Row:
    """One row of a log as it is judged.

    Attributes
    ----------
    row_id, score, label, decision, amount, moment
        What it is judged by, and what goes with that.
    error_kind : str
        ``fp``, ``fn``, ``tp``, ``tn``, ``unlabelled`` or ``unscored``.
    values : mapping of str to object
        Every column of the file, and the bins of its segments, under their stored names; None where one is missing.
    """

    row_id: int
    score: float | None
    label: int | None
    decision: int | None
    amount: float | None
    moment: datetime | None
    error_kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Case(Row):
    """A row of a queue: with its cost, its position from 0, and its place in the random order from 1 where there is one."""

    cost: float | None
    position: int
    random_rank: int | None


@dataclass(frozen=True)
class Twin(Row):
    """A correctly decided row beside a case, and in how many segment columns the two differ."""

    n_differing: int


_JUDGED = tuple(entry.name for entry in fields(Row) if entry.name != "values")


def cases(rows: pl.DataFrame) -> list[Case]:
    """Return the rows of a queue one by one."""
    return [Case(**_row_of(row, ("cost", "position", "random_rank"))) for row in rows.to_dicts()]


def _row_of(row: dict[str, Any], more: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a `Row` and some more: what is left are the values of its columns."""
    own = {name: row[name] for name in (*_JUDGED, *more)}
    return {**own, "values": {name: value for name, value in row.items() if name not in own}}


def _frame_text(question: Question, errors: str, seed: int) -> str:
    """Return the text that names the rows of a queue and the order in which they are drawn at random."""
    return f"{question.log.key} {question.threshold!r} {errors} {question.cohort.to_text()} seed {seed}"


def outcomes_of(question: Question, errors: str) -> tuple[str, ...] | None:
    """Return the outcomes that a queue keeps, () for every row; None where the cohort's own filter leaves none of them."""
    if errors not in _OUTCOMES:
        raise QuestionError(f"Expected fp, fn, both or all as errors, found {errors!r}. Choose one of them.")
    wanted, kept = _OUTCOMES[errors], question.cohort.outcomes
    if not wanted or not kept:
        return wanted or kept
    return tuple(outcome for outcome in wanted if outcome in kept) or None


def queue(
    engine: Engine,
    question: Question,
    errors: str = "both",
    rank: str = "confidence",
    *,
    seed: int = 0,
    offset: int = 0,
    limit: int = 50,
    costs: Costs | None = None,
) -> Queue:
    """Answer "which rows are wrong, the worst first?", one page at a time.

    Parameters
    ----------
    errors : {"fp", "fn", "both", "all"}
    rank : {"confidence", "cost", "label", "random", "mix"}
        As `query.cases.queue` says.
    costs : Costs, optional
        What rows cost; without it an error costs its amount, where the log has amounts.

    Raises
    ------
    QuestionError
        If errors or rank are none of these, or rows are to be ranked by a cost that nothing tells.
    """
    log = question.log
    if rank not in _RANKS:
        raise QuestionError(f"Expected one of {', '.join(_RANKS)} as rank, found {rank!r}. Choose one of them.")
    if rank in ("cost", "mix") and costs is None and log.mapping.amount is None:
        raise QuestionError(
            "Expected a column of amounts or a policy to rank by cost, found neither. "
            "Choose the amount on the Logs page, save a policy on the Thresholds page, or rank by confidence."
        )
    usual = _usual_scores(engine, question) if rank == "label" else (0.0, 1.0)
    outcomes = outcomes_of(question, errors)
    kept = Cohort(question.cohort.clauses, outcomes or ())
    n_rows = 0 if outcomes is None else engine.n_outcomes(log, kept, question.threshold)
    relation = review.queue(
        engine.kept(log, kept, question.threshold),
        stored_names(log),
        threshold=question.threshold,
        prices=_prices(log, costs),
        rank=rank,  # type: ignore[arg-type]
        seed=seed,
        offset=max(0, offset),
        limit=max(0, limit) if n_rows else 0,
        usual=usual,
    )
    rows = engine.collect(relation)
    return Queue(with_kinds(rows, question.threshold), n_rows, _frame_text(question, errors, seed))


def may_doubt(log: Log) -> bool:
    """Whether scores tell which labels are likely wrong: those of a yes/no log that are probabilities."""
    return not log.is_right_or_wrong and log.is_probability and log.mapping.has_score


def _usual_scores(engine: Engine, question: Question) -> tuple[float, float]:
    """Return the mean score of the negative and of the positive rows of a cohort, whatever outcomes its filter keeps."""
    log = question.log
    if not may_doubt(log):
        raise QuestionError(
            "Expected a yes/no log with probabilities to doubt its labels, found another one. Rank by confidence instead."
        )
    every = Cohort(question.cohort.clauses)
    scores = engine.score_table(log, every, question.threshold, sums=("score_sum", "score_pos_sum")).frame
    known = scores.filter(pl.col("score_bin").is_not_null())
    n_pos, of_pos = float(known["n_pos"].sum()), float(known["score_pos_sum"].sum() or 0.0)
    n_neg = float((known["n"] - known["n_unlabelled"]).sum()) - n_pos
    if not n_pos or not n_neg:
        raise QuestionError(
            "Expected labels of both classes to doubt them, found one alone. Rank by confidence instead."
        )
    return (float(known["score_sum"].sum() or 0.0) - of_pos) / n_neg, of_pos / n_pos


def _prices(log: Log, costs: Costs | None) -> review.Prices:
    """Return what a row of each outcome costs, and what a unit of its amount adds."""
    if costs is None:
        return {"fp": (0.0, 1.0), "fn": (0.0, 1.0)} if log.mapping.amount else {}
    found = {}
    for cell in CELLS:
        own, look = float(getattr(costs, cell)), costs.review if cell in ("tp", "fp") else 0.0
        found[cell] = (look, own) if cell in costs.amount_cells and log.mapping.amount else (own + look, 0.0)
    return found


def stored_names(log: Log) -> list[str]:
    """Return the stored columns of a case: what it is judged by, then those of the file, then the bins of its segments."""
    bins = [log.column(name).bin_name for name in log.mapping.segments if name in log.bins]
    return [*_KEPT, *(column.sql_name for column in log.columns), *bins]


def with_kinds(rows: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Add what each row is: ``error_kind``."""
    flagged, positive = pl.col("score") >= threshold, pl.col("label") == 1
    kind = (
        pl.when(pl.col("label").is_null())
        .then(pl.lit("unlabelled"))
        .when(pl.col("score").is_null())
        .then(pl.lit("unscored"))
        .when(flagged & positive)
        .then(pl.lit("tp"))
        .when(flagged)
        .then(pl.lit("fp"))
        .when(positive)
        .then(pl.lit("fn"))
        .otherwise(pl.lit("tn"))
    )
    return rows.with_columns(kind.alias("error_kind"))


def twins(engine: Engine, question: Question, case: Case, limit: int = _N_TWINS) -> tuple[Twin, ...]:
    """Return the correctly decided rows of the cohort that differ from a case in the fewest segment columns.

    The nearest is first, by the score among equals.
    """
    log = question.log
    stored = [stored_slice(log, name) for name in log.mapping.segments if log.column(name).kind != "time"]
    ask = partial(
        review.twins,
        engine.kept(log, Cohort(question.cohort.clauses), question.threshold),
        stored_names(log),
        {name: case.values[name] for name in stored},
        row_id=case.row_id,
        score=case.score,
        threshold=question.threshold,
        limit=limit,
    )
    is_nearest_first = log.n_rows >= _MANY and not log.reading.is_in_spark
    steps: tuple[Literal[0, 1] | None, ...] = (0, 1, None) if is_nearest_first else (None,)
    for most in steps:
        found = engine.collect(ask(most=most))
        if found.height >= limit:
            break
    found = with_kinds(found, question.threshold)
    return tuple(Twin(**_row_of(row, ("n_differing",))) for row in found.drop("distance").to_dicts())


def slice_values(log: Log, values: Mapping[str, Any], names: Sequence[str]) -> dict[str, object]:
    """Return the slice to which a row belongs, by segment column, as people see it; ``values`` are by stored name."""
    found = {}
    for name in names:
        stored = stored_slice(log, name)
        found[name] = as_people_see(log, name, pl.Series([values[stored]], strict=False))[0]
    return found


def review_rows(log: Log, found: Queue) -> list[dict[str, Any]]:
    """Return the rows of a queue by the names that people see: the columns of the file, then what they are judged by.

    Where rows are right or wrong there are no false positives, and a score is there only where it is a confidence.
    """
    own = ["score", "label", "error_kind", "cost"]
    rows = found.rows.to_dicts()
    if log.is_right_or_wrong:
        own = [name for name in own if name in ("error_kind", "cost") or (name == "score" and log.mapping.has_score)]
        rows = [{**row, "error_kind": _OF_ANSWERS.get(row["error_kind"], row["error_kind"])} for row in rows]
    return [{**{c.name: row[c.sql_name] for c in log.columns}, **{name: row[name] for name in own}} for row in rows]
