"""Sessions do not meet: right numbers under a crowd, no answer shared by logs that differ in one cell, no log of another person."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.errors import AnalysisError, QuestionError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import kept, key_of
from pages._frame.conditions import value_counts
from pages._frame.registry import PAGES
from tests.ingested import Desk
from tests.thorough import amount

ROOT = Path(__file__).parents[2]
N_LOGS, N_ROWS = 10, 300
N_SESSIONS, N_RERUNS = amount(20, 100), amount(20, 100)


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def table(seed: int) -> pl.DataFrame:
    rng = random.Random(seed)
    return pl.DataFrame(
        {
            "score": [rng.randrange(100) / 100 for _ in range(N_ROWS)],
            "label": [rng.randrange(2) for _ in range(N_ROWS)],
            "region": [rng.choice(("north", "south", "west")) for _ in range(N_ROWS)],
        }
    )


def truth(frame: pl.DataFrame, threshold: float, region: str | None) -> tuple[int, int, int, int]:
    kept = frame if region is None else frame.filter(pl.col("region") == region)
    flagged, label = kept["score"] >= threshold, kept["label"] == 1
    return (flagged & label).sum(), (flagged & ~label).sum(), (~flagged & label).sum(), (~flagged & ~label).sum()


def region_is(region: str | None) -> Cohort:
    return Cohort((Clause("region", "in", (region,)),)) if region else Cohort()


def asked(question: Question) -> tuple[int, ...]:
    counts = kept(overview, question).counts
    return tuple(counts[name] for name in ("tp", "fp", "fn", "tn"))


def test_a_crowd_on_ten_logs_of_equal_shape_gets_right_numbers(desk: Desk) -> None:
    frames = [table(seed) for seed in range(N_LOGS)]
    logs = [desk.log(frame) for frame in frames]
    assert len({log.key for log in logs}) == N_LOGS
    start = threading.Barrier(min(N_SESSIONS, 20))

    def one_session(seed: int) -> list[str]:
        rng = random.Random(seed)
        wrong = []
        if seed < start.parties:
            start.wait(30)
        for _ in range(N_RERUNS):
            place, region = rng.randrange(N_LOGS), rng.choice((None, "north", "south"))
            threshold = rng.choice((0.25, 0.5, 0.75))
            question = Question(logs[place], region_is(region), threshold)
            if asked(question) != truth(frames[place], threshold, region):
                wrong.append(f"overview of {place} at {threshold} in {region}")
            rows = frames[place].filter(pl.col("region") == region) if region else frames[place]
            if kept(Engine.row_counts, question.log, question.cohort, question.threshold)[0] != rows.height:
                wrong.append(f"rows of {place} in {region}")
            found = dict(value_counts(question.log, "region").iter_rows())
            if found != dict(frames[place]["region"].value_counts().iter_rows()):
                wrong.append(f"values of {place}")
        return wrong

    with ThreadPoolExecutor(start.parties) as pool:
        wrong = [text for texts in pool.map(one_session, range(N_SESSIONS)) for text in texts]
    assert wrong == []


@pytest.mark.parametrize(
    ("column", "value"), [("score", 0.995), ("label", None), ("region", "south west"), ("region", None)]
)
def test_logs_that_differ_in_one_cell_never_share_an_answer(desk: Desk, column: str, value: object) -> None:
    frame = table(1)
    cells = frame[column].to_list()
    cells[17] = value if value is not None or column == "region" else 1 - cells[17]
    other = frame.with_columns(pl.Series(column, cells, dtype=frame[column].dtype))
    logs = [desk.log(each) for each in (frame, other)]
    assert logs[0].key != logs[1].key
    questions = [Question(log, Cohort(), 0.5) for log in logs]
    for _ in range(2):
        for question, rows in zip(questions, (frame, other), strict=True):
            assert dict(value_counts(question.log, "region").iter_rows()) == dict(
                rows["region"].value_counts().iter_rows()
            )
            fresh = slices(session.engine(), question, ("region",), metric="error_rate", min_support=30)
            assert kept(slices, question, ("region",), metric="error_rate", min_support=30).table.equals(fresh.table)
            assert asked(question) == truth(rows, 0.5, None)


def test_ids_that_collide_share_no_answer(desk: Desk) -> None:
    """The name of a log is a part of its digest; answers are kept by all of it."""
    log = desk.log(table(1))
    twin = replace(log, reading=replace(log.reading, content_hash=log.reading.content_hash[:12] + "0" * 52))
    assert twin.key == log.key
    keys = {key_of(overview, Question(each, Cohort(), 0.5)) for each in (log, twin)}
    assert len(keys) == 2


def test_another_mapping_of_one_log_is_another_answer(desk: Desk) -> None:
    log = desk.log(table(1))
    assert asked(Question(log, Cohort(), 0.5)) == truth(table(1), 0.5, None)
    turned = desk.remap(log, replace(log.mapping, positive=("0",), negative=("1",)))
    tp, fp, fn, tn = truth(table(1), 0.5, None)
    assert asked(Question(turned, Cohort(), 0.5)) == (fp, tp, tn, fn)


# People


def signed_in(monkeypatch: pytest.MonkeyPatch, **claims: object) -> None:
    monkeypatch.setattr(
        st, "user", (claims and type("User", (dict,), {"is_logged_in": claims.get("is_logged_in")})(claims)) or {}
    )


def test_each_person_has_a_workspace_and_sees_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, is_logged_in=True, iss="https://id.example", sub="ann")
    ann = session.workspace()
    log = Desk(ann, desk.folder).log(table(1))
    assert asked(Question(log, Cohort(), 0.5)) == truth(table(1), 0.5, None)
    signed_in(monkeypatch, is_logged_in=True, iss="https://id.example", sub="bob")
    bob = session.workspace()
    assert bob.home != ann.home and {ann.home.parent, bob.home.parent} == {desk.workspace.home / "people"}
    assert session.logs() == [] and session.workspace().state(log.key) is None
    with pytest.raises(QuestionError, match="just changed"):
        asked(Question(log, Cohort(), 0.5))
    with pytest.raises(AnalysisError):
        session.engine().head(log, Cohort(), 0.5, 10)
    signed_in(monkeypatch, is_logged_in=True, iss="https://id.example", sub="ann")
    assert session.workspace().home == ann.home and session.logs() == [log]
    signed_in(monkeypatch)
    assert session.workspace().home == desk.workspace.home and session.logs() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "bc"), ("ab", "c")), (("a b", "c"), ("a", "b c")), (("a", "B"), ("a", "b")), (("1 a", "b"), ("1", "a b"))],
)
def test_no_two_people_are_one(monkeypatch: pytest.MonkeyPatch, one: tuple[str, str], other: tuple[str, str]) -> None:
    marks = set()
    for issuer, subject in (one, other):
        signed_in(monkeypatch, is_logged_in=True, iss=issuer, sub=subject)
        marks.add(session.person())
    assert len(marks) == 2 and all(mark.isalnum() and len(mark) == 32 for mark in marks)


@pytest.mark.parametrize(
    "claims", [{"sub": "x"}, {"iss": "x"}, {"iss": "x", "sub": ""}, {"iss": None, "sub": "x"}, {"iss": "x", "sub": 5}]
)
def test_a_sign_in_that_names_nobody_opens_nothing(monkeypatch: pytest.MonkeyPatch, claims: dict[str, object]) -> None:
    signed_in(monkeypatch, is_logged_in=True, **claims)
    with pytest.raises(AnalysisError, match="issuer and a subject") as caught:
        session.workspace()
    assert caught.value.code == "sign-in"


def test_without_the_sign_in_that_is_configured_nothing_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    log = desk.log(table(1))
    signed_in(monkeypatch, is_logged_in=False)
    for act in (session.workspace, session.engine, session.logs, lambda: asked(Question(log, Cohort(), 0.5))):
        with pytest.raises(QuestionError, match="Sign in first"):
            act()


@pytest.mark.parametrize("page", ["app.py", *(page.path for page in PAGES.values())])
def test_every_page_asks_for_the_sign_in_first(desk: Desk, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    log = desk.log(table(1), segments=("region",))
    signed_in(monkeypatch, is_logged_in=False)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if page != "app.py":
        app.switch_page(page)
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in"]
    assert log.name not in str(app.main) and not app.sidebar.children


# Sessions of one server, run by turns


def shown(app: AppTest) -> str:
    return " ".join(entry.value for kind in (app.metric, app.markdown, app.caption) for entry in kind)


def test_sessions_that_take_turns_keep_their_logs(desk: Desk) -> None:
    logs = [desk.log(table(seed).head(100 + 10 * seed)) for seed in range(4)]
    apps = [AppTest.from_file(str(ROOT / "app.py"), default_timeout=60) for _ in logs]
    for app, log in zip(apps, logs, strict=True):
        app.query_params["log"] = log.log_id
        app.run()
    for _ in range(2):
        for place in (2, 0, 3, 1):
            app = apps[place].run()
            assert not app.exception and app.session_state["log"] == logs[place].log_id
            others = {f"{log.n_rows:,} rows" for log in logs} - {f"{logs[place].n_rows:,} rows"}
            assert f"{logs[place].n_rows:,} rows" in shown(app) and not [text for text in others if text in shown(app)]


def test_a_server_that_starts_anew_has_the_logs_and_the_view(desk: Desk) -> None:
    logs = [desk.log(table(seed)) for seed in range(2)]
    first = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    first.query_params["log"], first.query_params["where"], first.query_params["threshold"] = (
        logs[0].log_id,
        region_is("north").to_text(),
        "0.25",
    )
    before = shown(first.run())
    st.cache_resource.clear()
    st.cache_data.clear()
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in first.query_params.items():
        again.query_params[name] = value
    assert shown(again.run()) == before and not again.exception
    assert Workspace(desk.workspace.home).receipts()[0] in logs
    assert isinstance(session.logs()[0], Log)


def test_what_nobody_foresaw_shows_a_number_and_leaves_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = desk.log(table(1), segments=("region",))

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a detail that nobody should read on a page")

    monkeypatch.setattr("analytics.answers.overview.overview", breaks)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    said = app.error[0].value
    number = said.split("number ")[1][:8]
    assert "a detail" not in said and "intact" in said
    assert number in caplog.text and "a detail that nobody should read" in caplog.text
    assert f"{log.n_rows:,} rows" in shown(app), "the sidebar lives"
    assert desk.workspace.receipts() == [log]


def test_a_failure_on_purpose_shows_its_code(desk: Desk) -> None:
    log = desk.log(table(1))
    desk.workspace.path(log.key).write_bytes(b"")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "(damaged-log)" in app.error[0].value
