"""A real log as it was known on 15 December, matured, against what was known on 31 December."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import precision_score, recall_score

from analytics.answers.labels_answer import labels, mature
from analytics.answers.question import Question
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings.labels import labels_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

DAY, THRESHOLD = "2013-12-15", 0.3
COSTS = Costs(fp=1, fn=5)
CARRIERS = ("UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX")


@pytest.fixture
def flights(data: Path) -> pl.DataFrame:
    rows = pl.read_parquet(data / "nycflights/inference_log.parquet")
    columns = ["flight_id", "scored_at", "carrier", "label", "label_available_at", "score"]
    return rows.filter((pl.col("role") == "live") & (pl.col("scored_at") >= datetime(2013, 10, 21))).select(columns)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


@pytest.fixture
def log(desk: Desk, flights: pl.DataFrame) -> Log:
    return desk.log(flights)


def final(flights: pl.DataFrame, metric: str, first: datetime, carrier: str | None) -> float:
    """The metric of the days from the first to the day at hand, as all labels said later."""
    kept = flights.filter((pl.col("scored_at") >= first) & (pl.col("scored_at").dt.date() <= date.fromisoformat(DAY)))
    kept = kept.filter(pl.lit(value=True) if carrier is None else pl.col("carrier") == carrier).drop_nulls("label")
    label, flagged = kept["label"].to_numpy(), (kept["score"] >= THRESHOLD).to_numpy()
    if metric == "recall":
        return float(recall_score(label, flagged))
    if metric == "cost":
        return float((COSTS.fp * (flagged & (label == 0)) + COSTS.fn * (~flagged & (label == 1))).mean())
    return float(precision_score(label, flagged)) if metric == "precision" else float((label != flagged).mean())


def test_what_was_matured_covers_what_all_labels_said(flights: pl.DataFrame, log: Log, engine: Engine) -> None:
    asked = [(metric, None) for metric in ("error_rate", "recall", "precision", "cost")]
    asked += [("error_rate", carrier) for carrier in CARRIERS]
    covered = []
    for metric, carrier in asked:
        cohort = Cohort((Clause("carrier", "in", (carrier,)),) if carrier else ()).known_on(DAY)
        answer = labels(engine, Question(log, cohort, THRESHOLD), metric, COSTS)
        last = answer.buckets.row(-1, named=True)
        truth = final(flights, metric, last["bucket"], carrier)
        assert answer.now == datetime.fromisoformat(DAY)
        assert last["bound_low"] - 1e-9 <= truth <= last["bound_high"] + 1e-9
        covered.append(last["low"] - 1e-9 <= truth <= last["high"] + 1e-9)
    assert all(covered[:4])
    assert sum(covered) >= len(covered) - 1, "of 14 intervals at 95 % two miss once in 30"


def test_mature_rows_have_the_labels_that_they_will_get(log: Log, engine: Engine) -> None:
    question = Question(log, Cohort().known_on(DAY), THRESHOLD)
    ripe = mature(engine, question)
    assert ripe.cohort.clauses[-1] == Clause("scored_at", "le", ("2013-12-14",))
    known, later = (
        engine.row_counts(log, cohort, THRESHOLD)[1] for cohort in (ripe.cohort, Cohort(ripe.cohort.clauses[1:]))
    )
    assert known >= 0.999 * later


def test_labels_of_mature_rows_are_as_old_when_ripe_as_those_of_all(log: Log, engine: Engine) -> None:
    question = Question(log, Cohort().known_on(DAY), THRESHOLD)
    for each in (question, Question(log, Cohort(), THRESHOLD)):
        whole, ripe = labels(engine, each, "error_rate"), labels(engine, mature(engine, each), "error_rate")
        assert (ripe.ripe_age, ripe.now, ripe.trust) == (whole.ripe_age, whole.now, whole.trust)
        assert " is ripe on " not in labels_reading(ripe) and "Mature rows end" not in labels_reading(ripe)
        assert labels_reading(whole).count(" is ripe on ") == 1
