"""What is said of a log that holds no rule and no score: which columns could say when a row is right."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.log.hints import hint
from tests.ingested import Desk

RNG = np.random.default_rng(17)
N = 300
CATEGORY = RNG.choice(["tea", "milk", "water"], N)
PRICE = RNG.gamma(4, 25, N)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"assigned_category": CATEGORY, "category_in_the_end": RNG.permutation(CATEGORY)}, "hold the same classes"),
        ({"predicted_price": PRICE, "sold_price": PRICE + 1}, "--right 'predicted_price = sold_price' --within 10%."),
        ({"score": RNG.random(N), "resolution": RNG.choice([0, 0.5, 1], N)}, "--label resolution."),
        ({"score": [f"{place},{place + 100:03}" for place in range(1, N + 1)]}, "stayed text, such as"),
        ({"verdict": RNG.choice(["pass", "fail"], N)}, "--grade verdict --pass 1."),
        ({"predicted_price": PRICE, "distance": PRICE + 1}, ""),
    ],
)
def test_the_columns_that_could_say_when_a_row_is_right_are_named(
    columns: dict[str, object], said: str, desk: Desk
) -> None:
    found = hint(desk.stage(pl.DataFrame(columns)).reading)
    assert said in found and bool(said) == bool(found)
