"""Judgements of pairs, one row each: how often each value was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.slicing import as_people_see, stored_slice

_MAX_JUDGEMENTS = 2_000_000
"""Different lines of value, unit and slice that leave the engine: some 100 MB. A judgement; fewer are judged in pairs."""


def preference_table(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    column: str,
    by: Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    lengths: tuple[str, str] | None = None,
    asked: str | None = None,
) -> pl.DataFrame:
    """Count the rows of a cohort by what a column of preferences says, and by what others say, as they are: name to column.

    Where no unit is mapped, ``asked`` names the column whose rows belong together. With ``lengths`` also by how much longer the
    second answer is than the first, of columns of both texts or of both lengths.

    Returns
    -------
    DataFrame
        ``value`` and those of ``also`` (text, null where nothing is said), ``unit`` where rows belong together, ``slice_0 …``,
        ``delta``, ``n``, ``w`` and ``w2`` (sums of weights and of their squares; without weights the rows).
    """
    columns = {"value": column, **(also or {})}
    said = {name: nw.col(log.column(each).sql_name).cast(nw.String) for name, each in columns.items()}
    if lengths is not None:
        first, second = (_length(log.column(name)) for name in lengths)
        said["delta"] = second - first
    name = None if log.mapping.unit is not None or asked is None else log.column(asked).sql_name
    return _counted(engine, log, engine.kept(log, cohort, threshold), said, by, name or (log.mapping.unit and "unit"))


def _length(column: Column, mark: str = "") -> nw.Expr:
    """Return the letters of a text, or a number as the length that it is."""
    held = nw.col(f"{mark}{column.sql_name}")
    return (held if column.kind == "number" else held.cast(nw.String).str.len_chars()).cast(nw.Float64)


def preference_pairs(
    engine: Engine,
    pairing: Pairing,
    column: str,
    by: Sequence[str] = (),
    other: str | None = None,
    lengths: tuple[str, str] | None = None,
    first: str | None = None,
) -> pl.DataFrame:
    """Count pairs by what a column of preferences says on either side; slices and weights are those of the live side.

    Returns
    -------
    DataFrame
        ``live`` and ``candidate`` (text, null where nothing is said), ``live_other`` and ``candidate_other`` where the judgements
        in the other order have a column, ``live_first`` and ``candidate_first`` where a column of both logs says whose answer
        stands ``first``, ``live_delta`` and ``candidate_delta`` where columns of both logs tell ``lengths``, and
        the rest of `preference_table`.
    """
    logs = pairing.live.log, pairing.candidate.log
    said: dict[str, nw.Expr] = {}
    columns = {end: name for end, name in (("", column), ("_other", other), ("_first", first)) if name is not None}
    for end, name in columns.items():
        own, its = (each.column(name).sql_name for each in logs)
        said |= {f"live{end}": nw.col(own).cast(nw.String), f"candidate{end}": nw.col(f"b_{its}").cast(nw.String)}
    for side, log, mark in zip(("live", "candidate"), logs, ("", "b_"), strict=True):
        if lengths is not None:
            shorter, longer = (_length(log.column(name), mark) for name in lengths)
            said[f"{side}_delta"] = longer - shorter
    return _counted(
        engine,
        logs[0],
        pair_frame(engine, pairing, (*columns.values(), *(lengths or ()))),
        said,
        by,
        pairing.unit and "unit",
    )


def _counted(
    engine: Engine, log: Log, rows: nw.LazyFrame[Any], said: Mapping[str, nw.Expr], by: Sequence[str], unit: str | None
) -> pl.DataFrame:
    """Count rows by what is said, by unit and by slices."""
    mapping, keys = log.mapping, dict(said)
    if unit is not None:
        keys["unit"] = nw.col(unit)
    keys |= {f"slice_{place}": nw.col(stored_slice(log, name)) for place, name in enumerate(by)}
    weight = nw.lit(1.0) if mapping.weight is None else nw.col("weight")
    rows = rows.select(**keys, w=weight, w2=weight * weight)
    grouped = in_groups(rows, *keys, n=nw.len().cast(nw.Int64), w=nw.col("w").sum(), w2=nw.col("w2").sum())
    found = engine.collect(grouped.head(_MAX_JUDGEMENTS + 1))
    if found.height > _MAX_JUDGEMENTS:
        raise QuestionError(
            f"Expected at most {_MAX_JUDGEMENTS:,} different judgements, found more. Filter the rows, or name another column."
        )
    shown = [as_people_see(log, name, found[f"slice_{place}"]).alias(f"slice_{place}") for place, name in enumerate(by)]
    texts = [name for name in said if found[name].dtype == pl.String]
    return found.with_columns(pl.col(texts).str.strip_chars(), *shown)
