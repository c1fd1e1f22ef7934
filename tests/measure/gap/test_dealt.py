"""Replicates by random groups: the stated rate of intervals, and design effects, on generated sides."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.gap.cells import SideCells, side_cells
from analytics.measure.gap.dealt import Dealing, times_drawn
from analytics.measure.gap.metric import gap_metric
from analytics.measure.gap.pairs import CellKeys
from analytics.measure.gap.replicates import rates_effect, shares_effect
from analytics.measure.gap.waterfall import waterfall
from tests.thorough import amount

KEYS = CellKeys(np.arange(2), np.arange(2))
SIZE = 5


def side(draw: np.random.Generator, n_units: int, icc: float, keep: float) -> SideCells:
    """A side of units of five in two cells, wrong as units are; of negatives a part was kept."""
    unit = np.repeat(np.arange(n_units), SIZE)
    cell = draw.integers(0, 2, n_units)[unit]
    prone = draw.beta(0.2 * (1 - icc) / icc, 0.8 * (1 - icc) / icc, n_units)[unit] if icc else 0.2
    label, is_wrong = draw.random(unit.size) < 0.3, draw.random(unit.size) < prone
    weight = np.where(label, 1.0, 1 / keep)
    kept = draw.random(unit.size) < 1 / weight
    rows = pl.DataFrame(
        {"cell": cell, "score_bin": (label ^ is_wrong).astype(int), "group": unit % 100, "label": label, "w": weight}
    ).filter(pl.Series(kept))
    pos, neg = pl.col("w") * pl.col("label"), pl.col("w") * ~pl.col("label")
    table = rows.group_by("cell", "score_bin", "group").agg(
        n=pl.col("w").sum(),
        n_pos=pos.sum(),
        n_neg=neg.sum(),
        n_unlabelled=pl.lit(0.0),
        pos_sq=(pos**2).sum(),
        neg_sq=(neg**2).sum(),
        rows=pl.len(),
        rows_unlabelled=pl.lit(0),
    )
    keys = pl.DataFrame({"cell": [0, 1]})
    return side_cells(table.with_columns(is_mature=True), keys, 2, 1, np.zeros(2), Dealing(100))


@pytest.mark.parametrize(("icc", "keep"), [(0.0, 0.2), (0.1, 0.2)])
def test_intervals_hold_their_rate(icc: float, keep: float) -> None:
    # No side differs from the other: 95 % of intervals hold zero, less three standard errors of as many pairs.
    n, held = amount(60, 100), np.zeros(2)
    for seed in range(n):
        draw = np.random.default_rng(seed)
        flow = waterfall(*(side(draw, 200, icc, keep) for _ in (0, 1)), KEYS, gap_metric("error_rate"), draws=60)
        for place, part in enumerate((flow.change, flow.parts["segments"])):
            held[place] += part.low <= 0 <= part.high
    assert (held / n >= amount(865, 885) / 1_000).all()


def test_design_effects_are_those_of_units() -> None:
    # Five rows of one cell: their shares vary as those of a fifth of the rows; errors as 1 + 4 · icc says.
    found = [side(np.random.default_rng(seed), 2_000, 0.1, 1.0) for seed in range(20)]
    wrong = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert np.mean([shares_effect(each) for each in found]) == pytest.approx(5, rel=0.15)
    assert np.mean([rates_effect(each, wrong) for each in found]) == pytest.approx(1.4, rel=0.1)


def test_groups_are_drawn_to_their_variance() -> None:
    held = np.array([True, False, True, True, True])
    times = times_drawn(held, 200_000, np.random.default_rng(0))
    values = np.array([1.0, 99.0, 4.0, 6.0, 9.0])
    sums = times @ np.where(held, values, 0.0)
    assert not times[:, 1].any()
    assert sums.mean() == pytest.approx(20, rel=0.01)
    assert sums.var() == pytest.approx(4 * values[held].var(ddof=1), rel=0.02)
    assert np.isnan(times_drawn(np.array([True, False]), 2, np.random.default_rng(0))[:, 0]).all()
