from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from analytics.log.workspace import Workspace
from tests.ingested import Desk
from tests.thorough import IS_THOROUGH

settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=not IS_THOROUGH
)
settings.load_profile("unhurried")


NUMBERS = count()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all workspaces: to number them here is faster than to have pytest look through a thousand."""
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
    folder = Path(__file__).parents[1] / "../shared/data"
    if not folder.is_dir():
        pytest.skip("the real logs are not here: expected them at ../shared/data, beside the repository")
    return folder.resolve()
