"""One act of a person is one step in the browser's history; Back shows the state before, and defaults stay out of the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, settle

pytestmark = pytest.mark.browser


def asked(page: Page) -> str:
    return page.evaluate("location.pathname + location.search")


def steps(page: Page) -> int:
    return int(page.evaluate("history.length"))


def test_each_act_is_one_step_and_back_shows_the_state_before(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/slices")
    expect(page.locator("[data-testid=stDataFrame]").first).to_be_visible()
    settle(page)
    assert asked(page) == "/slices", "defaults stay out of the address"
    begin = steps(page)

    def slice_by_carrier() -> None:
        page.locator(".st-key-by input").click()
        page.get_by_role("option", name="carrier", exact=True).click()
        page.keyboard.press("Escape")

    def move_the_threshold() -> None:
        page.locator(".st-key-threshold input").fill("0.5")
        page.keyboard.press("Enter")

    def show_every_version() -> None:
        page.get_by_role("button", name="Show all versions").click()

    def ask_for_another_metric() -> None:
        page.locator(".st-key-metric input").click()
        page.get_by_role("option", name="Recall", exact=True).click()

    def open_the_overview() -> None:
        page.locator("[data-testid=stTopNavLink]", has_text="Overview").click()

    def move_the_line() -> None:
        page.get_by_role("slider", name="Move the threshold").press("ArrowRight")

    def open_the_missed_rows() -> None:
        cells = page.locator(".js-plotly-plot").first.locator(".nsewdrag").bounding_box()
        assert cells is not None
        page.mouse.move(words := cells["x"] + cells["width"] * 0.06, below := cells["y"] + cells["height"] * 0.75)
        page.wait_for_timeout(300)
        page.mouse.click(words, below)
        expect(page.get_by_role("heading", name="Review")).to_be_visible()

    acts = (
        *(slice_by_carrier, move_the_threshold, show_every_version, ask_for_another_metric),
        *(open_the_overview, move_the_line, open_the_missed_rows),
    )
    seen = [asked(page)]
    for number, act in enumerate(acts, start=1):
        act()
        settle(page)
        seen.append(asked(page))
        assert steps(page) == begin + number, f"{act.__name__}: {seen}"
    assert seen[4].startswith("/slices?") and "%25" not in "".join(seen)
    assert all(text in seen[4] for text in ("by=carrier", "threshold=0.5", "model=all+versions", "metric=recall"))
    assert "threshold=0.501" in seen[6] and "outcome%3Afn" in seen[7]
    for before in reversed(seen[:-1]):
        page.go_back()
        settle(page)
        assert asked(page) == before
    expect(page.locator(".st-key-threshold input")).to_have_value("0.3")
    expect(page.get_by_text("The sample opens on v3, the version that is live.")).to_be_visible()
    assert steps(page) == begin + len(acts)
