"""The search for slices beside its peers: DivExplorer on a full lattice, a bare GROUP BY on a large log."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import folder, ingested

_CARDINALITIES = (3, 8, 5, 4, 20, 6, 12)
_LARGE = (*_CARDINALITIES, 10, 8, 6)
_SUPPORT = 0.001


def write_rows(path: Path, n: int, sizes: tuple[int, ...]) -> None:
    """Write rows of skewed text columns, one of whose conjunctions fails more often."""
    import polars as pl

    rng = np.random.default_rng(0)
    columns = [rng.choice(size, n, p=rng.dirichlet(np.full(size, 2.0))).astype(np.uint8) for size in sizes]
    label = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where((columns[0] == 1) & (columns[1] == 2), 0.3, 0.15)
    score = np.where(wrong, 1 - label, label) * 0.8 + 0.1
    texts = [
        pl.Series(f"column{place}", column).cast(pl.String).cast(pl.Categorical) for place, column in enumerate(columns)
    ]
    pl.DataFrame([*texts, pl.Series("label", label), pl.Series("score", score)]).write_parquet(path)


def _rows(n: int, sizes: tuple[int, ...]) -> Path:
    """Return a file of such rows, written where it is not there yet."""
    path = folder() / f"slices-{n}-{len(sizes)}.parquet"
    if not path.exists():
        part = path.with_suffix(".part")
        write_rows(part, n, sizes)
        part.replace(path)
    return path


def _workspace(n: int, sizes: tuple[int, ...]) -> Any:
    """Return a workspace with such a log."""
    home = folder() / f"slices-home-{n}-{len(sizes)}"
    shutil.rmtree(home, ignore_errors=True)
    return ingested(_rows(n, sizes), home)


def _search(sizes: tuple[int, ...], depth: int, support: float, n: int) -> Iterator[Taken]:
    """Search an ingested log for every slice."""
    from analytics.answers.discovery.search import Search, cells_of
    from analytics.answers.question import Question
    from analytics.measure.discovery.lattice import lattice
    from analytics.query.cohort import Cohort
    from analytics.query.engine import Engine

    workspace, log = _workspace(n, sizes)
    engine = Engine(workspace)
    names = tuple(column.name for column in log.columns if column.name.startswith("column"))

    def search() -> None:
        cells = cells_of(engine, Question(log, Cohort(), 0.5), Search(columns=names), "none")
        lattice(cells.cube, support * log.n_rows - 1e-6, depth)

    yield timed("", search)


def _divexplorer(n: int) -> Iterator[Taken]:
    """Search the same rows with DivExplorer."""
    import pandas as pd
    from divexplorer import DivergenceExplorer

    rows = pd.read_parquet(_rows(n, _CARDINALITIES))
    rows["wrong"] = ((rows["score"] >= 0.5) != (rows["label"] == 1)).astype(int)
    names = [name for name in rows.columns if name.startswith("column")]
    explorer = DivergenceExplorer(rows[[*names, "wrong"]].astype(dict.fromkeys(names, str)))
    yield timed(
        "",
        lambda: explorer.get_pattern_divergence(min_support=_SUPPORT, attributes=names, boolean_outcomes=["wrong"]),
    )


def _group_by(n: int) -> Iterator[Taken]:
    """Count the rows of every combination of values."""
    workspace, log = _workspace(n, _LARGE)
    names = ", ".join(column.sql_name for column in log.columns if column.name.startswith("column"))
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")
    sql = f"SELECT {names}, count(*) AS n FROM log.log GROUP BY ALL"  # noqa: S608 – names of our own
    yield timed("", lambda: connection.sql(sql).pl())


JOBS = (
    Job(
        name="lattice",
        meaning="every slice of 7 columns with a thousandth of the rows",
        ours=partial(_search, _CARDINALITIES, 7, _SUPPORT),
        theirs=_divexplorer,
        peer="DivExplorer",
        needs="divexplorer",
        rows=(1_000_000,),
    ),
    Job(
        name="discovery",
        meaning="slices of 10 columns with a hundredth of the rows, to depth 3",
        ours=partial(_search, _LARGE, 3, 0.01),
        theirs=_group_by,
        peer="one GROUP BY of them",
        rows=(10_000_000,),
    ),
)
