"""Which slice comes first, and which is called worse, on logs whose base rate differs by slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from analytics.answers.slices import _ranked
from analytics.measure.slices import is_worse, slice_table
from tests.thorough import amount

SEEDS, FNR = amount(60, 200), 0.3
DRAWS, LEAST = amount(100, 200), amount(90, 182)
"""Logs, and how many of them 95 % intervals cover the truth in: fewer are 2.3 standard errors below. A quarter narrower they fail."""
N_SLICES, N_ROWS = 8, 10_000
SUMS = dict.fromkeys(("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum"), 0.0)


@dataclass(frozen=True)
class _Fault:
    """What slice 0 does unlike the others: its base rate and its FNR, as multiples of theirs."""

    base_rate: float = 1.0
    fnr: float = 1.0


def fpr_at(prevalence: float) -> float:
    """Return a false positive rate as a model of rare positives has it."""
    return min(0.05, prevalence / 3)


def ranked(seed: int, prevalence: float, fault: _Fault) -> pl.DataFrame:
    """Return the slices of a generated log in the order of the page."""
    rng, fpr = np.random.default_rng(seed), fpr_at(prevalence)
    is_first = np.arange(N_SLICES) == 0
    positives = rng.binomial(N_ROWS, np.where(is_first, fault.base_rate, 1.0) * prevalence)
    missed = rng.binomial(positives, np.where(is_first, fault.fnr, 1.0) * FNR)
    flagged = rng.binomial(N_ROWS - positives, fpr)
    rows = [
        {"slice_0": place, "score_bin": score_bin, "n": n, "n_pos": n_pos, "n_unlabelled": 0, **SUMS}
        for place in range(N_SLICES)
        for score_bin, n, n_pos in (
            (1, flagged[place] + positives[place] - missed[place], positives[place] - missed[place]),
            (0, N_ROWS - flagged[place] - positives[place] + missed[place], missed[place]),
        )
    ]
    table = slice_table(
        pl.DataFrame(rows),
        np.array([0.2, 0.8]),
        by=["slice_0"],
        threshold_bin=1,
        metrics=("recall", "fpr"),
        is_probability=True,
    )
    return _ranked(table, "error_rate", ["slice_0"]).with_columns(is_worse=is_worse("error_rate"))


def first(table: pl.DataFrame) -> dict[str, float]:
    return table.filter(pl.col("slice_0") == 0).row(0, named=True)


@pytest.mark.parametrize("prevalence, base_rate", [(0.01, 3.0), (0.03, 3.0), (0.2, 2.5), (0.6, 1.4)])
def test_a_higher_base_rate_alone_is_not_worse_and_comes_first_no_more_than_by_chance(
    prevalence: float, base_rate: float
) -> None:
    tables = [ranked(seed, prevalence, _Fault(base_rate)) for seed in range(SEEDS)]
    # All slices are alike in FNR and FPR: 5 % of the tables may hold a false alarm, an eighth of them slice 0's; one comes first.
    assert np.mean([table.filter(slice_0=0)["is_worse"][0] for table in tables]) <= 0.02
    assert np.mean([table["is_worse"].any() for table in tables]) <= 0.08
    assert np.mean([table["slice_0"][0] == 0 for table in tables]) <= 1 / N_SLICES + 0.03
    raw = np.mean([table.sort("excess_errors", descending=True)["slice_0"][0] == 0 for table in tables])
    assert raw > 0.9


@pytest.mark.parametrize("prevalence", [0.01, 0.03, 0.2, 0.6])
def test_a_doubled_fnr_comes_first_even_beside_a_higher_base_rate(prevalence: float) -> None:
    for fault in (_Fault(1.0, 2.0), _Fault(1.4, 2.0)):
        tables = [ranked(seed, prevalence, fault) for seed in range(SEEDS)]
        assert np.mean([table["slice_0"][0] == 0 for table in tables]) > 0.985
        assert np.mean([table["is_worse"][0] for table in tables]) > 0.75


@pytest.mark.parametrize("prevalence, base_rate", [(0.01, 3.0), (0.03, 3.0), (0.2, 2.5), (0.6, 1.4)])
def test_both_together_are_split_within_their_intervals(prevalence: float, base_rate: float) -> None:
    covered = []
    for seed in range(DRAWS):
        row = first(ranked(seed, prevalence, _Fault(base_rate, 2.0)))
        model = N_ROWS * prevalence * base_rate * FNR
        base = N_ROWS * prevalence * (base_rate - 1) * (FNR - fpr_at(prevalence))
        covered.append(
            (
                row["excess_model_low"] <= model <= row["excess_model_high"],
                row["excess_base_rate_low"] <= base <= row["excess_base_rate_high"],
            )
        )
        assert row["excess_base_rate"] + row["excess_model"] == pytest.approx(
            row["excess_errors"], rel=1e-12, abs=1e-12
        )
    assert np.all(np.sum(covered, axis=0) > LEAST)
