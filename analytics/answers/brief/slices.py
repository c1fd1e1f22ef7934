"""The slice and the missing field in which the model is worst, of all columns together."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, Finding, Size, SliceParts
from analytics.answers.question import Question, model_versions
from analytics.log.column import Column
from analytics.measure.brief import CELLS, with_units, worst_table
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.leaks import TELLS, label_told
from analytics.query.clusters import clusters_of
from analytics.query.cohort import slice_clauses
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table

_IS_PREDICTION = 0.9
"""A column that removes more than this share of the uncertainty about the decision is the decision, as in
`answers.discovery.search`: its slices are made of one kind of error."""
_MAX_FLAGS = 60
"""Columns without slices of which it is asked whether they arrive empty, those with most missing values: one short query each."""
_SAME_ROWS = 0.8
"""Rows in common, of those in either (Jaccard), from which on a slice and a missing field are one finding: the field is
what can be mended. A judgement."""
_MAX_TRIED = 10
"""Slices that are clear by rows and of which it is asked whether they are by units, the worst first: one query each. By hand."""
_BESIDE = 0.25
"""Of one kind of error: as much of the other kind, more or less often there, and the error rate tells it where both count
alike. A judgement."""


def worst_slices(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the worst slice and the worst field that arrives empty, of those that are clearly worse than their rest."""
    question = asking.question
    counts = pl.concat([_by_value(engine, question), _by_missing(engine, question)], how="vertical")
    if counts.is_empty():
        return ()
    weights = weights_of(engine, asking)
    table = worst_table(counts, weights)
    is_clear = (pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("excess_low") > 0)
    found = table.filter(is_clear.fill_null(value=False))
    rows = []
    for kind in ("missing", "value"):
        told = found.filter(pl.col("kind") == kind).head(_MAX_TRIED).iter_rows(named=True)
        of_units = (_of_units(engine, question, row, weights, table.height) for row in told)
        rows += [*islice((row for row in of_units if row["p_adjusted"] < SIGNIFICANT and row["excess_low"] > 0), 1)]
    if len(rows) > 1 and _is_same(engine, question, rows[0], rows[1]):
        rows = rows[:1]
    return tuple(_finding_of(question, row, weights, table.height) for row in rows)


def _of_units(
    engine: Engine, question: Question, row: dict[str, Any], weights: tuple[float, float], n_compared: int
) -> dict[str, Any]:
    """Return a slice as sure as it is where rows belong together; as it is where every row stands alone."""
    name = row["column"].removesuffix(_MISSING)
    slicing = ((), (name,)) if row["kind"] == "missing" else ((name,), ())
    asked = question.log, question.cohort, question.threshold
    clusters = clusters_of(engine, *asked, slicing[0], missing=slicing[1])
    if clusters is None:
        return row
    counts = outcome_table(engine, *asked, *slicing)
    key, value = (counts["missing_0"], "1") if row["kind"] == "missing" else (counts["slice_0"], row["value"])
    place = (key.cast(pl.String) == value).fill_null(value=False).arg_max()
    return with_units(row, counts, clusters, place or 0, weights, n_compared=n_compared)


def _by_value(engine: Engine, question: Question) -> pl.DataFrame:
    """Count the slices of every segment column that tells neither the label nor the decision.

    A version is no slice: it is another model, which the sidebar chooses.
    """
    parts = [_EMPTY]
    for name in (each for each in question.log.mapping.segments if each != question.log.mapping.model_version):
        counts = outcome_table(engine, question.log, question.cohort, question.threshold, (name,))
        if not _tells(counts):
            kind = pl.when(pl.col("slice_0").is_null()).then(pl.lit("rest")).otherwise(pl.lit("value"))
            value = pl.col("slice_0").cast(pl.String)
            parts.append(counts.select(pl.lit(name).alias("column"), kind.alias("kind"), value.alias("value"), *CELLS))
    return pl.concat(parts)


def _by_missing(engine: Engine, question: Question) -> pl.DataFrame:
    """Count the rows of every column that has missing values by whether it has one, within versions that know the column."""
    log, parts = question.log, [_EMPTY]
    versions = (log.mapping.model_version,) if len(model_versions(log)) > 1 and log.mapping.model_version else ()
    for name in _with_gaps(question):
        counts = outcome_table(engine, log, question.cohort, question.threshold, versions, (name,))
        if versions:
            is_known = (pl.col("missing_0") == 0).any().over("slice_0")
            counts = counts.filter(is_known).group_by("missing_0").agg(pl.col(*CELLS).sum())
        if not _tells(counts):
            kind = pl.when(pl.col("missing_0") == 1).then(pl.lit("missing")).otherwise(pl.lit("rest"))
            none = pl.lit(None, pl.String).alias("value")
            parts.append(counts.select(pl.lit(f"{name}{_MISSING}").alias("column"), kind.alias("kind"), none, *CELLS))
    return pl.concat(parts)


_MISSING = "\0missing"
"""Behind the name of a column whose missing values are compared apart from its slices: no header holds it."""
_EMPTY = pl.DataFrame(
    schema={"column": pl.String, "kind": pl.String, "value": pl.String, **dict.fromkeys(CELLS, pl.Int64)}
)


def _with_gaps(question: Question) -> list[str]:
    """Return the columns of which it is asked whether they arrive empty, those with most missing values first."""
    mapping, n_rows = question.log.mapping, question.log.n_rows
    judged = {mapping.label, mapping.score, mapping.decision, mapping.model_version}

    def is_asked(column: Column) -> bool:
        return column.name not in judged and 0 < column.n_missing < n_rows

    found = sorted(filter(is_asked, question.log.columns), key=lambda column: -column.n_missing)
    return [column.name for column in found[:_MAX_FLAGS]]


def _tells(counts: pl.DataFrame) -> bool:
    """Whether slices tell the label, as what is known only afterwards does, or are another word for the decision."""
    tp, fp, fn, tn = (counts[name].cast(pl.Float64).to_numpy() for name in CELLS)
    codes, n = np.arange(counts.height), tp + fp + fn + tn
    told = (label_told(codes, counts.height, n, positives) for positives in (tp + fn, tp + fp))
    return any(share > limit for share, limit in zip(told, (TELLS, _IS_PREDICTION), strict=True))


def _is_same(engine: Engine, question: Question, missing: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether a missing field and a slice are nearly the same rows."""
    name = missing["column"].removesuffix(_MISSING)
    both = outcome_table(engine, question.log, question.cohort, question.threshold, (value["column"],), (name,))
    n = both.select(n=pl.sum_horizontal(CELLS))["n"]
    of_slice, of_gap = (
        (both["slice_0"].cast(pl.String) == value["value"]).fill_null(value=False),
        both["missing_0"] == 1,
    )
    either, shared = int(n.filter(of_slice | of_gap).sum()), int(n.filter(of_slice & of_gap).sum())
    return shared >= _SAME_ROWS * max(either, 1)


def _finding_of(question: Question, row: dict[str, Any], weights: tuple[float, float], n_compared: int) -> Finding:
    """Return a row of the table as a finding."""
    column, log = row["column"].removesuffix(_MISSING), question.log
    value = _typed(question, column, row["value"])
    other, most = sorted((row["missed"], row["flagged"]))
    is_of_both = abs(other) > _BESIDE * most and weights[0] == weights[1] and row["error_rate"] > row["error_rate_rest"]
    metric = "error_rate" if is_of_both else "fnr" if row["missed"] == most else "fpr"
    parts = SliceParts(
        column,
        value,
        metric,
        row[metric],
        row[f"{metric}_rest"],
        row["judged"],
        row["share"],
        n_compared,
    )
    is_sliced = column in log.mapping.segments
    return Finding(
        "missing" if value is None else "slices",
        "slices" if is_sliced else "review",
        parts,
        Size(row["excess"], row["excess_low"], row["excess_high"]),
        asked=(("by", column),) if is_sliced else (),
        clauses=slice_clauses(log, column, value),
    )


def _typed(question: Question, column: str, text: str | None) -> Any:
    """Return the value of a slice as the tables of slices have it."""
    kind = question.log.column(column).kind
    if text is None or column in question.log.bins or kind in ("text", "time"):
        return text
    return text == "true" if kind == "boolean" else float(text) if "." in text or "e" in text else int(text)
