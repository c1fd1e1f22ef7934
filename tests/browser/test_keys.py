"""The keys that work on every page: `/` goes to the filter, which is set and taken away without a mouse, `?` lists the keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pages._frame.keyboard import KEYS
from tests.browser.conftest import Server, settle

pytestmark = pytest.mark.browser


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until it stops at a place, as somebody without a mouse does."""
    for _ in range(30):
        if place.evaluate("place => place === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not stop there")


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
    tab_to(page, figure)
    expect(figure).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator(".st-key-new_column input")).to_be_focused()
    page.keyboard.type("carrier")
    page.get_by_role("option", name="carrier", exact=True).wait_for()
    page.keyboard.press("Enter")
    values = page.get_by_role("combobox", name="Keep")
    expect(values).to_be_visible()
    settle(page, 0.1)
    tab_to(page, values)
    page.keyboard.type("EV")
    page.get_by_role("option", name=re.compile("^EV")).first.wait_for()
    page.keyboard.press("Enter")
    settle(page, 0.1)
    page.keyboard.press("Escape")
    tab_to(page, page.get_by_role("button", name="Add", exact=True))
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name="carrier is EV")
    expect(chip).to_be_visible()
    settle(page, 0.1)
    assert "where=carrier%3Ain%3AEV" in page.url
    tab_to(page, chip)
    page.keyboard.press("Enter")
    expect(chip).to_have_count(0)
