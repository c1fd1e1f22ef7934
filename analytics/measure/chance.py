"""What a perfectly calibrated model of the same size would show by chance."""

from __future__ import annotations

import numpy as np

from analytics.measure.bins import ScoreBins
from analytics.measure.calibration import GROUPS, equal_mass_groups, group_sums
from analytics.measure.cells import coarsened
from analytics.measure.intervals import FloatArray, ratio

REPLICATES = 1_000
CELLS = 1_000
_EPSILON = float(np.finfo(np.float64).eps)


def chance_draws(
    bins: ScoreBins, *, groups: int = GROUPS, replicates: int = REPLICATES, cells: int = CELLS, seed: int = 0
) -> dict[str, FloatArray]:
    """Simulate the labels of one slice as if every score were the true probability, and measure calibration anew.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only: shape (1, bins).
    groups : int
        Equal-mass groups of ECE and MCE.
    replicates, cells, seed : int
        How often, on how many score cells at most (their positives are binomial with the mean score), and the seed.

    Returns
    -------
    dict of str to numpy.ndarray of shape (replicates,)
        brier, log_loss, brier_skill, ece, mce, reliability and difference (mean score less observed rate).
    """
    found = coarsened(bins, cells, groups)
    n, score, total = found.judged[0], found.score[0].clip(0, 1), found.judged.sum()
    rng = np.random.default_rng(seed)
    pos = rng.binomial(n.astype(np.int64), score, (replicates, len(n))).astype(float)
    group = equal_mass_groups(found.judged, groups)
    mass = group_sums(found.judged, group, groups)
    place = np.broadcast_to(group, pos.shape)
    gap = np.abs(group_sums(found.score_sum, group, groups) - group_sums(pos, place, groups))
    rate = pos.sum(-1) / total
    brier = (found.score_sq_sum.sum() - 2 * pos @ score + pos.sum(-1)) / total
    clipped = score.clip(_EPSILON, 1 - _EPSILON)
    loss = -(pos @ np.log(clipped) + (n - pos) @ np.log1p(-clipped)) / total
    return {
        "brier": brier,
        "brier_skill": 1 - ratio(brier, rate * (1 - rate)),
        "reliability": np.nan_to_num(ratio(gap**2, mass)).sum(-1) / total,
        "log_loss": loss,
        "ece": gap.sum(-1) / total,
        "mce": np.fmax.reduce(ratio(gap, mass), axis=-1),
        "difference": found.score_sum.sum() / total - rate,
    }


def chance_range(draws: FloatArray, level: float = 0.95) -> tuple[float, float, float]:
    """Give the median of draws and the range that holds ``level`` of them."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return (float("nan"),) * 3
    low, middle, high = np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return float(middle), float(low), float(high)
