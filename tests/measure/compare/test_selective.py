"""Labels that hang on a decision: of one side, of both, and of neither where labels are few."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.compare.selective import hanging

RULES = [("live", "live"), ("candidate", "candidate"), ("either", None), ("few at random", None), ("all", None)]


@pytest.mark.parametrize(("rule", "side"), RULES)
def test_labels_hang_on_the_side_whose_flagged_rows_have_them(rule: str, side: str | None) -> None:
    rng = np.random.default_rng(1)
    for flagged in (0.03, 0.3):
        y = rng.random(5_000) < 0.3
        both = rng.normal(y, 1)
        a, b = (drawn > np.quantile(drawn, 1 - flagged) for drawn in (rng.normal(both, 0.5) for _ in "ab"))
        seen = {"live": a, "candidate": b, "either": a | b, "few at random": rng.random(5_000) < 0.03, "all": y == y}[
            rule
        ]
        rows = pl.DataFrame({"a_flag": a * 1, "b_flag": b * 1, "a_label": y * 1, "seen": seen})
        cells = rows.with_columns(a_label=pl.when("seen").then("a_label")).group_by("a_flag", "b_flag", "a_label")
        found = hanging(cells.agg(pairs=pl.len().cast(pl.Int64)))
        assert (found and ("live" if found.is_of_live else "candidate")) == side
