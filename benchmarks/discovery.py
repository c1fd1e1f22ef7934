"""The search for slices beside its peers: DivExplorer on a full lattice, a bare GROUP BY on a large log, and simulations.

    uv run --group peers python benchmarks/discovery.py lattice      1 million rows x 7 columns, DivExplorer beside it
    uv run python benchmarks/discovery.py large                      10 million rows x 10 columns, a bare GROUP BY beside it
    uv run python benchmarks/discovery.py power                      100 planted logs, 1,000 logs of noise

Both sides of each ratio are measured in one run; memory is the growth of a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

CARDINALITIES = (3, 8, 5, 4, 20, 6, 12)
LARGE = (*CARDINALITIES, 10, 8, 6)
SUPPORT = 0.001


def write_rows(path: Path, n: int, sizes: tuple[int, ...]) -> None:
    """Write rows of skewed text columns, one of whose conjunctions fails more often."""
    rng = np.random.default_rng(0)
    columns = [rng.choice(size, n, p=rng.dirichlet(np.full(size, 2.0))).astype(np.uint8) for size in sizes]
    label = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where((columns[0] == 1) & (columns[1] == 2), 0.3, 0.15)
    score = np.where(wrong, 1 - label, label) * 0.8 + 0.1
    names = [f"column{place}" for place in range(len(sizes))]
    import polars as pl

    texts = [
        pl.Series(name, column).cast(pl.String).cast(pl.Categorical)
        for name, column in zip(names, columns, strict=True)
    ]
    pl.DataFrame([*texts, pl.Series("label", label), pl.Series("score", score)]).write_parquet(path)


def ingested(path: Path, home: Path) -> Any:
    """Bring a file into a workspace of its own."""
    from analytics.log.workspace import Workspace
    from analytics.reading import api

    workspace = Workspace(home)
    read = api.read_file(workspace, path)
    return workspace, api.build_staged(workspace, read, read.mapping) if isinstance(read, api.Staged) else read


def ours(home: Path, depth: int, support: float) -> dict[str, Any]:
    """Search an ingested log for every slice."""
    from analytics.answers.discovery.search import Search, cells_of
    from analytics.answers.question import Question
    from analytics.log.workspace import Workspace
    from analytics.measure.discovery.lattice import lattice
    from analytics.query.cohort import Cohort
    from analytics.query.engine import Engine

    workspace = Workspace(home)
    engine, log = Engine(workspace), workspace.receipts()[0]
    names = tuple(column.name for column in log.columns if column.name.startswith("column"))
    before, started = memory(), time.perf_counter()
    cells = cells_of(engine, Question(log, Cohort(), 0.5), Search(columns=names), "none")
    counted = time.perf_counter()
    found = lattice(cells.cube, support * log.n_rows - 1e-6, depth)
    seconds, grown = time.perf_counter() - started, memory() - before
    slices = (
        {
            " ".join(f"{p.property.name}={p.value}" for p in cells.slice_of(pattern)): [n, k]
            for pattern, n, k in zip(found.patterns, found.sums.n.tolist(), found.sums.total.tolist(), strict=True)
        }
        if depth > 3
        else {}
    )
    return {
        "seconds": seconds,
        "counting": counted - started,
        "memory": grown,
        "n": len(found.patterns),
        "slices": slices,
    }


def divexplorer(path: Path, support: float) -> dict[str, Any]:
    """Search the same rows with DivExplorer."""
    import pandas as pd
    from divexplorer import DivergenceExplorer

    rows = pd.read_parquet(path)
    rows["wrong"] = ((rows["score"] >= 0.5) != (rows["label"] == 1)).astype(int)
    names = [name for name in rows.columns if name.startswith("column")]
    rows = rows[[*names, "wrong"]].astype(dict.fromkeys(names, str))
    before, started = memory(), time.perf_counter()
    found = DivergenceExplorer(rows).get_pattern_divergence(
        min_support=support, attributes=names, boolean_outcomes=["wrong"]
    )
    seconds, grown = time.perf_counter() - started, memory() - before
    slices = {}
    for items, n, rate in zip(found["itemset"], found["support_count"], found["wrong"], strict=True):
        if len(items):
            slices[" ".join(sorted(items))] = [float(n), float(n) * float(rate)]
    return {"seconds": seconds, "memory": grown, "n": len(slices), "slices": slices}


def memory() -> float:
    """Return the highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(*arguments: str) -> dict[str, Any]:
    """Run one side in a process of its own."""
    command = [sys.executable, "-W", "ignore", __file__, *arguments]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ)
    return json.loads(result.stdout.splitlines()[-1])


def compare_lattice(folder: Path) -> None:
    """Print speed and memory beside DivExplorer's, after a check that both found the same."""
    path, home = folder / "rows.parquet", folder / "home"
    write_rows(path, 1_000_000, CARDINALITIES)
    ingested(path, home)
    mine = [apart("ours", str(home), "7", str(SUPPORT)) for _ in range(3)]
    theirs = [apart("divexplorer", str(path), str(SUPPORT)) for _ in range(1)]
    found, reference = (
        mine[0]["slices"],
        {" ".join(sorted(key.split())): value for key, value in theirs[0]["slices"].items()},
    )
    found = {" ".join(sorted(key.split())): value for key, value in found.items()}
    print(f"slices {len(found):,}, DivExplorer {len(reference):,}; the same: {found.keys() == reference.keys()}")
    shared = found.keys() & reference.keys()
    print(
        f"largest difference of support {max(abs(found[key][0] - reference[key][0]) for key in shared):.3g} rows, "
        f"of errors {max(abs(found[key][1] - reference[key][1]) for key in shared):.3g}"
    )
    for name in ("seconds", "memory"):
        one, other = (statistics.median(run[name] for run in side) for side in (mine, theirs))
        print(f"{name:8} {one:9.2f}   DivExplorer {other:9.2f}   ratio {other / one:.1f}")


def compare_large(folder: Path, n: int) -> None:
    """Print the time of a search to depth 3 beside that of a bare GROUP BY of its columns."""
    path, home = folder / "rows.parquet", folder / "home"
    write_rows(path, n, LARGE)
    workspace, log = ingested(path, home)
    names = ", ".join(column.sql_name for column in log.columns if column.name.startswith("column"))
    bare = []
    for _ in range(3):
        connection = duckdb.connect()
        connection.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")
        started = time.perf_counter()
        connection.sql(f"SELECT {names}, count(*) AS n FROM log.log GROUP BY ALL").arrow()  # noqa: S608
        bare.append(time.perf_counter() - started)
        connection.close()
    mine = [apart("ours", str(home), "3", "0.01") for _ in range(2)]
    one, other = statistics.median(run["seconds"] for run in mine), statistics.median(bare)
    print(
        f"{n:,} rows x {len(LARGE)} columns to depth 3: {mine[0]['n']:,} slices in {one:.2f} s, of which counting "
        f"{statistics.median(run['counting'] for run in mine):.2f} s; memory {mine[0]['memory']:,.0f} MB"
    )
    print(f"bare GROUP BY {other:.2f} s   ratio {one / other:.1f}")


def ceilings(base: float, n: int = 20_000, share: float = 0.015, draws: int = 20_000) -> tuple[float, float]:
    """Return what no search can pass: the power of a test that knows the slice, and of one look at all rows."""
    from analytics.measure.comparisons import greater_p_value

    rng = np.random.default_rng(0)
    inside, rest = round(share * n), round((1 - share) * n)
    power = []
    for part, level in ((0.5, 0.05), (1.0, 0.05 / 8_000)):
        one, other = round(part * inside), round(part * rest)
        p = greater_p_value(rng.binomial(one, 2 * base, draws), one, rng.binomial(other, base, draws), other)
        power.append(float((p < level).mean()))
    return power[0], power[1]


def simulate(n_planted: int, n_noise: int) -> None:
    """Print how often a planted slice is found and confirmed, and how often noise is."""
    from tests.measure.discovery.cubes import noise, planted

    pattern = [0, 1, 0, *[-1] * 7]
    for base in (0.137, 0.2):
        known, best = ceilings(base)
        print(
            f"at {base:.1%}: known beforehand, half of the rows confirm it in {known:.1%} of logs; all rows, with no row "
            f"held back and Bonferroni over 8,000 slices, find it in {best:.1%}"
        )
        hits = sum(pattern in planted(seed, base=base).confirmed() for seed in range(n_planted))
        print(f"planted, error rate {base:.1%} and {2 * base:.1%}: found and confirmed in {hits} of {n_planted}")
    wrong = sum(bool(noise(seed).confirmed()) for seed in range(n_noise))
    print(f"noise: something confirmed in {wrong} of {n_noise}")


def main() -> None:
    """Run one comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["lattice", "large", "power", "ours", "divexplorer"])
    parser.add_argument("more", nargs="*")
    arguments = parser.parse_args()
    if arguments.what == "ours":
        home, depth, support = arguments.more
        print(json.dumps(ours(Path(home), int(depth), float(support))))
    elif arguments.what == "divexplorer":
        print(json.dumps(divexplorer(Path(arguments.more[0]), float(arguments.more[1]))))
    elif arguments.what == "power":
        simulate(*map(int, arguments.more or (100, 1_000)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            if arguments.what == "lattice":
                compare_lattice(Path(folder))
            else:
                compare_large(Path(folder), int(arguments.more[0]) if arguments.more else 10_000_000)


if __name__ == "__main__":
    main()
