"""Whatever happens to one of the files of the verdicts, nothing that was acknowledged is lost, and it is said."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.review.store import ReviewStore
from analytics.review.verdict import Verdict
from tests.review.damages import DAMAGES, UNSAID, UNSEEN_WHILE_OPEN
from tests.review.writer import NOTE, verdict
from tests.thorough import IS_THOROUGH

ROOT = Path(__file__).parents[2]
N_BACKED_UP, N_AFTER = 20, 10
WAYS = ("starts", "writes", "reads")
"""What comes first after the damage: a new start, or the open store is asked to write, or to read."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Verdicts and a document before the last backup, and more of both after it."""
    home = tmp_path_factory.mktemp("filled")
    store = ReviewStore(home)
    for row in range(N_BACKED_UP):
        assert isinstance(store.save(verdict(row, note=NOTE), 0, log_name="a log"), Verdict)
    store.save_document("case", "one", {"why": NOTE}, 0)
    store = ReviewStore(home)
    for row in range(N_BACKED_UP, N_BACKED_UP + N_AFTER):
        assert isinstance(store.save(verdict(row, note=NOTE), 0, log_name="a log"), Verdict)
    assert isinstance(store.save(verdict(0, note="second"), 1), Verdict)
    store.save_document("case", "two", {"why": "x"}, 0)
    return home


def check(store: ReviewStore, *more: int) -> None:
    notes = {entry.row_id: entry.note for entry in store.verdicts("log")}
    expected = dict.fromkeys(range(N_BACKED_UP + N_AFTER), NOTE) | {0: "second"} | dict.fromkeys(more, "after")
    assert notes == expected
    assert [entry.note for entry in store.history("log", 0)] == [NOTE, "second"]
    assert [entry.body["why"] for entry in store.documents("case")] == [NOTE, "x"]


@pytest.mark.parametrize(
    ("name", "way"),
    [(name, way) for k, name in enumerate(DAMAGES) for way in (WAYS if IS_THOROUGH else WAYS[k % 3 : k % 3 + 1])],
)
def test_no_damage_loses_what_was_acknowledged(filled: Path, own_home: Path, name: str, way: str) -> None:
    shutil.copytree(filled, own_home, dirs_exist_ok=True)
    store = ReviewStore(own_home)
    check(store)
    for row in (97, 98):
        assert isinstance(store.save(verdict(row, note="after"), 0), Verdict)
    DAMAGES[name](own_home)
    is_open = way != "starts" and name not in UNSEEN_WHILE_OPEN
    if not is_open:
        store = ReviewStore(own_home)
    if way == "reads":
        check(store, 97, 98)
    assert isinstance(store.save(verdict(99, note="after"), 0), Verdict)
    check(store, 97, 98, 99)
    again = ReviewStore(own_home)
    check(again, 97, 98, 99)
    said = " ".join(again.notices())
    if name not in UNSAID:
        assert "was damaged or replaced" in said and "UTC" in said and "Nothing is missing." in said
    elif not is_open:
        assert said == ""


def test_what_two_damages_cost_is_said(filled: Path, own_home: Path) -> None:
    """The file is emptied and the second file is gone: the backup is older than what was given last."""
    shutil.copytree(filled, own_home, dirs_exist_ok=True)
    for name in ("emptied", "lines deleted"):
        DAMAGES[name](own_home)
    store = ReviewStore(own_home)
    assert len(store.verdicts("log")) == N_BACKED_UP
    (said,) = store.notices()
    assert "from the backup of 20" in said and "is missing" in said and "Nothing" not in said
    assert ReviewStore(own_home).notices() == [said]


def test_lines_that_cannot_be_read_are_counted(filled: Path, own_home: Path) -> None:
    shutil.copytree(filled, own_home, dirs_exist_ok=True)
    for name in ("database and backup emptied", "a line changed"):
        DAMAGES[name](own_home)
    store = ReviewStore(own_home)
    assert {entry.row_id for entry in store.verdicts("log")} == {*range(N_BACKED_UP + N_AFTER)} - {4}
    assert "1 line of the second file" in store.notices()[0] and "may be missing" in store.notices()[0]


@pytest.mark.parametrize("damage", ["", "emptied", "garbage", "lines garbage", "another program's"])
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_what_is_saved_is_read_on_a_disk_that_refuses(own_home: Path, how: str, damage: str) -> None:
    command = ["unshare", "-rm", sys.executable, "-m", "tests.review.refusing", str(own_home), how, damage]
    try:
        probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "x", str(own_home)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs unshare of Linux")
    if probe.returncode:
        pytest.skip("may not mount a disk of its own here")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
