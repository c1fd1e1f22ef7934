"""The Compare page: the verdict first, two parts of one log, and two answers in one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Caption, Markdown

from pages._frame.registry import PAGES
from tests.answers.compare.test_answer import scored
from tests.ingested import home_with

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    frame = scored(400).rename({"y": "label"}).drop("unit", "w").with_columns(second_score=pl.col("score").reverse())
    return home_with(frame, folder)


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, serve: Callable[[Path], None]) -> None:
    serve(home)


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.switch_page(PAGES["compare"].path)
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def said(elements: Iterable[Markdown | Caption]) -> list[str]:
    return [element.value.replace("\\", "") for element in elements]


def test_the_first_line_is_the_verdict_on_the_pairs() -> None:
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    assert said(app.main.markdown)[0].startswith("Better: with the candidate the error rate falls by ")
    assert any("400 pairs" in text for text in said(app.main.caption))
    turned = opened(pair_apart="model", pair_live="new", pair_candidate="old")
    assert said(turned.main.markdown)[0].startswith("Worse: with the candidate the error rate rises by ")


def test_two_answers_in_one_row_are_compared_row_by_row() -> None:
    app = opened(pair_apart="another column of this log", pair_column="second_score")
    assert any(text.startswith("Both answers stand in one row: ") for text in said(app.main.caption))
