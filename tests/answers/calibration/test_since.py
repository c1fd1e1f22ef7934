"""What a score means where errors shifted within the log: by the rows since, in the brief and on Calibration alike."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking
from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.since import calibration_since
from analytics.answers.calibration.time import turned
from analytics.answers.question import Question
from analytics.measure.calibration.told import CalibrationParts
from analytics.present.moments import moment_label
from analytics.present.readings import calibration_reading, finding_sentence
from analytics.present.report.actions import action_of
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 6_000


@pytest.mark.parametrize("is_off_now", [True, False])
def test_what_a_score_means_is_said_of_the_rows_since_errors_shifted(desk: Desk, is_off_now: bool) -> None:
    """Scores are off for one part of the time alone: nobody would recalibrate by the other one."""
    rng, early = np.random.default_rng(9), np.arange(N) < N * 2 // 3
    score = rng.beta(2, 2, N).round(3)
    is_off = early != is_off_now
    label = rng.random(N) < np.where(is_off, 0.45 + 0.1 * score, score)
    at = [date(2024, 1, 1) + timedelta(days=int(each)) for each in np.arange(N) * 60 // N]
    frame = pl.DataFrame({"at": at, "score": score, "label": label.astype(int)})
    log = desk.log(frame, score="score", label="label", time="at", segments=())
    question = Question(log, Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        told = brief(engine, Asking(question))
        part = calibration_since(engine, question)
        whole, scan = calibration(engine, question), calibration_scan(engine, question).table
        assert turned(engine, question) is None, "the level stays: what is told is what a score means"
    assert part is not None and abs((part.since - date(2024, 2, 10)).days) <= 1
    assert part.answer.numbers["n"][0] < 0.35 * N
    found = [each for each in told.findings if each.source == "calibration"]
    said, day = calibration_reading(whole, scan, None, part), moment_label(part.since)
    assert (
        said.startswith(f"By the rows since {day}, when errors shifted: a score of ")
        and "Over the whole time a score" in said
    )
    first = said.partition(" Over the whole")[0]
    if is_off_now:
        [own] = found
        assert isinstance(own.parts, CalibrationParts) and own.parts.since == part.since.isoformat()
        assert finding_sentence(own, log).startswith(f"Since {day} a score of ") and own.clauses
        assert action_of(own)[0].startswith(f"Recalibrate on rows from {day} on alone")
        assert "within chance" not in first
    else:
        assert not found, "scores that are right now need no other map"
        assert "what it says, within chance" in first


def test_the_command_gives_the_rows_since_beside_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    score = rng.beta(2, 2, N).round(3)
    label = rng.random(N) < np.where(np.arange(N) < N * 2 // 3, score, 0.45 + 0.1 * score)
    at = [date(2024, 1, 1) + timedelta(days=int(each)) for each in np.arange(N) * 60 // N]
    pl.DataFrame({"at": at, "score": score, "label": label.astype(int)}).write_csv(tmp_path / "log.csv")
    asked = ["calibration", str(tmp_path / "log.csv"), "--format", "json"]
    found = json.loads(CliRunner().invoke(app, asked).stdout)
    whole, since = found["rows"][0], found["since"]
    assert date.fromisoformat(since["from"]) > date(2024, 2, 5) and since["n"] < 0.4 * whole["n"]
    assert since["slope"] < 0.4 < whole["slope"], "scores tell next to nothing since then, and less in all than before"
    assert {*since} == {"from", *whole}
    by = json.loads(CliRunner().invoke(app, [*asked, "--over", "month"]).stdout)
    assert "since" not in by
