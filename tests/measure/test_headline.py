from __future__ import annotations

import pytest

from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS


@pytest.mark.parametrize(
    ("n_positive", "metric", "is_apart"),
    [
        (0, "error_rate", False),
        (1, "recall", True),
        (149, "recall", True),
        (150, "error_rate", False),
        (850, "error_rate", False),
        (851, "specificity", True),
        (1_000, "error_rate", False),
    ],
)
def test_a_rare_class_leads(n_positive: int, metric: str, is_apart: bool) -> None:
    found = headline(n_positive, 1_000)
    assert (found.metric, found.is_apart) == (metric, is_apart)
    assert found.metric in METRICS and found.base_rate == n_positive / 1_000


def test_without_labels_nothing_is_rare() -> None:
    assert headline(0, 0).metric == "error_rate" and headline(0, 0).base_rate is None
