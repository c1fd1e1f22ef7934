"""What a head of risk reads first, on logs of known truth: a feed that stopped, sites that differ, rows of one class, rare fraud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking, FoundParts, LabelParts
from analytics.answers.brief.line_parts import ThresholdParts
from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.labels_answer import labels
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices_ranking import ranked_columns
from analytics.answers.thresholds.priced import priced
from analytics.log.schema import Log
from analytics.measure.calibration.told import CalibrationParts
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import (
    calibration_reading,
    finding_sentence,
    labels_reading,
    overview_reading,
    ranking_reading,
)
from analytics.present.report.actions import action_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N, START = 12_000, datetime(2026, 1, 1)
COSTS = Policy(Costs(fp=1, fn=5), "€")


def calibrated(rng: np.random.Generator, days: int) -> tuple[np.ndarray, pl.DataFrame]:
    """Scores that mean what they say, over some days."""
    day, score = np.sort(rng.uniform(0, days, N)), 1 / (1 + np.exp(-rng.normal(-1.2, 1.3, N)))
    at = [START + timedelta(days=float(each)) for each in day]
    return day, pl.DataFrame({"at": at, "score": score.round(4), "label": (rng.random(N) < score).astype(int)})


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def built(desk: Desk, frame: pl.DataFrame, **roles: object) -> Log:
    read = desk.stage(frame)
    return desk.build(read, replace(read.mapping, time="at", label="label", score="score", **roles))  # type: ignore[arg-type]


def test_a_feed_of_labels_that_stopped_stands_before_all_else(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(3)
    day, frame = calibrated(rng, 180)
    known = day + rng.gamma(4, 2.5, N)
    on = pl.Series([START + timedelta(days=float(each)) if each < 150 else None for each in known])
    frame = frame.with_columns(known_on=on, label=pl.when(pl.Series(known < 150)).then("label"))
    log = built(desk, frame, label_time="known_on", segments=())
    question = Question(log, Cohort(), 0.5)
    first, second = brief(engine, Asking(question, COSTS)).findings[:2]
    assert isinstance(first.parts, LabelParts) and isinstance(second.parts, ThresholdParts)
    said = finding_sentence(first, log)
    assert said.startswith("No label has come since ") and "Mend the feed" in action_of(first)[0]
    assert overview_reading(overview(engine, question), question).startswith(said)


def test_a_site_that_labels_otherwise_is_no_slice_to_train_for(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(2)
    _, frame = calibrated(rng, 180)
    site = rng.choice(["Lyon", "Graz"], N, p=[0.6, 0.4])
    is_other = (site == "Graz") & (rng.random(N) < 0.45)
    frame = frame.with_columns(label=pl.when(pl.Series(is_other)).then(0).otherwise("label"), given_at=pl.Series(site))
    log = built(desk, frame, label_site="given_at", segments=("given_at",), row_id=None)
    question = Question(log, Cohort(), 0.5)
    said = labels_reading(labels(engine, question)).partition("\n")[0]
    assert said.startswith("Trust ") and said.endswith("; but where given at is Graz, labels may mean something else.")
    told = brief(engine, Asking(question), look=["discovery"])
    [slice_] = [each for each in told.findings if isinstance(each.parts, FoundParts)]
    assert isinstance(slice_.parts, FoundParts) and slice_.parts.is_explained and slice_.size is not None
    assert slice_.parts.rate > slice_.parts.rate_rest, "what it is held against does not say the opposite"
    assert "of the decisions are wrong, against " in finding_sentence(slice_, log)
    assert finding_sentence(slice_, log).endswith("that its base rate explains.")
    assert action_of(slice_, told)[0].startswith("Ask whether the label is defined alike for every given at")
    assert action_of(slice_, told)[1] == "data"
    row = ranked_columns(engine, question).row(0, named=True)
    assert row["worst"] == "Graz" and row["worst_explained"] < row["worst_rate"]
    assert " where its base rate explains " in ranking_reading(ranked_columns(engine, question), 30).partition(". ")[0]


def test_rows_of_one_class_that_a_filter_left_move_and_recalibrate_nothing(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(4)
    _, frame = calibrated(rng, 90)
    status = pl.when(pl.col("label") == 1).then(pl.lit("charged off")).otherwise(pl.lit("paid"))
    log = built(desk, frame.with_columns(status=status), segments=("status",), row_id=None)
    question = Question(log, Cohort((Clause("status", "in", ("paid",)),)), 0.5)
    found = brief(engine, Asking(question, COSTS)).findings
    assert not [each for each in found if isinstance(each.parts, ThresholdParts | CalibrationParts)]
    said = overview_reading(overview(engine, question), question)
    assert said.startswith("Every judged row here is negative, so what is missed is not seen: widen the cohort")
    assert "Every judged row" not in overview_reading(overview(engine, replace(question, cohort=Cohort())), question)


def test_of_rare_fraud_a_score_that_is_off_by_less_than_a_point_is_still_off(desk: Desk, engine: Engine) -> None:
    """Scores are twice as high as what happens: of 0.4 % that is half a point, and everything."""
    rng = np.random.default_rng(6)
    score = np.clip(0.008 * np.exp(rng.normal(-0.5, 1, 60_000)), 0, 0.9)
    at = [START + timedelta(hours=float(each)) for each in np.arange(60_000) / 20]
    rare = pl.DataFrame({"at": at, "score": score.round(6), "label": (rng.random(60_000) < score / 2).astype(int)})
    log = built(desk, rare, segments=(), row_id=None)
    question = Question(log, Cohort(), 0.02)
    [found] = [each for each in brief(engine, Asking(question)).findings if isinstance(each.parts, CalibrationParts)]
    assert finding_sentence(found, log).endswith("it is too high.")
    said = calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert "On the whole scores are too high (0.8 % on average, where 0.4 % are positive)." in said.replace(
        "\u202f", " "
    )
    costly = replace(overview(engine, question), priced=priced(engine, question, COSTS))
    assert overview_reading(costly, question).startswith("1,000 judged rows cost €")
    cheap = rare.with_columns(label=pl.Series((rng.random(60_000) < score).astype(int)))
    right = Question(built(desk, cheap, segments=(), row_id=None), Cohort(), 0.02)
    assert not [each for each in brief(engine, Asking(right)).findings if isinstance(each.parts, CalibrationParts)]


def test_what_a_row_costs_on_the_whole_is_told_behind_the_day_since_which_errors_are_others(
    desk: Desk, engine: Engine
) -> None:
    rng = np.random.default_rng(5)
    _, frame = calibrated(rng, 120)
    late = np.arange(N) >= N // 2
    frame = frame.with_columns(score=pl.when(pl.Series(late)).then(pl.Series(rng.beta(1, 3, N))).otherwise("score"))
    question = Question(built(desk, frame, segments=(), row_id=None), Cohort(), 0.3)
    found = replace(overview(engine, question), priced=priced(engine, question, COSTS))
    said = overview_reading(found, question).partition("\n")[0]
    assert " since the week of 2 Mar 2026, against " in said.partition(". ")[0]
    assert " Over the whole period a judged row costs €" in said
