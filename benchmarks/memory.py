"""How much memory a large log takes: an upload by a real browser, and a larger file by its path.

    uv run python benchmarks/memory.py [--upload MB] [--path MB]

The server and what it starts are watched together: the memory that is theirs alone (USS), beyond that of the open app.
The file is made up.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, FLAGS, settle, start, stop  # noqa: E402

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


def private(process: int) -> float:
    """Return the memory that is a process's own, in MB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def below(process: int) -> list[int]:
    """Return the processes that a process started, and those that these did."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [each for child in children for each in (child, *below(child))]


def made_up(path: Path, megabytes: int, seed: int) -> None:
    """Write a log of about this size as CSV."""
    rng = random.Random(seed)
    lines = [
        f"{rng.random():.6f},{rng.randrange(2)},{rng.choice(('north', 'south', 'west'))},{rng.randrange(10**9)},"
        f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)} 0{rng.randrange(10)}:00:00,{rng.random() * 1e4:.2f}\n"
        for _ in range(10_000)
    ]
    with path.open("w") as file:
        file.write("id,score,label,region,customer,time,amount\n")
        written = 0
        while file.tell() < megabytes << 20:
            file.writelines(f"{written + place},{line}" for place, line in enumerate(lines))
            written += len(lines)


def confirm(page: Page) -> None:
    """Confirm the columns and wait for the Slices page."""
    button = page.get_by_role("button", name="Confirm and see what fails")
    expect(button).to_be_visible(timeout=MINUTES_15)
    settle(page)
    button.click()
    expect(page.get_by_role("heading", name="Slices")).to_be_visible(timeout=MINUTES_15)
    settle(page)


def main() -> None:
    """Print the peaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upload", type=int, default=256, help="MB that go through the browser")
    parser.add_argument("--path", type=int, default=2048, help="MB that are read by their path")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start(Path(folder) / "home")
        watch = Watch(server.process.pid)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{server.url}/logs")
        settle(page)
        time.sleep(3)
        for megabytes, is_upload in ((arguments.upload, True), (arguments.path, False)):
            if not megabytes:
                continue
            path = Path(folder) / f"log{megabytes}.csv"
            made_up(path, megabytes, seed=megabytes)
            page.goto(f"{server.url}/logs")
            settle(page)
            own, every = watch.now()
            watch.begin()
            started = time.perf_counter()
            if is_upload:
                page.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
                    "input[type=file]"
                ).set_input_files(path)
            else:
                page.get_by_text("Read it by its path").click()
                page.get_by_label("Path on this computer").fill(str(path))
                page.get_by_label("Path on this computer").press("Enter")
                page.get_by_role("button", name="Read", exact=True).click()
            confirm(page)
            taken = time.perf_counter() - started
            size = path.stat().st_size / (1 << 20)
            time.sleep(5)
            after = watch.now()[0]
            print(
                f"{size:,.0f} MB {'uploaded' if is_upload else 'by path'}: {taken:.0f} s; beyond the open app "
                f"({own:,.0f} MB) the server took {watch.own_peak - own:,.0f} MB at most and keeps {after - own:,.0f} MB; "
                f"with its reader {watch.peak - every:,.0f} MB at most, {(watch.peak - every) / size:.1f} times the file"
            )
            path.unlink()
        browser.close()
        watch.end()
        stop(server)


if __name__ == "__main__":
    main()
