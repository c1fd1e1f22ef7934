"""Where does it fail: metrics by slice, and the segment columns ranked by what they separate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from analytics.answers.question import Question, score_table, units_of
from analytics.answers.slices_cost import priced_scores, priced_table, require_costs
from analytics.errors import QuestionError
from analytics.measure.counts import Counts
from analytics.measure.estimates import estimate_table
from analytics.measure.labels.selective import Selective, selective
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
