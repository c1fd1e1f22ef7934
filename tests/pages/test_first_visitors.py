"""A fresh server and its first visitors, who arrive together: whatever threads import at once is there before them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.log.workspace import Workspace
from analytics.reading import api
from pages._frame import sample
from tests.browser.conftest import ROOT, Server, start, stop
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


def test_the_sample_is_read_once_for_all_who_wait_and_again_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = list[Path](), threading.Event()

    def read_file(workspace: Workspace, *_: object, **__: object) -> None:
        begun.append(workspace.home)
        go_on.wait(20)
        if len(begun) == 1:
            raise InputError("damaged")

    monkeypatch.setattr(api, "read_file", read_file)
    monkeypatch.setattr(sample, "_REST_OF_APP", "nothing.of.this.name")
    monkeypatch.setenv("SLICEWISE_HOME", str(tmp_path))
    sample.begin_early()
    begin, has_begun = sample._begin, threading.Semaphore(0)

    def begin_and_say_so(workspace: Workspace) -> sample._Taking | None:
        taking = begin(workspace)
        has_begun.release()
        return taking

    monkeypatch.setattr(sample, "_begin", begin_and_say_so)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(sample.ensure, Workspace(tmp_path)) for _ in range(2)]
        assert all(has_begun.acquire(timeout=20) for _ in waiting)  # whoever comes after its end begins it anew
        go_on.set()
        assert [type(visit.exception(20)) for visit in waiting] == [InputError, InputError]
    assert begun == [tmp_path]
    sample.ensure(Workspace(tmp_path))
    assert begun == [tmp_path, tmp_path]


def test_the_sample_is_begun_before_the_rest_of_the_app_is_imported() -> None:
    script = (
        "import sys; from pages._frame import sample; print(sorted({'polars', 'scipy', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
