"""Judgements in both orders of the answers against plain loops."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.compare.orders import both_columns, both_rows, orders_of
from analytics.measure.compare.preferences import rate_of

MEANING = {"A": 0.0, "tie": 0.5, "B": 1.0}
RNG = np.random.default_rng(3)
FIRST, SECOND = (RNG.choice(["A", "tie", "B"], 200).tolist() for _ in range(2))


def counted(**columns: object) -> pl.DataFrame:
    frame = pl.DataFrame(columns)
    return frame.with_columns(n=pl.lit(1), w=pl.lit(1.0), w2=pl.lit(1.0))


@pytest.mark.parametrize("is_swapped", [True, False])
def test_two_columns_are_averaged_and_the_share_that_changed_is_said(*, is_swapped: bool) -> None:
    first, second = [*FIRST, "A", None], [*SECOND, None, None]
    table = both_columns(counted(value=first, other=second), MEANING, is_swapped=is_swapped)
    found, order = rate_of(table), orders_of(table)
    turned = {"A": 1.0, "tie": 0.5, "B": 0.0} if is_swapped else MEANING
    both = [(MEANING[a], turned[b]) for a, b in zip(FIRST, SECOND, strict=True)]
    means = np.array([(a + b) / 2 for a, b in both] + [0.0])
    assert (found.rate, found.standard_error) == pytest.approx((means.mean(), means.std(ddof=1) / 201**0.5))
    assert order is not None and order.changed.n == 200
    assert order.changed.rate == pytest.approx(np.mean([a != b for a, b in both]))
    assert order.first.rate == pytest.approx(np.mean([(1 - a + b) / 2 for a, b in both]))
    assert order.changed.low < order.changed.rate < order.changed.high


def test_rows_of_both_orders_are_those_of_two_columns_with_what_was_asked_as_the_unit() -> None:
    names = {"first": ["ada"] * 200 + ["bo"] * 200, "second": ["bo"] * 200 + ["ada"] * 200}
    asked = [f"q{place}" for place in range(200)] * 2
    rows, met = both_rows(counted(value=FIRST + SECOND, input=asked, **names), MEANING)
    columns = both_columns(counted(value=FIRST, other=SECOND), MEANING, is_swapped=True)
    assert rate_of(rows).rate == pytest.approx(rate_of(columns).rate)
    assert rate_of(rows).standard_error == pytest.approx(rate_of(columns).standard_error)
    found, expected = orders_of(met), orders_of(columns)
    assert found is not None and expected is not None
    for one, other in ((found.changed, expected.changed), (found.first, expected.first)):
        assert (one.rate, one.low, one.high, one.n) == pytest.approx((other.rate, other.low, other.high, other.n))


def test_one_order_alone_says_nothing_of_the_place() -> None:
    rows, met = both_rows(counted(value=["A"], input=["q"], first=["ada"], second=["bo"]), MEANING)
    assert rows["x"].to_list() == [0.0] and orders_of(met) is None
