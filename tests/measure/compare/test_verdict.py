"""How often verdicts err, and whether as many pairs as are asked for decide: by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.compare.proportions import bonett_price
from analytics.measure.compare.verdict import pairs_for_difference, verdict

MARGIN = 0.02


def said(gained: np.ndarray, lost: np.ndarray, n: int) -> list[str]:
    bound = bonett_price(gained, lost, n)
    return [verdict(*ends, MARGIN, n).word for ends in zip(bound.value, bound.low, bound.high, strict=True)]


def drawn(rng: np.random.Generator, n: int, up: float, down: float, times: int) -> tuple[np.ndarray, np.ndarray]:
    counts = rng.multinomial(n, [up, down, 1 - up - down], times)
    return counts[:, 0], counts[:, 1]


def test_equal_sides_are_told_apart_in_one_of_twenty() -> None:
    words = said(*drawn(np.random.default_rng(0), 1_000, 0.06, 0.06, 4_000), 1_000)
    assert np.mean([word in ("better", "worse") for word in words]) < 0.055


def test_worse_by_less_than_the_margin_is_no_worse() -> None:
    words = said(*drawn(np.random.default_rng(1), 40_000, 0.03, 0.035, 200), 40_000)
    assert np.mean([word == "no worse" for word in words]) > 0.99


@pytest.mark.parametrize("worse_by", [0.0, 0.01, 0.02])
def test_as_many_pairs_as_are_asked_for_decide(worse_by: float) -> None:
    rng = np.random.default_rng(2)
    up, down = 0.05 - worse_by / 2, 0.05 + worse_by / 2
    decided = []
    for gained, lost in zip(*drawn(rng, 600, up, down, 300), strict=True):
        bound = bonett_price(gained, lost, 600)
        first = verdict(float(bound.value), float(bound.low), float(bound.high), MARGIN, 600)
        if first.more is not None:
            n = 600 + first.more
            decided += [word != "inconclusive" for word in said(*drawn(rng, n, up, down, 20), n)]
    assert np.mean(decided) > 0.79


def test_connors_pairs_show_the_difference_in_80_percent() -> None:
    n = pairs_for_difference(0.03, 0.1)
    bound = bonett_price(*drawn(np.random.default_rng(3), n, 0.065, 0.035, 4_000), n)
    assert np.mean(bound.low > 0) == pytest.approx(0.8, abs=0.03)
