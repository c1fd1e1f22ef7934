"""The search for slices in a real browser: cancelled, run again, and what it finds becomes the cohort."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, Server, settle

pytestmark = pytest.mark.browser


def click_first(page: Page, text: str) -> None:
    """Click the first mark of the figure under the heading with this text; the layer above the marks takes the pointer."""
    figure = f"xpath=//h3[contains(., '{text}')]/following::div[contains(@class, 'js-plotly-plot')][1]"
    mark = page.locator(figure).locator(".scatterlayer path.point").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page)


def test_a_search_is_cancelled_asked_again_and_its_slice_becomes_the_cohort(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/slices?log={SAMPLE_ID}&view=Discovered&depth=4")  # so deep that nobody clicks too late
    for again in (False, True):
        if again:
            page.get_by_role("button", name="Search again").click()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("The search was cancelled.")).to_be_visible()
        settle(page)
        assert page.locator(".js-plotly-plot").count() == 0
    page.goto(f"{server.url}/slices?log={SAMPLE_ID}&view=Discovered&depth=2")
    expect(page.get_by_text("Which slices fail more often than their base rate explains?")).to_be_visible()
    settle(page)
    click_first(page, "Which slices fail more often")
    expect(page.get_by_text("No slice is chosen")).to_have_count(0)
    page.get_by_text("Tree", exact=True).click()
    settle(page)
    expect(page.get_by_text(re.compile("What separates the .* most?"))).to_be_visible()
    page.get_by_text("Groups", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Add to the cohort").click()
    settle(page)
    expect(page).to_have_url(re.compile("where="))
    expect(page.locator("[data-testid=stSidebar]")).not_to_contain_text("all rows")
