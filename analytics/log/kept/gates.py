"""The gates that people chose for a log, and what each gate was last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from analytics.log.disk import write_json
from analytics.log.schema import Log
from analytics.log.workspace import Workspace

_FILE, _LAST_FILE = "gates.json", "gates_last.json"
_MAX_TIMES = 60
"""Checked logs whose values are kept of one file of gates, the latest: a year of weeks. A judgement."""
_MAX_FILES = 200
"""Logs whose gates are kept, the latest. A judgement."""


@dataclass(frozen=True)
class LastValue:
    """What a slice of a gate was last time; ``slice`` is None for missing values, and for the whole cohort.

    ``edges`` are those of the bin where numbers were cut, so that the next log can be cut alike.
    """

    slice: str | None
    value: float
    low: float
    high: float
    edges: tuple[float, float] | None = None


def chosen_gates(workspace: Workspace, log: Log) -> str | None:
    """Return the gates of a log, else the latest ones of a log with the same columns: next week's export is held to the same."""
    every = workspace.read_json(_FILE)
    alike = [entry for entry in every.values() if isinstance(entry, Mapping) and entry.get("columns") == _columns(log)]
    own = every.get(log.log_id)
    found = own if isinstance(own, Mapping) else alike[-1] if alike else None
    text = None if found is None else found.get("text")
    return text if isinstance(text, str) else None


def choose_gates(workspace: Workspace, log: Log, text: str | None) -> None:
    """Keep the gates of a log; ``None`` forgets them."""
    others = {key: entry for key, entry in workspace.read_json(_FILE).items() if key != log.log_id}
    if text is not None:
        others[log.log_id] = {"columns": _columns(log), "text": text}
    write_json(workspace.home / _FILE, dict(list(others.items())[-_MAX_FILES:]))


def _columns(log: Log) -> list[str]:
    return sorted(log.reading.names)


def last_values(workspace: Workspace, name: str, log_id: str) -> dict[str, tuple[LastValue, ...]]:
    """Return what each gate said before this log was first checked, of the last one that it could be asked of: the same twice.

    Parameters
    ----------
    name : str
        What the gates are of, as their file says.
    """
    entries = _entries(workspace, name)
    places = [place for place, entry in enumerate(entries) if entry.get("log") == log_id]
    before = entries[: places[0]] if places else entries
    kept: dict[str, list[Any]] = {}
    for values in (entry.get("values") for entry in before):
        if isinstance(values, Mapping):
            kept |= {str(gate): found for gate, found in values.items() if isinstance(found, list)}
    return {gate: tuple(map(_read, found)) for gate, found in kept.items()}


def keep_values(workspace: Workspace, name: str, log_id: str, values: Mapping[str, Sequence[LastValue]]) -> None:
    """Keep what the gates say of a log for next time."""
    own = {
        gate: [
            [
                each.slice,
                *(end if isfinite(end) else None for end in (each.value, each.low, each.high)),
                *([list(each.edges)] if each.edges else []),
            ]
            for each in found
        ]
        for gate, found in values.items()
    }
    entry = {"log": log_id, "values": own}
    entries = _entries(workspace, name)
    if any(kept.get("log") == log_id for kept in entries):
        entries = [entry if kept.get("log") == log_id else kept for kept in entries]
    else:
        entries.append(entry)
    every = workspace.read_json(_LAST_FILE)
    if every.get(name) != entries[-_MAX_TIMES:]:
        write_json(workspace.home / _LAST_FILE, {**every, name: entries[-_MAX_TIMES:]})


def _entries(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Return what is kept of one file of gates, the oldest first."""
    found = workspace.read_json(_LAST_FILE).get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _read(entry: Any) -> LastValue:
    """Read a value from a file that anyone may have edited."""
    slice_, *ends = entry if isinstance(entry, list) and len(entry) in (4, 5) else (None, None, None, None)
    numbers = [float(end) if isinstance(end, int | float) else nan for end in ends[:3]]
    edges = ends[3] if len(ends) > 3 else None
    is_cut = isinstance(edges, list) and len(edges) == 2 and all(isinstance(each, int | float) for each in edges)
    cut = (float(edges[0]), float(edges[1])) if is_cut and edges is not None else None
    return LastValue(slice_ if isinstance(slice_, str) else None, numbers[0], numbers[1], numbers[2], cut)
