"""The Gates page: first gates by one click, what they say, and a file whose text stays text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.log.kept.gates import choose_gates, chosen_gates
from analytics.log.workspace import Workspace
from pages._frame.registry import PAGES
from tests.answers.test_gates import made
from tests.ingested import home_with

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    frame = made(late=5)
    frame.with_columns(rival=(1 - pl.col("score")).round(2)).write_parquet(tmp_path / "log.parquet")
    home = home_with(tmp_path / "log.parquet", tmp_path)
    monkeypatch.setenv("SLICEWISE_HOME", str(home))
    st.cache_resource.clear()
    st.cache_data.clear()
    return Workspace(home)


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page(PAGES["gates"].path)
    app.run()
    return app


def test_gates_are_drafted_at_one_click_and_pass(workspace: Workspace) -> None:
    app = opened()
    assert not app.exception
    app.button(key="gates_draft").click().run()
    assert not app.exception
    assert any(each.value.startswith("It may go on\\: all ") for each in app.markdown)
    assert chosen_gates(workspace, workspace.receipts()[0]) is not None
    assert any("drafted from this log, so it passes" in each.value for each in app.caption)
    assert any(each.value.startswith("Quiet\\: no change") for each in app.markdown)
    app.date_input(key="watch_day").set_value(date(2024, 2, 20))
    app.text_input(key="watch_what").set_value("<b>release</b>")
    app.button(key="watch_mark").click().run()
    assert not app.exception
    assert any("2024\\-02\\-20 \\<b\\>release" in each.value for each in app.caption)


def test_names_stay_text_and_a_wrong_file_is_not_kept(workspace: Workspace) -> None:
    text = '[[gate]]\nname="<b>[x](http://y) `z`"\nmetric="accuracy"\nlimit=0.895\n[[gate]]\nname="m"\nmissing="gone"\nmax=0.1\n'
    text += '[[gate]]\nname="pairs"\nmetric="accuracy"\nagainst="live"\nworse_by=0.1\n[candidate]\ncolumn="rival"\n'
    choose_gates(workspace, workspace.receipts()[0], text)
    app = opened()
    assert not app.exception
    said = [each.value for each in (*app.markdown, *app.caption)]
    assert any("pairs fails" in each for each in said)
    assert not any("<b>" in each.replace("\\<b\\>", "") for each in said)
    app.text_area(key="gates_text").set_value('[[gate]]\nmetric="recal"\nlimit=1\n').run()
    app.button(key="gates_save").click().run()
    assert app.error[0].value.startswith("Line 2\\: expected the name of a metric")
    assert chosen_gates(workspace, workspace.receipts()[0]) == text
