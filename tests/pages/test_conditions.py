"""Every operator can be chosen in the sidebar, and its control writes the clause that it means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.query.cohort import Clause, Cohort
from analytics.query.operator import Operator
from analytics.query.operators import OPERATORS
from pages._frame.conditions import CONTROLS
from pages._frame.registry import PAGES
from tests.ingested import home_with

ROOT = Path(__file__).parents[2]
COLUMNS = {"text": "region", "number": "score", "time": "scored_at"}
TYPED: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "values": ("multiselect", ["north"], ("north",)),
    "bound": ("number_input", 0.25, ("0.25",)),
    "text": ("text_input", "or", ("or",)),
    "length": ("number_input", 4, ("4",)),
    "hours": ("multiselect", [9, 10], ("9", "10")),
    "weekdays": ("multiselect", ["Mon"], ("Mon",)),
    "nothing": ("", None, ()),
    "fields": ("multiselect", ["region"], ("1+", "region")),
    "columns": ("multiselect", ["id", "score"], ("id", "score")),
    "day": ("date_input", date(2024, 1, 9), ("2024-01-09",)),
}
"""By control: the widget, what is put into it, and the values of the clause that follow."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    n = 200
    frame = pl.DataFrame(
        {
            "id": range(n),
            "score": [(i * 37 % 100) / 100 for i in range(n)],
            "label": [int(i * 37 % 100 > 55) for i in range(n)],
            "region": [("north", "south", None)[i % 3] for i in range(n)],
            "scored_at": [f"2024-01-{1 + i % 28:02d} {9 + i % 3:02d}:00:00" for i in range(n)],
            "label_time": [f"2024-01-{2 + i % 28:02d} 09:00:00" for i in range(n)],
        }
    )
    frame.write_csv(folder / "log.csv")
    return home_with(folder / "log.csv", folder)


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[AppTest]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLICEWISE_HOME", str(home))
        st.cache_resource.clear()
        st.cache_data.clear()
        yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(PAGES["slices"].path).run()
        st.cache_resource.clear()
        st.cache_data.clear()


def test_every_operator_has_a_control_and_every_control_an_operator() -> None:
    named = {operator.control for operator in OPERATORS.values()}
    assert named == set(CONTROLS), "pages/_frame/conditions.py has the controls that operators name"
    assert named == set(TYPED)


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=list(OPERATORS))
def test_a_condition_is_chosen_in_the_sidebar(app: AppTest, operator: Operator) -> None:
    app.session_state["where"] = ""
    app.run()
    name, place = "", "row"
    if operator.join != "row":
        name = next(COLUMNS[kind] for kind in COLUMNS if kind in operator.kinds)
        app.selectbox(key="new_column").select(name).run()
        condition = next(box for box in app.selectbox if str(box.key).startswith("new_condition_"))
        condition.select(operator.key).run()
        place = str(condition.key).rpartition("_")[2]
    widget, given, values = TYPED[operator.control]
    if widget:
        getattr(app, widget)(key=f"new_{operator.key}_{place}").set_value(given)
    app.button(key=f"add_{operator.key}").click().run()
    assert not app.exception and not app.error
    assert app.session_state["where"] == Cohort((Clause(name, operator.key, values),)).to_text()
