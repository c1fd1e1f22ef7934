"""The Labels page, and the switch to what was known on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages._frame.registry import PAGES
from tests.commands.test_labels import START, log_of
from tests.ingested import home_with
from tests.measure.late_labels import late

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    made = late(np.random.default_rng(4), 12.0, 3.0, n_days=112, per_day=20, share=0.3)
    frame = log_of(made).with_columns(region=pl.Series(["north", "south"] * (112 * 10)))
    is_lost = (pl.col("region") == "south") & (pl.int_range(pl.len()) % 3 == 0)
    frame = frame.with_columns(pl.when(~is_lost).then(name).alias(name) for name in ("label", "label_time"))
    path = folder / "log.parquet"
    frame.write_parquet(path)
    return home_with(path, folder)


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, serve: Callable[[Path], None]) -> None:
    serve(home)


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key.replace("_", "-")] = value
    app.switch_page(PAGES[page].path)
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def test_the_page_says_up_to_when_and_who_never_gets_a_label(home: Path) -> None:
    app = opened("labels", metric="prevalence")
    said = [element.value for element in app.main.markdown]
    assert said[0].startswith("Trust prevalence up to ")
    assert "are still to come, and it will rise" in said[0]
    captions = " ".join(caption.value.replace("\\", "") for caption in app.main.caption)
    assert "the newest rows look more negative than they are" in captions
    assert "Where region is south, 33" in captions


def test_a_day_of_the_address_is_the_cohort_s_and_may_be_taken_back(home: Path) -> None:
    app = opened("labels", as_of="2024-03-10")
    assert "as known on 2024" in " ".join(element.value for element in app.sidebar.markdown)
    counts = next(caption.value for caption in app.sidebar.caption if "labelled" in caption.value)
    assert counts.startswith(f"{20 * ((START + timedelta(days=69)) - START).days + 20:,} rows")
    app.date_input(key="known_day").set_value(None).run()
    assert "as-of" not in app.query_params
    assert not any("as known on" in element.value for element in app.sidebar.markdown)


def test_a_day_that_is_none_is_left_out_and_mature_rows_are_a_filter(home: Path) -> None:
    app = opened("labels", as_of="yesterday")
    assert "as-of" not in app.query_params
    app.button(key="mature_rows").click().run()
    assert not app.exception
    assert app.session_state["where"].startswith("scored_at:le:2024-")
