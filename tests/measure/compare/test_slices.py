"""How often a slice is confirmed where both sides are equal, and that a planted one is found although the candidate is better."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.compare.slices import Pairs, losing_slices
from analytics.measure.discovery.cube import Cube, Sums

N_COLUMNS, N_VALUES = 3, 3


def pairs_of(columns: np.ndarray, d: np.ndarray, rng: np.random.Generator, unit: np.ndarray | None = None) -> Pairs:
    """Each pair as a cell of its own; the halves by chance, whole units together."""
    n, one = len(d), np.ones(len(d))
    half = rng.random(n) < 0.5 if unit is None else (rng.random(unit.max() + 1) < 0.5)[unit]
    sums = Sums(one, one, d, d**2, cubes=d**3)
    codes = tuple(columns[:, place].astype(np.int32) for place in range(columns.shape[1]))
    sizes = tuple(int(column.max()) + 1 for column in codes)
    cube = Cube(
        codes, sizes, tuple(np.ones(size, bool) for size in sizes), tuple(range(len(codes))), sums, is_binary=False
    )
    return Pairs(cube, half, is_share=True, unit=unit)


def changes(rng: np.random.Generator, n: int, newly_wrong: np.ndarray | float, newly_right: float) -> np.ndarray:
    draw = rng.random(n)
    return np.where(draw < newly_wrong, 1.0, np.where(draw > 1 - newly_right, -1.0, 0.0))


def confirmed(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter("is_confirmed") if found.height else found


def test_equal_sides_have_no_slice_in_all_but_one_of_twenty() -> None:
    rng = np.random.default_rng(0)
    hits = []
    for _ in range(8):
        columns = rng.integers(0, N_VALUES, (1_000, N_COLUMNS))
        hits.append(confirmed(losing_slices(pairs_of(columns, changes(rng, 1_000, 0.1, 0.1), rng))[1]).height > 0)
    assert sum(hits) <= 1


def test_units_that_change_together_make_no_slice() -> None:
    rng = np.random.default_rng(1)
    hits = []
    for _ in range(6):
        unit = np.repeat(np.arange(40), 25)
        columns = rng.integers(0, N_VALUES, (40, N_COLUMNS))[unit]
        d = changes(rng, 40, 0.3, 0.3)[unit]
        hits.append(confirmed(losing_slices(pairs_of(columns, d, rng, unit))[1]).height > 0)
    assert sum(hits) <= 1


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_slice_of_three_percent_is_found_against_the_whole(sign: float) -> None:
    rng = np.random.default_rng(2)
    n = 6_000
    columns = rng.integers(0, N_VALUES, (n, N_COLUMNS))
    columns[:, 0] = np.where(rng.random(n) < 0.03, 0, rng.integers(1, N_VALUES, n))
    d = changes(rng, n, np.where(columns[:, 0] == 0, 0.3, 0.04), 0.08)
    patterns, found = losing_slices(pairs_of(columns, sign * d, rng))
    assert sign * d.mean() * sign < 0
    name = "loses" if sign > 0 else "wins"
    first = confirmed(found).filter(direction=name)
    planted = [patterns[place] for place in first["place"]]
    assert any(pattern[0] == 0 and (pattern[1:] == -1).all() for pattern in planted)
    place = next(at for at, pattern in zip(first["place"], planted, strict=True) if pattern[0] == 0)
    row = found.row(place, named=True)
    assert row["low"] < sign * 0.22 < row["high"]
