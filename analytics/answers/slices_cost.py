"""Slices by what they cost: the costs that are compared by, in the score table and in the table of slices."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import polars as pl

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.intervals import ratio
from analytics.measure.slices_cost import with_costs, with_priced_excess
from analytics.measure.thresholds.costs import Costs, with_mean_amounts
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table
from analytics.query.relations import AMOUNTS
from analytics.query.score_table import ScoreTable


def require_costs(question: Question, policy: Policy | None) -> Costs:
    """Return what errors cost.

    Raises
    ------
    QuestionError
        If nobody said it, or no row of the log is of a class.
    """
    if question.log.is_right_or_wrong:
        raise QuestionError(
            "Expected rows of two classes to compare slices by cost, found rows that are right or wrong. Name one class against "
            "the rest, or choose another metric."
        )
    if policy is None or not policy.has_costs:
        raise QuestionError(
            "Expected what a miss and a false alarm cost, found nothing. Say it on Thresholds, or with --cost-fp and --cost-fn."
        )
    return policy.costs if question.log.mapping.amount is not None else replace(policy.costs, amount_cells=())


def priced_scores(scores: ScoreTable, costs: Costs) -> ScoreTable:
    """Return a score table with what its rows cost."""
    return replace(scores, frame=with_costs(scores.frame, scores.threshold_bin, costs))


def priced_table(
    table: pl.DataFrame, scores: ScoreTable, costs: Costs, clusters: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return a table of slices with what the model makes dearer there; amounts count at their mean over the cohort."""
    weights = error_weights(at_mean_amounts(costs, scores.frame))
    return with_priced_excess(table, weights, scores.by, clusters)


def error_weights(costs: Costs) -> tuple[float, float]:
    """Return what a miss and what a false alarm cost more than the right decision.

    >>> error_weights(Costs(tp=-1, fp=2, fn=10, review=1))
    (10.0, 3.0)
    """
    return float(costs.fn - costs.tp - costs.review), float(costs.fp + costs.review - costs.tn)


def costs_beyond_base_rate(engine: Engine, question: Question, costs: Costs) -> Costs:
    """Return what a row costs beyond the mean of its label over the cohort, so that neither class costs anything on average.

    Amounts count at their means.
    """
    if costs.amount_cells:
        frame = engine.score_table(question.log, question.cohort, question.threshold, sums=AMOUNTS).frame
        costs = at_mean_amounts(costs, frame)
    miss, alarm = error_weights(costs)
    counts = outcome_table(engine, question.log, question.cohort, question.threshold, is_weighted=True)
    tp, fp, fn, tn = (float(counts[name].sum()) for name in ("tp", "fp", "fn", "tn"))
    missed, flagged = fn / max(tp + fn, 1.0), fp / max(fp + tn, 1.0)
    return Costs(tp=-miss * missed, fn=miss * (1 - missed), fp=alarm * (1 - flagged), tn=-alarm * flagged)


def at_mean_amounts(costs: Costs, frame: pl.DataFrame) -> Costs:
    """Return costs whose amounts are the means over the judged rows of either label of a score table."""
    if not costs.amount_cells:
        return costs
    judged = frame.filter(pl.col("score_bin").is_not_null())
    rows = {"pos": judged["n_pos"], "neg": judged["n"] - judged["n_pos"] - judged["n_unlabelled"]}
    amounts = {label: judged[f"amount_{label}_sum"].fill_null(0.0) for label in rows}
    means = [float(ratio(amounts[label].to_numpy().sum(), n.to_numpy().sum())) for label, n in rows.items()]
    return with_mean_amounts(costs, *(mean if isfinite(mean) else 0.0 for mean in means))
