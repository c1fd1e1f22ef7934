"""Differences of loss over pairs by slices: of one column, and of many at once for a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.column import Column
from analytics.query.compare.pairs import Pairing, is_judged, pair_frame
from analytics.query.compare.replay import Field, replayed_field
from analytics.query.compare.values import loss
from analytics.query.discovery.objectives import RowCosts, by_row, by_unit, unit_key
from analytics.query.discovery.properties import Property, expression
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import cube_table, integer
from analytics.query.slicing import as_people_see, stored_slice

_NEAR = 0.05
"""Of the range of a number, up to which the values of both sides are one: a distance that was measured again. A judgement."""


def apart_shares(engine: Engine, pairing: Pairing, names: Collection[str]) -> dict[str, float]:
    """Return of columns that both sides have the share of the judged pairs on which they differ; of times none."""
    sides = [side.log for side in pairing.sides]
    own, other = ({column.name: column for column in log.columns} for log in sides)
    asked = [name for name in names if name in other and "time" not in (own[name].kind, other[name].kind)]
    if pairing.is_by_row or not asked:
        return {}
    fields = [replayed_field(own[name], other[name]) for name in asked]
    counted = {name: integer(_is_apart(field, own[name])).sum() for name, field in zip(asked, fields, strict=True)}
    rows = pair_frame(engine, pairing, asked).filter(is_judged())
    named = {f"apart_{place}": each for place, each in enumerate(counted.values())}
    row = engine.collect(rows.select(n=nw.len(), **named)).row(0)
    return {name: int(n or 0) / row[0] for name, n in zip(asked, row[1:], strict=True)} if row[0] else {}


def _is_apart(field: Field, column: Column) -> nw.Expr:
    """Return whether both sides have another value; numbers a value that is not near."""
    own, other = field.values()
    if not field.is_number or column.low is None or column.high is None:
        return field.is_other
    reach = _NEAR * abs(float(column.high) - float(column.low))
    return (own.is_null() != other.is_null()) | ((own - other).abs() > reach).fill_null(value=False)


def slice_differences(
    engine: Engine, pairing: Pairing, metric: str, column: str, costs: RowCosts | None = None
) -> pl.DataFrame:
    """Add up what pairs lose on either side by the slices of a column of the live side.

    Returns
    -------
    DataFrame
        ``slice``, ``n``, ``live``, ``candidate`` (sums of the losses), ``d2`` and ``d3`` (sums of powers of the candidate's less
        the live one); where rows belong together also ``units``, ``dd``, ``dn`` and ``nn`` (of each unit's sum of differences and
        its pairs: sums of the products over units).
    """
    losses = loss(pairing, metric, costs)
    assert losses is not None
    log = pairing.live.log
    a, b = nw.col("a"), nw.col("b")
    rows = pair_frame(engine, pairing).filter(is_judged())
    unit = {} if pairing.unit is None else {"unit": unit_key()}
    rows = rows.select(
        slice=nw.col(stored_slice(log, column)), a=losses[0].cast(nw.Float64), b=losses[1].cast(nw.Float64), **unit
    )
    rows = (
        rows.filter(~a.is_null() & ~b.is_null())
        .with_columns(d=b - a)
        .with_columns(d2=nw.col("d") ** 2, d3=nw.col("d") ** 3)
    )
    sums = {"live": a.sum(), "candidate": b.sum(), "d2": nw.col("d2").sum(), "d3": nw.col("d3").sum()}
    counted = nw.len().cast(nw.Int64)
    if unit:
        own = in_groups(rows, "slice", "unit", n=counted, **sums)
        own = own.with_columns(d=nw.col("candidate") - nw.col("live"), rows=nw.col("n").cast(nw.Float64))
        of = {"dd": ("d", "d"), "dn": ("d", "rows"), "nn": ("rows", "rows")}
        own = own.with_columns(**{name: nw.col(first) * nw.col(second) for name, (first, second) in of.items()})
        added = {name: nw.col(name).sum() for name in ("n", *sums, *of)}
        grouped = in_groups(own, "slice", units=counted, **added)
    else:
        grouped = in_groups(rows, "slice", n=counted, **sums)
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
    keys["part"] = by_row(seed) if pairing.unit is None else by_unit(seed)
    if pairing.unit is not None:
        keys["unit"] = unit_key()
    rows = (
        pair_frame(engine, pairing).filter(is_judged()).with_columns(label=nw.col("a_label"), score=nw.col("a_score"))
    )
    apart = losses[1].cast(nw.Float64) - losses[0].cast(nw.Float64)
    return engine.collect(cube_table(rows, keys, ~apart.is_null(), apart, with_cubes=True))
