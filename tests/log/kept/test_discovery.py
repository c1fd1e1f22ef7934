"""Discovered slices are kept with their log, as they were found."""

from __future__ import annotations

from pathlib import Path

from analytics.log.kept.discovery import MAX_KEPT, FoundSlice, drop, found_slices, keep
from analytics.log.workspace import Workspace


def made(title: str, reading: str = "Confirmed.") -> FoundSlice:
    return FoundSlice(title, reading, (("Status", "confirmed"), ("Error rate", "12.0 %")), "Found in all rows.")


def test_slices_are_kept_by_log_once_and_can_be_taken_out(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert found_slices(workspace, "a") == ()
    for found in (made("g is missing"), made("=1+1 <b>"), made("g is missing", "Confirmed on more rows.")):
        keep(workspace, "a", found)
    keep(workspace, "b", made("h is k"))
    again = Workspace(tmp_path)
    assert found_slices(again, "a") == (made("=1+1 <b>"), made("g is missing", "Confirmed on more rows."))
    drop(workspace, "a", made("=1+1 <b>"))
    assert [found.title for found in found_slices(workspace, "a")] == ["g is missing"]
    assert found_slices(workspace, "b") == (made("h is k"),)


def test_only_the_latest_are_kept_and_strange_entries_are_passed_over(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for place in range(MAX_KEPT + 2):
        keep(workspace, "a", made(str(place)))
    assert found_slices(workspace, "a")[0].title == "2"
    (tmp_path / "found.json").write_text(
        '{"a": ["x", {"title": 7, "lines": [["n", 1], "y", ["only"]]}], "b": {"note": "x"}}'
    )
    assert found_slices(workspace, "a") == (FoundSlice("7", "", (("n", "1"),), ""),)
    assert found_slices(workspace, "b") == ()
    (tmp_path / "found.json").write_text("not json")
    assert found_slices(workspace, "a") == ()
    assert workspace.notices()[0].startswith("The slices of the report could not be read and was set aside")
