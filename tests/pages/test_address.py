"""Numbers of the address: what no control can hold is left out in one place, and no page fails."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.log.workspace import Workspace
from pages._frame.address import NUMBERS
from pages._frame.policy import COST_KEYS
from tests.ingested import Desk
from tests.pages.test_sessions import table

ROOT = Path(__file__).parents[2]
COUNTS = {"seed", "at"}
"""Whole numbers that Review keeps within its bounds itself."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    desk = Desk(Workspace(folder / "workspace"), folder)
    desk.log(table(1), segments=("region",))
    return desk.workspace.home


@pytest.mark.parametrize("text", ["1e400", "-inf", "nan", "-1e308", "99999999999999999999", "-7"])
@pytest.mark.parametrize("page", ["slices", "calibration", "thresholds", "review"])
def test_a_number_that_no_control_holds_is_left_out(
    home: Path, page: str, text: str, serve: Callable[[Path], None]
) -> None:
    serve(home)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(f"pages/{page}.py")
    for key in (*NUMBERS, *COUNTS):
        app.query_params[key] = text
    app.run()
    assert not app.exception and [error.value for error in app.error] == []
    if text == "nan":  # once more in the same session, beside numbers that the controls of this page are bound to
        for key, (least, _) in NUMBERS.items():
            app.query_params[key] = str(max(least, 1))
        app.query_params["look"] = text
        app.run()
        assert not app.exception and "look" not in app.query_params


def test_every_bound_number_is_checked() -> None:
    found = set()
    for path in (ROOT / "pages").rglob("*.py"):
        for call in [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]:
            given = {word.arg: word.value for word in call.keywords}
            if ast.unparse(call.func).endswith(("number_input", "slider")) and "bind" in given:
                found.add(getattr(given["key"], "value", None))
            elif ast.unparse(call.func) == "_number":
                found.add(getattr(call.args[1], "value", None))
    assert found - {None} <= set(NUMBERS) and set(COST_KEYS) <= set(NUMBERS) and len(found) > 10
