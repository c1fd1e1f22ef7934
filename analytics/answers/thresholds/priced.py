"""What a judged row costs at the present threshold, where somebody said what errors cost."""

from __future__ import annotations

from dataclasses import replace

from analytics.answers.overview import PricedRows
from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import CostTable, cost_table
from analytics.measure.thresholds.costs import CELLS
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine


def priced(engine: Engine, question: Question, policy: Policy | None) -> PricedRows | None:
    """Return what rows cost at the present threshold; None without costs, without classes, or where none is judged."""
    if policy is None or question.log.is_right_or_wrong:
        return None
    return priced_at_present(cost_table(engine, question), policy)


def priced_at_present(table: CostTable, policy: Policy) -> PricedRows | None:
    """Return what rows cost under a policy, whatever limits it has."""
    return priced_rows(thresholds(table, replace(policy, limits=Limits(), capacity=None, threshold=None)))


def priced_rows(answer: ThresholdAnswer) -> PricedRows | None:
    """Return what a judged row costs at the present threshold; None where none is judged or nobody said what errors cost."""
    n, place, found = answer.n_judged, answer.present.bin, answer.certainty
    if not n or not answer.policy.has_costs:
        return None
    costs = answer.sweep.cost[0]
    cost, low, high = (float(part[place]) / n for part in (costs, found.low, found.high))
    return PricedRows(cost, low, high, float(costs[0]) / n, float(costs[-1]) / n, answer.threshold, answer.policy.unit)


def costs_text(policy: Policy) -> str:
    """Write what errors cost as the address of a page has it.

    >>> from analytics.measure.thresholds.costs import Costs
    >>> costs_text(Policy(Costs(fp=1, fn=0.5, amount_cells=("fn",)), "€"))
    'fp:1;fn:0.5;amounts:fn;unit:€'
    """
    costs = policy.costs
    said = {name: getattr(costs, name) for name in (*CELLS, "review")}
    parts = [f"{name}:{value:.12g}" for name, value in said.items() if value or name in ("fp", "fn")]
    parts += [f"amounts:{','.join(costs.amount_cells)}"] if costs.amount_cells else []
    return ";".join([*parts, *([f"unit:{policy.unit.replace(';', ' ')}"] if policy.unit else [])])
