"""What a move of the threshold costs: the sweep of 50 slices × 2,000 bins beside the bare cumulative sums of NumPy.

    uv run python benchmarks/thresholds.py [--slices 50] [--bins 2000]

Both sides of the ratio are measured in this run, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
RUNS = 31


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - started)


def main() -> None:
    """Print the median times and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=50)
    parser.add_argument("--bins", type=int, default=2_000)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from analytics.measure.thresholds.certainty import certainty
    from analytics.measure.thresholds.costs import CostBins, Costs, best_bin, total_costs
    from analytics.measure.thresholds.operating import Limits, cost_sweep

    rng = np.random.default_rng(0)
    shape = (arguments.slices, arguments.bins)
    pos, neg = rng.poisson(3, shape).astype(float), rng.poisson(9, shape).astype(float)
    nothing = np.zeros(shape)
    bins = CostBins(pos + neg, pos, neg, nothing, nothing, nothing, nothing)
    costs = Costs(fp=1, fn=5)
    works: dict[str, Callable[[], object]] = {
        "two bare cumulative sums": lambda: (np.cumsum(pos, axis=-1), np.cumsum(neg, axis=-1)),
        "cost and best threshold of every slice": lambda: best_bin(total_costs(bins, costs)),
        "whole sweep: counts and money of every slice": lambda: cost_sweep(bins, costs).cost,
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            taken[name].append(milliseconds(work))
    bare = statistics.median(taken["two bare cumulative sums"])
    print(f"{arguments.slices} slices × {arguments.bins:,} bins, median of {RUNS}")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:46} {median:7.2f} ms   ratio {median / bare:5.1f}")
    whole = bins.total()
    print(
        f"{'bootstrap of one cohort, 400 draws':46} {milliseconds(lambda: certainty(whole, costs, Limits())):7.0f} ms"
    )


if __name__ == "__main__":
    main()
