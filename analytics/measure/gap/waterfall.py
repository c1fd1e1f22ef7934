"""The change of a metric between two sides, split into parts that add up exactly, each with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import factorial

import numpy as np

from analytics.measure.gap.accounts import PLAIN, Account, divided
from analytics.measure.gap.cells import SideCells, supported
from analytics.measure.gap.constants import DRAWS, MAX_CELLS_AT_ONCE, REPLICATE_GROUPS, SEED
from analytics.measure.gap.hybrids import PLAYERS, followed, hybrid_values
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.pairs import CellKeys
from analytics.measure.gap.replicates import reach_of, resampled
from analytics.measure.intervals import FloatArray, Interval, ratio, scatter

PARTS = ("coverage", *PLAYERS)
ENTANGLED = ("segments", "operating", "concept")
_NOTHING = 1e-9
"""A part smaller than that is what adding up floats leaves."""


@dataclass(frozen=True)
class _Weighted:
    """What the judged rows of a side stand for.

    Attributes
    ----------
    n : float
        _Weighted rows.
    n_eff : float
        How many rows of equal weight they are worth (Kish).
    """

    n: float
    n_eff: float


@dataclass(frozen=True)
class Waterfall:
    """The change of a metric in parts.

    Attributes
    ----------
    metric : str
    reference, production : float
        The metric on the judged rows of either side; NaN where undefined.
    change : Interval
        Production less reference.
    parts : dict of str to Interval
        By name, in the order of `PARTS`; they add up to the change.
    entangled : Interval
        The sum of `ENTANGLED`: parts that rows without a counterpart do not tell apart.
    pending_low, pending_high : float
        The change if every label that is not known yet, on either side, were such that it is lowest, and highest.
    n_reference, n_production : int
        Judged rows.
    n_pending : int
        Scored rows of production without a label that counts yet; weighted where rows stand for many.
    weighted : (_Weighted, _Weighted), optional
        What the judged rows of either side stand for, where those of one do for many.
    """

    metric: str
    reference: float
    production: float
    change: Interval
    parts: dict[str, Interval]
    entangled: Interval
    pending_low: float
    pending_high: float
    n_reference: int
    n_production: int
    n_pending: int
    weighted: tuple[_Weighted, _Weighted] | None = None

    @property
    def n_stood_for(self) -> float:
        """How many rows the judged ones of production stand for."""
        return self.n_production if self.weighted is None else self.weighted[1].n

    def joint_effect(self, effects: tuple[float, float]) -> float:
        """Return how many times the variance of independent rows that of the change is, where that of either side is known."""
        weights = 1 / np.array([self.n_reference, self.n_production], dtype=float)
        return float((np.array(effects) * weights).sum() / weights.sum())

    def without(self, names: Sequence[str]) -> Waterfall:
        """Return the parts without those of these names that are zero."""
        kept = {
            name: part for name, part in self.parts.items() if name not in names or abs(float(part.value)) > _NOTHING
        }
        return replace(self, parts=kept)


def waterfall(
    reference: SideCells,
    production: SideCells,
    keys: CellKeys,
    metric: GapMetric,
    *,
    account: Account = PLAIN,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
) -> Waterfall:
    """Split the change of a metric.

    Parameters
    ----------
    reference, production : SideCells
        In the same cells.
    keys : CellKeys
    metric : GapMetric
    account : Account
        Whether cells are divided by score; what only followed is found here.
    draws, seed : int
        Poisson replicates of the counts of cells and score bins, on at most 40 groups of scores.
    level : float
        Of the normal intervals, each with the standard deviation of its replicates.

    Notes
    -----
    *Label coverage* is what the metric of the judged rows differs from that of all scored rows, production less
    reference. The rest is shared among `PLAYERS` as Shapley's value does: each gets the average, over all orders in which
    the properties may change, of what its own change does.

    References
    ----------
    Shapley (1953), Contributions to the Theory of Games II:307-317; Shorrocks (2013), J. Econ. Inequal. 11:99-126.
    """
    reference, production = supported((reference, production), keys.always)
    if not account.score_groups:
        account = followed(reference, production, keys, metric)
    values = _with_entangled(part_values(reference, production, keys, metric, account))
    error = _errors(reference, production, keys, metric, account, draws, seed)
    reach = reach_of((reference, production), level) * error
    found = {
        name: Interval(values[place], values[place] - reach[place], values[place] + reach[place])
        for place, name in enumerate((*PARTS, "change", "entangled"))
    }
    entangled = found.pop("entangled")
    ends = [judged_value(side, metric) for side in (reference, production)]
    bounds = [pending_bounds(side, metric) for side in (reference, production)]
    return Waterfall(
        metric.name,
        float(ends[0]),
        float(ends[1]),
        found.pop("change"),
        found,
        entangled,
        bounds[1][0] - bounds[0][1],
        bounds[1][1] - bounds[0][0],
        int(reference.n_judged.sum()),
        int(production.n_judged.sum()),
        round(float((production.unknown + production.fresh_pos + production.fresh_neg).sum()) * production.stands_for),
        _weighted(reference, production),
    )


def _weighted(*sides: SideCells) -> tuple[_Weighted, _Weighted] | None:
    """Return what the judged rows of both sides stand for; None where each stands for itself."""
    if all(side.rows is None for side in sides):
        return None
    before, after = (float(side.judged.sum()) for side in sides)
    return _Weighted(before * sides[0].stands_for, before), _Weighted(after * sides[1].stands_for, after)


def part_values(
    reference: SideCells, production: SideCells, keys: CellKeys, metric: GapMetric, account: Account = PLAIN
) -> FloatArray:
    """Give the parts and, last, the change: shape (parts + 1, ...)."""
    inner, nested = (reference, production), keys
    if account.score_groups:
        inner = divided(inner, account)
        times = inner[0].counts.shape[-2] // len(keys.always)
        nested = CellKeys(np.repeat(keys.always, times), np.repeat(keys.pattern, times))
    values = hybrid_values(*inner, nested, metric, account)
    nothing, everything = values[(False,) * len(PLAYERS)], values[(True,) * len(PLAYERS)]
    ends = [judged_value(side, metric) for side in (reference, production)]
    coverage = (ends[1] - everything) - (ends[0] - nothing)
    if reference.is_complete and production.is_complete:
        coverage = np.zeros_like(coverage)
    shares = []
    for player in range(len(PLAYERS)):
        share = np.zeros_like(nothing)
        for switches, value in values.items():
            if not switches[player]:
                size = sum(switches)
                weight = factorial(size) * factorial(len(PLAYERS) - size - 1) / factorial(len(PLAYERS))
                with_it = tuple(on or place == player for place, on in enumerate(switches))
                share = share + weight * (values[with_it] - value)
        shares.append(share)
    return np.stack([coverage, *shares, ends[1] - ends[0]])


def _with_entangled(values: FloatArray) -> FloatArray:
    """Add the sum of `ENTANGLED` as a last row."""
    return np.concatenate([values, values[[PARTS.index(name) for name in ENTANGLED]].sum(0, keepdims=True)])


def judged_value(side: SideCells, metric: GapMetric) -> FloatArray:
    """Give the metric of the judged rows of a side; NaN where undefined."""
    return _value_of(side, side.judged, metric)


def pending_bounds(side: SideCells, metric: GapMetric) -> tuple[float, float]:
    """Give the lowest and the highest value that the labels which are not known yet allow.

    A ratio of counts is lowest and highest where all pending rows on one side of the threshold turn out alike; a loss where
    each turns out as its score would have it, or all against their scores.
    """
    flagged = np.broadcast_to(np.arange(side.unknown.shape[-1]) >= side.threshold_bin, side.unknown.shape)
    likely = side.loss[..., 1] <= side.loss[..., 0] if metric.is_loss else flagged
    found = []
    for positive in (np.zeros_like(likely), likely, ~likely, np.ones_like(likely)):
        joint = side.judged
        joint[..., 1] += np.where(positive, side.unknown, 0.0)
        joint[..., 0] += np.where(positive, 0.0, side.unknown)
        found.append(float(_value_of(side, joint, metric)))
    return min(found), max(found)


def _value_of(side: SideCells, joint: FloatArray, metric: GapMetric) -> FloatArray:
    flagged = (np.arange(joint.shape[-2]) >= side.threshold_bin).astype(int)
    if metric.is_loss:
        top, bottom = side.loss, np.ones(2)
    else:
        amount = np.where(metric.is_by_amount[flagged], side.amount, 1.0)
        top, bottom = metric.top[flagged] * amount, metric.bottom[flagged]
    return ratio((joint * top).sum((-1, -2, -3)), (joint * bottom).sum((-1, -2, -3)))


def _errors(
    reference: SideCells,
    production: SideCells,
    keys: CellKeys,
    metric: GapMetric,
    account: Account,
    draws: int,
    seed: int,
) -> FloatArray:
    """Give the standard deviation over replicates of the parts, of the change and of what is entangled."""
    rng = np.random.default_rng(seed)
    coarse = reference.coarsened(REPLICATE_GROUPS), production.coarsened(REPLICATE_GROUPS)
    size = max(side.mature_pos.size for side in coarse)
    step = max(1, min(draws, MAX_CELLS_AT_ONCE // max(size, 1)))
    found = []
    for start in range(0, draws, step):
        n = min(step, draws - start)
        drawn = resampled(coarse, n, rng)
        found.append(_with_entangled(part_values(drawn[0], drawn[1], keys, metric, account)))
    return scatter(np.concatenate(found, axis=-1))
