"""A value that makes the label nearly certain is an outcome only where the model knows nothing of it."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.leaks import tells_by_a_value


@pytest.mark.parametrize(
    ("n", "positives", "found", "is_told"),
    [
        (
            (819, 6_395),
            (775, 2_476),
            (480, 1_555),
            True,
        ),  # violent offences in COMPAS, of which the score knows nothing
        ((819, 6_395), (775, 2_476), (760, 1_555), False),  # a field that the model has learnt
        ((819, 6_395), (600, 2_476), (300, 1_555), False),  # often positive is not certain
        ((29, 6_395), (29, 2_476), (5, 1_555), False),  # so few rows may be chance
        ((819, 6_395), (780, 6_000), (300, 4_000), False),  # where nearly all are positive
        ((1_000, 9_000), (0, 90), (0, 50), False),  # a slice without positives is safe, and no outcome
    ],
)
def test_a_value_is_an_outcome_where_the_model_does_not_know_it(
    n: tuple[int, ...], positives: tuple[int, ...], found: tuple[int, ...], is_told: bool
) -> None:
    assert tells_by_a_value(*(np.array(each, dtype=float) for each in (n, positives, found))) is is_told
