"""The currency of the brief: what a miss and what a false alarm count."""

from __future__ import annotations

from math import isfinite

from analytics.answers.brief.finding import Asking
from analytics.answers.thresholds.costs import cost_table
from analytics.measure.intervals import ratio
from analytics.measure.thresholds.costs import Costs, with_mean_amounts
from analytics.query.engine import Engine

_ALONE = {"recall": (1.0, 0.0), "fnr": (1.0, 0.0), "specificity": (0.0, 1.0), "fpr": (0.0, 1.0)}
"""Metrics of the rows of one label: what a miss and what a false alarm count in them."""


def weights_of(engine: Engine, asking: Asking) -> tuple[float, float]:
    """Return what a miss and what a false alarm cost more than the right decision.

    Where nobody said what errors cost, 1 each; where the metric that leads counts misses alone, or false alarms, the other
    counts nothing. A cost that an amount multiplies counts at the mean amount of the cohort's rows of that label.
    """
    if asking.policy is None or not asking.policy.has_costs:
        return _ALONE.get(asking.leading_metric or "", (1.0, 1.0))
    costs = asking.policy.costs
    if costs.amount_cells:
        costs = _at_mean_amounts(engine, asking, costs)
    return costs.fn - costs.tp - costs.review, costs.fp + costs.review - costs.tn


def _at_mean_amounts(engine: Engine, asking: Asking, costs: Costs) -> Costs:
    sums = cost_table(engine, asking.question).bins()
    pairs = ((sums.amount_pos, sums.pos), (sums.amount_neg, sums.neg))
    means = [float(ratio(amounts.sum(), rows.sum())) for amounts, rows in pairs]
    positive, negative = (mean if isfinite(mean) else 0.0 for mean in means)
    return with_mean_amounts(costs, positive, negative)
