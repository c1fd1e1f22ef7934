"""``agreement``: how far the people who rated the same rows agree."""

from __future__ import annotations

from typing import Annotated

import typer

from analytics.answers.agreement import agreement as agreement_answer
from analytics.answers.agreement_noise import noise
from analytics.commands.asking import open_log, question_of
from analytics.commands.given import listed_columns
from analytics.commands.options import Asked, Output, Source, Text, named
from analytics.commands.unjudged import open_unjudged
from analytics.commands.writing import finite, say_rows_are_counted, write
from analytics.errors import QuestionError
from analytics.log.workspace import Workspace


def agreement(
    source: Source,
    asked: Asked,
    output: Output,
    raters: Annotated[Text, named("Columns of what each rater said, separated by commas.")] = None,
    item: Annotated[Text, named("Where each row is one rating: column of what was rated.")] = None,
    rater: Annotated[Text, named("Where each row is one rating: column of who rated.")] = None,
    rating: Annotated[Text, named("Where each row is one rating: column of what was said.")] = None,
    ordered: Annotated[bool, named("Ratings are grades: what lies further apart differs more.", "--ordered")] = False,
    by: Annotated[
        Text,
        named(
            "Where the label is one of the raters: a segment column, for the error rate of its slices without mistakes."
        ),
    ] = None,
) -> None:
    """How far the people who rated the same rows agree, beyond chance."""
    from analytics.present.readings import noise_reading, ratings_reading

    one_by_one = [item, rater, rating]
    workspace = Workspace()
    if raters is None and not any(one_by_one):
        log = open_log(workspace, source) if source.second_label else open_unjudged(workspace, source, None)
        both = (log.mapping.label, log.mapping.second_label)
        names = [name for name in both if name is not None and None not in both]
    else:
        log = open_unjudged(workspace, source, rating or (raters or "").split(",")[0].strip())
        names = [log.column(name).name for name in (listed_columns(raters, log.reading.names) if raters else ())]
    if (not names and None in one_by_one) or (names and any(one_by_one)):
        raise QuestionError(
            "Expected a second label, the columns of all raters, or those of item, rater and rating, found neither or both. Give "
            "--second-label, --raters, or --item, --rater and --rating."
        )
    engine, question = question_of(workspace, log, asked)
    say_rows_are_counted(question.log)
    listed = None if None in one_by_one else tuple(log.column(str(name)).name for name in one_by_one)
    answer = agreement_answer(engine, question, names, listed=listed, is_ordered=ordered)  # type: ignore[arg-type]
    typer.echo(ratings_reading(answer), err=True)
    noisy = noise(engine, question, answer, None if by is None else log.column(by).name)
    if noisy is not None:
        typer.echo(noise_reading(noisy), err=True)
    pairs = [{name: finite(value) for name, value in row.items()} for row in answer.pairs.iter_rows(named=True)]
    if output.format != "json":
        write(pairs, output)
        return
    rates = (
        []
        if noisy is None
        else [{name: finite(value) for name, value in row.items()} for row in noisy.rates.to_dicts()]
    )
    each = [{name: finite(value) for name, value in row.items()} for row in answer.raters.iter_rows(named=True)]
    write(
        {
            **answer.whole,
            "ordered": ordered,
            "no_rating": list(answer.unsaid),
            "pairs": pairs,
            "raters": each,
            "noise": rates,
        },
        output,
    )
