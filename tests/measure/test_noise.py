"""Error rates corrected for mistakes of the label: exact where it makes none, and right as often as stated where it does."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.agreement.noise import Accuracy, corrected
from analytics.measure.intervals import wilson

EXACT = Accuracy((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))


def test_a_label_without_mistakes_changes_nothing() -> None:
    counts = np.array([[30.0, 0.0], [10.0, 5.0], [20.0, 3.0], [40.0, 92.0]])
    found = corrected(counts, EXACT)
    assert found is not None
    assert found.true_error_rate.value == pytest.approx([0.3, 0.08]) == found.error_rate
    assert found.true_prevalence.value == pytest.approx([0.5, 0.03]) == found.prevalence


def test_expected_counts_give_the_truth_back() -> None:
    flagged, other, se, sp = np.array([200.0, 60.0]), np.array([800.0, 940.0]), 0.85, 0.95
    true = [np.array([0.7, 0.4]), np.array([0.1, 0.02])]
    positive = [
        rows * (share * se + (1 - share) * (1 - sp)) for rows, share in zip((flagged, other), true, strict=True)
    ]
    counts = np.array([positive[0], flagged - positive[0], positive[1], other - positive[1]])
    found = corrected(counts, Accuracy((se, se, se), (sp, sp, sp)))
    assert found is not None
    assert found.true_error_rate.value == pytest.approx((flagged * (1 - true[0]) + other * true[1]) / 1_000)
    assert found.true_prevalence.value == pytest.approx((flagged * true[0] + other * true[1]) / 1_000)


def test_labels_near_chance_correct_nothing() -> None:
    assert corrected(np.ones((4, 1)), Accuracy((0.55, 0.5, 0.6), (0.5, 0.4, 0.6))) is None


@pytest.mark.parametrize(("se", "sp", "readings"), [(0.85, 0.95, 300), (0.95, 0.9, 1_000)])
def test_intervals_hold_the_truth_as_often_as_stated(se: float, sp: float, readings: int) -> None:
    rng, n, draws = np.random.default_rng(8), 2_000, 2_000
    flagged_share, true = 0.3, (0.75, 0.12)
    flagged = rng.binomial(n, flagged_share, draws)
    rows = np.stack([flagged, n - flagged])
    positive = rng.binomial(rows, np.array([[share * se + (1 - share) * (1 - sp)] for share in true]))
    truth = flagged_share * (1 - true[0]) + (1 - flagged_share) * true[1]
    held = 0
    of_se, of_sp = rng.binomial(readings, se, draws), rng.binomial(2 * readings, sp, draws)
    for draw in range(draws):
        ends = [wilson(of_se[draw], readings), wilson(of_sp[draw], 2 * readings)]
        accuracy = Accuracy(*((float(each.value), float(each.low), float(each.high)) for each in ends))
        tp, fn = positive[:, draw]
        counts = np.array([[tp], [rows[0, draw] - tp], [fn], [rows[1, draw] - fn]], dtype=float)
        found = corrected(counts, accuracy)
        assert found is not None
        held += found.true_error_rate.low[0] <= truth <= found.true_error_rate.high[0]
    # 95 %, three standard errors of 2,000 draws are 1.5 points; flagged rows vary too, which the shares' variance leaves out
    assert 0.925 <= held / draws <= 0.97
