"""The line moves by keyboard, by typing and by clicking the curve, and the address follows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAMPLE_ID, SECONDS, Server, settle

pytestmark = pytest.mark.browser


def considered(page: Page) -> float:
    """The threshold of the sentence about the move."""
    text = page.get_by_text(re.compile(r"^From 0\.30 to ")).first.inner_text()
    return float(re.findall(r"to (\d\.\d+)", text)[0])


def test_the_line_moves_by_keyboard_by_typing_and_by_a_click_on_the_curve(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/thresholds?log={SAMPLE_ID}&cost_fn=5&threshold=0.3&model=all+versions")
    expect(page.get_by_role("heading", name="Thresholds")).to_be_visible(timeout=SECONDS * 1000)
    settle(page)
    expect(page.get_by_text("Move the threshold from 0.30 to 0.13")).to_be_visible()
    field = page.get_by_label("or type it")
    field.fill("0.5")
    field.press("Enter")
    settle(page)
    assert considered(page) == 0.5
    assert "to=0.5" in page.url
    slider = page.get_by_role("slider").last
    slider.focus()
    slider.press("ArrowRight")
    settle(page)
    assert considered(page) == pytest.approx(0.501)
    assert "cost_fn=5" in page.url
    box = page.locator("[data-testid=stPlotlyChart]").first.bounding_box()
    assert box is not None
    before = page.locator("[data-testid=stMain]").evaluate("element => element.scrollTop")
    for share in (0.6, 0.65, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"])
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"])
        settle(page)
        if abs(considered(page) - 0.501) > 1e-6:
            break
    assert considered(page) != pytest.approx(0.501)
    assert page.locator("[data-testid=stMain]").evaluate("element => element.scrollTop") == before
    page.reload()
    settle(page)
    assert considered(page) != pytest.approx(0.501)
    expect(page.get_by_label("False negative", exact=True)).to_have_value("5")
    page.get_by_role("button", name="Presets and saved policies").click()
    page.locator("[class*=st-key-preset_] button").first.click()
    settle(page)
    assert "cost_fn=1" in page.url and "tolerance" not in page.url, (
        "what the controls begin with stays out of the address"
    )
