"""The metric that matters: chosen by the base rate, changed with one click, the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.log.workspace import Workspace
from analytics.reading import api
from pages._frame.registry import PAGES

ROOT = Path(__file__).parents[2]
N = 12_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with 4 % fraud, of which most is missed; gift cards have a higher base rate alone, travel a doubled FNR."""
    rng = np.random.default_rng(0)
    kind = rng.choice(["gift", "travel", "food", "home"], N)
    label = rng.random(N) < np.where(kind == "gift", 0.09, 0.025)
    flagged = np.where(label, rng.random(N) < np.where(kind == "travel", 0.1, 0.55), rng.random(N) < 0.01)
    frame = pl.DataFrame(
        {
            "id": range(N),
            "score": np.round(np.where(flagged, 0.5, 0) + rng.random(N) / 2.1, 3),
            "is_fraud": label.astype(int),
            "category": kind,
            "version": np.where(np.arange(N) < N / 2, "v1", "v2"),
        }
    )
    folder = tmp_path_factory.mktemp("home")
    frame.write_csv(folder / "payments.csv")
    workspace = Workspace(folder / "workspace")
    read = api.read_file(workspace, folder / "payments.csv")
    assert isinstance(read, api.Staged)
    api.build_staged(workspace, read, read.mapping)
    return workspace.home


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, serve: Callable[[Path], None]) -> None:
    serve(home)


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"threshold": "0.5", **address}.items():
        app.query_params[key] = value
    return app.switch_page(PAGES[page].path).run()


def said(app: AppTest) -> str:
    assert not app.exception and not app.error
    return " ".join(element.value for element in app.markdown).replace("\\", "").replace("\u202f", " ")


def test_the_overview_of_rare_fraud_begins_with_what_is_missed_and_one_click_changes_it() -> None:
    app = opened("overview")
    assert " of fraud is missed at threshold 0.50" in said(app)
    assert "so misses and false alarms are shown apart" in said(app)
    assert "metric" not in app.query_params, "a default stays out of the address"
    app.button_group(key="overview_metric").set_value("error_rate").run()
    assert "of 12,000 judged rows are wrong at threshold 0.50" in said(app)
    app.switch_page(PAGES["slices"].path).run()
    assert app.selectbox(key="metric").value == "error_rate"
    app.switch_page(PAGES["report"].path).run()
    assert app.selectbox(key="report_metric").value == "error_rate"


def test_the_metric_of_a_link_holds_on_every_page() -> None:
    app = opened("overview", metric="precision")
    assert app.button_group(key="overview_metric").value == "precision"
    for page, key in (("slices", "metric"), ("report", "report_metric"), ("gap", "gap_metric")):
        app = opened(page, metric="precision")
        assert app.selectbox(key=key).value == "precision", page
    assert opened("slices", metric="nonsense").selectbox(key="metric").value == "recall"


@pytest.mark.parametrize("written", ["error_rate", "Error rate", "False positive rate"])
def test_a_link_names_a_metric_by_its_name_or_its_label(written: str) -> None:
    name = "fpr" if written == "False positive rate" else "error_rate"
    app = opened("slices", by="category", metric=written)
    assert (app.selectbox(key="metric").value, app.query_params["metric"]) == (name, name)
    app.selectbox(key="metric").set_value("precision").run()
    assert app.query_params["metric"] == "precision"


def test_slices_and_discovery_follow_the_metric() -> None:
    app = opened("slices", by="category")
    assert app.selectbox(key="metric").value == "recall"
    assert "Recall is lower (worse) than in the rest in 1 of 4 slices by category: travel" in said(app)
    app = opened("slices", by="category", metric="error_rate")
    assert "In gift, of" not in said(app) or "because positives are more frequent there" in said(app)
    assert opened("slices", view="Discovered").selectbox(key="objective").value == "fnr"
    app = opened("slices", view="Discovered", metric="error_rate")
    assert app.selectbox(key="objective").value == "beyond_base_rate"


def test_costs_that_were_entered_lead_where_rows_can_be_priced() -> None:
    app = opened("thresholds")
    app.number_input(key="cost_fp").set_value(1.0).run()
    app.number_input(key="cost_fn").set_value(20.0).run()
    app.switch_page(PAGES["overview"].path).run()
    assert app.button_group(key="overview_metric").value == "cost"
    assert "A judged row costs" in said(app) and "of fraud is missed" in said(app)
    assert "would be wrong on" not in said(app), "the trivial rule is compared in what leads"
    app.switch_page(PAGES["gap"].path).run()
    assert app.selectbox(key="gap_metric").value == "cost_per_1000"
    app.switch_page(PAGES["slices"].path).run()
    assert app.selectbox(key="metric").value == "cost"
    assert (app.query_params["metric"], app.query_params["costs"]) == ("cost", "fp:1;fn:20")
    app.switch_page(PAGES["report"].path).run()
    assert app.selectbox(key="report_metric").value == "cost"


def test_a_link_carries_the_costs_and_everybody_is_led_by_them() -> None:
    app = opened("slices", by="category", costs="fp:1;fn:20;unit:€")
    assert app.selectbox(key="metric").value == "cost"
    assert "Worst by category: travel, where a row costs €" in said(app)
    assert "and its base rate explains €" in said(app)
    ranked = opened("slices", costs="fp:1;fn:20")
    assert "Look at category first, most of all where it is" in said(ranked)
    found = opened("slices", view="Discovered", costs="fp:1;fn:20")
    assert found.selectbox(key="objective").value == "cost_beyond_base_rate"
    lead = opened("overview", costs="fp:1;fn:20;unit:€")
    assert said(lead).startswith("**Slicewise") or "A judged row costs €" in said(lead)
    chosen = opened("overview", costs="fp:1;fn:20", metric="recall")
    assert chosen.button_group(key="overview_metric").value == "recall" and "A judged row costs" not in said(chosen)


def test_no_page_offers_a_cost_that_nobody_gave() -> None:
    assert "cost_per_1000" not in opened("gap").selectbox(key="gap_metric").options
    app = opened("slices", by="category", metric="cost")
    assert app.selectbox(key="metric").value == "recall" and "cost" not in said(app)
