"""Judged rows by outcome: one short query for each of many columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.kept import are_few
from analytics.query.relations import integer
from analytics.query.slicing import as_people_see, stored_slice


def outcome_table(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    by: Sequence[str] = (),
    missing: Sequence[str] = (),
    *,
    is_weighted: bool = False,
) -> pl.DataFrame:
    """Count judged rows by slices, by whether columns are missing, and by outcome.

    Parameters
    ----------
    engine : Engine
    log, cohort, threshold
        The question.
    by : sequence of str
        Segment columns; their values stand in ``slice_0 …`` as people see them.
    missing : sequence of str
        Columns of which it is asked whether they hold a value; ``missing_0 …`` is 1 where they do not.

    is_weighted : bool
        Whether each row counts as often as its weight says, where the log has weights; rows without one are left out.

    Returns
    -------
    DataFrame
        The keys, ``tp``, ``fp``, ``fn`` and ``tn``, in the order of the keys.

    Raises
    ------
    QuestionError
        If a column is unknown or cannot be sliced.
    """
    keys = {f"slice_{place}": nw.col(stored_slice(log, name)) for place, name in enumerate(by)}
    for place, name in enumerate(missing):
        keys[f"missing_{place}"] = integer(nw.col(log.column(name).sql_name).is_null())
    rows = engine.kept(log, cohort, threshold).filter(~nw.col("label").is_null() & ~nw.col("score").is_null())
    n_slices = math.prod(log.column(name).n_distinct + 1 for name in by) * 2 ** len(missing)
    by_weight = is_weighted and log.mapping.weight is not None
    if log.grid.split(threshold) is None and are_few(log, n_slices) and not by_weight:
        scored = rows.select(**keys, slot=nw.col("score_bin").cast(nw.Int64), label=nw.col("label"))
        asked = in_groups(scored, *keys, "slot", "label", n=nw.len().cast(nw.Int64))
        found = engine.collect_at_any(log, cohort, ("outcomes", *by, "", *missing), lambda: asked)
        flagged = pl.col("slot") >= log.grid.at(threshold)
    else:
        each, counted = {}, nw.len().cast(nw.Int64)
        if by_weight:
            rows = rows.filter(~nw.col("weight").is_null())
            each, counted = {"weight": nw.col("weight")}, nw.col("weight").sum().cast(nw.Float64)
        scored = rows.select(**keys, **each, slot=integer(nw.col("score") >= threshold), label=nw.col("label"))
        found = engine.collect(in_groups(scored, *keys, "slot", "label", n=counted))
        flagged = pl.col("slot") == 1
    positive = pl.col("label") == 1
    cells = {
        "tp": flagged & positive,
        "fp": flagged & ~positive,
        "fn": ~flagged & positive,
        "tn": ~flagged & ~positive,
    }
    if log.is_right_or_wrong:  # a row that is right is of no class, so that no base rate explains an error
        cells |= {"tp": pl.lit(False), "tn": flagged & positive, "fn": pl.lit(False)}
    counts = found.group_by(*keys, maintain_order=True).agg(
        pl.col("n").filter(cell).sum().alias(name) for name, cell in cells.items()
    )
    counts = counts.sort(*keys, nulls_last=True) if keys else counts
    shown = [
        as_people_see(log, name, counts[f"slice_{place}"]).alias(f"slice_{place}") for place, name in enumerate(by)
    ]
    return counts.with_columns(shown)


def worth_of(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> float:
    """Return what weighted judged rows are multiplied by to be as many as they are worth (Kish); 1 without weights."""
    if log.mapping.weight is None:
        return 1.0
    each = nw.col("weight")
    rows = engine.kept(log, cohort, threshold).filter(
        ~nw.col("label").is_null() & ~nw.col("score").is_null() & ~each.is_null()
    )
    sums = engine.collect(rows.select(n=each, squares=each * each).select(nw.all().sum()))
    n, squares = (float(sums[name][0] or 0) for name in ("n", "squares"))
    return n / squares if squares else 1.0


def first_rows(engine: Engine, log: Log, cohort: Cohort, threshold: float, column: str) -> pl.DataFrame:
    """Return each ``value`` of a column with the moment of its ``first`` row; rows without either are left out."""
    name = log.column(column).sql_name
    rows = engine.kept(log, cohort, threshold).filter(~nw.col(name).is_null())
    table = engine.collect_at_any(
        log, cohort, ("first rows", name), lambda: in_groups(rows, name, first=nw.col("moment").min())
    )
    return table.rename({name: "value"}).drop_nulls("first").sort("first", "value")
