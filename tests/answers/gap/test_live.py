from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from analytics.answers.gap.sides import live_version
from analytics.query.engine import Engine
from tests.ingested import Desk

PERIODS = (("v1", "live", 1), ("v2", "live", 3), ("v1", "shadow", 5), ("v3", "evaluation", 6))
"""A version, its role and the month in which it scored: v2 was live last, v3 only evaluated."""


@pytest.mark.parametrize(
    ("known", "expected"), [(("version", "role", "at"), "v2"), (("version", "at"), None), (("role", "at"), None)]
)
def test_the_version_that_was_live_last_is_told_from_those_evaluated_or_in_the_shadow(
    desk: Desk, known: tuple[str, ...], expected: str | None
) -> None:
    rows = [
        {
            "score": place / 100,
            "label": place % 2,
            "version": version,
            "role": role,
            "at": datetime(2024, month, 1 + place % 28),
        }
        for version, role, month in PERIODS
        for place in range(60)
    ]
    log = desk.log(pl.DataFrame(rows).select("score", "label", *known))
    engine = Engine(desk.workspace)
    try:
        assert live_version(engine, log) == expected
    finally:
        engine.close()
