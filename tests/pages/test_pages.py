"""Every page through AppTest: it opens, it survives what an address may say, it escapes what a log may hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from analytics.log.kept.thresholds import decisions
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.reading import api
from pages._frame import frame, session, sidebar
from pages._frame.registry import FIRST, PAGES
from pages._frame.render import escaped
from tests.ingested import home_with

ROOT = Path(__file__).parents[2]
ODD = 'we"ird; drop table x;-- <b>*bold*</b>'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    n = 400
    frame = pl.DataFrame(
        {
            "id": range(n),
            "score": [(i * 37 % 100) / 100 for i in range(n)],
            "label": [None if i % 10 == 9 else int(i * 37 % 100 > 55) ^ int(i % 7 == 0) for i in range(n)],
            ODD: [("=1+1", "north", None, "<script>alert(1)</script>")[i % 4] for i in range(n)],
            "version": ["v1" if i < n / 2 else "v2" for i in range(n)],
            "scored_at": [f"2024-01-{1 + i % 28:02d} 10:00:00" for i in range(n)],
        }
    )
    path = folder / "log.csv"
    frame.write_csv(path)
    return home_with(path, folder)


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, serve: Callable[[Path], None]) -> None:
    serve(home)


def the_log(home: Path) -> Log:
    return Workspace(home).receipts()[0]


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    if page != FIRST.name:
        app.switch_page(PAGES[page].path)
    return app.run()


def test_the_registry_names_every_script_of_a_page_and_no_other() -> None:
    scripts = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    forgotten, gone = scripts - set(PAGES), set(PAGES) - scripts
    assert not forgotten, f"pages/_frame/registry.py has no entry for {sorted(forgotten)}"
    assert not gone, f"pages/_frame/registry.py names {sorted(gone)}, which have no script"
    assert all(name == page.name for name, page in PAGES.items()) and FIRST.name in PAGES


def test_pages_of_one_group_stand_beside_each_other() -> None:
    groups = [page.group for page in PAGES.values()]
    assert len([group for group, _ in groupby(groups)]) == len(set(groups))


def test_the_navigation_is_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(st, "Page", lambda path, **said: (path, said["title"], said["default"]))
    monkeypatch.setattr(st, "navigation", lambda pages, **_: given.extend(pages))
    frame.navigation()
    assert given == [(page.path, page.title, page is FIRST) for page in PAGES.values()]


@pytest.mark.parametrize("page", [*PAGES, "nonsense"])
@pytest.mark.parametrize("form", ["{}", "{}/", "/{}", "{}//"])
@pytest.mark.parametrize("spelt", [str.lower, str.upper, str.capitalize])
def test_the_address_of_a_page_is_understood_as_people_type_it(
    page: str, form: str, spelt: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = PagesManager(str(ROOT / "app.py"))
    manager.set_script_intent("", typed := form.format(spelt(page)))
    monkeypatch.setattr(frame, "get_script_run_ctx", lambda: SimpleNamespace(pages_manager=manager))
    frame._take_typed_name()
    right = "" if page == FIRST.name else page
    assert manager.intended_page_name == (right if page in PAGES else typed)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_an_error(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert [error.value for error in app.error] == []
    assert app.title[0].value == PAGES[page].title


def test_the_address_holds_the_whole_question(home: Path) -> None:
    app = opened("overview")
    log = the_log(home)
    assert not {"log", "threshold", "model", "metric"} & set(app.query_params), "defaults stay out of the address"
    app.number_input(key="threshold").set_value(0.25 + log.mapping.threshold).run()
    assert float(app.query_params["threshold"]) == 0.25 + log.mapping.threshold
    app.session_state["where"] = Cohort((Clause("version", "in", ("v1",)),)).to_text()
    app.run()
    assert app.query_params["where"] == "version:in:v1"


def test_an_address_reopens_its_question() -> None:
    cohort = Cohort((Clause(ODD, "missing"),), ("fp", "fn"))
    app = opened("overview", where=cohort.to_text(), threshold="0.7", model="v2")
    assert not app.error
    words = " ".join(element.value for element in app.markdown)
    assert escaped(f"{ODD} is missing, and only false positives or false negatives") in words
    assert app.number_input(key="threshold").value == 0.7
    assert app.selectbox(key="model").value == "v2"


@pytest.mark.parametrize(
    "address",
    [
        {"where": "nonsense"},
        {"where": "nowhere:in:x"},
        {"where": "score:ge:abc"},
        {"threshold": "nan"},
        {"threshold": "<b>"},
        {"log": "../../etc/passwd"},
        {"model": "v9"},
    ],
)
@pytest.mark.parametrize("page", PAGES)
def test_a_broken_address_is_answered_in_words(page: str, address: dict[str, str]) -> None:
    app = opened(page, **address)
    assert not app.exception
    assert not any("unexpected" in error.value for error in app.error)


def test_an_empty_cohort_is_answered_in_words() -> None:
    for page in PAGES:
        app = opened(page, where="version:in:v9")
        assert not app.exception
        assert [error.value for error in app.error] == []


@pytest.mark.parametrize("page", ["overview", "slices", "report"])
def test_an_empty_cohort_names_the_filter_and_offers_the_way_out(page: str) -> None:
    app = opened(page, where="version:in:v9;id:ge:10")
    assert app.title[0].value == page.capitalize()
    assert any("version is v9" in element.value for element in app.markdown)
    app.button(key="remove_blamed").click().run()
    assert app.query_params["where"] == "id:ge:10"
    assert not app.error and "No row is left" not in " ".join(element.value for element in app.markdown)


def test_a_model_version_without_a_row_can_be_left() -> None:
    app = opened("overview", model="v2", where="id:le:10")
    app.button(key="clear_empty").click().run()
    assert "where" not in app.query_params and app.session_state["model"] is None


def test_an_invalid_filter_is_named_once_and_the_valid_ones_stay() -> None:
    app = opened("slices", where="version:in:v1;nowhere:in:x;score:ge:abc")
    assert app.query_params["where"] == "version:in:v1"
    (warning,) = app.warning
    assert escaped("2 filters of the address do not fit this log") in warning.value
    app.run()
    assert len(app.warning) == 0 and app.query_params["where"] == "version:in:v1"


def test_an_emptied_threshold_returns_to_the_one_of_the_log(home: Path) -> None:
    app = opened("overview", threshold="0.9")
    app.number_input(key="threshold").set_value(None).run()
    assert app.number_input(key="threshold").value == the_log(home).mapping.threshold
    assert not app.exception and not app.error


def test_a_step_of_the_threshold_ends_on_a_score_of_the_grid(home: Path) -> None:
    assert sidebar.next_edge((1.0, 2.0, 5.0), 3.0, is_up=True) == 5.0
    assert sidebar.next_edge((1.0, 2.0, 5.0), 4.0, is_up=False) == 2.0
    assert sidebar.next_edge((1.0, 2.0, 5.0), 6.0, is_up=True) == 6.0
    app = opened("overview", threshold="0.505")
    app.number_input(key="threshold").set_value(0.515).run()
    assert app.number_input(key="threshold").value == 0.52
    assert app.number_input(key="threshold").value in the_log(home).edges


def staged_upload(home: Path, text: str) -> tuple[Workspace, api.Staged]:
    workspace = Workspace(home)
    path = home / "waiting *log*.csv"
    path.write_text(text)
    read = api.read_file(workspace, path)
    assert isinstance(read, api.Staged)
    return workspace, read


TWO_CLASSES = "score,label,decision\n" + "0.9,1,0\n0.2,0,1\n" * 20


def test_an_upload_that_waits_is_reopened_by_its_address_and_listed(home: Path) -> None:
    workspace, read = staged_upload(home, TWO_CLASSES)
    try:
        app = opened("logs", upload=read.staged_id)
        assert not app.exception and not app.error
        assert not app.button(key="confirm").disabled
        app = opened("logs")
        app.button(key=f"waiting_{read.staged_id}").click().run()
        assert app.query_params["upload"] == read.staged_id
        app.button(key="discard").click().run()
        assert "upload" not in app.query_params and workspace.waiting() == []
        app = opened("logs", upload=read.staged_id)
        assert not app.exception and any("no longer here" in warning.value for warning in app.warning)
    finally:
        api.discard(workspace, read.staged_id)


def test_the_mapping_warns_and_refuses_by_what_is_chosen(home: Path) -> None:
    workspace, read = staged_upload(home, TWO_CLASSES)
    key = f"map_{read.staged_id}"
    try:
        app = opened("logs", upload=read.staged_id)
        assert app.multiselect(key=f"{key}_decided_decision_label_1").value == ["1"]
        app.multiselect(key=f"{key}_positive_label").set_value(["1", "0"]).run()
        assert any("no row is left" in warning.value for warning in app.warning)
        app.multiselect(key=f"{key}_positive_label").set_value([]).run()
        assert app.button(key="confirm").disabled
        app.multiselect(key=f"{key}_positive_label").set_value(["1"]).run()
        app.selectbox(key=f"{key}_score").set_value("label").run()
        assert app.button(key="confirm").disabled
        assert any(escaped("'label' as score and label") in error.value for error in app.error)
    finally:
        api.discard(workspace, read.staged_id)


def test_a_column_that_is_chosen_for_a_role_is_no_segment_any_more(home: Path) -> None:
    rows = "".join(f"{i},{i * 3 % 50},{i % 2},{'ab'[i % 2]}\n" for i in range(60))
    workspace, read = staged_upload(home, "ref,points,result,city\n" + rows)
    key = f"map_{read.staged_id}"
    try:
        app = opened("logs", upload=read.staged_id)
        assert app.selectbox(key=f"{key}_score").value is None
        assert "points" in app.multiselect(key=f"{key}_segments").value
        app.selectbox(key=f"{key}_score").set_value("points").run()
        assert not app.exception
        assert app.multiselect(key=f"{key}_segments").value == ["city"]
        assert "points" not in app.multiselect(key=f"{key}_segments").options
    finally:
        api.discard(workspace, read.staged_id)


def test_the_report_begins_with_what_was_sliced_last() -> None:
    app = opened("slices")
    app.session_state["by"] = ["version", ODD]
    app.run()
    app.button(key="report_slices")
    app.switch_page("pages/report.py").run()
    assert not app.exception
    assert set(app.multiselect(key="sections").value[0].split(" × ")) == {"version", ODD}


def test_a_log_of_one_class_is_not_taken_for_a_swapped_one(home: Path) -> None:
    workspace, read = staged_upload(home, "score,label\n" + "0.1,1\n0.2,1\n" * 20)
    try:
        app = opened("logs", upload=read.staged_id)
        assert not app.warning
        assert any("Only positives are known" in info.value for info in app.info)
    finally:
        api.discard(workspace, read.staged_id)


def test_the_logs_page_answers_its_question_first(home: Path) -> None:
    app = opened("logs")
    assert any("judged" in element.value and "400 rows" in element.value for element in app.markdown)


def test_slices_by_an_oddly_named_column_show_missing_as_a_slice(home: Path) -> None:
    app = opened("slices")
    app.session_state["by"] = [ODD]
    app.run()
    assert not app.exception and not app.error
    shown = app.dataframe[-1].value
    assert set(shown[ODD]) == {"=1+1", "north", "(missing)", "<script>alert(1)</script>"}
    assert shown["n"].sum() == the_log(home).n_rows


def test_the_model_version_narrows_every_number() -> None:
    app = opened("overview", model="v1")
    caption = " ".join(element.value for element in app.caption)
    assert "200 rows" in caption


def test_moving_the_threshold_changes_the_counts(home: Path) -> None:
    app = opened("overview")
    before = [element.value for element in app.metric]
    app.number_input(key="threshold").set_value(0.9).run()
    assert not app.exception
    assert [element.value for element in app.metric] != before


def test_what_markdown_would_interpret_is_shown_as_text() -> None:
    assert escaped("a*b_c`d`[x](javascript:1)<b>:red[x]$y$") == (
        r"a\*b\_c\`d\`\[x\]\(javascript\:1\)\<b\>\:red\[x\]\$y\$"
    )


def test_saved_cohorts_are_offered_again(home: Path) -> None:
    Workspace(home).save_cohort("First *version*", "version:in:v1")
    app = opened("overview")
    labels = [button.label for button in app.button]
    assert escaped("First *version*") in labels
    next(button for button in app.button if button.label == escaped("First *version*")).click().run()
    assert app.query_params["where"] == "version:in:v1"
    Workspace(home).save_cohort("First *version*", None)


def test_calibration_by_an_oddly_named_column_shows_every_slice_and_offers_the_map(home: Path) -> None:
    app = opened("calibration", segment=ODD, bins="5", map="Isotonic")
    assert not app.exception and not app.error
    shown = next(table.value for table in app.dataframe if ODD in table.value)
    assert set(shown[ODD]) == {"=1+1", "north", "(missing)", "<script>alert(1)</script>"}
    assert shown["n"].sum() == the_log(home).n_labelled
    readings = " ".join(element.value for element in app.caption)
    assert escaped("Of 5 bins") in readings and "judged on" in readings
    first = app.markdown[0].value
    assert escaped("judged rows") in first or "judged rows" in " ".join(element.value for element in app.markdown)


@pytest.mark.parametrize(
    "address", [{"bins": "-3"}, {"binning": "x"}, {"segment": "nope"}, {"map": "y"}, {"cost_fp": "x"}]
)
def test_a_broken_calibration_address_is_answered(address: dict[str, str]) -> None:
    app = opened("calibration", **address)
    assert not app.exception and not app.error


def test_a_decision_is_kept_and_printed_in_the_report() -> None:
    app = opened("thresholds")
    app.text_area(key="decision_note").input("Move it in June: <b>we</b> agree").run()
    app.button(key="write_decision").click().run()
    assert not app.exception
    assert any("Move it in June" in element.value for element in app.markdown)
    assert app.text_area(key="decision_note").value == ""
    report = opened("report")
    assert not report.exception
    found = decisions(Workspace(), the_log(Workspace().home).key)
    assert [decision.note for decision in found] == ["Move it in June: <b>we</b> agree"]
    html = report.get("iframe")[0].proto.srcdoc
    assert "Move it in June: &lt;b&gt;we&lt;/b&gt; agree" in html and found[0].evidence[:20] in html
    app.button(key="forget_decision_0").click().run()
    assert decisions(Workspace(), the_log(Workspace().home).key) == []


def test_a_move_of_the_line_on_the_thresholds_page_asks_nothing() -> None:
    app = opened("thresholds")
    engine = session.engine()
    before, reading = engine.n_queries, app.dataframe[0].value
    for value in (0.2, 0.7, 0.95):
        app.number_input(key="to").set_value(value).run()
        assert not app.exception and not app.error
    app.number_input(key="cost_fn").set_value(7.0).run()
    assert engine.n_queries == before
    app.session_state["threshold"] = 0.4
    app.run()
    assert not app.exception and engine.n_queries == before
    assert not app.dataframe[0].value.equals(reading)


def test_until_errors_have_a_cost_the_thresholds_page_asks_and_orders_nothing() -> None:
    app = opened("thresholds")
    shown = " ".join(element.value for element in [*app.markdown, *app.caption])
    assert "What does a miss cost compared with a false alarm?" in shown
    assert not any(word in shown for word in ("Move the threshold", "Keep the threshold", "€"))
    asked = [button for button in app.button if button.key.startswith("ask_")]
    assert len(asked) == 4 and app.number_input(key="cost_fn").value is None
    asked[0].click().run()
    assert not app.exception and app.number_input(key="cost_fn").value == 1 == app.number_input(key="cost_fp").value
    shown = " ".join(element.value for element in [*app.markdown, *app.caption])
    assert "What does a miss cost" not in shown and "If the costs are wrong" in [head.value for head in app.subheader]


def test_an_address_reopens_a_policy() -> None:
    app = opened(
        "thresholds", cost_fn="5", cost_review="0.5", min_recall="0.3", unit="minutes", to="0.4", capacity="3", per=ODD
    )
    assert not app.exception and not app.error
    assert app.number_input(key="cost_fn").value == 5
    assert app.number_input(key="min_recall").value == 0.3
    assert app.number_input(key="to").value == 0.4
    assert app.text_input(key="unit").value == "minutes"
    shown = " ".join(element.value for element in [*app.markdown, *app.caption])
    assert "minutes" in shown and "capacity of 3 per day" in shown


def test_a_preset_and_a_saved_policy_fill_the_fields(home: Path) -> None:
    app = opened("thresholds")
    app.button(key="preset_A miss costs five times a false alarm").click().run()
    assert app.number_input(key="cost_fn").value == 5
    app.text_input(key="policy_name").set_value("Spring *plan*").run()
    app.button(key="save_policy").click().run()
    assert "Spring *plan*" in Workspace(home).saved_policies()
    app.number_input(key="cost_fn").set_value(2.0).run()
    app.button(key="policy_0").click().run()
    assert app.number_input(key="cost_fn").value == 5
    Workspace(home).save_policy("Spring *plan*", None)


@pytest.mark.parametrize(
    "address",
    [
        {"cost_fn": "nan"},
        {"cost_fn": "x"},
        {"min_recall": "7"},
        {"to": "1e300"},
        {"per": "no"},
        {"unit": "<b>$x$"},
        {"amounts": "zz"},
        {"rule": "fair"},
        {"looks": "-1"},
    ],
)
def test_a_broken_policy_in_the_address_is_survived(address: dict[str, str]) -> None:
    app = opened("thresholds", **address)
    assert not app.exception
    assert not any("unexpected" in error.value for error in app.error)


def test_an_address_reopens_two_sides_and_their_slices(home: Path) -> None:
    app = opened("gap", apart="version", then="v2", now="v1", gap_column=ODD)
    assert not app.exception and not app.error
    assert app.selectbox(key="then").value == "v2" and app.selectbox(key="now").value == "v1"
    captions = " ".join(element.value for element in app.caption)
    assert escaped("Reference: version is v2 (180 judged rows)") in captions
    assert app.selectbox(key="gap_column").value == ODD


def test_two_sides_are_saved_by_name_and_taken_again(home: Path) -> None:
    app = opened("gap", apart="version", then="v2", now="v1")
    app.text_input(key="sides_name").set_value("Old *and* new").run()
    app.button(key="save_sides").click().run()
    assert "Old *and* new" in Workspace(home).saved_sides()
    app.selectbox(key="then").set_value("v1").run()
    assert any("same rows" in error.value.replace("\\", "") for error in app.error)
    app.button(key="sides_0").click().run()
    assert app.selectbox(key="then").value == "v2" and not app.error
    Workspace(home).save_sides("Old *and* new", None)


@pytest.mark.parametrize(
    "address",
    [
        {"apart": "nope"},
        {"apart": "version", "then": "v9"},
        {"apart": "by time", "then_from": "x"},
        {"gap_metric": "AUROC"},
        {"gap_by": "nope"},
        {"then_log": "../x", "apart": "another log"},
    ],
)
def test_a_broken_gap_address_is_survived(address: dict[str, str]) -> None:
    app = opened("gap", **address)
    assert not app.exception
    assert not any("unexpected" in error.value for error in app.error)
