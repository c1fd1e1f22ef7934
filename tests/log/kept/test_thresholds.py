"""Decisions are kept with their log, in the order in which they were taken."""

from __future__ import annotations

from pathlib import Path

from analytics.log.kept.thresholds import MAX_KEPT, Decision, decisions, forget, record
from analytics.log.workspace import Workspace


def made(note: str) -> Decision:
    return Decision("2024-05-01 10:00", "all rows", "Move the threshold from 0.30 to 0.12.", note)


def test_decisions_are_kept_by_log_and_can_be_taken_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert decisions(workspace, "a") == []
    record(workspace, "a", made("from June on"))
    record(workspace, "a", made("=1+1 <b>"))
    record(workspace, "b", made("not yet"))
    assert [found.note for found in decisions(Workspace(tmp_path), "a")] == ["from June on", "=1+1 <b>"]
    forget(workspace, "a", made("from June on"))
    assert decisions(workspace, "a") == [made("=1+1 <b>")]
    assert decisions(workspace, "b") == [made("not yet")]


def test_only_the_latest_are_kept_and_strange_entries_are_passed_over(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for place in range(MAX_KEPT + 2):
        record(workspace, "a", made(str(place)))
    assert [found.note for found in decisions(workspace, "a")][:1] == ["2"]
    (tmp_path / "decisions.json").write_text('{"a": ["x", {"note": 7}], "b": {"note": "x"}}')
    assert decisions(workspace, "a") == [Decision("", "", "", "7")]
    assert decisions(workspace, "b") == []
    (tmp_path / "decisions.json").write_text("not json")
    assert decisions(workspace, "a") == []
    assert workspace.notices()[0].startswith("What was decided could not be read and was set aside")
