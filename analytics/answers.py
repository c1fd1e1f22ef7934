"""The questions that pages and commands share: the engine is asked, the arithmetic done, one finished answer comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.calibration import reliability_table
from analytics.measure.estimates import estimate_table
from analytics.measure.metrics import METRICS
from analytics.measure.slices import slice_table
from analytics.measure.trend import trend_table
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine, ScoreTable

MAX_ROWS_FOR_EXACT_AREAS = 2_000_000
MIN_SUPPORT = 30
SIGNIFICANT = 0.05
N_HISTOGRAM_BARS = 50
RANKED = tuple(name for name, metric in METRICS.items() if metric.family in ("ranking", "loss", "calibration"))
COUNTED = tuple(name for name in METRICS if name not in RANKED)


@dataclass(frozen=True)
class Question:
    """Which rows of which log, judged at which threshold."""

    log: Log
    cohort: Cohort
    threshold: float


@dataclass(frozen=True)
class Overview:
    """Headline numbers of a cohort.

    Attributes
    ----------
    counts : dict of str to int
        ``n, n_labelled, n_unlabelled, n_unscored, n_flagged, n_scored, n_pos, tp, fp, fn, tn``.
    metrics : DataFrame
        ``metric, value, low, high``, one row per entry of the registry; null where undefined.
    histogram : DataFrame
        ``low, high, positive, negative, unlabelled``: rows by score.
    trend : DataFrame or None
        `trend_table` of the cohort, None for a log without times.
    every : str or None
        The trend's bucket: 1h, 1d, 1w or 1mo.
    areas_are_exact : bool
        Whether areas under curves carry no ties but those of the scores.
    """

    counts: dict[str, int]
    metrics: pl.DataFrame
    histogram: pl.DataFrame
    trend: pl.DataFrame | None
    every: str | None
    areas_are_exact: bool

    def value(self, metric: str) -> tuple[float | None, float | None, float | None]:
        """Return a metric with its interval."""
        row = self.metrics.row(by_predicate=pl.col("metric") == metric, named=True)
        return row["value"], row["low"], row["high"]


@dataclass(frozen=True)
class SliceAnswer:
    """Metrics by slice.

    Attributes
    ----------
    by : tuple of str
        The sliced columns; their values stand in ``slice_0 …`` of the table, null for ``(missing)``.
    metric : str
        The metric that ranks and is compared.
    table : DataFrame
        As `measure.slices.slice_table` says, the most impact first.
    overall : DataFrame
        One row: the whole cohort.
    min_support : int
        Judged rows below which a slice is marked ``few_rows``.
    """

    by: tuple[str, ...]
    metric: str
    table: pl.DataFrame
    overall: pl.DataFrame
    min_support: int


def score_table(engine: Engine, question: Question, by: Sequence[str], metrics: Sequence[str]) -> ScoreTable:
    """Return the score table that some metrics need; by distinct score where areas are asked for and the log allows it."""
    by_score = any(name in RANKED for name in metrics) and question.log.n_rows <= MAX_ROWS_FOR_EXACT_AREAS
    return engine.score_table(
        question.log, question.cohort, question.threshold, by, by_score=by_score, with_log_loss="log_loss" in metrics
    )


def overview(engine: Engine, question: Question) -> Overview:
    """Answer "how good is it, on what, since when?"."""
    scores = score_table(engine, question, (), tuple(METRICS))
    estimates = estimate_table(
        scores.frame,
        scores.edges,
        by=(),
        threshold_bin=scores.threshold_bin,
        is_probability=question.log.is_probability,
    )
    row = estimates.row(0, named=True)
    counts = {name: int(row[name]) for name in estimates.columns if estimates.schema[name].is_integer()}
    every = bucket(question.log)
    trend = None
    if every:
        trend = trend_table(engine.time_table(question.log, question.cohort, question.threshold, every))
    return Overview(
        counts=counts,
        metrics=pl.DataFrame(
            [
                {"metric": name, "value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
                for name in METRICS
            ],
            schema={"metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        ),
        histogram=histogram(scores),
        trend=trend,
        every=every,
        areas_are_exact=scores.is_exact,
    )


def slices(
    engine: Engine,
    question: Question,
    by: Sequence[str],
    *,
    metric: str = "error_rate",
    metrics: Sequence[str] | None = None,
    min_support: int = MIN_SUPPORT,
) -> SliceAnswer:
    """Answer "where does it fail?" for one or two segment columns.

    Parameters
    ----------
    by : sequence of str
        One or two segment columns.
    metric : str
        The metric that ranks and is compared.
    metrics : sequence of str, optional
        Which metrics to compute; by default those of the confusion counts, and ``metric``.

    Raises
    ------
    QuestionError
        If a column or the metric is unknown, or there are not one or two columns.
    """
    if metric not in METRICS:
        raise QuestionError(f"Expected a metric, found {metric!r}. Metrics: {', '.join(METRICS)}.")
    if not 1 <= len(set(by)) == len(by) <= 2:
        raise QuestionError(
            f"Expected one or two different columns to slice by, found {', '.join(map(repr, by)) or 'none'}."
        )
    asked = tuple(dict.fromkeys([*(metrics if metrics is not None else COUNTED), "error_rate", metric]))
    scores = score_table(engine, question, by, asked)
    options: dict[str, Any] = {
        "threshold_bin": scores.threshold_bin,
        "metrics": asked,
        "is_probability": question.log.is_probability,
    }
    table = slice_table(scores.frame, scores.edges, by=scores.by, metric=metric, min_support=min_support, **options)
    overall = estimate_table(scores.frame, scores.edges, by=(), **options)
    return SliceAnswer(tuple(by), metric, ranked(table, metric, scores.by), overall, min_support)


def ranked(table: pl.DataFrame, metric: str, by: Sequence[str]) -> pl.DataFrame:
    """Put the slices with most impact first: by excess errors, or by what another metric says is worst; few rows last."""
    key = "excess_errors" if metric in ("error_rate", "accuracy") else "difference"
    is_descending = key == "excess_errors" or METRICS[metric].direction != "higher"
    return table.sort(
        ["few_rows", key, "n", *by], descending=[False, is_descending, True, *[False] * len(by)], nulls_last=True
    )


def ranked_columns(engine: Engine, question: Question) -> pl.DataFrame:
    """Rank the segment columns by how much of the errors their worse slices hold beyond what the rest would predict.

    Returns
    -------
    DataFrame
        ``column``, ``n_slices``, ``n_worse`` (slices worse than their complement, adjusted p below 0.05), ``share_separated``
        (their excess errors as a share of all errors), ``worst`` and ``worst_rate``: the slice with most excess errors; the
        column that separates most comes first.
    """
    rows = []
    for name in question.log.mapping.segments:
        answer = slices(engine, question, [name], metrics=())
        table = answer.table
        worse = table.filter((pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("difference") > 0) & ~pl.col("few_rows"))
        n_errors = int(answer.overall["fp"][0] + answer.overall["fn"][0])
        top = worse.row(0, named=True) if worse.height else None
        rows.append({
            "column": name,
            "n_slices": table.height,
            "n_worse": worse.height,
            "share_separated": float(worse["excess_errors"].sum()) / n_errors if n_errors else None,
            "worst": value_text(top["slice_0"]) if top else None,
            "worst_rate": top["error_rate"] if top else None,
        })  # fmt: skip
    schema = {"column": pl.String, "n_slices": pl.Int64, "n_worse": pl.Int64, "share_separated": pl.Float64,
              "worst": pl.String, "worst_rate": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("share_separated", descending=True, nulls_last=True)


def value_text(value: object) -> str:
    """Return a slice's value as text: ``(missing)`` for null, 9 for 9.0."""
    if value is None:
        return "(missing)"
    return f"{value:g}" if isinstance(value, float) else str(value)


def bucket(log: Log) -> str | None:
    """Return the bucket for a log's span: hours, days, weeks or months; None without times."""
    if log.time_low is None or log.time_high is None:
        return None
    span = datetime.fromisoformat(log.time_high) - datetime.fromisoformat(log.time_low)
    for limit, every in ((timedelta(days=3), "1h"), (timedelta(days=92), "1d"), (timedelta(days=800), "1w")):
        if span <= limit:
            return every
    return "1mo"


def histogram(scores: ScoreTable) -> pl.DataFrame:
    """Count rows by score and label in at most 50 bars of equal width; distinct scores keep bars of their own.

    Returns
    -------
    DataFrame
        ``low, high, positive, negative, unlabelled``, the lowest scores first.
    """
    edges, frame = scores.edges, scores.frame.filter(pl.col("score_bin").is_not_null())
    if frame.is_empty():
        return pl.DataFrame(schema={"low": pl.Float64, "high": pl.Float64, "positive": pl.Int64, "negative": pl.Int64,
                                    "unlabelled": pl.Int64})  # fmt: skip
    values = pl.Series("score", edges[frame["score_bin"].to_numpy()])
    low, high = (
        (0.0, 1.0) if edges[0] >= 0 and edges[-1] <= 1 and len(edges) > 2 else (float(edges[0]), float(edges[-1]))
    )
    if len(edges) <= N_HISTOGRAM_BARS:
        bars = frame.with_columns(low=values, high=values)
    else:
        width = (high - low) / N_HISTOGRAM_BARS
        place = ((values - low) / width + 1e-9).floor().clip(0, N_HISTOGRAM_BARS - 1)
        bars = frame.with_columns(low=low + place * width, high=low + (place + 1) * width)
    return (
        bars.group_by("low", "high")
        .agg(
            positive=pl.col("n_pos").sum(),
            negative=(pl.col("n") - pl.col("n_pos") - pl.col("n_unlabelled")).sum(),
            unlabelled=pl.col("n_unlabelled").sum(),
        )
        .sort("low")
    )


def calibration(engine: Engine, question: Question, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the bins of the reliability diagram, 15 of equal mass: see `measure.calibration.reliability_table`."""
    scores = score_table(engine, question, by, ("brier",))
    return reliability_table(scores.frame, scores.edges, by=scores.by)


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
        pl.when(pl.col("score").is_null()).then(pl.lit("no score"))
        .when(pl.col("label").is_null()).then(pl.lit("not known yet"))
        .when(flagged & (pl.col("label") == 1)).then(pl.lit("TP"))
        .when(flagged).then(pl.lit("FP"))
        .when(pl.col("label") == 1).then(pl.lit("FN"))
        .otherwise(pl.lit("TN"))
    )  # fmt: skip
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
