"""Whether labels stay: which were revised, where, and what the metrics were by the labels as first given."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from analytics.answers.overview import bucket, overview
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.headline import headline
from analytics.measure.labels.never import never_table
from analytics.measure.labels.revised import side_by_side, step_sums
from analytics.query.engine import Engine
from analytics.query.revisions import revised_days, revised_rows, revised_slices, step_table

_MAX_COLUMNS = 24
"""Segment columns that are asked, one query each: as for who never gets a label."""


@dataclass(frozen=True)
class RevisedAnswer:
    """What became of labels after they were first given.

    Attributes
    ----------
    metric : str
        A name of the registry: the one that leads.
    n : int
        Rows with a label now.
    rows : DataFrame
        ``first, now, n``: rows whose label was another one before, by the first label and the present one; a label that came
        back is in both the same.
    steps : DataFrame
        `step_sums`: every revision, so that a row that was revised twice counts twice.
    metrics : DataFrame
        `side_by_side`: every metric by the labels as first given, and by those known now.
    buckets : DataFrame or None
        ``bucket, n, n_revised, first, now``: by time of the prediction; None for a log without times, or a metric that is not
        followed over time.
    every : str or None
        Length of a bucket.
    is_right_or_wrong : bool
        Whether labels say that a row is right, and not that it is positive.
    """

    metric: str
    n: int
    rows: pl.DataFrame
    steps: pl.DataFrame
    metrics: pl.DataFrame
    buckets: pl.DataFrame | None
    every: str | None
    is_right_or_wrong: bool

    @property
    def n_revised(self) -> int:
        """Rows whose label was another one before."""
        return int(self.rows["n"].sum())


def revised(engine: Engine, question: Question, metric: str | None = None) -> RevisedAnswer:
    """Answer "do labels stay?".

    Raises
    ------
    QuestionError
        If no label of the log was revised.
    """
    log = question.log
    now_asked, first_asked = (_by_labels(question, is_first=is_first) for is_first in (False, True))
    metric = metric or headline(*log.class_counts).metric
    now, first = overview(engine, now_asked), overview(engine, first_asked)
    asked = (log, now_asked.cohort, now_asked.threshold)
    every, buckets = bucket(log), None
    if every is not None and now.trend is not None and first.trend is not None and metric in now.trend.columns:
        buckets = revised_days(engine, *asked, every)
        for name, side in (("first", first.trend), ("now", now.trend)):
            buckets = buckets.join(side.select("bucket", pl.col(metric).alias(name)), on="bucket", how="left")
        buckets = buckets.sort("bucket")
    return RevisedAnswer(
        metric=metric,
        n=int(now.counts["n_labelled"]),
        rows=revised_rows(engine, *asked),
        steps=step_sums(step_table(engine, *asked)),
        metrics=side_by_side(first.metrics, now.metrics),
        buckets=buckets,
        every=every,
        is_right_or_wrong=log.is_right_or_wrong,
    )


def revised_where(engine: Engine, question: Question) -> pl.DataFrame:
    """Answer "where are labels revised?": `never_table` of labelled rows, ``n_unlabelled`` being those that were revised."""
    asked, parts = _by_labels(question, is_first=False), []
    for name in question.log.mapping.segments[:_MAX_COLUMNS]:
        if name == question.log.mapping.label:
            continue
        counts = revised_slices(engine, asked.log, asked.cohort, asked.threshold, name)
        parts.append(counts.select(pl.lit(name).alias("column"), "slice", "n", n_unlabelled=pl.col("n_revised")))
    schema = {"column": pl.String, "slice": pl.String, "n": pl.Int64, "n_unlabelled": pl.Int64}
    return never_table(pl.concat(parts) if parts else pl.DataFrame(schema=schema))


def _by_labels(question: Question, *, is_first: bool) -> Question:
    """Return the question by the labels that were given first, or by those that stand."""
    if not question.log.n_revised:
        raise QuestionError(
            "Expected a log whose labels were revised, found none that was. Attach further labels files on the Logs page, or "
            "with --labels."
        )
    return replace(question, cohort=question.cohort.by_labels(is_first=is_first))
