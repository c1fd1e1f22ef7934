"""What the Calibration page costs: its answers beside the bare aggregate that each of them needs.

    uv run python benchmarks/calibration.py [ROWS]

The log is generated, 10 million rows by default. Both sides of each ratio are measured in this run, in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from analytics.answers.calibration.answer import calibration, calibration_slices, calibration_time
from analytics.answers.calibration.recalibration import recalibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.question import Question

ROOT = Path(__file__).parents[1]
BARE = """
SELECT {by} score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1),
  sum(-ln(CASE label WHEN 1 THEN score ELSE 1 - score END)) FILTER (label IS NOT NULL)
FROM log.log GROUP BY ALL
"""


def seconds(work: Callable[[], object]) -> float:
    """Return the median of three runs."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def write_log(path: Path, n: int) -> None:
    """Write a log of scores that are too high in one segment and drift over a year."""
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, n).clip(1e-6, 1 - 1e-6)
    region = rng.integers(0, 20, n)
    start, year = np.datetime64("2024-01-01T00:00:00"), 365 * 86_400
    moment = start + (np.arange(n) * (year / n)).astype("timedelta64[s]")
    label = rng.random(n) < (score - 0.05 * (region == 3)).clip(0, 1)
    frame = pl.DataFrame(
        {"score": score, "label": label.astype(np.int8), "region": region, "scored_at": moment.astype("datetime64[us]")}
    )
    frame.with_columns(region=pl.format("r{}", "region")).write_parquet(path)


def main() -> None:
    """Print the ratios."""
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

        path = Path(folder) / "log.parquet"
        write_log(path, arguments.rows)
        workspace = Workspace()
        read = api.read_file(workspace, path)
        log = api.build_staged(workspace, read, read.mapping) if isinstance(read, api.Staged) else read
        engine, question = Engine(workspace), Question(log, Cohort(), 0.5)
        bare = duckdb.connect()
        bare.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")
        region = log.column("region").sql_name
        print(f"{log.n_rows:,} rows, {len(log.edges):,} score bins")
        for name, ask, by in (
            ("whole cohort", lambda: calibration(engine, question), ""),
            ("by slice", lambda: calibration_slices(engine, question, ["region"]), f"{region}, "),
            ("all segments", lambda: calibration_scan(engine, question), f"{region}, "),
            ("over time", lambda: calibration_time(engine, question), "date_trunc('day', moment), "),
            ("recalibration", lambda: recalibration(engine, question), "date_trunc('day', moment), "),
        ):
            answer, query = seconds(ask), seconds(lambda by=by: bare.sql(BARE.format(by=by)).pl())
            print(f"{name:14} {answer:6.2f} s   bare aggregate {query:6.2f} s   ratio {answer / query:.2f}")


if __name__ == "__main__":
    main()
