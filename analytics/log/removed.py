"""Logs that were taken out of the workspace: kept aside for a day, back with one click, gone afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.errors import QuestionError
from analytics.log.disk import remove, storing
from analytics.log.schema import Log
from analytics.log.workspace import Workspace

_KEPT_SECONDS = 24 * 3600
"""How long a removed log can be brought back, in seconds: a day, as an upload that waits. A judgement."""


@dataclass(frozen=True)
class _Removed:
    """A log that was removed, and the moment in UTC until which it is kept."""

    log: Log
    until: datetime


def put_away(workspace: Workspace, log_id: str) -> Log:
    """Take a log with all its states out of the workspace and keep it for a day; what people wrote about it stays.

    Raises
    ------
    QuestionError
        If there is no such log.
    StoreError
        If the disk refuses; nothing is half moved that cannot be brought back.
    """
    log = workspace.find(log_id)
    folder = workspace.removed / log.log_id
    with storing(workspace.removed):
        remove(folder)
        folder.mkdir(parents=True, mode=0o700)
        for path in [*workspace.logs.glob(f"{log.log_id}-*.duckdb"), *workspace.logs.glob(f"{log.log_id}-*.json")]:
            path.replace(folder / path.name)
        for path in workspace.side.glob(f"{log.log_id}-*"):
            path.unlink(missing_ok=True)
    return log


def removed_logs(workspace: Workspace) -> list[_Removed]:
    """Return the logs that can be brought back, the last removed first; older ones are forgotten now."""
    found: list[tuple[float, _Removed]] = []
    there = {log.log_id for log in workspace.receipts()}
    for folder in workspace.removed.glob("*"):
        until = folder.stat().st_mtime + _KEPT_SECONDS
        states = [workspace.state_at(path) for path in folder.glob("*.json") if path.with_suffix(".duckdb").exists()]
        known = [log for log in states if log is not None]
        if until < time.time() or folder.name in there or not known:
            remove(folder)
        else:
            found.append((until, _Removed(known[0], datetime.fromtimestamp(until, UTC))))
    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])]


def restore(workspace: Workspace, log_id: str) -> None:
    """Bring a removed log back: its files first, its receipts last, so that no half of it is ever seen.

    Raises
    ------
    QuestionError
        If it is gone.
    StoreError
        If the disk refuses.
    """
    folder = workspace.removed / log_id
    if not any(entry.log.log_id == log_id for entry in removed_logs(workspace)):
        raise QuestionError(
            f"Expected a log that was removed within a day, found none called {log_id!r}. Upload it again."
        )
    with storing(workspace.logs):
        for suffix in ("*.duckdb", "*.json"):
            for path in folder.glob(suffix):
                path.replace(workspace.logs / path.name)
    remove(folder)


def forget(workspace: Workspace, log_id: str) -> None:
    """Remove a log for good: its room on the disk is free."""
    if any(entry.log.log_id == log_id for entry in removed_logs(workspace)):
        remove(workspace.removed / log_id)
