"""A question of a log, and what every answer to one starts from: the score table, the rows as they are judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.log.receipt import CheckResult
from analytics.log.role_names import is_called_score
from analytics.log.schema import Log
from analytics.measure.leaks import is_made_of_score, label_told, score_told
from analytics.measure.metrics import METRICS, sums_of
from analytics.measure.slices_cost import COST_SUMS
from analytics.query.clusters import clusters_of, group_sums_of, unit_bins_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.relations import MOMENTS
from analytics.query.score_table import ScoreTable

MAX_ROWS_FOR_EXACT_AREAS = 2_000_000
"""Rows of a log up to which areas and losses are computed score by score; above, on the grid, which bounds the table that
leaves the engine. As many rows as scores at most: seven numbers each are 112 MB."""
_ALONE_SHARE, _NAMED_SHARE = 0.8, 0.25
"""Share of the variance of the scores from which on a column is one, whatever it is called, and where it is called a score. By
hand: the bands of COMPAS's second score remove 46 % and are called so, its strongest input removes 22 %."""


@dataclass(frozen=True)
class Question:
    """Which rows of which log, judged at which threshold."""

    log: Log
    cohort: Cohort
    threshold: float


def score_table(
    engine: Engine,
    question: Question,
    by: Sequence[str],
    metrics: Sequence[str],
    *,
    every: str | None = None,
    is_weighted: bool = False,
    also: Collection[str] = (),
) -> ScoreTable:
    """Return the score table that some metrics need; by distinct score where areas are asked for and the log allows it.

    With ``is_weighted`` rows that stand for many count as often as their weight says; ``also`` are sums besides those that the
    metrics need.

    Raises
    ------
    EmptyCohort
        If the filters leave no row.
    """
    is_sharper_by_score = any(METRICS[name].estimator.is_sharper_by_score for name in metrics)
    scores = engine.score_table(
        question.log,
        question.cohort,
        question.threshold,
        by,
        by_score=is_sharper_by_score and question.log.n_rows <= MAX_ROWS_FOR_EXACT_AREAS,
        sums=(sums_of(metrics) - COST_SUMS) | frozenset(also),
        every=every,
        is_weighted=is_weighted,
    )
    if question.cohort and scores.frame.is_empty():
        raise empty_cohort(engine, question.log, question.cohort, question.threshold)
    return scores


def units_of(
    engine: Engine,
    question: Question,
    by: Sequence[str],
    metrics: Sequence[str],
    scores: ScoreTable,
    *,
    is_weighted: bool = False,
) -> dict[str, Any]:
    """Return what the units of each slice have in common, for some metrics of a score table; nothing where every row stands
    alone. With ``is_weighted`` rows that stand for many are units of their own where the log has none.
    """
    log, asked = question.log, (question.log, question.cohort, question.threshold)
    is_weighted = is_weighted and log.mapping.weight is not None
    if log.mapping.unit is None and not is_weighted:
        return {}
    reads_bins = any(METRICS[name].estimator.reads_unit_bins for name in metrics)
    bins = None
    if reads_bins and log.mapping.unit is not None:
        bins = unit_bins_of(engine, *asked, by, scores.edges, is_weighted=is_weighted)
    clusters = clusters_of(engine, *asked, by, sums=sums_of(metrics), is_weighted=is_weighted)
    found = {"clusters": clusters, "unit_bins": bins}
    means = [METRICS[name].estimator.sums for name in metrics if METRICS[name].estimator.reads_groups]
    if means:
        sums = frozenset[str]().union(*means)
        found["groups"] = group_sums_of(engine, *asked, by, sums, is_weighted=is_weighted)
    return found


def told_by_score(engine: Engine, question: Question) -> float:
    """Return the share of the uncertainty about the label that the scores remove, on their grid."""
    bins = engine.score_table(question.log, question.cohort, question.threshold).frame.drop_nulls("score_bin")
    n, positives = (
        bins.select(each.cast(pl.Float64)).to_series().to_numpy()
        for each in (pl.col("n") - pl.col("n_unlabelled"), pl.col("n_pos"))
    )
    return label_told(np.arange(len(n)), len(n), n, positives)


def is_of_score(engine: Engine, question: Question, column: str) -> bool:
    """Whether a segment column is the score in bins, or another score of the same maker: its slices are bands of the score."""
    scores = engine.score_table(question.log, question.cohort, question.threshold, (column,), sums=MOMENTS)
    return are_bands(scores.frame, column, "slice_0")


def are_bands(rows: pl.DataFrame, column: str, by: str, *, is_cause: bool = False) -> bool:
    """Whether the slices of a column are bands of the score.

    Parameters
    ----------
    rows : DataFrame
        ``n, n_unlabelled, score_sum, score_sq_sum`` by slice and ``score_bin``.
    column : str
    by : str
        What ``rows`` calls the slices.
    is_cause : bool
        Whether what explains most of the score, and does not follow from it, is another matter: an input that a model lives by.
    """
    known = rows.drop_nulls("score_bin").select(
        by,
        "score_bin",
        (pl.col("n") - pl.col("n_unlabelled")).alias("judged").cast(pl.Float64),
        pl.col("score_sum", "score_sq_sum").cast(pl.Float64),
    )
    sums = known.group_by(by, maintain_order=True).agg(pl.col("judged", "score_sum", "score_sq_sum").sum())
    share = score_told(*(sums[name].to_numpy() for name in ("judged", "score_sum", "score_sq_sum")))
    if is_band(share, column) and (is_called_score(column) or not is_cause):
        return True
    values = sums.select(by, code=pl.int_range(pl.len()))
    known = known.join(values, on=by, nulls_equal=True)
    bins = known["score_bin"].cast(pl.Int64).to_numpy()
    counts = np.zeros((values.height, bins.max(initial=0) + 1))
    np.add.at(counts, (known["code"].to_numpy(), bins), known["judged"].to_numpy())
    return is_made_of_score(counts)


def is_band(share: float, column: str) -> bool:
    """Whether a column that removes a share of the variance of the scores is one: less is enough where it is called a score."""
    return share > (_NAMED_SHARE if is_called_score(column) else _ALONE_SHARE)


def judged_rows(engine: Engine, question: Question, limit: int = 10) -> pl.DataFrame:
    """Return the first rows as they are judged.

    Returns
    -------
    DataFrame
        ``score, predicted, label, outcome`` and every column of the file under its stored name: a header may be called alike.
    """
    log = question.log
    rows = engine.head(log, question.cohort, question.threshold, limit)
    flagged = pl.col("score") >= question.threshold
    outcome = (
        pl.when(pl.col("score").is_null())
        .then(pl.lit("no score"))
        .when(pl.col("label").is_null())
        .then(pl.lit("not known yet"))
        .when(flagged & (pl.col("label") == 1))
        .then(pl.lit("TP"))
        .when(flagged)
        .then(pl.lit("FP"))
        .when(pl.col("label") == 1)
        .then(pl.lit("FN"))
        .otherwise(pl.lit("TN"))
    )
    return rows.select(
        "score",
        pl.when(flagged).then(pl.lit("positive")).when(~flagged).then(pl.lit("negative")).alias("predicted"),
        pl.col("label").replace_strict({1: "positive", 0: "negative"}, default="not known yet", return_dtype=pl.String),
        outcome.alias("outcome"),
        *[pl.col(column.sql_name) for column in log.columns],
    )


def model_versions(log: Log) -> list[str]:
    """Return the model versions of a log, none where it has no such column."""
    if log.mapping.model_version is None:
        return []
    return sorted(value for value, _ in log.column(log.mapping.model_version).top)


def with_model_version(cohort: Cohort, log: Log, version: str | None) -> Cohort:
    """Return the cohort restricted to one model version."""
    if version is None or log.mapping.model_version is None:
        return cohort
    return cohort.with_clauses([Clause(log.mapping.model_version, "in", (version,))])


def is_of_rows(question: Question, found: CheckResult) -> bool:
    """Whether a finding of preflight is of rows of the question: one from a day on is not where its rows end before."""
    if found.code != "one-class-after" or found.example is None:
        return True
    day = found.example[:10]
    bounds = [clause for clause in question.cohort.of(question.log.mapping.time or "") if clause.op in ("le", "lt")]
    ends = any(value < day or (clause.op == "lt" and value == day) for clause in bounds for value in clause.values)
    return not ends and not any(known < day for known in question.cohort.as_of)
