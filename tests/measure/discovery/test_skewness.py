"""Means of skewed values: their intervals miss at their stated rate, and their p-values and noise at theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.evidence import gap_interval, p_values, rate_interval, scores, skewness
from analytics.measure.discovery.noise import draws
from analytics.measure.discovery.skewness import SHORTEST, normal_scores
from tests.measure.discovery.cubes import cube_of, halves
from tests.thorough import IS_THOROUGH, amount

Draw = Callable[[np.random.Generator, tuple[int, int]], Any]


def calibrated(base: float, times: float = 1.0) -> tuple[Draw, Draw]:
    """Over-prediction and Brier loss of scores around ``base``, where positives are ``times`` as frequent as they say."""

    def drawn(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Any, Any]:
        score = rng.beta(10 * base, 10 * (1 - base), shape)
        return score, rng.random(shape) < np.minimum(times * score, 1)

    def bias(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
        score, label = drawn(rng, shape)
        return score - label

    def loss(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
        score, label = drawn(rng, shape)
        return (score - label) ** 2

    return bias, loss


def costs(sigma: float, share: float = 1.0) -> Draw:
    """Lognormal costs of a share of the rows."""
    return lambda rng, shape: (rng.random(shape) < share) * rng.lognormal(0, sigma, shape)


SHAPES = {
    **{f"bias {base:.1%}": calibrated(base)[0] for base in (0.01, 0.02, 0.05, 0.137)},
    **{f"loss {base:.1%}": calibrated(base)[1] for base in (0.01, 0.02, 0.05, 0.137)},
    "costs 1": costs(1.0),
    "costs 1.5": costs(1.5),
    "costs of 13.7% errors": costs(1.0, 0.137),
}
MEANS = {
    **dict.fromkeys((shape for shape in SHAPES if shape.startswith("bias")), 0.0),
    **{f"loss {base:.1%}": 10 * base * (1 - base) / 11 for base in (0.01, 0.02, 0.05, 0.137)},
    "costs 1": np.exp(0.5),
    "costs 1.5": np.exp(1.125),
    "costs of 13.7% errors": 0.137 * np.exp(0.5),
}
"""In closed form: E[s - y] is 0, E[(s - y)²] is E[s(1 - s)] of a beta of 10 rows, and a lognormal's mean is exp(σ² / 2)."""


def sums_of(values: Any) -> Sums:
    """Sums over the second axis."""
    n = np.full(len(values), float(values.shape[1]))
    return Sums(n, n, values.sum(axis=1), (values**2).sum(axis=1), cubes=(values**3).sum(axis=1))


def drawn(draw: Draw, rng: np.random.Generator, n: int, draws: int) -> Sums:
    """Sums of ``draws`` slices of ``n`` rows, drawn in pieces."""
    parts = [sums_of(draw(rng, (100, n))).columns() for _ in range(draws // 100)]
    return Sums.of([np.concatenate(side) for side in zip(*parts, strict=True)])


@settings(max_examples=50)
@given(st.integers(0, 1_000), st.integers(2, 400), st.sampled_from([0.8, 0.95, 0.99]))
def test_bounds_solve_the_score_equation(seed: int, n: int, level: float) -> None:
    """n d² = t² (s² - b d), with the slope of the slice and of 300 rows of the whole together."""
    rng = np.random.default_rng(seed)
    values, others = rng.lognormal(0, 0.5, n), rng.lognormal(0, 0.5, 3_000)
    every = np.concatenate([values, others])
    found = rate_interval(sums_of(values[None]), sums_of(every[None]), level, is_binary=False)
    t = stats.t.ppf((1 + level) / 2, n - 1)
    third, second = ((values - values.mean()) ** 3).sum(), ((values - values.mean()) ** 2).sum()
    share = 300 / len(every)
    b = (third + share * ((every - every.mean()) ** 3).sum()) / (second + share * ((every - every.mean()) ** 2).sum())
    b *= (2 / 3) + 1 / (3 * t**2)

    def off(d: float) -> float:
        return float(n * d**2 - t**2 * (values.var(ddof=1) - b * d))

    spread = t * values.std(ddof=1) / np.sqrt(n)
    np.testing.assert_allclose(found.value, values.mean())
    long_side = optimize.brentq(off, -1e6, 0) if b > 0 else optimize.brentq(off, 0, 1e6)
    short_side = optimize.brentq(off, 0, 1e6) if b > 0 else optimize.brentq(off, -1e6, 0)
    np.testing.assert_allclose(max(found.high - values.mean(), values.mean() - found.low), abs(long_side))
    np.testing.assert_allclose(
        min(found.high - values.mean(), values.mean() - found.low), max(abs(short_side), SHORTEST * spread)
    )


def test_symmetrical_values_have_students_interval() -> None:
    values = np.tile([-2.0, -1, 1, 2], 30)[None]
    found = rate_interval(sums_of(values), sums_of(values), 0.95, is_binary=False)
    reference = stats.ttest_1samp(values[0], 0).confidence_interval()
    np.testing.assert_allclose([found.low[0], found.high[0]], [reference.low, reference.high], atol=1e-12)


def test_a_slice_without_a_rare_value_does_not_exclude_it() -> None:
    none, rare = np.zeros((1, 60)), (np.arange(5_000) % 50 == 0).astype(float)[None]
    found = rate_interval(sums_of(none), sums_of(rare), 0.95, is_binary=False)
    assert found.low == 0 and 0.03 < found.high[0] < 0.07


def test_normal_scores_are_those_of_a_gamma_distribution() -> None:
    for lean in (0.1, 0.5, 1.0, 2.0):
        shape, z = 4 / lean**2, np.array([-1.0, 0.0, 1.0, 2.0, 4.0])
        upper = stats.gamma.sf(shape + z * np.sqrt(shape), shape)
        inside = upper < 1
        np.testing.assert_allclose(
            normal_scores(z, np.full(5, lean))[inside], stats.norm.isf(upper)[inside], atol=0.04 + 0.02 * lean
        )
        np.testing.assert_allclose(normal_scores(-z, np.full(5, -lean)), -normal_scores(z, np.full(5, lean)))
    assert (np.diff(normal_scores(np.linspace(-3, 40, 200), np.full(200, 50.0))) >= 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_of_skewed_means_miss_on_either_side_about_as_often_as_stated(shape: str) -> None:
    """2.5 % are stated; in 400 draws 6 % are seen by chance once in 10,000 times, in 4,000 draws 3.5 % are."""
    rng = np.random.default_rng(1)
    n_draws = amount(400, 4_000)
    rest = drawn(SHAPES[shape], rng, 8_000, amount(100, 500))
    rest = rest[np.arange(n_draws) % len(rest.n)]
    mean = MEANS[shape]
    is_heavy = shape == "costs 1.5"
    for n in (50, 100, 300, 1_000, 5_000) if IS_THOROUGH else (50, 300):
        own = drawn(SHAPES[shape], rng, n, n_draws)
        value = rate_interval(own, own + rest, 0.95, is_binary=False)
        gap = gap_interval(own, rest, 0.95, is_binary=False)
        assert (value.low <= value.value).all() and (value.value <= value.high).all()
        for interval, aim in ((value, mean), (gap, 0.0)):
            most = amount(0.06, 0.045) if not is_heavy else amount(0.07, 0.055)  # type: ignore[arg-type]
            assert (interval.low > aim).mean() <= most
            assert (interval.high < aim).mean() <= most
            assert ((interval.low > aim) | (interval.high < aim)).mean() <= most + 0.025


@pytest.mark.parametrize("shape", SHAPES)
def test_p_values_of_skewed_means_are_as_rare_as_they_say(shape: str) -> None:
    rng = np.random.default_rng(2)
    n_draws = amount(1_000, 10_000)
    rest = drawn(SHAPES[shape], rng, 8_000, 100)[np.arange(n_draws) % 100]
    for n in (50, 300):
        own = drawn(SHAPES[shape], rng, n, n_draws)
        p = p_values(own, rest, is_binary=False)
        for level in (0.05, 0.01, 0.001):
            assert (p < level).mean() <= 1.3 * level + 3 * np.sqrt(level / n_draws)


@pytest.mark.parametrize("shape", ["bias 5.0%", "costs 1", "flags"])
def test_what_is_significant_has_an_interval_above_zero(shape: str) -> None:
    """Also where the p of flags, exact, and their interval, an approximation, would say different things."""
    rng = np.random.default_rng(3)
    draw = SHAPES.get(shape, lambda rng, shape: (rng.random(shape) < 0.15).astype(float))
    own, rest, n_significant = drawn(draw, rng, 80, 400), drawn(draw, rng, 8_000, 100)[:1], 0
    for at in range(400):
        slices = own[[at]]
        row = confirmation_table(slices, slices + rest, slices.n, is_binary=shape == "flags", is_held_back=True).row(
            0, named=True
        )
        assert row["p_adjusted"] >= max(0.05 if row["difference_low"] <= 0 else 0.0, row["p_value"])
        n_significant += row["p_adjusted"] < 0.05
    assert n_significant


@pytest.mark.parametrize("objective", ["bias 5.0%", "loss 5.0%", "costs of 13.7% errors"])
def test_noise_of_skewed_values_is_rarely_confirmed(objective: str) -> None:
    """At most 5 % of the logs; of 5 more than 2 are no chance. Five columns have 820 slices, of which chance alone finds many."""
    n, most, rows = amount(5, 300), amount(2, 15), amount(2_000, 5_000)
    confirmed = 0
    for seed in range(n):
        rng = np.random.default_rng(seed)
        columns = [rng.integers(0, 4, rows) for _ in range(amount(5, 12))]
        cube = cube_of(columns, SHAPES[objective](rng, (1, rows))[0], is_binary=False)
        confirmed += bool(halves(cube, rng).confirmed())
    assert confirmed <= most


def test_noise_is_as_skewed_as_the_rows() -> None:
    rng = np.random.default_rng(4)
    values = rng.lognormal(0, 1, 4_000) * -1
    cube = cube_of([rng.integers(0, 4, 4_000)], values, is_binary=False)
    drawn_totals = draws(cube.sums, 200, rng, is_binary=False)
    np.testing.assert_allclose(drawn_totals.sum(axis=1), values.sum())
    np.testing.assert_allclose(drawn_totals.var(), values.var(), rtol=0.05)
    np.testing.assert_allclose(stats.skew(drawn_totals.ravel()), stats.skew(values), rtol=0.15)
    np.testing.assert_allclose(skewness(cube.sums.sum())[0], stats.skew(values))


def test_the_worst_slices_of_skewed_noise_score_as_those_of_flags_do() -> None:
    """Without the skewness one huge cost would be 10 standard errors."""
    rng = np.random.default_rng(5)
    values = rng.lognormal(0, 1.5, 20_000) * (rng.random(20_000) < 0.05)
    whole = sums_of(values[None])
    slices = sums_of(np.stack([values[rng.choice(20_000, 100, replace=False)] for _ in range(2_000)]))
    assert scores(slices, whole, is_binary=False).max() < 5
    assert np.mean(scores(slices, whole, is_binary=False) > 1.645) < 0.08
