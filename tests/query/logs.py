"""Random logs as they are stored, on DuckDB and on Polars, with nulls everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
from hypothesis import strategies as st

from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading

TEXTS = ("north", "South", "", "a,b", "=1+1", "O'Brien", "emoji 🛫", "İnönü", "line\nbreak")
START = datetime(2024, 1, 30)
SCHEMA: dict[str, Any] = {
    "row_id": pl.Int64,
    "score": pl.Float64,
    "score_bin": pl.UInt16,
    "label": pl.UInt8,
    "decision": pl.UInt8,
    "amount": pl.Float64,
    "moment": pl.Datetime("us"),
    "error": pl.Float64,
    "truth": pl.Float64,
    "covered": pl.UInt8,
    "width": pl.Float64,
    "ndcg": pl.Float64,
    "reciprocal_rank": pl.Float64,
    "precision_at": pl.Float64,
    "hit": pl.UInt8,
    "c0": pl.String,
    "c1": pl.Int64,
    "c2": pl.Boolean,
    "c3": pl.Float64,
    "c4": pl.Datetime("us"),
}
COLUMNS = (
    Column(0, "region", "VARCHAR", "text"),
    Column(1, "seats", "BIGINT", "number", n_distinct=5),
    Column(2, "vip", "BOOLEAN", "boolean"),
    Column(3, "temp", "DOUBLE", "number", n_distinct=5),
    Column(4, "seen at", "TIMESTAMP", "time"),
)
LOG = Log(
    log_id="0123456789ab",
    name="random",
    reading=Reading("0123456789ab", "random", "csv", 0, 0, COLUMNS),
    mapping=Mapping(score="temp", time="seen at", label_time="seen at", segments=("region", "seats", "vip", "temp")),
    created_at="2026-01-01",
    score_kind="probability",
    edges=(0.0, 0.5),
    grid_is_exact=True,
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values, values, values)


def frames(max_size: int = 25) -> st.SearchStrategy[pl.DataFrame]:
    """Stored logs; the grid is k/10, so that scores lie on edges, between them and above the last one."""
    moments = st.integers(0, 120).map(lambda hours: START + timedelta(hours=hours))
    row = st.tuples(
        maybe(st.sampled_from([k / 20 for k in range(21)])),
        maybe(st.integers(0, 1)),
        maybe(st.integers(0, 1)),
        maybe(st.sampled_from([-5.0, 0.0, 12.5, 1e6])),
        maybe(moments),
        maybe(st.sampled_from([-5.0, 0.0, 0.25, 12.5])),
        maybe(st.sampled_from([-7.5, 0.0, 0.5, 1.0, 5.0, 1e3])),
        maybe(st.integers(0, 1)),
        maybe(st.sampled_from([0.0, 2.5])),
        *(maybe(st.sampled_from([0.0, 0.5, 1.0])) for _ in range(3)),
        maybe(st.integers(0, 1)),
        maybe(st.sampled_from(TEXTS)),
        maybe(st.integers(-2, 2)),
        maybe(st.booleans()),
        maybe(st.sampled_from([-1.5, 0.0, 0.1, 2.0])),
        maybe(moments),
    )
    return st.lists(row, max_size=max_size).map(with_bins)


def with_bins(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    edges = np.arange(10) / 10
    stored = [
        (place, row[0], None if row[0] is None else int(np.searchsorted(edges, row[0], side="right")) - 1, *row[1:])
        for place, row in enumerate(rows)
    ]
    return pl.DataFrame(stored, schema=SCHEMA, orient="row")


class Twins:
    """The same rows behind Narwhals on both engines."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")

    def of(self, frame: pl.DataFrame) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
        self.connection.register("given", frame.to_arrow())
        self.connection.execute("CREATE OR REPLACE TABLE log AS FROM given")
        self.connection.unregister("given")
        return nw.from_native(self.connection.table("log")), nw.from_native(frame.lazy())


def collected(relation: nw.LazyFrame[Any]) -> pl.DataFrame:
    frame: pl.DataFrame = relation.collect("polars").to_native()
    return frame
