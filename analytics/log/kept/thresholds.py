"""What was decided on a log: kept in the workspace, written into its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from analytics.log.disk import write_json
from analytics.log.workspace import Workspace

_FILE = "decisions.json"
MAX_NOTE = 2_000
"""Characters of a note on a decision. A judgement."""

MAX_KEPT = 50
"""Decisions that are kept of a log, the latest. A judgement."""


@dataclass(frozen=True)
class Decision:
    """One decision: when, on which rows, on what evidence, and in whose words.

    Attributes
    ----------
    when : str
        Moment in UTC, as ISO 8601.
    cohort : str
        The rows in words.
    evidence : str
        The readings that were on the screen.
    note : str
        What the team wrote.
    promise : mapping
        The numbers that were expected, as `answers.thresholds.promise` writes them; empty where none were.
    """

    when: str
    cohort: str
    evidence: str
    note: str
    promise: Mapping[str, Any] = field(default_factory=dict)


def decisions(workspace: Workspace, key: str) -> list[Decision]:
    """Return what was decided on a log, the oldest first."""
    found = workspace.read_json(_FILE).get(key)
    entries = found if isinstance(found, list) else []
    names = [part.name for part in fields(Decision) if part.name != "promise"]
    return [
        Decision(**{name: str(entry.get(name, "")) for name in names}, promise=_mapping(entry.get("promise")))
        for entry in entries
        if isinstance(entry, Mapping)
    ]


def _mapping(value: object) -> Mapping[str, Any]:
    """Return a mapping of a file, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def record(workspace: Workspace, key: str, decision: Decision) -> None:
    """Keep a decision on a log.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    kept = [*decisions(workspace, key), decision][-MAX_KEPT:]
    _write_decisions(workspace, key, kept)


def forget(workspace: Workspace, key: str, decision: Decision) -> None:
    """Take a decision back."""
    _write_decisions(workspace, key, [kept for kept in decisions(workspace, key) if kept != decision])


def _write_decisions(workspace: Workspace, key: str, kept: Sequence[Decision]) -> None:
    """Write what was decided on a log, beside that of the others."""
    every = {**workspace.read_json(_FILE), key: [asdict(decision) for decision in kept]}
    write_json(workspace.home / _FILE, every)
