"""A real server on loopback and a real Chromium in front of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from analytics.log.workspace import Workspace
from pages._frame import sample
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "flights.parquet"
SAMPLE_ID = hashlib.sha256(SAMPLE.read_bytes()).hexdigest()[:12]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""What Chromium is called; the first has no window to draw, which saves a fifth of its time."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
UNMOVED = """
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { animation: none !important }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""
"""What pulsates or turns while a page is made stands still: each of its frames is painted by the processor that makes the page."""

SECONDS = 120
SIZE = ViewportSize(width=1440, height=1000)


@dataclass(frozen=True)
class Server:
    """A running app: its address and the process behind it."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the sample as the first start leaves it, read once for all servers of a run."""
    folder = tmp_path_factory.mktemp("sampled")
    desk = Desk(Workspace(folder / "workspace"), folder)
    assert desk.log(SAMPLE, name=sample.NAME).log_id == SAMPLE_ID
    return desk.workspace.home


def start(home: Path) -> Server:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SLICEWISE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(SECONDS * 4):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return Server(url, home, process)
        except OSError:
            time.sleep(0.25)
    process.kill()
    raise TimeoutError("the app did not answer")


def stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(sampled(tmp_path_factory))
    yield running
    stop(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("SLICEWISE_REQUIRE_BROWSER"):
            pytest.fail("Chromium is required here and was not found")
        pytest.skip("Chromium was not found: install the package chromium to run the browser tests")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


def open_page(browser: Browser | BrowserContext) -> Page:
    """A page in a context of its own, or in one that is given."""
    opened = browser.new_page(viewport=SIZE) if isinstance(browser, Browser) else browser.new_page()
    opened.add_init_script(UNMOVED)
    opened.set_default_timeout(SECONDS * 1000)
    return opened


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for the pages of all tests: ten megabytes of Streamlit's and Plotly's code are fetched and compiled once."""
    shared = browser.new_context(viewport=SIZE)
    yield shared
    shared.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    expect.set_options(timeout=SECONDS * 1000)
    opened = open_page(context)
    yield opened
    opened.evaluate("() => { try { localStorage.clear(); sessionStorage.clear() } catch { } }")
    opened.close()
    context.clear_cookies()


def settle(page: Page, pause: float = 0.4) -> None:
    """Wait until the app has stood still for a moment."""
    for _ in range(3):
        page.wait_for_selector(STILL, timeout=SECONDS * 1000)
        page.wait_for_timeout(int(pause * 500))
