"""Slices in which scores are off by another amount than in the rest: in their level, or in their slope."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.calibration.breaks import against_the_rest
from analytics.measure.calibration.chance import ece_by_chance
from analytics.measure.calibration.lines import Lines, calibration_lines
from analytics.measure.calibration.logistic import log_odds
from analytics.measure.counts import confusion_table, segments
from analytics.measure.intervals import FloatArray, normal_quantile, ratio
from analytics.measure.reliability import GROUPS, ece
from analytics.measure.score_bins import BinnedSlices, ScoreBins, with_segments

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
    score_table: pl.DataFrame, edges: FloatArray, by: str, *, groups: int = GROUPS, level: float = 0.95
) -> pl.DataFrame:
    """Compare the calibration of each slice of a column with that of all other slices.

    Parameters
    ----------
    score_table, edges, groups, level
        As in `calibration_table`; scores are probabilities.
    by : str
        The segment column.

    Returns
    -------
    polars.DataFrame
        by, n and n_pos (judged rows), mean_score, observed, difference (mean score less observed rate), to_the_rest (less
        that of all other rows) with its p_value; slope with its interval, slope_to_the_rest (less that of all other rows)
        with slope_p_value; off and stretched: by how much level and slope move the mean row's probability beyond what is
        right and beyond what they do in the rest, the smaller of the two, 0 where these are on two sides; ece and
        ece_chance_high, what a calibrated model of the slice's size stays below (`ece_by_chance`). Null where undefined.
    """
    slices = segments(confusion_table(score_table, by=(by,), threshold_bin=0), (by,))
    binned = BinnedSlices(score_table, slices, len(edges))
    whole = BinnedSlices(score_table, pl.DataFrame(), len(edges)).between(0, 1)
    parts = [
        _misfits(binned.between(start, min(start + _AT_ONCE, slices.height)), whole, groups, level)
        for start in range(0, slices.height, _AT_ONCE)
    ]
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
    to_the_rest, p_value = against_the_rest(score - pos, (score - columns["score_sq_sum"]).clip(min=0), n)
    columns |= {
        "mean_score": ratio(score, n),
        "observed": ratio(pos, n),
        "difference": ratio(score - pos, n),
        "to_the_rest": to_the_rest,
        "off": _smaller(ratio(score - pos, n), to_the_rest),
        "p_value": p_value,
    }
    table = pl.DataFrame({name: columns[name] for name in MISFITS}).with_columns(pl.col(pl.Float64).fill_nan(None))
    return with_segments(slices, np.arange(slices.height), table.cast({"n": pl.Int64, "n_pos": pl.Int64}).to_dict())


def _misfits(bins: ScoreBins, whole: ScoreBins, groups: int, level: float) -> dict[str, FloatArray]:
    """Measure some slices, given as dense bins, beside the whole cohort's."""
    own, rest = _lines_of(bins), _lines_of(whole - bins)
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
        "ece": ece(bins, groups=groups).value,
        "ece_chance_high": ece_by_chance(bins, groups=groups, level=level),
    }


def _smaller(one: FloatArray, other: FloatArray) -> FloatArray:
    """Give of two numbers of one sign the one nearer to 0, and 0 where they have two signs."""
    return np.where(one * other > 0, np.sign(one) * np.minimum(np.abs(one), np.abs(other)), 0.0 * one * other)


def _lines_of(bins: ScoreBins) -> Lines:
    """Fit the calibration lines of slices, given as dense bins."""
    return calibration_lines(log_odds(np.nan_to_num(bins.score)), bins.judged, bins.pos)
