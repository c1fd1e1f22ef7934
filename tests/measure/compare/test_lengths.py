"""Win rates at equal length against a fit by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import optimize, special

from analytics.measure.compare.lengths import equal_length, equal_lengths


def made(seed: int, n: int = 600, at_none: float = -0.4, effect: float = 1.5) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    delta = np.round(rng.normal(300, 500, n))
    chance = special.expit(at_none + effect * np.tanh(delta / delta.std(ddof=1)))
    x = np.where(rng.random(n) < 0.5, rng.random(n) < chance, chance)
    w = rng.choice([1.0, 3.0], n)
    return pl.DataFrame({"x": x, "delta": delta, "n": 1, "w": w, "w2": w**2, "unit": rng.integers(0, 150, n)})


@pytest.mark.parametrize("has_units", [True, False])
def test_the_rate_and_its_error_are_those_of_a_fit_by_hand(*, has_units: bool) -> None:
    table = made(1) if has_units else made(1).drop("unit")
    x, delta, w = (table[name].to_numpy() for name in ("x", "delta", "w"))
    design = np.column_stack([np.ones(len(x)), np.tanh(delta / delta.std(ddof=1))])

    def lost(coefficients: np.ndarray) -> float:
        odds = design @ coefficients
        return float((w * (np.logaddexp(0, odds) - x * odds)).sum())

    best = optimize.minimize(lost, np.zeros(2), method="BFGS", options={"gtol": 1e-7}).x
    chance = special.expit(design @ best)
    scores = design * (w * (x - chance))[:, None]
    of = table["unit"].to_numpy() if has_units else np.arange(len(x))
    added = np.array([scores[of == each].sum(axis=0) for each in np.unique(of)])
    inner = np.linalg.inv(
        sum(weight * p * (1 - p) * np.outer(row, row) for weight, p, row in zip(w, chance, design, strict=True))
    )
    variance = len(added) / (len(added) - 1) * inner @ added.T @ added @ inner
    found, rate = equal_length(table), special.expit(best[0])
    assert found is not None
    assert (found.rate, found.effect) == pytest.approx((rate, best[1]), abs=1e-5)
    assert found.standard_error == pytest.approx(rate * (1 - rate) * variance[0, 0] ** 0.5, rel=1e-4)
    assert found.low < found.rate < found.high and found.longer == pytest.approx(np.average(delta > 0, weights=w))


def test_a_candidate_that_wins_by_length_alone_is_even_at_equal_length() -> None:
    plain = {"w": pl.lit(1.0), "w2": pl.lit(1.0)}
    ends = [equal_length(made(seed, at_none=0.0).drop("unit").with_columns(**plain)) for seed in range(40)]
    held = [each is not None and each.low < 0.5 < each.high for each in ends]
    assert sum(held) >= 35


def test_nothing_is_said_where_lengths_tell_nothing_or_all() -> None:
    table = made(2)
    assert equal_length(table.with_columns(delta=pl.lit(7.0))) is None
    assert equal_length(table.with_columns(x=(pl.col("delta") > 0).cast(pl.Float64))) is None
    assert equal_length(table.with_columns(x=pl.lit(1.0))) is None


def test_two_candidates_at_equal_length_are_as_sure_as_what_each_pair_adds() -> None:
    """The infinitesimal jackknife, by fits in which one pair counts a little more."""
    rng = np.random.default_rng(6)
    better = rng.random(40)
    sides = {name: (rng.random(40) < 0.2 + 0.5 * better).astype(float) for name in ("live", "candidate")}
    deltas = {f"{name}_delta": 40 * each + rng.normal(0, 60, 40) for name, each in sides.items()}
    table = pl.DataFrame({**sides, **deltas}).with_columns(n=1, w=1.0, w2=1.0)

    def apart(weights: np.ndarray) -> float:
        rates = []
        for side in sides:
            own = table.select(x=side, delta=f"{side}_delta", n="n", w=pl.Series(weights), w2="w2")
            found = equal_length(own)
            assert found is not None
            rates.append(found.rate)
        return rates[1] - rates[0]

    found = equal_lengths(table)
    assert found is not None and found.difference == pytest.approx(apart(np.ones(40)))
    moved = [(apart(1 + 0.01 * (np.arange(40) == at)) - found.difference) / 0.01 for at in range(40)]
    assert found.standard_error == pytest.approx((np.square(moved).sum() * 40 / 39) ** 0.5, rel=0.02)
    assert equal_lengths(table.with_columns(live_delta=pl.lit(3.0))) is None
