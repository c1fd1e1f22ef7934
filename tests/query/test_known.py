"""The log as it was known on a day, held against an export that was made on that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table
from analytics.query.predicates import predicate
from tests.ingested import Desk

START = datetime(2024, 3, 1, 6)
DAY = "2024-03-20"


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def frame(n: int = 3_000) -> pl.DataFrame:
    rng = np.random.default_rng(8)
    label, minutes = (rng.random(n) < 0.4).astype(int), rng.exponential(8_000, n).astype(int)
    at = [START + timedelta(minutes=17 * place) for place in range(n)]
    return pl.DataFrame(
        {
            "score": (rng.random(n) * 0.6 + 0.3 * label).round(2),
            "label": label,
            "scored_at": at,
            "label_time": [moment + timedelta(minutes=int(more)) for moment, more in zip(at, minutes, strict=True)],
            "region": np.array(["north", "south", "west"])[rng.integers(0, 3, n)].tolist(),
        }
    )


def of_that_day(whole: pl.DataFrame) -> pl.DataFrame:
    """The export that would have been made at the end of the day."""
    end = datetime.fromisoformat(DAY) + timedelta(days=1)
    is_known = pl.col("label_time") < end
    kept = whole.filter(pl.col("scored_at") < end)
    return kept.with_columns(pl.when(is_known).then(name).alias(name) for name in ("label", "label_time"))


def test_answers_are_those_of_an_export_of_that_day(desk: Desk, engine: Engine) -> None:
    whole, then = frame(), of_that_day(frame())
    assert 0 < then["label"].null_count() < then.height
    now, export = (desk.log(rows, name=name) for rows, name in ((whole, "whole"), (then, "then")))
    cohort = Cohort().known_on(DAY)
    found, expected = overview(engine, Question(now, cohort, 0.5)), overview(engine, Question(export, Cohort(), 0.5))
    assert found.counts == expected.counts
    assert found.counts["n_labelled"] == then["label"].count()
    tables = [outcome_table(engine, log, own, 0.5, ["region"]) for log, own in ((now, cohort), (export, Cohort()))]
    assert tables[0].equals(tables[1])
    outcomes = [
        engine.row_counts(log, Cohort(own.clauses, ("unlabelled",)), 0.5)
        for log, own in ((now, cohort), (export, Cohort()))
    ]
    assert outcomes[0] == outcomes[1] == (then["label"].null_count(), 0)


def test_a_row_shows_no_label_that_came_later(desk: Desk, engine: Engine) -> None:
    log = desk.log(frame())
    rows = engine.head(log, Cohort((Clause("", "as-of", (DAY,)),), ("unlabelled",)), 0.5, 20)
    for name in ("label", "label_time"):
        assert rows[log.column(name).sql_name].null_count() == rows.height
    assert engine.head(log, Cohort(), 0.5, 20)["label"].null_count() == 0


def test_a_log_that_does_not_say_when_labels_came_is_refused(desk: Desk) -> None:
    log = desk.log(frame(), label_time=None)
    with pytest.raises(QuestionError, match="found no times of labels"):
        predicate(Cohort().known_on(DAY), log, 0.5)


def test_the_day_is_said_and_survives_a_link() -> None:
    cohort = Cohort((Clause("region", "in", ("north",)),)).known_on(DAY)
    assert cohort.to_words() == "region is north, and as known on 2024-03-20"
    assert Cohort.from_text(cohort.to_text()) == cohort
    assert cohort.known_on("2024-03-21").as_of == ("2024-03-21",)
    assert cohort.known_on(None).as_of == ()
    assert cohort.whole().as_of == (DAY,)
