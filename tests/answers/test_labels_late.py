"""Labels of both classes that come with time, those of one class last: said before every number, and left out where rows decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, CourseParts
from analytics.answers.calibration.since import settled_part
from analytics.answers.labels_answer import labels, mature
from analytics.answers.labels_turning import turning
from analytics.answers.overview import overview
from analytics.answers.overview_shifted import shifted_since
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.thresholds.deciding import deciding
from analytics.log.schema import Log
from analytics.measure.labels.arrivals import WAITING, Arrivals
from analytics.measure.labels.later import later_class
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings.brief import finding_sentence
from analytics.present.readings.labels import labels_reading
from analytics.present.readings.overview import overview_reading
from analytics.present.readings.overview_cautions import cautioned
from analytics.present.report.sections.whose import whose_gates
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

START, N, DAYS = datetime(2026, 1, 1), 12_000, 180


def rows(late: tuple[float, float], *, broken_from: int = DAYS, seed: int = 4) -> pl.DataFrame:
    """15 % are positive; labels of negatives and of positives come after so many days, four more or less."""
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, DAYS, N))
    label = rng.random(N) < 0.15
    skill = np.where(day >= broken_from, 0.0, 2.0)
    score = 1 / (1 + np.exp(-(np.log(0.15 / 0.85) + skill * label + rng.normal(0, 1, N))))
    on = day + np.where(label, *(np.maximum(rng.normal(mean, 4, N), 1) for mean in late[::-1])).astype(int)
    is_seen = on < DAYS
    return pl.DataFrame(
        {
            "at": [START + timedelta(days=int(each)) for each in day],
            "score": score,
            "label": [int(each) if seen else None for each, seen in zip(label, is_seen, strict=True)],
            "known_on": [
                START + timedelta(days=int(each)) if seen else None for each, seen in zip(on, is_seen, strict=True)
            ],
        }
    )


def logged(desk: Desk, frame: pl.DataFrame) -> Log:
    read = desk.stage(frame)
    return desk.build(read, replace(read.mapping, time="at", label="label", label_time="known_on"))


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


@pytest.mark.parametrize(("late", "last"), [((8, 30), "positive"), ((30, 3), "negative")])
def test_the_day_from_which_one_class_is_still_to_come_is_said_first(
    desk: Desk, engine: Engine, late: tuple[float, float], last: str
) -> None:
    log = logged(desk, rows(late))
    question = Question(log, Cohort(), 0.3)
    young = turning(engine, question)
    assert young is not None and young.is_late and young.since is not None and young.is_positive == (last == "negative")
    assert DAYS - 48 <= (young.since - START).days <= DAYS - 30, "the mature rows, not the last days of one class"
    said = f"Labels of rows from {young.since.day} {young.since:%b %Y} on still come in, {last} ones last: judge those before."
    whole = overview(engine, question)
    assert overview_reading(whole, question).startswith(said) and "one class" not in overview_reading(whole, question)
    assert cautioned("Fine.", question, young=[young]) == f"{said} Fine."
    asking = Asking(question, Policy(Costs(fp=1, fn=5)))
    told = brief(engine, asking)
    assert finding_sentence(told.findings[0], log) == said
    assert told.findings[0].clauses[0].values == (young.since.date().isoformat(),)
    assert not [each for each in told.findings if each.source in ("labels", "preflight")], "the same is said once"
    assert labels_reading(labels(engine, question)).startswith("Trust ")
    part = deciding(engine, question, Policy(Costs(fp=1, fn=5)))
    assert part is not None and part.until == young.since.date() and part.since is None
    _, gates = whose_gates({"overview": whole}, told, ReportAsking(question, log))
    assert (gates[0].state, gates[0].known) == ("not known yet", said)
    kept = mature(engine, question)
    assert turning(engine, kept) is None and cautioned("Fine.", kept, young=[turning(engine, kept)]) == "Fine."


def test_a_break_before_the_young_rows_is_told_of_the_old_ones(desk: Desk, engine: Engine) -> None:
    log = logged(desk, rows((8, 30), broken_from=90))
    question = Question(log, Cohort(), 0.3)
    young, since = turning(engine, question), shifted_since(engine, question)
    assert young is not None and young.since is not None
    assert since is not None and abs((since - date(2026, 4, 1)).days) <= 9
    part = settled_part(engine, question)
    assert part is not None and {clause.op for clause in part[1].cohort.clauses} == {"ge", "lt"}
    assert "fnr" in overview(engine, question).shifts
    [course] = [each for each in brief(engine, Asking(question)).findings if isinstance(each.parts, CourseParts)]
    assert isinstance(course.parts, CourseParts) and dict(course.asked)["now_to"] == str(
        young.since.date() - timedelta(days=1)
    )


def arrived(rng: np.random.Generator, rate: np.ndarray, delay: tuple[int, int]) -> Arrivals:
    """Twenty rows on each of 120 days, positive at a rate of the day, with labels after so many days by class."""
    day = np.arange(120).repeat(20)
    label = rng.random(2_400) < rate[day]
    on = day + rng.poisson(np.where(label, delay[1], delay[0]))
    kind = np.where(on > 119, WAITING, label)
    age = np.where(kind == WAITING, -1, on - day)
    return Arrivals(START, "1d", 119, 1, 0, day, age, kind, 0 * day, np.ones(2_400))


def test_labels_that_come_alike_and_rows_that_change_are_no_class_that_is_late() -> None:
    rng, steady = np.random.default_rng(1), np.full(120, 0.2)
    falls = np.where(np.arange(120) < 90, 0.25, 0.08)
    alike = [later_class(arrived(rng, rate, (10, 10))) for rate in (steady, falls) for _ in range(100)]
    assert sum(each is not None for each in alike) <= 2
    assert [later_class(arrived(rng, steady, delay)) for delay in ((5, 20), (20, 5))] == [1, 0]


def test_a_class_that_became_more_frequent_does_not_hide_that_it_comes_last(desk: Desk, engine: Engine) -> None:
    """Bad loans are told after weeks, and twice as frequent since day 100: the last days are of one class all the same."""
    rng, n = np.random.default_rng(11), 12_000
    day, score = np.sort(rng.integers(0, 160, n)), rng.beta(1.2, 9, n).round(4)
    bad = rng.random(n) < score * (1 + 1.2 * (day > 100))
    on = day + np.where(bad, rng.integers(15, 45, n), rng.integers(4, 12, n))
    times = [[START + timedelta(days=int(each)) for each in days] for days in (day, on)]
    frame = pl.DataFrame({"at": times[0], "pd": score, "bad": bad.astype(int), "bad_known_on": times[1]}).with_columns(
        pl.when(pl.Series(on < 160)).then(pl.col(name)).alias(name) for name in ("bad", "bad_known_on")
    )
    read = desk.stage(frame)
    assert read.mapping.label_time == "bad_known_on", "a time called after the label where there is one"
    log = desk.build(read, read.mapping)
    assert "one-class-after" in {found.code for found in log.findings}
    question = Question(log, Cohort(), 0.5)
    said = overview_reading(overview(engine, question), question)
    assert said.startswith("Labels of rows from ") and "still come in, positive ones last: judge those before." in said


@pytest.mark.parametrize(("days", "every"), [(30, "1h"), (90, "1d")])
def test_labels_that_take_months_are_counted_by_day_whatever_the_rows_span(
    desk: Desk, engine: Engine, days: int, every: str
) -> None:
    """By hour a day of rows and three months of labels are two thousand ages, seven seconds of work that tell nothing."""
    rng, n = np.random.default_rng(3), 600
    begun = datetime(2024, 3, 1)
    at = [begun + timedelta(hours=int(hour)) for hour in rng.integers(0, 24, n)]
    delay = rng.integers(1, days, n)
    frame = pl.DataFrame(
        {
            "id": range(n),
            "score": rng.random(n),
            "label": rng.integers(0, 2, n),
            "scored_at": at,
            "labelled_at": [moment + timedelta(days=int(late)) for moment, late in zip(at, delay, strict=True)],
        }
    )
    log = desk.log(frame, time="scored_at", label_time="labelled_at")
    found = labels(engine, Question(log, Cohort(), 0.5))
    assert found.every == every and found.buckets.height == (24 if every == "1h" else 1)
