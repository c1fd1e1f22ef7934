"""How good is it, on what, since when: the headline numbers of a cohort."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.labels import arrival_of
from analytics.answers.labels_answer import feed_stopped
from analytics.answers.labels_turning import Turning, settled, turning
from analytics.answers.overview_course import RATES, LastShift, last_days, last_shifts
from analytics.answers.question import MAX_ROWS_FOR_EXACT_AREAS, Question, score_table, units_of
from analytics.log.schema import Log
from analytics.measure.counts import COUNT_COLUMNS, is_weighted
from analytics.measure.estimates import estimate_table
from analytics.measure.intervals import Interval, difference
from analytics.measure.labels.lateness import LabelArrival
from analytics.measure.labels.selective import Selective, selective
from analytics.measure.metrics import metrics_of
from analytics.measure.overview import trend_table
from analytics.query.clusters import clusters_of
from analytics.query.cohort import Clause
from analytics.query.engine import Engine
from analytics.query.kept import has_few_cells
from analytics.query.outcomes import worth_of
from analytics.query.score_table import ScoreTable, by_week

N_HISTOGRAM_BARS = 50
"""Bars of the histogram at most: probabilities then have bars of two points."""
_BUCKETS = ((timedelta(days=3), "1h"), (timedelta(days=92), "1d"), (timedelta(days=800), "1w"))
"""Longest span of a log that is shown by hour, day or week, longer ones by month: at most 72, 92 and 115 points on a line."""
_EDGE = 1e-9
"""Share of a bar's width by which a score that stands on a bar's edge may lie below it through rounding."""


@dataclass(frozen=True)
class PricedRows:
    """What a judged row costs at the present threshold, and under the trivial rules.

    Attributes
    ----------
    cost, low, high : float
        With its interval.
    everybody, nobody : float
        What it costs to flag every row, and none.
    threshold : float
    unit : str
        What costs are counted in.
    """

    cost: float
    low: float
    high: float
    everybody: float
    nobody: float
    threshold: float
    unit: str


@dataclass(frozen=True)
class Overview:
    """Headline numbers of a cohort.

    Attributes
    ----------
    counts : dict of str to int
        ``n, n_labelled, n_unlabelled, n_unscored, n_flagged, n_scored, n_pos, tp, fp, fn, tn``; of float where rows stand for
        many.
    metrics : DataFrame
        ``metric, value, low, high``, one row per entry of the registry; null where undefined.
    histogram : DataFrame
        ``low, high, positive, negative, unlabelled``: rows by score, as `histogram` cuts them at the threshold.
    trend : DataFrame or None
        `trend_table` of the cohort, with ``auroc`` where its table by score is small; None for a log without times.
    every : str or None
        The trend's bucket: 1h, 1d, 1w or 1mo.
    areas_are_exact : bool
        Whether areas under curves carry no ties but those of the scores.
    arrival : LabelArrival or None
        How missing labels come in; None where none is missing, or times do not tell.
    n_units : int or None
        Units of the rows, None where every row stands alone.
    design_effects : dict of str to float
        By metric, how many times the variance of independent rows its variance is.
    rows : dict of str to int or None
        The rows behind the counts, where rows stand for many.
    n_eff : float or None
        How many rows that stand for as many each the judged ones are then worth.
    selective : Selective or None
        What is known where labels hang on the decision.
    priced : PricedRows or None
        What rows cost, where somebody said what errors cost and that leads.
    shifts : dict of str to LastShift
        By ``error_rate, fnr, fpr`` the day since which it is clearly another one, where there is such a day.
    turning : Turning or None
        Rows that are of one class only until something happens.
    stopped : (datetime, float) or None
        The day of the last label, where their feed has stopped, and how many should have come since.
    """

    counts: dict[str, Any]
    metrics: pl.DataFrame
    histogram: pl.DataFrame
    trend: pl.DataFrame | None
    every: str | None
    areas_are_exact: bool
    arrival: LabelArrival | None = None
    n_units: int | None = None
    design_effects: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] | None = None
    n_eff: float | None = None
    selective: Selective | None = None
    priced: PricedRows | None = None
    shifts: dict[str, LastShift] = field(default_factory=dict)
    turning: Turning | None = None
    stopped: tuple[datetime, float] | None = None

    @property
    def judged_rows(self) -> int | None:
        """Rows with a label and a score, where they stand for many."""
        return None if self.rows is None else sum(self.rows[name] for name in ("tp", "fp", "fn", "tn"))

    @property
    def may_labels_come(self) -> bool:
        """Whether labels that are missing may still come: times do not tell, or tell that they are late."""
        return self.arrival is None or self.arrival.is_late

    def value(self, metric: str) -> tuple[float | None, float | None, float | None]:
        """Return a metric with its interval, without a value where it has no meaning in this kind of log."""
        found = self.metrics.filter(pl.col("metric") == metric)
        if found.is_empty():
            return None, None, None
        row = found.row(0, named=True)
        return row["value"], row["low"], row["high"]


def overview(engine: Engine, question: Question) -> Overview:
    """Answer "how good is it, on what, since when?"."""
    log = question.log
    has_score = log.mapping.has_score or not log.is_right_or_wrong
    offered = metrics_of(log.mapping.kind, has_score=has_score, has_interval=log.mapping.has_interval)
    every = bucket(log)
    if log.n_rows > MAX_ROWS_FOR_EXACT_AREAS and is_kept_by_time(question):  # from which the others are added up
        score_table(engine, question, (), offered, every=every, is_weighted=True)
    scores = score_table(engine, question, (), offered, is_weighted=True)
    estimates = estimate_table(
        scores.frame,
        scores.edges,
        by=(),
        threshold_bin=scores.threshold_bin,
        is_probability=question.log.is_probability,
        metrics=offered,
        is_right_or_wrong=question.log.is_right_or_wrong,
        **units_of(engine, question, (), offered, scores, is_weighted=True),
    )
    row = estimates.row(0, named=True)
    counts = {name: row[name] for name in COUNT_COLUMNS}
    rows = {name: row[f"rows_{name}"] for name in COUNT_COLUMNS} if is_weighted(estimates) else None
    trend, asked = None, (question.log, question.cohort, question.threshold)
    effects = {name: effect for name in offered if (effect := row.get(f"{name}_design_effect")) is not None}
    shifts: dict[str, LastShift] = {}
    if every:
        table = engine.time_table(*asked, every, is_weighted=True)
        scale = worth_of(engine, *asked)
        if (kept := settled(engine, question)) is not None:
            old = (
                table
                if kept == question
                else engine.time_table(log, kept.cohort, kept.threshold, every, is_weighted=True)
            )
            beyond = {name: max(effects.get(name, 1.0), 1.0) / scale for name in RATES}
            shifts = last_days(old, every, beyond) | last_shifts(old, every, beyond)
        trend = trend_table(table, clusters=clusters_of(engine, *asked, every=every, is_weighted=True))
        if "auroc" in offered:
            trend = _with_areas(engine, question, trend, every)
    return Overview(
        counts=counts,
        metrics=pl.DataFrame(
            [
                {"metric": name, "value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
                for name in offered
            ],
            schema={"metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        ),
        histogram=histogram(scores, question.threshold),
        trend=trend,
        every=every,
        areas_are_exact=scores.is_exact,
        arrival=arrival_of(engine, question) if counts["n_unlabelled"] else None,
        rows=rows,
        n_eff=row.get("n_eff"),
        selective=None if log.is_right_or_wrong else selective(scores.frame, scores.threshold_bin),
        n_units=int(row["n_units"]) if "n_units" in row else None,
        design_effects=effects,
        shifts=shifts,
        turning=turning(engine, question),
        stopped=feed_stopped(engine, question) if counts["n_unlabelled"] else None,
    )


def _with_areas(engine: Engine, question: Question, trend: pl.DataFrame, every: str) -> pl.DataFrame:
    """Give a trend AUROC by bucket, where that comes from the table by score and time that its counts come from."""
    log, of = question.log, "1d" if every == "1w" else every
    if question.cohort.outcomes or not has_few_cells(log, of):
        return trend
    scores = engine.score_table(log, question.cohort, question.threshold, sums=(), every=of, is_weighted=True)
    table = estimate_table(
        by_week(scores.frame) if every == "1w" else scores.frame,
        scores.edges,
        by=("bucket",),
        threshold_bin=scores.threshold_bin,
        is_probability=log.is_probability,
        is_right_or_wrong=log.is_right_or_wrong,
        metrics=("auroc",),
    )
    return trend.join(table.select("bucket", "auroc"), on="bucket", how="left", nulls_equal=True, maintain_order="left")


def bucket(log: Log) -> str | None:
    """Return the bucket for a log's span: hours, days, weeks or months; None without times."""
    if log.time_low is None or log.time_high is None:
        return None
    span = datetime.fromisoformat(log.time_high) - datetime.fromisoformat(log.time_low)
    for limit, every in _BUCKETS:
        if span <= limit:
            return every
    return "1mo"


def is_kept_by_time(question: Question) -> bool:
    """Whether the table by time, which courses over time and recalibration need too, is small, kept, and so asked for once."""
    log, every = question.log, bucket(question.log)
    is_on_grid = log.grid_is_exact or log.n_rows > MAX_ROWS_FOR_EXACT_AREAS
    is_kept = not question.cohort.outcomes and log.grid.split(question.threshold) is None
    return every is not None and is_on_grid and is_kept and has_few_cells(log, "1d" if every == "1w" else every)


def bucket_clauses(log: Log, start: datetime, every: str) -> tuple[Clause, ...]:
    """Return the clauses that keep the rows of one bucket of time."""
    end = pl.Series([start]).dt.offset_by(every)[0]
    texts = (moment.date().isoformat() if every != "1h" else moment.isoformat(" ") for moment in (start, end))
    return tuple(Clause(str(log.mapping.time), op, (text,)) for op, text in zip(("ge", "lt"), texts, strict=True))


def change_between(before: Overview, after: Overview, metric: str) -> Interval | None:
    """Return by how much a metric is another one in a second set of rows, with its interval; None where it is undefined."""
    own, other = (
        Interval(*(np.asarray(np.nan if end is None else end) for end in each.value(metric)))
        for each in (after, before)
    )
    found = difference(own, other)
    return None if np.isnan(found.low) or np.isnan(found.high) else found


def histogram(scores: ScoreTable, threshold: float | None = None) -> pl.DataFrame:
    """Count rows by score and label in at most 50 bars of equal width; distinct scores keep bars of their own.

    Parameters
    ----------
    scores : ScoreTable
    threshold : float, optional
        The one of the score table: a bar in which it lies becomes two, so that each holds rows of one side only.

    Returns
    -------
    DataFrame
        ``low, high, positive, negative, unlabelled``, the lowest scores first.
    """
    edges, frame = scores.edges, scores.frame.filter(pl.col("score_bin").is_not_null())
    if frame.is_empty():
        return pl.DataFrame(
            schema={
                "low": pl.Float64,
                "high": pl.Float64,
                "positive": pl.Int64,
                "negative": pl.Int64,
                "unlabelled": pl.Int64,
            }
        )
    values = pl.Series("score", edges[frame["score_bin"].to_numpy()])
    low, high = (
        (0.0, 1.0) if edges[0] >= 0 and edges[-1] <= 1 and len(edges) > 2 else (float(edges[0]), float(edges[-1]))
    )
    if len(edges) <= N_HISTOGRAM_BARS:
        bars = frame.with_columns(low=values, high=values)
    else:
        width = (high - low) / N_HISTOGRAM_BARS
        place = ((values - low) / width + _EDGE).floor().clip(0, N_HISTOGRAM_BARS - 1)
        bars = frame.with_columns(low=low + place * width, high=low + (place + 1) * width)
        if threshold is not None:
            bars = _cut(bars, scores.threshold_bin, threshold, width)
    return (
        bars.group_by("low", "high")
        .agg(
            positive=pl.col("n_pos").sum(),
            negative=(pl.col("n") - pl.col("n_pos") - pl.col("n_unlabelled")).sum(),
            unlabelled=pl.col("n_unlabelled").sum(),
        )
        .sort("low")
    )


def _cut(bars: pl.DataFrame, threshold_bin: int, threshold: float, width: float) -> pl.DataFrame:
    """End the bar of each score bin at the threshold where it lies inside, on the side on which the bin is.

    The last bar holds its upper end too: a threshold there leaves flagged rows of that one score.
    """
    is_flagged = pl.col("score_bin") >= threshold_bin
    reaches_below = pl.col("low") < threshold - _EDGE * width
    reaches_above = pl.col("high") > threshold + _EDGE * width
    return bars.with_columns(
        low=pl.when(is_flagged & reaches_below).then(threshold).otherwise("low"),
        high=pl.when(~is_flagged & reaches_above & reaches_below).then(threshold).otherwise("high"),
    )
