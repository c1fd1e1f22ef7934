"""Overview, the brief and Gap call labels late by one rule: on logs in which they are, and in which they never come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, LabelParts
from analytics.answers.gap.sides import sides
from analytics.answers.labels import arrival_of, label_days
from analytics.answers.labels_answer import labels
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.measure.labels.lateness import label_arrival
from analytics.present.readings import (
    finding_certainty,
    finding_sentence,
    labels_reading,
    overview_reading,
    trend_reading,
    unlabelled_words,
)
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N, DAYS = 6_000, 60
CASES = ("late", "slow", "never", "newer", "no times")


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def rows(case: str) -> pl.DataFrame:
    """A log of 60 days in which labels of the last ten miss, come in slowly, never come, or come for the newest alone."""
    rng = np.random.default_rng(5)
    day, score = np.sort(rng.integers(0, DAYS, N)), rng.beta(0.8, 2.0, N).round(2)
    lacking = {
        "late": (day >= DAYS - 10) * 0.9,
        "slow": np.exp(-(DAYS - 1 - day) / 15),
        "newer": (day < DAYS / 2) * 0.4,
    }.get(case, np.full(N, 0.2))
    known = rng.random(N) >= lacking
    at = np.datetime64("2024-01-01T08:00:00") + day.astype("timedelta64[D]")
    frame = pl.DataFrame(
        {
            "score": score,
            "label": [
                int(value) if is_known else None for value, is_known in zip(rng.random(N) < score, known, strict=True)
            ],
            "half": np.where(day < DAYS / 2, "first", "second"),
            "at": at.astype("datetime64[us]"),
        }
    )
    return frame.drop("at") if case == "no times" else frame


@pytest.mark.parametrize("case", CASES)
def test_labels_by_day_are_counted_once_and_as_outcomes_are(desk: Desk, engine: Engine, case: str) -> None:
    frame = rows(case).with_columns(score=pl.when(pl.int_range(pl.len()) % 9 > 0).then("score"))
    times = {} if case == "no times" else {"time": "at"}
    log = desk.log(frame, score="score", label="label", segments=("half",), **times)
    cohort = Cohort((Clause("half", "in", ("first", "second")),))
    found = arrival_of(engine, Question(log, cohort, 0.5))
    asked = engine.n_queries
    assert arrival_of(engine, Question(log, cohort, 0.2)) == found and engine.n_queries == asked
    days = label_days(engine, Question(log, cohort, 0.5))
    assert found == (None if days is None else label_arrival(days))


@pytest.mark.parametrize("case", CASES)
def test_every_room_calls_labels_late_by_one_rule(desk: Desk, engine: Engine, case: str) -> None:
    times = {} if case == "no times" else {"time": "at"}
    log = desk.log(rows(case), score="score", label="label", segments=("half",), **times)
    question = Question(log, Cohort(), 0.5)
    found, answer = brief(engine, Asking(question)), overview(engine, question)
    told = next(finding for finding in found.findings if isinstance(finding.parts, LabelParts))
    assert isinstance(told.parts, LabelParts)
    is_late = case in ("late", "slow")
    assert told.parts.is_late is (None if case == "no times" else is_late)
    assert answer.arrival == arrival_of(engine, question)
    assert (None if answer.arrival is None else answer.arrival.is_late) is told.parts.is_late
    lead = overview_reading(answer, question).replace("\u202f", " ").split("\n")[0]
    sidebar = unlabelled_words(answer.counts["n_unlabelled"], answer.arrival)
    said = finding_sentence(told, log)
    assert (" yet" in finding_certainty(told, found)) is (" yet" in lead) is is_late or case == "slow"
    assert ("old ones as often as new ones" in lead) is ("as often" in sidebar) is ("no less than old ones" in said)
    assert ("no less than old ones" in said) is (case in ("never", "newer"))
    assert ("not known yet" in sidebar) is (" yet" in lead)
    if case != "no times":
        trend = trend_reading(answer.trend, answer.every, are_late=answer.may_labels_come)
        assert " yet" not in trend or is_late


@pytest.mark.parametrize("case", ["late", "slow", "never"])
def test_gap_waits_for_labels_where_overview_does(desk: Desk, engine: Engine, case: str) -> None:
    log = desk.log(rows(case), score="score", label="label", time="at", segments=("half",))
    reference, production = (
        Question(log, Cohort((Clause("half", "in", (name,)),)), 0.5) for name in ("first", "second")
    )
    found, arrival = sides(engine, reference, production), overview(engine, production).arrival
    assert arrival is not None
    assert (found.mature_before[1], found.is_waiting) == (arrival.since, arrival.is_waiting)
    assert arrival.is_late is (case != "never")


@pytest.mark.parametrize("n_days", [60, 400])
def test_rows_that_are_negative_until_something_happens_are_trusted_once_it_would_have(
    desk: Desk, engine: Engine, n_days: int
) -> None:
    """As with chargebacks: only positive rows have a time of their label, half of them after 17 days or more."""
    rng, n = np.random.default_rng(2), 6_000
    minutes = np.sort(rng.integers(0, n_days * 1_440, n))
    late = rng.exponential(25 * 1_440, n).astype(int)
    came = (rng.random(n) < 0.2) & (minutes + late < n_days * 1_440)
    start = pl.lit(np.datetime64("2024-01-01", "us"))
    frame = pl.DataFrame(
        {"score": rng.beta(2, 5, n).round(3), "minute": minutes, "late": late, "label": came.astype(int)}
    )
    frame = frame.with_columns(at=start + pl.duration(minutes="minute"))
    frame = frame.with_columns(label_at=pl.when(pl.col("label") == 1).then(pl.col("at") + pl.duration(minutes="late")))
    log = desk.log(frame.drop("minute", "late"), time="at", label_time="label_at")
    answer = labels(engine, Question(log, Cohort(), 0.5), "precision")
    said = labels_reading(answer)
    assert answer.is_too_short == (n_days == 60) and (answer.trust is None) == (n_days == 60)
    if n_days == 60:
        assert said.startswith("Trust precision of no week yet: rows that count as negative may still become positive")
        assert "half of those that came did within 1" in said
    else:
        assert answer.trust is not None and 90 < (answer.now - answer.trust).days < 150
