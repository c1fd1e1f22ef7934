"""Removing a log on its page: named, once, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.log.removed import removed_logs
from analytics.review.store import ReviewStore
from analytics.review.verdict import Verdict
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def test_one_click_too_many_removes_nothing_and_undo_brings_the_log_back(desk: Desk) -> None:
    logs = [desk.log("score,label\n" + "".join(f"0.{k},{(k + n) % 2}\n" for k in range(10, 60))) for n in (0, 1)]
    for row in (1, 2):
        given = Verdict(content_hash=logs[0].reading.content_hash, row_id=row, reviewer="Ada", reason="label-wrong")
        ReviewStore(desk.workspace.home).save(given, 0)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["log"] = logs[0].log_id
    app = app.switch_page("pages/logs.py").run()
    app.button(key=f"ask_remove_{logs[0].log_id}").click().run()
    said = " ".join(str(element.value) for element in app.markdown)
    assert "2 verdicts and 0 decisions stay" in said.replace("\\", "") and "50 rows" in said
    app.button(key=f"remove_{logs[0].log_id}").click().run()
    assert not app.exception and [log.log_id for log in desk.workspace.receipts()] == [logs[1].log_id]
    assert not {key for key in keys(app) if key.startswith("remove_")}, "the dialog is closed"
    app.run()
    assert [log.log_id for log in desk.workspace.receipts()] == [logs[1].log_id]
    app.button(key=f"restore_{logs[0].log_id}").click().run()
    assert {log.log_id for log in desk.workspace.receipts()} == {log.log_id for log in logs}
    assert removed_logs(desk.workspace) == [] and app.query_params["log"] in (logs[0].log_id, [logs[0].log_id])
