"""Answers about rows that belong together: the sessions of an airline assistant, of which four are about one task each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.finding import Asking
from analytics.answers.brief.slices import worst_slices
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.checks import default_split
from analytics.answers.discovery.search import Search
from analytics.answers.gap.answer import gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.sides import sides
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.workspace import Workspace
from analytics.present.readings import overview_reading, slices_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

ALIKE = "Rows of one session are alike"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(Workspace(tmp_path_factory.mktemp("units") / "home"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def own_desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(engine.workspace, tmp_path_factory.mktemp("files"))


def sessions(seed: int = 0, n_units: int = 300) -> pl.DataFrame:
    """Sessions of 3 to 17 rows that fail together; those of region c fail more, and nothing else says who fails."""
    draw = np.random.default_rng(seed)
    session = np.repeat(np.arange(n_units), draw.integers(3, 18, n_units))
    n = session.size
    region = np.array(list("abcdef"))[draw.integers(0, 6, n_units)][session]
    label = (draw.random(n) < 0.4).astype(int)
    is_wrong = draw.random(n) < draw.beta(0.3, 1.4, n_units)[session] + 0.4 * (region == "c")
    score = np.where((label == 1) ^ is_wrong, 0.75, 0.25)
    device = draw.choice(["x", "y", "z"], n_units)[session]
    return pl.DataFrame(
        {"id": np.arange(n), "session": session, "region": region, "device": device, "score": score, "label": label}
    )


def asked(desk: Desk, frame: pl.DataFrame, **roles: Any) -> Question:
    log = desk.log(frame, **roles)
    return Question(log, Cohort(), 0.5)


def test_success_of_sessions_is_less_sure_than_their_number_says(data: Path, engine: Engine, own_desk: Desk) -> None:
    rows = pl.read_ndjson(data / "tau-bench/airline_sessions.ndjson").select("session_id", "task_id", "reward", "model")
    roles = {"label": "reward", "decision": "model", "decision_positive": ("gpt-4o",)}
    question = asked(own_desk, rows.with_columns(pl.col("reward").cast(pl.Int64)), unit="task_id", **roles)
    answer = overview(engine, question)
    value, low, high = answer.value("prevalence")
    assert (value, answer.n_units) == (0.42, 50)
    by_task = rows.group_by("task_id").agg(pl.col("reward").sum())["reward"].to_numpy()
    error = np.sqrt(50 / 49 * ((by_task - 0.42 * 4) ** 2).sum()) / 200
    assert error == pytest.approx(0.052, abs=5e-4)
    assert np.sqrt(0.42 * 0.58 / 200 * answer.design_effects["prevalence"]) == pytest.approx(error)
    assert low is not None and high is not None
    assert (high - low) / 2 == pytest.approx(1.97 * error, rel=0.05)
    assert "Rows of one task id are alike: intervals are 1.5 times as wide" in overview_reading(answer, question)


def test_slices_say_how_sure_they_are(engine: Engine, own_desk: Desk) -> None:
    frame = sessions()
    by_units, by_rows = (
        slices(engine, asked(own_desk, frame, **roles), ["region"]) for roles in ({"unit": "session"}, {})
    )
    worst = by_units.table.row(0, named=True)
    assert worst["slice_0"] == "c"
    assert worst["n_units"] == frame.filter(region="c")["session"].n_unique()
    assert worst["design_effect"] > 1.5
    assert worst["error_rate_low"] < by_rows.table["error_rate_low"][0]
    assert ALIKE in slices_reading(by_units)
    assert ALIKE not in slices_reading(by_rows)
    assert "n_units" not in by_rows.table.columns


def test_a_search_confirms_what_sessions_confirm(engine: Engine, own_desk: Desk) -> None:
    question = asked(own_desk, sessions(1), unit="session")
    assert default_split(question) == "entity"
    answer = discover(engine, question, Search())
    confirmed = answer.table.filter(status="confirmed").height
    assert [(part.property.name, part.value) for part in answer.slices[0]] == [("region", "c")]
    assert confirmed
    assert discover(engine, question, Search()).table.equals(answer.table)


def test_a_few_sessions_that_failed_are_no_finding_of_the_brief(engine: Engine, own_desk: Desk) -> None:
    frame = sessions(2, n_units=120).with_columns(region=pl.lit("a"))
    unlucky = pl.col("session").is_in([4, 5, 6])
    frame = frame.with_columns(
        region=pl.when(unlucky).then(pl.lit("b")).otherwise("region"),
        score=pl.when(unlucky & (pl.col("session") != 6)).then(1 - pl.col("label") * 0.75).otherwise("score"),
    )
    found = [
        [finding.parts.value for finding in worst_slices(engine, Asking(asked(own_desk, frame, **roles)))]
        for roles in ({"segments": ("region",)}, {"segments": ("region",), "unit": "session"})
    ]
    assert "b" in found[0]
    assert "b" not in found[1]


def test_a_change_is_as_sure_as_its_units(engine: Engine, own_desk: Desk) -> None:
    frame = pl.concat(
        [
            sessions(3).with_columns(side=pl.lit("test")),
            sessions(4).with_columns(side=pl.lit("live"), session=pl.col("session") + 1_000),
        ]
    )
    widths = []
    for roles in ({"unit": "session"}, {}):
        log = asked(own_desk, frame, segments=("region", "side"), **roles).log
        ends = (Question(log, Cohort((Clause("side", "in", (value,)),)), 0.5) for value in ("test", "live"))
        pair = sides(engine, *ends)
        flow = gap(engine, pair, inputs(engine, pair)).waterfall
        widths.append(flow.change.high - flow.change.low)
        assert sum(part.value for part in flow.parts.values()) == pytest.approx(flow.change.value)
    assert widths[0] > 1.3 * widths[1]
