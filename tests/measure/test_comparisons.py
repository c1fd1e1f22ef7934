from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.measure.comparisons import benjamini_hochberg, proportion_p_value


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=20))
def test_p_values_equal_scipys(tables: list[tuple[int, int, int, int]]) -> None:
    s1, f1, s2, f2 = np.array(tables).T
    found = proportion_p_value(s1, s1 + f1, s2, s2 + f2)
    for p, (a, b, c, d) in zip(found, tables, strict=True):
        if a + b == 0 or c + d == 0:
            assert np.isnan(p)
            continue
        expected = np.array([a + b, c + d])[:, None] * np.array([a + c, b + d]) / (a + b + c + d)
        if expected.min() < 5:
            reference = stats.fisher_exact([[a, b], [c, d]]).pvalue
        else:
            reference = stats.chi2_contingency([[a, b], [c, d]], correction=False).pvalue
        np.testing.assert_allclose(p, reference, rtol=1e-7, atol=1e-12)


def test_large_tables_with_a_rare_outcome_are_tested_exactly() -> None:
    reference = stats.fisher_exact([[6, 4_994], [100, 999_900]]).pvalue
    np.testing.assert_allclose(proportion_p_value(6, 5_000, 100, 1_000_000), reference, rtol=1e-5)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=40))
def test_adjusted_p_values_equal_scipys_and_skip_nan(p: list[float]) -> None:
    values = np.array(p)
    found = benjamini_hochberg(values)
    tested = ~np.isnan(values)
    assert np.isnan(found[~tested]).all()
    if tested.any():
        np.testing.assert_allclose(found[tested], stats.false_discovery_control(values[tested]), rtol=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 10)), min_size=1, max_size=40))
def test_weights_of_the_adjustment_divide_the_p_values(pairs: list[tuple[float, float]]) -> None:
    p, weights = np.array(pairs).T
    divided = p / (weights / weights.mean())
    expected = [min(1.0, min(q * len(p) / np.sum(divided <= q) for q in divided[divided >= own])) for own in divided]
    np.testing.assert_allclose(benjamini_hochberg(p, weights), expected, rtol=1e-9)
