"""``compare`` of preferences: which of two answers was preferred, row by row; of two candidates who is preferred more often."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from analytics.answers.compare.preferences import preferences
from analytics.answers.compare.preferences_paired import paired_preferences
from analytics.commands.asking import kept, open_log, question_of
from analytics.commands.compare_sides import Both, nothing_else_judges, sides_asked
from analytics.commands.given import read_path
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import said_roles
from analytics.commands.writing import write
from analytics.errors import QuestionError
from analytics.log import preferred as judgements
from analytics.log import roles
from analytics.log.preferred import preferred
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.measure.compare.preferences import preferences_of
from analytics.reading.inbox import is_there


def preferences_told(workspace: Workspace, source: Source, both: Both) -> str | None:
    """Return the column of preferences of a file that nothing else judges, where nobody says by what to judge it."""
    found = nothing_else_judges(workspace, source, both, preferred)
    if found is None:
        return None
    reading, name = found
    try:
        preferences_of([value for value, _ in reading.column(name).top])
    except QuestionError:
        return None
    typer.echo(f"{name!r} says which answer was better (guessed: its name and its values).", err=True)
    return name


def write_preferences(
    source: Source,
    asked: Asked,
    both: Both,
    other: str | None,
    output: Output,
    column: str,
    *,
    is_equal: bool,
    **said: Any,
) -> None:
    """Answer how often the candidate is preferred, and write it; ``said`` is what `answers.compare.preferences` takes."""
    from analytics.present.readings import paired_preferences_reading, preferences_reading
    from analytics.present.tables.compare_preferences import paired_preferences_json, preferences_json

    workspace = Workspace()
    if other is None and not both.names_a_side:
        engine, question = question_of(workspace, _opened(workspace, source, column), asked)
        answer = preferences(engine, question, column, at_equal_length=is_equal, **said)
        reading, found = preferences_reading(answer, with_options=True), preferences_json(answer)
    else:
        engine, pairing = sides_asked(workspace, _as_preferences(workspace, source, column), asked, both, other)
        paired = paired_preferences(engine, pairing, column, at_equal_length=is_equal, **said)
        reading, found = paired_preferences_reading(paired), paired_preferences_json(paired)
    typer.echo(reading, err=True)
    rows = found.pop("by") if output.format != "json" else found["by"]
    write(found if output.format == "json" or not rows else rows, output)


def _opened(workspace: Workspace, source: Source, column: str) -> Log:
    """Return the log; one without an answer of a model is read as one of preferences, and judges nothing else."""
    if not is_there(Path(source.log)):
        return open_log(workspace, source)
    read = read_path(workspace, source)
    return kept(workspace, read, _as_preferences(workspace, source, column), is_current=False, asks=False)


def _as_preferences(workspace: Workspace, source: Source, column: str) -> Source:
    """Return what is said of a file, with its preferences as what is judged where it has no answer of a model."""
    if not is_there(Path(source.log)):
        return source
    reading = read_path(workspace, source).reading
    guess = roles.guess(reading, said_roles(source, reading)).mapping
    turned = judgements.other_order(reading, column)
    own = {None, reading.column(column).name, turned and turned[0]}
    if not {guess.score, guess.decision} <= own or guess.right is not None:
        return source
    is_number = reading.column(column).kind == "number"
    if is_number:
        return replace(source, grade=column, mark="1")
    # Which answer is preferred needs no truth, and is not judged as a decision: any of its values may stand for positive.
    positive = source.decision_positive or [value for value, _ in reading.column(column).top[:1]] or None
    return replace(source, decision=column, label=source.label or "none", decision_positive=positive)
