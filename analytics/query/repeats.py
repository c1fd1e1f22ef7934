"""What was asked more than once: inputs by how many answers they got, how many were right, and how many were alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.origin import SOURCE_FILE
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer
from analytics.query.slicing import as_people_see, stored_slice


def repeat_relation(
    frame: nw.LazyFrame[Any], same: Mapping[str, nw.Expr], keys: Mapping[str, nw.Expr], answer: nw.Expr, right: nw.Expr
) -> nw.LazyFrame[Any]:
    """Count inputs by their answers.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log.
    same, keys : mapping of str to Expr
        What is equal where the input is, and what to slice by. Rows that lack a part of ``same`` are left out.
    answer : Expr
        What was answered; null is an answer as well.
    right : Expr
        1 where it is right, 0 where it is wrong, null where that is not known.

    Returns
    -------
    LazyFrame
        The keys; ``n`` answers to an input, ``n_known`` and ``n_right`` of them, ``alike`` (ordered pairs of them that say the
        same); and ``inputs``, how many inputs there are of that kind.
    """
    rows = frame.select(**keys, **same, answer=answer, right=right.cast(nw.Int64)).drop_nulls(list(same))
    answers = in_groups(
        rows,
        *keys,
        *same,
        "answer",
        m=nw.len().cast(nw.Int64),
        known=nw.col("right").count().cast(nw.Int64),
        good=nw.col("right").sum(),
    )
    paired = answers.with_columns(pairs=nw.col("m") * (nw.col("m") - 1))
    inputs = in_groups(
        paired,
        *keys,
        *same,
        n=nw.col("m").sum().cast(nw.Int64),
        n_known=nw.col("known").sum().cast(nw.Int64),
        n_right=nw.col("good").fill_null(0).sum().cast(nw.Int64),
        alike=nw.col("pairs").sum().cast(nw.Int64),
    )
    shape = ("n", "n_known", "n_right", "alike")
    return in_groups(inputs, *keys, *shape, inputs=nw.len().cast(nw.Int64))


def repeat_table(
    engine: Engine,
    log: Log,
    cohort: Cohort,
    threshold: float,
    same: Sequence[str],
    by: Sequence[str] = (),
    trial: str | None = None,
    answer: str | None = None,
) -> tuple[pl.DataFrame, int]:
    """Answer `repeat_relation` for the rows of a cohort.

    Text is compared without capitals, outer blanks and runs of them. ``answer`` is the column of what was answered; without one
    it is what the log judges. Of rows with the same number of a trial the first in the
    file counts.

    Returns
    -------
    DataFrame
        Slices as people see them in ``slice_0 …``, and the counts.
    int
        Rows that were left out because they repeat the number of a trial.
    """
    keys = {f"slice_{place}": nw.col(stored_slice(log, name)) for place, name in enumerate(by)}
    parts = {f"same_{place}": _plain(nw.col(log.column(name).sql_name)) for place, name in enumerate(same)}
    rows, n_again = engine.kept(log, cohort, threshold), 0
    if trial is not None:
        number = {"trial": nw.col(log.column(trial).sql_name).cast(nw.String)}
        numbered = rows.with_columns(**parts, **number).drop_nulls(list(parts))
        first = nw.col("row_id").min().over(*parts, "trial")
        rows = numbered.with_columns(is_again=integer(~nw.col("trial").is_null() & (nw.col("row_id") > first)))
        n_again = int(engine.collect(rows.select(again=nw.col("is_again").sum()))["again"][0] or 0)
        rows, parts = rows.filter(nw.col("is_again") == 0), {name: nw.col(name) for name in parts}
    found = engine.collect(repeat_relation(rows, parts, keys, _answer(log, threshold, answer), _right(log, threshold)))
    for place, name in enumerate(by):
        found = found.with_columns(as_people_see(log, name, found[f"slice_{place}"]).alias(f"slice_{place}"))
    return found.sort(found.columns, nulls_last=True), n_again


def _plain(column: nw.Expr) -> nw.Expr:
    """Return text without what makes no difference between two inputs."""
    return column.cast(nw.String).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _answer(log: Log, threshold: float, column: str | None) -> nw.Expr:
    """Return what a row answers: whether it is flagged, its class or its number; where there is none, whether it is right."""
    if column is not None:
        return _plain(nw.col(log.column(column).sql_name))
    right = log.mapping.right
    if log.mapping.kind == "yes/no":
        return nw.when(~nw.col("score").is_null()).then(integer(nw.col("score") >= threshold))
    if right is not None and right.predicted is not None and right.kind in ("classes", "numbers"):
        predicted = nw.col(log.column(right.predicted).sql_name)
        return _plain(predicted) if right.kind == "classes" else predicted.cast(nw.String)
    return nw.col("label").cast(nw.Int64)


def _right(log: Log, threshold: float) -> nw.Expr:
    """Return whether a row is right."""
    if log.mapping.kind != "yes/no":
        return nw.col("label")
    label, score = nw.col("label"), nw.col("score")
    return nw.when(~label.is_null() & ~score.is_null()).then(integer(integer(score >= threshold) == label))


def same_rows(engine: Engine, log: Log) -> int:
    """Count the rows of several files that are the same in every column as one of another file.

    Texts that nobody slices by are not compared. 0 where the log does not say which file a row is from.
    """
    names = {column.name: column.sql_name for column in log.columns}
    file = names.pop(SOURCE_FILE, None)
    if file is None:
        return 0
    compared = [sql_name for name, sql_name in names.items() if name not in log.mapping.text]
    rows = engine.kept(log, Cohort(), log.mapping.threshold)
    found = in_groups(rows, *compared, n=nw.len().cast(nw.Int64), files=nw.col(file).n_unique().cast(nw.Int64))
    again = engine.collect(found.filter(nw.col("files") > 1).select(again=(nw.col("n") - 1).sum()))
    return int(again["again"][0] or 0)
