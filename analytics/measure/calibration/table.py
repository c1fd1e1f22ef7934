"""The numbers of calibration, slice by slice, beside what chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.calibration.chance import CELLS, REPLICATES, chance_draws, chance_range, drawn, gap_draws
from analytics.measure.calibration.decomposition import brier_parts, mce
from analytics.measure.calibration.logistic import calibration_line
from analytics.measure.calibration.worth import WEIGHTED, as_worth
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.counts import confusion_table, is_weighted, segments, slice_keys
from analytics.measure.intervals import Estimate, FloatArray, Interval, mean_interval, ratio, wilson
from analytics.measure.losses import brier, log_loss
from analytics.measure.reliability import GROUPS, Binning, ece
from analytics.measure.score_bins import BinnedSlices, ScoreBins, with_segments
from analytics.measure.slices import MIN_SUPPORT

_FLOATS = (
    "mean_score",
    "observed",
    "observed_low",
    "observed_high",
    "difference",
    "difference_low",
    "difference_high",
    "p_value",
    "p_adjusted",
    "ece",
    "ece_low",
    "ece_high",
    "ece_chance",
    "ece_chance_high",
    "mce",
    "brier",
    "brier_low",
    "brier_high",
    "reliability",
    "resolution",
    "uncertainty",
    "within",
    "brier_skill",
    "log_loss",
    "slope",
    "slope_low",
    "slope_high",
    "slope_p_value",
    "slope_p_adjusted",
    "intercept",
    "intercept_low",
    "intercept_high",
    "in_the_large",
    "in_the_large_low",
    "in_the_large_high",
    "calibration_p",
    "spiegelhalter_z",
    "spiegelhalter_p",
)
_NUMBERS = {
    "n": pl.Int64,
    "n_pos": pl.Int64,
    "few_rows": pl.Boolean,
    **dict.fromkeys(_FLOATS, pl.Float64),
    "undefined": pl.String,
}
"""Columns of `calibration_table` behind those of the slice."""


def over_prediction(bins: ScoreBins, level: float = 0.95) -> tuple[Interval, FloatArray]:
    """Compare the mean score with the observed rate: above 0 the scores are too high.

    Returns
    -------
    Interval
        Arrays of shape (slices,). Student's t on the rows' differences score - label, with at least the variance that
        calibrated scores would give them.
    numpy.ndarray
        Two-sided p-values of the test that the scores are the true probabilities, with the variance that they imply.
    """
    n = bins.judged.sum(-1)
    value = ratio((bins.score_sum - bins.pos).sum(-1), n)
    squares = (bins.score_sq_sum - 2 * bins.score_pos_sum + bins.pos).sum(-1)
    implied = (bins.score_sum - bins.score_sq_sum).sum(-1).clip(min=0)
    found = ratio(squares - n * value**2, n - 1)
    error = np.sqrt(np.fmax(found, ratio(implied, n)) / np.maximum(n, 1))
    p = 2 * special.ndtr(-np.abs(ratio(value * n, np.sqrt(implied))))
    p = np.where((implied <= 0) & (n > 0), np.where(np.abs(value) > 1e-12, 0.0, 1.0), p)
    return mean_interval(Estimate(value, error), n, level, (-1.0, 1.0)), np.asarray(p, dtype=float)


def calibration_table(
    score_table: pl.DataFrame,
    edges: FloatArray,
    *,
    by: Sequence[str] = (),
    groups: int = GROUPS,
    binning: Binning = "equal_mass",
    level: float = 0.95,
    seed: int = 0,
    replicates: int = REPLICATES,
    cells: int = CELLS,
    min_support: int = MIN_SUPPORT,
) -> pl.DataFrame:
    """Measure the calibration of every slice.

    Parameters
    ----------
    score_table, edges, by, groups, binning, level
        As in `reliability_table`; scores are probabilities.
    seed, replicates, cells : int
        Of the simulation that gives ``ece_chance``, see `chance_draws`.
    min_support : int
        A slice with fewer judged rows is marked in ``few_rows``.

    Returns
    -------
    polars.DataFrame
        by…, n and n_pos (judged rows; of a weighted table rounded weighted ones, with rows, and n_eff, what they are worth for
        the tests, see `as_worth`), few_rows; mean_score, observed, difference (mean score less observed rate) with
        intervals, p_value of the level, slope_p_value of slope 1, p_adjusted and slope_p_adjusted over both tests of all
        slices of the table (`adjusted`); ece, ece_chance (median) and
        ece_chance_high (97.5 %) of a calibrated model of this size, mce; brier and its parts (`brier_parts`),
        brier_skill against predicting the slice's base rate, log_loss; slope, intercept, in_the_large with intervals,
        calibration_p, spiegelhalter_z, spiegelhalter_p (`calibration_line`), undefined (why the slope is null).

    Examples
    --------
    >>> counts = {"score_bin": [0, 1], "n": [40, 20], "n_pos": [8, 16], "n_unlabelled": [0, 0]}
    >>> sums = {"score_sum": [12.0, 16.0], "score_sq_sum": [3.6, 12.8], "score_pos_sum": [2.4, 12.8]}
    >>> table = pl.DataFrame({**counts, **sums, "log_loss_sum": [1.0, 2.0]})
    >>> found = calibration_table(table, np.array([0.3, 0.8]))
    >>> found.select(pl.col("mean_score", "observed", "ece").round(3)).row(0)
    (0.467, 0.4, 0.067)
    """
    score_table = as_worth(score_table, by)
    counted = confusion_table(score_table, by=by, threshold_bin=0)
    slices = segments(counted, by)
    binned = BinnedSlices(score_table, slices, len(edges))
    n_slices = slices.height if slices.columns else 1
    rows = [
        slice_numbers(
            binned.alone(place)[1],
            groups=groups,
            binning=binning,
            level=level,
            seed=seed,
            replicates=replicates,
            cells=cells,
        )
        for place in range(n_slices)
    ]
    table = pl.DataFrame(rows, schema=_NUMBERS)
    if is_weighted(score_table):
        table = _with_weighted(table, score_table, counted, by)
    table = table.with_columns(few_rows=pl.col("rows" if "rows" in table.columns else "n") < min_support)
    return with_segments(
        slices, np.arange(n_slices), adjusted(table).with_columns(pl.col(pl.Float64).fill_nan(None)).to_dict()
    )


def _with_weighted(
    table: pl.DataFrame, score_table: pl.DataFrame, counted: pl.DataFrame, by: Sequence[str]
) -> pl.DataFrame:
    """Put the weighted rows in place of what they are worth, which becomes n_eff, and add the rows behind them."""
    judged = score_table.with_columns(
        pl.when(pl.col("score_bin").is_not_null()).then(pl.col(name)).otherwise(0.0) for name in WEIGHTED
    )
    keys = slice_keys(judged, by)
    order = slice_keys(counted, by)
    sums = judged.select(WEIGHTED).hstack(keys)
    if by:
        added = sums.group_by(keys.columns, maintain_order=True).agg(pl.col(WEIGHTED).sum())
        found = order.join(added, on=order.columns, how="left", nulls_equal=True, maintain_order="left")
    else:
        found = sums.select(pl.col(WEIGHTED).sum())
    rows = counted.select(rows=pl.sum_horizontal(f"rows_{cell}" for cell in ("tp", "fp", "fn", "tn"))).to_series()
    n, n_pos = (found[name].round().cast(pl.Int64) for name in WEIGHTED)
    return table.with_columns(n_eff=pl.col("n"), n=n, n_pos=n_pos, rows=rows)


def adjusted(table: pl.DataFrame) -> pl.DataFrame:
    """Adjust p_value and slope_p_value for looking at both in every slice (Benjamini-Hochberg)."""
    p = np.concatenate([table[name].fill_null(float("nan")).to_numpy() for name in ("p_value", "slope_p_value")])
    of_level, of_slope = np.split(benjamini_hochberg(p), 2)
    found = table.with_columns(p_adjusted=of_level, slope_p_adjusted=of_slope)
    return found.with_columns(pl.col("p_adjusted", "slope_p_adjusted").fill_nan(None))


def slice_numbers(
    bins: ScoreBins,
    *,
    groups: int,
    level: float,
    seed: int,
    replicates: int,
    cells: int,
    binning: Binning = "equal_mass",
) -> dict[str, Any]:
    """Measure one slice, given as its bins with judged rows."""
    n = bins.judged.sum(-1)
    row: dict[str, Any] = {"n": int(n[0]), "n_pos": int(bins.pos.sum())}
    if not row["n"]:
        return row
    gap, p_value = over_prediction(bins, level)
    squared, parts = brier(bins), brier_parts(bins, groups, binning)
    intervals = {
        "observed": wilson(bins.pos.sum(-1), n, level),
        "difference": gap,
        "ece": ece(bins, groups=groups, level=level, binning=binning),
        "brier": mean_interval(squared, n, level, (0.0, 1.0)),
    }
    for name, found in intervals.items():
        row |= {name: found.value[0], f"{name}_low": found.low[0], f"{name}_high": found.high[0]}
    values = {
        "mean_score": ratio(bins.score_sum.sum(-1), n),
        "p_value": p_value,
        "mce": mce(bins, groups, binning),
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        "within": parts.within,
        "brier_skill": 1 - ratio(squared.value, parts.uncertainty),
        "log_loss": log_loss(bins).value,
    }
    row |= {name: float(value[0]) for name, value in values.items()}
    cells_drawn, pos = drawn(bins, groups=groups, replicates=replicates, cells=cells, seed=seed, binning=binning)
    by_chance = gap_draws(cells_drawn, pos, groups, binning)["ece"]
    row["ece_chance"], _, row["ece_chance_high"] = chance_range(by_chance, level)
    line = calibration_line(bins, level)
    for name in ("slope", "intercept", "in_the_large"):
        ends = getattr(line, name) or (None, None, None)
        row |= {f"{name}{end}": value for end, value in zip(("", "_low", "_high"), ends, strict=True)}
    row |= {"slope_p_value": line.slope_p_value, "calibration_p": line.p_value, "spiegelhalter_z": line.spiegelhalter_z}
    return {**row, "spiegelhalter_p": line.spiegelhalter_p, "undefined": line.undefined}


def chance_table(
    bins: ScoreBins, *, groups: int = GROUPS, binning: Binning = "equal_mass", level: float = 0.95, seed: int = 0
) -> pl.DataFrame:
    """Put each number of one slice beside what a perfectly calibrated model of this size would show.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only.
    groups, binning, level, seed
        As in `calibration_table`.

    Returns
    -------
    polars.DataFrame
        metric, value, chance (median), chance_low, chance_high: the range that holds ``level`` of the simulations;
        null where undefined.
    """
    row = slice_numbers(bins, groups=groups, binning=binning, level=level, seed=seed, replicates=1, cells=CELLS)
    draws = chance_draws(bins, groups=groups, seed=seed, binning=binning) if row["n"] else {}
    found = [
        {"metric": name, "value": row[name], **dict(zip(("chance", "chance_low", "chance_high"), ends, strict=True))}
        for name, ends in ((name, chance_range(values, level)) for name, values in draws.items())
    ]
    schema = {"metric": pl.String, **dict.fromkeys(("value", "chance", "chance_low", "chance_high"), pl.Float64)}
    return pl.DataFrame(found, schema=schema).with_columns(pl.col(pl.Float64).fill_nan(None))
