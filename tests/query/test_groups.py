"""The same question about the same rows has the same answer to the last digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.query import kept
from analytics.query.clusters import clusters_of, group_sums_of, unit_bins_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.relations import LOG_LOSS, MOMENTS
from tests.ingested import Desk

N, TIMES = 3_000, 12
"""Rows, and how often each is asked: of sums in no order of their own each differs from the one before."""


def rows() -> pl.DataFrame:
    draw = np.random.default_rng(11)
    return pl.DataFrame(
        {
            "id": [f"r{place}" for place in range(N)],
            "label": draw.integers(0, 2, N),
            "score": draw.random(N),
            "weight": draw.exponential(3.0, N),
            "session": [f"s{place // 3}" for place in draw.permutation(N)],
            "region": draw.choice(["north", "south", "west"], N),
            "at": pl.Series(np.datetime64("2026-01-01T00:00", "us") + np.arange(N) * np.timedelta64(17, "m")),
        }
    )


@pytest.mark.parametrize("by", [(), ("region",)])
def test_fractions_of_rows_in_memory_add_up_to_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, by: tuple[str, ...]
) -> None:
    monkeypatch.setattr(kept, "_MAX_HELD_CELLS", 10**6)
    read = desk.stage(rows())
    log = desk.build(read, replace(read.mapping, unit="session", weight="weight", segments=("region",), time="at"))
    cohort, sums = Cohort((Clause("score", "ge", ("0.2",)),)), MOMENTS | LOG_LOSS

    def asked(*questions: Callable[[Engine], pl.DataFrame | None]) -> list[pl.DataFrame | None]:
        engine = Engine(desk.workspace)
        assert engine.frame(log).implementation.is_polars()
        found = [question(engine) for question in questions]
        engine.close()
        return found

    questions = (
        lambda engine: engine.score_table(log, cohort, 0.31, by, sums=sums, is_weighted=True).frame,
        lambda engine: engine.time_table(log, cohort, 0.31, "1w", is_weighted=True),
        lambda engine: clusters_of(engine, log, cohort, 0.31, by, sums=sums, is_weighted=True),
        lambda engine: unit_bins_of(engine, log, cohort, 0.31, by, np.linspace(0, 1, 9), is_weighted=True),
        lambda engine: group_sums_of(engine, log, cohort, 0.31, by, sums, is_weighted=True),
    )
    first = asked(*questions)
    for _ in range(TIMES):
        for table, again in zip(first, asked(*questions), strict=True):
            assert table is not None and table.height and table.equals(again)
