"""What the app costs, job by job, beside a bare query or a peer: both sides of each ratio are measured in this run, in turn.

    uv run python -m benchmarks [--rows 1000000] [--only ingest-csv --only gap] [--json]
    uv run python -m benchmarks --once

``--once`` measures every job without a browser or a further package once, at its largest size, in about ten minutes of a quiet
machine with two cores; before, ``--prepare`` writes the logs and workspaces that it needs.

Each side runs in processes of its own; seconds are the median of the repeats, memory is the highest peak of a process. The ratio
of processor time is that of the least of the repeats: it holds beside other work on the machine, too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from benchmarks.growth import before_last_day
from benchmarks.job import Job, Taken
from benchmarks.logs import ROOT, generated, pairs_of, workspace_of
from benchmarks.registry import BROWSED, JOBS


@dataclass(frozen=True)
class Result:
    """One row of the table; what was not measured is None."""

    job: str
    act: str
    rows: int
    seconds: float
    processor: float | None
    peak_mb: float
    peer: str
    peer_seconds: float | None
    peer_peak_mb: float | None
    ratio: float | None
    processor_ratio: float | None
    repeats: int


def run_side(job: Job, *, is_ours: bool, rows: int) -> list[Taken]:
    """Run one side in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks", "--side", "ours" if is_ours else "theirs"]
    command += ["--only", job.name, "--rows", str(rows)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    return [Taken(**taken) for taken in json.loads(done.stdout.splitlines()[-1])]


def answer_side(job: Job, *, is_ours: bool, rows: int) -> None:
    """Be that process: print what every act took as JSON."""
    side = job.ours if is_ours else job.theirs
    assert side is not None
    taken = list(side(rows))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps([{**asdict(one), "peak_mb": one.peak_mb or peak} for one in taken]))


def measure(job: Job, rows: int, repeats: int) -> list[Result]:
    """Run both sides of a job in turn, the other one first at every second time."""
    has_peer = job.theirs is not None and (not job.needs or importlib.util.find_spec(job.needs) is not None)
    sides: dict[bool, list[Taken]] = {True: [], False: []}
    run_side(job, is_ours=True, rows=rows) if repeats > 1 else None  # writes the logs that are not there yet
    for place in range(repeats):
        for is_ours in (True, False) if place % 2 == 0 else (False, True):
            if is_ours or has_peer:
                sides[is_ours] += run_side(job, is_ours=is_ours, rows=rows)
    acts = dict.fromkeys(taken.act for taken in sides[True])
    peer = job.peer if has_peer or not job.needs else f"{job.peer} is missing: uv run --group peers …"
    return [_result(job, act, rows, sides, peer, repeats) for act in acts]


def _result(job: Job, act: str, rows: int, sides: dict[bool, list[Taken]], peer: str, repeats: int) -> Result:
    """Return the row of one act."""
    ours = [taken for taken in sides[True] if taken.act == act]
    theirs = [taken for taken in sides[False] if taken.act in (act, "")]
    seconds = statistics.median(taken.seconds for taken in ours)
    other = statistics.median(taken.seconds for taken in theirs) if theirs else None
    return Result(
        job.name,
        act,
        rows,
        seconds,
        min((taken.processor for taken in ours if taken.processor is not None), default=None),
        max(taken.peak_mb or 0 for taken in ours),
        peer,
        other,
        max(taken.peak_mb or 0 for taken in theirs) if theirs else None,
        seconds / other if other else None,
        _processor_ratio(ours, theirs),
        repeats,
    )


def _processor_ratio(ours: list[Taken], theirs: list[Taken]) -> float | None:
    """Return the ratio of the least processor seconds: the rest is the work of others beside."""
    both = [[taken.processor for taken in side if taken.processor] for side in (ours, theirs)]
    return min(both[0]) / min(both[1]) if all(both) else None


def table_row(result: Result) -> str:
    """Write a result as a row of a Markdown table."""
    act = f"{result.job}: {result.act}" if result.act else result.job
    other = "–" if result.peer_seconds is None else f"{result.peer_seconds:,.2f} s, {result.peer_peak_mb:,.0f} MB"
    own = "–" if result.processor is None else f"{result.processor:,.2f} s"
    ratio = "–" if result.ratio is None else f"{result.ratio:.1f}"
    processor = "–" if result.processor_ratio is None else f"{result.processor_ratio:.1f}"
    return (
        f"| {act} | {result.rows:,} | {result.seconds:,.2f} s, {result.peak_mb:,.0f} MB | {own} | {result.peer or '–'} | {other} "
        f"| {ratio} | {processor} |"
    )


def is_plain(job: Job) -> bool:
    """Whether a job needs neither a browser nor a package beyond those of the app."""
    return not job.needs and job.name not in BROWSED


def prepare(jobs: Sequence[Job]) -> None:
    """Write what the jobs of ``--once`` measure on, where it is not there yet."""
    sizes = {rows for job in jobs if is_plain(job) for rows in job.rows[-1:] if job.name != "growth"} - {0}
    for rows in sorted(sizes):
        generated(rows, "csv")
        workspace_of(rows)
    pairs_of(max(sizes))
    before_last_day(JOBS["growth"].rows[-1])


def main() -> None:
    """Print a row for each act of each job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=sorted(JOBS), metavar="JOB", help=f"{', '.join(JOBS)}")
    parser.add_argument(
        "--rows", action="append", type=int, help="rows of the generated log; by default as the job says"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="every job once at its largest size, without a browser")
    parser.add_argument("--prepare", action="store_true", help="write the logs and workspaces of --once")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", choices=["ours", "theirs"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    jobs = [JOBS[name] for name in asked.only or JOBS]
    if asked.prepare:
        prepare(jobs)
        return
    if asked.once:
        asked.repeats = 1
        jobs = [replace(job, rows=job.rows[-1:]) for job in jobs if is_plain(job)]
    if asked.side:
        answer_side(jobs[0], is_ours=asked.side == "ours", rows=asked.rows[0])
        return
    if not asked.json:
        print(
            "| job | rows | app | processor | beside | its time and memory | ratio | of processor time |\n"
            "|---|---|---|---|---|---|---|---|",
            flush=True,
        )
    results = []
    for job in jobs:
        for rows in asked.rows or job.rows:
            found = measure(job, rows, asked.repeats)
            results += found
            if not asked.json:
                print("\n".join(map(table_row, found)), flush=True)
    if asked.json:
        print(json.dumps([asdict(result) for result in results], indent=1))


if __name__ == "__main__":
    main()
