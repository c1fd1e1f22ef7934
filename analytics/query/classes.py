"""Rows by true and predicted class, and by the score of one class: what the tables of classes are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from analytics.errors import QuestionError
from analytics.log.right import Right, fold
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import MOMENTS, score_table
from analytics.query.score_table import ScoreTable

_TRUE, _PREDICTED = "true", "predicted"


def class_pairs(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame:
    """Count the rows of each pair of true and predicted class, spellings of one class together.

    Returns
    -------
    DataFrame
        ``true, predicted, n``, rows without either, or without a score, left out as in all questions; classes are called as their
        most frequent true spelling. Rows that stand for many count as often as their weight says, with ``rows``, those behind,
        and ``n_sq``, the sum of squared weights.

    Raises
    ------
    QuestionError
        If the log has no classes.
    """
    return _counted(engine, log, cohort, threshold).sort(_TRUE, _PREDICTED)


def class_cells(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> pl.DataFrame | None:
    """Count the rows of each unit by true and predicted class, as `class_pairs` does: ``unit, true, predicted, n``.

    None where rows do not belong together. As many rows leave the engine as units have different pairs, at most all.
    """
    return None if log.mapping.unit is None else _counted(engine, log, cohort, threshold, "unit")


def _counted(engine: Engine, log: Log, cohort: Cohort, threshold: float, *keys: str) -> pl.DataFrame:
    """Count rows by keys and by true and predicted class."""
    right, is_weighted = _rule_of(log), log.mapping.weight is not None
    true = nw.col(log.column(right.true).sql_name).cast(nw.String)
    further = [*keys, *(["weight"] if is_weighted else [])]
    counts = {"n": nw.len().cast(nw.Int64)}
    if is_weighted:
        counts = {"n": nw.col("weight").sum(), "rows": counts["n"], "n_sq": nw.col("weight_sq").sum()}
    tables = []
    for part, predicted in _with_predicted(_scored(engine, log, cohort, threshold), log, right, true):
        known = part.select(*further, true=true, predicted=predicted)
        known = known.filter(~nw.col(_TRUE).is_null())
        if right.predicted is not None:  # of scores one is the highest; to ask it would look for it twice
            known = known.filter(~nw.col(_PREDICTED).is_null())
        if right.unknown:
            known = known.filter(~nw.col(_TRUE).is_in(list(right.unknown)))
        if is_weighted:
            known = known.with_columns(weight_sq=nw.col("weight") * nw.col("weight"))
        tables.append(engine.collect(in_groups(known, *keys, _TRUE, _PREDICTED, **counts)))
    found = pl.concat(tables)
    names = _class_names(log, found)
    for name in (_TRUE, _PREDICTED):
        called = {value: names[fold(value, right)] for value in found[name].unique()}
        found = found.with_columns(pl.col(name).replace_strict(called, return_dtype=pl.String))
    return found.group_by(*keys, _TRUE, _PREDICTED, maintain_order=True).agg(pl.col(*counts).sum())


def _class_names(log: Log, pairs: pl.DataFrame) -> dict[str, str]:
    """Return by folded class how it is called: as its most frequent spelling among the true ones, else the predicted ones."""
    right, names = _rule_of(log), dict[str, str]()
    for name in (_TRUE, _PREDICTED):
        counts = pairs.group_by(name).agg(n=pl.col("n").sum()).sort(["n", name], descending=[True, False])
        for value in counts[name]:
            names.setdefault(fold(value, right), value)
    return names


def class_scores(
    engine: Engine, log: Log, cohort: Cohort, threshold: float, name: str, column: str, spellings: Sequence[str]
) -> pl.DataFrame:
    """Count judged rows by the score of one class, and those of the class among them: ``score, n, n_pos``.

    Where rows stand for many the table is a weighted score table. ``spellings`` are the true classes as they are written.
    """
    rows = _against_rest(engine, log, cohort, threshold, name, spellings)
    score = nw.col(log.column(column).sql_name).cast(nw.Float64)
    if log.mapping.weight is not None:
        return engine.collect(score_table(rows.with_columns(score=score), (), sums=(), by_score=True, is_weighted=True))
    prepared = rows.select("label", score=score)
    return engine.collect(
        in_groups(prepared, "score", n=nw.len().cast(nw.Int64), n_pos=nw.col("label").sum().cast(nw.Int64))
    )


def class_unit_scores(
    engine: Engine, log: Log, cohort: Cohort, threshold: float, name: str, column: str, spellings: Sequence[str]
) -> pl.DataFrame | None:
    """Count the judged rows of each unit by the score of one class: ``unit, score, n_pos, n_neg``; None without units."""
    if log.mapping.unit is None:
        return None
    rows = _against_rest(engine, log, cohort, threshold, name, spellings)
    score = nw.col(log.column(column).sql_name).cast(nw.Float64)
    each = nw.col("weight") if log.mapping.weight is not None else nw.lit(1.0)
    counts = {"n_pos": each * nw.col("label"), "n_neg": each * (1 - nw.col("label"))}
    prepared = rows.filter(~score.is_null()).select("unit", score=score, **counts)
    return engine.collect(
        in_groups(prepared, "unit", "score", **{name: nw.col(name).sum().cast(nw.Float64) for name in counts})
    )


def class_score_tables(
    engine: Engine, log: Log, cohort: Cohort, threshold: float, steps: int | None = None
) -> Iterator[tuple[str, ScoreTable]]:
    """Yield each class that has a score with the score table of its judged rows, in which the class is positive.

    It is by distinct score, or with ``steps`` by that many steps of the scores from 0 to 1, whose sums are exact all the same.
    Rows that stand for many count as often as their weight says.
    """
    spellings, is_weighted = spellings_of(engine, log, cohort, threshold), log.mapping.weight is not None
    key = "score" if steps is None else "score_bin"
    for name, column in _rule_of(log).class_scores:
        rows = _against_rest(engine, log, cohort, threshold, name, spellings)
        value = nw.col(log.column(column).sql_name).cast(nw.Float64)
        scored = rows.with_columns(score=value).filter(nw.col("score").is_finite())
        if steps is not None:
            scored = scored.with_columns(score_bin=(nw.col("score") * steps).floor().cast(nw.Int64))
        asked = score_table(scored, (), sums=MOMENTS, by_score=steps is None, is_weighted=is_weighted)
        found = engine.collect(asked).sort(key)
        edges = found[key].to_numpy() / (steps or 1) if found.height else np.zeros(1)
        frame = found.drop(key).with_columns(score_bin=pl.int_range(found.height, dtype=pl.Int64))
        yield name, ScoreTable(frame, edges, 0, (), is_exact=steps is None)


def _against_rest(
    engine: Engine, log: Log, cohort: Cohort, threshold: float, name: str, spellings: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return the rows whose class is known, with ``label`` 1 where it is one of this name and 0 elsewhere."""
    right = _rule_of(log)
    own = [value for value in spellings if fold(value, right) == fold(name, right)]
    true = nw.col(log.column(right.true).sql_name).cast(nw.String)
    rows = _scored(engine, log, cohort, threshold).filter(~true.is_null())
    if right.unknown:
        rows = rows.filter(~true.is_in(list(right.unknown)))
    return rows.with_columns(label=nw.when(true.is_in(own)).then(nw.lit(1)).otherwise(nw.lit(0)))


def _scored(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> nw.LazyFrame[Any]:
    """Return the rows that every other question judges: without a confidence, where the log has one, none does."""
    return engine.kept(log, cohort, threshold).filter(~nw.col("score").is_null())


def spellings_of(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> Sequence[str]:
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


def _with_predicted(
    rows: nw.LazyFrame[Any], log: Log, right: Right, true: nw.Expr
) -> list[tuple[nw.LazyFrame[Any], nw.Expr]]:
    """Return rows in parts, each with its predicted class: the column's, else that with the highest score.

    Of rows that are right nothing has to be looked for, so that most rows need no score of any class.
    """
    if right.predicted is not None:
        return [(rows, nw.col(log.column(right.predicted).sql_name).cast(nw.String))]
    scores = [nw.col(log.column(name).sql_name).cast(nw.Float64) for _, name in right.class_scores]
    label = nw.col("label")
    is_kind = right.against_rest is None
    others = rows.filter(label == 0) if is_kind else rows
    found = [(others.with_columns(best=nw.max_horizontal(*scores)), _likeliest(log, right))]
    return [(rows.filter(label == 1), true), *found] if is_kind else found


def _likeliest(log: Log, right: Right) -> nw.Expr:
    """Return the class with the highest score, which stands in ``best``; of equal ones the first."""
    scores = [(value, nw.col(log.column(name).sql_name).cast(nw.Float64)) for value, name in right.class_scores]
    best = nw.col("best")
    last: nw.Expr = nw.when(scores[-1][1] == best).then(nw.lit(scores[-1][0]))

    def earlier(rest: nw.Expr, pair: tuple[str, nw.Expr]) -> nw.Expr:
        return nw.when(pair[1] == best).then(nw.lit(pair[0])).otherwise(rest)

    return reduce(earlier, scores[-2::-1], last)
