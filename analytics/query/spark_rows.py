"""The rows of a log that stays in Spark, with the columns that an ingested log stores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.log.grid import Grid
from analytics.log.schema import Log
from analytics.query import spark_roles, spark_session

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

_N_CELLS = 4_096
"""Cells of equal width in which the edges of a grid are looked up; two thousand edges leave few to a cell. A judgement."""


def no_lines() -> nw.LazyFrame[Any]:
    """Return the lines that were set aside of a log that no reader took apart: none."""
    return nw.from_native(pl.LazyFrame(schema={"line": pl.Int64, "reason": pl.String, "text": pl.String}))


def plain(given: DataFrame) -> DataFrame:
    """Return the columns of a table as ``c0, c1, …`` of the house's types, with ``row_id`` in the order of reading.

    In one Parquet file that is the place of a row in the file, as an ingested log has it. A number that is none, or infinite, is
    missing; times are in UTC; what is neither number, truth value nor time is text.
    """
    from pyspark.sql import functions

    def column(name: str, type_: str) -> SparkColumn:
        held = functions.col("`" + name.replace("`", "``") + "`").cast(_SPARK_TYPES[type_])
        if type_ != "DOUBLE":
            return held
        return functions.when(~functions.isnan(held) & (functions.abs(held) < math.inf), held)

    types = [plain_type(field.dataType.typeName()) for field in given.schema.fields]
    selected = [column(name, types[place]).alias(f"c{place}") for place, name in enumerate(given.columns)]
    if _is_one_parquet(given):
        return given.select(*selected, functions.col("_metadata.row_index").alias("row_id"))
    return given.select(*selected).withColumn("row_id", functions.monotonically_increasing_id())


def _is_one_parquet(given: DataFrame) -> bool:
    """Whether a table is one Parquet file, of which Spark knows the places of the rows."""
    files = spark_session.run(given.inputFiles) if "_metadata" not in given.columns else []
    return len(files) == 1 and files[0].lower().endswith(".parquet")


_SPARK_TYPES = {
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp_ntz",
    "VARCHAR": "string",
}
"""By the house's type what Spark calls it."""


def plain_type(name: str) -> str:
    """Return the house's type for what Spark calls one.

    >>> plain_type("integer"), plain_type("decimal(10,2)"), plain_type("date"), plain_type("array")
    ('BIGINT', 'DOUBLE', 'TIMESTAMP', 'VARCHAR')
    """
    if name in ("byte", "short", "integer", "long", "tinyint", "smallint", "int", "bigint"):
        return "BIGINT"
    if name in ("float", "double") or name.startswith("decimal"):
        return "DOUBLE"
    if name == "date" or name.startswith("timestamp"):
        return "TIMESTAMP"
    return "BOOLEAN" if name == "boolean" else "VARCHAR"


def stored(log: Log) -> nw.LazyFrame[Any]:
    """Return the rows of a log as an ingested one stores them."""
    rows: nw.LazyFrame[Any] = nw.from_native(plain(spark_session.table(log.reading.source)))
    rows = spark_roles.with_bins(spark_roles.with_roles(rows, log.reading, log.mapping), log.reading, log.bins)
    return with_score_bin(rows, log.grid)


def with_score_bin(rows: nw.LazyFrame[Any], grid: Grid) -> nw.LazyFrame[Any]:
    """Return rows of Spark with the bin of their score: as many edges as are at or below it, less one.

    The edges of the same cell are compared with the score one by one, those of lower cells are known to be below: which cell a
    number is in rises with the number, in the same arithmetic on either side.
    """
    from pyspark.sql import functions

    edges = grid.edges
    low, width = float(edges[0]), float(edges[-1] - edges[0]) or 1.0
    cells = np.clip(np.floor((edges - low) / width * _N_CELLS), 0, _N_CELLS).astype(np.int64)
    before = np.searchsorted(cells, np.arange(_N_CELLS + 1), side="left")
    counts = np.bincount(cells, minlength=_N_CELLS + 1)

    def listed(values: Any, type_: str) -> SparkColumn:
        """An array that Spark makes once: written as a literal it would be an expression per value."""
        return functions.split(functions.lit(",".join(map(repr, values.tolist()))), ",").cast(f"array<{type_}>")

    score = functions.col("score")
    place = functions.floor((score - low) / width * _N_CELLS)
    cell = functions.greatest(functions.least(place, functions.lit(_N_CELLS)), functions.lit(0)).cast("int")
    start = functions.element_at(listed(before, "int"), cell + 1)
    inside = functions.slice(listed(edges, "double"), start + 1, functions.element_at(listed(counts, "int"), cell + 1))
    n_below = start + functions.size(functions.filter(inside, lambda edge: edge <= score))
    native: DataFrame = rows.to_native()
    binned = native.withColumn("score_bin", functions.when(score.isNotNull(), n_below - 1))
    found: nw.LazyFrame[Any] = nw.from_native(binned)
    return found
