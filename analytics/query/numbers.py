"""Rows by predicted number: what a comparison of predicted and true numbers by bin is made of."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer


def predicted_bins(engine: Engine, log: Log, cohort: Cohort, threshold: float, groups: int) -> pl.DataFrame:
    """Add judged rows up by equally full bins of the predicted number.

    Returns
    -------
    DataFrame
        ``bin, low, high`` (of the predicted numbers), ``n, predicted_sum, true_sum, true_sq_sum, error_sum, error_sq_sum``, one
        row per bin that holds rows, at most ``groups``; the lowest first.
    """
    kept = engine.kept(log, cohort, threshold).filter(~nw.col("label").is_null() & ~nw.col("error").is_null())
    rows = kept.select(predicted=nw.col("truth") + nw.col("error"), true=nw.col("truth"), error=nw.col("error"))
    quantiles = {
        f"q{step}": nw.col("predicted").quantile(step / groups, interpolation="linear") for step in range(1, groups)
    }
    edges = sorted({*engine.collect(rows.select(**quantiles)).row(0)} - {None}) if quantiles else []
    place = nw.lit(0)
    for edge in edges:
        place = place + integer(nw.col("predicted") >= edge)
    summed = rows.select("predicted", "true", "error", bin=place)
    squares = summed.with_columns(true_sq=nw.col("true") ** 2, error_sq=nw.col("error") ** 2)
    found = in_groups(
        squares,
        "bin",
        low=nw.col("predicted").min(),
        high=nw.col("predicted").max(),
        n=nw.len().cast(nw.Int64),
        **{f"{name}_sum": nw.col(name).sum() for name in ("predicted", "true", "true_sq", "error", "error_sq")},
    )
    return engine.collect(found).sort("bin")
