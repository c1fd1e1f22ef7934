"""Errors that shifted within one day, or in the last day or two of a long log: told with what is not known, and decided by not."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, CourseParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.overview import overview
from analytics.answers.overview_shifted import shifted_since
from analytics.answers.question import Question
from analytics.measure.course import latest, risen
from analytics.measure.course_hours import shifts_at_once
from analytics.measure.course_recent import recent
from analytics.present.readings import finding_certainty, finding_sentence, overview_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 6_000


def rows(hours: int, broken_from: int, seed: int = 1) -> pl.DataFrame:
    """Decisions of so many hours, of which 10 % are wrong, and 35 % from an hour on."""
    rng, hour = np.random.default_rng(seed), np.arange(N) * hours // N
    label = rng.random(N) < 0.4
    wrong = rng.random(N) < np.where(hour >= broken_from, 0.35, 0.1)
    at = [datetime(2024, 1, 1) + timedelta(hours=int(each)) for each in hour]
    return pl.DataFrame({"at": at, "score": np.where(label ^ wrong, 0.8, 0.2), "label": label.astype(int)})


@pytest.mark.parametrize(
    ("hours", "broken", "since"), [(24, 12, "1 Jan 2024, 12:00"), (60 * 24, 60 * 24 - 18, "29 Feb 2024")]
)
def test_a_break_at_noon_of_one_day_and_one_of_the_last_hours_are_told_and_choose_no_threshold(
    desk: Desk, hours: int, broken: int, since: str
) -> None:
    roles = {"score": "score", "label": "label", "time": "at", "segments": ()}
    log, stable = desk.log(rows(hours, broken), **roles), desk.log(rows(hours, hours), **roles)
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 0.5)
        said = overview_reading(overview(engine, question), question, "error_rate")
        told = brief(engine, Asking(question))
        assert shifted_since(engine, question) is None, "nobody knows whether it comes every day, or lasts"
        other = Question(stable, Cohort(), 0.5)
        assert not overview(engine, other).shifts
        assert not [each for each in brief(engine, Asking(other)).findings if isinstance(each.parts, CourseParts)]
    first = said.partition(". ")[0]
    assert f" of judged rows are wrong since {since}, against " in first
    assert first.endswith("; whether it is so every day, one day does not tell") == (hours == 24)
    [course] = [each for each in told.findings if isinstance(each.parts, CourseParts)]
    assert course == told.findings[0] and finding_sentence(course, log).startswith(f"Since {since} 3")
    assert ("one day does not tell" in finding_certainty(course, told)) == (hours == 24)


def test_stable_days_have_no_jump_and_no_bad_last_day() -> None:
    rng, hour, known = np.random.default_rng(2), np.arange(24.0), np.zeros(60)
    n, of_days = np.full(24, 150.0), np.full(60, 200.0)
    jumps = 0
    for _ in range(200):
        wrong = rng.binomial(150, 0.12, 24).astype(float)
        shift = latest(wrong, n, np.zeros(24), least=3)
        jumps += shift is not None and shifts_at_once(hour, wrong, n, shift)
    assert jumps <= 4
    for spread in (0.0, 0.3):  # days alike, and days that differ by a third
        rates = np.clip(0.15 * np.exp(rng.normal(0, spread, (200, 60))), 0, 0.9)
        counts = [rng.binomial(200, rate).astype(float) for rate in rates]
        assert sum(recent(wrong, of_days, known) is not None for wrong in counts) <= 8
        assert sum(risen(wrong, of_days, known) is not None for wrong in counts) <= 8
    found = 0
    for _ in range(100):
        bad = rng.binomial(200, np.where(np.arange(60) == 59, 0.35, 0.15)).astype(float)
        now = recent(bad, of_days, known)
        found += now is not None and now.place == 59 and float(now.more.low) > 0
    assert found >= 95
    late = np.where(np.arange(60) == 59, 0.9, 0.0)
    assert recent(np.where(np.arange(60) == 59, 70.0, 30.0), of_days, known) is not None
    assert recent(np.where(np.arange(60) == 59, 70.0, 30.0), of_days, late) is None, "labels to come may undo it"


def test_false_alarms_that_rose_are_said_where_misses_lead_and_became_fewer(desk: Desk) -> None:
    """Scores that went up for everybody find more and flag more: the one must not hide the other."""
    rng, n, days = np.random.default_rng(4), 8_000, 120
    day = np.sort(rng.random(n) * days)
    label = rng.random(n) < 0.1
    score = 1 / (1 + np.exp(3 - 1.6 * label - rng.normal(0, 1, n))) + 0.3 * (day >= 80)
    times = [datetime(2026, 3, 2) + timedelta(days=float(at)) for at in day]
    frame = pl.DataFrame({"p": score.clip(0, 1).round(5), "bad": label.astype(int), "at": times})
    log = desk.log(frame, score="p", label="bad", time="at", segments=())
    question = Question(log, Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        (found,) = SOURCES["course"].find(engine, Asking(question))
        chosen = SOURCES["course"].find(engine, Asking(question, metric="fnr"))
        said = overview_reading(overview(engine, question), question, "recall").replace("\u202f", " ")
    assert isinstance(found.parts, CourseParts) and found.parts.metric == "fpr" and chosen == ()
    assert found.parts.since.startswith("2026-05-") and found.parts.after > 3 * found.parts.before
    places = [said.lower().index(text) for text in ("of bad is missed since", "false alarms", "over the whole period")]
    assert places == sorted(places)
