"""A metric over time: the intervals of its buckets."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from analytics.measure.gap.metric import gap_metric
from analytics.measure.gap.time import gap_time
from analytics.measure.intervals import wilson


def test_the_interval_of_a_share_is_wilsons_and_leaves_no_share() -> None:
    wrong, n = [0, 1, 9, 18], 18
    days = [datetime(2024, 1, 1) + timedelta(days=7 * place) for place in range(len(wrong))]
    table = pl.DataFrame({"bucket": days, "side": "reference", "tp": [n - each for each in wrong], "fp": wrong})
    found = gap_time("1w", table.with_columns(fn=0, tn=0), gap_metric("error_rate")).table
    bounds = wilson(wrong, n)
    assert found["low"].to_list() == pytest.approx(bounds.low.tolist(), abs=1e-3)
    assert found["high"].to_list() == pytest.approx(bounds.high.tolist(), abs=1e-3)
    assert found["low"].min() >= 0 and found["high"].max() <= 1  # type: ignore[operator]
