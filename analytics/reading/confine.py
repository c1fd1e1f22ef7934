"""Gives a process limits and takes the network from it, then runs a module in it.

``python -m analytics.reading.confine MODULE`` is how the reading process starts; without a module it says what of it
holds on this machine.
The limits are set before anything large is imported: a name space of its own needs a process with a single thread.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from analytics import settings

_MB = 1 << 20
"""Bytes of a megabyte, the unit of the settings."""
_NEW_NETWORK, _NEW_USER = 0x4000_0000, 0x1000_0000
"""Linux: CLONE_NEWNET and CLONE_NEWUSER of ``linux/sched.h``."""

_DIE_WITH_PARENT = 1
_NO_NEW_PRIVILEGES = 38
"""Linux: PR_SET_PDEATHSIG and PR_SET_NO_NEW_PRIVS of ``linux/prctl.h``."""

_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
)
"""Events of Python that are refused in a confined process: calling out, and starting other programs."""


def _limit_resources() -> dict[str, str]:
    """Limit memory, processor time, file size and descriptors, forbid core dumps; return what holds.

    Memory is what the process may write to (``RLIMIT_DATA``): address space would count files and reserved room as well.
    """
    try:
        import resource
    except ImportError:  # Windows
        return {"limits": "none: this platform has no resource limits"}
    megabytes = {
        "memory": ("RLIMIT_DATA", settings.READER_MEMORY_MB),
        "file size": ("RLIMIT_FSIZE", settings.READER_FILE_MB),
    }
    limits = {
        name: (limit, setting.value * _MB, f"{setting.value:,} MB") for name, (limit, setting) in megabytes.items()
    }
    cpu, files = settings.READER_CPU_SECONDS.value, settings.READER_FILES.value
    limits["processor time"] = ("RLIMIT_CPU", cpu, f"{cpu:,} s")
    limits["open files"] = ("RLIMIT_NOFILE", files, f"{files:,}")
    limits["core dumps"] = ("RLIMIT_CORE", 0, "none")
    held = {}
    for name, (limit, value, words) in limits.items():
        kind = getattr(resource, limit)
        hardest = resource.getrlimit(kind)[1]
        value = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        try:
            resource.setrlimit(kind, (value, hardest if limit == "RLIMIT_CPU" else value))
        except (ValueError, OSError) as error:
            held[name] = f"not limited: {error}"
        else:
            held[name] = words
    return held


def _leave_network() -> str:
    """Take the network from this process; return how: by the kernel where it allows it, and always inside Python."""
    way = "refused by Python alone"
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if any(library.unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK)):
            way = "a network of its own without any connection, held by the kernel"
    sys.addaudithook(_refuse)
    return way


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    """Refuse an event of Python that reaches out of the process."""
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed while a file is read")


def _tie_to_parent() -> None:
    """End with the parent, gain no rights, and be the first to go when the machine runs out of memory (Linux)."""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    library.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _confine() -> dict[str, str]:
    """Confine this process; return what holds, in words."""
    os.umask(0o077)
    _tie_to_parent()
    network = _leave_network()
    return {**_limit_resources(), "network": network}


def main() -> None:
    """Confine this process and run the module that is named."""
    held = _confine()
    if len(sys.argv) > 1:
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.stdout.write("".join(f"{name}: {value}\n" for name, value in held.items()))


if __name__ == "__main__":
    main()
