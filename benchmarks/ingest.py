"""What reading costs beyond the engine's own: a clean CSV and a Parquet file against a plain CREATE TABLE … AS.

    uv run python benchmarks/ingest.py [PARQUET] [--copies N]

The file is the sample by default, written as CSV and as Parquet, N times over. Both sides of each ratio are measured in this run,
in turn, each in a process of its own; memory is the peak of that process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 3
PLAIN = """
import duckdb, sys
connection = duckdb.connect(sys.argv[2])
connection.execute(f"CREATE TABLE log AS FROM '{sys.argv[1]}'")
connection.close()
"""


def measured(command: list[str], request: str | None = None) -> tuple[float, float, str]:
    """Return the seconds and the peak memory in MB of a process, and what it wrote."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(request or "")
    process.stdin.close()
    written = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, written
    return time.perf_counter() - started, usage.ru_maxrss / (1 << 10), written


def read_by_app(path: Path, folder: Path) -> tuple[float, float]:
    """Read a file as the app does: recognised, proven, typed, described."""
    folder.mkdir()
    request = {
        "task": "read",
        "files": [[str(path), path.name]],
        "name": path.name,
        "known": [],
        "labels": None,
        "id": None,
        "csv": None,
        "max_bytes": 64 << 30,
        "folder": str(folder),
        "memory_limit": "4GB",
    }
    seconds, peak, written = measured([sys.executable, "-m", "analytics.reading.worker"], json.dumps(request) + "\n")
    assert '"staged"' in written.splitlines()[-1], written
    return seconds, peak


def read_plainly(path: Path, database: Path) -> tuple[float, float]:
    """Read a file by the engine alone."""
    seconds, peak, _ = measured([sys.executable, "-c", PLAIN, str(path), str(database)])
    return seconds, peak


def main() -> None:
    """Print the ratio of each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?", type=Path, default=ROOT / "sample_data" / "flights.parquet")
    parser.add_argument("--copies", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = f"FROM read_parquet('{arguments.log}'), range({arguments.copies})"
        for kind, options in (("csv", "HEADER"), ("parquet", "FORMAT parquet")):
            path = folder / f"log.{kind}"
            sql = f"COPY (SELECT * EXCLUDE (copy) {rows} AS copies(copy)) TO '{path}' ({options})"
            subprocess.run([sys.executable, "-c", f"import duckdb; duckdb.execute({sql!r})"], check=True)
            app, plain = [], []
            for place in range(ROUNDS):
                app.append(read_by_app(path, folder / f"app{kind}{place}"))
                plain.append(read_plainly(path, folder / f"{kind}{place}.duckdb"))
            took, bare = (statistics.median(seconds for seconds, _ in side) for side in (app, plain))
            peak, bare_peak = (max(memory for _, memory in side) for side in (app, plain))
            print(
                f"{kind:8} {path.stat().st_size / 1e6:6,.0f} MB   read {took:.2f} s   plain {bare:.2f} s   "
                f"ratio {took / bare:.1f}   peak {peak:,.0f} MB   plain {bare_peak:,.0f} MB"
            )


if __name__ == "__main__":
    main()
