"""The server is killed while verdicts are given before it: what a reviewer read as saved is there, and nothing is half there."""

from __future__ import annotations

import os
import random
import sys
import threading
from contextlib import suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from analytics.log.workspace import Workspace
from analytics.review.store import ReviewStore
from tests.browser.conftest import start
from tests.ingested import Desk
from tests.pages.test_sessions import table
from tests.protocol import visiting
from tests.thorough import amount

N_KILLS = int(os.environ.get("SLICEWISE_KILLS", amount(2, 1_000)))


def judge_until_killed(home: Path, log_id: str, reviewer: str, seconds: float) -> int:
    """Give verdicts until the server is killed; return how many the screen called saved."""
    server, n_saved = start(home), 0
    try:
        with visiting(server.url) as visitor, suppress(ConnectionClosed, OSError):
            visitor.ask("review", log=log_id, threshold="0.5", reviewer=reviewer, errors="all")
            killer = threading.Timer(seconds, server.process.kill)
            killer.start()
            while True:
                visitor.press(f"reason_{1 + n_saved % 7}")
                n_saved += any("Saved at" in text for text in visitor.press("review_save"))
    finally:
        server.process.kill()
        server.process.wait(60)
    return n_saved


def test_no_kill_of_the_server_loses_what_it_called_saved(desk: Desk) -> None:
    log = desk.log(table(1))
    delays, n_all = random.Random(7), 0
    for number in range(N_KILLS):
        saved = judge_until_killed(desk.workspace.home, log.log_id, f"Ada {number}", delays.uniform(0.3, 2))
        n_all += saved
        stored = ReviewStore(desk.workspace.home).verdicts(log.reading.content_hash)
        mine = [entry for entry in stored if entry.reviewer == f"Ada {number}"]
        assert saved <= len(mine) <= saved + 1, (number, saved, len(mine))
        sys.stderr.write(f"kill {number + 1}: {saved} saved, {len(mine)} there, {n_all} in all\n")
    assert n_all > 0
    damaged = Workspace(desk.workspace.home).damaged
    assert not damaged.exists(), [(path.name, path.read_bytes()[:400]) for path in damaged.iterdir()]
