"""The order in which a run takes its tests."""

from __future__ import annotations

import pytest

from tests.conftest import BROWSER, LONG, ROOT, dealt


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_the_first_worker_begins_with_browsers_the_others_with_long_modules_and_none_is_lost(n_workers: int) -> None:
    short = [(f"tests/log/test_{place}.py", 1 + place % 7) for place in range(100)]
    browser = [(f"{BROWSER}test_{place}.py", 3) for place in range(9)]
    long = [(f"{LONG[0]}test_{place}.py", 2) for place in range(7)]
    order = dealt(sorted(short + browser + long), n_workers)
    assert sorted(order) == sorted(name for name, _ in short + browser + long)
    sizes, begun = dict(short + browser + long), []
    for worker in range(n_workers):
        before, place = 0, 0
        while before < sum(sizes.values()) * worker / n_workers:
            before, place = before + sizes[order[place]], place + 1
        begun.append([name for name in order[place : place + 9] if not name.startswith("tests/log/")])
    assert begun[0] == [name for name, _ in browser]
    for worker in range(1, n_workers):
        assert begun[worker] == [name for name, _ in long[worker - 1 :: n_workers - 1]]


def test_what_is_listed_as_long_is_there() -> None:
    assert all((ROOT / place).exists() for place in (BROWSER, *LONG))
