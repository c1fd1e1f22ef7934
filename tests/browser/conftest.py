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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    "--js-flags=--no-opt --no-maglev",
]
"""How Chromium is started; to optimise code that runs for a second takes longer than to run it, by a quarter of each page."""
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
UNMOVED = """
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { animation: none !important }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""
"""What pulsates or turns while a page is made stands still: each of its frames is painted by the processor that makes the page."""

UNHURRIED = {"SLICEWISE_AHEAD_SECONDS": "3600"}
"""What a person might ask next is not computed behind pages that no person reads: it takes half the time of a server."""
SECONDS = 120
Hear = Callable[[Any, Callable[[Any], object]], None]
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


def start(home: Path, **settings: str) -> Server:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SLICEWISE_HOME": str(home), **UNHURRIED, **settings},
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
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which the server of all tests reads: a server with one, beside one without, costs 5 s and tells no more."""
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, inbox: Path) -> Iterator[Server]:
    running = start(sampled(tmp_path_factory), SLICEWISE_INBOX=str(inbox))
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


def forget(page: Page) -> None:
    """Leave the page, and what the browser keeps of it: whoever comes next is somebody else."""
    page.evaluate("() => { try { localStorage.clear(); sessionStorage.clear() } catch { } }")
    page.goto("about:blank")
    page.context.clear_cookies()


def open_page(browser: Browser | BrowserContext) -> Page:
    """A page in a context of its own, or in one that is given."""
    opened = browser.new_page(viewport=SIZE) if isinstance(browser, Browser) else browser.new_page()
    opened.add_init_script(UNMOVED)
    opened.set_default_timeout(SECONDS * 1000)
    return opened


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all tests: what it has compiled of ten megabytes of code it does not compile again, 2 s of 4.5 each time."""
    yield open_page(browser)


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """The page as if it were new: empty, with no past, and nothing kept of the tests before."""
    expect.set_options(timeout=SECONDS * 1000)
    tab.context.new_cdp_session(tab).send("Page.resetNavigationHistory")
    yield tab
    forget(tab)


@pytest.fixture
def hear(page: Page) -> Iterator[Hear]:
    """Lets something listen to the page until the test ends."""
    listening: list[tuple[Any, Callable[[Any], object]]] = []

    def listen(event: Any, listener: Callable[[Any], object]) -> None:
        listening.append((event, listener))
        page.on(event, listener)

    yield listen
    for event, listener in listening:
        page.remove_listener(event, listener)


def settle(page: Page, pause: float = 0.4) -> None:
    """Wait until the app has stood still for a moment."""
    for _ in range(3):
        page.wait_for_selector(STILL, timeout=SECONDS * 1000)
        page.wait_for_timeout(int(pause * 500))
