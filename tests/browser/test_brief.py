"""The brief in a real browser: its links lead where they say, what takes long is looked at in place, a week is kept at a click."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, Server, settle

pytestmark = pytest.mark.browser


def asked(page: Page) -> dict[str, str]:
    """What the address says."""
    return {key: values[0] for key, values in parse_qs(urlparse(page.url).query).items()}


def opened(server: Server, page: Page, **address: str) -> None:
    more = "".join(f"&{key}={value}" for key, value in address.items())
    page.goto(f"{server.url}/?log={SAMPLE_ID}{more}")
    expect(page.get_by_text("What to take up first")).to_be_visible()
    settle(page)
    expect(page.get_by_text(re.compile("^Looking at "))).to_have_count(0)


def test_the_findings_of_the_sample_lead_to_their_evidence(server: Server, page: Page) -> None:
    opened(server, page, model="v4")
    expect(page.get_by_text("Where dep delay arrives empty")).to_be_visible()
    expect(page.get_by_text("+26.0 points (25.3–26.7)").first).to_be_visible()
    page.get_by_role("button", name="Compare").click()  # what takes long is looked at in place, and stays
    expect(page.get_by_text("Why production is worse than the reference: not looked at yet.")).to_have_count(0)
    expect(page.get_by_text("most by fields that arrive empty (dep delay)")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("most by fields that arrive empty (dep delay)")).to_be_visible()
    main = page.locator("[data-testid=stMain]")
    main.get_by_role("link", name="Slices").first.click()
    expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    settle(page)
    assert asked(page)["by"] == "dep_delay" and asked(page)["model"] == "v4"
    page.go_back()
    expect(page.get_by_text("What to take up first")).to_be_visible()
    settle(page)
    main.get_by_role("link", name="False negatives").click()
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    settle(page)
    assert (asked(page)["where"], asked(page)["errors"]) == (":outcome:fn", "fn")


def test_a_click_on_a_week_keeps_it_and_another_keeps_rows_up_to_the_day_from_which_labels_come_in(
    server: Server, page: Page
) -> None:
    opened(server, page, model="v3")
    expect(page.get_by_text("Labels still come in").first).to_be_visible()
    mark = page.locator(".js-plotly-plot").last.locator(".scatterlayer path.point").nth(4)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page)
    expect(page.locator("[data-testid=stSidebar]")).not_to_contain_text("all rows")
    assert asked(page)["where"] == "scored_at:ge:2013-09-23;scored_at:lt:2013-09-30"
    page.go_back()
    page.locator("[data-testid=stMain]").get_by_role("link", name="Up to then").click()
    expect(page.locator("[data-testid=stSidebar]").get_by_text("scored_at is under 2013-12-29").first).to_be_visible()
    settle(page)
    assert asked(page)["where"] == "scored_at:lt:2013-12-29"
    expect(page.get_by_text("Labels still come in")).to_have_count(0)
