"""``thresholds``: the sweep, the best threshold under a cost matrix, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from analytics.answers.thresholds.answer import human_band
from analytics.answers.thresholds.answer import thresholds as thresholds_answer
from analytics.answers.thresholds.by_slice import slice_policy
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding
from analytics.commands.asking import ask, columns_of
from analytics.commands.options import Asked, Output, Source, Text, Texts, named
from analytics.commands.roles import roles_of
from analytics.commands.thresholds_handover import handover_policy, write_handover
from analytics.commands.writing import say, write
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.log.unit import unit_of
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.by_slice import Pooling, Rule
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.human_band import Reviewer
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import DAYS, Policy, capacity_of

_COSTS, _LIMITS, _SLICES, _PEOPLE = "Costs", "Limits", "Slices", "Human band"
_HANDOVER = "Answer or hand over"
_Number = float | None
_NOT_IN_TEXT = ("sweep", "at_best", "since")
_OF_TWO_CLASSES = (
    *("cost_fp", "cost_fn", "cost_tp", "cost_tn", "cost_review", "amount_cells", "policy"),
    *("min_recall", "min_precision", "max_fpr", "max_selection_rate"),
)
"""Options about positive and negative rows."""


@dataclass(frozen=True, kw_only=True)
class _Given:
    """A policy as the command line says it."""

    cost_fp: Annotated[_Number, named("Cost of a false positive; negative is gain.", panel=_COSTS)] = None
    cost_fn: Annotated[_Number, named("Cost of a false negative; one of both alone: the other is 1.", panel=_COSTS)] = (
        None
    )
    cost_tp: Annotated[float, named("Cost of a true positive.", panel=_COSTS)] = 0.0
    cost_tn: Annotated[float, named("Cost of a true negative.", panel=_COSTS)] = 0.0
    cost_review: Annotated[float, named("Cost of a look at each flagged row.", panel=_COSTS)] = 0.0
    cost_wrong: Annotated[_Number, named("Cost of a wrong answer.", "--cost-wrong", panel=_HANDOVER)] = None
    cost_person: Annotated[
        _Number,
        named("Cost of a person's look at a row; one of both alone: the other is 1.", "--cost-person", panel=_HANDOVER),
    ] = None
    amount_cells: Annotated[Texts, named("Cell whose cost is multiplied by the amount. Repeatable.", panel=_COSTS)] = (
        None
    )
    cost_unit: Annotated[
        Text, named("What costs are counted in; by default what the amount column says.", panel=_COSTS)
    ] = None
    tolerance: Annotated[float, named("Share of the best cost that counts as equal.", panel=_COSTS)] = 0.02
    policy: Annotated[Text, named("Name of a saved policy, in place of costs and limits.", panel=_COSTS)] = None
    capacity: Annotated[
        Text,
        named(
            "Flagged rows that can be handled, such as 50/day; where rows are right or wrong, rows that people can look at, "
            "also 500 in all.",
            panel=_LIMITS,
        ),
    ] = None
    min_recall: Annotated[_Number, named("Recall at least.", panel=_LIMITS)] = None
    min_precision: Annotated[_Number, named("Precision at least.", panel=_LIMITS)] = None
    max_fpr: Annotated[_Number, named("False positive rate at most.", "--max-fpr", panel=_LIMITS)] = None
    max_selection_rate: Annotated[_Number, named("Selection rate at most.", panel=_LIMITS)] = None

    @property
    def has_costs(self) -> bool:
        """Whether anything that errors cost is said."""
        errors = self.cost_fp is not None or self.cost_fn is not None
        return errors or any((self.cost_tp, self.cost_tn, self.cost_review, self.amount_cells))

    @property
    def of_two_classes(self) -> str | None:
        """The first option that is given and means nothing where rows are right or wrong."""
        return next((name for name in _OF_TWO_CLASSES if getattr(self, name) != getattr(type(self), name)), None)


def _policy_of(given: _Given, log: Log) -> Policy:
    """Return the policy that is given or named."""
    if given.policy is not None:
        return Policy.from_text(Workspace().saved_policy(given.policy))
    capacity, period = (None, "day") if given.capacity is None else capacity_of(given.capacity)
    return Policy(
        Costs(
            given.cost_tp,
            1.0 if given.cost_fp is None else given.cost_fp,
            1.0 if given.cost_fn is None else given.cost_fn,
            given.cost_tn,
            given.cost_review,
            tuple(cell for text in given.amount_cells or () for cell in text.split(",")),
        ),
        unit_of(log) if given.cost_unit is None else given.cost_unit,
        Limits(given.min_recall, given.min_precision, given.max_fpr, given.max_selection_rate),
        capacity,
        period,  # type: ignore[arg-type]
        given.tolerance,
        has_costs=given.has_costs,
    )


def thresholds(
    source: Source,
    asked: Asked,
    given: _Given,
    output: Output,
    by: Annotated[Text, named("One or two segment columns for thresholds per slice.", panel=_SLICES)] = None,
    rule: Annotated[Rule, named("How each slice's threshold is chosen.", panel=_SLICES)] = "own-optimum",
    min_support: Annotated[
        int, typer.Option(min=0, help="Judged rows below which a slice keeps the single one.", rich_help_panel=_SLICES)
    ] = Pooling.min_support,
    pseudo_rows: Annotated[
        float, typer.Option(min=0, help="Rows of the whole cohort that join each slice.", rich_help_panel=_SLICES)
    ] = Pooling.pseudo_rows,
    look_cost: Annotated[_Number, named("Cost of a look by a person: asks for two thresholds.", panel=_PEOPLE)] = None,
    look_error: Annotated[float, named("Share of looks that are wrong.", panel=_PEOPLE)] = 0.05,
    look_capacity: Annotated[_Number, named("Looks per week at most; needs times.", panel=_PEOPLE)] = None,
) -> None:
    """The best threshold under a cost matrix, how sure it is, and what it is worth.

    Where rows are right or wrong: from which confidence to answer and hand over the rest.
    """
    from analytics.present.readings import decision_reading
    from analytics.present.tables.thresholds import deciding_json, threshold_json

    engine, question = ask(source, asked, takes_confidence=True)
    if question.log.is_right_or_wrong:
        strange = given.of_two_classes or ("look_cost" if look_cost is not None else None)
        if strange is not None:
            raise QuestionError(
                f"Expected --cost-wrong and --cost-person where rows are right or wrong, found --{strange.replace('_', '-')}. "
                "Name those, or one class with --class."
            )
        weighed = handover_policy(
            question, given.cost_wrong, given.cost_person, given.capacity, given.cost_unit, given.tolerance
        )
        write_handover(engine, question, weighed, source, output, by)
        return
    if given.cost_wrong is not None or given.cost_person is not None:
        raise QuestionError(
            "Expected --cost-fp and --cost-fn on a log of two classes, found --cost-wrong or --cost-person. Name those."
        )
    policy = _policy_of(given, question.log)
    if policy.costs.amount_cells and question.log.mapping.amount is None:
        raise QuestionError(
            "Expected an amount column for --amount-cells, found none in this log. Name one with --amount."
        )
    table = cost_table(engine, question)
    answer = thresholds_answer(table, policy)
    slices = band = None
    if not policy.has_costs and (by is not None or look_cost is not None):
        raise QuestionError(
            "Expected what errors cost for thresholds by slice or a person's look, found none. Name --cost-fp and --cost-fn."
        )
    if by is not None and answer.n_judged:
        sliced = cost_table(engine, question, columns_of(by, question.log))
        slices = slice_policy(sliced, policy.costs, rule, Pooling(min_support, pseudo_rows))
    if look_cost is not None and answer.n_judged:
        if look_capacity is not None and not answer.days:
            raise QuestionError("Expected a log with times for --look-capacity, found none in this cohort.")
        rows = None if look_capacity is None or not answer.days else look_capacity * answer.days / DAYS["week"]
        band = human_band(table, policy, Reviewer(look_cost, look_error, rows))
    part = deciding(engine, question, policy)
    say(engine, decision_reading(answer, part), question)
    found: dict[str, Any] = {**deciding_json(part), **threshold_json(answer, slices, band)}
    said = {"roles": roles_of(source, question.log)}
    if output.format == "json":
        write(found, output, said)
    elif output.format == "csv":
        write(found["slices"] if slices is not None else found["sweep"], output, said)
    else:
        write({name: value for name, value in found.items() if name not in _NOT_IN_TEXT}, output, said)
