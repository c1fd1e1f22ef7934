"""What reading costs beyond the engine's own: a file becomes a log, beside a plain CREATE TABLE … AS."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import folder, generated, ingested


def _read(kind: str, rows: int) -> Iterator[Taken]:
    """Read a file as the app does: recognised, proven, typed, described, built and checked."""
    path = generated(rows, kind)
    with tempfile.TemporaryDirectory(dir=folder()) as home:
        yield timed("", lambda: ingested(path, Path(home)))


def _read_plainly(kind: str, rows: int) -> Iterator[Taken]:
    """Read a file by the engine alone."""
    path = generated(rows, kind)
    with tempfile.TemporaryDirectory(dir=folder()) as home:

        def create() -> None:
            with duckdb.connect(str(Path(home) / "log.duckdb")) as connection:
                connection.execute(f"CREATE TABLE log AS FROM '{path}'")

        yield timed("", create)


JOBS = tuple(
    Job(
        name=f"ingest-{kind}",
        meaning=f"a {kind} file becomes a log",
        ours=partial(_read, kind),
        theirs=partial(_read_plainly, kind),
        peer="CREATE TABLE … AS",
    )
    for kind in ("parquet", "csv")
)
