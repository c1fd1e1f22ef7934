"""Further deciders on weighted rows of units, against plain sums over units."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.answers.compare.deciders import deciders
from analytics.answers.compare.sides import pairing_of
from analytics.query.engine import Engine
from tests.answers.compare.test_answer import AT, part, scored
from tests.ingested import Desk


@pytest.mark.parametrize("roles", [{"weight": "w"}, {"unit": "unit"}, {"weight": "w", "unit": "unit"}])
def test_deciders_follow_the_weight_and_the_unit(desk: Desk, roles: dict[str, str]) -> None:
    frame = scored()
    log = desk.log(frame, row_id="id", label="y", score="score", model_version="model", segments=(), **roles)
    live, candidate = part(log, "old"), part(log, "new")
    found = deciders(Engine(desk.workspace), [pairing_of(live, candidate)], ("old", "new")).table
    pairs = frame.filter(model="old").join(frame.filter(model="new"), on="id")
    x = pairs["w"].to_numpy() if "weight" in roles else np.ones(len(pairs))
    y = pairs["y"].to_numpy() == 1
    wrong = [((pairs[name].to_numpy() >= AT) != y) * x for name in ("score", "score_right")]
    unit = pairs["unit" if "unit" in roles else "id"].to_numpy()
    sums = [
        pl.DataFrame({"unit": unit, "v": each}).group_by("unit", maintain_order=True).sum()["v"].to_numpy()
        for each in (x, *wrong)
    ]
    gap = (sums[2] - sums[1]).sum() / x.sum()
    n_units = len(sums[0])
    variance = n_units / (n_units - 1) * ((sums[2] - sums[1] - gap * sums[0]) ** 2).sum() / x.sum() ** 2
    reach = stats.t.ppf(0.975, n_units - 1) * np.sqrt(variance)
    row = found.row(1, named=True)
    assert found["error_rate"].to_list() == pytest.approx([each.sum() / x.sum() for each in wrong])
    assert (row["difference"], row["difference_low"], row["difference_high"]) == pytest.approx(
        (gap, gap - reach, gap + reach)
    )
    assert row["low"] < row["error_rate"] < row["high"] and row["n"] == len(pairs)
