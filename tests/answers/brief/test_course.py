"""Errors that are more frequent since a day, and which slice is said to be worst where one holds most of the rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import address_of, brief
from analytics.answers.brief.finding import Asking, CourseParts, Finding, GapParts, SliceParts
from analytics.answers.brief.line_parts import ThresholdParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.brief.size import Size
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.overview import overview
from analytics.answers.overview_course import shift_within
from analytics.answers.overview_shifted import since_clauses
from analytics.answers.question import Question
from analytics.answers.slices_ranking import ranked_columns
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding
from analytics.log.kept.watch import Watching
from analytics.log.right import Right
from analytics.measure.course import latest, risen, spell
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.money import money
from analytics.present.readings import (
    decision_reading,
    finding_sentence,
    finding_worth,
    overview_reading,
    threshold_reading,
)
from analytics.present.report.actions import action_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 6_000


def rows(wrong: np.ndarray, **columns: object) -> pl.DataFrame:
    """Decisions that are wrong where they are said to be, over 60 days."""
    rng = np.random.default_rng(1)
    label = rng.random(N) < 0.4
    score = np.where(label ^ wrong, 0.8, 0.2)
    start = np.datetime64("2024-01-01")
    return pl.DataFrame({"at": start + np.arange(N) * 60 // N, "score": score, "label": label.astype(int), **columns})


def test_a_model_whose_errors_rise_is_sent_to_gap_with_the_days_set_and_not_to_recalibration_alone(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    wrong = rng.random(N) < np.where(np.arange(N) < N * 2 // 3, 0.056, 0.205)
    log = desk.log(rows(wrong), score="score", label="label", time="at", segments=())
    with closing(Engine(desk.workspace)) as engine:
        answer = brief(engine, Asking(Question(log, Cohort(), 0.5)))
    first = answer.findings[0]
    assert isinstance(first.parts, CourseParts) and first.page == "gap"
    known = wrong[: N * 2 // 3]
    assert first.parts.before == pytest.approx(known.mean()) and first.parts.after == pytest.approx(
        wrong[N * 2 // 3 :].mean()
    )
    assert first.size is not None and first.size.value == pytest.approx(
        (first.parts.after - first.parts.before) * N / 3
    )
    asked = dict(address_of(first, Cohort()))
    assert (asked["apart"], asked["then_to"], asked["now_from"]) == ("by time", "2024-02-09", "2024-02-10")
    assert finding_sentence(first, log).startswith("Since 10 Feb 2024 20.") and "against 5." in finding_sentence(
        first, log
    )
    assert "train anew" in action_of(first, answer)[0]
    told = [action_of(each, answer)[0] for each in answer.findings if each.source == "calibration"]
    assert all(text.startswith("Find out first why errors rose") for text in told)


def test_a_threshold_is_chosen_from_the_rows_since_scores_moved(desk: Desk) -> None:
    """Scores rise by half since day 40: what is best of the time before and since together is best of neither."""
    rng = np.random.default_rng(6)
    label = rng.random(N) < 0.3
    late = np.arange(N) >= N * 2 // 3
    score = np.clip(rng.normal(0.3 + 0.2 * label + 0.25 * late, 0.1), 0, 1).round(3)
    frame = rows(np.zeros(N, dtype=bool)).with_columns(score=score, label=pl.Series(label.astype(int)))
    log = desk.log(frame, score="score", label="label", time="at", segments=())
    with closing(Engine(desk.workspace)) as engine:
        answer = brief(engine, Asking(Question(log, Cohort(), 0.4), Policy(Costs(fp=1, fn=1))))
        since = Cohort((Clause("at", "ge", ("2024-02-10",)),))
        best = thresholds(cost_table(engine, Question(log, since, 0.4)), Policy(Costs(fp=1, fn=1)))
        question, policy = Question(log, Cohort(), 0.4), Policy(Costs(fp=1, fn=1))
        whole, shift = thresholds(cost_table(engine, question), policy), deciding(engine, question, policy)
        ends = replace(question, cohort=Cohort((Clause("at", "le", ("2024-02-20",)),)))
        bound = since_clauses(ends, date(2024, 2, 10))
    cause, first = answer.findings[:2]
    assert isinstance(cause.parts, CourseParts) and cause.size is not None, (
        "what broke stands before the move that fits it"
    )
    assert isinstance(first.parts, ThresholdParts) and first.size is not None and best.best is not None
    assert (first.parts.since, first.parts.days) == ("2024-02-10", 20) and first.size.value == best.saving.value
    assert first.parts.best == best.threshold_at(best.best.bin)
    assert dict(address_of(first, Cohort()))["where"] == "at:ge:2024-02-10"
    assert finding_sentence(first, log).endswith(", by the rows since 10 Feb 2024.")
    assert shift is not None and shift.answer.best == best.best and shift.answer.saving.value == best.saving.value
    assert decision_reading(whole, shift).startswith(
        f"By the rows since 10 Feb 2024, when errors shifted: move the threshold from 0.40 to {first.parts.best:.3g}"
    ), "the page, the command and the pack say what the brief says"
    assert decision_reading(whole, None) == threshold_reading(whole)
    assert bound == (Clause("at", "ge", ("2024-02-10",)), Clause("at", "le", ("2024-02-20",))), (
        "mature rows stay mature"
    )


@pytest.mark.parametrize("hours", [False, True])
def test_what_broke_stands_before_the_threshold_that_fits_it_however_much_the_move_saves(
    desk: Desk, hours: bool
) -> None:
    """Two thirds through positives score lower: the line that fits them saves most, and is wrong once that is mended."""
    rng = np.random.default_rng(8)
    label, late = rng.random(N) < 0.3, np.arange(N) >= N * 2 // 3
    score = np.clip(rng.normal(0.3 + np.where(late, 0.1, 0.4) * label, 0.1), 0, 1).round(3)
    frame = rows(np.zeros(N, dtype=bool)).with_columns(score=score, label=pl.Series(label.astype(int)))
    if hours:
        frame = frame.with_columns(at=by_hour(rng, np.zeros(60))["at"])
    log = desk.log(frame, score="score", label="label", time="at", segments=())
    asking = Asking(Question(log, Cohort(), 0.5), Policy(Costs(fp=1, fn=20), "€"))
    with closing(Engine(desk.workspace)) as engine:
        answer = brief(engine, asking)
        cheaper = brief(engine, replace(asking, policy=Policy(Costs(fp=1, fn=-20), "€")))
    cause, move = answer.findings[:2]
    assert isinstance(cause.parts, CourseParts) and isinstance(move.parts, ThresholdParts)
    missed = label & (score < 0.5)
    alarms = ~label & (score >= 0.5)
    cost = 20.0 * missed + alarms
    assert cause.size is not None and move.size is not None
    assert cause.size.value == pytest.approx(late.sum() * (cost[late].mean() - cost[~late].mean()))
    error = np.sqrt(cost[late].var() / late.sum() + cost[~late].var() / (~late).sum())
    assert cause.size.high - cause.size.low == pytest.approx(2 * 1.96 * error * late.sum(), rel=0.001)
    week = cause.size.value * 7 / 20  # of the twenty days since, not of all sixty
    assert hours or f", {money(week, '€')} a week" in finding_worth(cause, answer)
    assert not any(isinstance(each.parts, CourseParts) for each in cheaper.findings), "more errors that cost less"


def by_hour(rng: np.random.Generator, rates: np.ndarray) -> pl.DataFrame:
    """Return rows of 60 hours with a share of errors of each."""
    hour = np.arange(N) * 60 // N
    start = datetime(2024, 1, 1)
    return rows(rng.random(N) < rates[hour]).with_columns(
        at=pl.Series([start + timedelta(hours=int(each)) for each in hour])
    )


def test_errors_that_shifted_within_hours_are_told_and_bad_nights_are_not(desk: Desk) -> None:
    rng, hour = np.random.default_rng(3), np.arange(60)
    broken, nights = np.where(hour >= 36, 0.35, 0.1), np.where(hour % 24 >= 18, 0.35, 0.1)
    said, found = [], []
    with closing(Engine(desk.workspace)) as engine:
        for rates in (broken, nights):
            log = desk.log(by_hour(rng, rates), score="score", label="label", time="at", segments=())
            question = Question(log, Cohort(), 0.5)
            said.append(overview_reading(overview(engine, question), question, "error_rate"))
            found.append([each for each in brief(engine, Asking(question)).findings if each.source == "course"])
    assert "wrong since 2 Jan 2024, 12:00, against" in said[0] and "since" not in said[1].partition(".")[0]
    [told] = found[0]
    assert finding_sentence(told, log).startswith("Since 2 Jan 2024, 12:00 3") and not found[1]
    assert dict(address_of(told, Cohort()))["where"] == "at:ge:2024-01-02 12!3A00!3A00" and told.page == "overview"


def test_the_version_that_began_when_errors_rose_is_named(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    late = np.arange(N) >= N * 2 // 3
    frame = rows(rng.random(N) < np.where(late, 0.205, 0.056), release=np.where(late, "2.4", "2.3"), other="x")
    roles = {"score": "score", "label": "label", "time": "at", "segments": ()}
    with closing(Engine(desk.workspace)) as engine:
        log = desk.log(frame, model_version="release", **roles)
        answer = brief(engine, Asking(Question(log, Cohort(), 0.5)))
        first = answer.findings[0]
        assert "go back to the version before" in action_of(first, answer)[0]
        assert finding_sentence(first, log).startswith("Since 10 Feb 2024, when version 2.4 began, 20.")
        mixed = frame.with_columns(release=pl.Series(rng.permutation(frame["release"].to_numpy())))
        log = desk.log(mixed, model_version="release", **roles)
        first = brief(engine, Asking(Question(log, Cohort(), 0.5))).findings[0]
        assert isinstance(first.parts, CourseParts) and first.parts.began is None


def test_errors_that_do_not_rise_or_are_low_again_are_no_finding() -> None:
    rng = np.random.default_rng(3)
    n = np.full(40, 200.0)
    found = [risen(rng.binomial(200, 0.1, 40).astype(float), n, np.zeros(40)) for _ in range(300)]
    assert sum(each is not None for each in found) <= 9  # 3 %: a rise of a quarter is asked for beside p
    hump = np.where((np.arange(40) > 20) & (np.arange(40) < 30), 60.0, 20.0)
    assert risen(hump, n, np.zeros(40)) is None
    rise = np.where(np.arange(40) > 30, 40.0, 20.0)
    assert risen(rise, n, np.zeros(40)) is not None
    assert risen(rise, n, np.where(np.arange(40) > 30, 0.9, 0.0)) is None
    assert risen(rise, n, np.zeros(40), effect=40.0) is None


def test_a_level_that_lasts_is_found_either_way_and_weather_is_none() -> None:
    rng = np.random.default_rng(3)
    n, known = np.full(60, 200.0), np.zeros(60)
    for spread, most in (
        (0.0, 3),
        (0.3, 18),
    ):  # of 300 periods without a shift: days alike, and days that differ by a third
        rates = np.clip(0.1 * np.exp(rng.normal(0, spread, (300, 60))), 0, 1)
        found = [latest(rng.binomial(200, rate).astype(float), n, known, least=3) for rate in rates]
        assert sum(each is not None for each in found) <= most
    day = np.arange(60)
    for before, after in ((0.1, 0.16), (0.16, 0.1)):
        shifted = latest(rng.binomial(200, np.where(day < 40, before, after)).astype(float), n, known, least=3)
        assert shifted is not None and abs(shifted.place - 40) <= 2 and shifted.after == pytest.approx(after, abs=0.02)
    two = latest(rng.binomial(200, np.select([day < 20, day < 40], [0.1, 0.2], 0.13)).astype(float), n, known, least=3)
    assert two is not None and abs(two.place - 40) <= 2 and abs(two.start - 20) <= 2, "the last shift is what holds now"
    assert two.first == pytest.approx(0.1, abs=0.01)
    bad = np.select([day < 20, day < 30], [0.12, 0.39], 0.12)
    healed = latest(rng.binomial(200, bad).astype(float), n, known, least=3)
    assert healed is not None and abs(healed.place - 30) <= 2 and abs(healed.start - 20) <= 2
    assert healed.before == pytest.approx(0.39, abs=0.03) and healed.first == pytest.approx(0.12, abs=0.02), (
        "days that broke within the time before make what holds now no improvement on it"
    )
    within = latest(np.array([20.0, 22, 19, 65, 100, 102, 98, 101]), np.full(8, 400.0), np.zeros(8))
    assert within is not None and (within.place, within.start) == (4, 0), (
        "the bucket within which it shifted is no level"
    )
    assert within.before == pytest.approx(61 / 1_200) and within.after == pytest.approx(401 / 1_600)
    assert latest(np.zeros(60), n, known) is None and latest(n, n, known) is None


@pytest.mark.parametrize(("rate", "found"), [(0.25, date(2024, 2, 19)), (0.05, None)])
def test_weeks_that_say_what_is_usual_are_held_against_each_other(rate: float, found: date | None) -> None:
    """The last week of eight broke: what comes after it is as usual as a mean of both."""
    start = datetime(2024, 1, 1)
    wrong = [round(130 * (rate if day >= 49 else 0.05)) for day in range(70)]
    days = pl.DataFrame(
        {
            "bucket": [start + timedelta(days=day) for day in range(70)],
            "n": 130,
            "n_unlabelled": 0,
            "fp": wrong,
            "fn": 0,
        }
    ).with_columns(tp=20, tn=110 - pl.col("fp"))
    watching = Watching("error_rate", None, "2024-01-01", "2024-02-26")
    assert shift_within(days, watching, datetime(2024, 2, 26)) == found
    assert shift_within(days, replace(watching, reference=("a=1",)), datetime(2024, 2, 26)) == found


def test_a_slice_of_most_rows_is_no_exception_and_a_version_is_named_where_versions_are_mixed(desk: Desk) -> None:
    rng = np.random.default_rng(4)
    version, place = rng.choice(["v1", "v2", "v3"], N), rng.choice(["yes", "no"], N, p=[0.7, 0.3])
    wrong = rng.random(N) < np.where(version == "v2", 0.35, np.where(place == "yes", 0.15, 0.05))
    frame = rows(wrong, version=version, place=place)
    log = desk.log(frame, score="score", label="label", model_version="version", segments=("version", "place"))
    question = Question(log, Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        (told,) = SOURCES["slices"].find(engine, Asking(question))
        searched, answer = discover(engine, question, Search(split="row")), brief(engine, Asking(question))
    assert isinstance(told.parts, SliceParts) and (told.parts.column, told.parts.value) == ("version", "v2")
    lead = {each.property.source: each.value for each in searched.slices[0]}
    assert lead.get("version") == "v2" and searched.table["share_of_rows"][0] < 0.5
    assert "on Compare" in action_of(told, answer)[0]


def test_an_input_that_is_the_score_is_still_named_where_it_arrives_empty(desk: Desk) -> None:
    rng = np.random.default_rng(6)
    x, is_gone = rng.normal(0, 1, N), rng.random(N) < 0.25
    label = rng.random(N) < 1 / (1 + np.exp(-2 * x))
    score = 1 / (1 + np.exp(-2 * np.where(is_gone, 0.0, x)))
    income = [None if gone else float(value) for gone, value in zip(is_gone, x.round(3), strict=True)]
    frame = pl.DataFrame(
        {"score": score.round(3), "label": label.astype(int), "income": income, "place": ["a", "b"] * (N // 2)}
    )
    log = desk.log(frame, score="score", label="label", segments=("income", "place"), time=None, row_id=None)
    question = Question(log, Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        (told,) = SOURCES["slices"].find(engine, Asking(question))
        ranked = ranked_columns(engine, question).row(0, named=True)
        (first, *_) = discover(engine, question, Search(split="row")).slices
    assert told.source == "missing" and isinstance(told.parts, SliceParts) and told.parts.column == "income"
    assert (ranked["column"], ranked["worst"], ranked["is_told"]) == ("income", "(missing)", False)
    assert [(each.property.source, each.property.kind) for each in first] == [("income", "missing")]


def test_what_explains_most_wrong_answers_is_a_cause_and_no_leak(desk: Desk) -> None:
    rng = np.random.default_rng(7)
    is_weekend, true = rng.random(N) < 0.3, rng.gamma(9, 12, N)
    said = true * np.exp(rng.normal(0, 0.03, N)) * np.where(is_weekend, 1.3, 1.0)
    frame = pl.DataFrame(
        {"forecast": said.round(2), "actual": true.round(2), "day": np.where(is_weekend, "weekend", "week")}
    )
    right = Right("numbers", "actual", "forecast", tolerance=0.1, is_relative=True)
    log = desk.log(frame, right=right, label="actual", decision="forecast", segments=("day",), time=None, row_id=None)
    with closing(Engine(desk.workspace)) as engine:
        found = discover(engine, Question(log, Cohort(), log.mapping.threshold), Search("error_rate", split="row"))
    assert found.table["status"][0] == "confirmed" and found.slices[0][0].value == "weekend"


def test_a_part_for_the_worse_that_others_hide_is_not_told_as_a_change_for_the_worse(desk: Desk) -> None:
    log = desk.log(rows(np.zeros(N, dtype=bool)), score="score", label="label", time="at", segments=())

    def said(change: Size) -> str:
        parts = GapParts("error_rate", change, Size(0.08, 0.07, 0.09), "operating", (), ("July", "August"))
        return finding_sentence(Finding("gap", "gap", parts), log)

    assert (
        said(Size(0.1, 0.09, 0.11))
        == "The error rate where August is 10.0 points worse than where July: most by calibration and threshold."
    )
    hidden = "Calibration and threshold: the error rate where August is 8.0 points worse by that than where July. Other parts hide it: on the whole it "
    assert said(Size(-0.014, -0.02, -0.01)) == f"{hidden}is 1.4 points better."
    assert said(Size(0.001, -0.01, 0.012)) == f"{hidden}has not changed beyond chance."


def test_days_in_which_labels_were_joined_wrongly_are_named_and_sent_to_gap(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    day = np.arange(N) * 60 // N
    is_broken = (day >= 20) & (day < 27)
    log = desk.log(
        rows(rng.random(N) < np.where(is_broken, 0.45, 0.1)), score="score", label="label", time="at", segments=()
    )
    with closing(Engine(desk.workspace)) as engine:
        answer = brief(engine, Asking(Question(log, Cohort(), 0.5)))
    found = next(each for each in answer.findings if each.source == "course")
    assert isinstance(found.parts, CourseParts)
    assert (found.parts.since, found.parts.until) == ("2024-01-21", "2024-01-27")
    assert finding_sentence(found, log).startswith("From 21 Jan 2024 to 27 Jan 2024 4")
    asked = dict(address_of(found, Cohort()))
    assert (asked["then_to"], asked["now_from"], asked["now_to"]) == ("2024-01-20", "2024-01-21", "2024-01-27")
    assert "Find out what broke from 21 Jan 2024 to 27 Jan 2024" in action_of(found, answer)[0]


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_days_that_differ_by_chance_or_by_their_nature_are_no_spell(spread: float) -> None:
    """Of 100 periods of 60 days of one rate, or of one that changes from day to day, hardly any has a spell."""
    rng, n = np.random.default_rng(6), np.full(60, 80.0)
    found = 0
    for _ in range(100):
        rate = 0.2 * np.exp(rng.normal(0, spread, 60))
        found += spell(rng.binomial(80, np.minimum(rate, 0.9)).astype(float), n, np.zeros(60), least=3) is not None
    assert found <= 8
