"""The Review page through AppTest: verdicts, conflicts, refusals, hostile values, the library and its replay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.errors import StoreError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.review import library
from analytics.review.store import ReviewStore
from analytics.review.verdict import Verdict
from pages._frame import keyboard
from tests.ingested import home_with
from tests.review.cases import HOSTILE, case

ROOT = Path(__file__).parents[2]
LONG = "word " * 20_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose texts are markup, formulas, garbage and 100 kB long."""
    n = 240
    texts = [*(text for text in HOSTILE if "\x00" not in text and text), LONG, None]
    frame = pl.DataFrame(
        {
            "id": [f"r{k}" for k in range(n)],
            "score": [(k * 37 % 100) / 100 for k in range(n)],
            "label": [None if k % 20 == 19 else int(k * 37 % 100 > 55) ^ int(k % 4 == 0) for k in range(n)],
            "<b>note</b>": [texts[k % len(texts)] for k in range(n)],
            "region": [("=1+1", "<script>alert(1)</script>", None, "north")[k % 4] for k in range(n)],
            "shap_region": [k % 7 / 10 - 0.3 for k in range(n)],
            "label_arrived_at": [f"2024-02-{1 + k % 28:02d} 10:00:00" for k in range(n)],
        }
    )
    folder = tmp_path_factory.mktemp("review")
    frame.write_parquet(folder / "log.parquet")
    return home_with(folder / "log.parquet", folder)


@pytest.fixture(autouse=True)
def home(source: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SLICEWISE_HOME", str(source))
    for path in source.glob("verdicts*"):
        path.unlink()
    st.cache_resource.clear()
    st.cache_data.clear()
    yield source
    st.cache_resource.clear()
    st.cache_data.clear()


def log_of(home: Path) -> Log:
    return Workspace(home).receipts()[0]


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"reviewer": "Ada", "threshold": "0.5", **address}.items():
        app.query_params[key] = value
    app = app.switch_page("pages/review.py").run()
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def judge(app: AppTest, number: int, note: str = "") -> AppTest:
    app.button(key=f"reason_{number}").click().run()
    app.text_area(key="review_note").set_value(note)
    app.button(key="review_save").click().run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (app.markdown, app.caption, app.code) for element in kind)


def test_a_verdict_is_stored_and_the_next_row_opens_empty(home: Path) -> None:
    app = judge(opened(), 1, "hers <b>")
    (stored,) = ReviewStore(home).verdicts(log_of(home).reading.content_hash)
    assert (stored.reviewer, stored.reason, stored.note, stored.error_kind) == ("Ada", "label-wrong", "hers <b>", "fn")
    assert stored.expected_label == 0
    assert app.query_params["at"] == "1"
    assert app.text_area(key="review_note").value == ""
    assert "Saved at" in texts(app)


def test_an_earlier_verdict_stands_in_the_form_and_is_changed(home: Path) -> None:
    app = judge(opened(), 1, "first")
    app.button(key="review_back").click().run()
    assert app.text_area(key="review_note").value == "first"
    judge(app, 6, "second")
    log = log_of(home).reading.content_hash
    store = ReviewStore(home)
    row = store.verdicts(log)[0].row_id
    assert [(entry.reason, entry.note) for entry in store.history(log, row)] == [
        ("label-wrong", "first"),
        ("model-wrong", "second"),
    ]


def test_without_a_reason_or_a_name_nothing_is_saved_and_the_text_stays(home: Path) -> None:
    app = opened()
    app.text_area(key="review_note").set_value("kept")
    app.button(key="review_save").click().run()
    assert "Not saved" in texts(app) and "reason" in texts(app)
    assert ReviewStore(home).verdicts(log_of(home).reading.content_hash) == []
    app.text_input(key="review_reviewer").set_value("  ").run()
    app = judge(app, 2, "kept")
    assert ReviewStore(home).verdicts(log_of(home).reading.content_hash) == []
    assert app.text_area(key="review_note").value == "kept"
    assert (
        ".st-key-review_ask_name input" in keyboard.HTML
    )  # which Ctrl+Enter goes on to: letters of a name are keys here
    app.text_input(key="review_ask_name").set_value("Bea").run()
    (stored,) = ReviewStore(home).verdicts(log_of(home).reading.content_hash)
    assert (stored.reviewer, stored.note) == ("Bea", "kept")
    assert "Saved at" in texts(app) and app.text_input(key="review_reviewer").value == "Bea"
    assert not [field for field in app.text_input if field.key == "review_ask_name"]


def test_what_a_reason_expects_goes_with_the_reason(home: Path) -> None:
    app = opened()
    app.button(key="reason_1").click().run()
    assert app.button(key="review_turn").label != "Expected: not said"
    app = judge(app, 6)
    (stored,) = ReviewStore(home).verdicts(log_of(home).reading.content_hash)
    assert (stored.reason, stored.expected_label) == ("model-wrong", None)
    app.button(key="review_turn").click().run()
    app.button(key="reason_1").click().run()
    app = judge(app, 6)
    assert {entry.expected_label for entry in ReviewStore(home).verdicts(log_of(home).reading.content_hash)} == {
        None,
        1,
    }


def test_what_was_not_saved_is_there_when_one_comes_back_and_nobody_is_led_by_another(home: Path) -> None:
    app = opened()
    app.button(key="reason_4").click().run()
    app.text_area(key="review_note").set_value("half a thought").run()
    app.button(key="review_on").click().run()
    assert app.text_area(key="review_note").value == ""
    app.button(key="review_back").click().run()
    assert app.text_area(key="review_note").value == "half a thought"
    app = judge(app, 4, "a thought")
    bob = opened(reviewer="Bob")
    assert "Somebody else judged this row" in texts(bob) and "a thought" not in texts(bob)
    assert bob.text_area(key="review_note").value == ""
    judge(bob, 4, "another")
    bob.button(key="review_back").click().run()
    assert "2 verdicts, last" in texts(bob)
    log = log_of(home)
    assert {entry.note for entry in ReviewStore(home).verdicts(log.reading.content_hash)} == {"a thought", "another"}


def test_a_row_on_which_two_differ_is_marked_for_a_third_who_is_not_led(home: Path) -> None:
    judge(opened(reviewer="Ada"), 1, "hers")
    judge(opened(reviewer="Ben"), 6, "his")
    app = opened(reviewer="Cleo")
    (table,) = [frame.value for frame in app.main.dataframe if "verdict" in frame.value.columns]
    assert table["verdict"][0] == "others differ" and "hers" not in texts(app)
    judge(app, 2, "settled")
    findings = texts(opened(reviewer="Cleo", view="findings"))
    assert "A further reading decides" in findings


def test_the_columns_of_the_queue_are_remembered(home: Path) -> None:
    app = opened()
    app.multiselect(key="review_columns").set_value(["id"]).run()
    assert opened().multiselect(key="review_columns").value == ["id"]


def test_a_disk_that_refuses_is_said_and_the_text_stays_in_the_box(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()

    def full(*_: object, **__: object) -> None:
        raise StoreError(
            "Expected to write, found: disk is full. Not saved, and nothing was changed.", code="disk-full"
        )

    with monkeypatch.context() as patch:
        patch.setattr(ReviewStore, "save", full)
        judge(app, 3, "precious")
    assert "**Not saved.**" in texts(app) and "disk is full" in texts(app)
    assert app.text_area(key="review_note").value == "precious"
    assert app.query_params.get("at", "0") == "0"
    app.button(key="review_save").click().run()
    (stored,) = ReviewStore(home).verdicts(log_of(home).reading.content_hash)
    assert (stored.note, stored.reason) == ("precious", "contradictory-record")


def test_who_is_second_sees_both_texts_and_chooses(home: Path) -> None:
    log, store = log_of(home), ReviewStore(home)
    app = opened()
    row = app.session_state["_judging_open"].place.row_id
    theirs = Verdict(
        content_hash=log.reading.content_hash, row_id=row, reviewer="Bob", reason="policy-wrong", note="*his*"
    )
    store.save(theirs, 0)
    judge(app, 1, "hers")
    assert "Somebody judged this row" in texts(app)
    assert {"hers", "*his*"} <= {element.value for element in app.code}
    assert [entry.note for entry in store.history(log.reading.content_hash, row)] == ["*his*"]
    app.button(key="conflict_mine").click().run()
    assert [entry.note for entry in store.history(log.reading.content_hash, row)] == ["*his*", "hers"]
    assert app.query_params["at"] == "1" and "Somebody judged" not in texts(app)


def test_what_a_log_holds_is_shown_as_text(home: Path) -> None:
    app = opened(errors="all")
    long: set[int] = set()
    for position in range(18):
        app.session_state["review_at"] = position
        app.run()
        assert not app.exception
        shown = " ".join(element.value for element in app.markdown) + str([table.value for table in app.table])
        assert "<script" not in shown.replace("\\<script", "") and "<b>" not in shown.replace("\\<b\\>", "")
        long |= {len(element.value) for element in app.code}
    assert len(LONG) in long


def test_attributions_arrival_and_slices_stand_beside_the_fields() -> None:
    app = opened(errors="fp")
    shown = texts(app) + str([table.value.to_dict() for table in app.table])
    assert "to the score" in shown
    assert "arrived" in shown and "Feb 2024" in shown
    assert "shap" not in shown.replace("\\_", "_").split("Twins")[0]


def test_a_row_is_kept_edited_replayed_and_taken_out(home: Path) -> None:
    app = opened()
    app.button(key="reason_6").click().run()
    app.text_area(key="review_note").set_value("=why").run()
    app.button(key="review_keep").click().run()
    assert "Kept in the library" in texts(app)
    app.button(key="review_keep").click().run()
    assert "already" in texts(app)
    (kept,) = library.shelf(ReviewStore(home))
    assert (kept.case.why, kept.case.reason, kept.case.reviewer) == ("=why", "model-wrong", "Ada")
    app = opened(view="library")
    assert "1 case of 1 in the library" in texts(app)
    counts = {metric.label: metric.value for metric in app.metric}
    assert counts == {"Fixed": "0", "Still wrong": "1", "Regressed": "0", "Still right": "0", "Not comparable": "0"}


@pytest.mark.parametrize("view", ["findings", "library"])
def test_every_view_opens_with_and_without_content(home: Path, view: str) -> None:
    opened(view=view)
    store = ReviewStore(home)
    content_hash = log_of(home).reading.content_hash
    for row in range(60):
        given = Verdict(content_hash=content_hash, row_id=row, reviewer=f"R{row % 2}", reason="label-wrong", note="x")
        store.save(given, 0)
        store.save(Verdict(content_hash=content_hash, row_id=row, reviewer="R2", reason="old-reason"), 1)
    library.add_all(store, [case(k, why=text, fields={text: text}) for k, text in enumerate(HOSTILE)])
    for errors in ("both", "all"):
        app = opened(view=view, errors=errors)
        assert "<script>" not in texts(app).replace("\\<script\\>", "") or view == "library"


def test_an_address_that_no_queue_has_is_mended() -> None:
    app = opened(errors="x", rank="<b>", seed="-1", at="999999999999", view="?")
    assert not {"errors", "rank"} & set(app.query_params), "defaults stay out of the address"
    assert int(app.query_params.get("at", "0")) < 240


def test_a_file_that_was_emptied_costs_nothing_and_the_page_says_so(home: Path) -> None:
    judge(opened(), 1, "kept")
    (home / "verdicts.sqlite").write_bytes(b"")
    app = opened()
    said = " ".join(warning.value for warning in app.warning).replace("\\", "")
    assert "was damaged or replaced" in said and "Nothing is missing" in said
    assert [entry.note for entry in ReviewStore(home).verdicts(log_of(home).reading.content_hash)] == ["kept"]
    for path in (home / "damaged").iterdir():
        path.unlink()
