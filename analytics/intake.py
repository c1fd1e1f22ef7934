"""From a file to a log in the workspace: starts the reading process, follows it, and stops it when told to."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from analytics.errors import AnalysisError, Cancelled, InputError, QuestionError, StoreError
from analytics.log import roles
from analytics.log.options import CsvOptions
from analytics.log.schema import Log, Mapping, Reading, mapping_from_dict, reading_from_dict
from analytics.log.workspace import Workspace

ROOT = Path(__file__).parent.parent
MEMORY_LIMIT = "4GB"
MAX_PLAIN_BYTES = 64 << 30
WALL_SECONDS = 3_600
TICK_SECONDS = 0.1

OnProgress = Callable[[str, float], object]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Staged:
    """A file that was read and waits for its mapping."""

    staged_id: str
    reading: Reading
    mapping: Mapping
    reasons: dict[str, str]
    sample: list[list[str | None]]
    is_remembered: bool = False


def no_progress(step: str, done: float) -> None:
    """Ignore progress."""


def never() -> bool:
    """Never stop."""
    return False


def read_file(
    workspace: Workspace,
    path: Path,
    *,
    name: str | None = None,
    labels: Path | None = None,
    id_column: str | None = None,
    label_column: str | None = None,
    csv: CsvOptions | None = None,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Staged | Log:
    """Read a file; return the log if the workspace already has one from the same bytes.

    Parameters
    ----------
    workspace : Workspace
        Where the reading is staged.
    path : Path
        The file.
    name : str, optional
        What people call it; the file's name by default.
    labels, id_column, label_column : Path and str, optional
        Labels that came in another file, the id that joins them, by default the guessed one, and the column that holds them.
    csv : CsvOptions, optional
        What is known of the layout of a CSV file; the same bytes under another layout are another log.
    on_progress, should_stop : callable
        Told the step and the share of it that is done; asked ten times a second whether to stop.

    Raises
    ------
    InputError
        If the file cannot be read.
    Cancelled
        If ``should_stop`` said so; nothing is left behind.
    """
    for given in filter(None, (path, labels)):
        check_file(given)
    shown = name or path.name
    known = {log.log_id: log for log in workspace.receipts()}
    with scratch_folder(workspace) as folder:
        request = {"task": "read", "path": str(path.absolute()), "name": shown, "known": sorted(known),
                   "max_bytes": MAX_PLAIN_BYTES, "csv": csv.given if csv else None,
                   "labels": labels_request(labels, None, id_column, label_column) if labels else None}  # fmt: skip
        answer = run_child(request, folder, on_progress, should_stop)
        if "known" in answer:
            return known[answer["known"]]
        return take_staged(workspace, folder, answer["staged"])


def labels_request(path: Path, name: str | None, id_column: str | None, label_column: str | None) -> dict[str, Any]:
    """Return how the reading process is told of a labels file."""
    return {"path": str(path.absolute()), "name": name or path.name, "id": id_column, "label": label_column}


def take_staged(workspace: Workspace, folder: Path, digest: str) -> Staged:
    """Put what the reading process left into the staging folder."""
    staged_id = f"{digest}{uuid.uuid4().hex[:8]}"  # two readings of one file at once must not meet
    folder.replace(workspace.staging / staged_id)
    return staged(workspace, staged_id)


def check_file(path: Path) -> None:
    """Raise `InputError` where there is no file to read."""
    if path.is_dir():
        raise InputError(f"Expected a file, found a folder at {str(path)!r}. Name a file in it.")
    if not path.is_file():
        raise InputError(f"Expected a file, found none at {str(path)!r}. Check the path.")


def staged(workspace: Workspace, staged_id: str) -> Staged:
    """Return a staged reading, with the mapping that was last used for its columns where there is one.

    Raises
    ------
    QuestionError
        If nothing is staged under this id.
    """
    if not staged_id.isalnum():
        raise QuestionError(f"Expected the id of an upload, found {staged_id!r}.")
    try:
        text = (workspace.staging / staged_id / "reading.json").read_text(encoding="utf-8")
        reading = reading_from_dict(json.loads(text))
        sample = json.loads((workspace.staging / staged_id / "sample.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuestionError(f"The upload {staged_id!r} is no longer here. Upload the file again.") from error
    guess = roles.guess(reading)
    attached = workspace.staging / staged_id / "mapping.json"
    if attached.exists():
        mapping = mapping_from_dict(json.loads(attached.read_text(encoding="utf-8")))
        return Staged(staged_id, reading, mapping, guess.reasons, sample)
    remembered = workspace.remembered(reading.names)
    mapping = remembered or guess.mapping
    return Staged(staged_id, reading, mapping, guess.reasons, sample, is_remembered=remembered is not None)


def build_staged(
    workspace: Workspace,
    upload: Staged,
    mapping: Mapping,
    *,
    name: str | None = None,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Log:
    """Make a log of a staged reading and take it into the workspace."""
    origin = workspace.staging / upload.staged_id / "raw.duckdb"
    shown = name or upload.reading.source
    log = _build(workspace, upload.reading, mapping, origin, shown, False, True, on_progress, should_stop)
    shutil.rmtree(workspace.staging / upload.staged_id, ignore_errors=True)
    return log


def remap(
    workspace: Workspace,
    log: Log,
    mapping: Mapping,
    *,
    is_current: bool = True,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Log:
    """Build a log anew under another mapping; the file it came from is not needed.

    With ``is_current=False`` the workspace keeps showing the log as it is, and the new state is only for this question.
    """
    if mapping.digest() == log.revision:
        return log
    if not is_current and (found := workspace.state(f"{log.log_id}-{mapping.digest()}")):
        return found
    origin = workspace.path(log.key)
    return _build(workspace, log.reading, mapping, origin, log.name, True, is_current, on_progress, should_stop)


def write_back(workspace: Workspace, path: Path, target: Path, *, csv: CsvOptions | None = None) -> None:
    """Write what is read from a file as a CSV of text, under the header of the file where it has one.

    Raises
    ------
    InputError, StoreError
        If the file cannot be read, or the target not written.
    """
    check_file(path)
    with scratch_folder(workspace) as folder:
        request = {"task": "copy", "path": str(path.absolute()), "max_bytes": MAX_PLAIN_BYTES,
                   "csv": csv.given if csv else None}  # fmt: skip
        answer = run_child(request, folder, no_progress, never)
        try:
            shutil.copyfile(answer["copy"], target)
        except OSError as error:
            raise StoreError(f"{target} could not be written: {error.strerror}.") from error


def discard(workspace: Workspace, staged_id: str) -> None:
    """Forget a staged reading."""
    if staged_id.isalnum():
        shutil.rmtree(workspace.staging / staged_id, ignore_errors=True)


def _build(
    workspace: Workspace,
    reading: Reading,
    mapping: Mapping,
    origin: Path,
    name: str,
    from_log: bool,
    is_current: bool,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Log:
    with scratch_folder(workspace) as folder:
        request = {
            "task": "build",
            "origin": str(origin),
            "from_log": from_log,
            "reading": asdict(reading),
            "mapping": asdict(mapping),
            "name": name,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        log = Log.from_json(run_child(request, folder, on_progress, should_stop)["log"])
        workspace.keep(log, folder / "log.duckdb", is_current=is_current)
    return log


@contextmanager
def scratch_folder(workspace: Workspace) -> Any:
    """Give a private folder that is gone afterwards, whatever happens."""
    folder = workspace.scratch / f"{os.getpid()}-{uuid.uuid4().hex}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise StoreError(f"Expected a folder that can be written at {workspace.scratch}: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_child(
    request: dict[str, Any], folder: Path, on_progress: OnProgress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Run one request in a process of its own and return its answer."""
    request = {**request, "folder": str(folder), "memory_limit": MEMORY_LIMIT}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(
        [sys.executable, "-m", "analytics.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=ROOT, env=environment, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.close()
            return _follow(lines, on_progress, should_stop)
        except BrokenPipeError as error:
            raise _died(process) from error
        except _Ended as error:
            raise _died(process) from error
        finally:
            process.kill()


class _Ended(Exception):
    """The child's output ended without an answer."""


def _forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _follow(lines: queue.Queue[str | None], on_progress: OnProgress, should_stop: ShouldStop) -> dict[str, Any]:
    deadline = time.monotonic() + WALL_SECONDS
    while time.monotonic() < deadline:
        if should_stop():
            raise Cancelled("Stopped. Nothing was kept.")
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            raise _Ended
        message = json.loads(line)
        if "error" in message:
            raise InputError(message["error"])
        if "result" in message:
            answer: dict[str, Any] = message["result"]
            return answer
        on_progress(message["step"], message["done"])
    raise InputError(f"Reading took longer than {WALL_SECONDS / 60:.0f} minutes and was stopped. Split the export.")


def _died(process: subprocess.Popen[str]) -> AnalysisError:
    process.wait()
    return InputError(
        f"The reader ended without an answer (status {process.returncode}): the file may be damaged, or larger than the memory "
        "allows. Check that it is whole, or split it."
    )
