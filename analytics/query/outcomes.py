"""Judged rows by outcome: one short query for each of many columns."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
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
    each, counted = {}, nw.len().cast(nw.Int64)
    if is_weighted and log.mapping.weight is not None:
        rows = rows.filter(~nw.col("weight").is_null())
        each, counted = {"weight": nw.col("weight")}, nw.col("weight").sum().cast(nw.Float64)
    prepared = rows.select(**keys, **each, is_flagged=integer(nw.col("score") >= threshold), label=nw.col("label"))
    found = engine.collect(prepared.group_by(*keys, "is_flagged", "label").agg(n=counted))
    flagged, positive = pl.col("is_flagged") == 1, pl.col("label") == 1
    cells = {
        "tp": flagged & positive,
        "fp": flagged & ~positive,
        "fn": ~flagged & positive,
        "tn": ~flagged & ~positive,
    }
    if log.is_right_or_wrong:  # a row that is right is of no class, so that no base rate explains an error
        cells |= {"tp": pl.lit(False), "tn": flagged & positive, "fn": pl.lit(False)}
    counts = found.group_by(*keys).agg(pl.col("n").filter(cell).sum().alias(name) for name, cell in cells.items())
    counts = counts.sort(*keys, nulls_last=True)
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
