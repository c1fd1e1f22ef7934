"""What is written to disk: whole or not at all, marked with the process that writes it, refusals in a sentence."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from analytics.errors import StoreError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_json(path: Path, data: object) -> None:
    """Write a small file whole or not at all."""
    with storing(path):
        write_whole(path, json.dumps(data, ensure_ascii=False))


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, bring it to the disk, and rename it."""
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.{owner()}.tmp")  # two threads may write one file
    try:
        partial.write_text(text, encoding="utf-8")
        with partial.open("r+b") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError:
        remove(partial)
        raise


@contextlib.contextmanager
def storing(place: Path) -> Iterator[None]:
    """Say in a sentence what the disk refuses."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"Expected to write at {place}, found: {error.strerror}. Nothing was changed. "
            "Make room, or set SLICEWISE_HOME to another folder.",
            code=code_of(error),
        ) from error


def code_of(error: OSError) -> str:
    """Return the code for what the disk refuses."""
    if error.errno in NO_ROOM:
        return "disk-full"
    return "read-only" if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else "store"


def remove(path: Path) -> None:
    """Remove a file or a folder, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def owner() -> str:
    """Return the mark of this process: its number and, where the system says so, its start; containers give numbers again."""
    start = _start_of(os.getpid())
    return f"{os.getpid()}_{start}" if start else f"{os.getpid()}"


def _start_of(pid: int) -> str:
    """Return when a process started, in ticks since the boot; empty where that is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_owned(mark: str) -> bool:
    """Whether the process that left a mark still runs."""
    pid, _, start = mark.partition("_")
    return pid.isdigit() and _is_alive(int(pid)) and (not start or start == _start_of(int(pid)))


def _is_alive(pid: int) -> bool:
    """Whether a process with this number runs; Windows cannot be asked without harm."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
