"""What can be done about a log on its page, in a real browser: attach labels that came later, merge spellings of one value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from tests.browser.conftest import Server, settle
from tests.ingested import Desk

pytestmark = pytest.mark.browser
CITIES = ("Ulm", "Ulm", "ulm ", "Köln", "Köln", "Koln")
N = 120


@pytest.fixture
def log(server: Server, tmp_path: Path) -> Iterator[Log]:
    """A log with two spellings too many and a quarter of its labels missing, the newest of the workspace while the test runs."""
    rows = [f"{i},{(i * 37 % 100) / 100},{'' if i % 4 == 0 else i % 2},{CITIES[i % 6]}" for i in range(N)]
    path = tmp_path / "decisions.csv"
    path.write_text("case_id,score,label,city\n" + "\n".join(rows) + "\n", encoding="utf-8")
    yield Desk(Workspace(server.home), tmp_path).log(path)
    for found in logs(server):
        Workspace(server.home).remove(found.log_id)


def logs(server: Server) -> list[Log]:
    """The logs of this test, the newest first."""
    return [log for log in Workspace(server.home).receipts() if log.name.startswith("decisions.csv")]


def open_logs(page: Page, server: Server, log: Log) -> None:
    page.goto(f"{server.url}/logs?log={log.log_id}")
    expect(page.get_by_role("heading", name="Logs")).to_be_visible()
    settle(page)


def test_spellings_are_merged_kept_through_a_change_and_taken_apart(server: Server, log: Log, page: Page) -> None:
    before = logs(server)[0].mapping
    open_logs(page, server, log)
    page.get_by_role("button", name="Merge 2 spellings of city").click()
    expect(page.get_by_role("button", name="Undo 2 merged spellings")).to_be_visible()
    settle(page)
    assert set(logs(server)[0].mapping.merges) == {("city", "ulm ", "Ulm"), ("city", "Koln", "Köln")}
    page.get_by_text("Columns and roles: change them in place").click()
    threshold = page.get_by_label("Threshold").last
    threshold.fill("0.25")
    threshold.press("Enter")
    settle(page)
    page.get_by_role("button", name="Apply").click()
    settle(page, 2)
    assert (logs(server)[0].mapping.threshold, len(logs(server)[0].mapping.merges)) == (0.25, 2)
    page.get_by_role("button", name="Undo 2 merged spellings").click()
    expect(page.get_by_role("button", name="Merge 2 spellings of city")).to_be_visible()
    assert logs(server)[0].mapping.merges == before.merges == ()


def test_labels_are_attached_to_a_log_that_is_there(server: Server, log: Log, page: Page, tmp_path: Path) -> None:
    old = logs(server)[0]
    labels = tmp_path / "late.csv"
    labels.write_text("case_id,label\n" + "".join(f"{i},1\n" for i in range(0, N, 8)) + "999,0\n", encoding="utf-8")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("key,label\n1,1\n2,0\n", encoding="utf-8")
    open_logs(page, server, log)
    page.get_by_text("Attach labels from another file").click()
    page.locator("[data-testid=stFileUploader] input[type=file]").last.set_input_files(str(wrong))
    expect(page.get_by_text("Expected the id column 'case_id' and a label in 'wrong.csv'")).to_be_visible()
    open_logs(page, server, log)
    page.get_by_text("Attach labels from another file").click()
    page.locator("[data-testid=stFileUploader] input[type=file]").last.set_input_files(str(labels))
    page.get_by_role("button", name="Confirm and see what fails").click()
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    new = logs(server)[0]
    assert {log.log_id for log in logs(server)} == {old.log_id, new.log_id}
    assert (old.n_labelled, new.n_labelled) == (N - N // 4, N - N // 4 + N // 8)
    assert new.name == "decisions.csv + late.csv"
    open_logs(page, server, log)
    expect(page.get_by_text("decisions.csv", exact=True).first).to_be_visible()
