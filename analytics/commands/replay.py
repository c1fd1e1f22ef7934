"""``replay``: whether the same inputs, scored again, get the evaluation's scores, and which fields are others if not."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.compare.live import Live, against_live
from analytics.answers.compare.replay import Replay
from analytics.answers.compare.replay import replay as replay_answer
from analytics.answers.question import Question
from analytics.commands.asking import open_log, question_of
from analytics.commands.given import listed_columns, read_path
from analytics.commands.options import ROLE_OPTIONS, Asked, Output, Source, Text, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import say_rows_are_counted, write
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.measure.intervals import Interval
from analytics.reading.inbox import is_there

_DETAILS = {
    "unit": ("factor",),
    "affine": ("factor", "shift"),
    "shift": ("shift",),
    "rounded": ("decimals", "multiple"),
    "default": ("value",),
    "recoded": ("from", "to"),
    "swapped": ("one", "other"),
    "padded": ("from", "to"),
    "truncated": ("characters", "from", "to"),
    "unread": ("example", "kind"),
}
"""What a change is told by, beside its name."""


def replay(
    source: Source,
    asked: Asked,
    output: Output,
    again: Annotated[str, typer.Argument(metavar="REPLAY", help="The log of the same inputs, scored again.")],
    on: Annotated[Text, named("Columns by which rows meet, separated by commas; by default the id.")] = None,
    live: Annotated[Text, named("The log of what is live, as a third side.", "--live")] = None,
    metric: Annotated[Text, named("The metric that the sides are held against each other by, with --live.")] = None,
) -> None:
    """Whether a replay gives the scores of the evaluation, and which fields are others where it does not."""
    from analytics.present.readings import again_reading

    workspace = Workspace()
    engine, offline = question_of(workspace, open_log(workspace, source), asked)
    other = question_of(workspace, open_log(workspace, _again(workspace, source, again, offline.log)), asked)[1]
    keys = tuple(listed_columns(on, offline.log.reading.names)) if on else ()
    found = replay_answer(engine, offline, other, keys)
    lived = None if live is None else _live(workspace, (source, asked), (offline, other), live)
    beside = None if lived is None else against_live(engine, found, (offline, other), *lived, metric, keys)
    typer.echo(again_reading(found, beside), err=True)
    say_rows_are_counted(offline.log)
    said = {"roles": roles_of(source, offline.log)}
    if output.format == "json":
        write(_object(found) | ({} if beside is None else {"live": _live_object(beside)}), output, said)
    else:
        rows = _rows(found)
        texts = [{"detail": _detail_text(row["detail"]), "also": _also_text(row["also"])} for row in rows]
        write([{**row, **text} for row, text in zip(rows, texts, strict=True)], output, said)


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
            "detail": _detail(each.how, each.detail),
            "also": None if each.also is None else {"how": each.also[0], "detail": _detail(*each.also)},
            "share": each.rows / found.n,
        }
        for each in found.fields
    ]


def _detail(how: str, detail: tuple[Any, ...]) -> dict[str, Any]:
    """Return what is known of a change by name."""
    from analytics.present.tables.slices import json_value

    return dict(zip(_DETAILS.get(how, ()), map(json_value, detail), strict=False))


def _detail_text(detail: dict[str, Any]) -> str:
    """Return what is known of a change as text."""
    return ", ".join(f"{name} {value}" for name, value in detail.items())


def _also_text(also: dict[str, Any] | None) -> str:
    """Return a second change of a field as text."""
    return "" if also is None else f"{also['how']} {_detail_text(also['detail'])}".strip()


def _live(
    workspace: Workspace, options: tuple[Source, Asked], questions: tuple[Question, Question], path: str
) -> tuple[Question, Question | None]:
    """Return what is live, by its scores and, where both are logged, by the decisions that were taken."""
    source, asked = options
    read = replace(_again(workspace, source, path, questions[0].log), labels=source.labels)
    live = question_of(workspace, open_log(workspace, read), asked)[1]
    mapping = live.log.mapping
    if mapping.score is None or mapping.decision is None or mapping.kind != "yes/no":
        return live, None
    by_decision = open_log(workspace, replace(read, score="none"))
    return live, question_of(workspace, by_decision, replace(asked, threshold=None))[1]


def _live_object(live: Live) -> dict[str, Any]:
    """Return what is live as JSON has it."""
    names = ("change", "in_replay", "after_replay")
    changes = {name: _ends(getattr(live, name)) for name in names}
    numbers = {name: getattr(live, name) for name in ("metric", "branch", "overridden", "met", "same")}
    parts = None if live.gap is None else {name: _ends(part) for name, part in live.gap.waterfall.parts.items()}
    return {**numbers, **changes, "sides": [asdict(each) for each in live.standings], "gap": parts}


def _ends(found: Interval | None) -> dict[str, float] | None:
    """Return an interval as an object."""
    return None if found is None else {end: float(getattr(found, end)) for end in ("value", "low", "high")}


def _object(found: Replay) -> dict[str, Any]:
    """Return the answer as JSON has it."""
    verdict = None if found.comparison is None else found.comparison.verdict.word
    metric = None if found.comparison is None else found.comparison.metric
    numbers = {name: getattr(found, name) for name in ("n", "same", "rounded", "digits", "changed", "unexplained")}
    return {
        **found.account,
        **numbers,
        "is_undirected": found.is_undirected,
        "noise": None if found.noise is None else asdict(found.noise),
        "metric": metric,
        "verdict": verdict,
        "only_offline": list(found.only_offline),
        "only_replay": list(found.only_replay),
        "fields": _rows(found),
    }
