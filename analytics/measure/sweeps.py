"""Tables of every threshold: counts and metrics of counts, the ROC and the precision-recall curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.measure.counts import Counts, confusion_table, segments
from analytics.measure.curves import from_the_top, sweep
from analytics.measure.intervals import FloatArray
from analytics.measure.metric import count_value
from analytics.measure.metrics import METRICS
from analytics.measure.score_bins import score_bins, with_segments


def sweep_table(score_table: pl.DataFrame, edges: FloatArray, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Give the counts and every metric of counts at every threshold.

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin.
    edges : numpy.ndarray of shape (bins,)
        The score grid.
    by : sequence of str
        The segment columns; with none, slices are added up.

    Returns
    -------
    polars.DataFrame
        by…, threshold_bin, threshold (null in the last row, where nothing is flagged), n_flagged, tp, fp, fn, tn, and
        the metrics of counts in the order of the registry, null where undefined.
    """
    base = confusion_table(score_table, by=by, threshold_bin=0)
    bins = score_bins(score_table, segments(base, by), len(edges))
    at = sweep(bins.pos, bins.neg)
    whole = {name: np.repeat(base[name].to_numpy()[:, None], len(edges) + 1, axis=1) for name in _UNMOVED}
    counts = Counts(
        **{name: values.astype(np.float64) for name, values in whole.items()},
        n_flagged=from_the_top(bins.n),
        tp=at.tp,
        fp=at.fp,
        fn=at.fn,
        tn=at.tn,
    )
    columns: dict[str, pl.Series] = {}
    columns["threshold_bin"] = pl.Series(np.tile(np.arange(len(edges) + 1), base.height), dtype=pl.Int64)
    thresholds = np.append(np.asarray(edges, dtype=float), np.nan)
    columns["threshold"] = pl.Series(np.tile(thresholds, base.height)).fill_nan(None)
    for name in ("n_flagged", "tp", "fp", "fn", "tn"):
        columns[name] = pl.Series(getattr(counts, name).ravel()).cast(pl.Int64)
    for metric in METRICS.values():
        if metric.is_count:
            columns[metric.name] = pl.Series(count_value(metric, counts).ravel()).fill_nan(None)
    return with_segments(segments(base, by), np.repeat(np.arange(base.height), len(edges) + 1), columns)


_UNMOVED = ("n", "n_labelled", "n_unlabelled", "n_unscored", "n_scored", "n_pos")


def roc_table(score_table: pl.DataFrame, edges: FloatArray, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Give the ROC curve, from nothing flagged to everything flagged.

    Returns
    -------
    polars.DataFrame
        by…, threshold (null: nothing flagged), fpr, recall; null where a class is absent.
        Parameters as in `sweep_table`.
    """
    return _curve(score_table, edges, by, ("fpr", "recall"))


def precision_recall_table(score_table: pl.DataFrame, edges: FloatArray, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Give the precision-recall curve, from nothing flagged to everything flagged.

    Returns
    -------
    polars.DataFrame
        by…, threshold, recall, precision (null where nothing is flagged). Parameters as in `sweep_table`.
    """
    return _curve(score_table, edges, by, ("recall", "precision"))


def _curve(score_table: pl.DataFrame, edges: FloatArray, by: Sequence[str], names: tuple[str, str]) -> pl.DataFrame:
    swept = sweep_table(score_table, edges, by=by)
    per_slice = len(edges) + 1
    slice_number = pl.int_range(pl.len()) // per_slice
    return swept.sort(slice_number, pl.col("threshold_bin"), descending=[False, True])[[*by, "threshold", *names]]
