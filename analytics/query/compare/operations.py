"""What both sides of pairs took: amounts and flags that both have, added up and at chosen ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine


def paired_amounts(engine: Engine, pairing: Pairing, live: str, candidate: str) -> pl.DataFrame:
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
    engine: Engine, pairing: Pairing, live: str, candidate: str, shares: Sequence[float]
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


def _rows(engine: Engine, pairing: Pairing, live: str, candidate: str) -> nw.LazyFrame[Any]:
    """Return an amount of both sides, of pairs that have both."""
    other = pairing.candidate.log.column(candidate).sql_name
    pairs = pair_frame(engine, pairing, [candidate])
    a, b = nw.col(pairing.live.log.column(live).sql_name), nw.col(f"b_{other}")
    return pairs.select(a=a.cast(nw.Float64), b=b.cast(nw.Float64)).filter(
        ~nw.col("a").is_null(), ~nw.col("b").is_null()
    )
