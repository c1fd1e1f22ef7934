"""The joint table of pairs: the one aggregate from which every metric of both sides, and their differences, follow."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.compare.pairs import Pairing, is_judged, pair_frame
from analytics.query.compare.values import OF_SCORES
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer

_BINS = 400
"""Bins of the scores of either side where pairs are too many to keep every score apart: with two labels the table has at most
some 320,000 cells. Areas then count scores of one bin as tied."""

_STATES = ("a_flag", "b_flag", "a_label", "b_label")
"""What either side decided, and what is true: 0, 1 or null."""


def joint_tables(
    engine: Engine,
    pairing: Pairing,
    values: Mapping[str, tuple[nw.Expr, nw.Expr]],
    costs: Hashable = None,
    *,
    by_score: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Aggregate pairs by what both sides said and what is true, and add up over all pairs what needs no cells.

    Parameters
    ----------
    engine, pairing
    values : mapping of str to (Expr, Expr)
        What a row adds to a mean on either side, by metric; null where it has no value.
    costs : hashable
        What tells the values of two questions apart, besides their metrics.
    by_score : bool
        Keep every score apart; else the scores of either side stand in at most 400 bins, and both tables come of one pass.

    Returns
    -------
    DataFrame, DataFrame
        Those of `_joint_table` and `_pair_sums`.
    """
    key, made = (*pairing.key, tuple(values), costs, by_score), list[tuple[pl.DataFrame, pl.DataFrame]]()

    def both() -> tuple[pl.DataFrame, pl.DataFrame]:
        if not made and by_score:
            made.append((_joint_table(engine, pairing), _pair_sums(engine, pairing, values)))
        elif not made:
            made.append(_in_one_pass(engine, pairing, values))
        return made[0]

    cells = engine.once(("cells", *key), lambda: both()[0])
    return cells, engine.once(("sums", *key), lambda: both()[1])


def _joint_table(engine: Engine, pairing: Pairing) -> pl.DataFrame:
    """Aggregate pairs by the scores of both sides and what is true.

    Returns
    -------
    DataFrame
        ``a_slot, b_slot`` (score or bin, null without a score), ``a_flag, b_flag, a_label, b_label`` (null: not known), ``n`` and
        ``n_sq`` (pairs, or sums of weights and of their squares), ``pairs``, and ``a_score, b_score`` (means).
    """
    slots, sums = {"a_slot": nw.col("score"), "b_slot": nw.col("b_score")}, _weighed(pairing)
    prepared = pair_frame(engine, pairing).select(*_STATES, **slots, **_apart(sums))
    grouped = in_groups(prepared, *slots, *_STATES, pairs=nw.len().cast(nw.Int64), **_added(sums))
    return _with_means(engine.collect(grouped))


def _in_one_pass(
    engine: Engine, pairing: Pairing, values: Mapping[str, tuple[nw.Expr, nw.Expr]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Aggregate many pairs by bins of the scores, and add up in each cell what `_pair_sums` adds up: a join of all is dear.

    A cell says whether its pairs are judged: nothing has to be asked of each of them, and what is not judged is left out at last.
    """
    sums = _weighed(pairing)
    rows = pair_frame(engine, pairing).select(**_of_pairs(pairing, values), code=_code(pairing), **_apart(sums))
    moments = _moments_of(rows, values, is_weighted=pairing.live.log.mapping.weight is not None, is_by_cell=True)
    prepared = moments.rows.select("code", "conflict", "one", "moment", *_apart(sums), **moments.places)
    grouped = engine.collect(
        in_groups(
            prepared,
            "code",
            pairs=nw.len().cast(nw.Int64),
            **_added(sums),
            **_whole(),
            **{name: nw.col(name).sum() for name in moments.places},
        )
    )
    cells = _with_means(_decoded(grouped))
    ends = {"first": pl.col("first").min(), "last": pl.col("last").max()}
    is_judged_cell = pl.all_horizontal(pl.col(*_STATES).is_not_null())
    judged = cells.filter(is_judged_cell).select(pl.col("n", *moments.places).sum())
    numbers = {f"n:{name}": pl.col("n") for name in values if name in OF_SCORES}
    whole = cells.select(ends.get(name, pl.col(name).sum()) for name in _whole())
    added = judged.rename(moments.names).with_columns(**numbers).drop("n")
    return cells.drop([*_whole(), *moments.places]), pl.concat([whole, added], how="horizontal")


def _weighed(pairing: Pairing) -> dict[str, nw.Expr]:
    """Return what is added up of every cell besides its pairs."""
    is_weighted = pairing.live.log.mapping.weight is not None
    weight = nw.col("weight") if is_weighted else nw.lit(1.0)
    sums = {"n": weight, "n_sq": weight * weight} if is_weighted else {}
    return sums | {"a_score": nw.col("score") * weight, "b_score": nw.col("b_score") * weight}


def _apart(sums: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Return what is added up under names of its own."""
    return {f"{name}_of": each for name, each in sums.items()}


def _added(sums: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Return the sums of what `_apart` prepared."""
    return {name: nw.col(f"{name}_of").sum() for name in sums}


def _with_means(table: pl.DataFrame) -> pl.DataFrame:
    """Complete cells without weights, and make means of their sums."""
    if "n" not in table.columns:
        table = table.with_columns(n=pl.col("pairs").cast(pl.Float64), n_sq=pl.col("pairs").cast(pl.Float64))
    return table.with_columns(pl.col("a_score", "b_score") / pl.col("n"))


def _code(pairing: Pairing) -> nw.Expr:
    """Return one number for the bins of both scores and what is true: it is grouped by in half the time of six columns."""
    code = nw.lit(0)
    for slot in (_bin("score_bin", pairing.live.log), _bin("b_score_bin", pairing.candidate.log)):
        code = code * (_BINS + 1) + nw.when(slot.is_null()).then(nw.lit(0)).otherwise(slot + 1)
    for name in _STATES:
        state = nw.col(name)
        code = code * 3 + nw.when(state.is_null()).then(nw.lit(0)).otherwise(state + 1)
    return code


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


def _pair_sums(engine: Engine, pairing: Pairing, values: Mapping[str, tuple[nw.Expr, nw.Expr]]) -> pl.DataFrame:
    """Add up over all pairs what needs no cells.

    Returns
    -------
    DataFrame
        One row: ``conflicts``, ``one_label``, ``first, last`` in time; and over judged pairs for each of the values ``n:name,
        a:name, d:name, d2:name, d3:name``: pairs, live values and powers of the candidate's less them; and of ``mse`` the squares
        of both, ``a2:mse`` and ``b2:mse``.
    """
    rows = pair_frame(engine, pairing).select(**_of_pairs(pairing, values))
    moments = _moments_of(rows, values, is_weighted=pairing.live.log.mapping.weight is not None)
    prepared = moments.rows.select("conflict", "one", "moment", **moments.places)
    found = engine.collect(prepared.select(**_whole(), **{name: nw.col(name).sum() for name in moments.places}))
    return found.rename(moments.names)


def _whole() -> dict[str, nw.Expr]:
    """Return what is added up of all pairs whatever is judged."""
    return {
        "conflicts": nw.col("conflict").sum().cast(nw.Int64),
        "one_label": nw.col("one").sum().cast(nw.Int64),
        "first": nw.col("moment").min(),
        "last": nw.col("moment").max(),
    }


def _of_pairs(pairing: Pairing, values: Mapping[str, tuple[nw.Expr, nw.Expr]]) -> dict[str, nw.Expr]:
    """Return what a pair has of both sides, before it is added up."""
    columns: dict[str, nw.Expr] = {
        "conflict": nw.col("is_conflict"),
        "one": integer(nw.col("label").is_null() != nw.col("b_own").is_null()),
        "moment": nw.col("moment"),
        "known": is_judged(),
    }
    columns |= {"w": nw.col("weight")} if pairing.live.log.mapping.weight is not None else {}
    for place, (live, candidate) in enumerate(values.values()):
        columns |= {f"a{place}": live.cast(nw.Float64), f"b{place}": candidate.cast(nw.Float64)}
    return columns


@dataclass(frozen=True)
class _Moments:
    """Rows with what their moments are made of, the moments under plain names, and those names with what they stand for."""

    rows: nw.LazyFrame[Any]
    places: dict[str, nw.Expr]
    names: dict[str, str]


def _moments_of(
    rows: nw.LazyFrame[Any],
    values: Mapping[str, tuple[nw.Expr, nw.Expr]],
    *,
    is_weighted: bool,
    is_by_cell: bool = False,
) -> _Moments:
    """Return the moments of values and of their differences over judged pairs; by cell, of all pairs of cells that are judged."""
    apart = {f"d{place}": nw.col(f"b{place}") - nw.col(f"a{place}") for place in range(len(values))}
    if not is_by_cell:
        apart = {name: nw.when(nw.col("known")).then(each) for name, each in apart.items()}
    sums: dict[str, nw.Expr] = {}
    for place, name in enumerate(values):
        is_there = is_by_cell and name in OF_SCORES
        sums |= _moments(name, nw.col(f"a{place}"), nw.col(f"d{place}"), with_squares=name == "mse", is_there=is_there)
    if is_weighted:
        sums = {name: each * nw.col("w") for name, each in sums.items()}
    names = {f"s{place}": name for place, name in enumerate(sums)}
    return _Moments(rows.with_columns(**apart) if apart else rows, dict(zip(names, sums.values(), strict=True)), names)


def _bin(name: str, log: Log) -> nw.Expr:
    """Return a coarser bin of the score than the grid's."""
    return nw.col(name).cast(nw.Int64) // max(-(-len(log.edges) // _BINS), 1)


def _moments(name: str, live: nw.Expr, apart: nw.Expr, *, with_squares: bool, is_there: bool) -> dict[str, nw.Expr]:
    """Return what is added up of a value on the live side and of how far the candidate's lies apart, null where one has none.

    Of a value that is there on every pair nothing is counted.
    """
    known = nw.when(~apart.is_null())
    found = {f"a:{name}": live} if is_there else {f"n:{name}": integer(~apart.is_null()), f"a:{name}": known.then(live)}
    found |= {f"d:{name}": apart, f"d2:{name}": apart * apart, f"d3:{name}": apart * apart * apart}
    other = live + apart
    return found | ({f"a2:{name}": known.then(live * live), f"b2:{name}": other * other} if with_squares else {})
