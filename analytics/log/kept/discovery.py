"""Discovered slices that go into the report of a log: kept in the workspace as they were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analytics.log.disk import write_json
from analytics.log.workspace import Workspace

FILE = "found.json"
MAX_KEPT = 12
"""Discovered slices that the report of a log holds, the latest. A judgement."""


@dataclass(frozen=True)
class FoundSlice:
    """What a report says of a discovered slice.

    Attributes
    ----------
    title : str
        The slice in words.
    reading : str
        What the rows say of it that the search did not see.
    lines : tuple of (str, str)
        Names and values of what is known.
    note : str
        How it was found.
    """

    title: str
    reading: str
    lines: tuple[tuple[str, str], ...]
    note: str


def found_slices(workspace: Workspace, key: str) -> tuple[FoundSlice, ...]:
    """Return the slices that the report of a log holds, the oldest first."""
    entries = workspace.read_json(FILE).get(key)
    return tuple(_read(entry) for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else ()


def _read(entry: Mapping[str, Any]) -> FoundSlice:
    """Read a slice from a file that anyone may have edited."""
    lines = entry.get("lines")
    pairs = [line for line in lines if isinstance(line, list) and len(line) == 2] if isinstance(lines, list) else []
    title, reading, note = (str(entry.get(name, "")) for name in ("title", "reading", "note"))
    return FoundSlice(title, reading, tuple((str(name), str(value)) for name, value in pairs), note)


def keep(workspace: Workspace, key: str, found: FoundSlice) -> None:
    """Put a slice into the report of a log, in place of what was found of it before in the same way.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    others = [old for old in found_slices(workspace, key) if (old.title, old.note) != (found.title, found.note)]
    _write(workspace, key, [*others, found][-MAX_KEPT:])


def drop(workspace: Workspace, key: str, found: FoundSlice) -> None:
    """Take a slice out of the report."""
    _write(workspace, key, [kept for kept in found_slices(workspace, key) if kept != found])


def _write(workspace: Workspace, key: str, kept: Sequence[FoundSlice]) -> None:
    """Write the slices of a log, beside those of the others."""
    write_json(workspace.home / FILE, {**workspace.read_json(FILE), key: [asdict(found) for found in kept]})
