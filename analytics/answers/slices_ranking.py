"""Which column to look at first: the segment columns ranked by what their worse slices hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.question import Question, is_of_score, told_by_score
from analytics.answers.slices import SliceAnswer, slices
from analytics.log.two_decisions import decided_columns
from analytics.measure.brief import CELLS
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.counts import Counts
from analytics.measure.headline import OTHER_KIND
from analytics.measure.leaks import tells_afterwards
from analytics.measure.metrics import METRICS
from analytics.measure.slices import compared_by, is_worse
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table


def ranked_columns(
    engine: Engine, question: Question, metric: str = "error_rate", policy: Policy | None = None
) -> pl.DataFrame:
    """Rank the segment columns by what their worse slices hold beyond what the rest would predict.

    Returns
    -------
    DataFrame
    ``column``, ``n_slices``, ``n_compared`` (slices with enough judged rows, in themselves and in the rest), ``n_worse``
        (`is_worse` by the metric, of those that hold fewer than half of the rows: a slice that holds most of them is the rule
        and no exception), ``share_separated`` (for the error rate the model's part of their excess errors as a share of all
        errors, and so for costs; for another proportion what is missed or wrong in it beyond the rest's, as a share of all such
        rows; else null), ``worst``, ``worst_rate``, ``worst_explained`` and ``worst_held``: the slice that comes first,
        its metric, the error rate that its base rate explains where it errs no more often than all rows do, and its own share;
        ``n_judged``, the rows of
        the cohort that are judged; ``is_told``, whether it tells the label, as what is known only afterwards
        does, the decision or, where slices of it are worse, the score: no cause, as in the brief. The column that separates most
        comes first, those that are told last.
    """
    rows, is_kind, decided = [], question.log.is_right_or_wrong, decided_columns(question.log)
    by_score = cache(partial(told_by_score, engine, question))
    names = question.log.mapping.segments
    answers = [slices(engine, question, [name], metric=metric, metrics=(), policy=policy) for name in names]
    told = [
        name in decided or (not is_kind and _tells(answer.table, by_score))
        for name, answer in zip(names, answers, strict=True)
    ]
    for name, answer, is_told in zip(names, _adjusted_together(answers, told), told, strict=True):
        table = answer.table
        judged = pl.sum_horizontal("tp", "fp", "fn", "tn")
        n_judged = int(answer.overall.select(judged).item())
        compared = table.filter(~pl.col("few_rows") & (n_judged - judged >= answer.min_support))
        worse = compared.filter(is_worse(metric) & (2 * judged < n_judged))
        top = worse.row(0, named=True) if worse.height else None
        is_told = is_told or (not is_kind and worse.height > 0 and is_of_score(engine, question, name))
        if is_told and (gap := worse.filter(pl.col("slice_0").is_null())).height and not _tells_empty(table, by_score):
            is_told, worse, top = (
                False,
                gap,
                gap.row(0, named=True),
            )  # that it arrives empty is a cause, whatever it holds
        rows.append(
            {
                "column": name,
                "n_slices": table.height,
                "n_compared": compared.height,
                "n_worse": worse.height,
                "share_separated": _share_separated(worse, answer),
                "worst": _value_text(top["slice_0"]) if top else None,
                "worst_rate": top[metric] if top else None,
                "worst_explained": _explained(top, answer) if top and not is_kind else None,
                "worst_held": _share_separated(worse.head(1), answer) if top else None,
                "n_judged": n_judged,
                "is_told": is_told,
            }
        )
    schema = {
        "column": pl.String,
        "n_slices": pl.Int64,
        "n_compared": pl.Int64,
        "n_worse": pl.Int64,
        "share_separated": pl.Float64,
        "worst": pl.String,
        "worst_rate": pl.Float64,
        "worst_explained": pl.Float64,
        "worst_held": pl.Float64,
        "n_judged": pl.Int64,
        "is_told": pl.Boolean,
    }
    order = {"is_told": False, "share_separated": True, "n_worse": True}
    return pl.DataFrame(rows, schema=schema).sort(*order, descending=[*order.values()], nulls_last=True)


def leading_columns(ranked: pl.DataFrame, most: int) -> list[str]:
    """Return the columns that come first, of those whose slices are the same rows the first alone: a carrier's code and its name.

    >>> same = {"n_slices": 3, "n_compared": 3, "n_worse": 1, "share_separated": 0.2, "worst_rate": 0.4, "worst_held": 0.2}
    >>> ranked = pl.DataFrame([{"column": "code", **same}, {"column": "name", **same}, {"column": "hour", **same, "n_slices": 9}])
    >>> leading_columns(ranked, 2)
    ['code', 'hour']
    """
    told = ("n_slices", "n_compared", "n_worse", "share_separated", "worst_rate", "worst_held")
    alone = pl.when(pl.col("n_worse") == 0).then("column").alias("alone")
    return (
        ranked.with_columns(alone)
        .unique([*told, "alone"], keep="first", maintain_order=True)["column"]
        .head(most)
        .to_list()
    )


def _adjusted_together(answers: Sequence[SliceAnswer], told: Sequence[bool]) -> list[SliceAnswer]:
    """Return the answers with p-values adjusted for the compared slices of all columns together, but for those that are told.

    Who looks through sixty columns of noise, each adjusted for its own slices, finds one to look at first in two logs of three.
    """
    found, sizes = list(answers), [answer.table.height for answer in answers]
    if not found:
        return found
    p = compared_by(found[0].metric)[1]
    compared = pl.when(~pl.col("few_rows")).then(pl.col(p.removesuffix("_adjusted")).cast(pl.Float64))
    raw = [answer.table.select(compared.fill_null(np.nan)).to_series().to_numpy() for answer in answers]
    family = [values * np.nan if is_told else values for values, is_told in zip(raw, told, strict=True)]
    together = np.split(benjamini_hochberg(np.concatenate(family)), np.cumsum(sizes)[:-1])
    for place, values in enumerate(together):
        if not told[place]:
            table = found[place].table.with_columns(pl.Series(p, values).fill_nan(None))
            found[place] = replace(found[place], table=table)
    return found


def _tells_empty(table: pl.DataFrame, by_score: Callable[[], float]) -> bool:
    """Whether it tells the label, or the decision, that a column is missing."""
    sums = table.group_by(pl.col("slice_0").is_null(), maintain_order=True).agg(pl.col(*CELLS).cast(pl.Float64).sum())
    return _tells(sums, by_score)


def _tells(table: pl.DataFrame, by_score: Callable[[], float]) -> bool:
    """Whether slices tell the label, or the decision."""
    tp, fp, fn, tn = (table[cell].cast(pl.Float64).to_numpy() for cell in CELLS)
    return tells_afterwards(tp, fp, fn, tn, by_score)


def ranked_by_kind(
    engine: Engine, question: Question, metric: str = "error_rate", policy: Policy | None = None
) -> tuple[str, pl.DataFrame, bool]:
    """Return the ranked columns with the metric that ranks them, and whether slices are worse by the one that was asked for too.

    As in the brief: where misses lead and false alarms are graver somewhere, that slice must not be passed over. Which is graver
    is told by the share of the rows of its class that the worst slice has wrong more than elsewhere.
    """
    table = ranked_columns(engine, question, metric, policy)
    other = OTHER_KIND.get(metric)
    if other is None or not table["n_compared"].sum():
        return metric, table, False
    beside = ranked_columns(engine, question, other)
    counts = outcome_table(engine, question.log, question.cohort, question.threshold, (), (), is_weighted=True)
    totals = counts.select(pl.col(*CELLS).cast(pl.Float64).sum()).row(0, named=True)
    own, of_other = _gravest(table, totals, metric), _gravest(beside, totals, other)
    return (other, beside, own > 0) if of_other > own else (metric, table, False)


def _gravest(ranked: pl.DataFrame, totals: dict[str, float], metric: str) -> float:
    """Return what the worst slice has wrong more than elsewhere, as a share of all rows of the class that a metric is about."""
    held = ranked.filter(~pl.col("is_told") & (pl.col("n_worse") > 0))["worst_held"].max()
    wrong, right = ("fp", "tn") if metric in ("fpr", "specificity") else ("fn", "tp")
    return float(held or 0.0) * totals[wrong] / max(totals[wrong] + totals[right], 1.0)  # type: ignore[arg-type]


def _share_separated(worse: pl.DataFrame, answer: SliceAnswer) -> float | None:
    """Return what worse slices hold beyond the rest's, as a share of all; None where it cannot be counted in rows."""
    metric, overall = METRICS[answer.metric], Counts.of(answer.overall)
    if answer.metric == COST:
        total = float((answer.overall[COST] * overall.judged).fill_null(0.0)[0])
        return float(worse["excess_cost"].sum()) / total if total > 0 else None
    if metric.is_of_errors:
        total, beyond = float(overall.errors[0]), float(worse["excess_model"].sum())
    elif metric.is_proportion and metric.numerator and metric.denominator and metric.direction != "neither":
        good, every = float(metric.numerator(overall)[0]), float(metric.denominator(overall)[0])
        total = good if metric.direction == "lower" else every - good
        gaps = worse[compared_by(answer.metric)[0]].abs().to_numpy()
        beyond = float((metric.denominator(Counts.of(worse)) * gaps).sum())
    else:
        return None
    return beyond / total if total else None


def _explained(top: dict[str, Any], answer: SliceAnswer) -> float | None:
    """Return the error rate that the base rate explains in a slice that errs no more often than all rows; None in others."""
    n, n_all = (sum(float(row[cell]) for cell in CELLS) for row in (top, answer.overall.row(0, named=True)))
    errors = sum(float(answer.overall[cell][0]) for cell in ("fp", "fn"))
    if answer.metric != "error_rate" or top["excess_model"] is None or top["error_rate"] > errors / n_all:
        return None
    return float(top["error_rate"] - top["excess_model"] / n)


def _value_text(value: object) -> str:
    """Return a slice's value as text: ``(missing)`` for null, 9 for 9.0."""
    if value is None:
        return "(missing)"
    return f"{value:g}" if isinstance(value, float) else str(value)
