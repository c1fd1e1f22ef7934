"""A crowd before one real server, over its own protocol: a hundred sessions on ten logs change their pages, no wrong number."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from difflib import unified_diff
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from analytics.log.schema import Log
from tests.browser.conftest import Server, start, stop
from tests.ingested import Desk
from tests.pages.test_sessions import N_LOGS, region_is, table, truth
from tests.protocol import Visitor, visiting
from tests.thorough import amount

N_SESSIONS, N_RERUNS = amount(12, 100), amount(4, 100)
N_AT_ONCE, N_ASKED = 12, amount(5, N_LOGS)
SHARE_OF_OTHERS = 0.4
THRESHOLDS, REGIONS = (0.25, 0.75), (None, "north")
OTHERS = ("", "calibration", "thresholds", "review")
"""Pages that a session turns to between its questions on Slices; the first one is Overview, which has no name in the address."""
Place = tuple[str, int, float, str | None]


@pytest.fixture
def crowded(desk: Desk) -> Iterator[tuple[Server, list[pl.DataFrame], list[Log]]]:
    frames = [
        table(seed).with_columns(kind=pl.Series(random.Random(seed).choices("abc", k=300))) for seed in range(N_ASKED)
    ]
    logs = [desk.log(frame, segments=("region", "kind")) for frame in frames]
    running = start(Path(desk.workspace.home), SLICEWISE_AHEAD_SECONDS="3")
    yield running, frames, logs
    stop(running)


def test_a_hundred_sessions_on_ten_logs_see_their_own_numbers(
    crowded: tuple[Server, list[pl.DataFrame], list[Log]],
) -> None:
    server, frames, logs = crowded
    places: list[Place] = list(product(["slices"], range(N_ASKED), THRESHOLDS, REGIONS))
    others: list[Place] = [(page, log, 0.5, None) for page, log in zip(OTHERS * N_ASKED, range(N_ASKED), strict=False)]

    def page(visitor: Visitor, place: Place) -> str:
        name, log, threshold, region = place
        texts = visitor.ask(
            name, log=logs[log].log_id, threshold=f"{threshold}", by="kind", where=region_is(region).to_text()
        )
        assert visitor.page == name
        return "\n".join(texts)

    with visiting(server.url) as alone:
        expected = {place: page(alone, place) for place in [*places, *others]}
    assert len(set(expected.values())) == len(expected), "every question must have an answer of its own"
    for (name, log, threshold, region), text in expected.items():
        assert "alert:" not in text and "exception:" not in text, name
        n_rows = sum(truth(frames[log], threshold, region))
        assert f"{n_rows} rows · {n_rows} labelled" in text or name != "slices"

    wrong: list[tuple[Place, list[str]]] = []
    with ExitStack() as stack:
        visitors = [stack.enter_context(visiting(server.url)) for _ in range(N_SESSIONS)]
        begin = threading.Barrier(N_AT_ONCE)

        def some_sessions(worker: int) -> None:
            mine = visitors[worker::N_AT_ONCE]
            rng = random.Random(worker)
            begin.wait(60)
            for _ in range(N_RERUNS):
                for visitor in mine:
                    place = rng.choice(others if rng.random() < SHARE_OF_OTHERS else places)
                    if (text := page(visitor, place)) != expected[place]:
                        wrong.append((place, list(unified_diff(expected[place].split("\n"), text.split("\n"), n=0))))

        with ThreadPoolExecutor(N_AT_ONCE) as pool:
            list(pool.map(some_sessions, range(N_AT_ONCE)))
    assert wrong == []
