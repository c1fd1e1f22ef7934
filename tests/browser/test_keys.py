"""The keys that work on every page: `/` goes to the filter, `?` lists the keys, Tab stops at figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pages._frame.keyboard import KEYS
from tests.browser.conftest import Server, settle

pytestmark = pytest.mark.browser


def test_the_slash_goes_to_the_filter_the_question_mark_lists_the_keys_and_tab_stops_at_figures(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/")
    expect(page.get_by_role("heading", name="Right and wrong predictions")).to_be_visible()
    settle(page)
    page.keyboard.press("/")
    expect(page.locator(".st-key-new_column input")).to_be_focused()
    page.keyboard.type("?/")
    expect(page.locator(".st-key-new_column input")).to_have_value("?/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    for key in KEYS:
        expect(page.get_by_text(key.does, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="False positive rate").focus()
    figure = page.get_by_role("figure").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if figure.evaluate("place => place === document.activeElement"):
            break
    expect(figure).to_be_focused()
