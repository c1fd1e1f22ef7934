from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from sklearn.linear_model import LogisticRegression

from analytics.measure.calibration import lines as module
from analytics.measure.calibration.lines import calibration_lines, levels_at_slope_1
from analytics.measure.calibration.logistic import CalibrationLine, calibration_line, log_odds
from analytics.measure.score_bins import ScoreBins


def one_by_one(score: np.ndarray, n: np.ndarray, pos: np.ndarray) -> CalibrationLine:
    held = n > 0
    rows, found, at = (values[None, held] for values in (n, pos, score))
    return calibration_line(ScoreBins(rows, found, rows - found, rows * at, *[rows] * 3))


def drawn(n: int, cells: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = np.sort(rng.beta(1, 2.5, cells)).clip(1e-4, 1 - 1e-4)
    rows = rng.multinomial(n, np.full(cells, 1 / cells))
    return score, rows.astype(float), rng.binomial(rows, score, (size, cells)).astype(float)


@pytest.mark.parametrize(("n", "cells"), [(12, 12), (40, 20), (300, 200), (300_000, 300)])
@pytest.mark.parametrize("steps", [30, 3])
def test_lines_fitted_at_once_are_those_fitted_one_by_one(
    n: int, cells: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEPS", steps)  # after three steps most are still on their way and fitted one by one
    score, rows, pos = drawn(n, cells, 60)
    found = calibration_lines(log_odds(score), rows, pos)
    for place in range(len(pos)):
        line = one_by_one(score, rows, pos[place])
        if line.slope is None or line.intercept is None:
            assert np.isnan([found.slope[place], found.intercept[place], found.slope_error[place]]).all()
            continue
        assert (found.slope[place], found.intercept[place]) == pytest.approx(
            (line.slope[0], line.intercept[0]), abs=1e-5
        )
        assert 1.959964 * found.slope_error[place] == pytest.approx(line.slope[2] - line.slope[0], rel=1e-4)
        assert special.chdtrc(2, found.gain[place]) == pytest.approx(line.p_value, abs=1e-6)


def test_levels_at_slope_1_are_those_fitted_one_by_one() -> None:
    score, rows, pos = drawn(40, 20, 60)
    found = levels_at_slope_1(log_odds(score), rows, pos)
    pos[0] = 0
    assert np.isnan(levels_at_slope_1(log_odds(score), rows, pos)[0])
    for place in range(1, len(pos)):
        line = one_by_one(score, rows, pos[place])
        assert line.in_the_large is not None and found[place] == pytest.approx(line.in_the_large[0], abs=1e-6)


def test_slices_with_scores_of_their_own_are_fitted_as_scikit_learn_fits_their_rows() -> None:
    rng = np.random.default_rng(2)
    score = rng.beta(2, 3, (4, 50))
    rows = rng.integers(0, 30, score.shape)
    pos = rng.binomial(rows, special.expit(0.3 + np.array([[0.4], [1], [2], [0]]) * special.logit(score)))
    found = calibration_lines(np.where(rows, log_odds(score), 0.0), rows.astype(float), pos.astype(float))
    for place in range(4):
        x = np.repeat(log_odds(score[place]), rows[place])
        y = np.concatenate([np.arange(n) < k for n, k in zip(rows[place], pos[place], strict=True)])
        fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(x[:, None], y)
        assert (found.slope[place], found.intercept[place]) == pytest.approx(
            (fit.coef_[0, 0], fit.intercept_[0]), abs=1e-5
        )
        p = fit.predict_proba(x[:, None])[:, 1]
        moved = (p * (1 - p) * np.abs(x - x.mean())).mean()
        assert found.leverage[place] == pytest.approx(moved, rel=1e-4)
