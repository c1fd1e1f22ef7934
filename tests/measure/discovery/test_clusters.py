"""A search of rows that belong together: variances unit by unit, and what noise confirms."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.discovery.clusters import UnitCells, effects_of
from analytics.measure.discovery.confirmation import confirmation_table
from analytics.measure.discovery.cube import Cube, Sums
from analytics.measure.discovery.evidence import scores
from analytics.measure.discovery.grouping import stacked
from analytics.measure.discovery.lattice import lattice
from analytics.measure.discovery.noise import noise_of


def made(seed: int, n_units: int = 300, *, is_within_label: bool = True) -> UnitCells:
    """A log whose errors depend on the unit alone, sliced by three columns of units and three of rows."""
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_units), draw.integers(2, 16, n_units))
    n = unit.size
    wrong = (draw.random(n) < draw.beta(0.3, 1.2, n_units)[unit]).astype(float)
    positive = (draw.random(n) < 0.4).astype(float)
    columns = [draw.integers(0, 3, n_units)[unit] for _ in range(3)] + [draw.integers(0, 3, n) for _ in range(3)]
    by_label = {"positives": positive, "missed": wrong * positive} if is_within_label else {}
    sums = Sums(np.ones(n), np.ones(n), wrong, wrong, **by_label)
    known = tuple(np.ones(3, dtype=bool) for _ in columns)
    cube = Cube(tuple(columns), (3,) * 6, known, tuple(range(6)), sums, is_binary=True)
    return UnitCells(cube, unit, np.arange(n))


@pytest.mark.parametrize("is_within_label", [True, False])
def test_effects_are_those_of_leaving_units_out(is_within_label: bool) -> None:
    units = made(1, is_within_label=is_within_label)
    sums, n_units = units.cube.sums, units.unit.max() + 1

    def model(kept: np.ndarray) -> float:
        own, rest = sums[kept & inside].sum(), sums[kept & ~inside].sum()
        by_label, other = own.by_label(), rest.by_label()
        if by_label is None or other is None:
            return float((own.total / own.trials - rest.total / rest.trials)[0])
        return float(((own.total - by_label.expected(other)) / own.trials)[0])

    for place in (0, 4):
        pattern = np.full(6, -1)
        pattern[place] = 1
        inside = units.cube.cells_of(pattern)
        effects = effects_of(units, [pattern])
        by_unit = [model(units.unit != each) for each in range(n_units)]
        by_row = [model(np.arange(len(sums.n)) != each) for each in range(len(sums.n))]
        expected = np.var(by_unit) * n_units / (np.var(by_row) * len(sums.n))
        assert effects.model.value[0] == pytest.approx(expected, rel=0.1)


def test_intervals_are_wider_and_p_is_larger() -> None:
    units = made(2)
    cube = units.cube
    patterns = [np.array([value, -1, -1, -1, -1, -1]) for value in range(3)]
    sums = stacked([cube.sums_of(pattern) for pattern in patterns])
    options = {"is_binary": True, "is_held_back": True}
    plain = confirmation_table(sums, cube.sums.sum(), sums.trials, **options)
    wide = confirmation_table(sums, cube.sums.sum(), sums.trials, **options, effects=effects_of(units, patterns))
    for name in ("rate", "difference", "excess_model"):
        assert (wide[f"{name}_high"] - wide[f"{name}_low"]).gt(plain[f"{name}_high"] - plain[f"{name}_low"]).all()
    assert (wide["p_value"] >= plain["p_value"]).all()
    assert wide["rate"].to_list() == plain["rate"].to_list()


def test_a_slice_of_one_unit_confirms_nothing() -> None:
    units = made(3)
    cube = units.cube
    wrong = np.where(units.unit == 0, 1.0, 0.1)
    sums = Sums(cube.sums.n, cube.sums.trials, wrong, wrong)
    of_one = UnitCells(
        Cube(((units.unit == 0).astype(int),), (2,), (np.ones(2, dtype=bool),), (0,), sums, is_binary=True),
        units.unit,
        units.whole,
    )
    pattern = np.array([1])
    own = of_one.cube.sums_of(pattern)
    table = confirmation_table(
        own, sums.sum(), own.trials, is_binary=True, is_held_back=True, effects=effects_of(of_one, [pattern])
    )
    assert table["status"].to_list() == ["not confirmed"]


def test_noise_of_units_reaches_farther_than_that_of_rows() -> None:
    units = made(4)
    cube = units.cube
    found = lattice(cube, 50, 2)
    rows, together = (noise_of(cube, 50, 2, work=found.work, seed=1, units=each).score for each in (None, units))
    assert together > 1.2 * rows
    assert np.nanmax(scores(found.sums, cube.sums.sum(), is_binary=True)) < 1.5 * together


def test_parts_keep_units_and_cells_together() -> None:
    units = made(5, n_units=20)
    chosen = np.random.default_rng(0).random(units.cube.n_cells) < 0.5
    part = units.part(chosen)
    assert part.cube.sums.n.sum() == units.cube.sums.n[chosen].sum()
    assert part.whole.max() + 1 == chosen.sum()
    assert set(part.unit) == set(range(len(set(units.unit[chosen]))))
