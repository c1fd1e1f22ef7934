"""The same metrics bucket by bucket in time."""

from __future__ import annotations

import polars as pl

from analytics.measure.clusters import Clusters
from analytics.measure.counts import Counts, is_weighted
from analytics.measure.estimates import columns_of, interval, with_columns
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import ratio
from analytics.measure.metrics import named

_TREND_METRICS = ("error_rate", "prevalence", "selection_rate", "recall", "precision")


def trend_table(counts: pl.DataFrame, *, level: float = 0.95, clusters: pl.DataFrame | None = None) -> pl.DataFrame:
    """Follow the main proportions over time.

    Parameters
    ----------
    counts : polars.DataFrame
        One row per bucket, in the order to keep: bucket and the counts of `confusion_table` (n_unscored may be absent).
    level : float
        Confidence level of the Wilson intervals.
    clusters : polars.DataFrame, optional
        Where rows belong together: one row per bucket, what `Clusters.of_slices` reads.

    Returns
    -------
    polars.DataFrame
        bucket, n, rows_n where counts are weighted, share_unlabelled, then m, m_low, m_high for m in error_rate, prevalence,
        selection_rate, recall, precision.

    Examples
    --------
    >>> weeks = pl.DataFrame({"bucket": [1], "n": [10], "n_labelled": [8], "n_unlabelled": [2], "n_scored": [10],
    ...     "n_flagged": [5], "n_pos": [4], "tp": [3], "fp": [1], "fn": [1], "tn": [3]})
    >>> trend_table(weeks).select("share_unlabelled", "error_rate", "recall").row(0)
    (0.2, 0.25, 0.75)
    """
    units = None if clusters is None else Clusters.of_slices(clusters, counts, ["bucket"])[0]
    counts = counts.with_columns(n_unscored=pl.col("n") - pl.col("n_scored"))
    if is_weighted(counts):
        counts = counts.with_columns(rows_n_unscored=pl.col("rows_n") - pl.col("rows_n_scored"))
    known = Evidence(Counts.of(counts), None, None, clusters=units, rows=Counts.behind(counts))
    columns = {"share_unlabelled": ratio(known.counts.n_unlabelled, known.counts.n)}
    for metric in named(_TREND_METRICS):
        columns |= columns_of(metric.name, interval(metric, known, level=level, is_probability=False))
    rows = ("rows_n",) if is_weighted(counts) else ()
    return with_columns(counts.select("bucket", "n", *rows), columns)
