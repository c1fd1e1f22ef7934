from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import special, stats
from sklearn.linear_model import LogisticRegression

from analytics.measure.calibration.chance import chance_draws, chance_range, ece_by_chance
from analytics.measure.calibration.logistic import log_odds
from analytics.measure.calibration.scan import misfit_table
from analytics.measure.calibration.table import adjusted
from tests.measure.calibration.test_table import alone, calibrated, cells_of_a_large_log, made
from tests.measure.logs import distinct_edges, judged, score_table
from tests.measure.test_metrics import ece_by_hand
from tests.thorough import amount


def segmented(n: int, seed: int, slope: float = 1.0) -> pl.DataFrame:
    """Scores that are right on average everywhere; in segment s their slope is another one."""
    rng = np.random.default_rng(seed)
    score = np.rint(rng.beta(2, 2, n) * 200).clip(1, 199) / 200
    segment = rng.choice(["r", "s", "t", "u", "v"], n)
    chance = np.where(segment == "s", special.expit(slope * special.logit(score)), score)
    return made(score, rng.random(n) < chance, segment=segment, other=rng.choice(["x", "y", "z"], n))


def found_in(log: pl.DataFrame) -> pl.DataFrame:
    edges = distinct_edges(log)
    parts = [
        misfit_table(score_table(log, edges, [name]), edges, name).rename({name: "value"})
        for name in ("segment", "other")
    ]
    return adjusted(pl.concat(parts))


def test_each_slice_is_measured_beside_the_rest_as_row_by_row() -> None:
    log = segmented(3_000, 1, 0.4)
    table = found_in(log)
    for row in table.head(5).iter_rows(named=True):
        is_own = log["segment"] == row["value"]
        slopes = []
        for part in (log.filter(is_own), log.filter(~is_own)):
            y, score = judged(part)
            fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(log_odds(score)[:, None], y)
            slopes.append(fit.coef_[0, 0])
        y, score = judged(log.filter(is_own))
        assert row["n"] == len(y) and row["n_pos"] == y.sum()
        assert row["difference"] == pytest.approx(score.mean() - y.mean())
        assert (row["slope"], row["slope_to_the_rest"]) == pytest.approx((slopes[0], slopes[0] - slopes[1]), abs=1e-4)
        assert row["slope_low"] < row["slope"] < row["slope_high"]
        assert row["ece"] == pytest.approx(ece_by_hand(y, score, 15))


def test_a_segment_that_is_right_on_average_and_stale_stands_out_by_its_slope() -> None:
    for seed in range(10):
        table = found_in(segmented(6_000, seed, 0.4))
        row = table.row(by_predicate=pl.col("value") == "s", named=True)
        assert abs(row["difference"]) < 0.05 and row["slope"] == pytest.approx(0.4, abs=0.15) and row["slope_high"] < 1
        assert row["slope_p_adjusted"] < 0.001 and row["ece"] > row["ece_chance_high"]


def test_calibrated_logs_have_a_slice_that_stands_out_no_more_often_than_stated() -> None:
    logs = amount(100, 200)
    tables = [found_in(segmented(1_500, seed)) for seed in range(logs)]
    named = sum(
        (table.select(pl.min_horizontal(pl.min("p_adjusted"), pl.min("slope_p_adjusted"))).item()) < 0.05
        for table in tables
    )
    assert stats.binomtest(named, logs, 0.05, alternative="greater").pvalue > 0.01, named
    p = pl.concat(tables)
    for name in ("p_value", "slope_p_value"):
        below = int((p[name] < 0.05).sum())
        assert abs(below / len(p) - 0.05) < 0.025, (name, below)


def test_without_a_line_there_is_no_slope_and_no_test() -> None:
    log = made(
        np.array([0.2, 0.4, 0.6, 0.8] * 10), np.array([0, 1] * 20), segment=["a"] * 38 + ["b"] * 2, other=["x"] * 40
    )
    table = found_in(log)
    assert table["slope"].is_null().to_list() == [False, True, False]
    assert table["slope_p_value"].is_null().all() and table["p_value"].is_null().to_list() == [False, False, True]
    empty = made(
        np.array([]), np.array([]), segment=pl.Series([], dtype=pl.String), other=pl.Series([], dtype=pl.String)
    )
    assert found_in(empty).is_empty()


@pytest.mark.parametrize("n", [60, 300, 3_000, 300_000])
def test_the_chance_level_without_a_simulation_is_that_of_the_simulation(n: int) -> None:
    bins = alone(calibrated(n, 3)) if n < 10_000 else cells_of_a_large_log(n, 3)
    _, _, high = chance_range(chance_draws(bins)["ece"])
    assert ece_by_chance(bins)[0] == pytest.approx(high, rel=0.04)
