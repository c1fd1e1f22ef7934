"""How often a planted slice is found and confirmed, and how often noise is: a simulation, no job of the table.

uv run python -m benchmarks.power [PLANTED NOISE]        100 planted logs and 1,000 logs of noise by default
"""

from __future__ import annotations

import sys

import numpy as np


def ceilings(base: float, n: int = 20_000, share: float = 0.015, draws: int = 20_000) -> tuple[float, float]:
    """Return what no search can pass: the power of a test that knows the slice, and of one look at all rows."""
    from analytics.measure.comparisons import greater_p_value

    rng = np.random.default_rng(0)
    inside, rest = round(share * n), round((1 - share) * n)
    power = []
    for part, level in ((0.5, 0.05), (1.0, 0.05 / 8_000)):
        one, other = round(part * inside), round(part * rest)
        p = greater_p_value(rng.binomial(one, 2 * base, draws), one, rng.binomial(other, base, draws), other)
        power.append(float((p < level).mean()))
    return power[0], power[1]


def simulate(n_planted: int, n_noise: int) -> None:
    """Print how often a planted slice is found and confirmed, and how often noise is."""
    from tests.measure.discovery.cubes import noise, planted

    pattern = [0, 1, 0, *[-1] * 7]
    for base in (0.137, 0.2):
        known, best = ceilings(base)
        print(
            f"at {base:.1%}: known beforehand, half of the rows confirm it in {known:.1%} of logs; all rows, with no row "
            f"held back and Bonferroni over 8,000 slices, find it in {best:.1%}"
        )
        hits = sum(pattern in planted(seed, base=base).confirmed() for seed in range(n_planted))
        print(f"planted, error rate {base:.1%} and {2 * base:.1%}: found and confirmed in {hits} of {n_planted}")
    wrong = sum(bool(noise(seed).confirmed()) for seed in range(n_noise))
    print(f"noise: something confirmed in {wrong} of {n_noise}")


if __name__ == "__main__":
    simulate(*map(int, sys.argv[1:] or (100, 1_000)))
