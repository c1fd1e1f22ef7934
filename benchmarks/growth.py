"""What one more day costs a log of a year: the whole command, with the start of Python twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import ROOT, folder, generated, kept_home

_DAYS = 366


def _days(rows: int) -> Path:
    """Return a folder with a file for each day of a generated log, written where it is not there yet."""
    days = folder() / f"days-{rows}"
    if not days.exists():
        part = days.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        connection = duckdb.connect()
        connection.execute("SET memory_limit = '2GB'")
        size = -(-rows // _DAYS)
        for day in range(_DAYS):
            where = f"file_row_number >= {day * size} AND file_row_number < {(day + 1) * size}"
            source = f"read_parquet('{generated(rows)}', file_row_number = true)"
            of_day = f"SELECT * EXCLUDE (file_row_number) FROM {source} WHERE {where}"  # noqa: S608 – of our own
            connection.execute(f"COPY ({of_day}) TO '{part}/{day:03}.parquet'")
        part.replace(days)
    return days


def _ingest(home: Path, days: Path) -> None:
    """Bring a folder as a person would."""
    command = [sys.executable, "-W", "ignore", "-m", "analytics", "ingest", str(days), "--format", "json"]
    environment = {**os.environ, "SLICEWISE_HOME": str(home)}
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)


def before_last_day(rows: int) -> Path:
    """Return the folder of a workspace with all days but the last, made where it is not there yet."""

    def make(home: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder()) as year:
            for file in sorted(_days(rows).iterdir())[:-1]:
                (Path(year) / file.name).hardlink_to(file)
            _ingest(home, Path(year))

    return kept_home("year", rows, make)


def _one_more(rows: int) -> Iterator[Taken]:
    """Bring the folder with the last day."""
    days, before = _days(rows), before_last_day(rows)
    with tempfile.TemporaryDirectory(dir=folder()) as scratch:
        home = Path(scratch) / "home"
        shutil.copytree(before, home)
        yield timed("", lambda: _ingest(home, days))


JOBS = (
    Job(
        name="growth",
        meaning="the 366th daily file of a folder, the whole command",
        ours=_one_more,
        rows=(36_600_000,),
    ),
)
