"""A log that stays in Spark gives the answers of the same file ingested, and its roles mean the same as in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.review.queue import queue
from analytics.answers.slices import slices
from analytics.errors import QuestionError, StoreError
from analytics.log import roles as guessed
from analytics.log.bins import Bins
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.query import spark_log, spark_roles, spark_session
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.pages.conftest import forget
from tests.query.logs import Twins, collected

N = 4_000


def made() -> pl.DataFrame:
    """A log with missing scores and labels, a number in bins, and a score that is written in percent."""
    random = np.random.default_rng(11)
    score = np.round(random.beta(2, 3, N) * 100, 1)
    start = np.datetime64("2026-01-01", "us")
    return pl.DataFrame(
        {
            "id": np.arange(N),
            "seen_at": start + random.integers(0, 40 * 86_400, N) * np.timedelta64(1_000_000, "us"),
            "region": pl.Series(["north", "south", "O'Brien", None]).gather(random.integers(0, 4, N)),
            "temp": np.round(random.normal(10, 8, N), 1),
            "score": pl.Series(score).scatter(range(0, N, 50), None),
            "outcome": pl.Series(["bad", "good", "?"]).gather(
                np.where(random.random(N) < 0.1, 2, (random.random(N) * 100 > score).astype(int))
            ),
        }
    )


ROLES = Mapping(
    score="score",
    score_scale=100.0,
    label="outcome",
    positive=("bad",),
    negative=("good",),
    row_id="id",
    time="seen_at",
    segments=("region", "temp"),
    threshold=0.4,
)


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


@pytest.fixture(scope="module")
def both(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Log, Log]:
    """The engine, the log that was ingested and the one that stays in Spark."""
    from analytics.log.workspace import Workspace

    folder = tmp_path_factory.mktemp("both")
    desk = Desk(Workspace(folder / "workspace"), folder)
    path = desk.frame(made())
    there = spark_log.describe(f"spark:{path}")
    return Engine(desk.workspace), desk.log(path, ROLES), spark_log.log_of(there, ROLES)


def test_a_log_is_described_alike(both: tuple[Engine, Log, Log]) -> None:
    _, here, there = both
    for found, expected in zip(there.reading.columns, here.reading.columns, strict=True):
        assert json.dumps(vars(found)) == json.dumps(vars(expected))  # a receipt that was read has lists for tuples
    assert there.reading.repairs[0].startswith("The rows stay where Spark at local[1] reads them")
    assert guessed.guess(there.reading).mapping == guessed.guess(here.reading).mapping
    assert (there.edges, there.grid_is_exact, there.bins) == (here.edges, here.grid_is_exact, here.bins)
    counts = ("n_rows", "n_labelled", "n_positive", "n_unscored", "time_low", "time_high", "score_kind")
    assert [getattr(there, name) for name in counts] == [getattr(here, name) for name in counts]


@pytest.mark.parametrize("cohort", [Cohort(), Cohort((Clause("region", "in", ("O'Brien", "north")),))])
def test_answers_are_the_same(both: tuple[Engine, Log, Log], cohort: Cohort) -> None:
    engine, *logs = both
    here, there = (Question(log, cohort, 0.4) for log in logs)
    one, other = (overview(engine, question) for question in (there, here))
    assert one.counts == other.counts
    assert_frame_equal(one.metrics, other.metrics, rel_tol=1e-9)
    assert_frame_equal(one.histogram, other.histogram)
    assert one.trend is not None and other.trend is not None
    assert_frame_equal(one.trend, other.trend)
    if cohort:
        one, other = (slices(engine, question, ("region", "temp")).table for question in (there, here))
        assert_frame_equal(one, other, rel_tol=1e-9, check_row_order=False)


@pytest.mark.parametrize("most", [1 << 20, 1_024])
def test_a_grid_of_many_scores_bins_by_comparison(
    both: tuple[Engine, Log, Log], desk: Desk, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its edges are those of the same file ingested, where some rows of many decide too."""
    monkeypatch.setattr("analytics.log.grid._MAX_LOOKED_AT", most)
    random = np.random.default_rng(3)
    scores = np.concatenate([random.random(3_000), random.random(500) * 1e-6, np.arange(101) / 100, [0.29, 0.57]])
    path = desk.folder / "many.parquet"
    pl.DataFrame({"score": scores, "label": (scores > 0.5).astype(int)}).write_parquet(path)
    log = spark_log.log_of(spark_log.describe(f"spark:{path}"), Mapping(score="score", label="label", positive=("1",)))
    found = spark_session.collected(both[0].frame(log).select("score", "score_bin"))
    assert not log.grid_is_exact
    fresh = replace(desk, is_fresh=True)
    assert log.edges == fresh.log(path, Mapping(score="score", label="label", positive=("1",))).edges
    expected = np.searchsorted(np.asarray(log.edges), found["score"].to_numpy(), side="right") - 1
    assert found["score_bin"].to_list() == expected.tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"is_score_clipped": True, "score_missing": ("50", "12.5"), "score_scale": 50.0, "score_minus": 1.0},
        {
            "score": None,
            "decision": "outcome",
            "decision_positive": ("bad",),
            "label": "id",
            "positive": ("3",),
            "negative": (),
        },
        {"is_confidence": True, "decision": "outcome", "decision_positive": ("bad",), "negative": ()},
    ],
)
def test_roles_mean_what_they_mean_in_sql(desk: Desk, twins: Twins, changes: dict[str, Any]) -> None:
    mapping = replace(ROLES, **changes)
    log = desk.log(made(), mapping)
    stored = desk.stored(log)
    frame = made().rename({name: f"c{place}" for place, name in enumerate(made().columns)})
    plain, _ = twins.of(frame)
    rows = spark_roles.with_bins(spark_roles.with_roles(plain, log.reading, mapping), log.reading, log.bins)
    found = collected(rows)
    for name in ("score", "label", "decision", "moment", *(log.column(name).bin_name for name in log.bins)):
        assert found[name].cast(stored[name].dtype).to_list() == stored[name].to_list(), name


def test_what_spark_does_not_ask_yet_is_said() -> None:
    with pytest.raises(QuestionError, match="found weights: Spark does not ask that yet"):
        spark_roles.require_plain(replace(ROLES, weight="temp"))


@pytest.mark.parametrize(
    ("values", "counts", "edges"),
    [
        ([], [], (0.0, 0.0)),
        ([1.0, 2.0, 3.0], [1, 18, 1], (1.0, 2.0, 3.0, 3.0)),
        ([float(n) for n in range(20)], [1] * 20, (0.0, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 19.0)),
    ],
)
def test_bins_of_counts(values: list[float], counts: list[int], edges: tuple[float, ...]) -> None:
    assert spark_log.bins_of_counts(values, counts, is_integer=False) == Bins(edges)


def test_no_spark_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLICEWISE_SPARK", "sc://127.0.0.1:9")
    with pytest.raises(
        StoreError, match=r"^Expected an answer of Spark at sc://127.0.0.1:9, found none: Connection refused"
    ):
        spark_session.require_server(spark_session.where())


def test_no_table_is_one_sentence(spark: Any) -> None:
    with pytest.raises(StoreError, match=r"^Expected an answer of Spark at .*PATH_NOT_FOUND"):
        spark_session.table("spark:/no/such/path")


def test_what_is_drawn_by_row_is_the_same_draw_of_one_parquet_file(both: tuple[Engine, Log, Log]) -> None:
    engine, here, there = both
    found, expected = (
        queue(engine, Question(log, Cohort(), 0.4), "both", "mix", costs=Costs(fp=1, fn=3)) for log in (there, here)
    )
    assert found.rows["row_id"].to_list() == expected.rows["row_id"].to_list() and found.n_rows == expected.n_rows > 50
    assert found.rows["random_rank"].to_list() == expected.rows["random_rank"].to_list()


def test_a_log_that_stays_there_is_one_of_the_workspace(both: tuple[Engine, Log, Log], tmp_path: Path) -> None:
    """It is listed, answers by what was kept of it, takes other roles, is swept and removed like any other."""
    from analytics.log.workspace import Workspace

    _, here, there = both
    workspace = Workspace(tmp_path)
    spark_log.keep(workspace, there)
    workspace.sweep()
    (kept,) = Workspace(tmp_path).receipts()
    assert (kept.key, kept.edges, kept.bins, kept.n_rows) == (there.key, there.edges, there.bins, there.n_rows)
    assert kept.reading.is_in_spark
    engine = Engine(workspace)
    found, expected = (overview(each, Question(log, Cohort(), 0.4)) for each, log in ((engine, kept), (both[0], here)))
    assert_frame_equal(found.metrics, expected.metrics)
    other = replace(ROLES, positive=("good",), negative=("bad",))
    turned = spark_log.remap(workspace, kept, other)
    assert (turned.n_positive, turned.log_id) == (here.n_labelled - here.n_positive, kept.log_id)
    assert spark_log.remap(workspace, turned, other) is turned
    assert [log.key for log in workspace.receipts()] == [turned.key]
    workspace.remove(turned.log_id)
    assert workspace.receipts() == []


@pytest.mark.parametrize("page", ["overview", "slices", "logs"])
def test_pages_show_what_they_show_of_the_same_file(
    both: tuple[Engine, Log, Log], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.testing.v1 import AppTest

    from pages._frame.registry import FIRST, PAGES

    engine, here, there = both
    spark_log.keep(engine.workspace, there)
    monkeypatch.setenv("SLICEWISE_HOME", str(engine.workspace.home))
    forget()
    shown = []
    for log in (here, there):
        app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=120)
        app.query_params["log"] = log.log_id
        if page != FIRST.name:
            app.switch_page(PAGES[page].path)
        app.run()
        assert not app.exception and not app.error
        captions = [caption.value for caption in app.sidebar.caption]
        assert any("Asked in Spark at" in text for text in captions) == log.reading.is_in_spark
        shown.append([frame.value for frame in app.dataframe])
    forget()
    assert len(shown[0]) == len(shown[1]) > 0
    for found, expected in zip(shown[1], shown[0], strict=True) if page != "logs" else ():
        pd.testing.assert_frame_equal(found, expected)
