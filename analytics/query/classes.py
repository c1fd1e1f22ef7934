"""Rows by true and predicted class, and by the score of one class: what the tables of classes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import narwhals.stable.v2 as nw
import polars as pl

from analytics.errors import QuestionError
from analytics.log.right import Right, fold
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine

_TRUE, _PREDICTED = "true", "predicted"


def class_pairs(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame:
    """Count the rows of each pair of true and predicted class, spellings of one class together.

    Returns
    -------
    DataFrame
        ``true, predicted, n``, rows without either left out; classes are called as their most frequent true spelling.

    Raises
    ------
    QuestionError
        If the log has no classes.
    """
    right = _rule_of(log)
    true = nw.col(log.column(right.true).sql_name).cast(nw.String)
    rows = engine.kept(log, cohort, threshold).select(true=true, predicted=_predicted(log, right))
    known = rows.filter(~nw.col(_TRUE).is_null() & ~nw.col(_PREDICTED).is_null())
    if right.unknown:
        known = known.filter(~nw.col(_TRUE).is_in(list(right.unknown)))
    found = engine.collect(known.group_by(_TRUE, _PREDICTED).agg(n=nw.len().cast(nw.Int64)))
    names = _class_names(log, found)
    for name in (_TRUE, _PREDICTED):
        found = found.with_columns(
            pl.col(name).map_elements(lambda value: names[fold(value, right)], return_dtype=pl.String)
        )
    return found.group_by(_TRUE, _PREDICTED).agg(n=pl.col("n").sum()).sort(_TRUE, _PREDICTED)


def _class_names(log: Log, pairs: pl.DataFrame) -> dict[str, str]:
    """Return by folded class how it is called: as its most frequent spelling among the true ones, else the predicted ones."""
    right, names = _rule_of(log), dict[str, str]()
    for name in (_TRUE, _PREDICTED):
        counts = pairs.group_by(name).agg(n=pl.col("n").sum()).sort(["n", name], descending=[True, False])
        for value in counts[name]:
            names.setdefault(fold(value, right), value)
    return names


def class_scores(engine: Engine, log: Log, cohort: Cohort, threshold: float, name: str, column: str) -> pl.DataFrame:
    """Count judged rows by the score of one class, and those of the class among them: ``score, n, n_pos``."""
    right = _rule_of(log)
    true = log.column(right.true)
    spellings = [
        value for value in _spellings(engine, log, cohort, threshold) if fold(value, right) == fold(name, right)
    ]
    label = nw.col(true.sql_name).cast(nw.String)
    rows = engine.kept(log, cohort, threshold).filter(~label.is_null())
    if right.unknown:
        rows = rows.filter(~label.is_in(list(right.unknown)))
    is_class = nw.when(label.is_in(spellings)).then(nw.lit(1)).otherwise(nw.lit(0))
    prepared = rows.select(score=nw.col(log.column(column).sql_name).cast(nw.Float64), is_class=is_class)
    return engine.collect(
        prepared.group_by("score").agg(n=nw.len().cast(nw.Int64), n_pos=nw.col("is_class").sum().cast(nw.Int64))
    )


def _spellings(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> Sequence[str]:
    """Return the true classes as they are written."""
    true = nw.col(log.column(_rule_of(log).true).sql_name).cast(nw.String)
    rows = engine.kept(log, cohort, threshold).select(value=true).unique()
    return engine.collect(rows)["value"].drop_nulls().to_list()


def _rule_of(log: Log) -> Right:
    """Return the rule of a log of classes."""
    right = log.mapping.right
    if right is None or right.kind != "classes":
        raise QuestionError(
            "Expected a log of classes, found another. Say what is right: predicted class = true class."
        )
    return right


def _predicted(log: Log, right: Right) -> nw.Expr:
    """Return the predicted class: the column's, else the class with the highest score."""
    if right.predicted is not None:
        return nw.col(log.column(right.predicted).sql_name).cast(nw.String)
    scores = [(value, nw.col(log.column(name).sql_name).cast(nw.Float64)) for value, name in right.class_scores]
    best = nw.max_horizontal(*(score for _, score in scores))
    last: nw.Expr = nw.when(scores[-1][1] == best).then(nw.lit(scores[-1][0]))

    def earlier(rest: nw.Expr, pair: tuple[str, nw.Expr]) -> nw.Expr:
        return nw.when(pair[1] == best).then(nw.lit(pair[0])).otherwise(rest)

    return reduce(earlier, scores[-2::-1], last)
