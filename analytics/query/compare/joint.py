"""The joint table of pairs: the one aggregate from which every metric of both sides, and their differences, follow."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.compare.pairs import Pairing, is_judged, pair_frame
from analytics.query.engine import Engine
from analytics.query.relations import integer

_BINS = 400
"""Bins of the scores of either side where pairs are too many to keep every score apart: with two labels the table has at most
some 320,000 cells. Areas then count scores of one bin as tied."""


def joint_table(
    engine: Engine,
    pairing: Pairing,
    values: Mapping[str, tuple[nw.Expr, nw.Expr]],
    *,
    by_score: bool,
) -> pl.DataFrame:
    """Aggregate pairs by what both sides said and what is true.

    Parameters
    ----------
    engine, pairing
    values : mapping of str to (Expr, Expr)
        What a row adds to a mean on either side, by metric; null where it has no value.
    by_score : bool
        Keep every score apart; else the scores of either side stand in at most 400 bins.

    Returns
    -------
    DataFrame
        ``a_slot, b_slot`` (score or bin, null without a score), ``a_flag, b_flag, a_label, b_label`` (null: not known), ``n`` and
        ``n_sq`` (pairs, or sums of weights and of their squares), ``pairs, conflicts, one_label``, ``first, last`` in time,
        ``a_score, b_score`` (means); and over judged pairs for each of the values ``n:name, a:name, b:name, a2:name, b2:name,
        d2:name, d3:name``.
    """
    pairs = pair_frame(engine, pairing)
    slots = {
        "a_slot": nw.col("score") if by_score else _bin("score_bin", pairing.live.log),
        "b_slot": nw.col("b_score") if by_score else _bin("b_score_bin", pairing.candidate.log),
    }
    is_weighted = pairing.live.log.mapping.weight is not None
    weight = nw.col("weight") if is_weighted else nw.lit(1.0)
    columns: dict[str, nw.Expr] = {
        "w": weight,
        "conflict": nw.col("is_conflict"),
        "one": integer(nw.col("label").is_null() != nw.col("b_own").is_null()),
        "moment": nw.col("moment"),
        "sa": nw.col("score") * weight,
        "sb": nw.col("b_score") * weight,
    }
    keys = ("a_flag", "b_flag", "a_label", "b_label")
    sums: dict[str, nw.Expr] = {}
    for place, (name, (live, candidate)) in enumerate(values.items()):
        known = is_judged() & ~live.is_null() & ~candidate.is_null()
        columns[f"a{place}"], columns[f"b{place}"] = (
            nw.when(known).then(each.cast(nw.Float64)) for each in (live, candidate)
        )
        sums |= _moments(name, nw.col(f"a{place}"), nw.col(f"b{place}"))
    if is_weighted:
        sums = {name: each * nw.col("w") for name, each in sums.items()}
    prepared = pairs.select(*keys, **slots, **columns).with_columns(w2=nw.col("w") * nw.col("w"))
    prepared = prepared.with_columns(**{f"{name}_of": each for name, each in sums.items()}) if sums else prepared
    grouped = prepared.group_by("a_slot", "b_slot", *keys).agg(
        n=nw.col("w").sum(),
        n_sq=nw.col("w2").sum(),
        pairs=nw.len().cast(nw.Int64),
        conflicts=nw.col("conflict").sum().cast(nw.Int64),
        one_label=nw.col("one").sum().cast(nw.Int64),
        first=nw.col("moment").min(),
        last=nw.col("moment").max(),
        a_score=nw.col("sa").sum(),
        b_score=nw.col("sb").sum(),
        **{name: nw.col(f"{name}_of").sum() for name in sums},
    )
    found = engine.collect(grouped)
    return found.with_columns(pl.col("a_score", "b_score") / pl.col("n"))


def _bin(name: str, log: Log) -> nw.Expr:
    """Return a coarser bin of the score than the grid's."""
    return nw.col(name).cast(nw.Int64) // max(-(-len(log.edges) // _BINS), 1)


def _moments(name: str, live: nw.Expr, candidate: nw.Expr) -> dict[str, nw.Expr]:
    """Return what is added up of a value on both sides."""
    apart = candidate - live
    return {
        f"n:{name}": integer(~live.is_null()),
        f"a:{name}": live,
        f"b:{name}": candidate,
        f"a2:{name}": live * live,
        f"b2:{name}": candidate * candidate,
        f"d2:{name}": apart * apart,
        f"d3:{name}": apart * apart * apart,
    }
