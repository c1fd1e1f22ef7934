"""Ten cases judged with the keyboard alone; what was acknowledged survives a reload, a restart and a kill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from analytics.log.workspace import Workspace
from analytics.review.store import ReviewStore
from tests.browser.conftest import Server, settle, start, stop
from tests.ingested import home_with

pytestmark = pytest.mark.browser

SAVE = ".st-key-review_save button"
NOTE = ".st-key-review_note textarea"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    n = 400
    frame = pl.DataFrame(
        {
            "id": range(n),
            "score": [(k * 37 % 100) / 100 for k in range(n)],
            "label": [int(k * 37 % 100 > 55) ^ int(k % 3 == 0) for k in range(n)],
            "region": [("north", "south", None)[k % 3] for k in range(n)],
            "text": [None if k % 5 == 0 else "word " * (k % 90) for k in range(n)],
        }
    )
    return home_with(frame, tmp_path)


@pytest.fixture
def running(home: Path) -> Iterator[Server]:
    server = start(home)
    yield server
    stop(server)


def said(page: Page) -> str:
    return page.locator("[data-testid=stMain]").inner_text()


def test_ten_cases_are_judged_with_the_keyboard_alone_and_nothing_moves_or_is_lost(
    running: Server, home: Path, page: Page
) -> None:
    content_hash = Workspace(home).receipts()[0].reading.content_hash
    page.goto(f"{running.url}/review?reviewer=Ada&threshold=0.5")
    expect(page.locator(NOTE)).to_be_visible()
    settle(page)
    before = page.locator(SAVE).bounding_box()
    for number in range(10):
        page.keyboard.press(str(number % 7 + 1))
        page.keyboard.press("n")
        expect(page.locator(NOTE)).to_be_focused()
        page.keyboard.type(f"note {number}, with njkl 123")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text(f"row {number + 1},")).to_be_visible()
        settle(page, 0.1)
        assert page.locator(SAVE).bounding_box() == before
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    page.keyboard.press("k")
    expect(page.locator(NOTE)).to_have_value("note 9, with njkl 123")
    page.keyboard.press("j")
    expect(page.locator(NOTE)).to_have_value("")
    expect(page).to_have_url(re.compile(r"\bat=10\b"))
    verdicts = ReviewStore(home).verdicts(content_hash)
    assert [verdict.note for verdict in verdicts] == [f"note {number}, with njkl 123" for number in range(10)]
    assert len({verdict.reason for verdict in verdicts}) == 7

    page.reload()
    expect(page.get_by_text("10 rows of this log have a verdict")).to_be_visible()
    settle(page, 0.1)
    page.keyboard.press("1")
    settle(page, 0.1)
    page.keyboard.press("Control+Enter")
    running.process.kill()
    running.process.wait(timeout=20)
    again = start(home)
    try:
        found = ReviewStore(home).verdicts(content_hash)
        assert found[:10] == verdicts and len(found) in (10, 11)
        assert all(verdict.reason == "label-wrong" for verdict in found[10:])
        page.goto(f"{again.url}/review?reviewer=Ada&threshold=0.5")
        expect(page.get_by_text(f"{len(found)} rows of this log have a verdict")).to_be_visible()
        expect(page.locator(NOTE)).to_have_value("note 0, with njkl 123")
        assert not (home / "damaged").exists()
    finally:
        stop(again)
