"""Two sides are chosen by hand, the address follows, and a reload reopens them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, SECONDS, Server, settle

pytestmark = pytest.mark.browser


def test_the_sides_stand_in_the_address_and_a_reload_reopens_them(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/gap?log={SAMPLE_ID}&apart=month&then=9&now=11&where=role%3Ain%3Alive")
    expect(page.get_by_role("heading", name="Gap")).to_be_visible(timeout=SECONDS * 1000)
    settle(page)
    expect(page.get_by_text(re.compile("Production: month is 11"))).to_be_visible()
    field = page.get_by_role("combobox", name=re.compile("Production"))
    field.click()
    field.fill("12")
    page.get_by_role("option", name="12", exact=True).click()
    settle(page)
    expect(page.get_by_text(re.compile("Most of it is the base rate"))).to_be_visible()
    assert "now=12" in page.url and "then=9" in page.url
    page.reload()
    settle(page)
    expect(page.get_by_text(re.compile("Production: month is 12"))).to_be_visible()
    expect(page.get_by_text(re.compile("The evidence speaks for label drift"))).to_be_visible()
