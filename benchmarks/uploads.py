"""How much memory a large log takes: an upload by a real browser, and a larger file by its path.

The server and what it starts are watched together: the memory that is theirs alone (USS), beyond that of the open app. The file
is made up, and its size is given in rows: some 60 bytes each.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.job import Job, Taken
from benchmarks.processes import below, private

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVERY = 0.1
MINUTES_15 = 15 * 60_000


class Watch:
    """Samples the memory of a process and of those below it, in MB."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.peak = self.own_peak = 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def now(self) -> tuple[float, float]:
        """Return the memory of the process alone, and with those below it."""
        own = private(self.process)
        return own, own + sum(private(child) for child in below(self.process))

    def begin(self) -> None:
        """Forget what was seen."""
        self.peak = self.own_peak = 0.0

    def _run(self) -> None:
        while not self._ends.wait(EVERY):
            own, every = self.now()
            self.own_peak, self.peak = max(self.own_peak, own), max(self.peak, every)

    def end(self) -> None:
        """Stop sampling."""
        self._ends.set()
        self._thread.join()


def made_up(path: Path, rows: int) -> None:
    """Write a log of about so many rows as CSV."""
    rng = random.Random(rows)
    lines = [
        f"{rng.random():.6f},{rng.randrange(2)},{rng.choice(('north', 'south', 'west'))},{rng.randrange(10**9)},"
        f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)} 0{rng.randrange(10)}:00:00,{rng.random() * 1e4:.2f}\n"
        for _ in range(10_000)
    ]
    with path.open("w") as file:
        file.write("id,score,label,region,customer,time,amount\n")
        for written in range(0, rows, len(lines)):
            file.writelines(f"{written + place},{line}" for place, line in enumerate(lines))


def confirm(page: Page) -> None:
    """Confirm the columns and wait for the Slices page."""
    from playwright.sync_api import expect

    from tests.browser.conftest import settle

    button = page.get_by_role("button", name="Confirm and see what fails")
    expect(button).to_be_visible(timeout=MINUTES_15)
    settle(page)
    button.click()
    expect(page.get_by_role("heading", name="Slices")).to_be_visible(timeout=MINUTES_15)
    settle(page)


def give(page: Page, path: Path, *, is_upload: bool) -> None:
    """Bring a file through the browser, or name its path."""
    if is_upload:
        uploader = page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export")
        uploader.locator("input[type=file]").set_input_files(path)
        return
    page.get_by_text("Read it by its path").click()
    page.get_by_label("Path on this computer").fill(str(path))
    page.get_by_label("Path on this computer").press("Enter")
    page.get_by_role("button", name="Read", exact=True).click()


def _brought(is_upload: bool, rows: int) -> Iterator[Taken]:
    """Bring a file and wait for its slices: the time, and the memory beyond that of the open app."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS, settle, start, stop

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "log.csv"
        made_up(path, rows)
        server = start(Path(folder) / "home")
        watch = Watch(server.process.pid)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{server.url}/logs")
        settle(page)
        time.sleep(3)
        own, every = watch.now()
        watch.begin()
        started = time.perf_counter()
        give(page, path, is_upload=is_upload)
        confirm(page)
        taken = time.perf_counter() - started
        yield Taken("server and reader", taken, None, watch.peak - every)
        yield Taken("server alone", taken, None, watch.own_peak - own)
        browser.close()
        watch.end()
        stop(server)


JOBS = (
    Job(name="upload", meaning="a file through the browser", ours=partial(_brought, True), rows=(4_000_000,)),
    Job(name="path", meaning="a file by its path", ours=partial(_brought, False), rows=(30_000_000,)),
)
