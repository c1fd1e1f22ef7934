from __future__ import annotations

import polars as pl
import pytest

from analytics.measure.intervals import wilson
from analytics.measure.overview import trend_table


def test_a_trend_by_hand() -> None:
    # week 1: 8 judged, 3 wrong; 10 of 12 rows labelled, 5 of these positive; 6 of 11 scored rows flagged; week 2: empty
    counts = pl.DataFrame(
        {
            "bucket": ["week 1", "week 2"],
            "n": [12, 0],
            "n_labelled": [10, 0],
            "n_unlabelled": [2, 0],
            "n_scored": [11, 0],
            "n_flagged": [6, 0],
            "n_pos": [5, 0],
            "tp": [3, 0],
            "fp": [2, 0],
            "fn": [1, 0],
            "tn": [2, 0],
        }
    )
    found = trend_table(counts)
    first, second = found.iter_rows(named=True)
    expected = {
        "error_rate": (3, 8),
        "prevalence": (5, 10),
        "selection_rate": (6, 11),
        "recall": (3, 4),
        "precision": (3, 5),
    }
    assert found.columns == [
        "bucket",
        "n",
        "share_unlabelled",
        *(f"{name}{side}" for name in expected for side in ("", "_low", "_high")),
    ]
    assert first["share_unlabelled"] == pytest.approx(2 / 12)
    for name, (successes, trials) in expected.items():
        bounds = wilson(successes, trials)
        found_bounds = [first[f"{name}{side}"] for side in ("", "_low", "_high")]
        assert found_bounds == pytest.approx([successes / trials, float(bounds.low), float(bounds.high)])
    assert second == {**dict.fromkeys(found.columns), "bucket": "week 2", "n": 0}
