"""The Calibration page in a real browser: its address holds the question, and its costs are those of Thresholds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, SECONDS, Server, settle

pytestmark = pytest.mark.browser


def test_the_address_holds_the_question_and_costs_are_kept_between_pages(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/calibration?log={SAMPLE_ID}&segment=carrier&cost_fn=7")
    expect(page.get_by_role("heading", name="Calibration")).to_be_visible(timeout=SECONDS * 1000)
    settle(page)
    expect(page.get_by_label("A false negative costs", exact=True)).to_have_value("7")
    expect(page.get_by_text("At the threshold that the costs imply, 0.125")).to_be_visible()

    def costs_on(name: str, positive: str, negative: str) -> None:
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=SECONDS * 1000)
        settle(page)
        label = "False {}" if name == "Thresholds" else "A false {} costs"
        for error, cost in (("positive", positive), ("negative", negative)):
            expect(page.get_by_label(label.format(error), exact=True)).to_have_value(cost)

    costs_on("Thresholds", "", "7")
    page.get_by_role("link", name="Overview").first.click()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    settle(page)
    costs_on("Calibration", "", "7")
    cost = page.get_by_label("A false positive costs", exact=True)
    cost.fill("3")
    cost.press("Enter")
    expect(page.get_by_text("At the threshold that the costs imply, 0.30")).to_be_visible()
    settle(page)
    assert "segment=carrier" in page.url and "cost_fp=3" in page.url
    with page.expect_download() as event:
        page.get_by_role("button", name="Map as Python").click()
    assert event.value.suggested_filename == "sigmoid.py"
    costs_on("Thresholds", "3", "7")
