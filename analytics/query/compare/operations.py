"""What both sides of pairs took: amounts and flags that both have, added up and at chosen ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.operations import Operation
from analytics.log.schema import Log
from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.relations import integer


def paired_amounts(engine: Engine, pairing: Pairing, live: Operation, candidate: Operation) -> pl.DataFrame:
    """Add up an amount, or a flag of 0 and 1, over the pairs that have it on both sides.

    Returns
    -------
    DataFrame
        One row: ``n``, ``live``, ``candidate`` (sums), ``squares`` and ``cubes`` of the candidate's less the live one, ``gained``
        and ``lost`` (pairs on which the candidate's, and the live one, is larger).
    """
    rows = _rows(engine, pairing, live, candidate)
    apart = nw.col("b") - nw.col("a")
    prepared = rows.select(
        a=nw.col("a"),
        b=nw.col("b"),
        d2=apart * apart,
        d3=apart * apart * apart,
        more=nw.when(apart > 0).then(nw.lit(1)).otherwise(nw.lit(0)),
        less=nw.when(apart < 0).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    return engine.collect(
        prepared.select(
            n=nw.len(),
            live=nw.col("a").sum(),
            candidate=nw.col("b").sum(),
            squares=nw.col("d2").sum(),
            cubes=nw.col("d3").sum(),
            gained=nw.col("more").sum(),
            lost=nw.col("less").sum(),
        )
    )


def amount_ranks(
    engine: Engine, pairing: Pairing, live: Operation, candidate: Operation, shares: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the amounts at some ranks, as shares of the way from the least to the largest, of either side."""
    rows = _rows(engine, pairing, live, candidate)
    wanted = {
        f"{mark}{place}": nw.col(mark).quantile(share, interpolation="linear")
        for place, share in enumerate(shares)
        for mark in "ab"
    }
    found = engine.collect(rows.select(**wanted))
    return [(float(found[f"a{place}"][0]), float(found[f"b{place}"][0])) for place in range(len(shares))]


def shares_below(
    engine: Engine, pairing: Pairing, live: Operation, candidate: Operation, cuts: Sequence[tuple[float, float]]
) -> list[tuple[float, float, float]]:
    """Return for cuts of either side the shares of pairs at or below the live one, the candidate's, and both."""
    rows = _rows(engine, pairing, live, candidate)
    wanted: dict[str, nw.Expr] = {}
    for place, cut in enumerate(cuts):
        a, b = nw.col("a") <= cut[0], nw.col("b") <= cut[1]
        wanted |= {f"{name}{place}": integer(held).mean() for name, held in (("a", a), ("b", b), ("both", a & b))}
    found = engine.collect(rows.select(**wanted))
    return [tuple(float(found[f"{name}{place}"][0]) for name in ("a", "b", "both")) for place in range(len(cuts))]  # type: ignore[misc]


def _rows(engine: Engine, pairing: Pairing, live: Operation, candidate: Operation) -> nw.LazyFrame[Any]:
    """Return what both sides took, of pairs of which it is known on both."""
    other = pairing.candidate.log.column(candidate.column).sql_name
    pairs = pair_frame(engine, pairing, [candidate.column])
    a, b = _number(pairing.live.log, live), _number(pairing.candidate.log, candidate, f"b_{other}")
    return pairs.select(a=a, b=b).filter(~nw.col("a").is_null(), ~nw.col("b").is_null())


def _number(log: Log, of: Operation, stored: str | None = None) -> nw.Expr:
    """Return an amount in its unit, or 1 where an answer failed."""
    column = log.column(of.column)
    held = nw.col(stored or column.sql_name)
    if of.kind != "failure":
        return held.cast(nw.Float64) * of.scale
    if column.kind == "text":
        fails = held.cast(nw.String).is_in(list(of.failing))
    else:
        fails = held.cast(nw.Float64) == (1.0 if of.failing[0] in ("true", "1") else 0.0)
    return nw.when(~held.is_null()).then(integer(fails)).cast(nw.Float64)
