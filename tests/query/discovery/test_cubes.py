"""The cube of a search: the same on both engines, and what Polars counts; halves that are halves; derived properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.log.right import Right
from analytics.measure.thresholds.costs import Costs
from analytics.query import relations
from analytics.query.cohort import Cohort
from analytics.query.discovery.objectives import OBJECTIVES, by_entity, by_row, by_time
from analytics.query.discovery.properties import clauses, expression, in_codes, properties, shown_value
from analytics.query.predicates import predicate
from tests.ingested import Desk
from tests.query.logs import START, Twins, collected, frames

COSTS = Costs(-1.0, 2.0, 5.0, 0.5, review=0.25, amount_cells=("fn", "tp"))


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


@settings(max_examples=25)
@given(frames(), st.sampled_from(sorted(OBJECTIVES)), st.sampled_from([0.0, 0.3, 0.5]))
def test_the_cube_is_the_same_on_both_engines_and_what_polars_counts(
    twins: Twins, frame: pl.DataFrame, name: str, threshold: float
) -> None:
    objective = OBJECTIVES[name]
    keys = {"key_0": nw.col("c0"), "key_1": nw.col("c2"), "part": by_row(3)}
    of_rows = objective.counted(threshold), objective.value(threshold, COSTS)
    found = [
        collected(relations.cube_table(side, keys, *of_rows, with_cubes=True, with_missed=True, with_scores=True))
        for side in twins.of(frame)
    ]
    plain = relations.cube_table(twins.of(frame)[0], keys, *of_rows)
    assert set(collected(plain).columns) == {*keys, "n", "positives", "trials", "total", "squares"}
    label, flagged = pl.col("label").cast(pl.Float64), pl.col("score") >= threshold
    wrong = (flagged != (label == 1)).cast(pl.Float64)
    amount = pl.col("amount").fill_null(0.0)
    cost = pl.when(flagged & (label == 1)).then(-amount + 0.25).when(flagged).then(2.25)
    cost = cost.when(label == 1).then(5 * amount).otherwise(0.5)
    value, counted = {
        "error_rate": (wrong, pl.lit(True)),
        "beyond_base_rate": (wrong, pl.lit(True)),
        "change": (wrong, pl.lit(True)),
        "fpr": (wrong, label == 0),
        "fnr": (wrong, label == 1),
        "cost": (cost, pl.lit(True)),
        "cost_beyond_base_rate": (cost, pl.lit(True)),
        "brier": ((pl.col("score") - label) ** 2, pl.lit(True)),
        "overprediction": (pl.col("score") - label, pl.lit(True)),
        "underprediction": (label - pl.col("score"), pl.lit(True)),
    }[name]
    judged = frame.filter(pl.col("label").is_not_null() & pl.col("score").is_not_null())
    expected = (
        judged.with_columns(value=value, counted=counted)
        .group_by(key_0="c0", key_1="c2")
        .agg(
            n=pl.len().cast(pl.Int64),
            positives=label.sum().cast(pl.Int64),
            trials=pl.col("counted").sum().cast(pl.Int64),
            total=pl.col("value").filter(pl.col("counted")).sum(),
            squares=(pl.col("value") ** 2).filter(pl.col("counted")).sum(),
            cubes=(pl.col("value") ** 3).filter(pl.col("counted")).sum(),
            missed=pl.col("value").filter(pl.col("counted") & (label == 1)).sum(),
            score_sum=pl.col("score").sum(),
            score_sq_sum=(pl.col("score") ** 2).sum(),
        )
    )
    scores = ("score_sum", "score_sq_sum")
    for side in found:
        sums = pl.col("total", "squares", "cubes", "missed", *scores).cast(pl.Float64).fill_null(0.0)
        whole = (
            side.with_columns(sums)
            .group_by("key_0", "key_1")
            .agg(pl.col("n", "positives", "trials", "total", "squares", "cubes", "missed", *scores).sum())
        )
        assert_frame_equal(whole, expected, check_row_order=False, check_column_order=False, abs_tol=1e-9)
    first, second = (
        side.with_columns(pl.col("part").cast(pl.Int64)).select("key_0", "key_1", "part", "n") for side in found
    )
    assert_frame_equal(first, second, check_row_order=False)


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_of_the_rows_holds_back_half_of_them_whatever_their_order(twins: Twins, seed: int) -> None:
    rows = pl.DataFrame({"row_id": pl.Series(range(20_000), dtype=pl.Int64)})
    parts = [collected(side.select(part=by_row(seed)))["part"].cast(pl.Int64) for side in twins.of(rows)]
    assert parts[0].to_list() == parts[1].to_list()
    half = parts[0].to_numpy()
    assert abs(half.mean() - 0.5) < 0.015
    for period in (2, 7, 24, 100):
        means = [half[start::period].mean() for start in range(period)]
        assert max(abs(mean - 0.5) for mean in means) < 5 * 0.5 / np.sqrt(20_000 / period)
    changes = np.mean(half[1:] != half[:-1])
    assert abs(changes - 0.5) < 0.02


def test_rows_of_one_id_share_a_part_and_rows_without_one_are_split(twins: Twins) -> None:
    ids = pl.Series([f"id {place % 300}" if place % 3 else None for place in range(6_000)])
    frame = pl.DataFrame({"row_id": pl.Series(range(6_000), dtype=pl.Int64), "c0": ids})
    for side in twins.of(frame):
        found = collected(side.select("c0", part=by_entity("c0", 0)))
        known = found.filter(pl.col("c0").is_not_null()).group_by("c0").agg(pl.col("part").n_unique())
        assert known["part"].to_list() == [1] * known.height
        assert found["part"].n_unique() == 2
        assert abs(found.filter(pl.col("c0").is_null())["part"].mean() - 0.5) < 0.05  # type: ignore[operator]


def test_rows_before_a_moment_are_searched_and_those_without_one_too(twins: Twins) -> None:
    moments = [START, START + timedelta(hours=1), None]
    frame = pl.DataFrame({"moment": moments}, schema={"moment": pl.Datetime("us")})
    for side in twins.of(frame):
        assert collected(side.select(part=by_time(START + timedelta(hours=1))))["part"].to_list() == [0, 1, 0]


def test_codes_give_every_value_back() -> None:
    enum = pl.Enum(["b", "a", "unused"])
    for values in (
        pl.Series(["a", None, "b", "a"], dtype=enum),
        pl.Series([3, 1, None, 3]),
        pl.Series([True, False, None]),
        pl.Series([0.5, float("nan"), None]),
        pl.Series([], dtype=pl.Int64),
        pl.Series([2, 2]),
    ):
        codes, known = in_codes(values)
        assert codes.null_count() == 0
        assert [str(known[code]) for code in codes] == [str(value) for value in values]


@pytest.mark.parametrize("step", [0.5, 1])
def test_properties_are_derived_where_the_columns_allow_them(desk: Desk, step: float) -> None:
    n = 1_200
    frame = pl.DataFrame(
        {
            "score": [(place * 37 % 100) / 100 for place in range(n)],
            "label": [place % 3 == 0 for place in range(n)],
            "amount": [0 * step if place % 20 == 0 else place + step for place in range(n)],
            "a": [None if place % 4 == 0 else "x" for place in range(n)],
            "b": [None if place % 6 == 0 else "y" for place in range(n)],
            "scored_at": [START + timedelta(hours=place) for place in range(n)],
            "seen": [None if place % 5 == 0 else f"user {place}" for place in range(n)],
            "note": [
                "" if place % 10 == 0 else "long " * (300 if place % 10 == 1 else 20) + str(place) for place in range(n)
            ],
        }
    )
    log = desk.log(frame, segments=("amount", "a", "b"), text=("note",), time="scored_at", amount=None, row_id=None)
    stored = desk.stored(log)
    found = {entry.name: entry for entry in properties(log)}
    assert {name: entry.kind for name, entry in found.items()} == {
        "amount": "value",
        "a": "value",
        "b": "value",
        "exact amount": "spike",
        "seen": "missing",
        "text of note": "text",
        "hour of scored_at": "hour",
        "weekday of scored_at": "weekday",
        "fields missing": "gaps",
    }
    expected = {
        "exact amount": [0.0 if place % 20 == 0 else None for place in range(n)],
        "seen": [None] * n,
        "hour of scored_at": [(START + timedelta(hours=place)).hour for place in range(n)],
        "weekday of scored_at": [f"{START + timedelta(hours=place):%a}" for place in range(n)],
        "fields missing": [(place % 4 == 0) + (place % 6 == 0) for place in range(n)],
    }
    lazy = nw.from_native(stored.lazy())
    for name, values in expected.items():
        raw = collected(lazy.select(x=expression(log, found[name])))["x"]
        shown = [None if value is None else shown_value(log, found[name], value) for value in raw]
        assert shown == values, name
    notes = collected(lazy.select(x=expression(log, found["text of note"])))["x"]
    assert notes.null_count() == n * 8 // 10
    assert {shown_value(log, found["text of note"], value) for value in notes.drop_nulls()} <= {
        None,
        "empty",
        "over 1,000 characters",
    }
    assert [clause.op for clause in clauses(log, found["seen"], None) or ()] == ["missing"]
    assert clauses(log, found["exact amount"], 0.0) is not None
    assert clauses(log, found["fields missing"], 2) is None
    for name in ("hour of scored_at", "weekday of scored_at", "text of note", "fields missing"):
        raw = collected(lazy.select(x=expression(log, found[name])))["x"]
        for value in raw.drop_nulls().unique():
            said = clauses(log, found[name], shown_value(log, found[name], value), ())
            assert Cohort.from_text(Cohort(said or ()).to_text()) == Cohort(said or ())
            kept = predicate(Cohort(said or ()), log, 0.5)
            assert kept is not None
            assert collected(lazy.filter(kept)).height == (raw == value).sum(), (name, value)

    # What turned out to be true is no condition, unless it is all that there is, or is named.
    judged = replace(log, mapping=replace(log.mapping, right=Right("classes", "a", "b")))
    assert set(found) - {entry.name for entry in properties(judged)} == {"a"}
    assert [entry.name for entry in properties(judged, ("a",))] == ["a"]
