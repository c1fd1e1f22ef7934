"""Two sides are chosen by hand, the address follows, and a reload reopens them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from tests.browser.conftest import SECONDS, Server, settle
from tests.ingested import Desk

pytestmark = pytest.mark.browser
N_ROWS = 3_000
"""Rows of a month: with so many, what the label's drift explains is beyond chance."""


@pytest.fixture
def drifted(server: Server, tmp_path: Path) -> Iterator[Log]:
    """A log whose labels become more frequent from month to month, of few columns: the search among many takes its time.

    It is taken away again: whoever opens the app without an address sees the newest log.
    """
    rng = np.random.default_rng(0)
    month = np.repeat([9, 11, 12], N_ROWS)
    label = rng.random(month.size) < np.select([month == 9, month == 11], [0.13, 0.2], 0.33)
    frame = pl.DataFrame(
        {
            "score": np.where(label, rng.beta(4, 3, month.size), rng.beta(3, 4, month.size)).round(2),
            "label": label.astype(int),
            "month": month,
            "role": np.where(np.arange(month.size) % 10 == 0, "test", "live"),
            "region": rng.choice(["north", "south", "west"], month.size),
        }
    )
    workspace = Workspace(server.home)
    log = Desk(workspace, tmp_path).log(frame, threshold=0.65)
    yield log
    workspace.remove(log.log_id)


def test_the_sides_stand_in_the_address_and_a_reload_reopens_them(server: Server, drifted: Log, page: Page) -> None:
    page.goto(f"{server.url}/gap?log={drifted.log_id}&apart=month&then=9&now=11&where=role%3Ain%3Alive")
    expect(page.get_by_role("heading", name="Gap")).to_be_visible(timeout=SECONDS * 1000)
    settle(page)
    expect(page.get_by_text(re.compile("Production: month is 11"))).to_be_visible()
    field = page.get_by_role("combobox", name=re.compile("Production"))
    field.click()
    field.fill("12")
    page.get_by_role("option", name="12", exact=True).click()
    settle(page)
    expect(page.get_by_text(re.compile("Most of it is the base rate"))).to_be_visible()
    assert "now=12" in page.url and "then=" not in page.url, "what the page opens on stays out of the address"
    page.reload()
    settle(page)
    expect(page.get_by_text(re.compile("Reference: month is 9 .*Production: month is 12"))).to_be_visible()
    expect(page.get_by_text(re.compile("The evidence speaks for label drift"))).to_be_visible()
