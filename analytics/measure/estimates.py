"""Every metric with its interval, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.counts import Counts, confusion_table, segments
from analytics.measure.curves import auroc, average_precision
from analytics.measure.intervals import (
    REPLICATES,
    FloatArray,
    Interval,
    logit_interval,
    mean_interval,
    percentile_interval,
    poisson_bootstrap,
    wilson,
)
from analytics.measure.metrics import METRICS, Metric, count_value, named
from analytics.measure.reliability import brier, ece, log_loss, mean_score
from analytics.measure.score_bins import BinnedSlices, ScoreBins

MEANS = {"mean_score": mean_score, "brier": brier, "log_loss": log_loss}
_AREAS = {"auroc": auroc, "average_precision": average_precision}

_SLICES_WITH_BINS = 64
_SLICES_OF_COUNTS = 512


@dataclass(frozen=True)
class Evidence:
    """What is known of a run of slices: counts, score bins and Poisson replicates of tp, fp, fn and tn.

    `bins` and `draws` (slices, 4, replicates) are None when no metric needs them.
    """

    counts: Counts
    bins: ScoreBins | None
    draws: FloatArray | None

    def __sub__(self, part: Evidence) -> Evidence:
        bins = None if self.bins is None or part.bins is None else self.bins - part.bins
        draws = None if self.draws is None or part.draws is None else self.draws - part.draws
        return Evidence(self.counts - part.counts, bins, draws)


def evidence(
    score_table: pl.DataFrame,
    slices: pl.DataFrame,
    metrics: Sequence[Metric],
    by: Sequence[str],
    n_bins: int,
    seed: int,
) -> Iterator[tuple[Evidence, Evidence]]:
    """Give the slices of a confusion table run by run, each with the total of the whole table.

    The total less a slice is the slice's complement, in the counts, in the bins and in the replicates.
    """
    counts = Counts.of(slices)
    total = counts.total()
    needs_bins = any(not metric.is_count for metric in metrics)
    needs_draws = any(metric.family == "counts" for metric in metrics)
    binned = BinnedSlices(score_table, segments(slices, by), n_bins) if needs_bins else None
    total_bins = BinnedSlices(score_table, pl.DataFrame(), n_bins).between(0, 1) if needs_bins else None
    step = _SLICES_WITH_BINS if needs_bins else _SLICES_OF_COUNTS
    rng = np.random.default_rng(seed)
    for start in range(0, slices.height, step):
        part = counts[start : start + step]
        bins = None if binned is None else binned.between(start, min(start + step, slices.height))
        draws = total_draws = None
        if needs_draws:
            draws = poisson_bootstrap(_cells(part), REPLICATES, rng)
            rest = poisson_bootstrap(_cells(total - part.total()), REPLICATES, rng)
            total_draws = draws.sum(axis=0, keepdims=True) + rest
        yield Evidence(part, bins, draws), Evidence(total, total_bins, total_draws)


def _cells(counts: Counts) -> FloatArray:
    return np.stack([counts.tp, counts.fp, counts.fn, counts.tn], axis=-1)


def interval(metric: Metric, known: Evidence, *, level: float, is_probability: bool) -> Interval:
    """Estimate one metric for every slice of the evidence, with the interval of its family."""
    if metric.needs_probability and not is_probability:
        unknown = np.full(known.counts.n.shape, np.nan)
        return Interval(unknown, unknown, unknown)
    if metric.numerator is not None and metric.denominator is not None:
        if metric.family == "proportion":
            return wilson(metric.numerator(known.counts), metric.denominator(known.counts), level)
        return _bootstrapped(metric, known, level)
    assert known.bins is not None
    bins = known.bins
    if metric.family == "calibration":
        return ece(bins, level=level)
    if metric.name in MEANS:
        return mean_interval(MEANS[metric.name](bins), known.counts.judged, level, (metric.low, metric.high))
    area = _AREAS[metric.name](bins.pos, bins.neg)
    return logit_interval(area, np.minimum(bins.pos.sum(-1), bins.neg.sum(-1)), level)


def _bootstrapped(metric: Metric, known: Evidence, level: float) -> Interval:
    assert known.draws is not None
    # An empty cell is drawn with mean 1 (the rule of three): 5 right out of 5 is no proof of a perfect score.
    spare = poisson_bootstrap(np.ones(4), REPLICATES, np.random.default_rng(0))
    draws = np.where(_cells(known.counts)[..., None] == 0, spare, known.draws)
    tp, fp, fn, tn = np.moveaxis(draws, 1, 0)
    drawn = Counts(tp, tp, tp, tp, tp, tp, tp, tp, fp, fn, tn)
    return percentile_interval(count_value(metric, known.counts), count_value(metric, drawn), level)


def columns_of(name: str, values: Interval) -> dict[str, FloatArray]:
    """Lay an interval out as the columns name, name_low and name_high."""
    return {name: values.value, f"{name}_low": values.low, f"{name}_high": values.high}


def with_columns(table: pl.DataFrame, columns: dict[str, FloatArray]) -> pl.DataFrame:
    """Add columns to a table, null where a number is undefined; in one pass, as each pass costs more than its numbers."""
    return table.hstack(pl.DataFrame(columns, nan_to_null=True))


def joined(parts: Sequence[Interval]) -> Interval:
    """Put the intervals of runs of slices one after the other."""
    if not parts:
        return Interval(np.empty(0), np.empty(0), np.empty(0))
    return Interval(*(np.concatenate([getattr(part, side) for part in parts]) for side in ("value", "low", "high")))


def estimate_table(
    score_table: pl.DataFrame,
    edges: FloatArray,
    *,
    by: Sequence[str],
    threshold_bin: int,
    metrics: Sequence[str] = tuple(METRICS),
    level: float = 0.95,
    seed: int = 0,
    is_probability: bool,
) -> pl.DataFrame:
    """Estimate metrics for every slice, each with its interval.

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin.
    edges : numpy.ndarray of shape (bins,)
        The score grid.
    by : sequence of str
        The segment columns; with none, the whole table is one slice.
    threshold_bin : int
        Rows with ``score_bin >= threshold_bin`` are predicted positive.
    metrics : sequence of str
        Names from the registry.
    level : float
        Confidence level.
    seed : int
        Seed of the bootstrap.
    is_probability : bool
        Whether scores lie between 0 and 1; if not, metrics that need probabilities are null.

    Returns
    -------
    polars.DataFrame
        by…, the counts of `confusion_table`, and m, m_low, m_high for every metric m.

    Raises
    ------
    QuestionError
        When a metric is not in the registry or the level is not between 0 and 1.

    Notes
    -----
    Proportions have Wilson intervals; F1, MCC and balanced accuracy the percentiles of 1,000 Poisson replicates of the
    counts; AUROC (DeLong) and average precision (first-order Poisson bootstrap) normal intervals on the logit scale;
    the mean score and losses Student's t; ECE an interval that allows for its upward bias, see `ece`.

    Examples
    --------
    >>> counts = {"score_bin": [0, 1], "n": [4, 2], "n_pos": [1, 1], "n_unlabelled": [0, 0]}
    >>> sums = {"score_sum": [0.8, 1.6], "score_sq_sum": [0.16, 1.28], "score_pos_sum": [0.2, 0.8]}
    >>> table = pl.DataFrame({**counts, **sums, "log_loss_sum": [1.0, 2.0]})
    >>> edges = np.array([0.2, 0.8])
    >>> found = estimate_table(table, edges, by=(), threshold_bin=1, metrics=["recall"], is_probability=True)
    >>> found.select("tp", "recall").row(0)
    (1, 0.5)
    """
    chosen = named(metrics)
    slices = confusion_table(score_table, by=by, threshold_bin=threshold_bin)
    found: dict[str, list[Interval]] = {metric.name: [] for metric in chosen}
    for known, _ in evidence(score_table, slices, chosen, by, len(edges), seed):
        for metric in chosen:
            found[metric.name].append(interval(metric, known, level=level, is_probability=is_probability))
    columns: dict[str, FloatArray] = {}
    for metric in chosen:
        columns |= columns_of(metric.name, joined(found[metric.name]))
    return with_columns(slices, columns)
