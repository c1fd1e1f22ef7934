"""Differences of loss over pairs by slices: of one column, and of many at once for a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.pairs import Pairing, is_judged, pair_frame
from analytics.query.compare.values import loss
from analytics.query.discovery.objectives import RowCosts, by_row, by_unit, unit_key
from analytics.query.discovery.properties import Property, expression
from analytics.query.engine import Engine
from analytics.query.relations import cube_table
from analytics.query.slicing import as_people_see, stored_slice


def slice_differences(
    engine: Engine, pairing: Pairing, metric: str, column: str, costs: RowCosts | None = None
) -> pl.DataFrame:
    """Add up what pairs lose on either side by the slices of a column of the live side.

    Returns
    -------
    DataFrame
        ``slice``, ``n``, ``live``, ``candidate`` (sums of the losses), ``d2`` and ``d3`` (sums of powers of the candidate's less
        the live one).
    """
    losses = loss(pairing, metric, costs)
    assert losses is not None
    log = pairing.live.log
    a, b = nw.col("a"), nw.col("b")
    rows = pair_frame(engine, pairing).filter(is_judged())
    rows = rows.select(
        slice=nw.col(stored_slice(log, column)), a=losses[0].cast(nw.Float64), b=losses[1].cast(nw.Float64)
    )
    rows = (
        rows.filter(~a.is_null() & ~b.is_null())
        .with_columns(d=b - a)
        .with_columns(d2=nw.col("d") ** 2, d3=nw.col("d") ** 3)
    )
    grouped = rows.group_by("slice").agg(
        n=nw.len().cast(nw.Int64),
        live=a.sum(),
        candidate=b.sum(),
        d2=nw.col("d2").sum(),
        d3=nw.col("d3").sum(),
    )
    found = engine.collect(grouped).sort("slice", nulls_last=True)
    return found.with_columns(as_people_see(log, column, found["slice"]).alias("slice"))


def loss_cube(
    engine: Engine,
    pairing: Pairing,
    metric: str,
    searched: Sequence[Property],
    told: Collection[str],
    seed: int,
    costs: RowCosts | None = None,
) -> pl.DataFrame:
    """Aggregate pairs by many properties of the live side's row at once, in two halves by chance.

    Returns
    -------
    DataFrame
        As `cube_table` says, of the candidate's loss less the live one: ``key_0 …``, ``part`` (1: held back), ``unit`` where rows
        belong together.
    """
    losses = loss(pairing, metric, costs)
    assert losses is not None
    log = pairing.live.log
    keys = {f"key_{place}": expression(log, found, told) for place, found in enumerate(searched)}
    keys["part"] = by_row(seed) if log.mapping.unit is None else by_unit(seed)
    if log.mapping.unit is not None:
        keys["unit"] = unit_key()
    rows = (
        pair_frame(engine, pairing).filter(is_judged()).with_columns(label=nw.col("a_label"), score=nw.col("a_score"))
    )
    apart = losses[1].cast(nw.Float64) - losses[0].cast(nw.Float64)
    return engine.collect(cube_table(rows, keys, ~apart.is_null(), apart, with_cubes=True))
