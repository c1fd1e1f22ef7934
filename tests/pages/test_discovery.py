"""Discovered slices on the Slices page, through AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.log.kept.discovery import FILE, found_slices
from analytics.query.cohort import Clause, Cohort
from pages._frame import session
from pages._frame.render import escaped
from pages._slices import discovery, discovery_search, discovery_tree
from tests.pages.test_pages import ODD, home, opened, workspace_of_the_test  # noqa: F401


def discovered(**address: str) -> AppTest:
    return opened("slices", view="Discovered", **address)


def test_an_address_opens_the_search() -> None:
    app = discovered(least="5", depth="2")
    assert not app.exception and not app.error
    assert app.segmented_control(key="view").value == "Discovered"
    assert "noise alone produces slices up to" in " ".join(element.value for element in app.markdown)
    assert len(app.dataframe) == 1


def test_a_chosen_slice_says_what_it_is_and_becomes_the_cohort() -> None:
    app = discovered(least="5", depth="1")
    names = app.dataframe[0].value["slice"].to_list()
    row = next(place for place, name in enumerate(names) if name.startswith((ODD, "version")))
    app.session_state[discovery.CHOSEN] = row
    app.run()
    assert f"**{escaped(names[row])}**" in [element.value for element in app.markdown]
    app.button(key="keep_discovered").click().run()
    assert not app.exception and not app.error
    cohort = Cohort.from_text(app.query_params["where"])
    assert cohort.columns() in ((ODD,), ("version",))


def test_a_chosen_slice_goes_into_the_report_as_a_section_and_out_again() -> None:
    app = discovered(least="5", depth="1")
    name, rate = app.dataframe[0].value[["slice", "rate"]].iloc[0]
    app.session_state[discovery.CHOSEN] = 0
    app.run()
    app.button(key="report_discovered").click().run()
    assert not app.exception and not app.error
    workspace = session.workspace_of("")
    (key,) = workspace.read_json(FILE)
    (found,) = found_slices(workspace, key)
    assert found.title == name and any(f"{rate:.1f}" in value for _, value in found.lines)
    app.button(key="report_discovered").click().run()
    assert found_slices(workspace, key) == (found,)
    report = opened("report")
    assert not report.exception and not report.error
    report.button(key="drop_found_0").click().run()
    assert found_slices(workspace, key) == () and not report.exception


def test_a_node_of_the_tree_becomes_the_cohort() -> None:
    app = discovered(least="5", shape="Tree", among="version")
    assert not app.exception and not app.error
    assert app.segmented_control(key="shape").value == "Tree"
    assert any(element.value.startswith("The worst of the 2 leaves") for element in app.markdown)
    app.session_state[discovery_tree.CHOSEN] = 1
    app.run()
    app.button(key="keep_node").click().run()
    assert not app.exception and not app.error
    assert Cohort.from_text(app.query_params["where"]).columns() == ("version",)


def test_two_columns_of_the_heat_map_open_the_search_among_them() -> None:
    app = opened("slices", by=[ODD, "version"])
    app.button(key="search_two").click().run()
    assert not app.exception and not app.error
    assert app.segmented_control(key="view").value == "Discovered"
    assert app.multiselect(key=discovery_search.AMONG).value == [ODD, "version"]
    for name in app.dataframe[0].value["slice"]:
        assert name.startswith((ODD, "version"))


def test_a_change_asks_for_its_reference_and_says_both_rates() -> None:
    app = discovered(least="5", depth="1", objective="Rise of the error rate")
    assert not app.exception and not app.error
    assert app.selectbox(key="objective").value == "change" and app.selectbox(key="apart").value
    assert {"date_input"} <= {element.type for element in app.date_input}
    assert len(app.dataframe) == 1 and not [element for element in app.segmented_control if element.key == "shape"]


@pytest.mark.parametrize("said", ["fpr", "False positive rate"])
def test_the_objective_stands_in_the_address_by_its_key_and_links_may_say_its_label(said: str) -> None:
    app = discovered(least="5", depth="1", objective=said)
    assert not app.exception and not app.error
    assert app.selectbox(key="objective").value == "fpr"
    assert app.query_params["objective"] == "fpr"
    app.selectbox(key="objective").set_value("beyond_base_rate").run()
    assert "objective" not in app.query_params


def test_the_rows_that_confirm_are_chosen_and_stand_in_the_address() -> None:
    app = discovered(least="5", depth="1", split="time")
    assert not app.exception and not app.error
    assert app.selectbox(key="split").value == "time" and app.query_params["split"] == "time"
    assert "the later half of the rows" in " ".join(element.value for element in app.markdown)
    app.selectbox(key="split").set_value("row").run()
    assert not app.exception and not app.error


def test_costs_of_the_errors_are_those_of_the_address(home: Path) -> None:  # noqa: F811
    app = discovered(least="5", depth="1", objective="cost", cost_fp="1", cost_fn="20")
    assert not app.exception and not app.error
    assert app.number_input(key="cost_fn").value == 20
    rates = app.dataframe[0].value["rate"].to_list()
    app.number_input(key="cost_fn").set_value(200.0).run()
    assert not app.exception and not app.error
    assert max(app.dataframe[0].value["rate"]) > 5 * max(rates)


def test_another_question_forgets_the_chosen_slice() -> None:
    app = discovered(least="5", depth="1")
    app.session_state[discovery.CHOSEN] = 0
    app.run()
    assert app.session_state[discovery.CHOSEN] == 0
    app.session_state[discovery.ASKED] = "another question"
    app.run()
    assert app.session_state[discovery.CHOSEN] is None and not app.exception


def test_every_slice_becomes_a_cohort_with_its_rows() -> None:
    app = discovered(least="1", depth="3")
    table, where = app.dataframe[0].value, ""
    for row in range(min(len(table), 6)):
        again = discovered(least="1", depth="3")
        again.session_state[discovery.CHOSEN] = row
        again.run()
        again.button(key="keep_discovered").click().run()
        assert not again.exception and not again.error
        where = again.query_params["where"]
        kept = opened("overview", where=where)
        assert f"{table['n'][row]:,}" in " ".join(element.value for element in (*kept.markdown, *kept.caption)), where


def test_a_cancelled_search_waits_to_be_asked_again(home: Path) -> None:  # noqa: F811
    st.cache_resource.clear()  # what a test before has found would be shown
    app = opened("slices")

    class Every:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    app.session_state["_work_stopped"] = app.session_state["_work_waited"] = Every()
    app.segmented_control(key="view").set_value("Discovered").run()
    assert [element.value for element in app.info] == [escaped("The search was cancelled.")]
    app.button(key="work_again").click().run()
    assert not app.info and len(app.dataframe) == 1


def test_an_empty_cohort_says_what_to_do() -> None:
    where = Cohort((Clause("version", "in", ("v9",)),)).to_text()
    assert "Widen the cohort" in discovered(where=where).error[0].value


@pytest.mark.parametrize(
    "address",
    [
        {"objective": "nonsense"},
        {"among": "nope"},
        {"shape": "Round"},
        {"least": "x"},
        {"depth": "99"},
        {"view": "Nothing"},
    ],
)
def test_a_bad_address_does_no_harm(address: dict[str, str]) -> None:
    app = opened("slices", **{"view": "Discovered", **address})
    assert not app.exception and not app.error
