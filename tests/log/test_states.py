"""A state for one question is read over the columns of its log, and gives what a whole one gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log import states, views
from analytics.log.mapping import Mapping
from analytics.log.right import Right
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.reading import api
from analytics.reading.sql import database
from tests.ingested import Desk

N = 3_000


def rows() -> pl.DataFrame:
    """Answers of a model over four classes, with much that a log can have."""
    rng = np.random.default_rng(3)
    true = rng.choice(["ant", "bee", "cow", "dog"], N, p=[0.5, 0.3, 0.15, 0.05])
    scores = rng.dirichlet(np.ones(4), N).round(4)
    spiked = np.where(rng.random(N) < 0.05, -999.0, rng.normal(50, 9, N))
    return pl.DataFrame(
        {
            "id": [f"r{place}" for place in range(N)],
            "final": np.where(rng.random(N) < 0.03, None, true),
            "at": pl.Series(np.datetime64("2026-01-01T00:00", "us") + np.arange(N) * np.timedelta64(7, "m")),
            **{f"p_{name}": scores[:, place] for place, name in enumerate(["ant", "bee", "cow", "dog"])},
            "region": rng.choice(["north", "south", "West", "west"], N),
            "age": rng.integers(18, 90, N),
            "reading": spiked,
            "session": [f"s{place // 3}" for place in range(N)],
            "weight": rng.choice([1.0, 5.0], N),
        }
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("states")
    return Desk(Workspace(folder / "home"), folder)


@pytest.fixture(scope="module")
def log(desk: Desk) -> Log:
    read = desk.stage(rows())
    mapping = replace(read.mapping, unit="session", weight="weight", segments=("region", "age", "reading"), time="at")
    mapping = replace(mapping, merges=(("region", "West", "west"),), label="final", score=None, decision=None)
    return desk.build(read, views.right_or_wrong(mapping, read.reading, Right("classes", "final")))


def against(log: Log, name: str) -> Mapping:
    return views.one_against_rest(log.mapping, log.reading, name)


def by_score(log: Log, name: str) -> Mapping:
    mapping = replace(log.mapping, right=None, label="final", positive=("bee",), score=name, threshold=0.25)
    return replace(mapping, segments=("reading",), decision=None)


def whole(desk: Desk, log: Log, mapping: Mapping) -> Log:
    """The same state, with every column copied."""
    with patch.object(states, "is_over", return_value=False), patch.object(states, "known", return_value=None):
        return desk.remap(log, mapping, is_current=False)


def columns(desk: Desk, log: Log) -> set[str]:
    """The columns that the file of a log holds."""
    with duckdb.connect(str(desk.workspace.path(log.key)), read_only=True) as connection:
        return {name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE log)").fetchall()}


@pytest.mark.parametrize("name", ["bee", "dog"])
def test_a_class_against_the_rest_is_the_same_without_its_columns(desk: Desk, log: Log, name: str) -> None:
    over, copied = desk.remap(log, against(log, name), is_current=False), whole(desk, log, against(log, name))
    assert (over.base, copied.base) == (log.key, None)
    assert replace(over, base=None, created_at="") == replace(copied, base=None, created_at="")
    assert {finding.code for finding in over.findings} >= {"default-spike"}
    names = columns(desk, over)
    assert "c0" not in names and {"row_id", "label", "score", "score_bin", "unit", "weight"} <= names
    assert "c0" in columns(desk, copied)
    one, other = (
        table.cast({pl.Enum: pl.String, pl.Categorical: pl.String})
        for table in (desk.stored(over), desk.stored(copied))
    )
    assert one.select(other.columns).equals(other) and other.height == N


def test_the_answers_are_the_same(desk: Desk, log: Log) -> None:
    mapping = against(log, "bee")
    over, copied = desk.remap(log, mapping, is_current=False), whole(desk, log, mapping)
    cohort = Cohort((Clause("region", "in", ("west", "north")), Clause("age", "ge", ("30",))))
    engine = Engine(desk.workspace)
    asked = [Question(each, cohort, 0.31) for each in (over, copied)]
    first, second = (overview(engine, each) for each in asked)
    assert first.counts == second.counts and first.metrics.equals(second.metrics)
    one, other = (slices(engine, each, ["region"]) for each in asked)
    assert one.table.equals(other.table)
    top = [engine.head(each.log, each.cohort, each.threshold, 7).select("row_id", "score", "label") for each in asked]
    assert top[0].equals(top[1]) and top[0].height == 7
    engine.close()


def test_pairs_of_two_states_meet_as_those_of_whole_ones(desk: Desk, log: Log) -> None:
    found = []
    engine = Engine(desk.workspace)
    for build in (
        lambda mapping: desk.remap(log, mapping, is_current=False),
        lambda mapping: whole(desk, log, mapping),
    ):
        sides = [Question(build(by_score(log, name)), Cohort(), 0.3) for name in ("p_bee", "p_cow")]
        pairs = pair_frame(engine, Pairing(*sides)).filter(nw.col("c3") > 0.1)
        found.append(engine.collect(pairs.select("row_id", "a_score", "b_score", "a_right", "b_right").sort("row_id")))
        assert [side.log.base is None for side in sides] == [len(found) == 2] * 2
    assert found[0].equals(found[1]) and found[0].height > N / 2
    engine.close()


def test_a_state_that_needs_other_columns_is_whole(desk: Desk, log: Log) -> None:
    mapping = replace(against(log, "bee"), segments=("region", "session"))
    assert desk.remap(log, mapping, is_current=False).base is None
    assert desk.remap(log, replace(against(log, "bee"), merges=()), is_current=False).base is None


@pytest.mark.parametrize("of_base", [[0, 1, 2], [2, 0, 1]])
@pytest.mark.parametrize("own", [[0, 1, 2], [1, 2, 0], [2, 0, 1]])
def test_rows_that_a_join_left_in_another_order_are_put_in_that_of_the_log(of_base: list[int], own: list[int]) -> None:
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS origin; ATTACH ':memory:' AS log_file")
        made = "CREATE TABLE {}.log AS SELECT row_id, 'r' || row_id AS {} FROM (SELECT unnest(?::BIGINT[]) AS row_id)"
        connection.execute(made.format("origin", "c0"), [of_base])
        connection.execute(made.format("log_file", "label"), [own])
        columns = (SimpleNamespace(sql_name="c0", bin_name="b0", original_name="o0"),)
        with database.seen_over(connection, SimpleNamespace(reading=SimpleNamespace(columns=columns))):  # type: ignore[arg-type]
            found = connection.execute("FROM log_file.log").fetchall()
        assert found == [(place, f"r{place}", f"r{place}") for place in of_base]
        assert connection.execute("FROM log_file.log").fetchall() == [row[:2] for row in found]


def test_a_state_over_a_log_is_gone_with_it_and_is_built_of_it_anew(tmp_path: Path) -> None:
    desk = Desk(Workspace(tmp_path / "home"), tmp_path)
    first = desk.log("score,label,kind\n" + "0.2,0,a\n0.7,1,b\n0.4,0,a\n0.9,1,b\n" * 30)
    over = desk.remap(first, replace(first.mapping, threshold=0.25), is_current=False)
    further = desk.remap(over, replace(first.mapping, threshold=0.75), is_current=False)
    assert (over.base, further.base) == (first.key, first.key)
    current = desk.remap(over, replace(first.mapping, positive=("0",), negative=("1",)))
    assert current.base is None and desk.workspace.receipts() == [current]
    assert desk.workspace.state(over.key) is None
    again = desk.remap(current, over.mapping, is_current=False)
    assert again.base == current.key and again.key != over.key
    assert desk.stored(again)["label"].to_list() == [0, 1, 0, 1] * 30
    assert api.remap(desk.workspace, current, over.mapping, is_current=False) == again
