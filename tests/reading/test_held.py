"""What is read from the inbox is what was looked at, though a name is turned into a link in between."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.log.workspace import Workspace
from analytics.reading import api, inbox, protocol
from analytics.reading.held import held

OWN = "score,label\n" + "0.5,1\n0.25,0\n" * 30
SECRET = "score,label\n" + "0.9,1\n0.1,0\n" * 50


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "inbox"
    (found / "may").mkdir(parents=True)
    for name in ("log.csv", "may/1.csv", "may/2.csv"):
        (found / name).write_text(OWN)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "1.csv").write_text(SECRET)
    (found / "good.csv").symlink_to(found / "log.csv")
    monkeypatch.setenv("SLICEWISE_INBOX", str(found))
    return found


def request(*paths: Path) -> protocol.Copy:
    files = tuple(protocol.FileGiven(path=str(path), name=path.name) for path in paths)
    return protocol.Copy(files=files, max_bytes=1 << 20, csv=api.CsvOptions())


def content(file: protocol.FileGiven) -> str:
    return Path(file.path).read_text("utf-8")


def test_a_file_that_is_checked_and_then_swapped_is_not_followed(root: Path) -> None:
    path = inbox.resolved(root, "log.csv")
    path.unlink()
    path.symlink_to(root.parent / "outside" / "1.csv")
    with pytest.raises(InputError, match=r"'log.csv' in the inbox .* leads elsewhere or is gone"), held(request(path)):
        pass


def test_a_folder_that_is_swapped_is_not_followed(root: Path) -> None:
    path = inbox.resolved(root, "may/1.csv")
    (root / "may").rename(root / "june")
    (root / "may").symlink_to(root.parent / "outside")
    with pytest.raises(InputError, match="Choose it again"), held(request(path)):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are named by Linux alone")
def test_a_file_that_is_swapped_while_it_is_read_stays_the_one_that_was_opened(root: Path) -> None:
    path = root / "log.csv"
    with held(request(path, root / "good.csv", root.parent / "outside" / "1.csv")) as (found, descriptors):
        path.unlink()
        path.symlink_to(root.parent / "outside" / "1.csv")
        assert isinstance(found, protocol.Copy) and len(descriptors) == 2
        assert [content(file) for file in found.files] == [OWN, OWN, SECRET]
        assert found.files[2].path == str(root.parent / "outside" / "1.csv"), "what is not of the inbox stays"
    assert not any(Path(f"/proc/self/fd/{number}").exists() for number in descriptors)


def test_the_reader_reads_what_is_held(root: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "home")
    found = api.read_file(workspace, inbox.resolved(root, "may/"))
    assert isinstance(found, api.Staged) and found.reading.rows_kept == 120
    assert [file.name for file in found.reading.origin.files] == ["1.csv", "2.csv"]
    assert "fd" not in found.reading.source


def test_without_an_inbox_nothing_is_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLICEWISE_INBOX")
    with held(request(root / "good.csv")) as (found, descriptors):
        assert found == request(root / "good.csv") and descriptors == ()
