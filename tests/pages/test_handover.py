"""Thresholds where rows are right or wrong, through AppTest: costs by preset, capacity, slices, the words of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.log import views
from analytics.log.kept.thresholds import decisions
from analytics.log.right import Right
from analytics.log.workspace import Workspace
from pages._frame.registry import PAGES
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]
ODD = "team <b>*x*</b>"
STRANGE = re.compile(
    r"false positive|false negative|\bmiss(es|ed)?\b|recall|precision|false alarm|flagged", re.IGNORECASE
)
"""Words of two classes."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    rng, n, found = np.random.default_rng(2), 600, {}
    confidence = rng.integers(30, 100, n) / 100
    true = rng.choice(["a", "b", "c"], n)
    is_right = rng.random(n) < confidence
    frame = pl.DataFrame(
        {
            "suggested": np.where(is_right, true, "d"),
            "billed": true,
            "confidence": confidence,
            ODD: rng.choice(["<i>north</i>", "*south*"], n),
        }
    )
    for name, score in (("sure", "confidence"), ("unsure", None)):
        folder = tmp_path_factory.mktemp(name)
        desk = Desk(Workspace(folder / "workspace"), folder)
        staged = desk.stage(frame)
        mapping = replace(staged.mapping, score=score, segments=(ODD,), row_id=None, time=None, right=None)
        desk.build(staged, views.right_or_wrong(mapping, staged.reading, Right("classes", "billed", "suggested")))
        found[name] = desk.workspace.home
    return found | {"broken": broken(tmp_path_factory.mktemp("broken"))}


def broken(folder: Path) -> Path:
    """Answers of thirty days, of which a third is wrong that was right before from day 20 on."""
    rng, n = np.random.default_rng(2), 6_000
    day, confidence = np.arange(n) * 30 // n, rng.integers(30, 100, n) / 100
    is_right = (rng.random(n) < confidence) & ~((day >= 20) & (rng.random(n) < 0.3))
    true = rng.choice(["a", "b", "c"], n)
    at = [date(2024, 1, 1) + timedelta(days=int(each)) for each in day]
    frame = pl.DataFrame(
        {"suggested": np.where(is_right, true, "d"), "billed": true, "confidence": confidence, "at": at}
    )
    desk = Desk(Workspace(folder / "workspace"), folder)
    staged = desk.stage(frame)
    mapping = replace(staged.mapping, score="confidence", segments=(), row_id=None, time="at", right=None)
    desk.build(staged, views.right_or_wrong(mapping, staged.reading, Right("classes", "billed", "suggested")))
    return desk.workspace.home


def test_the_rows_since_answers_got_worse_are_said_and_kept_at_a_click(
    made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLICEWISE_HOME", str(made["broken"]))
    app = opened()
    assert "of the answers are wrong. That is of the rows since 21 Jan 2024, when errors shifted." in texts(app)[0]
    app.button(key="ask_2").click().run()
    assert texts(app)[0].startswith(
        "By the rows since 21 Jan 2024, when errors shifted: answer from a confidence of 0."
    )
    [alone] = [button for button in app.main.button if button.label == "Judge the rows since 21 Jan 2024 alone"]
    alone.click().run()
    assert not app.exception and texts(app)[0].startswith("Answer from a confidence of 0.")


@pytest.fixture(autouse=True)
def fresh(made: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLICEWISE_HOME", str(made["sure"]))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.switch_page(PAGES["thresholds"].path)
    return app.run()


def texts(app: AppTest) -> list[str]:
    """All that the page says, without the sidebar."""
    page = app.main
    said = [element.value for kind in (page.markdown, page.caption, page.subheader) for element in kind]
    controls = [
        text
        for kind in (page.button, page.number_input, page.selectbox, page.text_input)
        for control in kind
        for text in (control.label, control.help or "")
    ]
    tables = [name for table in page.dataframe for name in table.value.columns]
    return [text.replace("\\", "") for text in [*said, *controls, *tables]]


def test_what_a_wrong_answer_costs_is_asked_and_a_preset_answers() -> None:
    app = opened()
    assert not app.exception and not app.error
    assert texts(app)[0].startswith("What does a wrong answer cost compared with a person's look? Until that is said")
    presets = [button.label for button in app.main.button if " : " in button.label]
    assert presets == ["2 : 1", "5 : 1", "20 : 1", "100 : 1"]
    app.button(key="ask_5").click().run()
    assert (app.number_input(key="cost_wrong").value, app.number_input(key="cost_person").value) == (5, 1)
    assert re.match(r"Answer from a confidence of 0\.\d+ on and hand over the rest\. That saves", texts(app)[0])
    assert not [button.label for button in app.main.button if " : " in button.label]


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"cost_wrong": "5"},
        {"cost_wrong": "5", "people": "60", "per": ODD},
        {"cost_wrong": "0", "cost_person": "0"},
        {"cost_wrong": "1000", "confidence": "0.5", "per": ODD},
        {"people": "60", "confidence": "7"},
        {"cost_wrong": "-1", "people": "nan", "confidence": "<b>"},
        {"threshold": "0.6", "cost_fp": "3", "to": "0.4"},
    ],
)
def test_the_page_speaks_of_answers_whatever_the_address_says(address: dict[str, str]) -> None:
    app = opened(**address)
    assert not app.exception and not app.error
    assert not [text for text in texts(app) if STRANGE.search(text)]


def test_slices_and_a_decision_stand_below_the_curve(made: dict[str, Path]) -> None:
    app = opened(cost_wrong="5", per=ODD)
    table = app.main.dataframe[-1].value
    assert table[ODD].to_list() and sum(table["n"]) == 600
    app.text_area(key="decision_note").set_value("From Monday on").run()
    app.button(key="write_decision").click().run()
    workspace = Workspace(made["sure"])
    kept = decisions(workspace, workspace.receipts()[0].key)
    assert kept[-1].note == "From Monday on" and kept[-1].evidence.startswith("Answer from a confidence of")


def test_a_log_without_a_confidence_is_told_what_one_would_add(
    made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLICEWISE_HOME", str(made["unsure"]))
    app = opened()
    assert not app.exception and not app.error
    assert "With a model's confidence in one more column: calibration and handing over." in texts(app)[0]
    assert not app.main.number_input and not [text for text in texts(app) if STRANGE.search(text)]


def test_costs_are_kept_when_the_page_is_left() -> None:
    app = opened()
    app.button(key="ask_20").click().run()
    app.switch_page(PAGES["slices"].path).run()
    app.switch_page(PAGES["thresholds"].path).run()
    assert app.number_input(key="cost_wrong").value == 20
