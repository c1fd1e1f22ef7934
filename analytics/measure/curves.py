"""Every threshold at once: the sweep, the ROC and precision-recall curves and the areas under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from analytics.measure.counts import Counts, confusion_table, segments
from analytics.measure.intervals import Estimate, FloatArray, ratio
from analytics.measure.metrics import METRICS, count_value
from analytics.measure.score_bins import score_bins, with_segments


@dataclass(frozen=True)
class _Sweep:
    """The confusion counts at every threshold: index k is ``threshold_bin`` k, the last one flags nothing."""

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray


def from_the_top(values: ArrayLike) -> FloatArray:
    """Add bins up from the highest: entry k sums bins k and above, and one more entry holds 0."""
    summed = np.cumsum(np.asarray(values, dtype=float)[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([summed, np.zeros((*summed.shape[:-1], 1))], axis=-1)


def sweep(pos: ArrayLike, neg: ArrayLike) -> _Sweep:
    """Count tp, fp, fn and tn at every threshold of the score grid.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Sweep
        Arrays of shape (..., bins + 1).

    Examples
    --------
    >>> counts = sweep([1, 0, 3], [4, 2, 1])
    >>> print(counts.tp, counts.fp)
    [4. 3. 3. 0.] [7. 3. 1. 0.]
    """
    tp, fp = from_the_top(pos), from_the_top(neg)
    return _Sweep(tp, fp, tp[..., :1] - tp, fp[..., :1] - fp)


def auroc(pos: ArrayLike, neg: ArrayLike) -> Estimate:
    """Compute the area under the ROC curve and its standard error from binned counts.

    The same numbers as DeLong's method on rows in which all scores of one bin are tied.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Estimate
        NaN without both classes; the standard error is NaN with fewer than two rows of one of them.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837-845.

    Examples
    --------
    >>> area = auroc([1, 0, 3], [4, 2, 1])
    >>> print(f"{area.value:.4f} ± {area.standard_error:.4f}")
    0.7679 ± 0.1750
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    n_pos, n_neg = pos.sum(-1, keepdims=True), neg.sum(-1, keepdims=True)
    below = ratio(np.cumsum(neg, axis=-1) - neg / 2, n_neg)
    above = ratio(from_the_top(pos)[..., :-1] - pos / 2, n_pos)
    value = ratio((pos * (np.cumsum(neg, axis=-1) - neg / 2)).sum(-1, keepdims=True), n_pos * n_neg)
    spread_pos = ratio((pos * (below - value) ** 2).sum(-1, keepdims=True), (n_pos - 1) * n_pos)
    spread_neg = ratio((neg * (above - value) ** 2).sum(-1, keepdims=True), (n_neg - 1) * n_neg)
    return Estimate(value[..., 0], np.sqrt(spread_pos + spread_neg)[..., 0])


def auroc_tie_bound(pos: ArrayLike, neg: ArrayLike) -> FloatArray:
    """Bound how far the AUROC can move when the rows inside the bins are put in order.

    Half the share of positive-negative pairs that fall into one bin. When the grid is the distinct scores those ties
    are real and the area is exact.

    Examples
    --------
    >>> print(auroc_tie_bound([1, 0, 3], [4, 2, 1]))
    0.125
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    return ratio((pos * neg).sum(-1), 2 * pos.sum(-1) * neg.sum(-1))


def average_precision(pos: ArrayLike, neg: ArrayLike) -> Estimate:
    """Compute the average precision, as scikit-learn defines it, and its standard error from binned counts.

    The standard error is that of a Poisson bootstrap of the counts to first order: the root of the sum of every count
    times its squared derivative.

    Parameters
    ----------
    pos, neg : array-like of shape (..., bins)
        Positive and negative judged rows per score bin, lowest scores first.

    Returns
    -------
    Estimate
        NaN without positive rows.

    Examples
    --------
    >>> area = average_precision([1, 0, 3], [4, 2, 1])
    >>> print(f"{area.value:.4f} ± {area.standard_error:.4f}")
    0.6534 ± 0.2188
    """
    pos, neg = np.asarray(pos, dtype=float), np.asarray(neg, dtype=float)
    counts = sweep(pos, neg)
    tp, fp, n_pos = counts.tp[..., :-1], counts.fp[..., :-1], counts.tp[..., :1]
    precision = np.nan_to_num(ratio(tp, tp + fp))
    value = ratio((pos * precision).sum(-1, keepdims=True), n_pos)
    flagged_sq = (tp + fp) ** 2
    by_pos = ratio(precision - value + np.cumsum(np.nan_to_num(ratio(pos * fp, flagged_sq)), axis=-1), n_pos)
    by_neg = ratio(np.cumsum(np.nan_to_num(ratio(pos * tp, flagged_sq)), axis=-1), n_pos)
    return Estimate(value[..., 0], np.sqrt((pos * by_pos**2 + neg * by_neg**2).sum(-1)))


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
