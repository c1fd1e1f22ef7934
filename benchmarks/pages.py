"""What the app adds to the bare queries: cold start, and a filter change on the Slices page.

    uv run python benchmarks/pages.py [LOG]

The log is the sample by default. Both sides of each ratio are measured in this run, in turn.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.protocol import visiting  # noqa: E402

PAUSE = 0.5
"""Seconds between two looks: after each, a server collects its garbage, and no person clicks while it does."""
EMPTY = 'import streamlit as st\nst.write("empty")\n'
COUNTS = "SELECT count(*), count(label) FROM log.log WHERE {where}"
SCORES = """
SELECT {by}, score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1)
FROM log.log WHERE {where} GROUP BY ALL
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cold_start(app: Path, home: Path) -> float:
    """Return the seconds from a new process to the first whole run of an app's first page."""
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        f"test = AppTest.from_file({str(app)!r}, default_timeout=120)\n"
        "test.run()\nassert not test.exception, test.exception\n"
    )
    environment = {**os.environ, "SLICEWISE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", script]
    return seconds(lambda: subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True))


@contextmanager
def serving(app: Path, home: Path) -> Iterator[str]:
    """Serve an app on loopback as a user would and return its address."""
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
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def filter_changes(home: Path, empty: Path, log_id: str, by: str, wheres: list[str]) -> tuple[list[float], ...]:
    """Return the seconds from asking a server for a new filter to the whole Slices page, and for an empty page."""
    full, bare = [], []
    with (
        serving(ROOT / "app.py", home) as app,
        visiting(app) as visitor,
        serving(empty, home) as nothing,
        visiting(nothing) as idle,
    ):
        visitor.ask("slices", log=log_id, by=by)
        idle.ask("")
        for where in wheres:
            full.append(seconds(lambda where=where: visitor.ask("slices", log=log_id, by=by, where=where)))
            time.sleep(PAUSE)
            bare.append(seconds(lambda: idle.ask("")))
            time.sleep(PAUSE)
    return full, bare


def bare_queries(path: Path, by: str, column: str, values: list[str]) -> list[float]:
    """Return the seconds that the same questions take as SQL on an open connection."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{path}' AS log (READ_ONLY)")
    taken = []
    for value in values:
        where = f"{column} = '{value}'"

        def ask(where: str = where) -> None:
            connection.execute(COUNTS.format(where=where)).fetchall()
            connection.sql(SCORES.format(by=by, where=where)).pl()

        taken.append(seconds(ask))
    return taken


def main() -> None:
    """Print both ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?", type=Path, default=ROOT / "sample_data" / "flights.parquet")
    parser.add_argument("--by", default="carrier")
    parser.add_argument("--filter", default="dest")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, empty = Path(folder) / "home", Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        os.environ["SLICEWISE_HOME"] = str(home)
        from analytics.log.workspace import Workspace
        from analytics.query.cohort import Clause, Cohort
        from analytics.reading import api

        workspace = Workspace()
        read = api.read_file(workspace, arguments.log)
        log = api.build_staged(workspace, read, read.mapping) if isinstance(read, api.Staged) else read
        starts = [(cold_start(ROOT / "app.py", home), cold_start(empty, home)) for _ in range(3)]
        first, nothing = (statistics.median(side) for side in zip(*starts, strict=True))
        print(f"{log.name}: {log.n_rows:,} rows")
        print(
            f"cold start to the first page   {first:.2f} s   "
            f"empty Streamlit page {nothing:.2f} s   ratio {first / nothing:.1f}"
        )

        values = [value for value, _ in log.column(arguments.filter).top[:20]]
        wheres = [Cohort((Clause(arguments.filter, "in", (value,)),)).to_text() for value in values]
        full, rerun = filter_changes(home, empty, log.log_id, arguments.by, wheres)
        by, column = (log.column(name).sql_name for name in (arguments.by, arguments.filter))
        bare = bare_queries(workspace.path(log.key), by, column, values)
        whole, idle, queries = (1000 * statistics.median(side) for side in (full, rerun, bare))
        print(
            f"filter change, Slices redrawn  {whole:.0f} ms   bare queries {queries:.0f} ms   empty rerun {idle:.0f} ms"
        )
        print(f"beyond the empty rerun         {(whole - idle) / queries:.1f} times the bare queries")


if __name__ == "__main__":
    main()
