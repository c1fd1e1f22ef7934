"""The inbox offers what lies below it, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.reading import inbox


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "inbox"
    for name in ("log.csv", "may/1.parquet", "may/2.parquet", "may/_SUCCESS", ".secret.csv", "notes.docx"):
        path = found / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("score,label\n0.5,1\n")
    (tmp_path / "outside.csv").write_text("secret")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "deep.csv").write_text("secret")
    (found / "link.csv").symlink_to(tmp_path / "outside.csv")
    (found / "linked").symlink_to(tmp_path / "other")
    (found / "good.csv").symlink_to(found / "log.csv")
    return found


def test_files_and_folders_of_files_are_offered_with_their_sizes(root: Path) -> None:
    offers = {offer.name: (offer.size, offer.n_files) for offer in inbox.offers(root)}
    assert offers == {
        "log.csv": (18, 1),
        "good.csv": (18, 1),
        "may/1.parquet": (18, 1),
        "may/2.parquet": (18, 1),
        "may/": (36, 2),
    }


@pytest.mark.parametrize(
    "name",
    [
        "../outside.csv",
        "may/../../outside.csv",
        "link.csv",
        "linked",
        "linked/deep.csv",
        "/etc/passwd",
        "",
        ".",
        "..",
        "none.csv",
        ".secret.csv",
        "a\x00b",
    ],
)
def test_what_leads_out_is_refused(root: Path, name: str) -> None:
    with pytest.raises(InputError, match="Choose one of the list"):
        inbox.resolved(root, name)


def test_what_lies_inside_is_found(root: Path) -> None:
    assert inbox.resolved(root, "may/1.parquet") == root / "may" / "1.parquet"
    assert inbox.resolved(root, "may/") == root / "may"
    assert [path.name for path in inbox.tables_below(root / "may")] == ["1.parquet", "2.parquet"]


def test_the_setting_names_the_inbox(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLICEWISE_INBOX", raising=False)
    assert inbox.inbox() is None
    monkeypatch.setenv("SLICEWISE_INBOX", str(root))
    assert inbox.inbox() == root
    with pytest.raises(InputError, match="SLICEWISE_INBOX"):
        inbox.offers(root / "nowhere")


def test_links_inside_a_folder_of_exports_lead_nowhere(root: Path) -> None:
    (root / "may" / "etc").symlink_to("/etc")
    (root / "may" / "3.csv").symlink_to("/etc/passwd")
    assert [path.name for path in inbox.tables_below(root / "may", root)] == ["1.parquet", "2.parquet"]


def test_names_that_no_system_takes_and_pipes_are_refused_in_words(tmp_path: Path) -> None:
    for name in ("n" * 300, "a\0b"):
        with pytest.raises(InputError, match="found none"):
            inbox.files_of(tmp_path / name)
        with pytest.raises(InputError, match="Choose one of the list"):
            inbox.resolved(tmp_path, name)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe or a device"):
        inbox.files_of(tmp_path / "pipe")
