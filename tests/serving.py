"""A shared server on loopback for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.conftest import ROOT, SECONDS, UNHURRIED, Server, free_port, stop


@contextmanager
def shared_server(home: Path, **settings: str) -> Iterator[Server]:
    port = int(settings.get("SLICEWISE_PORT", free_port()))
    process = subprocess.Popen(
        [sys.executable, "serve.py"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SLICEWISE_HOME": str(home), "SLICEWISE_PORT": str(port), **UNHURRIED, **settings},
    )
    running = Server(f"http://127.0.0.1:{port}", home, process)
    try:
        for _ in range(SECONDS * 4):
            try:
                with urllib.request.urlopen(f"{running.url}/_stcore/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.25)
        yield running
    finally:
        stop(running)
