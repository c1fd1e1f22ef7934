"""Inputs by their answers: DuckDB and Polars give what plain Polars gives."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.query.repeats import repeat_relation
from tests.query.logs import Twins, collected


def test_inputs_are_counted_by_how_many_answers_are_right_and_alike() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "c0": rng.choice(["a", "b", None], 300).tolist(),
            "c1": rng.integers(0, 60, 300),
            "c2": rng.choice([True, False, None], 300).tolist(),
            "label": pl.Series(rng.choice([0, 1, None], 300).tolist(), dtype=pl.UInt8),
        }
    ).with_columns(c1=pl.when(pl.col("c1") > 2).then("c1"))
    twins = Twins()
    keys, same = {"slice_0": nw.col("c0")}, {"same_0": nw.col("c1")}
    found = [collected(repeat_relation(side, same, keys, nw.col("c2"), nw.col("label"))) for side in twins.of(frame)]
    groups = frame.drop_nulls("c1").group_by("c0", "c1").agg(pl.col("c2"), pl.col("label"))
    expected = sorted(
        (
            (place or "", len(said), len(said) - known.count(None), known.count(1), alike(said))
            for place, _, said, known in groups.iter_rows()
        ),
    )
    for table in found:
        rows = table.with_columns(pl.col("slice_0").fill_null("")).select(
            "slice_0", "n", "n_known", "n_right", "alike", "inputs"
        )
        assert sorted(row[:-1] for row in rows.rows() for _ in range(row[-1])) == expected
    twins.connection.close()


def alike(said: list[bool | None]) -> int:
    return sum(said[i] is said[j] for i in range(len(said)) for j in range(len(said)) if i != j)
