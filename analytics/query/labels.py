"""When labels came: rows by time of prediction, by time of arrival and by label, small tables whatever the log's size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer
from analytics.query.slicing import as_people_see, stored_slice


def labelled_relation(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Count by day what tells whether labels come late: ``bucket, n, n_labelled, n_pos`` (positives with a score)."""
    label, score = nw.col("label"), nw.col("score")
    prepared = frame.select(
        bucket=nw.col("moment").dt.truncate("1d"),
        is_labelled=integer(~label.is_null()),
        is_pos=integer((label == 1) & ~score.is_null()),
    )
    sums = {name: nw.col(source).sum() for name, source in (("n_labelled", "is_labelled"), ("n_pos", "is_pos"))}
    counts = {"n": nw.len(), **sums}
    return in_groups(prepared, "bucket", **{name: count.cast(nw.Int64) for name, count in counts.items()})


def labelled_days(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame:
    """Count rows with a time by day, in its order, as `labelled_relation` does: without scores, and at any threshold."""

    def ask() -> nw.LazyFrame[Any]:
        return labelled_relation(engine.kept(log, cohort, threshold))

    days = engine.collect_at_any(log, cohort, "labelled days", ask)
    return days.drop_nulls("bucket").sort("bucket")


def arrival_relation(
    frame: nw.LazyFrame[Any], every: str, cuts: Sequence[float], *, with_scores: bool = False, is_weighted: bool = False
) -> nw.LazyFrame[Any]:
    """Count scored rows by when they were predicted, when their label came, and what it is.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log with ``moment``, ``score``, ``label`` and, where the log says it, ``arrived``.
    every : str
        Bucket of both times: 1h, 1d.
    cuts : sequence of float
        Scores at which a new bin begins, ascending; none: all rows are in bin 0.
    with_scores, is_weighted : bool
        Whether scores are added up, and whether rows count as many as their ``weight`` says.

    Returns
    -------
    LazyFrame
        ``day``, ``arrived`` (null: not known), ``label`` (null: none), ``bin``, ``n``; with scores ``score_sum`` and
        ``score_sq_sum``, with weights ``n_sq`` (the sum of their squares).
    """
    score = nw.col("score")
    place = nw.lit(0)
    for cut in cuts:
        place = place + integer(score >= cut)
    has_arrival = "arrived" in frame.collect_schema().names()
    arrived = nw.col("arrived").dt.truncate(every) if has_arrival else nw.lit(None).cast(nw.Datetime("us"))
    weight = nw.col("weight") if is_weighted else nw.lit(1.0)
    scores = {"score_sum": score * weight, "score_sq_sum": score * score * weight} if with_scores else {}
    sums = scores | ({"n": weight, "n_sq": weight * weight} if is_weighted else {})
    prepared = frame.filter(~score.is_null() & ~nw.col("moment").is_null()).select(
        day=nw.col("moment").dt.truncate(every),
        arrived=arrived,
        label=nw.col("label").cast(nw.Int64),
        bin=place.cast(nw.Int64),
        **{f"{name}_of": part for name, part in sums.items()},
    )
    counted = {} if is_weighted else {"n": nw.len().cast(nw.Int64)}
    return in_groups(
        prepared, "day", "arrived", "label", "bin", **counted, **{name: nw.col(f"{name}_of").sum() for name in sums}
    )


def arrival_table(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    every: str = "1d",
    cuts: Sequence[float] = (),
    *,
    with_scores: bool = False,
) -> pl.DataFrame:
    """Answer `arrival_relation` for the rows of a cohort, in the order of its keys; rows count as many as they stand for."""
    rows, is_weighted = engine.kept(log, cohort, threshold), log.mapping.weight is not None
    found = engine.collect(arrival_relation(rows, every, cuts, with_scores=with_scores, is_weighted=is_weighted))
    return found.sort("day", "arrived", "label", "bin", nulls_last=True)


def newest(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> tuple[datetime | None, ...]:
    """Return the newest time of a prediction and, where labels say when they came, of an arrival; None without any."""
    rows = engine.kept(log, cohort, threshold)
    names = [name for name in ("moment", "arrived") if name in rows.collect_schema().names()]
    latest = rows.select(**{name: nw.col(name).max() for name in names})
    found = engine.collect_at_any(log, cohort, "newest", lambda: latest).row(0)
    return found


def late_slices(engine: Engine, log: Log, cohort: Cohort, threshold: float, column: str, after: str) -> pl.DataFrame:
    """Count rows by the values of a segment column, and those that had no label ``after`` so long (12d): late, or never.

    Returns
    -------
    DataFrame
        ``slice`` as people see it, ``n``, ``n_late``, and of these those with a label: ``n_labelled``, ``n_came_late``.
    """
    stored = stored_slice(log, column)
    is_known = nw.col("label").is_null() | ~nw.col("arrived").is_null()
    rows = engine.kept(log, cohort, threshold).filter(is_known & ~nw.col("moment").is_null())
    came_late = (nw.col("arrived") >= nw.col("moment").dt.offset_by(after)).fill_null(value=False)
    has_none = nw.col("label").is_null()
    flags = {"late": has_none | came_late, "labelled": ~has_none, "came_late": came_late}
    found = engine.collect(
        in_groups(
            rows.select(slice=nw.col(stored), **{name: integer(flag) for name, flag in flags.items()}),
            "slice",
            n=nw.len().cast(nw.Int64),
            **{f"n_{name}": nw.col(name).sum().cast(nw.Int64) for name in flags},
        )
    )
    values = as_people_see(log, column, found["slice"]).cast(pl.String)
    return found.select(values.alias("slice"), "n", "n_late", "n_labelled", "n_came_late")
