"""A crowd before one real server, over its own protocol: a hundred sessions on ten logs of equal shape, no wrong number."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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

N_SESSIONS, N_RERUNS = amount(12, 100), amount(6, 100)
N_AT_ONCE = 12
THRESHOLDS, REGIONS = (0.25, 0.5, 0.75), (None, "north", "south")
Place = tuple[int, float, str | None]


@pytest.fixture
def crowded(desk: Desk) -> Iterator[tuple[Server, list[pl.DataFrame], list[Log]]]:
    frames = [
        table(seed).with_columns(kind=pl.Series(random.Random(seed).choices("abc", k=300))) for seed in range(N_LOGS)
    ]
    logs = [desk.log(frame, segments=("region", "kind")) for frame in frames]
    running = start(Path(desk.workspace.home))
    yield running, frames, logs
    stop(running)


def test_a_hundred_sessions_on_ten_logs_see_their_own_numbers(
    crowded: tuple[Server, list[pl.DataFrame], list[Log]],
) -> None:
    server, frames, logs = crowded
    places: list[Place] = list(product(range(N_LOGS), THRESHOLDS, REGIONS))

    def page(visitor: Visitor, place: Place) -> str:
        log, threshold, region = place
        texts = visitor.ask(
            "slices", log=logs[log].log_id, threshold=f"{threshold}", by="kind", where=region_is(region).to_text()
        )
        return "\n".join(texts)

    with visiting(server.url) as alone:
        expected = {place: page(alone, place) for place in places}
    assert len(set(expected.values())) == len(places), "every question must have an answer of its own"
    for (log, threshold, region), text in expected.items():
        n_rows = sum(truth(frames[log], threshold, region))
        assert f"{n_rows} rows · {n_rows} labelled" in text and "alert:" not in text and "exception:" not in text

    wrong: list[Place] = []
    with ExitStack() as stack:
        visitors = [stack.enter_context(visiting(server.url)) for _ in range(N_SESSIONS)]
        begin = threading.Barrier(N_AT_ONCE)

        def some_sessions(worker: int) -> None:
            mine = visitors[worker::N_AT_ONCE]
            rng = random.Random(worker)
            begin.wait(60)
            for _ in range(N_RERUNS):
                for visitor in mine:
                    place = rng.choice(places)
                    if page(visitor, place) != expected[place]:
                        wrong.append(place)

        with ThreadPoolExecutor(N_AT_ONCE) as pool:
            list(pool.map(some_sessions, range(N_AT_ONCE)))
    assert wrong == []
