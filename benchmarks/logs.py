"""The generated logs: seeded, written by DuckDB, kept outside the tree from one run to the next."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from analytics.log.schema import Log
    from analytics.log.workspace import Workspace

ROOT = Path(__file__).parents[1]
_FORMATS = {"parquet": "FORMAT parquet", "csv": "HEADER"}

ROWS = """
WITH drawn AS (SELECT i, {uniforms} FROM range({rows}) AS t(i)), scored AS (SELECT *, round(u0 * u0, 6) AS score FROM drawn)
SELECT
  'r' || lpad(i::VARCHAR, 9, '0') AS row_id,
  'c' || (u1 * greatest({rows} // 10, 1))::BIGINT AS customer_id,
  TIMESTAMP '2025-01-01' + to_microseconds((i * (365 * 86400000000 / {rows}))::BIGINT) AS scored_at,
  'region ' || floor(u2 * u2 * 20)::INT AS region,
  'store ' || floor(u3 * 28)::INT AS store,
  ['web', 'app', 'phone', 'branch'][1 + floor(u4 * 4)::INT] AS channel,
  CASE WHEN u5 >= 0.08 THEN 'product ' || floor(u5 * 12)::INT END AS product,
  floor(u6 * u6 * 90)::INT AS age,
  ['new', 'known', 'old'][1 + floor(u7 * 3)::INT] AS customer_kind,
  'v' || (1 + i * 3 // {rows}) AS model_version,
  score,
  CASE WHEN u8 >= 0.05 THEN (u9 < score - 0.1 * (u2 < 0.1)::INT)::INT END AS label
FROM scored
"""
"""A log of 12 columns: ids, a time, seven segments, a score of a million values, labels of which 5 % are not known yet."""

_SHADOW = """
SELECT * REPLACE (round(0.8 * score + 0.2 * hash(row_id) / 18446744073709551616.0, 6) AS score) FROM '{live}'
ORDER BY hash(row_id || 'x')
"""
"""The same rows, scored by a model of which a fifth is chance, in an order that tells nothing."""


def folder() -> Path:
    """Return where generated logs are kept: ``SLICEWISE_BENCHMARKS``, by default in the folder for temporary files."""
    given = os.environ.get("SLICEWISE_BENCHMARKS")
    found = Path(given) if given else Path(tempfile.gettempdir()) / "slicewise-benchmarks"
    found.mkdir(parents=True, exist_ok=True)
    return found


def generated(rows: int, kind: str = "parquet") -> Path:
    """Return a log of so many rows as a Parquet or a CSV file, written where it is not there yet."""
    uniforms = ", ".join(f"hash(i * 16 + {place}) / 18446744073709551616.0 AS u{place}" for place in range(10))
    sql = ROWS.format(rows=rows, uniforms=uniforms)
    path = folder() / f"{rows}-{hashlib.sha256(sql.encode()).hexdigest()[:8]}.{kind}"
    if not path.exists():
        part = path.with_suffix(".part")
        source = sql if kind == "parquet" else f"FROM '{generated(rows)}'"
        connection = duckdb.connect()
        connection.execute("SET memory_limit = '2GB'")
        connection.execute(f"COPY ({source}) TO '{part}' ({_FORMATS[kind]})")
        part.replace(path)
    return path


def ingested(path: Path, home: Path) -> tuple[Workspace, Log]:
    """Bring a file into a workspace."""
    from analytics.log.workspace import Workspace
    from analytics.reading import api

    workspace = Workspace(home)
    read = api.read_file(workspace, path)
    return workspace, api.build_staged(workspace, read, read.mapping) if isinstance(read, api.Staged) else read


def shadow(rows: int) -> Path:
    """Return the same rows in another order with the scores of another model, written where they are not there yet."""
    live = generated(rows)
    path = live.with_name(f"shadow-{live.name}")
    if not path.exists():
        part = path.with_suffix(".part")
        connection = duckdb.connect()
        connection.execute("SET memory_limit = '2GB'")
        connection.execute(f"COPY ({_SHADOW.format(live=live)}) TO '{part}' (FORMAT parquet)")
        part.replace(path)
    return path


def workspace_of(rows: int) -> tuple[Workspace, Log]:
    """Return a workspace with a generated log, kept for as long as the code that reads is the same."""
    workspace = _kept("home", rows, (generated,))
    return workspace, workspace.receipts()[0]


def pairs_of(rows: int) -> tuple[Workspace, Log, Log]:
    """Return a workspace with a generated log and its shadow, kept as `workspace_of` keeps one."""
    workspace = _kept("pairs", rows, (generated, shadow))
    live, candidate = sorted(workspace.receipts(), key=lambda log: log.name.startswith("shadow"))
    return workspace, live, candidate


def _kept(name: str, rows: int, files: Sequence[Callable[[int], Path]]) -> Workspace:
    """Return a workspace with some files, made where it is not there yet."""
    from analytics.log.workspace import Workspace

    def make(home: Path) -> None:
        for written in files:
            ingested(written(rows), home)

    return Workspace(kept_home(name, rows, make))


def kept_home(name: str, rows: int, make: Callable[[Path], None]) -> Path:
    """Return the folder of a workspace, made where it is not there for the code that reads."""
    digest = hashlib.sha256()
    for room in ("reading", "log"):
        for source in sorted((ROOT / "analytics" / room).rglob("*.py")):
            digest.update(source.read_bytes())
    home = folder() / f"{name}-{rows}-{digest.hexdigest()[:8]}"
    if not (home / "whole").exists():
        for old in folder().glob(f"{name}-{rows}-*"):
            shutil.rmtree(old)
        make(home)
        (home / "whole").touch()
    return home
