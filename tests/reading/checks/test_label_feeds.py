"""Labels that stopped for one value of a column: found with their day, and not where they are late or rare everywhere."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking
from analytics.answers.labels_answer import labels
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.present.readings import behind_stopped_labels, finding_sentence, labels_reading, overview_reading
from analytics.present.report.actions import action_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N, DAYS = 4_000, 100


def frame_with(kept: np.ndarray) -> pl.DataFrame:
    rng = np.random.default_rng(2)
    label = rng.random(N) < 0.3
    times = [datetime(2026, 3, 1) + timedelta(minutes=int(minute)) for minute in np.arange(N) * (DAYS * 1_440 / N)]
    score = np.where(label, rng.beta(4, 3, N), rng.beta(2, 5, N)).round(4)
    region = np.random.default_rng(5).choice(["east", "north", "west"], N, p=[0.2, 0.5, 0.3])
    frame = pl.DataFrame({"p": score, "bad": label.astype(int), "at": times, "region": region})
    return frame.with_columns(bad=pl.when(pl.Series(kept)).then("bad"))


def test_where_labels_stopped_for_one_value_it_is_said_first_and_nobody_waits(desk: Desk) -> None:
    region = frame_with(np.ones(N, dtype=bool))["region"].to_numpy()
    log = desk.log(
        frame_with((region != "east") | (np.arange(N) < 0.6 * N)),
        score="p",
        label="bad",
        time="at",
        segments=("region",),
    )
    question, north = (
        Question(log, cohort, 0.5) for cohort in (Cohort(), Cohort((Clause("region", "in", ("north",)),)))
    )
    said = "Where region is east no row has a label since 30 Apr 2026, and others go on."
    with closing(Engine(desk.workspace)) as engine:
        found = brief(engine, Asking(question)).findings
        assert overview_reading(overview(engine, question), question, "error_rate").startswith(said)
        assert "since 30 Apr" not in overview_reading(overview(engine, north), north, "error_rate")
        assert behind_stopped_labels(labels_reading(labels(engine, question, "error_rate")), question).startswith(said)
    assert finding_sentence(found[0], log).startswith("No row where 'region' is 'east' has a label since 2026-04-30")
    assert action_of(found[0]) == ("Mend the feed of labels where region is east, and read the log again.", "data")
    assert not [each for each in found if each.source == "labels"]


@pytest.mark.parametrize("kind", ["late everywhere", "rare there", "came back", "a quiet day"])
def test_labels_that_are_late_or_rare_are_no_stop(desk: Desk, kind: str) -> None:
    rng, place = np.random.default_rng(7), np.arange(N)
    is_east = frame_with(np.ones(N, dtype=bool))["region"].to_numpy() == "east"
    kept = {
        "late everywhere": rng.random(N) < np.clip((N - place) / (0.4 * N), 0, 1),
        "rare there": ~is_east | ((place < 0.6 * N) & (rng.random(N) < 0.1)),
        "came back": ~is_east | (place < 0.4 * N) | (place > 0.7 * N),
        "a quiet day": ~is_east | (place < 0.98 * N),
    }[kind]
    log = desk.log(frame_with(kept), score="p", label="bad", time="at", segments=("region",))
    assert "labels-stopped-in" not in {each.code for each in log.findings}
