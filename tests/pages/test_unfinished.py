"""Work on a file that does not come to its end is said to have been stopped or left, and its bar never goes back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

from analytics.reading import api
from pages._logs.upload import overall

ROOT = Path(__file__).parents[2]
BUILDING = ("Reading rows", "Preparing scores and segments", "Checking the log")
READING = ("Recognising the file", "Reading rows", "Joining labels", "Recognising types", "Describing columns")


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize("steps", [READING, BUILDING])
def test_the_bar_runs_once(steps: tuple[str, ...]) -> None:
    shown = [overall(step, done) for step in steps for done in (-1, 0, 0.5, 1, 2)]
    assert shown == sorted(shown) and shown[0] >= 0 and shown[-1] == 1


def test_every_step_of_the_reading_process_has_its_part() -> None:
    trees = [ast.parse((ROOT / f"analytics/reading/{name}.py").read_text("utf-8")) for name in ("worker", "tasks")]
    calls = [
        n
        for tree in trees
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and ast.unparse(n.func) == "progress.begin"
    ]
    assert {ast.literal_eval(call.args[0]) for call in calls} == {*READING, *BUILDING}


def drop_zone() -> None:
    from pages._logs import upload

    upload.draw_drop_zone()


@pytest.mark.parametrize("how", ["Stopped while", "was left before"])
def test_what_did_not_end_is_said_once(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    def ended(*_: object, **__: object) -> None:
        raise StopException

    app = AppTest.from_function(drop_zone, default_timeout=60).run()
    assert not app.warning
    with monkeypatch.context() as patch:
        patch.setattr(api, "read_file", ended)
        app.text_input(key="path").set_value("/exports/week:red[7].csv").run()
        app.button(key="read_path").click().run()
    if how.startswith("Stopped"):
        next(button for button in app.button if str(button.key).startswith("stop_")).click()
    app.run()
    (said,) = app.warning
    assert how in said.value and "Nothing of it was kept" in said.value.replace("\\", "") and ":red[" not in said.value
    assert not app.run().warning
