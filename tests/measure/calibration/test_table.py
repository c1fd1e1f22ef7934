from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from analytics.measure.calibration.chance import chance_draws, chance_range, drawn
from analytics.measure.calibration.decomposition import brier_parts, mce
from analytics.measure.calibration.logistic import ONE_CLASS, ONE_SCORE, SEPARATED, calibration_line, log_odds
from analytics.measure.calibration.regrouping import coarsened, combined, parted, with_scores
from analytics.measure.calibration.table import calibration_table, chance_table, over_prediction, slice_numbers
from analytics.measure.losses import brier
from analytics.measure.reliability import ece, reliability_table
from analytics.measure.score_bins import BinnedSlices, ScoreBins
from analytics.present.tables.calibration import NUMBERS
from tests.measure.logs import distinct_edges, judged, rows, score_table
from tests.measure.test_metrics import ece_by_hand
from tests.thorough import amount


def made(score: np.ndarray, label: np.ndarray, **columns: object) -> pl.DataFrame:
    return pl.DataFrame({"score": score, "label": label.astype(int), **columns})


def alone(log: pl.DataFrame) -> ScoreBins:
    edges = distinct_edges(log)
    return BinnedSlices(score_table(log, edges), pl.DataFrame(), len(edges)).alone(0)[1]


def calibrated(n: int, seed: int, power: float = 1.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    score = np.rint(rng.beta(1, 2.5, n) * 500).clip(1, 499) / 500
    return made(score, rng.random(n) < score**power)


@given(rows(), st.integers(1, 20))
def test_the_parts_of_the_brier_score_add_up(log: pl.DataFrame, groups: int) -> None:
    bins = alone(log)
    parts, whole = brier_parts(bins, groups), brier(bins).value
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    np.testing.assert_allclose(total, whole, atol=1e-12)


def test_the_parts_of_the_brier_score_are_those_of_its_definition() -> None:
    bins = alone(made(np.array([0.1, 0.1, 0.3, 0.3, 0.9, 0.9]), np.array([0, 1, 0, 0, 1, 1])))
    parts = brier_parts(bins, 3)  # groups of two rows; rates 1/2, 0, 1; base rate 1/2
    assert parts.reliability[0] == pytest.approx((2 * 0.4**2 + 2 * 0.3**2 + 2 * 0.1**2) / 6)
    assert parts.resolution[0] == pytest.approx((2 * 0.5**2 + 2 * 0.5**2) / 6)
    assert (parts.uncertainty[0], parts.within[0]) == (0.25, pytest.approx(0, abs=1e-15))
    assert mce(bins, 3)[0] == pytest.approx(0.4)


@pytest.mark.parametrize("power", [1.0, 1.7])
def test_slope_and_intercept_are_those_of_an_unpenalised_regression_on_the_rows(power: float) -> None:
    log = calibrated(2_000, 3, power)
    y, score = judged(log)
    line = calibration_line(alone(log))
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(log_odds(score)[:, None], y)
    assert line.slope is not None and line.intercept is not None and line.in_the_large is not None
    assert (line.slope[0], line.intercept[0]) == pytest.approx((fit.coef_[0, 0], fit.intercept_[0]), abs=1e-6)
    p = fit.predict_proba(log_odds(score)[:, None])[:, 1]
    design = np.column_stack([np.ones(len(y)), log_odds(score)])
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))))
    assert line.slope[2] - line.slope[0] == pytest.approx(1.959964 * error[1], rel=1e-4)
    gain = 2 * len(y) * (log_loss(y, score) - log_loss(y, p))
    assert line.p_value == pytest.approx(stats.chi2.sf(gain, 2), abs=1e-9)
    moved = 1 / (1 + np.exp(-log_odds(score) - line.in_the_large[0]))
    assert moved.mean() == pytest.approx(y.mean(), abs=1e-9)
    z = ((y - score) * (1 - 2 * score)).sum() / np.sqrt(((1 - 2 * score) ** 2 * score * (1 - score)).sum())
    assert line.spiegelhalter_z == pytest.approx(z)


@pytest.mark.parametrize(
    ("score", "label", "reason"),
    [
        ([0.2, 0.4], [1, 1], ONE_CLASS),
        ([0.3, 0.3], [0, 1], ONE_SCORE),
        ([0.2, 0.3, 0.8], [0, 0, 1], SEPARATED),
        ([0.2, 0.3, 0.3], [1, 1, 0], SEPARATED),
        ([1e-9, 1e-8, 1e-7, 0.5], [0, 1, 0, 1], SEPARATED),  # the first three are one score once they are clipped
    ],
)
def test_a_slope_that_does_not_exist_says_why(score: list[float], label: list[int], reason: str) -> None:
    line = calibration_line(alone(made(np.array(score), np.array(label))))
    assert line.slope is None and line.p_value is None and line.undefined == reason
    assert (line.in_the_large is None) == (reason == ONE_CLASS)


def test_scores_of_0_and_1_have_a_slope_all_the_same() -> None:
    line = calibration_line(alone(made(np.array([0, 0, 0, 0.5, 0.5, 1, 1, 1]), np.array([0, 0, 1, 0, 1, 1, 1, 0]))))
    assert line.slope is not None and np.isfinite(line.slope).all() and 0 < line.slope[0] < 1


@pytest.mark.parametrize(("n", "logs"), [(300, amount(80, 150)), (3_000, amount(60, 150)), (300_000, amount(30, 60))])
def test_the_chance_range_of_every_number_covers_calibrated_logs_at_its_stated_rate(n: int, logs: int) -> None:
    covered: dict[str, list[bool]] = {}
    for seed in range(logs):
        bins = alone(calibrated(n, 1_000 + seed)) if n < 10_000 else cells_of_a_large_log(n, seed)
        row = slice_numbers(bins, groups=15, level=0.95, seed=0, replicates=1, cells=10)
        for name, draws in chance_draws(bins, replicates=400, cells=300, seed=seed).items():
            _, low, high = chance_range(draws)
            covered.setdefault(name, []).append(low <= row[name] <= high)
    shown = {name for name, _, _ in NUMBERS} - {"n"}
    assert shown <= set(covered)
    for name, found in covered.items():
        assert stats.binomtest(sum(found), logs, 0.945).pvalue > 0.002, (name, sum(found))


def test_the_chance_table_puts_the_measured_numbers_beside_the_draws() -> None:
    bins = alone(calibrated(400, 2, 1.5))
    row = slice_numbers(bins, groups=15, level=0.95, seed=0, replicates=1, cells=10)
    draws = chance_draws(bins)
    for found in chance_table(bins).iter_rows(named=True):
        assert found["value"] == pytest.approx(row[found["metric"]])
        assert found["chance"] == pytest.approx(np.nanmedian(draws[found["metric"]]))
        assert found["chance_low"] <= found["chance"] <= found["chance_high"]


def test_each_draw_is_measured_as_a_log_of_its_own() -> None:
    bins = alone(calibrated(500, 4))
    found, pos = drawn(bins, groups=15, replicates=20, cells=1_000, seed=3)
    draws = chance_draws(bins, replicates=20, seed=3)
    for place, positives in enumerate(pos):
        n = found.judged
        made_again = with_scores(ScoreBins(n, positives[None], n - positives, *[n] * 4), found.score[0])
        row = slice_numbers(made_again, groups=15, level=0.95, seed=0, replicates=1, cells=10)
        for name, values in draws.items():
            assert values[place] == pytest.approx(row[name], abs=1e-6), name


def ece_of(bins: ScoreBins) -> float:
    return float(ece(bins).value[0])


def cells_of_a_large_log(n: int, seed: int) -> ScoreBins:
    rng = np.random.default_rng(seed)
    score = np.arange(1, 500) / 500
    density = (1 - score) ** 1.5
    drawn = rng.multinomial(n, density / density.sum())
    score, drawn = score[drawn > 0], drawn[drawn > 0]
    pos = rng.binomial(drawn, score)
    n_rows, n_pos = drawn[None].astype(float), pos[None].astype(float)
    return with_scores(ScoreBins(n_rows, n_pos, n_rows - n_pos, *[n_rows] * 4), score)


def test_numbers_of_slices_are_those_of_scikit_learn_on_their_rows() -> None:
    log = calibrated(900, 5, 1.3).with_columns(region=pl.Series(["a", "b", None] * 300))
    edges = distinct_edges(log)
    table = calibration_table(score_table(log, edges, ["region"]), edges, by=["region"], replicates=50)
    assert table["region"].to_list() == ["a", "b", None]
    for row in table.iter_rows(named=True):
        part = log.filter(pl.col("region").eq_missing(pl.lit(row["region"], dtype=pl.String)))
        y, score = judged(part)
        assert row["n"] == len(y) and row["n_pos"] == y.sum()
        assert row["brier"] == pytest.approx(brier_score_loss(y, score))
        assert row["log_loss"] == pytest.approx(log_loss(y, score))
        assert row["ece"] == pytest.approx(ece_by_hand(y, score, 15))
        assert row["difference"] == pytest.approx(score.mean() - y.mean())
        assert row["difference_low"] < row["difference"] < row["difference_high"]
        assert row["brier_skill"] == pytest.approx(1 - brier_score_loss(y, score) / y.var())
        assert 0 < row["ece_chance"] < row["ece_chance_high"]


def test_a_slice_without_judged_rows_has_nulls() -> None:
    log = pl.DataFrame({"region": ["a", "a", "b"], "score": [0.2, 0.4, 0.3], "label": [0, 1, None]})
    edges = distinct_edges(log)
    row = calibration_table(score_table(log, edges, ["region"]), edges, by=["region"]).row(1, named=True)
    assert row["n"] == 0 and row["few_rows"] and row["ece"] is None and row["p_value"] is None
    assert chance_table(alone(log.filter(pl.col("region") == "b"))).is_empty()


def test_the_test_of_the_level_rejects_calibrated_slices_at_its_stated_rate() -> None:
    rejected = sum(over_prediction(alone(calibrated(400, seed)))[1][0] < 0.05 for seed in range(300))
    assert stats.binomtest(rejected, 300, 0.05).pvalue > 0.005


def test_the_test_of_the_slope_rejects_calibrated_slices_at_its_stated_rate() -> None:
    logs = amount(200, 300)
    p = [calibration_line(alone(calibrated(400, seed))).slope_p_value for seed in range(logs)]
    rejected = sum(value is not None and value < 0.05 for value in p)
    assert stats.binomtest(rejected, logs, 0.05).pvalue > 0.005


def test_distinct_scores_are_bins_of_their_own_and_equal_width_bins_are_scikit_learns() -> None:
    log = calibrated(3_000, 6)
    edges = distinct_edges(log)
    table = reliability_table(score_table(log, edges), edges, binning="scores")
    assert table["mean_score"].to_list() == pytest.approx(edges)
    for groups in (7, 10, 20, 100):  # scores lie on the bounds of all but the first
        wide = reliability_table(score_table(log, edges), edges, binning="equal_width", groups=groups)
        observed, score = calibration_curve(log["label"], log["score"], n_bins=groups)
        np.testing.assert_allclose(wide.filter(pl.col("n") > 0)["observed"], observed)
        np.testing.assert_allclose(wide.filter(pl.col("n") > 0)["mean_score"], score)


@given(rows(labels=(0, 1)), st.integers(1, 6))
def test_coarser_cells_and_parts_keep_every_row(log: pl.DataFrame, cells: int) -> None:
    bins = alone(log)
    if not bins.judged.sum():
        return
    coarse = coarsened(bins, cells)
    for name in ("n", "pos", "score_sum", "score_sq_sum", "log_loss_sum"):
        assert getattr(coarse, name).sum() == pytest.approx(getattr(bins, name).sum())
    assert ece_of(coarse) == pytest.approx(ece_of(bins))
    first, second = parted(bins, 0.3, seed=1)
    assert first.judged.sum() == int(0.3 * bins.judged.sum())
    assert first.pos.sum() + second.pos.sum() == bins.pos.sum()
    assert first.score_sum.sum() + second.score_sum.sum() == pytest.approx(bins.score_sum.sum())


def test_rows_whose_scores_become_equal_share_a_bin() -> None:
    bins = alone(made(np.array([0.1, 0.2, 0.9]), np.array([0, 1, 1])))
    moved = with_scores(bins, np.array([0.5, 0.5, 0.25]))
    assert moved.score.tolist() == [[0.25, 0.5]] and moved.judged.tolist() == [[1, 2]]
    assert brier(moved).value[0] == pytest.approx(brier_score_loss([0, 1, 1], [0.5, 0.5, 0.25]))
    assert combined(bins, [0, 0, 0]).pos.tolist() == [[2]]
