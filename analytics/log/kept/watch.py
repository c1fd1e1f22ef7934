"""What is watched over time: the baseline that was chosen, the looks that were taken, and what people marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from analytics.log.disk import write_json
from analytics.log.workspace import Workspace

_FILE = "watch.json"
_MAX_LOOKS, _MAX_MARKS = 520, 200
"""Looks and marks that are kept, the latest: ten years of weeks, and more marks than a figure shows. A judgement."""
_MAX_MARK = 200
"""Characters of a mark. A judgement."""


@dataclass(frozen=True)
class Watching:
    """What is watched, and against what.

    Attributes
    ----------
    metric : str
        The headline.
    by : str or None
        The column whose slices are watched too.
    baseline_from, baseline_until : str
        First day of the baseline, and the first one after it.
    reference : tuple of str
        Filters of the baseline, where it is no beginning of the log.
    """

    metric: str
    by: str | None
    baseline_from: str
    baseline_until: str
    reference: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A release or an incident that a person marked: the day and what it was."""

    day: str
    text: str


@dataclass(frozen=True)
class Look:
    """One look: on which log, up to which day, and what raised an alarm."""

    log: str
    until: str
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True)
class WatchState:
    """All that is kept of one log or folder, with its files at the last look and the digests of their bytes."""

    watching: Watching | None = None
    looks: tuple[Look, ...] = ()
    marks: tuple[Mark, ...] = ()
    files: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


def watch_state(workspace: Workspace, name: str) -> WatchState:
    """Return what is kept under the place of a log or folder."""
    found = workspace.read_json(_FILE).get(name)
    return _read(found) if isinstance(found, Mapping) else WatchState()


def state_of_log(workspace: Workspace, log_id: str) -> tuple[str, WatchState]:
    """Return what is kept of the log or folder whose last look was at this log, and its place; else its own id."""
    for name in workspace.read_json(_FILE):
        state = watch_state(workspace, name)
        if state.looks and state.looks[-1].log == log_id:
            return name, state
    return log_id, watch_state(workspace, log_id)


def keep_look(
    workspace: Workspace,
    name: str,
    watching: Watching,
    look: Look,
    files: Sequence[str] = (),
    digests: Mapping[str, str] | None = None,
) -> WatchState:
    """Keep a look; the same one taken again changes nothing."""
    state = watch_state(workspace, name)
    looks = state.looks if state.looks and state.looks[-1] == look else (*state.looks, look)
    after = replace(
        state, watching=watching, looks=looks[-_MAX_LOOKS:], files=tuple(files), digests=dict(digests or {})
    )
    if after != state:
        _write(workspace, name, after)
    return after


def add_mark(workspace: Workspace, name: str, mark: Mark) -> None:
    """Mark a day; the same mark twice is one."""
    state = watch_state(workspace, name)
    mark = replace(mark, text=mark.text[:_MAX_MARK])
    if mark not in state.marks:
        marks = sorted((*state.marks, mark), key=lambda each: each.day)
        _write(workspace, name, replace(state, marks=tuple(marks[-_MAX_MARKS:])))


def _write(workspace: Workspace, name: str, state: WatchState) -> None:
    write_json(workspace.home / _FILE, {**workspace.read_json(_FILE), name: asdict(state)})


def _read(found: Mapping[str, Any]) -> WatchState:
    """Read a state from a file that anyone may have edited."""
    try:
        watching = found.get("watching")
        return WatchState(
            None if watching is None else Watching(**{**watching, "reference": tuple(watching.get("reference", ()))}),
            tuple(Look(str(look["log"]), str(look["until"]), tuple(look["alarms"])) for look in found.get("looks", ())),
            tuple(Mark(str(mark["day"]), str(mark["text"])) for mark in found.get("marks", ())),
            tuple(map(str, found.get("files", ()))),
            {str(file): str(digest) for file, digest in found.get("digests", {}).items()},
        )
    except (TypeError, KeyError, AttributeError):
        return WatchState()
