"""What a move of the threshold costs: the sweep of 50 slices × 2,000 bins beside the bare cumulative sums of NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.job import Job, Taken, timed

_SHAPE = (50, 2_000)


def _drawn() -> tuple[Any, Any]:
    """Return positives and negatives by slice and bin."""
    rng = np.random.default_rng(0)
    return rng.poisson(3, _SHAPE).astype(float), rng.poisson(9, _SHAPE).astype(float)


def _sweep(rows: int) -> Iterator[Taken]:
    from analytics.measure.thresholds.certainty import certainty
    from analytics.measure.thresholds.costs import CostBins, Costs, best_bin, total_costs
    from analytics.measure.thresholds.operating import Limits, cost_sweep

    pos, neg = _drawn()
    nothing = np.zeros(_SHAPE)
    bins, costs = CostBins(pos + neg, pos, neg, nothing, nothing, nothing, nothing), Costs(fp=1, fn=5)
    whole = bins.total()
    for act, work in (
        ("cost and best threshold of every slice", lambda: best_bin(total_costs(bins, costs))),
        ("counts and money of every slice", lambda: cost_sweep(bins, costs).cost),
        ("400 draws of one cohort", lambda: certainty(whole, costs, Limits())),
    ):
        work()
        yield timed(act, work)


def _sums(rows: int) -> Iterator[Taken]:
    pos, neg = _drawn()
    for _ in range(3):
        yield timed("", lambda: (np.cumsum(pos, axis=-1), np.cumsum(neg, axis=-1)))


JOBS = (
    Job(
        name="sweep",
        meaning="a move of the threshold over 50 slices × 2,000 bins",
        ours=_sweep,
        theirs=_sums,
        peer="two cumulative sums",
        rows=(100_000,),
    ),
)
