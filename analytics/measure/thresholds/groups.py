"""Rows that belong together or stand for many, dealt out into groups at random: what scatters from group to group is chance.

Sums over groups follow units and weights alike, whatever is computed of them (Wolter 2007, *Introduction to variance
estimation*, chapter 2: random groups).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.measure.clusters import t_quantile
from analytics.measure.intervals import FloatArray, Interval, ratio, wilson
from analytics.measure.thresholds.costs import CostBins

LEAST_GROUPS = 2
"""Groups from which on something can scatter."""


def scatter_of(sums: FloatArray) -> FloatArray:
    """Return the standard error of a total from its sums by group, along the first axis.

    >>> float(scatter_of(np.array([1.0, 3.0])))
    2.0
    """
    n = max(len(sums), LEAST_GROUPS)
    found: FloatArray = np.sqrt(n / (n - 1) * ((sums - sums.mean(axis=0)) ** 2).sum(axis=0))
    return found


@dataclass(frozen=True)
class Groups:
    """The bins of every group.

    Attributes
    ----------
    bins : CostBins of shape (groups, slices, bins)
    worth : float
        How many rows of equal weight judged rows are worth (Kish), or how many groups there are where rows belong together: what
        a share of none, or of all, is bounded by.
    """

    bins: CostBins
    worth: float

    def __len__(self) -> int:
        return len(self.bins.n)

    @property
    def quantile(self) -> float:
        """Standard errors on either side of a 95 % interval: Student's t."""
        return float(t_quantile(np.array(max(len(self), LEAST_GROUPS) - 1.0), 0.95))

    def share(self, successes: FloatArray, trials: FloatArray) -> Interval:
        """Bound a share by Wilson's interval of the rows that it is worth, from both sums by group along the first axis."""
        good, of = successes.sum(axis=0), trials.sum(axis=0)
        value = np.nan_to_num(ratio(good, of)).clip(0, 1)
        variance = ratio(scatter_of(successes - value * trials), of) ** 2
        apart = (value > 0) & (value < 1) & (np.nan_to_num(variance) > 0)
        worth = np.where(apart, ratio(value * (1 - value), variance), self.worth * ratio(of, of.max()))
        worth = np.where(of > 0, np.nan_to_num(worth), 0.0)
        return wilson(value * worth, worth, quantile=np.array(self.quantile))

    def effect(self, successes: FloatArray, trials: FloatArray, rows: float) -> float | None:
        """Return how many times the variance of a share of ``rows`` independent rows its own is; None where all are alike."""
        of = trials.sum(axis=0)
        value = float(ratio(successes.sum(axis=0), of))
        if not 0 < value < 1:
            return None
        return float(ratio(scatter_of(successes - value * trials), of) ** 2) * rows / (value * (1 - value))

    def resampled(self, draws: int, rng: np.random.Generator) -> CostBins:
        """Draw bootstrap replicates of one slice's bins: one group fewer than there are, with replacement (Rao and Wu 1988)."""
        n = max(len(self), LEAST_GROUPS)
        times = rng.multinomial(n - 1, np.full(len(self), 1 / len(self)), draws) * n / (n - 1)
        return CostBins(*(times @ part[:, 0] for part in vars(self.bins).values()))
