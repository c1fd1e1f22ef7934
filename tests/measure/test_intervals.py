from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.errors import QuestionError
from analytics.measure.intervals import (
    Estimate,
    Interval,
    difference_p_value,
    logit_interval,
    mean_interval,
    newcombe,
    percentile_interval,
    ratio,
    wilson,
)

nan = float("nan")


def test_an_empty_denominator_is_nan_and_not_zero() -> None:
    np.testing.assert_array_equal(ratio([0, 1], [0, 2]), [nan, 0.5])


def test_wilson_gives_the_published_bounds() -> None:
    # Newcombe (1998), Stat. Med. 17:857-872, table I, method 3
    found = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    np.testing.assert_allclose(found.low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(found.high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.floats(0.5, 0.999))
def test_wilson_equals_scipy_and_holds_its_estimate(successes: int, trials: int, level: float) -> None:
    successes = min(successes, trials)
    found = wilson(successes, trials, level)
    expected = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
    np.testing.assert_allclose([found.low, found.high], [expected.low, expected.high], rtol=1e-9, atol=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_newcombe_gives_the_published_bounds() -> None:
    # Newcombe (1998), Stat. Med. 17:873-890, table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 6/7 - 2/7, 5/56 - 0/29,
    # 0/10 - 0/20, 10/10 - 0/10
    found = newcombe([56, 9, 6, 5, 0, 10], [70, 10, 7, 56, 10, 10], [48, 3, 2, 0, 0, 0], [80, 10, 7, 29, 20, 10])
    np.testing.assert_allclose(found.low, [0.0524, 0.1705, 0.0582, -0.0381, -0.1611, 0.6075], atol=5e-5)
    np.testing.assert_allclose(found.high, [0.3339, 0.8090, 0.8062, 0.1926, 0.2775, 1.0], atol=5e-5)


def test_intervals_of_nothing_are_nan() -> None:
    for found in (wilson(0, 0), newcombe(1, 2, 0, 0), logit_interval(Estimate(np.array([nan]), np.array([nan])), 0)):
        assert np.isnan([found.value, found.low, found.high]).all()


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_0_to_1_is_refused(level: float) -> None:
    with pytest.raises(QuestionError, match=f"between 0 and 1; found {level}"):
        wilson(1, 2, level)


def test_the_logit_interval_stays_inside_and_uses_wilson_at_the_edges() -> None:
    estimate = Estimate(np.array([0.99, 1.0, 0.0, 0.5]), np.array([0.02, 0.0, 0.0, nan]))
    found = logit_interval(estimate, np.array([50, 4, 4, 1]))
    # logit(.99) = 4.5951, its standard error .02 / .0099 = 2.0202: expit(4.5951 -+ 3.9595) = .6538, .9998
    np.testing.assert_allclose(found.low, [0.6538, wilson(4, 4).low, 0.0, nan], atol=1e-4)
    np.testing.assert_allclose(found.high, [0.9998, 1.0, wilson(0, 4).high, nan], atol=1e-4)


def test_the_mean_interval_is_students_and_cut_at_the_range() -> None:
    estimate = Estimate(np.array([0.1, 0.1, 0.1]), np.array([0.01, 0.1, nan]))
    found = mean_interval(estimate, np.array([11.0, 11.0, 1.0]), 0.95, (0.0, 1.0))
    # t(10) at 97.5 % = 2.2281
    np.testing.assert_allclose(found.low, [0.077719, 0.0, nan], atol=1e-6)
    np.testing.assert_allclose(found.high, [0.122281, 0.322814, nan], atol=1e-6)


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.01, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_p_value_is_below_alpha_where_the_interval_leaves_zero_out(
    value: float, down: float, up: float, level: float
) -> None:
    interval = Interval(*(np.array([x]) for x in (value, value - down, value + up)))
    p = float(difference_p_value(interval, level)[0])
    if abs(p - (1 - level)) > 1e-9:
        assert (p < 1 - level) == (not interval.low[0] <= 0 <= interval.high[0])


def test_the_p_value_of_a_normal_difference_is_the_z_test() -> None:
    reach = 1.959963984540054 * 0.5
    p = difference_p_value(Interval(np.array([1.2]), np.array([1.2 - reach]), np.array([1.2 + reach])))
    np.testing.assert_allclose(p, 2 * stats.norm.sf(1.2 / 0.5))


def test_no_variance_is_no_evidence() -> None:
    found = difference_p_value(Interval(*[np.array([0.5, 0.0, nan])] * 3))
    np.testing.assert_array_equal(found, [nan, 1.0, nan])


def test_percentiles_skip_undefined_replicates() -> None:
    draws = np.array([[nan, 3.0, 1.0, 2.0, 5.0, 4.0], [nan] * 6, [7.0, nan, nan, nan, nan, nan]])
    found = percentile_interval(np.array([3.0, nan, 7.0]), draws, 0.5)
    np.testing.assert_array_equal(found.low, [2.0, nan, 7.0])
    np.testing.assert_array_equal(found.high, [4.0, nan, 7.0])
