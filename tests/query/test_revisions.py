"""Labels that were revised: what was known on a day, what was given first, and how often what became what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from analytics.answers.labels_revised import revised, revised_where
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.revisions import revised_rows, step_table
from tests.ingested import Desk
from tests.reading.test_label_history import by_hand, made, of_files

ON = ("2024-01-20", "2024-02-15", "2024-03-15", "2024-04-15")


Asked = tuple[Log, dict[int, list[tuple[int, date]]], pl.DataFrame, Engine]


@pytest.fixture(scope="module", params=[False, True], ids=["days of files", "times of labels"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("revisions")
    desk = Desk(Workspace(folder / "home"), folder)
    rows, files = made(11, with_times=request.param)
    region = pl.Series("region", np.where(np.arange(rows.height) % 4 == 0, "north", "south"))
    rows = rows.with_columns(region)
    with closing(Engine(desk.workspace)) as engine:
        yield of_files(desk, rows, *files), by_hand(rows, files, with_times=request.param), rows, engine


def labels_of(engine: Engine, log: Log, cohort: Cohort) -> list[int | None]:
    return engine.head(log, cohort, 0.5, 1_000).sort("row_id")["label"].to_list()


def test_a_day_brings_back_the_label_that_was_known_then(asked: Asked) -> None:
    log, steps, _, engine = asked
    for day in ON:
        until = date.fromisoformat(day)
        expected = [
            next((label for label, seen in reversed(of_row) if seen <= until), None) for of_row in steps.values()
        ]
        assert labels_of(engine, log, Cohort().known_on(day)) == expected
    assert labels_of(engine, log, Cohort().known_on("2025-01-01")) == labels_of(engine, log, Cohort())


def test_labels_as_first_given_give_every_metric_as_it_was(asked: Asked) -> None:
    log, steps, rows, engine = asked
    first = Cohort().by_labels(is_first=True)
    given = [of_row[0][0] if of_row else None for of_row in steps.values()]
    assert labels_of(engine, log, first) == given
    frame = rows.with_columns(given=pl.Series(given), now=pl.Series([s[-1][0] if s else None for s in steps.values()]))
    frame = frame.drop_nulls("given")
    answer = revised(engine, Question(log, first, 0.5))
    area = answer.metrics.filter(pl.col("metric") == "auroc").row(0, named=True)
    assert area["first"] == pytest.approx(roc_auc_score(frame["given"], frame["score"]))
    assert area["now"] == pytest.approx(roc_auc_score(frame["now"], frame["score"]))
    found = overview(engine, Question(log, first, 0.5))
    flagged = frame["score"] >= 0.5
    assert found.value("error_rate")[0] == pytest.approx((flagged != (frame["given"] == 1)).mean())
    assert answer.buckets is not None and answer.buckets["n_revised"].sum() == answer.n_revised == log.n_revised


def test_revisions_are_counted_by_what_they_were_and_became(asked: Asked) -> None:
    log, steps, _, engine = asked
    expected: dict[tuple[int, int, date, date], int] = {}
    for of_row in steps.values():
        for (before, seen), (after, later) in pairwise(of_row):
            key = (before, after, seen, later)
            expected[key] = expected.get(key, 0) + 1
    found = {
        (row["before"], row["after"], row["seen"].date(), row["revised"].date()): row["n"]
        for row in step_table(engine, log, Cohort(), 0.5).iter_rows(named=True)
    }
    assert found == expected
    rows = {
        (row["first"], row["now"]): row["n"] for row in revised_rows(engine, log, Cohort(), 0.5).iter_rows(named=True)
    }
    ends = [(of_row[0][0], of_row[-1][0]) for of_row in steps.values() if len(of_row) > 1]
    assert rows == {pair: ends.count(pair) for pair in set(ends)}
    north = Cohort((Clause("region", "in", ("north",)),))
    own = [of_row for place, of_row in steps.items() if place % 4 == 0 and len(of_row) > 1]
    assert revised_rows(engine, log, north, 0.5)["n"].sum() == len(own)
    until = date(2024, 3, 15)
    early = [of_row for of_row in steps.values() if len(of_row) > 1 and of_row[1][1] <= until]
    assert revised_rows(engine, log, Cohort().known_on("2024-03-15"), 0.5)["n"].sum() == len(early)


def test_where_labels_are_revised_is_found(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    n = 3_000
    region = np.where(np.arange(n) % 5 == 0, "north", "south")
    first = rng.random(n) < 0.5
    changed = np.where(rng.random(n) < np.where(region == "north", 0.3, 0.02), ~first, first)
    rows = pl.DataFrame({"id": np.arange(n), "score": rng.random(n).round(3), "region": region})
    files = [pl.DataFrame({"id": rows["id"], "label": labels.astype(int)}) for labels in (first, changed)]
    log = of_files(desk, rows, *files)
    found = revised_where(Engine(desk.workspace), Question(log, Cohort(), 0.5))
    assert found.select("column", "slice").row(0) == ("region", "north")
    assert found["share"][0] == pytest.approx((first != changed)[region == "north"].mean())
    assert found["share_rest"][0] == pytest.approx((first != changed)[region == "south"].mean())
