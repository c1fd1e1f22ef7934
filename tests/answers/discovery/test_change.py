"""The search for slices that got worse against a reference, from a log to words, a figure and a command."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.present import readings
from analytics.present.discovery import slice_words
from analytics.present.figures import discovery_map
from analytics.present.tables.discovery import discovery_json_rows
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 12_000
EARLY, LATE = (Cohort((Clause("period", "in", (name,)),)) for name in ("early", "late"))
CHANGE = Search(objective="change", split="row", reference=EARLY)


@pytest.fixture
def log(desk: Desk) -> Log:
    """``g`` is a fails twice as often, but only late; ``h`` is bad in both periods."""
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {
            "g": rng.choice(["a", "b", "c", "d"], N),
            "h": rng.choice(["k", "l", "m"], N),
            "f": rng.choice(["x", "y"], N),
            "period": rng.choice(["early", "late"], N),
            "label": rng.integers(0, 2, N),
            "hidden": rng.random(N),
        }
    )
    later = (pl.col("g") == "a") & (pl.col("period") == "late")
    rate = pl.when(later).then(0.3).when(pl.col("h") == "k").then(0.4).otherwise(0.14)
    wrong = pl.col("hidden") < rate
    score = pl.when(wrong).then(1 - pl.col("label")).otherwise(pl.col("label")) * 0.8 + 0.1
    return desk.log(frame.with_columns(score=score).drop("hidden"), segments=("g", "h", "f", "period"), row_id=None)


@pytest.fixture
def engine(desk: Desk) -> Engine:
    return Engine(desk.workspace)


def test_what_got_worse_is_found_and_what_was_always_bad_is_not(engine: Engine, log: Log, desk: Desk) -> None:
    late = Question(log, LATE, 0.5)
    assert slice_words(discover(engine, late, Search(split="row")).slices[0]) == "h is k"
    answer = discover(engine, late, CHANGE)
    confirmed = [
        slice_words(found)
        for found, status in zip(answer.slices, answer.table["status"], strict=True)
        if status == "confirmed"
    ]
    assert confirmed[0].startswith("g is a") and "h is k" not in confirmed
    reading = readings.discovery_reading(answer)
    assert "in the reference" in reading and "now: +" in reading and "times the overall" not in reading
    assert answer.tree is None
    drawn = discovery_map(answer)
    assert "points" in drawn.layout.yaxis.title.text
    assert discovery_json_rows(answer)[0]["rate_before"] == answer.table["rate_before"][0]


def test_changes_equal_polars(engine: Engine, log: Log, desk: Desk) -> None:
    search = Search(objective="change", split="none", every=True, columns=("g",), reference=EARLY)
    answer = discover(engine, Question(log, LATE, 0.5), search)
    wrong = ((pl.col("score") >= 0.5) != (pl.col("label") == 1)).cast(pl.Float64).mean()
    stored = desk.stored(log)
    period = log.column("period").sql_name
    rate = {
        when: dict(stored.filter(pl.col(period) == when).group_by("c0").agg(wrong).iter_rows())
        for when in ("early", "late")
    }
    assert len(answer.slices) == 4
    for found, row in zip(answer.slices, answer.table.iter_rows(named=True), strict=True):
        value = found[0].value
        assert row["rate_now"] == pytest.approx(rate["late"][value])
        assert row["rate_before"] == pytest.approx(rate["early"][value])
        assert row["rate"] == pytest.approx(rate["late"][value] - rate["early"][value])
    assert answer.n_judged == stored.filter(pl.col(period) == "late").height


@pytest.mark.parametrize(
    ("cohort", "search", "said"),
    [
        (LATE, Search(objective="change"), "Expected a reference for a change"),
        (LATE, Search(reference=EARLY), "Expected a reference for a change"),
        (Cohort(), CHANGE, "without the rows that are searched"),
        (LATE, Search(objective="change", reference=EARLY, split="time"), "both sides can share"),
        (
            LATE,
            Search(objective="change", reference=Cohort((Clause("g", "in", ("no",)),)), split="row"),
            "Widen the reference",
        ),
    ],
)
def test_sides_that_cannot_be_compared_are_said(
    engine: Engine, log: Log, cohort: Cohort, search: Search, said: str
) -> None:
    with pytest.raises(QuestionError, match=said):
        discover(engine, Question(log, cohort, 0.5), search)
