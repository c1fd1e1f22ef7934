"""Means of numbers and grades: numpy and scikit-learn are the oracles, simulation judges the intervals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from analytics.measure.estimates import estimate_table
from analytics.measure.metrics import metrics_of
from analytics.measure.slices import slice_table

SUMS = ("mae", "rmse", "bias", "smape")


def table_of(true: np.ndarray, predicted: np.ndarray, part: np.ndarray) -> pl.DataFrame:
    """Return the score table of a log of numbers, one bin and two parts."""
    error = predicted - true
    size = np.abs(true) + np.abs(predicted)
    rows = pl.DataFrame(
        {
            "part": part,
            "error_sum": error,
            "error_abs_sum": np.abs(error),
            "error_sq_sum": error**2,
            "error_fourth_sum": error**4,
            "smape_sum": 2 * np.abs(error) / size,
            "smape_sq_sum": (2 * np.abs(error) / size) ** 2,
            "right": np.abs(error) <= 1,
        }
    )
    sums = [name for name in rows.columns if name.endswith("_sum")]
    return rows.group_by("part", maintain_order=True).agg(
        pl.col(sums).sum(), n=pl.len(), n_pos=pl.col("right").sum(), n_unlabelled=pl.lit(0), score_bin=pl.lit(0)
    )


def estimated(true: np.ndarray, predicted: np.ndarray, part: np.ndarray, by: tuple[str, ...] = ()) -> pl.DataFrame:
    return estimate_table(
        table_of(true, predicted, part),
        np.array([1.0]),
        by=by,
        threshold_bin=0,
        metrics=(*SUMS, "error_rate"),
        is_probability=False,
        is_right_or_wrong=True,
    )


def test_the_means_are_scikit_learn_s_whole_and_by_slice() -> None:
    rng = np.random.default_rng(0)
    true = rng.gamma(3, 4, 500)
    predicted, part = true + rng.normal(0.3, 2, 500), rng.choice(["a", "b"], 500)
    for by in ((), ("part",)):
        for row in estimated(true, predicted, part, by).iter_rows(named=True):
            keep = np.ones(500, dtype=bool) if not by else part == row["part"]
            own, other = true[keep], predicted[keep]
            assert row["mae"] == pytest.approx(mean_absolute_error(own, other))
            assert row["rmse"] == pytest.approx(root_mean_squared_error(own, other))
            assert row["bias"] == pytest.approx((other - own).mean())
            assert row["smape"] == pytest.approx((2 * np.abs(other - own) / (np.abs(own) + np.abs(other))).mean())
            assert row["error_rate"] == pytest.approx((np.abs(other - own) > 1).mean())
            assert row["tp"] == 0 and row["fp"] + row["tn"] == keep.sum()


@pytest.mark.parametrize("name", SUMS)
def test_the_intervals_cover(name: str) -> None:
    """95 % intervals of 400 draws of 300 rows hold the truth in 92 to 98 %: two standard errors of such a share."""
    rng = np.random.default_rng(1)
    everything = rng.gamma(3, 4, 400_000)
    off = everything + rng.normal(0.3, 2, 400_000)
    truth = estimated(everything, off, np.full(400_000, "a"))[name][0]
    drawn = slice(300 * 400)
    found = estimated(
        everything[drawn], off[drawn], np.repeat(np.arange(400), 300), by=("part",)
    )  # each of its own rows
    assert found.height == 400 and set(found["n"]) == {300}
    n_held = found.filter((pl.col(f"{name}_low") <= truth) & (pl.col(f"{name}_high") >= truth)).height
    assert 0.92 <= n_held / 400 <= 0.98


def test_no_base_rate_explains_an_error_of_rows_that_are_right_or_wrong() -> None:
    rng = np.random.default_rng(2)
    true, part = rng.gamma(3, 4, 900), rng.choice(["a", "b", "c"], 900)
    predicted = true + rng.normal(0, 1 + (part == "c"), 900)
    found = slice_table(
        table_of(true, predicted, part),
        np.array([1.0]),
        by=("part",),
        threshold_bin=0,
        metrics=("mae",),
        metric="error_rate",
        is_probability=False,
        is_right_or_wrong=True,
    )
    assert not [name for name in found.columns if "base_rate" in name]
    assert found["excess_model"].to_numpy() == pytest.approx(found["excess_errors"].to_numpy())
    assert found.filter(pl.col("part") == "c")["excess_model_p_adjusted"].item() < 0.05


def test_every_kind_of_log_has_its_metrics() -> None:
    assert set(SUMS) <= set(metrics_of("numbers")) and not set(SUMS) & set(metrics_of("yes/no"))
    assert "mean_grade" in metrics_of("grades") and "recall" not in metrics_of("classes")
