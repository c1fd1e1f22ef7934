"""Answering or handing over: against the definitions in plain Python, and the area's interval by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import QuestionError
from analytics.measure.intervals import FloatArray, wilson
from analytics.measure.thresholds.costs import CostBins, theoretical_threshold, total_costs
from analytics.measure.thresholds.handover import (
    against_the_rest,
    aurc,
    handover_costs,
    least_sure_first,
    mirrored,
    selective,
)
from analytics.measure.thresholds.operating import Point

counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=12)


def made(right: list[int], wrong: list[int], unlabelled: list[int] | None = None) -> CostBins:
    pos, neg = np.array([right], dtype=float), np.array([wrong], dtype=float)
    more = np.zeros_like(pos) if unlabelled is None else np.array([unlabelled], dtype=float)
    none = np.zeros_like(pos)
    return CostBins(pos + neg + more, pos, neg, none, none, none, none)


def area_of_rows(confidence: FloatArray, wrong: FloatArray) -> float:
    """The mean, over all rows, of the share that is wrong among the rows that are at least as sure."""
    return float(np.mean([wrong[confidence >= sure].mean() for sure in confidence]))


def area_of_sample(confidence: FloatArray, wrong: FloatArray) -> float:
    """The same, each level of confidence once."""
    levels, n = np.unique(confidence, return_counts=True)
    return float(sum(m * wrong[confidence >= level].mean() for level, m in zip(levels, n, strict=True)) / wrong.size)


@given(counts)
def test_every_confidence_answers_and_hands_over_what_the_definition_says(bins: list[tuple[int, int, int]]) -> None:
    right, wrong, unlabelled = (list(values) for values in zip(*bins, strict=True))
    found = selective(made(right, wrong, unlabelled))
    n = sum(map(sum, bins))
    for place in range(len(bins) + 1):
        answered = sum(sum(entry) for entry in bins[place:])
        judged, errors = sum(right[place:]) + sum(wrong[place:]), sum(wrong[place:])
        assert found.answered[0, place] == answered and found.handed_over[0, place] == n - answered
        assert found.judged[0, place] == judged and found.wrong[0, place] == errors
        assert found.coverage[0, place] == pytest.approx(answered / n if n else np.nan, nan_ok=True)
        assert found.risk.value[0, place] == pytest.approx(errors / judged if judged else np.nan, nan_ok=True)
        if judged:
            assert found.risk.high[0, place] == pytest.approx(float(wilson(errors, judged).high))


@given(counts, st.floats(0, 100), st.floats(0.1, 10))
def test_handing_over_costs_wrong_answers_and_looks(
    bins: list[tuple[int, int, int]], price: float, look: float
) -> None:
    right, wrong, unlabelled = (list(values) for values in zip(*bins, strict=True))
    cost = total_costs(least_sure_first(made(right, wrong, unlabelled)), handover_costs(price, look))[0][::-1]
    for place in range(len(bins) + 1):
        looked_at = sum(right[:place]) + sum(wrong[:place])
        assert cost[place] == pytest.approx(price * sum(wrong[place:]) + look * looked_at)


@given(counts)
def test_the_area_is_the_mean_risk_along_the_ranking(bins: list[tuple[int, int, int]]) -> None:
    right, wrong, _ = (list(values) for values in zip(*bins, strict=True))
    confidence = np.repeat(np.arange(len(bins)), np.add(right, wrong)).astype(float)
    errors = np.concatenate([np.repeat([0.0, 1.0], pair) for pair in zip(right, wrong, strict=True)])
    found = aurc(right, wrong)
    if not errors.size:
        assert np.isnan(found.value)
        return
    assert float(found.value) == pytest.approx(area_of_rows(confidence, errors))
    assert 0 <= found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12 and found.high <= 1


def test_the_area_without_ties_is_that_of_the_ranking_row_by_row() -> None:
    # 1, 0, 0, 1 wrong from the surest on: 1, 1/2, 1/3 and 2/4 of what is answered.
    assert float(aurc([0, 1, 1, 0], [1, 0, 0, 1]).value) == pytest.approx((1 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert float(aurc([5], [5]).value) == 0.5
    assert float(aurc([3, 4], [0, 0]).value) == 0.0


def drawn(rng: np.random.Generator, n: int, n_bins: int) -> tuple[FloatArray, FloatArray]:
    place = np.minimum((rng.random(n) * n_bins).astype(int), n_bins - 1)
    is_wrong = rng.random(n) < 0.45 - 0.4 * place / n_bins
    right, wrong = (np.bincount(place[which], minlength=n_bins).astype(float) for which in (~is_wrong, is_wrong))
    return right, wrong


@pytest.mark.parametrize("n_bins", [8, 500])
def test_the_interval_of_the_area_covers_it_in_95_of_100_draws(n_bins: int) -> None:
    rng = np.random.default_rng(7)
    whole = [drawn(rng, 1_000_000, n_bins) for _ in range(2)]
    truth = float(aurc(whole[0][0] + whole[1][0], whole[0][1] + whole[1][1]).value)
    samples = [drawn(rng, 600, n_bins) for _ in range(400)]
    found = aurc(np.array([right for right, _ in samples]), np.array([wrong for _, wrong in samples]))
    assert np.mean((found.low <= truth) & (truth <= found.high)) == pytest.approx(0.95, abs=0.02)


def test_the_interval_of_the_area_is_that_of_a_bootstrap_of_the_rows() -> None:
    rng = np.random.default_rng(3)
    right, wrong = drawn(rng, 1_500, 40)
    confidence = np.repeat(np.arange(40), (right + wrong).astype(int)).astype(float)
    errors = np.concatenate([np.repeat([0.0, 1.0], [int(a), int(b)]) for a, b in zip(right, wrong, strict=True)])
    draws = []
    for _ in range(400):
        place = rng.integers(0, errors.size, errors.size)
        draws.append(area_of_sample(confidence[place], errors[place]))
    low, high = np.percentile(draws, [2.5, 97.5])
    found = aurc(right, wrong)
    assert float(found.low) == pytest.approx(low, abs=0.006) and float(found.high) == pytest.approx(high, abs=0.006)


@given(st.integers(1, 50), st.integers(1, 50), st.floats(0, 0.99))
def test_a_point_seen_from_either_side_flags_what_the_other_does_not(n_bins: int, place: int, share: float) -> None:
    point = Point(min(place, n_bins), share)
    other = mirrored(point, n_bins)
    assert other.weights(n_bins)[::-1] == pytest.approx(1 - point.weights(n_bins))


def test_the_break_even_confidence_is_one_less_the_look_s_share_of_the_price() -> None:
    found = theoretical_threshold(handover_costs(20, 1))
    assert found is not None and 1 - found == pytest.approx(0.95)


def test_costs_that_cannot_be_are_refused() -> None:
    for cost in (-1, float("nan"), float("inf")):
        with pytest.raises(QuestionError, match="wrong answer from 0 on"):
            handover_costs(cost, 1)
        with pytest.raises(QuestionError, match="person's look from 0 on"):
            handover_costs(1, cost)


def test_slices_are_compared_with_the_rest_and_adjusted_together() -> None:
    found = against_the_rest(np.array([40.0, 5.0, 0.0]), np.array([100.0, 100.0, 0.0]), 50.0, 300.0)
    assert found.difference.value[:2] == pytest.approx([40 / 100 - 10 / 200, 5 / 100 - 45 / 200])
    assert np.isnan(found.difference.value[2]) and found.p_adjusted[0] < 1e-10
