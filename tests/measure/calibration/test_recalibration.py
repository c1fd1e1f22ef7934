from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from scipy import optimize
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from analytics.measure.calibration.logistic import log_odds
from analytics.measure.calibration.recalibration import METHODS, best_threshold, cost_per_row, fit_map, isotonic_table
from analytics.measure.thresholds.costs import Costs
from tests.measure.calibration.test_table import alone, calibrated, made
from tests.measure.logs import judged, rows

LOG = calibrated(3_000, 8, 1.6)


@given(rows(labels=(0, 1)))
def test_the_isotonic_map_is_the_one_fitted_row_by_row(log: pl.DataFrame) -> None:
    y, score = judged(log)
    found = fit_map(alone(log), "isotonic")
    if len(set(y)) < 2:
        assert found is None
        return
    assert found is not None
    fit = IsotonicRegression(out_of_bounds="clip").fit(score, y)
    grid = np.linspace(-0.1, 1.1, 50)
    np.testing.assert_allclose(found(grid), fit.predict(grid), atol=1e-9)


def test_the_sigmoid_and_temperature_maps_are_regressions_on_the_log_odds() -> None:
    y, score = judged(LOG)
    x = log_odds(score)[:, None]
    sigmoid, temperature = fit_map(alone(LOG), "sigmoid"), fit_map(alone(LOG), "temperature")
    assert sigmoid is not None and temperature is not None
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=500).fit(x, y)
    np.testing.assert_allclose(sigmoid(score), fit.predict_proba(x)[:, 1], atol=1e-6)
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=500, fit_intercept=False).fit(x, y)
    np.testing.assert_allclose(temperature(score), fit.predict_proba(x)[:, 1], atol=1e-6)


def test_the_beta_map_has_the_lowest_log_loss_of_its_family() -> None:
    y, score = judged(LOG)
    found = fit_map(alone(LOG), "beta")
    assert found is not None

    def loss(parameters: np.ndarray) -> float:
        a, b, c = parameters
        margin = a * np.log(score) - b * np.log1p(-score) + c
        return float(np.logaddexp(0, np.where(y == 1, -margin, margin)).mean())

    best = optimize.minimize(loss, [1, 1, 0], bounds=[(0, None), (0, None), (None, None)])
    assert log_loss(y, found(score)) == pytest.approx(best.fun, abs=1e-7)


def test_a_beta_map_never_falls() -> None:
    rng = np.random.default_rng(4)
    for seed in range(20):
        score = rng.uniform(0.01, 0.99, 60)
        chance = 0.5 + (0.4 if seed % 2 else -0.4) * np.sin(6 * score)
        found = fit_map(alone(made(score, rng.random(60) < chance)), "beta")
        assert found is not None and found.parameters[0] >= 0 and found.parameters[1] >= 0


@pytest.mark.parametrize("method", METHODS)
def test_an_exported_map_gives_the_same_probabilities(method: str) -> None:
    found = fit_map(alone(LOG), method)  # type: ignore[arg-type]
    assert found is not None
    scope: dict[str, object] = {}
    exec(found.to_python(), scope)  # noqa: S102
    scores = np.array([-1, 0, 1e-9, 0.001, 0.2, 0.37, 0.5, 0.9, 0.999, 1, 2])
    by_hand = [scope["recalibrated"](float(score)) for score in scores]  # type: ignore[operator]
    np.testing.assert_allclose(by_hand, found(scores), atol=1e-12)
    table = json.loads(found.to_json())
    np.testing.assert_allclose(found(np.array(table["score"])), table["probability"], atol=1e-12)
    assert ("formula" in table) == (method != "isotonic")
    if "formula" in table:
        known = {"p": np.clip(scores, *table["clip"]), "log": np.log}
        exec(table["formula"].split(", ")[1], known)  # noqa: S102
        np.testing.assert_allclose(1 / (1 + np.exp(-known["margin"])), found(scores), atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_map_that_does_not_exist_is_none(method: str) -> None:
    assert fit_map(alone(made(np.array([0.2, 0.5]), np.array([1, 1]))), method) is None  # type: ignore[arg-type]
    separated = fit_map(alone(made(np.array([0.2, 0.5]), np.array([0, 1]))), method)  # type: ignore[arg-type]
    assert (separated is None) == (method != "isotonic")


def test_the_band_of_the_isotonic_curve_holds_the_truth() -> None:
    held = []
    for seed in range(10):
        table = isotonic_table(alone(calibrated(2_000, seed, 1.5)))
        truth = table["score"].to_numpy() ** 1.5
        low, high = table["observed_low"].to_numpy(), table["observed_high"].to_numpy()
        held.append(((low <= truth) & (truth <= high)).mean())
        assert (table["observed"].diff().drop_nulls() >= -1e-12).all()
    assert np.mean(held) > 0.85


def test_the_best_threshold_is_found_by_trying_them_all() -> None:
    for seed, (fp, fn) in enumerate([(1, 5), (5, 1), (1, 1), (0, 1), (1, 0)]):
        log = calibrated(300, seed)
        y, score = judged(log)
        bins = alone(log)
        costs = {
            t: (fp * ((score >= t) & (y == 0)).sum() + fn * ((score < t) & (y == 1)).sum()) / len(y)
            for t in [*np.unique(score), np.inf]
        }
        given = Costs(fp=fp, fn=fn)
        found = best_threshold(bins, given)
        assert cost_per_row(bins, found, given) == pytest.approx(min(costs.values()))
        assert cost_per_row(bins, 0.3, given) == pytest.approx(
            (fp * ((score >= 0.3) & (y == 0)).sum() + fn * ((score < 0.3) & (y == 1)).sum()) / len(y)
        )
