"""Intervals of quantiles by order statistics: they hold the quantile as often as they say, whatever the distribution."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.compare.operations import rank_shares


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
