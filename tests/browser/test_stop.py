"""Reading shows progress that moves, and stopping it leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Hear, Server, settle, start, stop

pytestmark = pytest.mark.browser
N_ROWS = 1_500_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("large") / "large.csv"
    columns = {f"number_{place}": rng.integers(0, 10**6, N_ROWS) for place in range(6)}
    frame = pl.DataFrame({"score": rng.random(N_ROWS).round(4), "label": rng.integers(0, 2, N_ROWS), **columns})
    frame.write_csv(path)
    return path


def held(server: Server, *folders: str) -> set[Path]:
    """What stands in folders of the workspace, but for what the engine writes beside its memory."""
    return {path for name in folders for path in (server.home / name).glob("*") if "-spill-" not in path.name}


def test_stopping_a_reading_leaves_nothing_behind(server: Server, page: Page, large: Path) -> None:
    page.goto(f"{server.url}/logs")
    expect(page.get_by_text("In the workspace")).to_be_visible()
    settle(page)
    logs, others = held(server, "logs"), held(server, "staging", "scratch")
    page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files(str(large))
    bar = page.locator("[data-testid=stMain] [data-testid=stProgress]")
    expect(bar).to_be_visible()
    seen = set()
    while len(seen) < 3:
        seen.add(bar.inner_text())
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Stop").click()
    expect(bar).to_have_count(0)
    settle(page)
    assert held(server, "logs") == logs
    assert held(server, "staging") <= others
    for _ in range(100):  # the page says so before the last file is removed
        if held(server, "scratch") <= others:
            break
        page.wait_for_timeout(200)
    assert held(server, "scratch") <= others
    expect(page.get_by_role("button", name="Confirm and see what fails")).to_have_count(0)


def test_a_deep_link_as_first_request_asks_nothing_from_outside(tmp_path: Path, page: Page, hear: Hear) -> None:
    server = start(tmp_path / "home")
    asked: list[str] = []
    own = ("data:", "blob:", server.url, server.url.replace("http", "ws"))
    hear("request", lambda request: asked.append(request.url))
    try:
        page.goto(f"{server.url}/slices")
        expect(page.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
        settle(page)
        assert asked and [url for url in asked if not url.startswith(own)] == []
        icons = page.locator("link[rel~=icon]").evaluate_all("links => links.map(link => link.href)")
        assert icons and all(icon.startswith(own) for icon in icons)
    finally:
        stop(server)
