"""What the pages cost, as a visitor without a browser sees them: first opening, again, another threshold, another filter.

Beside them stands one bare GROUP BY of the same log, and beside the start of the app that of an empty Streamlit page.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import ROOT, workspace_of
from benchmarks.processes import processor

PAUSE = 0.5
"""Seconds between two looks: after each, a server collects its garbage, and no person clicks while it does."""
PAGES = ("overview", "slices", "review", "calibration", "thresholds", "gap")
_THRESHOLDS, _REGIONS = ("0.4", "0.6", "0.3"), ("region 1", "region 2", "region 3")
_EMPTY = 'import streamlit as st\nst.write("empty")\n'
_SCORES = """
SELECT score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1)
FROM log.log GROUP BY ALL
"""


@contextmanager
def serving(app: Path, home: Path) -> Iterator[tuple[str, int]]:
    """Serve an app on loopback as a user would and return its address and its process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true", f"--server.port={port}"]
    environment = {**os.environ, "SLICEWISE_HOME": str(home)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def _acts(page: str, rows: int) -> Iterator[Taken]:
    """Visit one page on a fresh server that another page has warmed up without the log."""
    from analytics.query.cohort import Clause, Cohort
    from tests.protocol import visiting

    workspace, log = workspace_of(rows)

    def ask(**query: str) -> None:
        shown = visitor.ask(page, log=log.log_id, **query)
        assert not any(text.startswith("exception") for text in shown), shown

    with serving(ROOT / "app.py", workspace.home) as (app, server), visiting(app) as visitor:
        of_server = partial(timed, spent=partial(processor, server))
        visitor.ask("logs")
        yield of_server("first opening", ask)
        time.sleep(PAUSE)
        yield of_server("again", ask)
        for threshold in _THRESHOLDS:
            time.sleep(PAUSE)
            yield of_server("threshold", partial(ask, threshold=threshold))
        for region in _REGIONS:
            time.sleep(PAUSE)
            where = Cohort((Clause("region", "in", (region,)),)).to_text()
            yield of_server("filter", partial(ask, where=where))


def _bare(rows: int) -> Iterator[Taken]:
    workspace, log = workspace_of(rows)
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")
    for _ in range(3):
        yield timed("", lambda: connection.sql(_SCORES).pl())


def _start(app: Path, home: Path) -> Iterator[Taken]:
    """Run an app's first page in a new process, to the end of its first run."""
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        f"test = AppTest.from_file({str(app)!r}, default_timeout=120)\n"
        "test.run()\nassert not test.exception, test.exception\n"
    )
    environment = {**os.environ, "SLICEWISE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", script]
    yield timed("", lambda: subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True))


def _start_of_app(rows: int) -> Iterator[Taken]:
    with tempfile.TemporaryDirectory() as home:
        yield from _start(ROOT / "app.py", Path(home))


def _start_of_nothing(rows: int) -> Iterator[Taken]:
    with tempfile.TemporaryDirectory() as home:
        empty = Path(home) / "empty.py"
        empty.write_text(_EMPTY, encoding="utf-8")
        yield from _start(empty, Path(home))


JOBS = (
    Job(
        name="start",
        meaning="the first page of a new process",
        ours=_start_of_app,
        theirs=_start_of_nothing,
        peer="an empty Streamlit page",
        rows=(0,),
    ),
    *(
        Job(
            name=page,
            meaning=f"acts on the page {page}",
            ours=partial(_acts, page),
            theirs=_bare,
            peer="one GROUP BY",
            rows=(1_000_000, 10_000_000),
        )
        for page in PAGES
    ),
)
