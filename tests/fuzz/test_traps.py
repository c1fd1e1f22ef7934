"""Each bomb and each trap is refused or bounded within half a minute, and the server does not grow."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.reading import api
from tests.fuzz.traps import TRAPS, lay
from tests.ingested import Desk
from tests.thorough import IS_THOROUGH

SECONDS = 30
GROWTH = 50 << 20
SLOW = (
    "gz-rows.csv.gz",
    "zst-zeros.csv.zst",
    "line-of-100-MB.csv",
    "only-separators.csv",
    "quote-never-closes.csv",
    "wide-object.json",
    "zeros.zip",
    "carriage-returns.csv",
    "field-of-60-MB.csv",
    "parquet-runs.parquet",
    "exponent.csv",
    "gz-in-gz.csv.gz",
)
"""Left to the thorough run: others of their kind are in every run."""

NAMES = [name for name in TRAPS if IS_THOROUGH or name not in SLOW]


def resident() -> int:
    """Bytes of memory that this process, which stands for the server, holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_there_are_forty_traps_and_more() -> None:
    assert len(NAMES) >= 40 and set(SLOW) < set(TRAPS)


@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux counts it")
@pytest.mark.parametrize("name", NAMES)
def test_a_trap_is_refused_or_bounded(desk: Desk, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLICEWISE_READER_WALL_SECONDS", str(2 * SECONDS))
    monkeypatch.setenv(
        "SLICEWISE_READER_MEMORY_MB", "1536"
    )  # what grows for ever meets any bound, this one in a third of the time
    if not IS_THOROUGH:  # what unpacks to more than it may meets any bound
        monkeypatch.setenv("SLICEWISE_READER_UNPACKED_MB", "256")
    path = lay(name, tmp_path)
    before, start = resident(), time.monotonic()
    said = ""
    try:
        staged = api.read_file(desk.workspace, path)
        assert isinstance(staged, api.Staged)
        api.discard(desk.workspace, staged.staged_id)
    except InputError as error:
        said = f"{error.code}: {error}"
        assert len(str(error)) < 2_000 and str(error).isprintable()
    seconds = time.monotonic() - start
    assert seconds < SECONDS, said
    assert resident() - before < GROWTH
    assert not any(desk.workspace.scratch.iterdir()) and not any(desk.workspace.staging.iterdir())
    if IS_THOROUGH:
        print(f"{name}: {seconds:.1f} s, {(resident() - before) / 1e6:.0f} MB, {said[:150] or 'read'}")  # noqa: T201
