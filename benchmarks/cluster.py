"""A log in a Spark cluster on this machine beside the same file ingested: the numbers, the times, and a worker that ends.

    uv run --extra spark python -m benchmarks.cluster [FILE]

Starts a standalone master and two workers of one core on loopback. Both logs are asked the same; then the cluster is asked again
and one of its workers is ended in the middle of the question. FILE is a Parquet file, by default the sample.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.logs import ROOT, ingested

if TYPE_CHECKING:
    from analytics.log.schema import Log
    from analytics.query.engine import Engine

_STARTS = 60
"""Seconds in which master and workers have to listen."""
_ENDS_AFTER = 1.5
"""Seconds of a question after which a worker is ended."""
_TOLERANCE = 1e-6
"""Relative distance of sums that were added in another order."""


@contextmanager
def _daemon(folder: Path, kind: str, port: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a master or a worker of Spark in a process group of its own, once it listens."""
    import pyspark

    home = Path(pyspark.__path__[0])
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--webui-port", "0", *arguments]
    own = {
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "512m",
    }
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True)
        try:
            until = time.monotonic() + _STARTS
            while time.monotonic() < until:
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.5)
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(engine: Engine, log: Log, threshold: float) -> dict[str, object]:
    """Return the answers of several pages as plain values."""
    from analytics.answers.calibration.answer import calibration
    from analytics.answers.overview import overview
    from analytics.answers.question import Question
    from analytics.answers.review.queue import queue
    from analytics.answers.slices import slices
    from analytics.query.cohort import Cohort

    question = Question(log, Cohort(), threshold)
    by = log.mapping.segments[:1]
    found = {
        "overview": overview(engine, question).metrics.rows(),
        "slices": slices(engine, question, by).table.rows(),
        "calibration": calibration(engine, question).bins.rows(),
        "review": queue(engine, question, limit=20).rows["row_id"].to_list(),
    }
    plain: dict[str, object] = json.loads(json.dumps(found, default=str))
    return plain


def _is_same(one: object, other: object) -> bool:
    """Whether two answers are the same but for the order in which sums were added."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other), 1.0)
    return one == other


def main() -> None:
    """Print for each answer whether both are the same, and what they took."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sample_data" / "flights.parquet"
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, master = Path(name), "spark://127.0.0.1:7077"
        stack.enter_context(_daemon(folder, "master.Master", 7077))
        options = ("--cores", "1", "--memory", "1500m", master)
        workers = [stack.enter_context(_daemon(folder, "worker.Worker", port, *options)) for port in (7081, 7082)]
        os.environ["SLICEWISE_SPARK"] = master
        from analytics.query import spark_log
        from analytics.query.engine import Engine

        workspace, here = ingested(path, folder / "home")
        there = spark_log.log_of(spark_log.describe(f"spark:{path.absolute()}"), here.mapping)
        print(
            f"{here.n_rows:,} rows; edges and bins are the same: {(here.edges, here.bins) == (there.edges, there.bins)}"
        )
        for threshold, word in ((here.mapping.threshold, "two workers"), (0.6, "a worker ended")):
            engine = Engine(workspace)
            if word != "two workers":
                threading.Timer(_ENDS_AFTER, _end, [workers[0]]).start()
            started = time.perf_counter()
            found = _answers(engine, there, threshold)
            taken = time.perf_counter() - started
            expected = _answers(engine, here, threshold)
            for page, rows in found.items():
                print(f"{word}, {page}: {'the same' if _is_same(rows, expected[page]) else 'ANOTHER'}")
            print(f"{word}: {taken:.1f} s, DuckDB {time.perf_counter() - started - taken:.1f} s")


if __name__ == "__main__":
    main()
