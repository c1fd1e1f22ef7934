from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from polars.testing import assert_frame_equal
from sklearn.calibration import calibration_curve

from analytics.measure.intervals import wilson
from analytics.measure.losses import brier, log_loss
from analytics.measure.reliability import ece, equal_mass_groups, equal_width_groups, reliability_table
from analytics.measure.score_bins import ScoreBins, score_bins
from tests.measure.logs import distinct_edges, judged, rows, score_table
from tests.measure.test_metrics import ece_by_hand


def bins_of(log: pl.DataFrame, edges: np.ndarray) -> ScoreBins:
    return score_bins(score_table(log, edges), pl.DataFrame(), len(edges))


def random_log(n: int, seed: int, power: float = 1.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    score = np.rint(rng.beta(1, 2.5, n) * 200) / 200
    return pl.DataFrame({"score": score, "label": (rng.random(n) < score**power).astype(int)})


@given(rows())
def test_the_standard_errors_of_losses_are_those_of_the_rows(log: pl.DataFrame) -> None:
    y, score = judged(log)
    bins = bins_of(log, distinct_edges(log))
    eps = np.finfo(float).eps
    clipped = np.clip(score, eps, 1 - eps)
    losses = {brier: (score - y) ** 2, log_loss: -np.log(np.where(y == 1, clipped, 1 - clipped))}
    for metric, by_row in losses.items():
        found = metric(bins)
        if len(y) < 2:
            assert np.isnan(found.standard_error[0])
        else:
            expected = by_row.std(ddof=1) / np.sqrt(len(y))
            np.testing.assert_allclose(found.standard_error[0], expected, rtol=1e-7, atol=1e-9)


def test_a_coarse_grid_keeps_losses_exact_and_their_errors_close() -> None:
    log = random_log(4_000, 1)
    exact, coarse = bins_of(log, distinct_edges(log)), bins_of(log, np.arange(50) / 50)
    for metric in (brier, log_loss):
        np.testing.assert_allclose(metric(coarse).value, metric(exact).value, rtol=1e-12)
        np.testing.assert_allclose(metric(coarse).standard_error, metric(exact).standard_error, rtol=0.02)


@given(rows(), st.integers(1, 20))
def test_equal_mass_bins_are_closed_at_the_first_score_past_each_share(log: pl.DataFrame, groups: int) -> None:
    edges = distinct_edges(log)
    y, score = judged(log)
    found = float(ece(bins_of(log, edges), groups=groups).value[0])
    assert found == pytest.approx(ece_by_hand(y, score, groups), abs=1e-12, nan_ok=True)
    table = reliability_table(score_table(log, edges), edges, groups=groups)
    assert table["n"].sum() == len(y) and table.height <= groups
    assert table["bin"].to_list() == list(range(table.height))
    weighted = (table["n"] * (table["mean_score"] - table["observed"]).abs()).sum() / max(len(y), 1)
    assert weighted == pytest.approx(0.0 if np.isnan(found) else found, abs=1e-12)
    for row in table.iter_rows(named=True):
        is_last = row["bin"] == table.height - 1
        inside = (score >= row["low"]) & ((score <= row["high"]) if is_last else (score < row["high"]))
        assert inside.sum() == row["n"]
        assert row["mean_score"] == pytest.approx(score[inside].mean()) and row["observed"] == y[inside].mean()


def test_heavy_ties_give_fewer_bins() -> None:
    # 10 rows, 5 groups of 2: the tie of 7 runs past the shares of groups 1 to 4 and closes them all
    judged_rows = np.array([[1.0, 7.0, 1.0, 1.0]])
    assert equal_mass_groups(judged_rows, 5).tolist() == [[0, 0, 4, 4]]


@given(hnp.arrays(np.float64, (3, 25), elements=st.integers(0, 30).map(float)), st.integers(1, 30))
def test_equal_mass_groups_rise_and_stay_in_range(counts: np.ndarray, groups: int) -> None:
    found = equal_mass_groups(counts, groups)
    assert (np.diff(found, axis=1) >= 0).all() and found.min() >= 0 and found.max() < groups


def test_equal_width_bins_hold_their_upper_bound() -> None:
    assert equal_width_groups(np.array([0.0, 0.29, 0.3, 0.31, 0.6, 0.7, 1.0]), 10).tolist() == [0, 2, 2, 3, 5, 6, 9]


def test_equal_width_reliability_agrees_with_scikit_learn_and_keeps_empty_bins() -> None:
    log = random_log(500, 2).filter((pl.col("score") < 0.4) | (pl.col("score") > 0.6))
    edges = distinct_edges(log)
    table = reliability_table(score_table(log, edges), edges, groups=5, binning="equal_width")
    assert table["low"].to_list() == [0.0, 0.2, 0.4, 0.6, 0.8] and table.height == 5
    assert table.row(2, named=True)["n"] == 0 and table.row(2, named=True)["observed"] is None
    observed, mean_score = calibration_curve(*judged(log), n_bins=5)
    filled = table.filter(pl.col("n") > 0)
    np.testing.assert_allclose(filled["observed"], observed)
    np.testing.assert_allclose(filled["mean_score"], mean_score)
    band = wilson(filled["observed"] * filled["n"], filled["n"])
    np.testing.assert_allclose(filled["observed_low"], band.low)
    np.testing.assert_allclose(filled["observed_high"], band.high)


def test_scores_beyond_0_and_1_widen_the_equal_width_bins() -> None:
    log = pl.DataFrame({"score": [-1.0, 0.5, 3.0], "label": [0, 1, 1]})
    edges = distinct_edges(log)
    table = reliability_table(score_table(log, edges), edges, groups=4, binning="equal_width")
    assert table["low"].to_list() == [-1, 0, 1, 2] and table["n"].to_list() == [1, 1, 0, 1]


def test_reliability_by_slice_is_that_of_each_slice() -> None:
    log = random_log(300, 5).with_columns(region=pl.Series(["a", "b", None] * 100))
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region"])
    for binning in ("equal_mass", "equal_width"):
        together = reliability_table(table, edges, by=["region"], binning=binning)
        for region in ("a", "b", None):
            is_own = pl.col("region").eq_missing(pl.lit(region, dtype=pl.String))
            alone = reliability_table(table.filter(is_own), edges, binning=binning)
            assert_frame_equal(together.filter(is_own).drop("region"), alone, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("n", "power", "truth"), [(60, 1.0, 0.0), (600, 1.0, 0.0), (60, 2.0, 0.159), (600, 2.0, 0.159)]
)
def test_the_interval_of_ece_covers_the_true_error(n: int, power: float, truth: float) -> None:
    edges = np.arange(201) / 200
    log = random_log(400 * n, n, power).with_columns(run=pl.Series(np.repeat(np.arange(400), n)))
    table = score_table(log, edges, ["run"])
    found = ece(score_bins(table, pl.DataFrame({"run": range(400)}), 201))
    assert np.mean((found.low <= truth) & (truth <= found.high)) > 0.92
    assert (found.low <= found.value).all() and (found.value <= found.high).all()


def test_the_closed_form_of_ece_is_a_poisson_bootstrap_of_rows() -> None:
    log = random_log(1_500, 9, power=2.0)
    edges = distinct_edges(log)
    found = ece(bins_of(log, edges))
    y, score = judged(log)
    group = equal_mass_groups(bins_of(log, edges).judged)[0][np.searchsorted(edges, score)]
    weights = np.random.default_rng(0).poisson(1.0, (2_000, len(y)))
    deviations = np.stack([(weights * np.where(group == g, score - y, 0)).sum(axis=1) for g in range(15)])
    replicates = np.abs(deviations).sum(axis=0) / weights.sum(axis=1)
    assert (found.high - found.value)[0] == pytest.approx(1.96 * replicates.std(), rel=0.06)
