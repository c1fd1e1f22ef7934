"""``watch``: has it changed; one look per call, of which the workspace keeps the state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.watch import proposed_watching
from analytics.answers.watch import watch as watch_answer
from analytics.answers.watch_streams import Stream, WatchAnswer
from analytics.commands.asking import ask
from analytics.commands.options import Asked, Output, Source, Text, Texts, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, say_rows_are_counted, write
from analytics.errors import QuestionError
from analytics.log.kept.watch import Look, Mark, add_mark, keep_look, watch_state
from analytics.log.workspace import Workspace

_ALARM = 3
"""Exit status of an alarm."""
_UNKNOWN = 4
"""Exit status where what is usual shifted itself: as of gates that cannot be decided."""
_WATCHED = "What is watched"


def watch(
    source: Source,
    asked: Asked,
    output: Output,
    metric: Annotated[
        Text, named("The headline, a share of rows; by default the one that leads.", panel=_WATCHED)
    ] = None,
    by: Annotated[Text, named("Column whose slices are watched too, at most 20.", panel=_WATCHED)] = None,
    reference: Annotated[Texts, named("Filter of the rows that are the baseline. Repeatable.", panel=_WATCHED)] = None,
    baseline_weeks: Annotated[
        int | None,
        typer.Option(
            min=1, help="First weeks that are the baseline; 8, or half of a shorter log.", rich_help_panel=_WATCHED
        ),
    ] = None,
    marked: Annotated[
        Texts, named('A release or an incident: "2026-05-03 release v4". Repeatable.', "--mark", panel=_WATCHED)
    ] = None,
) -> None:
    """Has it changed: one look at a log or a folder that grows; exit status 3 is an alarm."""
    from analytics.present.readings import watch_reading

    workspace, name = Workspace(), _place_of(source.log)
    marks = [_mark(text) for text in marked or ()]
    engine, question = ask(source, asked, by)
    for each in marks:
        add_mark(workspace, name, each)
    state = watch_state(workspace, name)
    is_new = any(each is not None for each in (metric, by, reference, baseline_weeks)) or state.watching is None
    watching = state.watching
    if is_new or watching is None:
        watching = proposed_watching(
            engine, question, metric=metric, by=by, weeks=baseline_weeks, reference=tuple(reference or ())
        )
    answer = watch_answer(engine, question, watching)
    files = _files(Path(source.log))
    look = Look(question.log.log_id, answer.until.isoformat(), tuple(stream.name for stream in answer.alarms))
    origin = question.log.reading.origin
    digests = dict(zip((file.name for file in origin.files), origin.digests, strict=False))
    after = keep_look(workspace, name, watching, look, files, digests)
    say(engine, watch_reading(answer), question)
    new = [file for file in files if file not in state.files]
    if state.files and new:
        typer.echo(f"New since the last look: {', '.join(map(repr, new))}.", err=True)
    _say_rewritten(state.digests, digests)
    say_rows_are_counted(question.log)
    said = {"roles": roles_of(source, question.log)}
    if output.format == "json":
        said_so = [{"day": each.day, "text": each.text} for each in after.marks]
        write({**_object(answer), "marks": said_so, "looks": len(after.looks)}, output, said)
    else:
        write([_row(stream) for stream in answer.streams], output, said)
    if answer.alarms:
        raise typer.Exit(_ALARM)
    if answer.unsettled is not None:
        raise typer.Exit(_UNKNOWN)


def _say_rewritten(before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Say which files are others than at the last look, or gone: weeks that were looked at then are told anew."""
    changed = [file for file in before if file in now and now[file] != before[file]]
    gone = [file for file in before if now and file not in now]
    for files, what in ((changed, "Replaced"), (gone, "Gone")):
        if files:
            named = ", ".join(map(repr, files))
            typer.echo(
                f"{what} since the last look: {named}. Earlier weeks, and what is usual, may be others now.", err=True
            )


def _place_of(log: str) -> str:
    """Return what the state is kept under: a path, or the id of a log."""
    path = Path(log)
    return str(path.resolve()) if path.exists() else log


def _files(path: Path) -> list[str]:
    """Name the files of a folder."""
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()) if path.is_dir() else []


def _mark(text: str) -> Mark:
    """Read a mark of the command line."""
    day, _, what = text.strip().partition(" ")
    try:
        return Mark(date.fromisoformat(day).isoformat(), what.strip())
    except ValueError as error:
        raise QuestionError(
            f'Expected a day and what it was, as "2026-05-03 release v4", found {text[:40]!r}. Correct the mark.'
        ) from error


def _row(stream: Stream) -> dict[str, Any]:
    """Return the newest week of what is watched."""
    last: dict[str, Any] = (
        stream.weeks.row(-1, named=True) if stream.weeks.height else dict.fromkeys(stream.weeks.columns)
    )
    days = {name: last[name] and last[name].date().isoformat() for name in ("week", "since", "changed")}
    numbers = {name: last[name] for name in ("n", "rate", "rate_since", "mean", "usual", "low", "high")}
    return {
        "watched": stream.kind,
        "column": stream.column,
        "value": stream.value,
        **days,
        **numbers,
        "alarm": stream.is_alarm,
        "not_to_be_told": stream.is_untold,
    }


def _object(answer: WatchAnswer) -> dict[str, Any]:
    """Return all weeks of all that is watched."""
    watching = answer.watching
    return {
        "metric": watching.metric,
        "by": watching.by,
        "baseline_from": watching.baseline_from,
        "baseline_until": watching.baseline_until,
        "until": answer.until.isoformat(),
        "weeks_open": answer.n_open,
        "alarm": bool(answer.alarms),
        "shifted_within_baseline": None if answer.unsettled is None else answer.unsettled.isoformat(),
        "streams": [
            {**_row(stream), "weeks": [_week(week) for week in stream.weeks.to_dicts()]} for stream in answer.streams
        ],
    }


def _week(week: dict[str, Any]) -> dict[str, Any]:
    """Return a week as JSON has it."""
    return week | {name: week[name].date().isoformat() for name in ("week", "since", "changed")}
