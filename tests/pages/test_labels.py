"""The Labels page, and the switch to what was known on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score
from streamlit.testing.v1 import AppTest

from analytics.log.workspace import Workspace
from pages._frame.registry import PAGES
from tests.commands.test_labels import START, log_of
from tests.commands.test_selective import written
from tests.ingested import Desk, home_with
from tests.measure.late_labels import late
from tests.reading.test_label_history import made as made_history
from tests.reading.test_label_history import of_files

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
    assert "Whose labels come late?" in [heading.value for heading in app.main.subheader]


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
    assert app.button(key="mature_rows").disabled


@pytest.mark.parametrize("with_times", [True, False])
def test_revised_labels_have_a_part_of_their_own(
    tmp_path: Path, serve: Callable[[Path], None], with_times: bool
) -> None:
    rows, files = made_history(7)
    rows = rows.with_columns(scored_at=pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(pl.len()) % 28))
    desk = Desk(Workspace(tmp_path / "home"), tmp_path)
    log = of_files(desk, rows if with_times else rows.drop("scored_at"), *files)
    serve(tmp_path / "home")
    app = opened("labels")
    assert "Do labels stay?" in [heading.value for heading in app.main.subheader]
    said = " ".join(element.value.replace("\\", "") for element in app.main.markdown)
    assert f"The labels of {log.n_revised} rows (" in said
    assert app.main.dataframe[0].value.columns.tolist() == ["Metric", "As first given", "As known now"]


def test_gap_shades_what_is_not_ripe_and_offers_what_all_labels_will_say(home: Path) -> None:
    app = opened("gap")
    captions = " ".join(caption.value for caption in app.main.caption)
    assert "shaded, labels are still to come" in captions
    app.toggle(key="gap_matured").set_value(True).run()
    assert not app.exception
    assert any("all labels will say" in element.value for element in app.main.markdown)


def test_a_column_of_sites_is_chosen_and_stays_in_the_link(home: Path) -> None:
    app = opened("labels")
    assert app.selectbox(key="site").value is None
    app.selectbox(key="site").select("region").run()
    said = [element.value for element in app.main.markdown]
    assert any(text.startswith("At equal scores no value of region has other labels than the others") for text in said)
    assert any("Points more at equal scores" in table.value.columns for table in app.main.dataframe)


def test_a_column_of_sites_in_a_link_is_chosen(home: Path) -> None:
    assert opened("labels", site="region").selectbox(key="site").value == "region"
    assert opened("labels", site="nowhere").selectbox(key="site").value is None


def test_raters_are_compared_and_their_disputes_open_in_review(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 300)
    raters = {f"rater_{place}": np.where(rng.random(300) < 0.1 * (place + 1), 1 - truth, truth) for place in range(3)}
    frame = pl.DataFrame({"score": rng.random(300).round(3), "label": truth, **raters})
    frame.write_csv(tmp_path / "log.csv")
    serve(home_with(tmp_path / "log.csv", tmp_path))
    app = opened("labels")
    app.multiselect(key="raters").set_value(["rater_0", "rater_2"]).run()
    assert not app.exception
    table = app.main.dataframe[-1].value
    assert table["Kappa"][0] == pytest.approx(cohen_kappa_score(raters["rater_0"], raters["rater_2"]))
    differ = int((raters["rater_0"] != raters["rater_2"]).sum())
    review = opened("review", where=":differ:rater_0,rater_2")
    assert any(caption.value.startswith(f"{differ} rows") for caption in review.sidebar.caption)


def test_a_link_to_mature_rows_says_so_and_overview_offers_the_matured_rate(home: Path) -> None:
    app = opened("overview")
    app.toggle(key="overview_matured").set_value(True).run()
    assert not app.exception and not app.error
    drawn = next(each.proto.spec for each in app.get("plotly_chart") if "Error rate" in each.proto.spec)
    assert "as all labels will say" in drawn
    app.button(key="mature_rows").click().run()
    assert not app.exception
    assert app.button(key="mature_rows").disabled
    linked = opened("overview", where=app.query_params["where"])  # type: ignore[arg-type]
    assert linked.button(key="mature_rows").disabled


def test_an_audit_is_asked_for_where_labels_hang_on_the_decision(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    assert "What would an audit tell?" not in [each.value for each in opened("labels").main.subheader]
    path = written(tmp_path / "log.csv", "flagged")
    serve(home_with(path, tmp_path))
    app = opened("labels", threshold="0.3")
    assert "What would an audit tell?" in [each.value for each in app.main.subheader]
    captions = [caption.value for caption in app.main.caption]
    assert any(
        "If 0 of 300 rows that are not flagged, drawn at random, are positive, recall is at least" in each
        for each in captions
    )
    app.number_input("audit_positives").set_value(12).run()
    assert not app.exception and any("If 12 of 300 rows" in caption.value for caption in app.main.caption)
