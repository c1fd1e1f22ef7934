"""``compare --preference``: which of two answers was preferred, row by row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from analytics.answers.compare.preferences import preferences
from analytics.commands.asking import kept, open_log, question_of
from analytics.commands.given import read_path
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import said_roles
from analytics.commands.writing import write
from analytics.log import roles
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading.inbox import is_there


def write_preferences(source: Source, asked: Asked, output: Output, column: str, **said: Any) -> None:
    """Answer how often the candidate is preferred, and write it; ``said`` is what `answers.compare.preferences` takes."""
    from analytics.present.readings import preferences_reading
    from analytics.present.tables.compare_preferences import preferences_json

    workspace = Workspace()
    engine, question = question_of(workspace, _opened(workspace, source, column), asked)
    answer = preferences(engine, question, column, **said)
    typer.echo(preferences_reading(answer), err=True)
    found = preferences_json(answer)
    rows = found.pop("by") if output.format != "json" else found["by"]
    write(found if output.format == "json" or not rows else rows, output)


def _opened(workspace: Workspace, source: Source, column: str) -> Log:
    """Return the log; one without an answer of a model is read as one of preferences, and judges nothing else."""
    if not is_there(Path(source.log)):
        return open_log(workspace, source)
    read = read_path(workspace, source)
    guess = roles.guess(read.reading, said_roles(source, read.reading)).mapping
    if guess.score is None and guess.decision is None and guess.right is None:
        is_number = read.reading.column(column).kind == "number"
        source = replace(source, grade=column, mark=1.0) if is_number else replace(source, decision=column)
    return kept(workspace, read, source, is_current=False, asks=False)
