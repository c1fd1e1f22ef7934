"""Every relation gives on Spark what it gives on DuckDB and on Polars: counts exactly, sums within rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.query import clusters, gap, known, labels, relations, repeats, review, spark_session, thresholds
from tests.query.logs import LOG, START, TEXTS, Twins, collected, with_bins

Relation = Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]


LATE = replace(LOG, mapping=replace(LOG.mapping, label="vip"))
"""The log of which `known_on` knows when labels came, and which column of the file holds them."""


def made(n: int = 400) -> pl.DataFrame:
    """A stored log with nulls everywhere, units, weights and times at which labels came."""
    random = np.random.default_rng(7)

    def maybe(values: list[Any]) -> list[Any]:
        return [None if random.random() < 0.2 else values[random.integers(len(values))] for _ in range(n)]

    moments = [START + timedelta(hours=hours) for hours in range(120)]
    choices: list[list[Any]] = [
        [k / 20 for k in range(21)],
        [0, 1],
        [0, 1],
        [-5.0, 0.0, 12.5, 1e6],
        moments,
        [-5.0, 0.0, 0.25, 12.5],
        [-7.5, 0.0, 0.5, 1.0, 5.0, 1e3],
        [0, 1],
        [0.0, 2.5],
        *[[0.0, 0.5, 1.0]] * 3,
        [0, 1],
        list(TEXTS),
        [-2, -1, 0, 1, 2],
        [True, False],
        [-1.5, 0.0, 0.1, 2.0],
        moments,
    ]
    rows = list(zip(*(maybe(values) for values in choices), strict=True))
    return with_bins(rows).with_columns(
        unit=pl.int_range(n) // 3,
        weight=pl.lit(1.0) + pl.int_range(n) % 3,
        arrived=pl.col("moment") + pl.duration(hours=pl.int_range(n) % 90),
    )


@pytest.fixture(scope="module")
def three(spark: Any) -> Iterator[dict[str, nw.LazyFrame[Any]]]:
    """The same rows behind Narwhals on all engines."""
    frame, twins = made(), Twins()
    duck, polars = twins.of(frame)
    wide = frame.with_columns(pl.selectors.unsigned_integer().cast(pl.Int64))
    native = spark.createDataFrame(wide.to_arrow()).coalesce(1).cache()
    times = {name: native[name].cast("timestamp_ntz") for name in ("moment", "arrived", "c4")}
    yield {"duckdb": duck, "polars": polars, "spark": nw.from_native(native.withColumns(times))}
    twins.connection.close()


RELATIONS: dict[str, Relation] = {
    "score_table": lambda rows: relations.score_table(rows, ("c0", "c3"), sums=relations.SUMS),
    "by score": lambda rows: relations.score_table(rows, ("c1",), by_score=True, sums=relations.AMOUNTS),
    "split": lambda rows: relations.score_table(rows, ("c2",), split=0.31, sums=relations.MOMENTS),
    "by month": lambda rows: relations.score_table(rows, (), every="1mo", sums=relations.MOMENTS),
    "weighted": lambda rows: relations.score_table(rows, ("c0",), sums=relations.MOMENTS, is_weighted=True),
    "time_table": lambda rows: relations.time_table(rows, 0.45, "1d"),
    "weighted time_table": lambda rows: relations.time_table(rows, 0.45, "1h", is_weighted=True),
    "cube_table": lambda rows: relations.cube_table(
        rows,
        {"key": nw.col("c0")},
        nw.col("score") >= 0.3,
        nw.col("score"),
        with_cubes=True,
        with_missed=True,
    ),
    "value_counts": lambda rows: relations.value_counts(rows, "c0"),
    "head": lambda rows: relations.head(rows, ["row_id", "score", "label", "c0"], 7),
    "cluster_table": lambda rows: clusters.cluster_table(rows, {"slice_0": nw.col("c1")}, 0.45),
    "cost_table": lambda rows: thresholds.cost_table(rows, ("c0",), split=0.31, with_decision=True, with_amount=True),
    "sliced_table": lambda rows: gap.sliced_table(rows, LOG, 0, (), mature_before=START + timedelta(hours=50)),
    "sampled": lambda rows: gap.sampled(rows, ["c0", "c3"], 3),
    "labelled_relation": labels.labelled_relation,
    "arrival_relation": lambda rows: labels.arrival_relation(rows, "1d", (0.3, 0.6), with_scores=True),
    "repeat_relation": lambda rows: repeats.repeat_relation(
        rows, {"same": nw.col("c3")}, {"slice_0": nw.col("c1")}, nw.col("decision"), nw.col("label")
    ),
    "queue": lambda rows: review.queue(
        rows, ["score", "c0"], threshold=0.45, prices={"fp": (1.0, 0.5)}, rank="mix", seed=3, limit=20
    ),
    "twins": lambda rows: review.twins(
        rows, ["score"], {"c0": "South", "c1": None}, row_id=5, score=0.4, threshold=0.45, limit=9
    ),
    "rows": lambda rows: review.rows(rows, [3, 8, 250], ["label", "c0"]),
    "matches": lambda rows: review.matches(rows, {"c0": ["South", None], "c1": [1, 2]}, 0.45),
    "matches fractions": lambda rows: review.matches(rows, {"c1": [1, 2.0, None]}, 0.45),
    "known_on": lambda rows: relations.score_table(
        known.known_on(rows, LATE, ("2024-02-01",)), (), sums=relations.MOMENTS
    ),
    "keep": lambda rows: relations.value_counts(relations.keep(rows, nw.col("c0").is_in(["a,b"])), "c1"),
}


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_is_the_same_on_all_engines(three: dict[str, nw.LazyFrame[Any]], name: str) -> None:
    found = {
        engine: spark_session.collected(RELATIONS[name](rows))
        if engine == "spark"
        else collected(RELATIONS[name](rows))
        for engine, rows in three.items()
    }
    for other in ("duckdb", "polars"):
        same(found["spark"], found[other])


def same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Sums over no rows are 0 on one engine and null on the other; whole numbers are counted, and exact."""
    is_sum = pl.selectors.float() | pl.selectors.decimal() | pl.selectors.matches("_sum$|^(own|cross):")
    whole = pl.selectors.integer() - is_sum
    plain = [
        frame.select(expected.columns).with_columns(whole.cast(pl.Int64), is_sum.cast(pl.Float64).fill_null(0.0))
        for frame in (found, expected)
    ]
    assert_frame_equal(*plain, check_row_order=False, rel_tol=1e-9, abs_tol=1e-9)
