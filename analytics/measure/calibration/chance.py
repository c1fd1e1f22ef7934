"""What a perfectly calibrated model of the same size would show by chance."""

from __future__ import annotations

from math import pi

import numpy as np
from scipy import special

from analytics.measure.calibration.lines import calibration_lines, levels_at_slope_1
from analytics.measure.calibration.logistic import log_odds
from analytics.measure.calibration.regrouping import coarsened, with_rows
from analytics.measure.intervals import FloatArray, normal_quantile, ratio
from analytics.measure.losses import EPSILON
from analytics.measure.reliability import GROUPS, Binning, equal_mass_groups, group_bins, group_sums
from analytics.measure.score_bins import ScoreBins

REPLICATES = 1_000
"""Draws of the labels behind what chance would give: the 95 % end of their spread has a standard error of a tenth of it."""
CELLS = 500
"""Score cells that are drawn at most: simulated, the ranges are those of 3,000 cells at a quarter of the time."""
_Draws = dict[str, FloatArray]


def drawn(
    bins: ScoreBins, *, groups: int, replicates: int, cells: int, seed: int, binning: Binning = "equal_mass"
) -> tuple[ScoreBins, FloatArray]:
    """Draw the labels of one slice as if every score were the true probability.

    Returns
    -------
    ScoreBins, numpy.ndarray of shape (replicates, cells)
        The slice on at most about ``cells`` score cells, and positives that are binomial with the cells' mean scores.
    """
    found = coarsened(bins, cells, groups, binning)
    # Of rows that stand for many a part of one may be left in a cell: whole ones are drawn, as many in all.
    n, score = np.diff(np.rint(np.cumsum(found.judged[0])), prepend=0.0).astype(np.int64), found.score[0].clip(0, 1)
    if (n != found.judged[0]).any():
        found, score = with_rows(found, n), score[n > 0]
        n = n[n > 0]
    rng = np.random.default_rng(seed)
    return found, rng.binomial(n, score, (replicates, len(n))).astype(float)


def chance_draws(
    bins: ScoreBins,
    *,
    groups: int = GROUPS,
    replicates: int = REPLICATES,
    cells: int = CELLS,
    seed: int = 0,
    binning: Binning = "equal_mass",
) -> _Draws:
    """Simulate the labels of one slice as if every score were the true probability, and measure calibration anew.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only: shape (1, bins).
    groups : int
        Groups of ECE, MCE and the parts of the Brier score.
    replicates, cells, seed : int
        How often, on how many score cells, and the seed; see `drawn`.
    binning : {"equal_mass", "equal_width", "scores"}
        How the groups are made, see `group_bins`.

    Returns
    -------
    dict of str to numpy.ndarray of shape (replicates,)
        The numbers of `calibration_table` that labels change; slope, intercept and the tests are NaN in draws in which
        they do not exist.
    """
    found, pos = drawn(bins, groups=groups, replicates=replicates, cells=cells, seed=seed, binning=binning)
    return gap_draws(found, pos, groups, binning) | _loss_draws(found, pos) | _line_draws(found, pos)


def gap_draws(bins: ScoreBins, pos: FloatArray, groups: int, binning: Binning = "equal_mass") -> _Draws:
    """Measure draws in groups of similar scores: ece, mce, difference, and the parts of the Brier score."""
    group = group_bins(bins, groups, binning)[0][0]
    members = (group[:, None] == np.unique(group)).astype(float)
    n, score, squares = (values[0] for values in (bins.judged, bins.score_sum, bins.score_sq_sum))
    mass, score_mass, total = n @ members, score @ members, n.sum()
    pos_mass = pos @ members
    gap, rate = np.abs(score_mass - pos_mass), pos.sum(-1) / total
    spread = squares.sum() - (score_mass**2 / mass).sum()
    shared = pos @ bins.score[0] - (pos_mass * score_mass / mass).sum(-1)
    return {
        "ece": gap.sum(-1) / total,
        "mce": (gap / mass).max(-1),
        "difference": score.sum() / total - rate,
        "reliability": (gap**2 / mass).sum(-1) / total,
        "resolution": ((pos_mass - mass * rate[:, None]) ** 2 / mass).sum(-1) / total,
        "uncertainty": rate * (1 - rate),
        "within": (spread - 2 * shared) / total,
    }


def _loss_draws(bins: ScoreBins, pos: FloatArray) -> _Draws:
    """Measure the losses of draws: brier, brier_skill and log_loss."""
    n, score = bins.judged[0], bins.score[0].clip(0, 1)
    total, rate = n.sum(), pos.sum(-1) / n.sum()
    brier = (bins.score_sq_sum.sum() - 2 * pos @ score) / total + rate
    clipped = score.clip(EPSILON, 1 - EPSILON)
    loss = -(pos @ np.log(clipped) + (n - pos) @ np.log1p(-clipped)) / total
    return {"brier": brier, "brier_skill": 1 - ratio(brier, rate * (1 - rate)), "log_loss": loss}


def _line_draws(bins: ScoreBins, pos: FloatArray) -> _Draws:
    """Fit the calibration line to every draw: slope, intercept, in_the_large, calibration_p and Spiegelhalter's test."""
    n, score = bins.judged[0], bins.score[0].clip(0, 1)
    odds = log_odds(score)
    lines = calibration_lines(odds, n, pos)
    z = ratio((pos - n * score) @ (1 - 2 * score), np.sqrt(((1 - 2 * score) ** 2 * score * (1 - score) * n).sum()))
    return {
        "slope": lines.slope,
        "intercept": lines.intercept,
        "in_the_large": levels_at_slope_1(odds, n, pos),
        "calibration_p": special.chdtrc(2, lines.gain),
        "spiegelhalter_z": z,
        "spiegelhalter_p": 2 * special.ndtr(-np.abs(z)),
    }


def chance_range(draws: FloatArray, level: float = 0.95) -> tuple[float, float, float]:
    """Give the median of draws and the range that holds ``level`` of them."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return (float("nan"),) * 3
    low, middle, high = np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return float(middle), float(low), float(high)


def ece_by_chance(bins: ScoreBins, *, groups: int = GROUPS, level: float = 0.95) -> FloatArray:
    """Give the ECE that calibrated slices of these sizes stay below, without a simulation; shape (slices,).

    Notes
    -----
    The gap of a group is taken for the absolute value of a normal variable with the variance that its scores imply. The
    sum's quantile is that of its first three moments (Cornish and Fisher, 1938).
    """
    group = equal_mass_groups(bins.judged, groups)
    spread = np.sqrt(group_sums(bins.score_sum - bins.score_sq_sum, group, groups).clip(min=0))
    mean = np.sqrt(2 / pi) * spread.sum(-1)
    error = np.sqrt((1 - 2 / pi) * (spread**2).sum(-1))
    skewness = ratio(np.sqrt(2 / pi) * (4 / pi - 1) * (spread**3).sum(-1), error**3)
    z = normal_quantile(level)
    return ratio(mean + error * (z + np.nan_to_num(skewness) * (z**2 - 1) / 6), bins.judged.sum(-1))
