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

_STATES = ("a_flag", "b_flag", "a_label", "b_label")
"""What either side decided, and what is true: 0, 1 or null."""


def joint_table(engine: Engine, pairing: Pairing, *, by_score: bool) -> pl.DataFrame:
    """Aggregate pairs by what both sides said and what is true.

    Parameters
    ----------
    engine, pairing
    by_score : bool
        Keep every score apart; else the scores of either side stand in at most 400 bins.

    Returns
    -------
    DataFrame
        ``a_slot, b_slot`` (score or bin, null without a score), ``a_flag, b_flag, a_label, b_label`` (null: not known), ``n`` and
        ``n_sq`` (pairs, or sums of weights and of their squares), ``pairs``, and ``a_score, b_score`` (means).
    """
    slots = {
        "a_slot": nw.col("score") if by_score else _bin("score_bin", pairing.live.log),
        "b_slot": nw.col("b_score") if by_score else _bin("b_score_bin", pairing.candidate.log),
    }
    is_weighted = pairing.live.log.mapping.weight is not None
    weight = nw.col("weight") if is_weighted else nw.lit(1.0)
    sums = {"n": weight, "n_sq": weight * weight} if is_weighted else {}
    sums |= {"a_score": nw.col("score") * weight, "b_score": nw.col("b_score") * weight}
    rows = pair_frame(engine, pairing)
    keys: list[str] = [*slots, *_STATES]
    if by_score:
        prepared = rows.select(*_STATES, **slots, **{f"{name}_of": each for name, each in sums.items()})
    else:
        # One number is grouped by in half the time of six.
        code = nw.lit(0)
        for slot in slots.values():
            code = code * (_BINS + 1) + nw.when(slot.is_null()).then(nw.lit(0)).otherwise(slot + 1)
        for name in _STATES:
            state = nw.col(name)
            code = code * 3 + nw.when(state.is_null()).then(nw.lit(0)).otherwise(state + 1)
        prepared, keys = rows.select(code=code, **{f"{name}_of": each for name, each in sums.items()}), ["code"]
    grouped = prepared.group_by(*keys).agg(
        pairs=nw.len().cast(nw.Int64), **{name: nw.col(f"{name}_of").sum() for name in sums}
    )
    found = engine.collect(grouped)
    found = found if by_score else _decoded(found)
    if not is_weighted:
        found = found.with_columns(n=pl.col("pairs").cast(pl.Float64), n_sq=pl.col("pairs").cast(pl.Float64))
    return found.with_columns(pl.col("a_score", "b_score") / pl.col("n"))


def _decoded(table: pl.DataFrame) -> pl.DataFrame:
    """Take the number that pairs were grouped by apart."""
    rest, columns = pl.col("code").cast(pl.Int64), []
    for name in reversed(_STATES):
        columns.append((rest % 3 - 1).alias(name))
        rest = rest // 3
    for name in ("b_slot", "a_slot"):
        columns.append((rest % (_BINS + 1) - 1).alias(name))
        rest = rest // (_BINS + 1)
    found = table.with_columns(columns)
    names = [*_STATES, "a_slot", "b_slot"]
    return found.with_columns(pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in names)


def pair_sums(engine: Engine, pairing: Pairing, values: Mapping[str, tuple[nw.Expr, nw.Expr]]) -> pl.DataFrame:
    """Add up over all pairs what needs no cells.

    Parameters
    ----------
    engine, pairing
    values : mapping of str to (Expr, Expr)
        What a row adds to a mean on either side, by metric; null where it has no value.

    Returns
    -------
    DataFrame
        One row: ``conflicts``, ``one_label``, ``first, last`` in time; and over judged pairs for each of the values ``n:name,
        a:name, d:name, d2:name, d3:name``: pairs, live values and powers of the candidate's less them; and of ``mse`` the squares
        of both, ``a2:mse`` and ``b2:mse``.
    """
    is_weighted = pairing.live.log.mapping.weight is not None
    columns: dict[str, nw.Expr] = {
        "conflict": nw.col("is_conflict"),
        "one": integer(nw.col("label").is_null() != nw.col("b_own").is_null()),
        "moment": nw.col("moment"),
    }
    columns |= {"w": nw.col("weight")} if is_weighted else {}
    for place, (live, candidate) in enumerate(values.values()):
        columns |= {f"a{place}": live.cast(nw.Float64), f"b{place}": candidate.cast(nw.Float64)}
    rows = pair_frame(engine, pairing).select(**columns, known=is_judged())
    apart = {
        f"d{place}": nw.when(nw.col("known")).then(nw.col(f"b{place}") - nw.col(f"a{place}"))
        for place in range(len(values))
    }
    rows = rows.with_columns(**apart) if apart else rows
    sums: dict[str, nw.Expr] = {}
    for place, name in enumerate(values):
        sums |= _moments(name, nw.col(f"a{place}"), nw.col(f"d{place}"), with_squares=name == "mse")
    if is_weighted:
        sums = {name: each * nw.col("w") for name, each in sums.items()}
    places = {f"s{place}": each for place, each in enumerate(sums.values())}
    found = engine.collect(
        rows.select("conflict", "one", "moment", **places).select(
            conflicts=nw.col("conflict").sum().cast(nw.Int64),
            one_label=nw.col("one").sum().cast(nw.Int64),
            first=nw.col("moment").min(),
            last=nw.col("moment").max(),
            **{name: nw.col(name).sum() for name in places},
        )
    )
    return found.rename({f"s{place}": name for place, name in enumerate(sums)})


def _bin(name: str, log: Log) -> nw.Expr:
    """Return a coarser bin of the score than the grid's."""
    return nw.col(name).cast(nw.Int64) // max(-(-len(log.edges) // _BINS), 1)


def _moments(name: str, live: nw.Expr, apart: nw.Expr, *, with_squares: bool) -> dict[str, nw.Expr]:
    """Return what is added up of a value on the live side and of how far the candidate's lies apart, null where one has none."""
    known = nw.when(~apart.is_null())
    found = {
        f"n:{name}": integer(~apart.is_null()),
        f"a:{name}": known.then(live),
        f"d:{name}": apart,
        f"d2:{name}": apart * apart,
        f"d3:{name}": apart * apart * apart,
    }
    other = live + apart
    return found | ({f"a2:{name}": known.then(live * live), f"b2:{name}": other * other} if with_squares else {})
