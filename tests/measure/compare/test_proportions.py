"""Paired proportions against their definitions and a second method."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy import optimize, stats

from analytics.measure.compare.proportions import bonett_price, mcnemar_mid_p


def tango(gained: int, lost: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Tango's score interval (1998), by solving for the difference at which the score is the normal quantile."""
    z = stats.norm.ppf((1 + level) / 2)

    def score(delta: float) -> float:
        a = 2 * n
        b = -gained - lost + (2 * n - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        q = (np.sqrt(b * b - 4 * a * c) - b) / (2 * a)
        return float((gained - lost - n * delta) / np.sqrt(n * (2 * q + delta * (1 - delta))))

    ends = [optimize.brentq(lambda d, at=at: score(d) - at, -0.999, 0.999) for at in (z, -z)]
    return ends[0], ends[1]


@pytest.mark.parametrize(("gained", "lost", "n"), [(20, 5, 100), (9, 12, 400), (60, 20, 500), (1, 3, 150)])
def test_the_interval_is_close_to_tangos(gained: int, lost: int, n: int) -> None:
    found = bonett_price(gained, lost, n)
    low, high = tango(gained, lost, n)
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), abs=0.012)


@pytest.mark.parametrize(("gained", "lost"), [(20, 5), (3, 9), (0, 4), (7, 7)])
def test_the_mid_p_is_half_of_what_is_as_far(gained: int, lost: int) -> None:
    n, fewer = gained + lost, min(gained, lost)
    chance = [comb(n, k) / 2**n for k in range(n + 1)]
    expected = 1.0 if gained == lost else 2 * (sum(chance[:fewer]) + chance[fewer] / 2)
    assert float(mcnemar_mid_p(gained, lost)) == pytest.approx(expected)


def test_large_tables_have_a_mid_p() -> None:
    expected = 2 * stats.norm.sf((500_900 - 499_100) / np.sqrt(1_000_000))
    assert float(mcnemar_mid_p(500_900, 499_100)) == pytest.approx(expected, rel=0.01)


def test_no_pair_has_no_interval() -> None:
    assert np.isnan(bonett_price(0, 0, 0).low)
