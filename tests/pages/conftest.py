from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from analytics.reading import api
from tests.ingested import run_here


@pytest.fixture(scope="session", autouse=True)
def packages_looked_through_once() -> Iterator[None]:
    """Streamlit reads the metadata of every installed package whenever a test opens the app, which takes longer than the page."""
    with patch.object(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)):
        yield


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """Pages read files in this process: to start two readers for every log takes longer than the page. Servers start theirs."""
    with patch.object(api, "run_child", run_here):
        yield


def forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="module")
def served() -> Iterator[list[Path]]:
    """The workspace that the pages of a module's tests were of last."""
    forget()
    yield []
    forget()


@pytest.fixture
def serve(served: list[Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Lets pages be those of a workspace, and keeps what a server keeps from test to test: twice as fast as to forget it."""

    def serve_home(home: Path) -> None:
        monkeypatch.setenv("SLICEWISE_HOME", str(home))
        if served != [home]:
            forget()
            served[:] = [home]

    return serve_home
