"""Commands read files in this process: to start two readers for every log takes seven times as long as what they do."""

from __future__ import annotations

import pytest

from analytics.reading import api
from tests.ingested import run_here


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files without starting a process for each; tests that start the command itself start the reader too."""
    monkeypatch.setattr(api, "run_child", run_here)
