"""Take the pictures of the README: the app on the sample log, in Chromium.

uv run python docs/pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, settle, start, stop

PICTURES = {
    "overview": ("/", "light", 1000),
    "slices": ("/slices?by=carrier", "light", 1000),
    "slices-dark": ("/slices?by=carrier&by=origin", "dark", 1000),
    "logs": ("/logs", "light", 700),
    "gap": ("/gap", "light", 900),
}


def main() -> None:
    """Write one PNG per picture beside this script."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = start(Path(home))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            for name, (path, scheme, height) in PICTURES.items():
                page = browser.new_page(viewport={"width": 1440, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(f"{server.url}{path}")
                page.wait_for_selector("[data-testid=stHeading]", timeout=60_000)
                settle(page, 2)
                page.screenshot(path=str(Path(__file__).parent / f"{name}.png"))
                page.close()
        finally:
            browser.close()
            stop(server)


if __name__ == "__main__":
    main()
