"""Numbers below zero in tables and figures as a browser draws them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SAMPLE_ID, Server, settle

pytestmark = pytest.mark.browser
HYPHEN = re.compile(r"(^|[\s(])-\d")
LISTEN = """
window.drawnTexts = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    window.drawnTexts.push(text);
    return draw.call(this, text, ...rest);
};
"""


@pytest.mark.parametrize("asked", ["slices?by=dest", "slices?by=dest&metric=recall", "calibration?slice=dest"])
def test_tables_and_figures_write_a_true_minus_sign(server: Server, page: Page, asked: str) -> None:
    path, _, rest = asked.partition("?")
    page.add_init_script(
        LISTEN
    )  # tables are drawn on a canvas, and the text beside it for other software is not formatted
    page.goto(f"{server.url}/{path}?log={SAMPLE_ID}&{rest}")
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for(state="attached")
    settle(page)
    for table in page.locator("[data-testid=stDataFrame]").all():
        table.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    drawn = page.evaluate("window.drawnTexts")
    assert any(re.match(r"−\d", text) for text in drawn), sorted(set(drawn))
    ticks = page.locator(".js-plotly-plot text").all_text_contents()
    assert not [text for text in (*drawn, *ticks) if HYPHEN.search(text)]
