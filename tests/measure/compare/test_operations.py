"""Intervals of quantiles by order statistics: they hold the quantile as often as they say, whatever the distribution."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.compare.operations import rank_difference, rank_shares


@pytest.mark.parametrize(("n", "share"), [(60, 0.5), (400, 0.95), (3_000, 0.99)])
def test_intervals_of_quantiles_hold_them(n: int, share: float) -> None:
    rng = np.random.default_rng(0)
    values = np.sort(rng.lognormal(0, 1.5, (600, n)), axis=1)
    low, _, high = (round(each * (n - 1)) for each in rank_shares(n, share))
    true = np.exp(1.5 * {0.5: 0.0, 0.95: 1.6448536, 0.99: 2.3263479}[share])
    inside = np.mean((values[:, low] <= true) & (true <= values[:, high]))
    assert inside == pytest.approx(0.955, abs=0.03)
    assert low < high


def test_few_values_give_their_ends() -> None:
    assert rank_shares(5, 0.99) == (pytest.approx(0.75), 0.99, 1.0)


@pytest.mark.parametrize(("n", "share", "alike"), [(80, 0.5, 0.8), (400, 0.95, 0.8), (1_000, 0.95, 0.0)])
def test_intervals_of_paired_differences_of_quantiles_hold_them(n: int, share: float, alike: float) -> None:
    rng = np.random.default_rng(0)
    z = {0.5: 0.0, 0.95: 1.6448536}[share]
    true, places, held = np.exp(0.2 + 0.6 * z) - np.exp(0.5 * z), list(rank_shares(n, share)), []
    for both in rng.multivariate_normal([0, 0], [[1, alike], [alike, 1]], (200, n)):
        sides = np.exp(0.5 * both[:, 0]), np.exp(0.2 + 0.6 * both[:, 1])
        ours, theirs = ((middle, low, high) for low, middle, high in (np.quantile(side, places) for side in sides))
        a, b = sides[0] <= ours[0], sides[1] <= theirs[0]
        _, low, high = rank_difference(ours, theirs, (a.mean(), b.mean(), (a & b).mean()), n, share)
        held.append(low <= true <= high)
    assert np.mean(held) >= 0.93
