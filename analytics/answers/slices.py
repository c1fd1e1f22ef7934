"""Where does it fail: metrics by slice, and the segment columns ranked by what they separate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import polars as pl

from analytics.answers.question import Question, is_of_score, score_table, told_by_score, units_of
from analytics.answers.slices_cost import priced_scores, priced_table, require_costs
from analytics.errors import QuestionError
from analytics.log.two_decisions import decided_columns
from analytics.measure.brief import CELLS
from analytics.measure.counts import Counts
from analytics.measure.estimates import estimate_table
from analytics.measure.headline import OTHER_KIND
from analytics.measure.labels.selective import Selective, selective
from analytics.measure.leaks import tells_afterwards
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.slices import MIN_SUPPORT, compared_by, is_worse, slice_table
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine
from analytics.query.relations import AMOUNT_SQUARES, AMOUNTS

COUNTED = tuple(name for name in used_in("slices") if METRICS[name].is_count)
"""The metrics that one table of confusion counts answers: what is computed where none are named."""


@dataclass(frozen=True)
class SliceAnswer:
    """Metrics by slice.

    Attributes
    ----------
    by : tuple of str
        The sliced columns; their values stand in ``slice_0 …`` of the table, null for ``(missing)``.
    metric : str
        The metric that ranks and is compared.
    table : DataFrame
        As `measure.slices.slice_table` says, the most impact first.
    overall : DataFrame
        One row: the whole cohort.
    min_support : int
        Judged rows that the metric rests on, below which a slice is marked ``few_rows``.
    is_right_or_wrong : bool
        Whether rows are of no class, so that no base rate explains an error.
    unit : str or None
        The column by which rows belong together.
    weight : str or None
        The column that says how many rows a row stands for: counts are then weighted, and ``rows_…`` are the rows behind them.
    selective : Selective or None
        What is known where labels hang on the decision.
    money : str or None
        What costs are counted in, where these are what is compared.
    has_amounts : bool
        Whether an amount multiplies some of them.
    """

    by: tuple[str, ...]
    metric: str
    table: pl.DataFrame
    overall: pl.DataFrame
    min_support: int
    is_right_or_wrong: bool = False
    unit: str | None = None
    weight: str | None = None
    selective: Selective | None = None
    money: str | None = None
    has_amounts: bool = False

    @property
    def design_effect(self) -> float | None:
        """How many times the variance of independent rows that of the metric is, over the cohort; None where none is known."""
        name = f"{self.metric}_design_effect"
        return self.overall[name][0] if name in self.overall.columns else None


def slices(
    engine: Engine,
    question: Question,
    by: Sequence[str],
    *,
    metric: str = "error_rate",
    metrics: Sequence[str] | None = None,
    min_support: int = MIN_SUPPORT,
    is_weighted: bool = True,
    policy: Policy | None = None,
) -> SliceAnswer:
    """Answer "where does it fail?" for one or two segment columns.

    Parameters
    ----------
    by : sequence of str
        One or two segment columns.
    metric : str
        The metric that ranks and is compared.
    metrics : sequence of str, optional
        Which metrics to compute; by default those of the confusion counts, and ``metric``.
    is_weighted : bool
        Let rows that stand for many count as often; costs count rows.
    policy : Policy, optional
        What errors cost, for the cost per row.

    Raises
    ------
    QuestionError
        If a column or the metric is unknown, or there are not one or two columns.
    """
    offered = used_in("slices", question.log.mapping.kind)
    priced = require_costs(question, policy) if metric == COST else None
    offered = offered if priced is None else (*offered, COST)
    is_weighted = is_weighted and priced is None
    if metric not in offered:
        raise QuestionError(f"Expected a metric, found {metric!r}. Metrics: {', '.join(offered)}.")
    if not 1 <= len(set(by)) == len(by) <= 2:
        raise QuestionError(
            f"Expected one or two different columns to slice by, found {', '.join(map(repr, by)) or 'none'}."
        )
    asked = tuple(dict.fromkeys([*(metrics if metrics is not None else COUNTED), "error_rate", metric]))
    asked = tuple(name for name in asked if name in offered)
    scores = score_table(
        engine, question, by, asked, is_weighted=is_weighted, also=() if priced is None else AMOUNTS | AMOUNT_SQUARES
    )
    scores = scores if priced is None else priced_scores(scores, priced)
    options: dict[str, Any] = {
        "threshold_bin": scores.threshold_bin,
        "metrics": asked,
        "is_probability": question.log.is_probability,
        "is_right_or_wrong": question.log.is_right_or_wrong,
        **units_of(engine, question, by, asked, scores, is_weighted=is_weighted),
    }
    table = slice_table(scores.frame, scores.edges, by=scores.by, metric=metric, min_support=min_support, **options)
    if priced is not None:
        table = priced_table(table, scores, priced, options.get("clusters"))
    overall = estimate_table(scores.frame, scores.edges, by=(), **options)
    ranked = _ranked(table, metric, scores.by)
    weight = question.log.mapping.weight if is_weighted else None
    is_kind, mapping = question.log.is_right_or_wrong, question.log.mapping
    found = None if is_kind else selective(scores.frame, scores.threshold_bin)
    answer = SliceAnswer(tuple(by), metric, ranked, overall, min_support, is_kind, mapping.unit, weight, found)
    if priced is None or policy is None:
        return answer
    return replace(answer, money=policy.unit, has_amounts=bool(priced.amount_cells))


def _ranked(table: pl.DataFrame, metric: str, by: Sequence[str]) -> pl.DataFrame:
    """Put the slices with most impact first, few rows last.

    Impact is what lies beyond the base rate, in rows: the model's part of the excess errors, for another proportion its
    difference times the rows that it is about. Clear differences come first; of the other error rates what is certain counts,
    the lower bound: a slice of many positives must not come first because its part is known least.
    """
    found, (difference, _) = METRICS[metric], compared_by(metric)
    is_clear = is_worse(metric)
    keys, sides = [pl.col("few_rows"), pl.col(difference)], [False, found.direction != "higher"]
    if difference.startswith("excess_"):
        impact = pl.when(is_clear).then(difference).otherwise(f"{difference}_low")
        keys, sides = [pl.col("few_rows"), ~is_clear, impact], [False, False, True]
    elif found.is_proportion and found.denominator and found.direction != "neither":
        rows = pl.Series("rows", found.denominator(Counts.of(table)))
        impact = pl.when(is_clear).then(pl.col(difference).abs() * rows)
        keys, sides = [keys[0], ~is_clear, impact, keys[1]], [False, False, True, sides[1]]
    return table.sort(
        [*keys, pl.col("n"), *map(pl.col, by)], descending=[*sides, True, *[False] * len(by)], nulls_last=True
    )


def leading_slice(answer: SliceAnswer) -> dict[str, Any] | None:
    """Return the row of the slice that is said to be worst: clearly worse, and of those the one where most is at stake.

    That is the model's part of the excess errors, for another metric its difference times the rows that it is about. None where
    no slice is clearly worse than the rest.
    """
    metric, (difference, _) = METRICS[answer.metric], compared_by(answer.metric)
    worse = answer.table.filter(is_worse(answer.metric))
    if difference.startswith("excess_"):
        return next(worse.sort(difference, descending=True, maintain_order=True).iter_rows(named=True), None)
    counts = Counts.of(worse)
    is_narrow = metric.is_proportion and metric.denominator is not None
    rows = metric.denominator(counts) if is_narrow and metric.denominator else counts.judged
    at_stake = pl.col(difference).abs() * pl.Series("rows", rows)
    return next(worse.sort(at_stake, descending=True, maintain_order=True).iter_rows(named=True), None)


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
        rows; else null), ``worst``, ``worst_rate`` and ``worst_held``: the slice that comes first,
        its metric and its own share; ``n_judged``, the rows of
        the cohort that are judged; ``is_told``, whether it tells the label, as what is known only afterwards
        does, the decision or, where slices of it are worse, the score: no cause, as in the brief. The column that separates most
        comes first, those that are told last.
    """
    rows, is_kind, decided = [], question.log.is_right_or_wrong, decided_columns(question.log)
    by_score = cache(partial(told_by_score, engine, question))
    for name in question.log.mapping.segments:
        answer = slices(engine, question, [name], metric=metric, metrics=(), policy=policy)
        table = answer.table
        judged = pl.sum_horizontal("tp", "fp", "fn", "tn")
        n_judged = int(answer.overall.select(judged).item())
        compared = table.filter(~pl.col("few_rows") & (n_judged - judged >= answer.min_support))
        worse = compared.filter(is_worse(metric) & (2 * judged < n_judged))
        top = worse.row(0, named=True) if worse.height else None
        tp, fp, fn, tn = (table[cell].cast(pl.Float64).to_numpy() for cell in CELLS)
        is_told = name in decided or (not is_kind and tells_afterwards(tp, fp, fn, tn, by_score))
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
        "worst_held": pl.Float64,
        "n_judged": pl.Int64,
        "is_told": pl.Boolean,
    }
    order = {"is_told": False, "share_separated": True, "n_worse": True}
    return pl.DataFrame(rows, schema=schema).sort(*order, descending=[*order.values()], nulls_last=True)


def _tells_empty(table: pl.DataFrame, by_score: Callable[[], float]) -> bool:
    """Whether it tells the label, or the decision, that a column is missing."""
    sums = table.group_by(pl.col("slice_0").is_null()).agg(pl.col(*CELLS).cast(pl.Float64).sum())
    tp, fp, fn, tn = (sums[cell].to_numpy() for cell in CELLS)
    return tells_afterwards(tp, fp, fn, tn, by_score)


def ranked_by_kind(
    engine: Engine, question: Question, metric: str = "error_rate", policy: Policy | None = None
) -> tuple[str, pl.DataFrame]:
    """Return the ranked columns with the metric that ranks them: the other kind of error where no slice has more of this one.

    As in the brief: where misses lead and no slice has more of them, one with more false alarms must not be passed over.
    """
    table = ranked_columns(engine, question, metric, policy)
    other = OTHER_KIND.get(metric)
    if other is None or table.filter(~pl.col("is_told"))["n_worse"].sum() or not table["n_compared"].sum():
        return metric, table
    beside = ranked_columns(engine, question, other)
    return (other, beside) if beside.filter(~pl.col("is_told"))["n_worse"].sum() else (metric, table)


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


def _value_text(value: object) -> str:
    """Return a slice's value as text: ``(missing)`` for null, 9 for 9.0."""
    if value is None:
        return "(missing)"
    return f"{value:g}" if isinstance(value, float) else str(value)
