"""What errors cost, as the command line says it: for every command whose answer may be led by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from analytics.commands.options import Text, Texts, named
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.log.unit import unit_of
from analytics.log.workspace import Workspace
from analytics.measure.headline import headline
from analytics.measure.metrics import named as named_metrics
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy

_COSTS = "Costs"


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What errors cost: once it is said, the cost per row leads."""

    policy: Annotated[Text, named("Name of a saved policy: sizes are then money.", panel=_COSTS)] = None
    cost_fp: Annotated[float | None, named("Cost of a false positive.", panel=_COSTS)] = None
    cost_fn: Annotated[
        float | None, named("Cost of a false negative; one of both alone: the other is 1.", panel=_COSTS)
    ] = None
    amount_cells: Annotated[
        Texts,
        named("Cell whose cost is multiplied by the amount: tp, fp, fn or tn. Repeatable.", panel=_COSTS),
    ] = None


def policy_of(given: Priced, log: Log) -> Policy | None:
    """Return what errors cost, None where nobody says it."""
    if log.is_right_or_wrong and (given.policy, given.cost_fp, given.cost_fn) != (None, None, None):
        raise QuestionError(
            "Expected rows of two classes for --cost-fp, --cost-fn or --policy, found rows that are right or wrong. Weigh them "
            "with the command thresholds, or name one class with --class."
        )
    if given.policy is not None:
        return Policy.from_text(Workspace().saved_policy(given.policy))
    if given.cost_fp is None and given.cost_fn is None:
        if given.amount_cells:
            raise QuestionError(
                "Expected --cost-fp or --cost-fn beside --amount-cells, found neither. Say what errors cost."
            )
        return None
    fp, fn = (1.0 if cost is None else cost for cost in (given.cost_fp, given.cost_fn))
    cells = tuple(cell for text in given.amount_cells or () for cell in text.split(","))
    return Policy(Costs(fp=fp, fn=fn, amount_cells=cells), unit_of(log))


def leading_metric(log: Log, policy: Policy | None = None) -> str:
    """Return the metric that leads where none is named: the cost where errors have one, else what the base rate asks for."""
    return headline(*log.class_counts).metric if policy is None else COST


def metric_asked(log: Log, metric: str | None, policy: Policy | None) -> str:
    """Return the metric that is named, else the one that leads.

    Raises
    ------
    QuestionError
        If there is no such metric, or it is the cost and nobody said what errors cost.
    """
    name = named_metrics((metric or leading_metric(log, policy),))[0].name
    if name == COST and policy is None:
        raise QuestionError(
            "Expected what errors cost, found nothing. Say it with --cost-fp and --cost-fn, or --policy."
        )
    return name


def counted_metric(log: Log, metric: str) -> str:
    """Return the metric itself, and in place of the cost the one that leads without it."""
    return leading_metric(log) if metric == COST else metric
