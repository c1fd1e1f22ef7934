"""The search for slices that got worse against a reference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.evidence import conditional_score, p_values, rates, scores
from analytics.measure.discovery.lattice import lattice
from analytics.measure.discovery.noise import noise_of
from analytics.measure.intervals import newcombe
from tests.measure.discovery.cubes import Columns, Found, changed, halves
from tests.thorough import amount

N = 24_000


def log(
    seed: int, *, has_effect: bool = True, n_columns: int = 8
) -> tuple[Columns, np.ndarray, np.ndarray, np.random.Generator]:  # type: ignore[type-arg]
    """Columns of four values; one pair fails twice as often only later, another one is always bad."""
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, 4, N) for _ in range(n_columns)]
    is_now = rng.random(N) < 0.5
    rate = np.where((columns[2] == 1) & (columns[3] == 1), 0.35, 0.137)
    if has_effect:
        rate = np.where((columns[0] == 0) & (columns[1] == 2) & is_now, 0.274, rate)
    return columns, rng.random(N) < rate, is_now, rng


def found_in(seed: int, *, has_effect: bool = True, n_columns: int = 8) -> Found:
    columns, value, is_now, rng = log(seed, has_effect=has_effect, n_columns=n_columns)
    return halves(changed(columns, value, is_now), rng)


def test_the_difference_in_differences_is_composed_of_newcombes_intervals() -> None:
    columns, value, is_now, _ = log(0)
    cube = changed(columns, value, is_now)
    pattern = np.array([0, 2, *[-1] * 6])
    own, whole = cube.sums_of(pattern), cube.sums.sum()
    row = confirmation_table(own, whole, own.trials, is_binary=True, is_held_back=True).row(0, named=True)
    inside = (columns[0] == 0) & (columns[1] == 2)
    parts = [value[side & when] for side in (inside, ~inside) for when in (is_now, ~is_now)]
    means = [part.mean() for part in parts]
    assert row["n_reported"] == len(parts[0]) and row["n_before"] == len(parts[1])
    np.testing.assert_allclose([row["rate_now"], row["rate_before"]], means[:2])
    np.testing.assert_allclose([row["rate"], row["rate_complement"]], [means[0] - means[1], means[2] - means[3]])
    counts = [(part.sum(), len(part)) for part in parts]
    change, elsewhere = newcombe(*counts[0], *counts[1]), newcombe(*counts[2], *counts[3])
    gap = change.value - elsewhere.value
    low = gap - np.hypot(change.value - change.low, elsewhere.high - elsewhere.value)
    np.testing.assert_allclose([row["difference"], row["difference_low"]], [gap, low])
    np.testing.assert_allclose(row["excess_errors"], len(parts[0]) * gap)
    np.testing.assert_allclose(row["p_value"], stats.norm.sf(gap / (gap - low) * stats.norm.ppf(0.975)))


def test_p_values_of_no_difference_in_differences_are_uniform() -> None:
    rng = np.random.default_rng(1)
    own_now, own_before = rng.binomial(200, 0.3, 20_000), rng.binomial(150, 0.2, 20_000)
    now, before = rng.binomial(5_000, 0.25, 20_000), rng.binomial(5_000, 0.15, 20_000)

    def side(k: np.ndarray, n: int, k0: np.ndarray, n0: int) -> object:  # type: ignore[type-arg]
        cube = changed([np.zeros(1, dtype=np.int64)], np.zeros(1), np.ones(1))
        one, two = (np.full(len(k), float(size)) for size in (n, n0))
        return type(cube.sums)(one, one, k * 1.0, k * 1.0, type(cube.sums)(two, two, k0 * 1.0, k0 * 1.0))

    p = p_values(side(own_now, 200, own_before, 150), side(now, 5_000, before, 5_000), is_binary=True)  # type: ignore[arg-type]
    for level in (0.5, 0.1, 0.05, 0.01):
        assert (p < level).mean() == pytest.approx(level, rel=0.25)


def test_the_slice_that_got_worse_leads_and_one_that_is_always_bad_does_not() -> None:
    n, needed = amount(3, 50), amount(2, 45)
    n_columns = amount(6, 8)
    always, later = [-1, -1, 1, 1, *[-1] * (n_columns - 4)], [0, 2, *[-1] * (n_columns - 2)]
    first = []
    for seed in range(n):
        found = found_in(seed, n_columns=n_columns)
        assert always not in found.confirmed()
        first.append(found.confirmed()[0])
    assert first.count(later) >= needed


def test_nothing_is_confirmed_where_nothing_changed() -> None:
    n, most = amount(6, 400), amount(2, 20)
    assert sum(bool(found_in(seed, has_effect=False, n_columns=amount(6, 8)).confirmed()) for seed in range(n)) <= most


def test_a_slice_without_a_row_in_the_reference_has_no_change() -> None:
    columns, value, is_now, _ = log(2)
    columns[4] = np.where(is_now & (columns[5] == 0), 5, columns[4] % 4)
    cube = changed(columns, value, is_now)
    found = lattice(cube, 80, 1)
    new = found.patterns[:, 4] == 5
    assert new.sum() == 1
    ranks = scores(found.sums, cube.sums.sum(), is_binary=True)
    assert np.isneginf(ranks[new]).all() and np.isnan(rates(found.sums[new])).all()


def test_what_a_stratum_predicts_of_a_change_leaves_no_excess() -> None:
    columns, value, is_now, _ = log(3)
    cube = changed(columns, value, is_now)
    excess, spread = conditional_score(cube.sums.sum(), cube.sums.sum())
    np.testing.assert_allclose([excess, spread], 0, atol=1e-9)


def test_the_band_of_noise_is_a_change_that_its_score_belongs_to() -> None:
    columns, value, is_now, _ = log(4, has_effect=False)
    level = noise_of(changed(columns, value, is_now), 80, 2, work=10**7)
    band = level.band(np.array([100.0, 500.0, 2_000.0]))
    assert (np.diff(band) < 0).all() and 2.5 < level.score < 5 and np.isnan(level.ratio)
