"""Every metric with its interval, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from analytics.measure.clusters import Clusters
from analytics.measure.counts import Counts, confusion_table, segments, slice_keys, squared
from analytics.measure.evidence import Evidence, cells_of
from analytics.measure.intervals import REPLICATES, FloatArray, Interval, poisson_bootstrap, ratio
from analytics.measure.metric import Metric
from analytics.measure.metrics import metrics_of, named
from analytics.measure.score_bins import BinnedSlices
from analytics.measure.unit_bins import UnitBins

_SLICES_WITH_BINS = 64
"""Slices that are spread over the bins at once: with 1,001 bins and seven sums, 4 MB each run instead of gigabytes."""
_SQUARES = ("pos_sq", "neg_sq")
"""Sums of squared weights of judged rows."""
_SLICES_OF_COUNTS = 512
"""Slices whose counts are drawn at once: with four cells and 1,000 replicates 16 MB. Changing it changes which draw meets
which slice, and so the last digits of bootstrap intervals."""


def evidence(
    score_table: pl.DataFrame,
    slices: pl.DataFrame,
    metrics: Sequence[Metric],
    by: Sequence[str],
    n_bins: int,
    seed: int,
    clusters: pl.DataFrame | None = None,
    unit_bins: pl.DataFrame | None = None,
    groups: pl.DataFrame | None = None,
) -> Iterator[tuple[Evidence, Evidence]]:
    """Give the slices of a confusion table run by run, each with the total of the whole table.

    The total less a slice is the slice's complement, in the counts, in the bins and in the replicates.
    """
    counts = Counts.of(slices)
    total, rows = counts.total(), Counts.behind(slices)
    all_rows = None if rows is None else rows.total()
    needs_bins = any(metric.estimator.reads_bins for metric in metrics)
    needs_draws = any(metric.estimator.reads_draws for metric in metrics)
    binned = BinnedSlices(score_table, segments(slices, by), n_bins) if needs_bins else None
    total_bins = BinnedSlices(score_table, pl.DataFrame(), n_bins).between(0, 1) if needs_bins else None
    squares = squared(score_table) if needs_bins and rows is not None else None
    of_squares = None if squares is None else BinnedSlices(squares, segments(slices, by), n_bins)
    total_squares = None if squares is None else BinnedSlices(squares, pl.DataFrame(), n_bins).between(0, 1)
    names = sorted(
        frozenset[str]().union(*(metric.estimator.sums for metric in metrics if metric.estimator.reads_sums))
    )
    sums = _sums_by_slice(score_table, slices, by, names if rows is None else [*names, *_SQUARES])
    step = _SLICES_WITH_BINS if needs_bins else _SLICES_OF_COUNTS
    rng = np.random.default_rng(seed)
    units, total_units = (None, None) if clusters is None else Clusters.of_slices(clusters, slices, by)
    cells = None if unit_bins is None else UnitBins.of_slices(unit_bins, segments(slices, by), by)
    by_group = None if groups is None else _sums_by_group(groups, slices, by)
    every_group = None if by_group is None else {name: part.sum(1, keepdims=True) for name, part in by_group.items()}
    for start in range(0, slices.height, step):
        part = counts[start : start + step]
        bins = None if binned is None else binned.between(start, min(start + step, slices.height))
        draws = total_draws = None
        behind = None if rows is None else rows[start : start + step]
        if needs_draws:
            draws = _drawn(part, behind, rng)
            others = None if behind is None or all_rows is None else all_rows - behind.total()
            rest = _drawn(total - part.total(), others, rng)
            total_draws = draws.sum(axis=0, keepdims=True) + rest
        own = {name: values[start : start + step] for name, values in sums.items()}
        every = {name: values.sum(keepdims=True) for name, values in sums.items()}
        own_units = None if units is None else units[start : start + step]
        own_cells = None if cells is None else cells.between(start, min(start + step, slices.height))
        own_squares = None if of_squares is None else of_squares.between(start, min(start + step, slices.height))
        own_groups = None
        if by_group is not None:
            own_groups = {name: values[:, start : start + step] for name, values in by_group.items()}
        whole = total, total_bins, total_draws, every, total_units, cells, all_rows, total_squares, every_group
        yield Evidence(part, bins, draws, own, own_units, own_cells, behind, own_squares, own_groups), Evidence(*whole)


def _drawn(counts: Counts, rows: Counts | None, rng: np.random.Generator) -> FloatArray:
    """Draw replicates of tp, fp, fn and tn; where rows stand for many the rows are drawn, which stand for as many as before."""
    cells = cells_of(counts)
    if rows is None:
        return poisson_bootstrap(cells, REPLICATES, rng)
    behind = cells_of(rows)
    return poisson_bootstrap(behind, REPLICATES, rng) * np.nan_to_num(ratio(cells, behind))[..., None]


def _sums_by_slice(
    score_table: pl.DataFrame, slices: pl.DataFrame, by: Sequence[str], names: Sequence[str]
) -> dict[str, FloatArray]:
    """Add further sums up over the scored rows of each slice, in the order of the slices."""
    if not names:
        return {}
    scored = score_table.filter(pl.col("score_bin").is_not_null())
    # What the log does not have is not zero: its metrics have no value.
    lacking = [pl.lit(float("nan")).alias(name) for name in names if name not in score_table.columns]
    values = scored.with_columns(lacking).select(pl.col(names).cast(pl.Float64).fill_null(0.0))
    if not by:
        return {name: np.array([float(values[name].sum())]) for name in names}
    keys, order = slice_keys(scored, by), slice_keys(slices, by)
    added = values.hstack(keys).group_by(keys.columns, maintain_order=True).agg(pl.col(names).sum())
    found = order.join(added, on=order.columns, how="left", nulls_equal=True, maintain_order="left")
    return {name: found[name].fill_null(0.0).to_numpy() for name in names}


def _sums_by_group(groups: pl.DataFrame, slices: pl.DataFrame, by: Sequence[str]) -> dict[str, FloatArray]:
    """Lay the sums of groups out as arrays of shape (groups, slices), in the order of the slices."""
    names = [name for name in groups.columns if name != "group" and not name.startswith("slice_")]
    place = np.zeros(groups.height, dtype=np.int64)
    if by:
        wanted = slice_keys(slices, by).with_row_index("place")
        keys = slice_keys(groups, by)
        found = keys.join(wanted, on=keys.columns, how="left", nulls_equal=True, maintain_order="left")["place"]
        place = found.to_numpy().astype(np.int64)
    group = np.unique(groups["group"].to_numpy(), return_inverse=True)[1]
    shape = int(group.max(initial=-1)) + 1, max(slices.height, 1)
    cell = group * shape[1] + place

    def laid_out(name: str) -> FloatArray:
        sums = np.bincount(cell, groups[name].fill_null(0.0).to_numpy(), minlength=shape[0] * shape[1])
        return sums.astype(np.float64).reshape(shape)

    return {name: laid_out(name) for name in names}


def interval(metric: Metric, known: Evidence, *, level: float, is_probability: bool) -> Interval:
    """Estimate one metric for every slice of the evidence, as its entry says."""
    if metric.needs_probability and not is_probability:
        unknown = np.full(known.counts.n.shape, np.nan)
        return Interval(unknown, unknown, unknown)
    return metric.estimator.interval(known, level, metric.range)


def columns_of(name: str, values: Interval) -> dict[str, FloatArray]:
    """Lay an interval out as the columns name, name_low and name_high."""
    return {name: values.value, f"{name}_low": values.low, f"{name}_high": values.high}


def with_columns(table: pl.DataFrame, columns: dict[str, FloatArray]) -> pl.DataFrame:
    """Add columns to a table, null where a number is undefined; in one pass, as each pass costs more than its numbers."""
    return table.hstack(pl.DataFrame(columns, nan_to_null=True))


def add_spreads(found: dict[str, list[FloatArray]], known: Evidence, metrics: Sequence[Metric]) -> None:
    """Add the columns n_units, n_eff and m_design_effect of a run of slices, nothing where every row stands alone for itself.

    n_eff is what judged rows that stand for many are worth in rows that all stand for as many (Kish 1965).
    """
    if known.clusters is None:
        return
    if not known.clusters.is_of_rows:
        found.setdefault("n_units", []).append(known.clusters.n_units)
    if known.rows is not None:
        found.setdefault("n_eff", []).append(known.n_worth)
    for metric in metrics:
        if (spread := metric.estimator.spread(known)) is not None:
            found.setdefault(f"{metric.name}_design_effect", []).append(spread.design_effect)


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
    metrics: Sequence[str] = metrics_of("yes/no"),
    level: float = 0.95,
    seed: int = 0,
    is_probability: bool,
    is_right_or_wrong: bool = False,
    clusters: pl.DataFrame | None = None,
    unit_bins: pl.DataFrame | None = None,
    groups: pl.DataFrame | None = None,
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
    is_right_or_wrong : bool
        As in `confusion_table`.
    clusters : polars.DataFrame, optional
        Where rows belong together: one row per slice, what `Clusters.of_slices` reads.
    unit_bins : polars.DataFrame, optional
        There, if areas are asked for: one row per slice, unit and score bin, what `UnitBins.of_slices` reads.
    groups : polars.DataFrame, optional
        There, if means are asked for: the by columns, ``group, judged`` and sums, one row per slice and random group.

    Returns
    -------
    polars.DataFrame
        by…, the counts of `confusion_table`, and m, m_low, m_high for every metric m; with clusters n_units, and for metrics
        that are linearised m_design_effect.

    Raises
    ------
    QuestionError
        When a metric is not in the registry or the level is not between 0 and 1.

    Notes
    -----
    Proportions have Wilson intervals; other metrics of counts the percentiles of 1,000 Poisson replicates of the
    counts; AUROC (DeLong) and average precision (first-order Poisson bootstrap) normal intervals on the logit scale; the
    mean score and losses Student's t; ECE an interval that allows for its upward bias, see `ece`.

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
    slices = confusion_table(score_table, by=by, threshold_bin=threshold_bin, is_right_or_wrong=is_right_or_wrong)
    found: dict[str, list[Interval]] = {metric.name: [] for metric in chosen}
    spreads: dict[str, list[FloatArray]] = {}
    for known, _ in evidence(score_table, slices, chosen, by, len(edges), seed, clusters, unit_bins, groups):
        add_spreads(spreads, known, chosen)
        for metric in chosen:
            found[metric.name].append(interval(metric, known, level=level, is_probability=is_probability))
    columns: dict[str, FloatArray] = {name: np.concatenate(parts) for name, parts in spreads.items()}
    for metric in chosen:
        columns |= columns_of(metric.name, joined(found[metric.name]))
    return with_columns(slices, columns)
