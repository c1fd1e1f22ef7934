"""The counts by outcome against Polars on the same rows."""

from __future__ import annotations

from contextlib import closing
from unittest.mock import patch

import polars as pl
import pytest

from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table
from tests.ingested import Desk

N = 600


@pytest.mark.parametrize("clauses", [(), (Clause("kind", "in", ("a", "b")),)])
def test_outcomes_by_slice_and_missing_field_are_those_of_polars(desk: Desk, clauses: tuple[Clause, ...]) -> None:
    frame = pl.DataFrame(
        {
            "score": [None if i % 17 == 0 else (i * 37 % 100) / 100 for i in range(N)],
            "label": [None if i % 11 == 0 else i * 7 % 3 % 2 for i in range(N)],
            "kind": [("a", "b", None)[i % 3] for i in range(N)],
            "note": [None if i % 4 == 0 else float(i % 9) for i in range(N)],
        }
    )
    log = desk.log(frame, score="score", label="label", segments=("kind",))
    with closing(Engine(desk.workspace)) as engine:
        found = outcome_table(engine, log, Cohort(clauses), 0.4, ("kind",), ("note",))
        asked = engine.n_queries
        others = [outcome_table(engine, log, Cohort(clauses), at, ("kind",), ("note",)) for at in (0.0, 0.7)]
        assert engine.n_queries == asked
        with patch("analytics.query.kept._MAX_CELLS", 0):
            slow = [outcome_table(engine, log, Cohort(clauses), at, ("kind",), ("note",)) for at in (0.4, 0.0, 0.7)]
        assert engine.n_queries == asked + 3
    assert all(one.equals(other) for one, other in zip([found, *others], slow, strict=True))
    rows = frame.drop_nulls(["score", "label"])
    rows = rows.filter(pl.col("kind").is_in(["a", "b"])) if clauses else rows
    flagged, positive = pl.col("score") >= 0.4, pl.col("label") == 1
    wanted = (
        rows.group_by(slice_0="kind", missing_0=pl.col("note").is_null().cast(pl.Int32))
        .agg(
            tp=(flagged & positive).sum().cast(pl.Int64),
            fp=(flagged & ~positive).sum().cast(pl.Int64),
            fn=(~flagged & positive).sum().cast(pl.Int64),
            tn=(~flagged & ~positive).sum().cast(pl.Int64),
        )
        .sort("slice_0", "missing_0", nulls_last=True)
    )
    assert found.rows() == wanted.rows() and found.columns == wanted.columns
