"""``repeats``: what the same input is answered when it is asked again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from analytics.answers.repeats import Repeats, ends
from analytics.answers.repeats import repeats as repeats_answer
from analytics.commands.asking import ask, question_of
from analytics.commands.given import listed_columns
from analytics.commands.options import Asked, Output, Source, Text, named
from analytics.commands.roles import roles_of
from analytics.commands.unjudged import open_unjudged
from analytics.commands.writing import finite, say_rows_are_counted, write
from analytics.log.workspace import Workspace


def repeats(
    source: Source,
    asked: Asked,
    output: Output,
    same: Annotated[Text, named("Columns that are equal where the same was asked, separated by commas.")] = None,
    trial: Annotated[Text, named("Column that numbers the answers to one input.")] = None,
    answer: Annotated[Text, named("Column of what was answered, where it is neither scored nor judged.")] = None,
    by: Annotated[Text, named("Segment columns to compare slices of, separated by commas.")] = None,
) -> None:
    """What the same input is answered when it is asked again: flips, pass^k, and errors by chance of the draw."""
    from analytics.present.readings import repeats_reading

    if answer is None:
        engine, question = ask(source, asked, by)
    else:
        workspace = Workspace()
        engine, question = question_of(workspace, open_unjudged(workspace, source, answer), asked)
    log, slices = question.log, listed_columns(by, question.log.reading.names) if by else []
    given = [log.column(name).name for name in (listed_columns(same, log.reading.names) if same else ())]
    named_columns = {
        name: None if text is None else log.column(text).name for name, text in (("trial", trial), ("answer", answer))
    }
    found = repeats_answer(engine, question, given, slices, **named_columns)
    typer.echo(repeats_reading(found), err=True)
    say_rows_are_counted(log)
    said = {"roles": roles_of(source, log)}
    rows = [_slice(row, slices) for row in found.slices.iter_rows(named=True)]
    if output.format == "json":
        write({**_object(found), "slices": rows}, output, said)
    else:
        write(rows or _passes(found), output, said)


def _object(answer: Repeats) -> dict[str, Any]:
    """Return the answer without its slices as JSON has it."""
    whole = answer.whole
    return {
        "same": list(answer.same),
        "trial": answer.trial,
        "n_inputs": whole.n_inputs,
        "n_repeated": whole.n_repeated,
        "n_answers": whole.n_answers,
        "n_without": answer.n_without,
        "n_again": answer.n_again,
        **ends("flip_rate", whole.flip),
        **ends("icc", whole.icc),
        **ends("errors_by_chance", whole.chance),
        "passes": _passes(answer),
    }


def _passes(answer: Repeats) -> list[dict[str, Any]]:
    return [{name: finite(value) for name, value in row.items()} for row in answer.whole.passes.iter_rows(named=True)]


def _slice(row: dict[str, Any], by: Any) -> dict[str, Any]:
    """Return a slice as the other commands write it."""
    values = {name: row.pop(f"slice_{place}") for place, name in enumerate(by)}
    return {"slice": values, **row}
