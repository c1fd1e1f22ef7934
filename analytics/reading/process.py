"""Starts the reading process, follows it, and ends it with everything that it started."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO

from analytics import settings
from analytics.errors import AnalysisError, Cancelled, InputError
from analytics.reading import protocol
from analytics.reading.held import held

ROOT = Path(__file__).parents[2]
MODULE = "analytics.reading.worker"
_DUCKDB_SHARE = 0.6
"""Of the memory that the process may use: what DuckDB counts; not all that it takes is counted."""

_TICK_SECONDS = 0.1
"""Seconds between two questions whether to stop. A judgement."""

_MAX_DETAIL = 4_000
"""Bytes at the end of a dead process's output that go to the log. A judgement."""

_CPU_SIGNAL = getattr(signal, "SIGXCPU", None)

OnProgress = Callable[[str, float], object]
ShouldStop = Callable[[], bool]
_logger = logging.getLogger("slicewise")


def run_child(
    request: protocol.Request, folder: Path, on_progress: OnProgress, should_stop: ShouldStop
) -> protocol.Answer:
    """Run one request in a confined process of its own and return its answer.

    Raises
    ------
    InputError
        If the request cannot be answered, or the process died.
    Cancelled
        If ``should_stop`` said so.
    """
    with held(request) as (as_held, descriptors):
        return _run(as_held, descriptors, folder, on_progress, should_stop)


def _run(
    request: protocol.Request,
    descriptors: tuple[int, ...],
    folder: Path,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> protocol.Answer:
    """Run one request with files that are held open."""
    memory = int(settings.READER_MEMORY_MB.value * _DUCKDB_SHARE)
    job = protocol.Job(request=request, folder=str(folder), memory_limit=f"{memory}MB")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "TMPDIR": str(folder)}
    with (
        tempfile.TemporaryFile(dir=folder.parent) as detail,
        subprocess.Popen(
            [sys.executable, "-m", "analytics.reading.confine", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=detail,
            start_new_session=True,
            pass_fds=descriptors,
            cwd=ROOT,
            env=environment,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
        try:
            process.stdin.write(protocol.encode(job))
            process.stdin.close()
            return _follow(lines, on_progress, should_stop)
        except (BrokenPipeError, _Ended) as error:
            raise _died(process, detail) from error
        finally:
            end(process)


class _Ended(Exception):
    """The child's output ended without an answer."""


def _forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    with contextlib.suppress(ValueError):  # closed meanwhile: the process was ended
        for line in stream:
            lines.put(line)
    lines.put(None)


def _follow(lines: queue.Queue[str | None], on_progress: OnProgress, should_stop: ShouldStop) -> protocol.Answer:
    seconds = settings.READER_WALL_SECONDS.value
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if should_stop():
            raise Cancelled("Stopped. Nothing was kept.")
        try:
            line = lines.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            raise _Ended
        message = protocol.decode_reply(line)
        if isinstance(message, protocol.Refusal):
            raise InputError(message.error, code=message.code)
        if not isinstance(message, protocol.Progress):
            return message
        on_progress(message.step, message.done)
    raise InputError(
        f"Reading took longer than {seconds:,} seconds and was stopped. "
        f"Split the export, or set {settings.READER_WALL_SECONDS.name}.",
        code="reader-time",
    )


def end(process: subprocess.Popen[str]) -> None:
    """End a process and everything that it started."""
    if os.name == "posix":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def _died(process: subprocess.Popen[str], detail: IO[bytes]) -> AnalysisError:
    """Return the error that says how a process ended; what it wrote last goes to the log."""
    status = process.wait()
    number = uuid.uuid4().hex[:8]
    detail.seek(max(0, detail.seek(0, os.SEEK_END) - _MAX_DETAIL))
    _logger.error("reader %s ended with status %s: %s", number, status, detail.read().decode("utf-8", "replace"))
    if _CPU_SIGNAL is not None and status == -_CPU_SIGNAL:
        setting = settings.READER_CPU_SECONDS
        return InputError(
            f"Reading took more than {setting.value:,} seconds of processor time and was stopped. "
            f"Split the export, or set {setting.name}.",
            code="reader-cpu",
        )
    how = f"status {status}" if status >= 0 else signal.Signals(-status).name
    return InputError(
        f"The reader ended without an answer ({how}, number {number}): the file may be damaged, or larger than the memory "
        "allows. Check that it is whole, or split it.",
        code="reader-crashed",
    )
