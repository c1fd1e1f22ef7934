"""A fresh server and its first visitors, who arrive together: whatever threads import at once is there before them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.browser.conftest import Server, start, stop
from tests.ingested import Desk
from tests.pages.test_sessions import table
from tests.protocol import visiting
from tests.serving import shared_server
from tests.thorough import IS_THOROUGH, amount

N_STARTS = amount(1, 10)


@contextmanager
def own_server(home: Path) -> Iterator[Server]:
    running = start(home)
    yield running
    stop(running)


PAIRS = (("", ""), ("", "slices"), ("thresholds", "calibration"))
CASES = [(serving, pages) for serving in (own_server, shared_server) for pages in PAIRS]


@pytest.mark.parametrize(("serving", "pages"), CASES if IS_THOROUGH else [CASES[1], CASES[5]])
def test_two_first_visitors_see_their_pages(
    desk: Desk, serving: Callable[[Path], AbstractContextManager[Server]], pages: tuple[str, ...]
) -> None:
    desk.log(table(1), segments=("region",))
    for _ in range(N_STARTS):
        with serving(desk.workspace.home) as server:
            begin = threading.Barrier(len(pages))

            def visit(page: str, server: Server = server, begin: threading.Barrier = begin) -> str:
                with visiting(server.url) as visitor:
                    begin.wait(60)
                    return "\n".join(visitor.ask(page))

            with ThreadPoolExecutor(len(pages)) as pool:
                shown = list(pool.map(visit, pages))
        assert not [text for text in shown if "alert:" in text or "exception:" in text]
