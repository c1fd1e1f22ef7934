"""The sample log, which a workspace without a log gets: read beside the page, once for everybody who waits for it."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st

from analytics.errors import AnalysisError
from analytics.log.workspace import Workspace
from analytics.reading import api

SAMPLE = Path(__file__).parents[2] / "sample_data" / "flights.parquet"
NAME = "Flights 2013 (sample)"
_REST_OF_APP = "pages._frame.frame"
_LOOK = 0.1
"""Seconds between two looks at how far it is: a bar that moves."""


class _Taking:
    """The sample on its way into a workspace: how far it is, and what ended it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.step, self.done = "starting", 0.0
        self.error: Exception | None = None
        self.ended = threading.Event()

    def _move(self, before: float, step: str, done: float) -> None:
        """Remember how far it is: reading is one half, building the other."""
        self.step, self.done = step, before + done / 2

    def run(self) -> None:
        """Read the sample and build its log; keep the error for who waits."""
        try:
            read = api.read_file(self.workspace, SAMPLE, name=NAME, on_progress=partial(self._move, 0.0))
            if isinstance(read, api.Staged):
                api.build_staged(self.workspace, read, read.mapping, on_progress=partial(self._move, 0.5))
        except Exception as error:  # noqa: BLE001
            self.error = error
        finally:
            self.ended.set()


_taken: dict[Path, _Taking] = {}
_lock = threading.Lock()


def _begin(workspace: Workspace) -> _Taking | None:
    """Return the sample on its way into a workspace, begun unless it is; None where there is a log, or no sample."""
    with _lock:
        if workspace.receipts() or not SAMPLE.exists():
            return None
        taking = _taken.get(workspace.home)
        if taking is not None and not taking.ended.is_set():
            return taking
        taking = _taken[workspace.home] = _Taking(workspace)
        threading.Thread(target=taking.run, daemon=True, name="slicewise-sample").start()
        return taking


def begin_early() -> None:
    """Begin at the start of a server, before the rest of the app is imported, which takes as long.

    With sign-in each person has a workspace, and nobody is known yet.
    """
    if _REST_OF_APP in sys.modules or "is_logged_in" in st.user:
        return
    with suppress(AnalysisError):  # a folder that cannot be written: the page says so
        _begin(Workspace())


def ensure(workspace: Workspace) -> None:
    """Bring the sample into a workspace that has no log yet."""
    taking = _begin(workspace)
    if taking is None:
        return
    progress = st.progress(0.0, "Preparing the sample log: this happens once")
    while not taking.ended.wait(_LOOK):
        progress.progress(taking.done, f"Sample log: {taking.step}")
    progress.empty()
    if taking.error is not None:
        raise taking.error
