"""What the scores alone say of the weeks whose labels are still to come."""

from __future__ import annotations

import polars as pl

from analytics.answers.question import Question
from analytics.measure.labels.expectation import Expectation, expectation
from analytics.measure.thresholds.costs import Costs
from analytics.query.engine import Engine

_OPEN = 0.01
"""Share of a bucket's labels still to come from which on it is not ripe, where nothing says when they come: 1 %, as elsewhere."""


def expected_of(
    engine: Engine, question: Question, metric: str, every: str, buckets: pl.DataFrame, costs: Costs | None = None
) -> Expectation | None:
    """Expect a metric of the buckets that are not ripe from their scores.

    Parameters
    ----------
    engine, question : Engine and Question
        Of a log with scores.
    metric : str
        One of `matured_metrics`.
    every : str
        Length of a bucket: 1h, 1d or 1w.
    buckets : DataFrame
        ``bucket, n, to_come, is_ripe``.
    costs : Costs, optional
        For the metric cost.
    """
    log = question.log
    sums = ("score_sum", "score_sq_sum") if metric == "brier" else ()
    scores = engine.score_table(log, question.cohort, question.threshold, sums=sums, every=every)
    has_ripe = bool(buckets["is_ripe"].any())
    is_ripe = pl.col("is_ripe") if has_ripe else pl.col("to_come") < _OPEN * pl.col("n")
    ripe = buckets.select("bucket", is_ripe=is_ripe)
    own = scores.frame.with_columns(pl.col("bucket").cast(ripe["bucket"].dtype))
    return expectation(own, scores.threshold_bin, ripe, metric, costs, is_right_or_wrong=log.is_right_or_wrong)


def with_expected(buckets: pl.DataFrame, found: Expectation | None) -> pl.DataFrame:
    """Add ``expected`` to buckets, null where nothing is expected."""
    if found is None:
        return buckets.with_columns(expected=pl.lit(None, dtype=pl.Float64))
    return buckets.join(found.values, on="bucket", how="left", maintain_order="left")
