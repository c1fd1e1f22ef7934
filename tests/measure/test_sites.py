"""Labels of sites at equal scores: against plain loops, and against simulation."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from analytics.measure.labels.sites import code_table, site_table, strata_of
from tests.thorough import amount

RNG = np.random.default_rng


def strata(seed: int, n_sites: int = 3, n_strata: int = 8) -> pl.DataFrame:
    rng = RNG(seed)
    n = rng.integers(0, 40, (n_sites, n_strata))
    n_pos = rng.binomial(n, np.linspace(0.1, 0.9, n_strata))
    rows = [
        {"site": f"s{site}", "stratum": stratum, "n": int(n[site, stratum]), "n_pos": int(n_pos[site, stratum])}
        for site in range(n_sites)
        for stratum in range(n_strata)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("seed", range(5))
def test_differences_and_odds_equal_a_plain_loop(seed: int) -> None:
    table = strata(seed)
    for row in site_table(table).iter_rows(named=True):
        top = bottom = odds_top = odds_bottom = seen = expected = variance = 0.0
        for stratum in range(8):
            own = table.filter((pl.col("site") == row["site"]) & (pl.col("stratum") == stratum))
            rest = table.filter((pl.col("site") != row["site"]) & (pl.col("stratum") == stratum))
            n1, a, n0, c = own["n"].sum(), own["n_pos"].sum(), rest["n"].sum(), rest["n_pos"].sum()
            if n1 + n0 < 2:
                continue
            total, positive = n1 + n0, a + c
            top += (a * n0 - c * n1) / total
            bottom += n1 * n0 / total
            odds_top += a * (n0 - c) / total
            odds_bottom += c * (n1 - a) / total
            seen, expected = seen + a, expected + n1 * positive / total
            variance += n1 * n0 * positive * (total - positive) / (total**2 * (total - 1))
        assert row["difference"] == pytest.approx(top / bottom)
        assert row["odds_ratio"] == pytest.approx(odds_top / odds_bottom)
        squared = (seen - expected) ** 2 / variance
        p = math.erfc(math.sqrt(squared / 2))
        assert row["p"] >= p * (1 - 1e-12)  # adjusted for three sites
        assert row["p"] <= 3 * p * (1 + 1e-12)


def test_intervals_hold_the_truth_and_alike_sites_are_seldom_apart() -> None:
    rng, held, named, draws = RNG(1), 0, 0, amount(250, 600)
    n = np.full(10, 30)
    rest, shift = np.linspace(0.1, 0.8, 10), 0.08
    for _ in range(draws):
        n_pos = {"a": rng.binomial(n, rest + shift), "b": rng.binomial(3 * n, rest)}
        rows = {
            "site": ["a"] * 10 + ["b"] * 10,
            "stratum": [*range(10)] * 2,
            "n": [*n, *(3 * n)],
            "n_pos": [*n_pos["a"], *n_pos["b"]],
        }
        found = site_table(pl.DataFrame(rows)).filter(pl.col("site") == "a").row(0, named=True)
        held += found["low"] <= shift <= found["high"]
        alike = {**rows, "n_pos": [*rng.binomial(n, rest), *rng.binomial(3 * n, rest)]}
        named += bool(site_table(pl.DataFrame(alike))["is_apart"].any())
    spread = 3 * math.sqrt(0.95 * 0.05 / draws)  # three standard errors
    assert abs(held / draws - 0.95) <= spread
    assert named / draws <= 0.05 + spread


def test_a_site_whose_scores_nobody_else_has_is_not_compared() -> None:
    rows = {"site": ["a", "b", "c"], "stratum": [0, 0, 1], "n": [50, 50, 50], "n_pos": [10, 30, 20]}
    found = site_table(pl.DataFrame(rows))
    assert found.filter(pl.col("site") == "c").select("difference", "p", "is_apart").row(0) == (None, None, False)


def test_groups_of_scores_have_equal_mass_and_leave_out_what_has_no_score() -> None:
    rng = RNG(2)
    table = pl.DataFrame(
        {
            "slice_0": ["x", "y"] * 200,
            "score_bin": [*np.repeat(np.arange(199), 2), None, None],
            "n": rng.integers(1, 20, 400),
            "n_unlabelled": [0] * 400,
            "n_pos": [0] * 400,
        }
    )
    found = strata_of(table, "slice_0").group_by("stratum").agg(pl.col("n").sum())
    assert found.height == 20
    assert found["n"].sum() == table.filter(pl.col("score_bin").is_not_null())["n"].sum()
    assert found["n"].max() < 1.3 * found["n"].min()


def test_codes_that_one_site_alone_writes_and_never_writes() -> None:
    codes = pl.DataFrame(
        {"site": ["a", "a", "b", "b", None], "code": ["C1", "C2", "C1", "X9", "C2"], "n": [5, 50, 60, 3, 1]}
    )
    found = {row["site"]: row for row in code_table(codes).iter_rows(named=True)}
    assert (found["b"]["alone"], found["b"]["never"]) == (["X9"], ["C2"])
    assert (found["a"]["alone"], found["a"]["written"]) == ([], ["C2", "C1"])
