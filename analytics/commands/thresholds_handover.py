"""``thresholds`` where rows are right or wrong: from which confidence to answer, what stays wrong, and what goes to people."""

from __future__ import annotations

from typing import Annotated, Any

from analytics.answers.question import Question
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding_handover
from analytics.answers.thresholds.handover import handover
from analytics.answers.thresholds.handover_slices import handover_slices
from analytics.commands.asking import columns_of
from analytics.commands.options import Output, Source, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, write
from analytics.errors import QuestionError
from analytics.log.unit import unit_of
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy, capacity_of
from analytics.query.engine import Engine

CostWrong = Annotated[
    float | None, named("Where rows are right or wrong: cost of a wrong answer.", "--cost-wrong", panel="Costs")
]
CostPerson = Annotated[
    float | None,
    named("Cost of a person's look; one of both alone: the other is 1.", "--cost-person", panel="Costs"),
]
_NOT_IN_TEXT = ("sweep", "slices", "at_best", "at_capacity")
_TOLERANCE = 0.02
"""Share of the best cost within which confidences count as equally good. Convention of the house."""


def handover_policy(
    question: Question, wrong: float | None, person: float | None, capacity: str | None, unit: str | None, share: float
) -> Policy:
    """Return what a wrong answer and a person's look cost, of which one that is not said is 1, and how many looks there are.

    Raises
    ------
    QuestionError
        If a cost or the capacity cannot be.
    """
    rows, period, limits = None, "day", Limits()
    if capacity is not None and "/" in capacity:
        rows, period = capacity_of(capacity)
    elif capacity is not None:
        limits = Limits(capacity=_rows_of(capacity))
    costs = handover_costs(1.0 if wrong is None else wrong, 1.0 if person is None else person)
    return Policy(
        costs,
        unit_of(question.log) if unit is None else unit,
        limits,
        rows,
        period,  # type: ignore[arg-type]
        share,
        has_costs=wrong is not None or person is not None,
    )


def handover_given(question: Question, wrong: float | None, person: float | None) -> Policy | None:
    """Return what a wrong answer and a person's look cost, None where nobody says it.

    Raises
    ------
    QuestionError
        If rows are of two classes.
    """
    if wrong is None and person is None:
        return None
    if not question.log.is_right_or_wrong:
        raise QuestionError(
            "Expected --cost-fp and --cost-fn on a log of two classes, found --cost-wrong or --cost-person. Name those."
        )
    return handover_policy(question, wrong, person, None, None, _TOLERANCE)


def _rows_of(text: str) -> float:
    """Return a number of rows."""
    try:
        return float(text)
    except ValueError as error:
        raise QuestionError(
            f"Expected rows that people can look at, such as 500 in all or 50/day, found {text!r}."
        ) from error


def write_handover(
    engine: Engine, question: Question, policy: Policy, source: Source, output: Output, by: str | None
) -> None:
    """Answer "from which confidence should the model answer?" and write it.

    Raises
    ------
    QuestionError
        If nothing says how sure an answer is.
    """
    from analytics.present.readings import handover_decision_reading
    from analytics.present.tables.thresholds_handover import deciding_handover_json, handover_json

    if question.log.mapping.kind == "rankings":
        raise QuestionError(
            "Expected how sure each ranking is, found scores that order the rows of one query. Hand over by a log of one row per "
            "query, which says how sure its ranking is and whether its first row is relevant."
        )
    if not question.log.mapping.has_score:
        raise QuestionError(
            "Expected how sure each answer is, found no such column. With a model's confidence, named with --score, "
            "answers can be handed over."
        )
    answer = handover(cost_table(engine, question), policy)
    slices = None
    if by is not None and answer.n_judged:
        point = answer.best or answer.filled or answer.present
        slices = handover_slices(cost_table(engine, question, columns_of(by, question.log)), point)
    part = deciding_handover(engine, question, policy)
    say(engine, handover_decision_reading(answer, part), question)
    found: dict[str, Any] = {**deciding_handover_json(part), **handover_json(answer, slices)}
    said = {"roles": roles_of(source, question.log)}
    if output.format == "json":
        write(found, output, said)
    elif output.format == "csv":
        write(found["slices"] if slices is not None else found["sweep"], output, said)
    else:
        write({name: value for name, value in found.items() if name not in _NOT_IN_TEXT}, output, said)
