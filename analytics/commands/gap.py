"""``gap``: why production is worse than the reference, in parts that add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import typer

from analytics.answers.brief.answer import evaluated_sides, side_names
from analytics.answers.gap.answer import gap as gap_answer
from analytics.answers.gap.inputs import inputs as inputs_answer
from analytics.answers.gap.joint import jointly
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.gap.time import gap_time
from analytics.answers.labels import selective_of
from analytics.answers.question import Question
from analytics.commands.asking import of_side, open_log, open_side, question_of, remapped
from analytics.commands.given import listed_columns
from analytics.commands.options import METRIC_HELP, Asked, Output, Source, Text, Texts, named
from analytics.commands.priced import Priced, leading_metric, policy_of
from analytics.commands.roles import finite_threshold, roles_of
from analytics.commands.writing import say, write
from analytics.errors import QuestionError
from analytics.log.column import PERCENT
from analytics.log.workspace import Workspace
from analytics.measure.gap.metric import COST
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.where import parse_where
from analytics.reading import logged

_SIDES = "Sides"
_NOT_IN_TEXT = (
    "columns",
    "inputs",
    "left_out",
    "mend",
    "parts",
    "sides",
    "jointly",
    "sampled_one_in",
    "without_counterpart",
)


@dataclass(frozen=True, kw_only=True)
class _Both:
    """What tells the two sides apart."""

    reference: Annotated[Texts, named("Filter of the reference alone, as --where. Repeatable.", panel=_SIDES)] = None
    production: Annotated[Texts, named("Filter of production alone. Repeatable.", panel=_SIDES)] = None
    production_threshold: Annotated[
        float | None, named("Threshold of production, where it is another one.", "--production-threshold", panel=_SIDES)
    ] = None


def gap(
    source: Source,
    asked: Asked,
    both: _Both,
    given: Priced,
    output: Output,
    other: Annotated[
        str | None, typer.Argument(metavar="PRODUCTION", help="The log of production, where it is another one.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help=f"The metric whose change is split; AUROC is no ratio of sums. {METRIC_HELP}")
    ] = None,
    by: Annotated[Text, typer.Option(help="Columns whose slices the parts are made of; chosen by default.")] = None,
) -> None:
    """Why production is worse than the reference: the change of a metric in parts, by column and slice."""
    from analytics.present.readings import gap_reading
    from analytics.present.selective import selective_caution
    from analytics.present.tables.gap import gap_json

    workspace = Workspace()
    engine, reference, production = _two_questions(workspace, source, asked, both, other)
    sides = sides_answer(engine, reference, production)
    if (side := sides.percent_side) is not None and source.score_as is None:
        as_fractions = _in_fractions(workspace, side, asked)
        pair = (as_fractions if question is side else question for question in sides.questions)
        reference, production = pair
        sides = sides_answer(engine, reference, production)
        typer.echo(
            f"The scores of {side.log.name!r} run up to 100, those of the other side to 1: they were divided by 100, and "
            "both sides are judged on one scale. To keep them as they stand, say --score-as number.",
            err=True,
        )
    inputs = inputs_answer(engine, sides)
    policy = policy_of(given, production.log)
    costs = Costs() if policy is None else policy.costs
    names = listed_columns(by, reference.log.reading.names) if by else None
    metric = metric or (COST if policy is not None else leading_metric(production.log))
    if metric == COST and policy is None:
        raise QuestionError(
            "Expected what errors cost, found nothing. Say it with --cost-fp and --cost-fn, or --policy."
        )
    found = gap_answer(engine, sides, inputs, metric, costs=costs, by=names)
    unseen = selective_caution(selective_of(engine, production))
    say(engine, f"{unseen} {gap_reading(found)}".strip(), reference, production)
    answer = gap_json(found, inputs, jointly(found, inputs), gap_time(engine, found))
    said = {"roles": roles_of(of_side(source, reference.log), reference.log)}
    if other is not None:
        said["production_roles"] = roles_of(of_side(replace(source, log=other), production.log), production.log)
    if output.format == "json":
        write(answer, output, said)
    elif output.format == "csv":
        write(answer["parts"], output, said)
    else:
        parts = {part["part"]: part["value"] for part in answer["parts"]}
        write({**{name: value for name, value in answer.items() if name not in _NOT_IN_TEXT}, **parts}, output, said)


def _two_questions(
    workspace: Workspace, source: Source, asked: Asked, both: _Both, other: str | None
) -> tuple[Engine, Question, Question]:
    """Return the reference and production: two logs, or two parts of one; labels of another file are those of production."""
    first = open_log(workspace, source) if other is None else open_side(workspace, replace(source, labels=None))
    engine, before = question_of(workspace, first, asked)
    if other is None and not (both.reference or both.production or both.production_threshold is not None):
        return engine, *_guessed_sides(engine, before)
    after = before
    if other is not None:
        after = question_of(workspace, open_side(workspace, replace(source, log=other)), asked)[1]
        if source.weight and first.mapping.weight is None and after.log.mapping.weight is None:
            raise QuestionError(
                f"Expected a column {source.weight!r} in one of both logs, found none. Name another one."
            )
    if both.production_threshold is not None:
        after = replace(after, threshold=finite_threshold(both.production_threshold))
    return engine, _with_filters(before, both.reference), _with_filters(after, both.production)


def _guessed_sides(engine: Engine, question: Question) -> tuple[Question, Question]:
    """Return an evaluation and production where values of a column are called so, as on the page, and say which."""
    found = evaluated_sides(engine, question)
    if found is None:
        raise QuestionError(
            "Expected two sides, found one. Name a second log, or filter both sides, as in "
            '--reference "month=9" --production "month=12".'
        )
    before, after = side_names(found)
    typer.echo(f"Guessed by the names of values: the reference is where {before}, production where {after}.", err=True)
    return found


def _in_fractions(workspace: Workspace, side: Question, asked: Asked) -> Question:
    """Return a side whose scores in percent are read as fractions, at the threshold that is asked for, else at one half."""
    mapping = replace(side.log.mapping, score_scale=float(PERCENT))
    threshold = logged.first_threshold(workspace, side.log, mapping) if asked.threshold is None else asked.threshold
    log = remapped(workspace, side.log, replace(mapping, threshold=threshold))
    return replace(side, log=log, threshold=threshold)


def _with_filters(question: Question, filters: list[str] | None) -> Question:
    """Return a question with further filters."""
    names = [column.name for column in question.log.columns]
    clauses = tuple(parse_where(text, names) for text in filters or ())
    return replace(question, cohort=Cohort((*question.cohort.clauses, *clauses), question.cohort.outcomes))
