"""The relation behind intervals of rows that belong together: what the units of a slice have in common, as sums of products."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import LOG_LOSS, MOMENTS, integer, log_loss, score_table
from analytics.query.sampling import scattered
from analytics.query.slicing import as_people_see, stored_slice
from analytics.query.sums import held_sums

_COUNTED = ("tp", "fp", "fn", "tn", "n_flagged", "n_scored", "n_pos", "n_labelled")
"""What is counted per unit, in the order of the products."""

_WEEK = "1w"
"""A week as buckets name it."""

N_GROUPS = 100
"""Groups into which units, or rows that stand for many, are dealt out where a mean is computed: 95 % intervals are then 1 % wider
than of any number of groups. A choice."""


def clusters_of(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    by: Sequence[str] = (),
    *,
    missing: Sequence[str] = (),
    sums: Collection[str] = (),
    every: str | None = None,
    is_weighted: bool = False,
) -> pl.DataFrame | None:
    """Return what the units of each slice have in common, as `cluster_table` says; None where every row stands alone.

    With weights each row counts as often as its own says, and is a unit of its own where the log has none.

    Slices are as people see them; ``missing_0 …`` is 1 where a column of ``missing`` holds no value.
    """
    is_weighted = is_weighted and log.mapping.weight is not None
    if log.mapping.unit is None and not is_weighted:
        return None
    known = frozenset(sums) - (frozenset() if log.is_probability else LOG_LOSS)
    keys = {f"slice_{place}": nw.col(stored_slice(log, name)) for place, name in enumerate(by)}
    for place, name in enumerate(missing):
        keys[f"missing_{place}"] = integer(nw.col(log.column(name).sql_name).is_null())
    rows, is_kind = engine.kept(log, cohort, threshold), log.is_right_or_wrong
    options: dict[str, Any] = {"sums": known, "every": every, "is_right_or_wrong": is_kind}
    options |= {"is_weighted": is_weighted, "has_units": log.mapping.unit is not None}
    table = engine.collect(cluster_table(rows, keys, threshold, **options))
    for place, name in enumerate(by):
        table = table.with_columns(as_people_see(log, name, table[f"slice_{place}"]).alias(f"slice_{place}"))
    return table


def unit_bins_of(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    by: Sequence[str],
    edges: np.ndarray[Any, Any],
    *,
    is_weighted: bool = False,
) -> pl.DataFrame:
    """Count judged rows by slice, unit and bin of a score grid: ``slice_0 …, unit, score_bin, n_pos, n_neg``.

    As many rows leave the engine as units have different scores, at most all. With weights each row counts as often.
    """
    label, score = nw.col("label"), nw.col("score")
    keys = {f"slice_{place}": nw.col(stored_slice(log, name)) for place, name in enumerate(by)}
    rows = engine.kept(log, cohort, threshold).filter(~label.is_null() & ~score.is_null())
    pos, neg = integer(label == 1), integer(label == 0)
    is_weighted = is_weighted and log.mapping.weight is not None
    if is_weighted:
        pos, neg = nw.col("weight") * pos, nw.col("weight") * neg
    prepared = rows.select(**keys, unit=nw.col("unit"), score=score, pos=pos, neg=neg)
    counts = {f"n_{name}": nw.col(name).sum().cast(nw.Float64 if is_weighted else nw.Int64) for name in ("pos", "neg")}
    table = engine.collect(in_groups(prepared, *keys, "unit", "score", **counts))
    bins = np.searchsorted(edges, table["score"].to_numpy(), side="right") - 1
    shown = [as_people_see(log, name, table[f"slice_{place}"]).alias(f"slice_{place}") for place, name in enumerate(by)]
    return table.with_columns(*shown, score_bin=pl.Series(bins, dtype=pl.Int64)).drop("score")


def _week(moment: nw.Expr) -> nw.Expr:
    """Return the Monday of a time; DuckDB is not asked to truncate to weeks by Narwhals."""
    day, number = moment.dt.truncate("1d"), moment.dt.weekday()
    monday = day
    for place in range(2, 8):
        monday = nw.when(number == place).then(day.dt.offset_by(f"-{place - 1}d")).otherwise(monday)
    return monday


def cluster_table(
    frame: nw.LazyFrame[Any],
    by: Mapping[str, nw.Expr],
    threshold: float,
    *,
    sums: Collection[str] = (),
    every: str | None = None,
    is_right_or_wrong: bool = False,
    is_weighted: bool = False,
    has_units: bool = True,
) -> nw.LazyFrame[Any]:
    """Add up, over the units of each slice, the products of what is counted in the slice and in the whole unit.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log with ``score``, ``label`` and ``unit``.
    by : mapping of str to Expr
        What to slice by, under the names that it gets.
    threshold : float
    sums : collection of str
        Which sums of scores over judged rows are counted besides the counts, the labels among them.
    every : str, optional
        Slice by hour, day, week or month too (1h, 1d, 1w or 1mo), in ``bucket``.
    is_right_or_wrong : bool
        Whether the label says that a row is right, so that none is of a class: wrong ones then are fp, right ones tn.
    is_weighted : bool
        Let each row count ``weight`` times.
    has_units : bool
        Whether rows belong together; else each is a unit of its own, and ``n_units`` is called ``n_rows``.

    Returns
    -------
    LazyFrame
        The names of ``by``, ``n_units``, ``n_units_inside`` (units without a row in another slice), ``unit_share`` (the shares
        that the rows of the slice are of their units, added up: over all slices that is the number of units), then
        ``own:a:b`` for each two of what is counted, a not after b, the products of both numbers in the slice, and where there
        are slices ``cross:a:b``, those of a in the slice and b in the whole unit.
    """
    label, score = nw.col("label"), nw.col("score")
    flagged, passed = score >= threshold, score < threshold
    is_judged = ~label.is_null() & ~score.is_null()
    parts = {
        "tp": integer(flagged & (label == 1)),
        "fp": integer(flagged & (label == 0)),
        "fn": integer(passed & (label == 1)),
        "tn": integer(passed & (label == 0)),
        "n_flagged": integer(flagged),
        "n_scored": integer(~score.is_null()),
        "n_pos": integer(label == 1),
        "n_labelled": integer(~label.is_null()),
        "label_sum": integer(is_judged & (label == 1)),
        "score_sum": nw.when(is_judged).then(score).otherwise(nw.lit(0.0)),
        "score_sq_sum": nw.when(is_judged).then(score * score).otherwise(nw.lit(0.0)),
        "score_pos_sum": nw.when(is_judged & (label == 1)).then(score).otherwise(nw.lit(0.0)),
        "log_loss_sum": nw.when(is_judged).then(log_loss(score, label)).otherwise(nw.lit(0.0)),
    }
    if is_right_or_wrong:
        wrong, right = integer(is_judged & (label == 0)), integer(is_judged & (label == 1))
        parts |= {**dict.fromkeys(("tp", "fn", "n_pos"), nw.lit(0)), "fp": wrong, "tn": right}
    known = (MOMENTS | LOG_LOSS) & {*sums}
    names = (*_COUNTED, *sorted(known | ({"label_sum"} if known else frozenset())))
    keys = dict(by)
    if every is not None:
        keys["bucket"] = _week(nw.col("moment")) if every == _WEEK else nw.col("moment").dt.truncate(every)
    chosen = {name: parts[name] * nw.col("weight") if is_weighted else parts[name] for name in names}
    unit = {"unit": nw.col("unit")} if has_units else {}
    prepared = frame.select(**keys, **unit, n=nw.lit(1), **chosen)
    counted = ("n", *names)
    if not has_units:
        alone = prepared.with_columns(is_inside=nw.lit(1), share=nw.lit(1.0), **({} if keys else {"part": nw.lit(0)}))
        return _products(alone, tuple(keys), names, has_whole=False).rename({"n_units": "n_rows"})
    totals = {name: nw.col(name).sum().cast(nw.Float64) for name in counted}
    cells = in_groups(prepared, *keys, "unit", **totals)
    if not keys:
        shares = cells.with_columns(part=nw.lit(0), is_inside=nw.lit(1), share=nw.lit(1.0))
    else:
        whole = in_groups(cells, "unit", **{f"all_{name}": nw.col(name).sum() for name in counted})
        shares = cells.join(whole, on="unit").with_columns(
            is_inside=integer(nw.col("n") == nw.col("all_n")), share=nw.col("n") / nw.col("all_n")
        )
    return _products(shares, tuple(keys), names, has_whole=bool(keys))


def _products(
    cells: nw.LazyFrame[Any], keys: Sequence[str], names: Sequence[str], *, has_whole: bool
) -> nw.LazyFrame[Any]:
    """Add up the products of each two of what is counted in cells of one slice and unit, and those with the whole unit."""
    products = {
        f"own:{first}:{second}": nw.col(first) * nw.col(second)
        for first, second in combinations_with_replacement(names, 2)
    }
    if has_whole:
        products |= {
            f"cross:{first}:{second}": nw.col(first) * nw.col(f"all_{second}")
            for first, second in product(names, repeat=2)
        }
    grouped = tuple(keys) or ("part",)
    found = cells.select(*grouped, "is_inside", "share", **products)
    return in_groups(
        found,
        *grouped,
        n_units=nw.len().cast(nw.Int64),
        n_units_inside=nw.col("is_inside").sum().cast(nw.Int64),
        unit_share=nw.col("share").sum(),
        **{name: nw.col(name).sum() for name in products},
    )


def group_of(log: Log) -> nw.Expr:
    """Return the random group that a row is dealt into, with all rows of its unit; by itself where the log has no units."""
    return scattered(nw.col("row_id" if log.mapping.unit is None else "unit")) % N_GROUPS


def each_once(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return rows of which each stands for itself alone, as those of a log without weights beside one that has them."""
    return rows.with_columns(weight=nw.lit(1.0))


def group_sums_of(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    by: Sequence[str],
    sums: Collection[str],
    *,
    is_weighted: bool = False,
) -> pl.DataFrame:
    """Add sums over judged rows up by slice and random group of whole units, or of rows.

    The table has ``slice_0 …, group, judged`` and the sums. With weights each row counts as often as its own says.
    """
    is_weighted = is_weighted and log.mapping.weight is not None
    rows = engine.kept(log, cohort, threshold).with_columns(group=group_of(log))
    stored, parts = [stored_slice(log, name) for name in by], held_sums(log, sums)
    table = engine.collect(score_table(rows, [*stored, "group"], sums=parts, is_weighted=is_weighted))
    judged = pl.col("n_pos") + pl.col("n_neg") if is_weighted else pl.col("n") - pl.col("n_unlabelled")
    keys = [f"slice_{place}" for place in range(len(by))]
    scored = table.filter(pl.col("score_bin").is_not_null()).with_columns(judged=judged)
    scored = scored.rename({f"slice_{len(by)}": "group"}).with_columns(pl.col("judged", *parts).cast(pl.Float64))
    found = scored.group_by(*keys, "group", maintain_order=True).agg(pl.col("judged", *parts).sum())
    shown = [as_people_see(log, name, found[key]).alias(key) for key, name in zip(keys, by, strict=True)]
    return found.with_columns(shown)
