from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
import typer.testing
from hypothesis import HealthCheck, settings

from analytics.log.workspace import Workspace
from tests.ingested import Desk, Kept
from tests.thorough import IS_THOROUGH, amount

settings.register_profile(
    "unhurried",
    deadline=None,
    max_examples=amount(40, 100),
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not IS_THOROUGH,
)
settings.load_profile("unhurried")


NUMBERS = count()
ROOT = Path(__file__).parents[1]
BROWSER = "tests/browser/"
"""The first worker begins with all of these: each other worker would start an app and a browser of its own, 15 s of a processor."""
LONG = (
    "tests/answers/gap/",
    "tests/measure/discovery/",
    "tests/pages/test_crowd.py",
    "tests/fuzz/",
    "tests/answers/discovery/",
    "tests/measure/calibration/",
)
"""Where single tests take longest: what a worker begins with is not what the whole run waits for at its end."""


def dealt(modules: list[tuple[str, int]], n_workers: int) -> list[str]:
    """The order of modules, given with their number of tests, in which each of equal parts begins with long ones."""
    browser = [name for name, _ in modules if name.startswith(BROWSER)]
    long = [name for place in LONG for name, _ in modules if name.startswith(place)]
    firsts = (
        [browser, *(long[start :: n_workers - 1] for start in range(n_workers - 1))]
        if n_workers > 1
        else [browser + long]
    )
    others = [(name, size) for name, size in modules if name not in {*browser, *long}]
    sizes, part = dict(modules), sum(size for _, size in modules) / n_workers
    order: list[str] = []
    for worker, first in enumerate(firsts):
        order += first
        while others and sum(sizes[name] for name in order) < part * (worker + 1):
            order.append(others.pop(0)[0])
    return [*order, *(name for name, _ in others)]


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: browsers, servers and readers are waited for in a third of the time."""
    is_limited = hasattr(os, "sched_getaffinity")
    return (len(os.sched_getaffinity(0)) if is_limited else os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the long modules out to the workers: each is given an equal part of the list, and later takes from the other's end."""
    n_workers = getattr(config, "workerinput", {}).get("workercount", 1)
    by_module: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_module.setdefault(item.nodeid.partition("::")[0], []).append(item)
    if n_workers > 1:
        order = dealt([(name, len(found)) for name, found in by_module.items()], n_workers)
        items[:] = [item for name in order for item in by_module[name]]


@pytest.fixture(scope="session", autouse=True)
def commands_made_once() -> Iterator[None]:
    """Typer makes all commands anew, with their options, whenever a test runs one: it takes a sixth of the time of these tests."""
    with patch.object(typer.testing, "_get_command", cache(typer.testing._get_command)):
        yield


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all workspaces: to number them here is faster than to have pytest look through a thousand."""
    base = tmp_path_factory.getbasetemp()
    Kept.folder = (base.parent if base.name.startswith("popen-") else base) / "readings"
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of its own for every test, whatever the test forgets: never the user's folder."""
    home = homes / f"home{next(NUMBERS)}"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SLICEWISE_HOME", str(home))
    return home


@pytest.fixture
def desk(own_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace that reads files in this process: five times as fast as starting a reader for every file."""
    return Desk(Workspace(own_home), tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The real logs that are shared beside the repository."""
    folder = ROOT / "../shared/data"
    if not folder.is_dir():
        pytest.skip("the real logs are not here: expected them at ../shared/data, beside the repository")
    return folder.resolve()
