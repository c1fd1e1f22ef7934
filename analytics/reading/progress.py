"""How the reading process tells its parent what it does."""

from __future__ import annotations

import sys
import threading

import duckdb

from analytics.reading import protocol

_PROGRESS_SECONDS = 0.2
"""Seconds between two accounts of a statement that runs. A judgement."""


def emit(message: protocol.Reply) -> None:
    """Send one line to the parent."""
    sys.stdout.write(protocol.encode(message))
    sys.stdout.flush()


class Progress:
    """Tells the parent the step and how far it is, from the engine's own account while a statement runs."""

    def __init__(self) -> None:
        self.step = "starting"
        self.connection: duckdb.DuckDBPyConnection | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def begin(self, step: str) -> None:
        """Begin the next step."""
        self.step = step
        emit(protocol.Progress(step=step, done=0.0))

    def at(self, done: float) -> None:
        """Say how far the present step is."""
        emit(protocol.Progress(step=self.step, done=round(done, 3)))

    def _watch(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(_PROGRESS_SECONDS):
            if self.connection is not None:
                try:
                    percent = self.connection.query_progress()
                except duckdb.Error:
                    continue
                if percent > 0:
                    self.at(percent / 100)
