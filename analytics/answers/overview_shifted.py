"""The day or hour since which errors are others, and the rows since then."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from analytics.answers.labels_turning import settled
from analytics.answers.overview import bucket
from analytics.answers.overview_course import RATES, last_shifts
from analytics.answers.question import Question, score_table, units_of
from analytics.measure.estimates import estimate_table
from analytics.query.cohort import Clause
from analytics.query.engine import Engine
from analytics.query.outcomes import worth_of


def shifted_since(engine: Engine, question: Question) -> date | None:
    """Return the day since which errors are others, for better or worse, up to the end of the log; None without one.

    A time of hours where a log is told by the hour. A jump within one day, and the last day or two, are none: nobody knows
    whether it comes every day, or lasts.
    """
    every = bucket(question.log)
    kept = None if every is None else settled(engine, question)
    if every is None or kept is None:
        return None
    table = engine.time_table(kept.log, kept.cohort, kept.threshold, every, is_weighted=True)
    found = last_shifts(table, every, dict.fromkeys(RATES, effect_of(engine, kept, "error_rate")))
    shift = found.get("error_rate") or found.get("fnr")
    return None if shift is None or shift.is_of_one_day else shift.since


def since_clauses(question: Question, since: date) -> tuple[Clause, ...]:
    """Return the clauses that keep the rows since a day or an hour, beside the later bounds that the question has."""
    name = str(question.log.mapping.time)
    begins = since.isoformat(" ") if isinstance(since, datetime) else since.isoformat()
    ends = tuple(clause for clause in question.cohort.of(name) if clause.op in ("le", "lt"))
    return (Clause(name, "ge", (begins,)), *ends)


def effect_of(engine: Engine, question: Question, metric: str) -> float:
    """Return how many times the variance of as many rows that stand alone, and for themselves, that of a metric is."""
    log = question.log
    scale = worth_of(engine, log, question.cohort, question.threshold)
    if log.mapping.unit is None:
        return 1 / scale
    scores = score_table(engine, question, (), (metric,))
    row: dict[str, Any] = estimate_table(
        scores.frame,
        scores.edges,
        by=(),
        threshold_bin=scores.threshold_bin,
        is_probability=log.is_probability,
        metrics=(metric,),
        is_right_or_wrong=log.is_right_or_wrong,
        **units_of(engine, question, (), (metric,), scores),
    ).row(0, named=True)
    return float(max(row.get(f"{metric}_design_effect") or 1.0, 1.0)) / scale
