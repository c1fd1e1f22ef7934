"""The real logs of the tests of the review: read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers import real_logs
from tests.answers.real_logs import RealLog


@pytest.fixture(scope="session")
def flights(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealLog]:
    yield from real_logs.flights(data, tmp_path_factory.mktemp("flights"))


@pytest.fixture(scope="session")
def compas(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealLog]:
    yield from real_logs.compas(data, tmp_path_factory.mktemp("compas"))
