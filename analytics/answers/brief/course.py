"""The day since which the model is worse, and the two spans of days that Gap takes apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.answers.brief.finding import Asking, CourseParts, Finding, Size
from analytics.answers.gap.sides import BY_TIME
from analytics.answers.overview import bucket
from analytics.answers.overview_course import LEAST, RATES, followed, last_shifts, rate_of
from analytics.answers.question import Question, score_table, units_of
from analytics.measure.course import risen, spell
from analytics.measure.estimates import estimate_table
from analytics.measure.labels.selective import selective
from analytics.query.cohort import Clause
from analytics.query.engine import Engine
from analytics.query.outcomes import first_rows, worth_of

_DAYS = {"1d": 1, "1w": 7, "1mo": 31}
"""Days of a bucket, at most."""
_MOST_VERSIONS = 50
"""Values from which on a column of versions tells rows apart, and no releases. A judgement."""


def worse_since(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the day since which errors are clearly more frequent, up to the end of the log, else the days in which they were.

    What to do follows from what changed then: the finding opens Gap with the days before and since as its sides.
    """
    question, log = asking.question, asking.question.log
    every = bucket(log)
    if every is None or every == "1h" or log.ranks_wrong_way:
        return ()
    scores = engine.score_table(log, question.cohort, question.threshold, sums=())
    if not log.is_right_or_wrong and selective(scores.frame, scores.threshold_bin) is not None:
        return ()
    metric = rate_of(asking.leading_metric)
    table = engine.time_table(log, question.cohort, question.threshold, every, is_weighted=True)
    days, errors, n, unlabelled = followed(table, metric)
    counts = errors, n, unlabelled, effect_of(engine, question, metric)
    found = risen(*counts) or spell(*counts, least=LEAST.get(every, 1))
    if found is None:
        return ()
    since = days[found.place]
    ends = (found.more.value, found.more.low, found.more.high)
    size = None if asking.has_costs else Size(*(float(end) for end in ends))
    began = _version_begun(engine, question, since, _DAYS[every]) if found.end is None else None
    first, last = (str(text)[:10] for text in (log.time_low, log.time_high))
    until = None
    if found.end is not None:
        last = until = (days[found.end] - timedelta(days=1)).isoformat()
    rates = metric, found.before, found.after
    parts = CourseParts(*rates, since.isoformat(), found.n_before, found.n_after, began, until)
    sides = ("then_from", "then_to", "now_from", "now_to")
    spans = (first, (since - timedelta(days=1)).isoformat(), since.isoformat(), last)
    return (Finding("course", "gap", parts, size, asked=(("apart", BY_TIME), *zip(sides, spans, strict=True))),)


def _shifted_since(engine: Engine, question: Question) -> date | None:
    """Return the day since which errors are others, for better or worse, up to the end of the log; None without one."""
    every = bucket(question.log)
    if every is None or every == "1h":
        return None
    table = engine.time_table(question.log, question.cohort, question.threshold, every, is_weighted=True)
    found = last_shifts(table, every, dict.fromkeys(RATES, effect_of(engine, question, "error_rate")))
    shift = found.get("error_rate") or found.get("fnr")
    return None if shift is None else shift.since


def rows_of_line(engine: Engine, question: Question) -> tuple[Question, date | None]:
    """Return the rows by which a threshold is chosen: those since errors shifted, with that day, else all.

    What is best of the time before and since together is best of neither.
    """
    since = _shifted_since(engine, question)
    if since is None:
        return question, None
    clause = Clause(str(question.log.mapping.time), "ge", (since.isoformat(),))
    return replace(question, cohort=question.cohort.with_clauses((clause,))), since


def _version_begun(engine: Engine, question: Question, since: date, days: int) -> str | None:
    """Return the model version whose first row is of that bucket of days or of the one before; None where none is, or several."""
    log, span = question.log, timedelta(days=days)
    version = log.mapping.model_version
    if version is None or not 1 < log.column(version).n_distinct <= _MOST_VERSIONS:
        return None
    firsts = first_rows(engine, log, question.cohort, question.threshold, version)
    begun = firsts.filter(
        pl.col("first").cast(pl.Date).is_between(since - span, since + span, closed="left")
        & (pl.col("first") > pl.col("first").min())
    )
    return str(begun["value"][0]) if begun.height == 1 else None


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
