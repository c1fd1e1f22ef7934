"""What a reading process might do that it must not: run in place of `analytics.reading.worker` by `test_confine`."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from analytics.reading import protocol, worker


def memory(folder: Path) -> object:
    return len(bytearray(3 << 30))


def engine_memory(folder: Path) -> object:
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '100GB'")
    return connection.execute("SELECT length(string_agg(i::VARCHAR)) FROM range(400000000) t(i)").fetchall()


def processor_time(folder: Path) -> object:
    while True:
        pass


def wall_time(folder: Path) -> object:
    time.sleep(60)
    return None


def file_size(folder: Path) -> object:
    with (folder / "large").open("wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    return "written"


def engine_file_size(folder: Path) -> object:
    connection = duckdb.connect(str(folder / "large.duckdb"))
    connection.execute("CREATE TABLE t AS SELECT random() AS a FROM range(8000000)")
    connection.execute("CHECKPOINT")
    return "written"


def open_files(folder: Path) -> object:
    return len([(folder / f"{place}").open("w") for place in range(400)])


def segmentation_fault(folder: Path) -> object:
    return ctypes.string_at(0)


def abort(folder: Path) -> object:
    os.abort()


def defect(folder: Path) -> object:
    raise RuntimeError("a detail for the log")


def core_dumps(folder: Path) -> object:
    return resource.getrlimit(resource.RLIMIT_CORE)


def call_out(folder: Path) -> object:
    """With Python's own refusal; the address is one that documents reserve."""
    with socket.socket() as caller:
        caller.connect(("192.0.2.1", 80))
    return "connected"


def kernel_network(folder: Path) -> object:
    """Without Python: the interfaces that the kernel shows, and a connection by the C library to the parent's listener."""
    interfaces = [line.split(":")[0].strip() for line in Path("/proc/self/net/dev").read_text().splitlines()[2:]]
    library = ctypes.CDLL(None, use_errno=True)
    caller = library.socket(2, 1, 0)
    port = int(os.environ["PROBE_PORT"])
    address = (2).to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return {"interfaces": interfaces, "connected": library.connect(caller, address, len(address)) == 0}


def start_program(folder: Path) -> object:
    return subprocess.run(["true"], check=False).returncode


def leave_process(folder: Path) -> object:
    """Start a process past Python's refusal and answer: it must end with its parent."""
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        time.sleep(60)
    return pid


def place_for_files(folder: Path) -> object:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        return {"folder": str(path.parent), "mode": path.stat().st_mode & 0o777, "made": os.umask(0o077)}


def probe(request: protocol.Copy, job: protocol.Job, _: worker.Progress) -> protocol.Copied:
    """Answer with what a probe returns, which is named as a file."""
    return protocol.Copied(path=json.dumps(globals()[request.files[0].name](Path(job.folder))))


def main() -> int:
    worker.TASKS = {protocol.Copy: probe}
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
