"""The two small distributions of an input: the same groups on both sides, and nothing is left out of them."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

from analytics.measure.gap import inputs
from analytics.measure.gap.distances import weeks_apart
from analytics.measure.gap.inputs import MISSING, OTHERS, InputChange, input_change
from analytics.measure.gap.sample import Sample

RNG = np.random.default_rng(0)
NORMAL = pl.Series(RNG.normal(0, 1, 3_000))
FAR = pl.Series([*RNG.normal(3, 1, 2_000), *[None] * 500], dtype=pl.Float64)
FEW = pl.Series([1.0, 2.0, 2.0, None]), pl.Series([2.0, 3.0, 3.0, 3.0])
MANY = pl.Series([f"v{i % 30:02d}" for i in range(900)]), pl.Series(["v00"] * 300 + [None] * 100, dtype=pl.String)
EMPTY = NORMAL, pl.Series([None] * 50, dtype=pl.Float64)


def changed(reference: pl.Series, production: pl.Series, *further: pl.Series, **options: Any) -> InputChange:
    return input_change(Sample(reference), Sample(production), *further, **options)


@pytest.mark.parametrize("pair", [(NORMAL, FAR), FEW, MANY, EMPTY])
def test_every_row_is_in_one_group_and_missing_is_the_last(pair: tuple[pl.Series, pl.Series]) -> None:
    found = changed(*pair)
    assert found.bars[-1] == MISSING and len(set(found.bars)) == len(found.bars)
    for side, shares in zip(pair, (found.shares_reference, found.shares_production), strict=True):
        assert len(shares) == len(found.bars) and sum(shares) == pytest.approx(1.0)
        assert shares[-1] == pytest.approx(side.null_count() / len(side))


def test_ten_ranges_of_numbers_hold_what_numpy_counts() -> None:
    found = changed(NORMAL, FAR)
    known = FAR.drop_nulls().to_numpy()
    ends = [np.quantile(side, (0.01, 0.99)) for side in (NORMAL.to_numpy(), known)]
    edges = np.linspace(ends[0][0], ends[1][1], 11)
    edges[0], edges[-1] = -np.inf, np.inf
    assert len(found.bars) == 11
    np.testing.assert_allclose(found.shares_production[:-1], np.histogram(known, edges)[0] / len(FAR))


def test_values_are_the_most_frequent_ones_and_all_others() -> None:
    few, many = changed(*FEW), changed(*MANY)
    assert few.bars == ("1", "2", "3", MISSING) and few.shares_reference == (0.25, 0.5, 0.0, 0.25)
    assert many.bars[0] == "v00" and many.bars[-2:] == (OTHERS, MISSING) and len(many.bars) == 11
    assert many.shares_reference[-2] == pytest.approx(21 / 30) and many.shares_production[0] == 0.75


@pytest.mark.parametrize("pair", [(NORMAL.round(1), FAR.round(1)), FEW, MANY])
def test_values_that_stand_for_many_are_as_many_values(pair: tuple[pl.Series, pl.Series]) -> None:
    stand_for = [RNG.integers(1, 5, len(side)) for side in pair]
    weighted = [Sample(side, n.astype(float)) for side, n in zip(pair, stand_for, strict=True)]
    found = input_change(weighted[0], weighted[1])
    oracle = changed(
        *(pl.Series(side.gather(np.repeat(np.arange(len(side)), n))) for side, n in zip(pair, stand_for, strict=True))
    )
    assert found.bars[-1] == oracle.bars[-1]
    for name in (
        "missing_production",
        "psi",
        "jensen_shannon",
        "kolmogorov_smirnov",
        "wasserstein",
        "distance",
        "outside",
    ):
        value, expected = getattr(found, name), getattr(oracle, name)
        assert (value is None and expected is None) or value == pytest.approx(expected, rel=0.02, abs=2e-3), name
    if found.medians is not None:
        assert found.medians == pytest.approx(oracle.medians)
    assert found.noise > oracle.noise


def test_chance_reaches_farther_where_rows_of_a_unit_have_one_value() -> None:
    unit = np.repeat(np.arange(400), 10)
    values = [np.random.default_rng(seed).normal(0, 1, 400)[unit] for seed in (1, 2)]
    alone, together = (
        input_change(*(Sample(pl.Series(side), None, group) for side in values)) for group in (None, unit % 100)
    )
    assert alone.is_beyond_noise and not together.is_beyond_noise
    assert together.noise / alone.noise == pytest.approx(10**0.5, rel=0.2)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_weeks_of_values_are_as_far_apart_as_week_by_week(is_weighted: bool) -> None:
    """Counted once for all weeks, rows without a week left out; without weights to the last digit."""
    rng = np.random.default_rng(3)
    values = pl.Series(
        rng.choice(["a", "b", "c", "rare", None], 3_000, p=[0.5, 0.3, 0.15, 0.01, 0.04]), dtype=pl.String
    )
    weeks = pl.Series("week", rng.choice([0, 7, 14, 21, None], 3_000).tolist(), dtype=pl.Int64)
    sample = Sample(values, rng.uniform(0.5, 4.0, 3_000) if is_weighted else None)
    with patch.object(inputs, "weeks_apart", wraps=weeks_apart) as fast:
        found = inputs._weekly_level(sample, weeks)
    assert fast.call_count == 1
    apart = [inputs._distance_of(sample.filter(weeks != week), sample.filter(weeks == week)) for week in (0, 7, 14, 21)]
    assert found == (pytest.approx(max(apart), rel=1e-12) if is_weighted else max(apart)) and found > 0
