"""Labels that were revised, counted by what they were and became, when, and in which slices: small tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer
from analytics.query.slicing import as_people_see, stored_slice


def _step_relation(frame: nw.LazyFrame[Any], revisions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Count the revisions of the labels of some rows.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log, with ``row_id``.
    revisions : LazyFrame
        ``row_id``, ``rank``, ``label``, ``seen``: every label that a revised row had, the first with rank 0.

    Returns
    -------
    LazyFrame
        ``before``, ``after`` (null: the row is not judged by it), ``seen`` and ``revised``, the days on which either was first
        there (null where no file says it), and ``n``.
    """
    before = revisions.select("row_id", "seen", before=nw.col("label"), rank=nw.col("rank") + 1)
    after = revisions.select("row_id", "rank", after=nw.col("label"), revised=nw.col("seen"))
    steps = after.join(before, on=["row_id", "rank"], how="inner").join(
        frame.select("row_id"), on="row_id", how="inner"
    )
    days = {name: nw.col(name).dt.truncate("1d") for name in ("seen", "revised")}
    labels = {name: nw.col(name).cast(nw.Int64) for name in ("before", "after")}
    return in_groups(steps.select(**labels, **days), "before", "after", "seen", "revised", n=nw.len().cast(nw.Int64))


def _revised_relation(
    frame: nw.LazyFrame[Any], revisions: nw.LazyFrame[Any], stored: Sequence[str] = (), *, every: str | None = None
) -> nw.LazyFrame[Any]:
    """Count the labelled rows of each slice, or bucket of time, and those of them whose label was another one before.

    Returns
    -------
    LazyFrame
        ``slice_0 …`` and ``bucket`` as asked, ``n``, ``n_revised``.
    """
    revised = revisions.filter(nw.col("rank") == 1).select("row_id", was=nw.lit(1))
    keys = {f"slice_{place}": nw.col(name) for place, name in enumerate(stored)}
    if every is not None:
        keys["bucket"] = nw.col("moment").dt.truncate(every)
    rows = frame.join(revised, on="row_id", how="left").select(
        **keys, is_known=integer(~nw.col("label").is_null()), is_revised=integer(~nw.col("was").is_null())
    )
    sums = {"n": nw.col("is_known").sum().cast(nw.Int64), "n_revised": nw.col("is_revised").sum().cast(nw.Int64)}
    return in_groups(rows, *keys, **sums) if keys else rows.select(**sums)


def _revised_rows_relation(frame: nw.LazyFrame[Any], revisions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Count the rows whose label was revised by the ``first`` one and the one that they have ``now``: ``n``."""
    revised = revisions.filter(nw.col("rank") == 1).select("row_id")
    first = revisions.filter(nw.col("rank") == 0).select("row_id", first=nw.col("label").cast(nw.Int64))
    rows = frame.select("row_id", now=nw.col("label").cast(nw.Int64))
    rows = rows.join(revised, on="row_id", how="inner").join(first, on="row_id", how="inner")
    return in_groups(rows, "first", "now", n=nw.len().cast(nw.Int64))


def revised_rows(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame:
    """Answer `_revised_rows_relation` for the rows of a cohort, the most frequent first."""
    found = engine.collect(_revised_rows_relation(*engine.revised(log, cohort, threshold)))
    return found.sort(["n", "first", "now"], descending=[True, False, False], nulls_last=True)


def step_table(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame:
    """Answer `_step_relation` for the rows of a cohort, in the order of its keys."""
    found = engine.collect(_step_relation(*engine.revised(log, cohort, threshold)))
    return found.sort("before", "after", "seen", "revised", nulls_last=True)


def revised_slices(engine: Engine, log: Log, cohort: Cohort, threshold: float, column: str) -> pl.DataFrame:
    """Count labelled and revised rows by the values of a segment column: ``slice`` as people see it, ``n``, ``n_revised``."""
    asked = _revised_relation(*engine.revised(log, cohort, threshold), [stored_slice(log, column)])
    found = engine.collect(asked)
    values = as_people_see(log, column, found["slice_0"]).cast(pl.String)
    return found.select(values.alias("slice"), "n", "n_revised")


def revised_days(engine: Engine, log: Log, cohort: Cohort, threshold: float, every: str) -> pl.DataFrame:
    """Count labelled and revised rows by hour, day, week or month of the prediction: ``bucket``, ``n``, ``n_revised``."""
    found = engine.collect(
        _revised_relation(*engine.revised(log, cohort, threshold), every="1d" if every == "1w" else every)
    ).drop_nulls("bucket")
    buckets = pl.col("bucket").dt.truncate("1w") if every == "1w" else pl.col("bucket")
    return found.group_by(buckets).agg(pl.col("n", "n_revised").sum()).sort("bucket")
