"""``replay``: whether the same inputs, scored again, get the evaluation's scores, and which fields are others if not."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.compare.replay import Replay
from analytics.answers.compare.replay import replay as replay_answer
from analytics.commands.asking import listed_columns, open_log, question_of, read_path
from analytics.commands.options import ROLE_OPTIONS, Asked, Output, Source, Text, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import say_rows_are_counted, write
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading.inbox import is_there


def replay(
    source: Source,
    asked: Asked,
    output: Output,
    again: Annotated[str, typer.Argument(metavar="REPLAY", help="The log of the same inputs, scored again.")],
    on: Annotated[Text, named("Columns by which rows meet, separated by commas; by default the id.")] = None,
) -> None:
    """Whether a replay gives the scores of the evaluation, and which fields are others where it does not."""
    from analytics.present.readings import again_reading

    workspace = Workspace()
    engine, offline = question_of(workspace, open_log(workspace, source), asked)
    other = question_of(workspace, open_log(workspace, _again(workspace, source, again, offline.log)), asked)[1]
    keys = tuple(listed_columns(on, offline.log.reading.names)) if on else ()
    found = replay_answer(engine, offline, other, keys)
    typer.echo(again_reading(found), err=True)
    say_rows_are_counted(offline.log)
    said = {"roles": roles_of(source, offline.log)}
    write(_object(found) if output.format == "json" else _rows(found), output, said)


def _again(workspace: Workspace, source: Source, again: str, offline: Log) -> Source:
    """Return how the replay is read: with the roles of the evaluation as far as it has the columns, without labels if not."""
    asked = replace(source, log=again, labels=None)
    if not is_there(Path(again)):
        return asked
    names = read_path(workspace, asked).reading.names
    roles: dict[str, Any] = {
        option: None
        for option in ROLE_OPTIONS
        if getattr(source, option) is not None and getattr(source, option) not in names
    }
    for option in ("score", "decision"):
        if getattr(offline.mapping, option) in names:
            roles[option] = getattr(offline.mapping, option)
    label = offline.mapping.label
    roles["label"] = label if label in names else "none"
    return replace(asked, **roles)


def _rows(found: Replay) -> list[dict[str, Any]]:
    """Return the fields that differ, as rows."""
    return [
        {
            **asdict(each),
            "detail": ", ".join(map(str, each.detail)),
            "share": each.rows / found.n,
        }
        for each in found.fields
    ]


def _object(found: Replay) -> dict[str, Any]:
    """Return the answer as JSON has it."""
    verdict = None if found.comparison is None else found.comparison.verdict.word
    metric = None if found.comparison is None else found.comparison.metric
    numbers = {name: getattr(found, name) for name in ("n", "same", "rounded", "digits", "changed", "unexplained")}
    return {
        **found.account,
        **numbers,
        "metric": metric,
        "verdict": verdict,
        "only_offline": list(found.only_offline),
        "only_replay": list(found.only_replay),
        "fields": _rows(found),
    }
