"""``review``: the worst errors, row by row."""

from __future__ import annotations

from typing import Annotated

import typer

from analytics.answers.review.queue import Errors, queue, review_rows
from analytics.commands.asking import ask
from analytics.commands.options import Asked, Output, Source, Text
from analytics.commands.roles import roles_of
from analytics.commands.writing import say_rows_are_counted, write
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.policy import Policy
from analytics.query.review import Rank


def review(
    source: Source,
    asked: Asked,
    output: Output,
    errors: Annotated[Errors, typer.Option(help="Which rows.")] = "both",
    rank: Annotated[
        Rank, typer.Option(help="What comes first; label: likely label errors; mix: cost and chance in turn.")
    ] = "confidence",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many rows.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="How many rows of the ranking to leave out.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the random order.")] = 0,
    policy: Annotated[Text, typer.Option(help="Name of a saved policy, whose costs rank the rows.")] = None,
) -> None:
    """The worst errors, row by row."""
    from analytics.present.tables.slices import json_value

    engine, question = ask(source, asked)
    say_rows_are_counted(question.log)
    costs = Policy.from_text(Workspace().saved_policy(policy)).costs if policy is not None else None
    found = queue(engine, question, errors, rank, seed=seed, offset=offset, limit=limit, costs=costs)
    rows = review_rows(question.log, found)
    answer = [{name: json_value(value) for name, value in row.items()} for row in rows]
    write(answer, output, {"roles": roles_of(source, question.log)})
