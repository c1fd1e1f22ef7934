"""A log that an earlier reader took apart says so, and the same file given again is read by today's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.log.reader import READER, outdated_sentence
from analytics.log.schema import Log
from analytics.reading import api
from tests.ingested import Desk, run_here

ROWS = "id,score,label,region\n" + "".join(f"k{n},{n / 60},{n % 2},{'NS'[n % 2]}\n" for n in range(60))


@pytest.fixture
def outdated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Log]:
    """A file, and its log as a reader before today's left it: with a row less."""
    monkeypatch.setattr(api, "run_child", run_here)
    monkeypatch.setenv("SLICEWISE_HOME", str(desk.workspace.home))
    path = desk.file(ROWS)
    log = desk.log(path)
    known = desk.workspace.find(log.log_id)
    known = api.remap(desk.workspace, known, replace(known.mapping, positive=("0",), negative=("1",)))
    database = desk.workspace.path(known.key)
    old = replace(known, reading=replace(known.reading, reader=1), n_rows=59)
    desk.workspace.keep(old, database)
    assert [found.key for found in desk.workspace.receipts()] == [old.key] != [known.key]
    return path, old


def test_a_receipt_without_a_version_is_of_the_first_reader(outdated: tuple[Path, Log]) -> None:
    data = json.loads(outdated[1].to_json())
    del data["reading"]["reader"]
    found = Log.from_json(json.dumps(data))
    assert found.reading.reader == 1 and found.key == outdated[1].key
    assert f"version 1 of the reader, now it is {READER}" in str(outdated_sentence(found.reading))


def test_the_same_file_is_read_anew_and_keeps_its_roles(desk: Desk, outdated: tuple[Path, Log]) -> None:
    path, old = outdated
    found = api.read_file(desk.workspace, path)
    assert isinstance(found, Log)
    assert (found.log_id, found.mapping, found.name) == (old.log_id, old.mapping, old.name)
    assert (found.reading.reader, found.n_rows) == (READER, 60)
    assert [log.key for log in desk.workspace.receipts()] == [found.key]
    assert api.read_file(desk.workspace, path) == found


def test_roles_that_no_longer_fit_are_asked_for(desk: Desk, outdated: tuple[Path, Log]) -> None:
    path, old = outdated
    gone = replace(old, mapping=replace(old.mapping, score="p"))
    desk.workspace.keep(gone, desk.workspace.path(old.key))
    assert isinstance(api.read_file(desk.workspace, path), api.Staged)


def test_a_command_on_the_stored_log_says_it(outdated: tuple[Path, Log]) -> None:
    path, old = outdated
    by_id = CliRunner().invoke(app, ["overview", old.log_id, "--format", "json"])
    assert "Give the file again to have it read anew" in by_id.stderr
    by_path = CliRunner().invoke(app, ["overview", str(path), "--format", "json"])
    assert "read anew" not in by_path.stderr and json.loads(by_path.stdout)["n"] == 60
