"""The currency of the brief: what a miss and what a false alarm count."""

from __future__ import annotations

from analytics.answers.brief.finding import Asking
from analytics.answers.slices_cost import at_mean_amounts, error_weights
from analytics.query.engine import Engine
from analytics.query.relations import AMOUNTS

_ALONE = {"recall": (1.0, 0.0), "fnr": (1.0, 0.0), "specificity": (0.0, 1.0), "fpr": (0.0, 1.0)}
"""Metrics of the rows of one label: what a miss and what a false alarm count in them."""


def weights_of(engine: Engine, asking: Asking) -> tuple[float, float]:
    """Return what a miss and what a false alarm cost more than the right decision.

    Where nobody said what errors cost, 1 each; where the metric that leads counts misses alone, or false alarms, the other
    counts nothing. A cost that an amount multiplies counts at the mean amount of the cohort's rows of that label.
    """
    if asking.policy is None or not asking.policy.has_costs:
        return _ALONE.get(asking.leading_metric or "", (1.0, 1.0))
    costs, question = asking.policy.costs, asking.question
    if costs.amount_cells:
        frame = engine.score_table(question.log, question.cohort, question.threshold, sums=AMOUNTS).frame
        costs = at_mean_amounts(costs, frame)
    return error_weights(costs)
