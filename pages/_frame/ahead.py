"""What takes seconds is computed in a thread of its own: a page that waits for it shows how far it is and can be stopped or left,
and what is likely asked next is computed while the person reads, at low priority and one at a time.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.settings import AHEAD_SECONDS
from pages._frame import session
from pages._frame.render import escaped

Move = Callable[[str, float], None]
"""Says which step is done and how much of all; raises where the work was stopped."""
Run = Callable[[Move], None]
"""Computes what the page keeps."""

_LOOK = 0.1
"""Seconds between two looks at how far the work is: a bar that moves, and a click that is heard at once."""
_NICE = 10
"""By how much such a thread goes behind all others, where the system has priorities of threads (Linux); half of the scale."""
_NAME = "slicewise-work"
_STOPPED, _WAITED = "_work_stopped", "_work_waited"


class _Stopped(Exception):
    """Ends a work that nobody waits for any more."""


@dataclass
class _Work:
    """One computation: how far it is, whether it is to stop, how it ended."""

    step: str = ""
    done: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def move(self, step: str, done: float) -> None:
        """Remember how far it is; ends here where it was stopped."""
        if self.stopped.is_set():
            raise _Stopped
        self.step, self.done = step, min(1.0, done)

    def do(self, run: Run, somebody: str) -> None:
        """Compute, and keep the error for who waits."""
        try:
            with session.standing_in(somebody):
                run(self.move)
        except _Stopped:
            pass
        except Exception as error:  # noqa: BLE001
            self.error = error
        finally:
            self.ended.set()


@dataclass
class _Next:
    """What is likely asked next: from when on it is computed, of whom, and by key how."""

    at: float
    somebody: str
    tasks: list[tuple[str, Run]]


class _Works:
    """The computations of a server, by key, and what waits to be computed ahead, by browser session."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: dict[str, _Work] = {}
        self.ahead: dict[str, _Next] = {}
        self.low: str | None = None
        self.is_looking = False

    def begin(self, key: str, run: Run, somebody: str) -> _Work:
        """Return the work of this key, begun unless it runs already; another one that runs ahead makes room."""
        with self.lock:
            work = self.running.get(key)
            if work is None or work.ended.is_set() or work.stopped.is_set():
                work = self.running[key] = _Work()
                threading.Thread(target=self._do, args=(key, work, run, somebody), daemon=True, name=_NAME).start()
            if self.low in self.running and self.low != key:
                self.running[self.low].stopped.set()
        return work

    def _do(self, key: str, work: _Work, run: Run, somebody: str) -> None:
        work.do(run, somebody)
        with self.lock:
            if self.running.get(key) is work:
                del self.running[key]

    def stop(self, key: str) -> None:
        """Stop a work at its next step."""
        with self.lock:
            if key in self.running:
                self.running[key].stopped.set()

    def look(self, session_id: str, wanted: _Next) -> None:
        """Compute ahead what one session is likely to ask, in place of what was thought of it before."""
        with self.lock:
            self.ahead[session_id] = wanted
            if not self.is_looking:
                self.is_looking = True
                threading.Thread(target=self._look_on, daemon=True, name=_NAME).start()

    def _look_on(self) -> None:
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while (task := self._next()) is not None:
            key, run, somebody = task
            self._do(key, self.running[key], run, somebody)
            with self.lock:
                self.low = None

    def _next(self) -> tuple[str, Run, str] | None:
        """Return what to compute now, once its page has stood still and nobody waits for another; None: nothing is left."""
        while True:
            with self.lock:
                self.ahead = {name: wanted for name, wanted in self.ahead.items() if wanted.tasks}
                if not self.ahead:
                    self.is_looking = False
                    return None
                wanted = min(self.ahead.values(), key=lambda each: each.at)
                if wanted.at <= time.monotonic() and not self.running:
                    key, run = wanted.tasks.pop(0)
                    self.running[key], self.low = _Work(), key
                    return key, run, wanted.somebody
            time.sleep(_LOOK)


@st.cache_resource
def _works() -> _Works:
    """Return the computations of this server."""
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(_is_of_page)
    return _Works()


def _is_of_page(record: logging.LogRecord) -> bool:
    """Whether a warning that a thread belongs to no page is worth a line: ours belong to none on purpose."""
    return record.threadName != _NAME


def _stop(key: str) -> None:
    """Stop what the page waits for; for callbacks only."""
    st.session_state[_STOPPED] = key
    _works().stop(key)


def _go_on() -> None:
    """Compute again what was stopped; for callbacks only."""
    st.session_state.pop(_STOPPED, None)


def wait_for(key: str, run: Run, *, stopped: str, again: str) -> bool:
    """Compute something beside the page, and show how far it is until it ends; False where a person stopped it.

    Parameters
    ----------
    key : str
        What tells it from all else: asked again, or computed ahead, it goes on.
    run : callable
    stopped, again : str
        What the page says in its place, and the button that computes it after all.

    Raises
    ------
    Exception
        As ``run`` does.
    """
    works, before = _works(), st.session_state.get(_WAITED)
    if before != key:
        if before is not None:
            works.stop(before)
        st.session_state[_WAITED] = key
        _go_on()
    if st.session_state.get(_STOPPED) == key:
        st.info(escaped(stopped))
        st.button(escaped(again), key="work_again", on_click=_go_on)
        return False
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button("Stop", key="work_stop", on_click=_stop, args=(key,))
    work = works.begin(key, run, session.person())
    while not work.ended.wait(_LOOK):
        bar.progress(work.done, f"{work.step} …" if work.step else None)
    place.empty()
    if work.error is not None:
        raise work.error
    return True


def look_ahead(tasks: Sequence[tuple[str, Run]]) -> None:
    """Compute what is likely asked next once the page has stood still for a while, in place of what was thought likely before.

    Nothing is computed for a page that no browser shows: it would go on behind whatever comes next.
    """
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return
    if runtime.get_instance().is_active_session(context.session_id) is True:
        _works().look(context.session_id, _Next(time.monotonic() + AHEAD_SECONDS.value, session.person(), list(tasks)))
