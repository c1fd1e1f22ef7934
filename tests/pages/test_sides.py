"""The Gap page opens on an evaluation against production, where a log calls its rows so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ingested import home_with

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sides")
    n = 600
    frame = pl.DataFrame(
        {
            "score": [(i * 37 % 100) / 100 for i in range(n)],
            "label": [int(i * 37 % 100 > 50) ^ int(i % 7 == 0 and i >= n / 2) for i in range(n)],
            "stage": ["evaluation" if i < n / 2 else "production" for i in range(n)],
            "sensor": [float(i % 50) if i < n / 2 or i % 10 == 0 else None for i in range(n)],
            "at": [f"2024-01-{1 + i % 28:02d} 10:00:00" for i in range(n)],
        }
    )
    path = folder / "log.csv"
    frame.write_csv(path)
    return home_with(path, folder)


@pytest.fixture
def home(made: Path, serve: Callable[[Path], None]) -> Path:
    serve(made)
    return made


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    return app.switch_page("pages/gap.py").run()


def test_the_sides_are_proposed_and_every_input_has_two_small_distributions(home: Path) -> None:
    app = opened()
    assert not app.exception and not app.error
    assert [app.selectbox(key=key).value for key in ("apart", "then", "now")] == ["stage", "evaluation", "production"]
    tables = [element.value for element in app.dataframe if "bars_reference" in element.value.columns]
    (table,) = tables
    sensor = table[table["column"] == "sensor"].iloc[0]
    assert sensor["bars_production"][-1] == 100 and sensor["bars_reference"][-1] == 0
    assert len(sensor["bars_reference"]) == len(sensor["bars_production"]) == 11
    assert "empty 0.0" in sensor["what"]


def test_rows_of_an_evaluation_are_not_judged_with_production_in_silence(home: Path) -> None:
    said = "stage mixes evaluation and production"
    assert any(said in caption.value for caption in opened().caption)
    assert not any(said in caption.value for caption in opened(where="stage:in:production").caption)


@pytest.mark.parametrize(
    "address", [{"apart": "by time"}, {"apart": "stage", "then": "production", "now": "evaluation"}]
)
def test_an_address_goes_before_what_is_proposed(home: Path, address: dict[str, str]) -> None:
    app = opened(**address)
    assert not app.exception
    assert {key: app.selectbox(key=key).value for key in address} == address


def compared(app: AppTest) -> str:
    """What the overview says its changes are between; empty where it knows no reference."""
    assert not app.exception and not app.error
    said = [caption.value.replace("\\", "") for caption in app.caption if caption.value.startswith("Changes are from")]
    return said[0] if said else ""


def test_sides_that_somebody_chose_are_those_of_the_brief_in_the_session_and_in_a_link(home: Path) -> None:
    app = opened()
    app.switch_page("pages/overview.py").run()
    assert compared(app) == "Changes are from where stage is evaluation to where stage is production."
    assert "sides" not in app.query_params, "what is proposed stays out of the address"
    app.switch_page("pages/gap.py").run()
    app.selectbox(key="now").set_value("evaluation").run()
    app.selectbox(key="then").set_value("production").run()
    app.switch_page("pages/overview.py").run()
    turned = "Changes are from where stage is production to where stage is evaluation."
    assert compared(app) == turned
    link = app.query_params["sides"]
    assert link == ["stage", "production", "evaluation"]
    app.switch_page("pages/gap.py").run()
    app.selectbox(key="apart").set_value("by time").run()
    app.switch_page("pages/overview.py").run()
    days = compared(app)
    assert "at" in days and "stage" not in days
    by_time = app.query_params["sides"]
    assert by_time[0] == "by time" and len(by_time) == 5
    for asked, said in ((link, turned), (by_time, days)):
        st.cache_data.clear()
        fresh = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        fresh.query_params["sides"] = asked
        fresh.switch_page("pages/overview.py").run()
        assert compared(fresh) == said
        fresh.switch_page("pages/gap.py").run()
        assert fresh.selectbox(key="apart").value == asked[0] and not fresh.exception


@pytest.mark.parametrize("asked", [["nothing"], ["by time", "x"], ["stage", "production", "?"], ["another log", "x"]])
def test_sides_of_an_address_that_do_not_fit_are_left_out(home: Path, asked: list[str]) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["sides"] = asked
    assert "stage is evaluation to where stage is production" in compared(app.switch_page("pages/overview.py").run())


def test_values_that_are_no_reference_and_no_production_are_not_taken_for_them(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    n = 400
    frame = pl.DataFrame(
        {
            "score": [(i * 37 % 100) / 100 for i in range(n)],
            "predicted": [int(i * 37 % 100 > 50) for i in range(n)],
            "label": [int(i * 37 % 100 > 50) ^ int(i % 7 == 0) for i in range(n)],
            "gender": ["f" if i % 3 else "m" for i in range(n)],
        }
    )
    frame.write_csv(tmp_path / "log.csv")
    serve(home_with(tmp_path / "log.csv", tmp_path))
    app = opened()

    def asks() -> bool:
        boxes = [*app.info, *app.warning, *app.error]
        return any("which rows are the reference" in box.value for box in boxes)

    assert not app.exception and app.selectbox(key="apart").options == ["gender"] and asks()
    app.selectbox(key="apart").set_value("gender").run()
    assert not app.exception and not asks()
