"""The slice and the missing field in which the model is worst, of all columns together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

import polars as pl

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, Finding, SliceParts
from analytics.answers.brief.recorded import of_versions_with, version_columns, within_versions
from analytics.answers.brief.size import Size
from analytics.answers.labels import selective_of
from analytics.answers.question import Question, is_of_score, told_by_score
from analytics.answers.slices import leading_slice, slices
from analytics.log.column import Column
from analytics.log.two_decisions import decided_columns
from analytics.measure.brief import CELLS, gravity, with_units, worst_table
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.headline import OTHER_KIND
from analytics.measure.leaks import tells_afterwards
from analytics.measure.metrics import METRICS
from analytics.measure.slices import compared_by
from analytics.measure.slices_cost import COST
from analytics.query.clusters import clusters_of
from analytics.query.cohort import slice_clauses
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table, worth_of

_MAX_FLAGS = 60
"""Columns without slices of which it is asked whether they arrive empty, those with most missing values: one short query each."""
_SAME_ROWS = 0.8
"""Rows in common, of those in either (Jaccard), from which on a slice and a missing field are one finding: the field is
what can be mended. A judgement."""
_MAX_TRIED = 10
"""Slices that are clear by rows and of which it is asked whether they are by units, the worst first: one query each. By hand."""
_OTHER_SIDE = {"recall": "fnr", "specificity": "fpr"}
"""Metrics that are told by the share that is wrong."""
_BESIDE = 0.25
"""Of one kind of error: as much of the other kind, more or less often there, and the error rate tells it where both count
alike. A judgement."""


def worst_slices(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the worst slice and the worst field that arrives empty, of those that are clearly worse than their rest.

    Of each column only the slice counts with which its page leads: both must name the same one. Where misses lead and false
    alarms are the graver ones, as a share of the rows of their class, the slice with more of these is named, and the other way
    round: a slice that flags all has the best recall. None is where labels hang on the decision.
    """
    hidden = selective_of(engine, asking.question)
    if hidden is not None and hidden.mixes(asking.leading_metric or COST):
        return ()  # it would be the slice whose rows seldom get a label
    found = _worst(engine, asking)
    other = OTHER_KIND.get(asking.leading_metric or "")
    if other is None:
        return tuple(finding for finding, _ in found.values())
    for source, (finding, more) in _worst(engine, replace(asking, metric=other)).items():
        if source not in found or (asking.is_by_headline and more > found[source][1]):
            asked = (*finding.asked, ("metric", other)) if finding.asked else ()
            found[source] = replace(finding, asked=asked), more
    return tuple(found[source][0] for source in ("missing", "slices") if source in found)


def _worst(engine: Engine, asking: Asking) -> dict[str, tuple[Finding, float]]:
    """Return the worst slice and the worst field that arrives empty by one metric, by source, each with how grave it is."""
    question, metric = asking.question, asking.leading_metric
    told = _Telling(engine, question)
    values = _by_cost(told) if metric is None else _by_metric(told, metric)
    counts = pl.concat([values, _by_missing(told)], how="diagonal")
    if counts.is_empty():
        return {}
    weights, scale = weights_of(engine, asking), told.scale
    counts = counts.with_columns(pl.col(*CELLS) * scale)  # as many rows as they are worth: what tests count
    table = worst_table(counts, weights)
    is_beyond = (pl.col("excess_low") > 0) | pl.col("tested").is_not_null()
    is_clear = (pl.col("p_adjusted") < SIGNIFICANT) & is_beyond & pl.col("leads").fill_null(value=True)
    found = table.filter(is_clear.fill_null(value=False))
    rows = []
    for kind in ("missing", "value"):
        by_rows = found.filter(pl.col("kind") == kind).iter_rows(named=True)
        clear = (row for row in by_rows if kind == "missing" or not is_of_score(engine, question, row["column"]))
        of_units = (_of_units(told, row, weights, table.height) for row in islice(clear, _MAX_TRIED))
        rows += [*islice(filter(_is_sure, of_units), 1)]
    if len(rows) > 1 and _is_same(engine, question, rows[0], rows[1]):
        rows = rows[:1]
    versions = [told.versions.get(row["column"].removesuffix(_MISSING), ()) for row in rows]
    totals = dict.fromkeys(CELLS, 0.0) if OTHER_KIND.get(metric or "") is None else told.totals()
    made = {}
    for row, own in zip(rows, versions, strict=True):
        of_own = own if row["kind"] == "missing" else ()
        finding = _finding_of(question, _of_all(row, scale), weights, table.height, metric, of_own)
        made[finding.source] = finding, gravity(row, totals, _OTHER_SIDE.get(metric or "", metric))
    return made


def _of_all(row: dict[str, Any], scale: float) -> dict[str, Any]:
    """Return a row of the table with counts of all rows that those of the log stand for."""
    counted = ("judged", "missed", "flagged", "excess", "excess_low", "excess_high")
    return {**row, **{name: row[name] / scale for name in counted if row[name] is not None}}


def _of_units(told: _Telling, row: dict[str, Any], weights: tuple[float, float], n_compared: int) -> dict[str, Any]:
    """Return a slice as sure as it is where rows belong together; as it is where every row stands alone."""
    engine, question = told.engine, told.question
    name = row["column"].removesuffix(_MISSING)
    slicing = ((), (name,)) if row["kind"] == "missing" else ((name,), ())
    asked = question.log, question.cohort, question.threshold
    clusters = clusters_of(engine, *asked, slicing[0], missing=slicing[1], is_weighted=True)
    if clusters is None:
        return row
    products = [column for column in clusters.columns if column.startswith(("own:", "cross:"))]
    clusters = clusters.with_columns(pl.col(products) * told.scale**2)
    counts = told.counts(*slicing).with_columns(pl.col(*CELLS) * told.scale)
    key, value = (counts["missing_0"], "1") if row["kind"] == "missing" else (counts["slice_0"], row["value"])
    place = (key.cast(pl.String) == value).fill_null(value=False).arg_max()
    return with_units(row, counts, clusters, place or 0, weights, n_compared=n_compared)


def _is_sure(row: dict[str, Any]) -> bool:
    """Whether a slice is clearly worse, by the test of its page or by its size."""
    return bool(row["p_adjusted"] < SIGNIFICANT and (row["excess_low"] > 0 or row["tested"] is not None))


class _Telling:
    """What columns tell of the label and of the decision; what the scores tell is asked for once, where it matters."""

    def __init__(self, engine: Engine, question: Question) -> None:
        self.engine, self.question = engine, question
        self.by_score = cache(lambda: told_by_score(engine, question))
        self.decided = decided_columns(question.log)
        self.scale = worth_of(engine, question.log, question.cohort, question.threshold)
        self.versions: dict[str, tuple[str, ...]] = {}

    def counts(self, by: Sequence[str] = (), missing: Sequence[str] = ()) -> pl.DataFrame:
        """Count judged rows by outcome, those that they stand for where they do."""
        asked = self.question.log, self.question.cohort, self.question.threshold
        found = outcome_table(self.engine, *asked, by, missing, is_weighted=True)
        return found.with_columns(pl.col(*CELLS).cast(pl.Float64))

    def totals(self) -> dict[str, float]:
        """Count all judged rows by outcome, as slices are counted."""
        return {
            name: value * self.scale for name, value in self.counts().select(CELLS).sum().row(0, named=True).items()
        }

    def by(self, counts: pl.DataFrame) -> bool:
        """Whether slices tell the label, as what is known only afterwards does, or are another word for the decision."""
        tp, fp, fn, tn = (counts[name].cast(pl.Float64).to_numpy() for name in CELLS)
        return tells_afterwards(tp, fp, fn, tn, self.by_score)


def _by_metric(told: _Telling, metric: str) -> pl.DataFrame:
    """Compare the slices of every segment column that tells neither the label nor the decision, as their page does.

    ``leads`` marks the slice that the page names first, ``rate`` and ``rate_rest`` are the metric, there and where it should be.
    """
    engine, question = told.engine, told.question
    parts = [_EMPTY]
    for name in question.log.mapping.segments:
        answer = slices(engine, question, [name], metric=metric, metrics=())
        first = leading_slice(answer)
        if name in told.decided or told.by(answer.table):
            continue
        value = pl.col("slice_0").cast(pl.String)
        is_compared = value.is_not_null() & ~pl.col("few_rows")
        compared, _ = compared_by(metric)
        p = f"{compared}_p" if compared.endswith(("_beyond", "_model")) else f"{metric}_p"
        elsewhere = f"{metric}_base_rate" if compared.endswith("_beyond") else f"{metric}_complement"
        leads = pl.lit(value=False) if first is None else value.eq_missing(pl.lit(first["slice_0"]).cast(pl.String))
        parts.append(
            answer.table.select(
                pl.lit(name).alias("column"),
                pl.when(is_compared).then(pl.lit("value")).otherwise(pl.lit("rest")).alias("kind"),
                value.alias("value"),
                pl.col(*CELLS).cast(pl.Float64),
                pl.col(p).cast(pl.Float64).fill_nan(None).alias("tested"),
                leads.alias("leads"),
                pl.col(metric).alias("rate"),
                pl.col(elsewhere).alias("rate_rest"),
            )
        )
    return pl.concat(parts)


def _by_cost(told: _Telling) -> pl.DataFrame:
    """Count the slices of every segment column that tells neither the label nor the decision."""
    question = told.question
    parts = [_EMPTY.select("column", "kind", "value", *CELLS)]
    for name in question.log.mapping.segments:
        counts = told.counts((name,))
        if name not in told.decided and not told.by(counts):
            kind = pl.when(pl.col("slice_0").is_null()).then(pl.lit("rest")).otherwise(pl.lit("value"))
            value = pl.col("slice_0").cast(pl.String)
            parts.append(counts.select(pl.lit(name).alias("column"), kind.alias("kind"), value.alias("value"), *CELLS))
    return pl.concat([_EMPTY, *parts], how="diagonal")


def _by_missing(told: _Telling) -> pl.DataFrame:
    """Count the rows of every column that has missing values by whether it has one, within versions that know the column."""
    question, log = told.question, told.question.log
    parts = [_EMPTY.select("column", "kind", "value", *CELLS)]
    by_version = version_columns(log)
    for name in _with_gaps(question):
        counts = told.counts(by_version, (name,))
        if by_version:
            counts, told.versions[name] = of_versions_with(counts)
            counts = counts.group_by("missing_0", maintain_order=True).agg(pl.col(*CELLS).sum())
        if not told.by(counts):
            kind = pl.when(pl.col("missing_0") == 1).then(pl.lit("missing")).otherwise(pl.lit("rest"))
            none = pl.lit(None, pl.String).alias("value")
            parts.append(counts.select(pl.lit(f"{name}{_MISSING}").alias("column"), kind.alias("kind"), none, *CELLS))
    return pl.concat(parts)


_MISSING = "\0missing"
"""Behind the name of a column whose missing values are compared apart from its slices: no header holds it."""
_EMPTY = pl.DataFrame(
    schema={
        "column": pl.String,
        "kind": pl.String,
        "value": pl.String,
        **dict.fromkeys(CELLS, pl.Float64),
        "tested": pl.Float64,
        "leads": pl.Boolean,
        "rate": pl.Float64,
        "rate_rest": pl.Float64,
    }
)


def _with_gaps(question: Question) -> list[str]:
    """Return the columns of which it is asked whether they arrive empty, those with most missing values first."""
    mapping, n_rows = question.log.mapping, question.log.n_rows
    judged = {mapping.label, mapping.score, mapping.decision, mapping.model_version}

    def is_asked(column: Column) -> bool:
        return column.name not in judged and 0 < column.n_missing < n_rows

    found = sorted(filter(is_asked, question.log.columns), key=lambda column: -column.n_missing)
    return [column.name for column in found[:_MAX_FLAGS]]


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


def _kind_of(row: dict[str, Any], weights: tuple[float, float]) -> str:
    """Return what tells the excess errors of a slice: the kind that is nearly all of them, else the error rate."""
    other, most = sorted((row["missed"], row["flagged"]))
    is_of_both = abs(other) > _BESIDE * most and weights[0] == weights[1] and row["error_rate"] > row["error_rate_rest"]
    return "error_rate" if is_of_both else "fnr" if row["missed"] == most else "fpr"


def _finding_of(
    question: Question,
    row: dict[str, Any],
    weights: tuple[float, float],
    n_compared: int,
    leading: str | None,
    versions: tuple[str, ...],
) -> Finding:
    """Return a row of the table as a finding, which is of some versions alone where these are named."""
    column, log = row["column"].removesuffix(_MISSING), question.log
    value = _typed(question, column, row["value"])
    metric = _OTHER_SIDE.get(leading or "", leading)
    if row["rate"] is None or metric is None or METRICS[metric].is_of_errors:
        metric = _kind_of(row, weights)
    is_told_before = metric in ("error_rate", "fnr", "fpr")
    ends = (row["excess"], row["excess_low"], row["excess_high"])
    size = Size(*ends) if ends[1] is not None and ends[1] > 0 else None
    parts = SliceParts(
        column,
        value,
        metric,
        row[metric] if is_told_before else row["rate"],
        row[f"{metric}_rest"] if is_told_before else row["rate_rest"],
        round(row["judged"]),
        row["share"],
        n_compared,
        versions,
    )
    within = within_versions(log, versions)
    is_sliced = column in log.mapping.segments
    return Finding(
        "missing" if value is None else "slices",
        "slices" if is_sliced else "review",
        parts,
        size,
        "by size" if size else "last",
        asked=(("by", column),) if is_sliced else (),
        clauses=(*within, *slice_clauses(log, column, value)),
        within=within,
    )


def _typed(question: Question, column: str, text: str | None) -> Any:
    """Return the value of a slice as the tables of slices have it."""
    kind = question.log.column(column).kind
    if text is None or column in question.log.bins or kind in ("text", "time"):
        return text
    return text == "true" if kind == "boolean" else float(text) if "." in text or "e" in text else int(text)
