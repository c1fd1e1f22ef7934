"""What a log that stays in Spark is: its columns, counted there, and with its roles the score grid and the bins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.errors import InputError
from analytics.log.bins import N_BINS, Bins, bins_between
from analytics.log.column import MAX_VALUES_BY_VALUE, Column, Kind, unique_names
from analytics.log.grid import MAX_DISTINCT_SCORES, MAX_MASS, Grid, looked_at
from analytics.log.mapping import Mapping
from analytics.log.schema import IN_SPARK, Log, Reading, ScoreKind
from analytics.log.workspace import Workspace
from analytics.query import relations, spark_roles, spark_session
from analytics.query.spark_rows import plain, plain_type, with_score_bin

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

_N_TOP = 50
"""Most frequent values of a column that are kept with their rows, as of a file that is read."""

_N_OUTSIDE = 8
"""Different values outside [0, 1] that are kept, as of a file that is read."""

_MAX_COUNTED = 20_000
"""Different values, as Spark estimates them, up to which they are counted exactly, as of a file that is read."""

_N_STEPS = 1_000
"""Steps of the score grid, even ones and quantiles (DESIGN.md, section 2)."""

_ACCURACY = 10_000
"""One over the share of rows by which Spark may miss an edge of the bins of a number: a thousandth of a bin."""

_KINDS: dict[str, Kind] = {"BIGINT": "number", "DOUBLE": "number", "BOOLEAN": "boolean", "TIMESTAMP": "time"}


def describe(name: str) -> Reading:
    """Count in Spark what the columns of a table hold.

    Parameters
    ----------
    name : str
        ``spark:`` and a path or the name of a table.

    Raises
    ------
    StoreError
        If Spark gives no answer.
    InputError
        If the table is empty.
    """
    given = spark_session.table(name)
    types = [plain_type(field.dataType.typeName()) for field in given.schema.fields]
    rows = plain(given)
    facts = spark_session.run(lambda: rows.agg(*_facts(len(types))).toArrow().to_pylist()[0])
    n_rows = int(facts["n"])
    if not n_rows:
        raise InputError(f"Expected rows in {name!r}, found none. Check the path or the table.")
    columns = []
    for place, (header, type_) in enumerate(zip(unique_names(given.columns), types, strict=True)):
        n_distinct = int(facts[f"distinct{place}"])
        top: tuple[tuple[str, int], ...] = ()
        if n_distinct <= _MAX_COUNTED:
            n_distinct, top = _top(rows, f"c{place}")
        ends = (facts[f"low{place}"], facts[f"high{place}"]) if type_ != "VARCHAR" else (None, None)
        n_missing = n_rows - int(facts[f"present{place}"])
        kind = _KINDS.get(type_, "text")
        column = Column(place, header, type_, kind, n_missing, n_distinct, 0, top, *ends)
        columns.append(_held_against_one(rows, column))
    content = json.dumps([name, n_rows, [asdict(column) for column in columns]])
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Reading(digest, name, IN_SPARK, n_rows, n_rows, tuple(columns), repairs=(_said(),), reader=None)


def _said() -> str:
    """Say where the rows are."""
    return f"The rows stay where Spark at {spark_session.where()} reads them: questions are asked there, and nothing was copied."


def _facts(width: int) -> list[SparkColumn]:
    """Return what is counted of each column in one pass."""
    from pyspark.sql import functions

    found = [functions.count(functions.lit(1)).alias("n")]
    for place in range(width):
        name = f"c{place}"
        found += [
            functions.count(name).alias(f"present{place}"),
            functions.approx_count_distinct(name).alias(f"distinct{place}"),
            functions.min(name).cast("string").alias(f"low{place}"),
            functions.max(name).cast("string").alias(f"high{place}"),
        ]
    return found


def _top(rows: DataFrame, name: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return how many values a column has, and the most frequent with their rows."""
    counts = _counts(nw.from_native(rows), name).drop_nulls("value")
    values = counts["value"]
    is_bool = values.dtype == pl.Boolean
    text = values.cast(pl.String)
    if isinstance(values.dtype, pl.Datetime):
        text = values.dt.strftime("%Y-%m-%d %H:%M:%S")
    shown = counts.with_columns(order=values.cast(pl.Int8) if is_bool else values, text=text.str.slice(0, 200))
    shown = shown.sort(["n", "order"], descending=[True, False]).head(_N_TOP)
    return counts.height, tuple(zip(shown["text"].to_list(), shown["n"].to_list(), strict=True))


def _held_against_one(rows: DataFrame, column: Column) -> Column:
    """Count what of a column of fractions lies in [0, 1] and what outside, as of a file that is read."""
    if column.type != "DOUBLE" or column.low is None or column.high is None:
        return column
    if float(column.low) >= 0 and float(column.high) <= 1:
        return column
    value, frame = nw.col(column.sql_name), nw.from_native(rows)
    is_between, is_outside = (value > 0) & (value < 1), (value < 0) | (value > 1)
    counted = frame.select(
        between=relations.integer(is_between).sum().cast(nw.Int64),
        outside=relations.integer(is_outside).sum().cast(nw.Int64),
    )
    n_between, n_outside = spark_session.collected(counted).row(0)
    if n_between < n_outside:
        return column
    often = _counts(frame.filter(is_outside), column.sql_name)
    often = often.sort(["n", "value"], descending=[True, False]).head(_N_OUTSIDE)
    outside = tuple((f"{number!r}", int(n)) for number, n in often.iter_rows())
    return replace(column, n_between=int(n_between), n_outside=int(n_outside), outside=outside)


def _counts(rows: nw.LazyFrame[Any], name: str) -> pl.DataFrame:
    """Count the rows of each value of a column."""
    return spark_session.collected(relations.value_counts(rows, name))


def log_of(reading: Reading, mapping: Mapping) -> Log:
    """Return the log that a table is under a mapping: its score grid and its bins are computed in Spark.

    The grid is that of the same rows ingested, where these are numbered as there: in one Parquet file, and up to a million.

    Raises
    ------
    QuestionError, InputError
        If a column does not hold what its role needs, or the roles ask for more than a row tells.
    StoreError
        If Spark gives no answer.
    """
    rows = nw.from_native(plain(spark_session.table(reading.source)))
    judged = spark_roles.with_roles(rows, reading, mapping)
    score, label, moment = nw.col("score"), nw.col("label"), nw.col("moment")
    counted = judged.select(
        n=nw.len(),
        n_labelled=label.count(),
        n_positive=label.sum(),
        n_scored=score.count(),
        low=score.min(),
        high=score.max(),
        time_low=moment.min(),
        time_high=moment.max(),
        last=nw.col("row_id").max(),
    )
    facts = spark_session.collected(counted).row(0, named=True)
    kind, edges, is_exact = _grid(judged.to_native(), mapping, facts)
    binned = [reading.column(name) for name in mapping.segments]
    return Log(
        log_id=reading.content_hash[:12],
        name=reading.source,
        reading=reading,
        mapping=mapping,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        score_kind=kind,
        edges=edges,
        grid_is_exact=is_exact,
        bins={
            column.name: _bins(rows, column)
            for column in binned
            if column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE
        },
        n_rows=int(facts["n"]),
        n_labelled=int(facts["n_labelled"]),
        n_positive=int(facts["n_positive"] or 0),
        n_unscored=int(facts["n"] - facts["n_scored"]),
        time_low=_text(facts["time_low"]),
        time_high=_text(facts["time_high"]),
    )


def keep(workspace: Workspace, log: Log, *, is_current: bool = True) -> None:
    """Keep in the workspace what is known of a log: its receipt, and in the place of the rows where they are."""
    with workspace.scratch_folder() as folder:
        place = folder / "place.txt"
        place.write_text(f"{_said()}\n", encoding="utf-8")
        workspace.keep(log, place, is_current=is_current)


def remap(workspace: Workspace, log: Log, mapping: Mapping, *, is_current: bool = True) -> Log:
    """Return a log under another mapping, kept as `keep` keeps it.

    Raises
    ------
    QuestionError, InputError, StoreError
        As `log_of`.
    """
    if mapping.digest() == log.revision:
        return log
    if not is_current and (found := workspace.state(replace(log, mapping=mapping).key)):
        return found
    changed = replace(log_of(log.reading, mapping), name=log.name)
    keep(workspace, changed, is_current=is_current)
    return changed


def _text(moment: datetime | None) -> str | None:
    """Return a time as an ingested log writes it."""
    return None if moment is None else str(moment.replace(tzinfo=None))


def _grid(rows: DataFrame, mapping: Mapping, facts: dict[str, Any]) -> tuple[ScoreKind, tuple[float, ...], bool]:
    """Return the kind of score, the edges of its grid, and whether they are the distinct scores."""
    from pyspark.sql import functions

    low, high = facts["low"], facts["high"]
    if low is None:
        return ("probability" if mapping.has_score else "decision"), (0.0,), True
    kind: ScoreKind = "decision" if not mapping.has_score else "probability" if low >= 0 and high <= 1 else "rank"
    distinct = rows.select("score").where("score IS NOT NULL").distinct().limit(MAX_DISTINCT_SCORES + 1)
    scores = spark_session.run(lambda: distinct.toArrow().column("score").to_pylist())
    if len(scores) <= MAX_DISTINCT_SCORES:
        return kind, tuple(sorted(scores)), True
    steps = [step / _N_STEPS for step in range(_N_STEPS + 1)]
    even = steps if kind == "probability" else [low + (high - low) * step for step in steps]
    first, every = looked_at(int(facts["n"]))
    if (
        facts["last"] >= facts["n"]
    ):  # rows of several files have numbers with gaps, which do not say which are the first
        first = int(facts["last"]) + 1
    looked = rows.select("row_id", "score").where(f"score IS NOT NULL AND row_id % {every} = 0")
    edges = tuple(sorted({*even, *_quantiles(looked.where(functions.col("row_id") < first)), low}))
    if first < facts["n"] and _heaviest(looked, edges) > MAX_MASS:
        edges = tuple(sorted({*even, *_quantiles(looked), low}))
    return kind, edges, False


def _quantiles(rows: DataFrame) -> list[float]:
    """Return the scores at the places ``max(ceil(k n / 1000), 1)`` of n sorted scores, as of a file that is read."""
    from pyspark.sql import Window, functions

    n = spark_session.run(rows.count)
    if not n:
        return []
    running = Window.orderBy("score").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    counted = rows.groupBy("score").agg(functions.count(functions.lit(1)).alias("n"))
    placed = counted.withColumn("last", functions.sum("n").over(running))
    at_place = f"last = n OR {_N_STEPS} * last div {n} > {_N_STEPS} * (last - n) div {n}"
    found: list[float] = spark_session.run(lambda: placed.where(at_place).toArrow().column("score").to_pylist())
    return found


def _heaviest(rows: DataFrame, edges: tuple[float, ...]) -> float:
    """Return the share of the rows in the fullest bin of more than one score."""
    frame: nw.LazyFrame[Any] = nw.from_native(rows)
    binned = with_score_bin(frame, Grid(np.asarray(edges))).group_by("score_bin")
    score = nw.col("score")
    counts = spark_session.collected(binned.agg(n=nw.len().cast(nw.Int64), low=score.min(), high=score.max()))
    several = counts.filter(pl.col("low") < pl.col("high"))["n"]
    return float(several.max() or 0) / max(float(counts["n"].sum()), 1.0)  # type: ignore[arg-type]


def _bins(rows: nw.LazyFrame[Any], column: Column) -> Bins:
    """Return the bins of a numeric column, from the rows of each of its values; of very many values they are rounded first."""
    name, is_integer = column.sql_name, column.type == "BIGINT"
    if column.n_distinct <= _MAX_COUNTED:
        counts = _counts(rows, name).drop_nulls("value").sort("value")
        return bins_of_counts(counts["value"].cast(pl.Float64).to_list(), counts["n"].to_list(), is_integer=is_integer)
    from pyspark.sql import functions

    steps = [step / N_BINS for step in range(N_BINS + 1)]
    asked = functions.percentile_approx(functions.col(name).cast("double"), steps, _ACCURACY).alias("quantiles")
    found = spark_session.run(lambda: rows.to_native().agg(asked).toArrow().column("quantiles").to_pylist()[0])
    low, *quantiles, high = found
    return bins_between(float(column.low or low), float(column.high or high), quantiles, (), is_integer=is_integer)


def bins_of_counts(values: Sequence[float], counts: Sequence[int], *, is_integer: bool) -> Bins:
    """Return about ten bins of equal mass; a value that fills a tenth of the rows or more gets a bin of its own.

    Parameters
    ----------
    values, counts : sequence of float and of int
        The values of a column in rising order, and the rows of each.
    is_integer : bool
        Whether they are whole numbers.
    """
    if not values:
        return Bins((0.0, 0.0))
    sizes, known = np.asarray(counts), np.asarray(values, dtype=np.float64)
    often = sizes * N_BINS >= sizes.sum()
    following = [*values[1:], values[-1]]
    gaps = [(value, upper) for value, upper, is_often in zip(values, following, often, strict=True) if is_often]
    reached = np.cumsum(sizes[~often])
    n = int(reached[-1]) if len(reached) else 0
    places = [max(-(-step * n // N_BINS), 1) for step in range(1, N_BINS)] if n else []
    quantiles = [float(known[~often][np.searchsorted(reached, place)]) for place in places]
    return bins_between(float(values[0]), float(values[-1]), quantiles, gaps, is_integer=is_integer)
