"""Repeats by slice: how often answers of each are right, and all of them."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.answers.question import Question
from analytics.answers.repeats import repeats
from analytics.log.right import Right
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


def test_versions_are_no_draws_of_each_other_and_each_has_its_passes(desk: Desk) -> None:
    rows = [
        {"task_id": k, "model": m, "trial": t, "reward": float((k + t) % 4 >= least)}
        for m, least in (("a", 1), ("b", 3))
        for k in range(20)
        for t in range(3)
    ]
    log = desk.log(
        pl.DataFrame(rows), score=None, label=None, model_version="model", right=Right("grades", "reward", mark=1.0)
    )
    found = repeats(Engine(desk.workspace), Question(log, Cohort(), log.mapping.threshold), by=("model",))
    assert found.same == ("task_id", "model") and found.whole.n_repeated == 40
    frame = pl.DataFrame(rows).group_by("model", "task_id").agg(all=pl.col("reward").min(), one=pl.col("reward").mean())
    for row in found.slices.iter_rows(named=True):
        own = frame.filter(model=row["slice_0"])
        assert (row["k"], row["right"], row["all_right"]) == (3, pytest.approx(own["one"].mean()), own["all"].mean())
