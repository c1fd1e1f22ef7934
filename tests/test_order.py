"""The order in which a run takes its tests."""

from __future__ import annotations

import pytest

from tests.conftest import LONG, ROOT, dealt


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_every_worker_begins_with_long_modules_and_none_is_lost(n_workers: int) -> None:
    short = [(f"tests/log/test_{place}.py", 1 + place % 7) for place in range(100)]
    long = [(f"tests/browser/test_{place}.py", 3) for place in range(9)]
    order = dealt(sorted(short + long), n_workers)
    assert sorted(order) == sorted(name for name, _ in short + long)
    sizes = dict(short + long)
    for worker in range(n_workers):
        before, place = 0, 0
        while before < sum(sizes.values()) * worker / n_workers:
            before, place = before + sizes[order[place]], place + 1
        own = order[place : place + len(long[worker::n_workers])]
        assert own == [name for name, _ in long[worker::n_workers]]


def test_what_is_listed_as_long_is_there() -> None:
    assert all((ROOT / place).exists() for place in LONG)
