"""The flights and COMPAS as logs, read once for all tests of the review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.answers.question import Question
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

FLIGHTS = (
    "flight_id",
    "scored_at",
    "carrier",
    "origin",
    "dest",
    "distance",
    "wind_gust",
    "model_version",
    "role",
    "score",
    "decision",
    "label",
)


@dataclass(frozen=True)
class RealLog:
    """A log and its rows as Polars reads them, with ``row_id``."""

    engine: Engine
    log: Log
    rows: pl.DataFrame

    def asked(self, *clauses: Clause, threshold: float | None = None) -> Question:
        return Question(self.log, Cohort(clauses), self.log.mapping.threshold if threshold is None else threshold)


def real_log(source: Path, folder: Path, rows: pl.DataFrame, **roles: str) -> Iterator[RealLog]:
    desk = Desk(Workspace(folder / "home"), folder)
    engine = Engine(desk.workspace)
    yield RealLog(engine, desk.log(source, **roles), rows.with_row_index("row_id"))
    engine.close()


def flights(data: Path, folder: Path) -> Iterator[RealLog]:
    rows = pl.read_parquet(data / "nycflights/inference_log.parquet", columns=list(FLIGHTS)).select(FLIGHTS)
    path = folder / "flights.parquet"
    rows.write_parquet(path)
    yield from real_log(path, folder, rows, row_id="flight_id", amount="distance")


def compas(data: Path, folder: Path) -> Iterator[RealLog]:
    path = data / "compas/compas-scores-two-years_noPII.csv"
    rows = pl.read_csv(path, infer_schema_length=None)
    yield from real_log(path, folder, rows, score="decile_score", label="two_year_recid")
