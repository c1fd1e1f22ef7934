"""The brief on the Overview: what fills in, what can be started, where its links lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.answers.overview import bucket_clauses
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause
from pages._overview import findings
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]
N = 6_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two logs: one in which travel's fraud is missed, one in which nothing is wrong."""
    rng = np.random.default_rng(0)
    kind = rng.choice(["gift", "travel", "food", "home"], N)
    label = rng.random(N) < np.where(kind == "gift", 0.09, 0.04)
    flagged = np.where(label, rng.random(N) < np.where(kind == "travel", 0.1, 0.6), rng.random(N) < 0.01)
    score = np.round(np.where(flagged, 0.5, 0) + rng.random(N) / 2.1, 3)
    bad = pl.DataFrame({"id": range(N), "score": score, "is_fraud": label.astype(int), "category": kind})
    true = rng.beta(1.0, 2.0, N).round(2)
    moment = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 4, 29), "1d", eager=True)
    bad = bad.with_columns(
        at=moment.sample(N, with_replacement=True, seed=1).sort(),
        stage=pl.Series(rng.choice(["evaluation", "production"], N)),
    )
    good = pl.DataFrame({"score": true, "label": (rng.random(N) < true).astype(int), "team": rng.choice(["a", "b"], N)})
    folder = tmp_path_factory.mktemp("home")
    desk = Desk(Workspace(folder / "workspace"), folder)
    desk.log(bad, name="bad")
    desk.log(good, name="good")
    return desk.workspace.home


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLICEWISE_HOME", str(home))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(home: Path, name: str) -> AppTest:
    log = next(log for log in Workspace(home).receipts() if log.name == name)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["log"] = log.log_id
    app.query_params["threshold"] = "0.5"
    return app.run()


def said(app: AppTest) -> str:
    assert not app.exception and not app.error
    texts = [element.value for group in (app.markdown, app.caption, app.success) for element in group]
    return " ".join(texts).replace("\\", "").replace("\u202f", " ")


def test_the_overview_leads_with_the_finding_and_says_what_was_not_looked_at(home: Path) -> None:
    app = opened(home, "bad")
    text = said(app)
    assert "**Where category is travel," in text and "wrong decisions (" in text and "Looking at" not in text
    assert "Slices of several conditions: not looked at yet." in text
    assert "until somebody says what a miss costs" in text
    assert "Recall differs by no more than chance where stage is production from where stage is evaluation." in text


def test_what_takes_long_is_looked_at_when_somebody_wants_it_and_stays(home: Path) -> None:
    app = opened(home, "bad")
    app.button(key="look_discovery").click().run()
    assert "Slices of several conditions: not looked at yet." not in said(app)
    other = opened(home, "bad")
    assert "Slices of several conditions: not looked at yet." not in said(other)


def test_a_log_in_which_nothing_is_wrong_says_so_in_one_sentence(home: Path) -> None:
    app = opened(home, "good")
    assert [element.value.replace("\\", "") for element in app.success] == [
        "Nothing stands out beyond chance in what was looked at: the log, its slices, what its scores mean (to a point), "
        "and its labels."
    ]


def test_what_was_not_looked_at_has_a_button_or_a_page(home: Path) -> None:
    assert (
        set(findings._LABELS)
        == set(findings._DOING)
        == {source.name for source in findings.SOURCES.values() if source.is_dear}
    )
    keys = {button.key for button in opened(home, "bad").button}
    assert {"look_discovery", "look_gap"} <= keys
    assert "look_gap" not in {button.key for button in opened(home, "good").button}


def test_a_click_on_a_week_keeps_its_rows_and_the_numbers_have_their_course(home: Path) -> None:
    log = next(log for log in Workspace(home).receipts() if log.name == "bad")
    assert [str(clause.values[0]) for clause in bucket_clauses(log, datetime(2024, 1, 29), "1w")] == [
        "2024-01-29",
        "2024-02-05",
    ]
    assert bucket_clauses(log, datetime(2024, 2, 1), "1mo")[1] == Clause("at", "lt", ("2024-03-01",))
    assert bucket_clauses(log, datetime(2024, 2, 1, 23), "1h")[1] == Clause("at", "lt", ("2024-02-02 00:00:00",))
    metrics = opened(home, "bad").metric
    assert len(metrics) == 6 and metrics[1].proto.chart_data and all(each.proto.chart_data for each in metrics)
    assert metrics[0].delta and not opened(home, "good").metric[0].delta


def test_cells_of_the_confusion_matrix_open_their_rows(home: Path) -> None:
    links = {link.label: link.query_string for link in linked(opened(home, "bad"))}
    missed = next(query for label, query in links.items() if label == "False negatives")
    assert "where=%3Aoutcome%3Afn" in missed and "errors=fn" in missed
    right = next(query for label, query in links.items() if label == "True negatives")
    assert "where=%3Aoutcome%3Atn" in right and "errors=all" in right
    slices = next(query for label, query in links.items() if label == "Slices")
    assert "by=category" in slices and "where" not in slices


def linked(app: AppTest) -> list[Any]:
    """The links to pages."""
    return [element.proto for element in app.get("page_link")]
