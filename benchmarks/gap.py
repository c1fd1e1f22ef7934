"""What the gap costs: its answers on two sides beside the bare aggregates that they need.

    uv run python benchmarks/gap.py [ROWS]

Two logs are generated, 10 million rows each by default. Both sides of each ratio are measured in this run, in turn.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from analytics.answers.gap.answer import gap
from analytics.answers.gap.inputs import inputs as inputs_answer
from analytics.answers.gap.joint import jointly
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.gap.time import gap_time
from analytics.answers.question import Question

ROOT = Path(__file__).parents[1]
BARE = """
SELECT {by} score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1)
FROM {log}.log GROUP BY ALL
"""


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the median of some runs."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def write_log(path: Path, n: int, seed: int) -> None:
    """Write a log; the second one has another mix and more missing values."""
    rng = np.random.default_rng(seed)
    region = rng.choice(20, n, p=np.r_[0.05 + 0.2 * seed, np.full(19, (0.95 - 0.2 * seed) / 19)])
    missing = rng.random(n) < 0.1 + 0.2 * seed
    score = rng.beta(2, 5, n).clip(1e-6, 1 - 1e-6)
    label = rng.random(n) < np.where(missing, 0.5 * score + 0.15, score)
    start = np.datetime64("2024-01-01T00:00:00") + np.timedelta64(seed * 60, "D")
    moment = start + (np.arange(n) * (60 * 86_400 / n)).astype("timedelta64[s]")
    income = rng.lognormal(7, 0.5, n).round(1)
    frame = pl.DataFrame(
        {
            "score": score,
            "label": label.astype(np.int8),
            "region": region,
            "income": income,
            "missing": missing,
            "scored_at": moment.astype("datetime64[us]"),
        }
    )
    frame.with_columns(region=pl.format("r{}", "region"), income=pl.when(~pl.col("missing")).then("income")).drop(
        "missing"
    ).write_parquet(path)


def main() -> None:
    """Print the times and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SLICEWISE_HOME"] = str(Path(folder) / "home")
        sys.path.insert(0, str(ROOT))
        from analytics.log.workspace import Workspace
        from analytics.query.cohort import Cohort
        from analytics.query.engine import Engine
        from analytics.reading import api

        workspace, logs = Workspace(), []
        for seed in (0, 1):
            path = Path(folder) / f"log{seed}.parquet"
            write_log(path, arguments.rows, seed)
            read = api.read_file(workspace, path)
            logs.append(api.build_staged(workspace, read, read.mapping) if isinstance(read, api.Staged) else read)
            path.unlink()
        engine, bare = Engine(workspace), duckdb.connect()
        questions = [Question(log, Cohort(), 0.5) for log in logs]
        for place, log in enumerate(logs):
            bare.execute(f"ATTACH '{workspace.path(log.key)}' AS log{place} (READ_ONLY)")
        region = logs[0].column("region").sql_name

        def plain(by: str) -> None:
            for place in (0, 1):
                bare.sql(BARE.format(by=by, log=f"log{place}")).pl()

        sides = sides_answer(engine, *questions)
        inputs = inputs_answer(engine, sides)
        found = gap(engine, sides, inputs)
        once = seconds(lambda: plain(f"{region}, "))
        print(
            f"{arguments.rows:,} rows per side, {len(sides.dimensions)} columns; a bare aggregate of both {once:.2f} s"
        )
        for name, ask in (
            ("matching", lambda: sides_answer(engine, *questions)),
            ("inputs", lambda: inputs_answer(engine, sides)),
            ("gap", lambda: gap(engine, sides, inputs)),
            ("jointly", lambda: jointly(found, inputs)),
            ("over time", lambda: gap_time(engine, found)),
        ):
            taken = seconds(ask)
            print(f"{name:10} {taken:6.2f} s   ratio {taken / once:.2f}")
        parts = {part: round(float(size.value), 4) for part, size in found.waterfall.parts.items()}
        print(f"parts {parts}; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
