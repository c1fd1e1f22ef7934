"""Slices in which scores are off by another amount than in the rest: in their level, or in their slope."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.calibration.breaks import against_the_rest
from analytics.measure.calibration.chance import ece_by_chance
from analytics.measure.calibration.lines import Lines, calibration_lines
from analytics.measure.calibration.logistic import log_odds
from analytics.measure.clusters import Clusters
from analytics.measure.counts import confusion_table, is_weighted, segments
from analytics.measure.intervals import FloatArray, normal_quantile, ratio
from analytics.measure.reliability import GROUPS, ece
from analytics.measure.score_bins import BinnedSlices, ScoreBins, with_segments

_DUST = 1e-9
"""Share of a sum of weights below which what is left of it is rounding, not rows, as in `measure.evidence`."""
_AT_ONCE = 64
"""Slices that are spread over the bins at once, as in `measure.estimates`: it bounds memory and moves no number."""
_FLOATS = (
    "mean_score",
    "observed",
    "difference",
    "to_the_rest",
    "off",
    "p_value",
    "slope",
    "slope_low",
    "slope_high",
    "slope_to_the_rest",
    "stretched",
    "slope_p_value",
    "ece",
    "ece_chance_high",
)
MISFITS: dict[str, pl.DataType | type[pl.DataType]] = {
    "n": pl.Int64,
    "n_pos": pl.Int64,
    **dict.fromkeys(_FLOATS, pl.Float64),
}
"""Columns of `misfit_table` behind that of the slice."""


def misfit_table(
    score_table: pl.DataFrame,
    edges: FloatArray,
    by: str,
    *,
    clusters: pl.DataFrame | None = None,
    is_probability: bool = True,
    groups: int = GROUPS,
    level: float = 0.95,
) -> pl.DataFrame:
    """Compare the calibration of each slice of a column with that of all other slices.

    Parameters
    ----------
    score_table, edges, groups, level
        As in `calibration_table`; scores are probabilities.
    by : str
        The segment column.
    clusters : polars.DataFrame, optional
        Where rows belong together or stand for many: one row per slice, what `Clusters.of_slices` reads.
    is_probability : bool
        Whether the scores of ``clusters`` are those of the table, which are mapped where they were no probabilities.

    Returns
    -------
    polars.DataFrame
        by, n and n_pos (judged rows), mean_score, observed, difference (mean score less observed rate), to_the_rest (less
        that of all other rows) with its p_value; slope with its interval, slope_to_the_rest (less that of all other rows)
        with slope_p_value; off and stretched: by how much level and slope move the mean row's probability beyond what is
        right and beyond what they do in the rest, the smaller of the two, 0 where these are on two sides; ece and
        ece_chance_high, what a calibrated model of the slice's size stays below (`ece_by_chance`). Null where undefined. With
        weights n and n_pos are weighted, and rows are the judged ones behind; tests are of as many independent rows of equal
        weight as rows of a slice are worth.
    """
    slices = segments(confusion_table(score_table, by=(by,), threshold_bin=0), (by,))
    binned = BinnedSlices(score_table, slices, len(edges))
    whole = BinnedSlices(score_table, pl.DataFrame(), len(edges)).between(0, 1)
    worth = None if clusters is None else _worth(binned, slices, by, clusters, is_probability=is_probability)
    parts = []
    for start in range(0, slices.height, _AT_ONCE):
        stop = min(start + _AT_ONCE, slices.height)
        own = None if worth is None else (worth[0][start:stop], worth[1][start:stop])
        parts.append(_misfits(binned.between(start, stop), whole, own, groups, level))
    names = (
        "n",
        "n_pos",
        "score_sum",
        "score_sq_sum",
        "slope",
        "slope_low",
        "slope_high",
        "slope_to_the_rest",
        "stretched",
        "slope_p_value",
        "ece",
        "ece_chance_high",
    )
    columns = {name: np.concatenate([part[name] for part in parts]) if parts else np.empty(0) for name in names}
    n, pos, score = (columns[name] for name in ("n", "n_pos", "score_sum"))
    variance = (score - columns["score_sq_sum"]).clip(min=0)
    variance = variance if worth is None else np.nan_to_num(ratio(variance, worth[0]))
    to_the_rest, p_value = against_the_rest(score - pos, variance, n)
    columns |= {
        "mean_score": ratio(score, n),
        "observed": ratio(pos, n),
        "difference": ratio(score - pos, n),
        "to_the_rest": to_the_rest,
        "off": _smaller(ratio(score - pos, n), to_the_rest),
        "p_value": p_value,
    }
    table = pl.DataFrame({name: columns[name] for name in MISFITS}).with_columns(pl.col(pl.Float64).fill_nan(None))
    counts = {"n": pl.col("n").round().cast(pl.Int64), "n_pos": pl.col("n_pos").round().cast(pl.Int64)}
    table = table.with_columns(**counts)
    if is_weighted(score_table):
        counted = confusion_table(score_table, by=(by,), threshold_bin=0)
        table = table.with_columns(counted.select(rows=pl.sum_horizontal("rows_tp", "rows_fp")).to_series())
    return with_segments(slices, np.arange(slices.height), table.to_dict())


def _worth(
    binned: BinnedSlices, slices: pl.DataFrame, by: str, clusters: pl.DataFrame, *, is_probability: bool
) -> tuple[FloatArray, FloatArray]:
    """Return how many independent rows of equal weight a weighted row of each slice is worth, and one of its rest.

    It is the variance of the sum of distances of score and label by rows that each stand for one over that by units; of scores
    that are mapped the label's stands for the distance. Slopes and ECE are taken to be as sure as levels. In 300 generated
    logs of five slices that are right, of weighted rows in units that are likelier or less so as a whole, 4.8 % of levels are
    called off at 5 % (17 % as if rows were alone), and 0.4 % of slopes: what moves a unit as a whole moves no slope.
    """
    units, _ = Clusters.of_slices(clusters, slices, (by,))
    sums = binned.between(0, slices.height)
    n, pos, score, squares, of_pos = (
        part.sum(-1) for part in (sums.judged, sums.pos, sums.score_sum, sums.score_sq_sum, sums.score_pos_sum)
    )
    if is_probability:
        total, square, weights = score - pos, squares - 2 * of_pos + pos, {"score_sum": 1.0, "label_sum": -1.0}
    else:
        total, square, weights = -pos, pos, {"label_sum": -1.0}
    mean = np.nan_to_num(ratio(total, n))
    simple = (square - n * mean**2).clip(min=0)
    each = units.row(dict.fromkeys(("tp", "fp", "fn", "tn"), 1.0))
    by_units = units.variance_of(units.row(weights) - mean[:, None] * each)
    sides = (simple, by_units), (simple.sum() - simple, by_units.sum() - by_units)
    own, rest = (np.where((top > 0) & (bottom > 0), ratio(top, bottom), 1.0) for top, bottom in sides)
    return own, rest


def _misfits(
    bins: ScoreBins, whole: ScoreBins, worth: tuple[FloatArray, FloatArray] | None, groups: int, level: float
) -> dict[str, FloatArray]:
    """Measure some slices, given as dense bins, beside the whole cohort's."""
    counted, others = bins, whole - bins
    if worth is not None:
        others = others.above(whole.scaled(_DUST))
        counted, others = counted.scaled(worth[0]), others.scaled(worth[1])
    own, rest = _lines_of(counted), _lines_of(others)
    reach = normal_quantile(level) * own.slope_error
    apart = own.slope - rest.slope
    z = ratio(apart, np.hypot(own.slope_error, rest.slope_error))
    return {
        "n": bins.judged.sum(-1),
        "n_pos": bins.pos.sum(-1),
        "score_sum": bins.score_sum.sum(-1),
        "score_sq_sum": bins.score_sq_sum.sum(-1),
        "slope": own.slope,
        "slope_low": own.slope - reach,
        "slope_high": own.slope + reach,
        "slope_to_the_rest": apart,
        "slope_p_value": 2 * special.ndtr(-np.abs(z)),
        "stretched": _smaller(own.slope - 1, apart) * own.leverage,
        "ece": ece(counted, groups=groups).value,
        "ece_chance_high": ece_by_chance(counted, groups=groups, level=level),
    }


def _smaller(one: FloatArray, other: FloatArray) -> FloatArray:
    """Give of two numbers of one sign the one nearer to 0, and 0 where they have two signs."""
    return np.where(one * other > 0, np.sign(one) * np.minimum(np.abs(one), np.abs(other)), 0.0 * one * other)


def _lines_of(bins: ScoreBins) -> Lines:
    """Fit the calibration lines of slices, given as dense bins."""
    return calibration_lines(log_odds(np.nan_to_num(bins.score)), bins.judged, bins.pos)
