"""A log without a label: every page that judges asks for it, and shows nothing that could only be empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages._frame.registry import FIRST, PAGES
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]
N = 300


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if page != FIRST.name:
        app.switch_page(PAGES[page].path)
    return app.run()


def scored(**columns: object) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    base = {"score": rng.random(N).round(4), "region": rng.choice(["a", "b", "c"], N)}
    return pl.DataFrame({**base, **columns})


def primary(app: AppTest) -> list[str]:
    return [button.label for button in app.main.button if button.proto.type == "primary"]


def test_every_page_asks_for_the_label_and_draws_nothing_else(desk: Desk) -> None:
    log = desk.log(scored(paid_back=["yes", "no"] * (N // 2), prior_auth=["no", "yes", "no"] * (N // 3)))
    assert log.mapping.label is None
    for page in PAGES.values():
        if page.name == "logs":
            continue
        app = opened(page.name)
        assert not app.exception and not app.main.error, page.name
        assert app.title[0].value == page.title
        assert [element.value.count("has no label") for element in app.main.markdown] == [1], page.name
        assert primary(app) == ["Choose the label"]
        drawn = [app.main.get(kind) for kind in ("plotly_chart", "arrow_data_frame", "metric", "table", "iframe")]
        assert not any(drawn), page.name
        (likely,) = app.main.get("button_group")
        assert set(likely.options) == {"paid\\_back", "prior\\_auth"}


def test_a_likely_column_is_taken_along_to_where_the_label_is_said(desk: Desk) -> None:
    log = desk.log(scored(paid_back=["yes", "no"] * (N // 2), prior_auth=["no", "yes", "no"] * (N // 3)))
    app = opened("slices")
    app.main.get("button_group")[0].set_value("prior_auth").run()
    assert primary(app) == ["Take prior\\_auth as the label"]
    app.button(key="ask_label").click().run()
    app.switch_page(PAGES["logs"].path).run()  # AppTest does not follow a page that switches to another
    assert app.title[0].value == "Logs" and not app.exception
    assert app.selectbox(key=f"remap_{log.key}_label").value == "prior_auth"


def test_a_decision_that_is_the_label_plays_that_role_alone(desk: Desk) -> None:
    log = desk.log(scored(escalated=["no", "yes", "yes"] * (N // 3)), label=None, decision="escalated")
    app = opened("slices")
    assert app.main.get("button_group")[0].options == ["escalated"]
    app.main.get("button_group")[0].set_value("escalated").run()
    app.button(key="ask_label").click().run()
    app.switch_page(PAGES["logs"].path).run()
    chosen = {role: app.selectbox(key=f"remap_{log.key}_{role}").value for role in ("label", "decision")}
    assert chosen == {"label": "escalated", "decision": None} and not app.exception


def test_a_column_of_stars_is_taken_along_as_grades_with_a_mark(desk: Desk) -> None:
    log = desk.log(scored(stars=[1, 2, 3, 4, 5, None] * (N // 6)), label=None)
    app = opened("slices")
    app.main.get("button_group")[0].set_value("stars").run()
    app.button(key="ask_label").click().run()
    app.switch_page(PAGES["logs"].path).run()
    chosen = {what: app.selectbox(key=f"remap_{log.key}_{what}").value for what in ("right", "true_grades")}
    assert chosen == {"right": "grades", "true_grades": "stars"} and not app.exception
    assert app.number_input(key=f"remap_{log.key}_mark").value == 4


def test_every_way_to_another_page_takes_the_question_along() -> None:
    """A page that is switched to without its address forgets which log was looked at."""
    bare = {"_wanted_log"}  # says by itself which log comes next
    for path in (ROOT / "pages").rglob("*.py"):
        text = path.read_text()
        for call in re.findall(r"st\.switch_page\((.*)", text):
            assert "query_params=" in call or any(word in text for word in bare), (path.name, call)


def test_a_label_that_no_row_has_yet_is_asked_for_with_that_reason(desk: Desk) -> None:
    desk.log(scored(label=[None] * N), label="label", positive=("1",))
    app = opened("overview")
    (said,) = [element.value for element in app.main.markdown]
    assert "None of 300 rows has a label in" in said and primary(app) == ["Attach or choose the label"]
