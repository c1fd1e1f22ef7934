"""Rows whose score was filled in: one value on so many rows that no model gave it, and what these decisions cost."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, Finding, SliceParts
from analytics.answers.brief.size import Size
from analytics.answers.question import Question
from analytics.measure.brief import CELLS, worst_table
from analytics.measure.comparisons import SIGNIFICANT
from analytics.query.cohort import Clause
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table, worth_of

_SPIKE = "default-spike"
_MOST_DAYS = 0.5
"""Share of the days of a cohort up to which the days of the filled-in rows are told: beyond it they came throughout. By hand."""


def filled_scores(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the rows whose score looks filled in, where these decisions are clearly worse than their base rate explains.

    No segment holds them: where a model did not answer for some days the slices of these days would be blamed.
    """
    question, log = asking.question, asking.question.log
    score, cohort = log.mapping.score, question.cohort
    found = next((each for each in log.findings if each.code == _SPIKE and each.column == score), None)
    if found is None or score is None or found.example is None or log.ranks_wrong_way:
        return ()
    if any(clause.column == score for clause in cohort.clauses):
        return ()
    clauses = tuple(Clause(score, op, (found.example,)) for op in ("ge", "le"))
    own = cohort.with_clauses(clauses)
    every, there = (
        outcome_table(engine, log, rows, question.threshold, is_weighted=True).select(
            pl.col(*CELLS).cast(pl.Float64).sum()
        )
        for rows in (cohort, own)
    )
    scale = worth_of(engine, log, cohort, question.threshold)
    kinds = pl.DataFrame({"column": [score] * 2, "kind": ["value", "rest"]})
    counts = pl.concat([kinds, pl.concat([there, every - there]) * scale], how="horizontal")
    weights = weights_of(engine, replace(asking, metric="error_rate"))  # errors of both kinds, whichever leads
    table = worst_table(counts, weights)
    if table.is_empty() or not (table["p_adjusted"][0] or 1.0) < SIGNIFICANT or not (table["excess_low"][0] or 0.0) > 0:
        return ()
    row = table.row(0, named=True)
    metric = "error_rate" if log.is_right_or_wrong else "fnr" if row["missed"] > row["flagged"] else "fpr"
    parts = SliceParts(
        score,
        found.example,
        metric,
        row[metric],
        row[f"{metric}_rest"],
        round(row["judged"] / scale),
        row["share"],
        1,
        filled_days=_days(engine, question, clauses),
    )
    size = Size(*(row[f"excess{end}"] / scale for end in ("", "_low", "_high")))
    return (Finding("filled", "review", parts, size, "by size", clauses=clauses),)


def _days(engine: Engine, question: Question, clauses: tuple[Clause, ...]) -> tuple[str, ...]:
    """Return the first and the last day of the filled-in rows, where these are few of all days; none without times."""
    if question.log.time_low is None:
        return ()
    every, own = (
        engine.time_table(question.log, rows, question.threshold, "1d")["bucket"].drop_nulls()
        for rows in (question.cohort, question.cohort.with_clauses(clauses))
    )
    if not len(own) or (own[-1] - own[0]).days + 1 > _MOST_DAYS * ((every[-1] - every[0]).days + 1):
        return ()
    return own[0].date().isoformat(), own[-1].date().isoformat()
