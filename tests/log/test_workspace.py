"""Logs on disk: whole or not there, one per content, and nothing left behind by what was stopped or killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.errors import Cancelled, InputError, QuestionError, StoreError
from analytics.log import workspace as module
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading import api
from tests.ingested import Desk

ROWS = "id,score,label,region\n" + "".join(
    f"{place},{place % 20 / 20},{place % 2},{'ab'[place % 3 > 0]}\n" for place in range(90)
)
OTHER = ROWS.replace("0,0.0,0,a", "0,0.0,1,a")


def files(workspace: Workspace) -> set[str]:
    return {str(path.relative_to(workspace.home)) for path in workspace.home.rglob("*") if path.is_file()}


def of(log: Log, folder: str = "logs") -> set[str]:
    return {f"{folder}/{log.key}.duckdb", f"{folder}/{log.key}.json"}


def test_a_log_is_two_files_and_nothing_else(desk: Desk) -> None:
    log = desk.log(ROWS)
    assert files(desk.workspace) == of(log)
    assert not any(desk.workspace.scratch.iterdir()) and not any(desk.workspace.staging.iterdir())
    assert (desk.workspace.receipts(), desk.workspace.state(log.key)) == ([log], log)
    assert desk.workspace.home.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_a_receipt_is_read_as_it_was_written(desk: Desk) -> None:
    log = desk.log(ROWS)
    assert Log.from_json(log.to_json()) == log


def test_the_same_bytes_are_one_log_whatever_they_are_called(desk: Desk) -> None:
    path = desk.file(ROWS, "monday.csv")
    log = desk.log(path)
    again = api.read_file(desk.workspace, desk.file(ROWS, "copy of monday.csv"))
    assert again == log
    assert len(desk.workspace.receipts()) == 1
    assert desk.log(OTHER).log_id != log.log_id
    assert len(desk.workspace.receipts()) == 2


def test_another_mapping_replaces_the_log(desk: Desk) -> None:
    log = desk.log(ROWS)
    other = desk.remap(log, replace(log.mapping, segments=()))
    assert other.log_id == log.log_id and other.revision != log.revision
    assert (desk.workspace.receipts(), files(desk.workspace)) == ([other], of(other))
    assert desk.remap(other, other.mapping) is other
    assert desk.stored(other)["label"].to_list() == [place % 2 for place in range(90)]


def test_a_state_aside_does_not_change_the_current_one(desk: Desk) -> None:
    log = desk.log(ROWS)
    aside = desk.remap(log, replace(log.mapping, threshold=0.25), is_current=False)
    assert desk.workspace.receipts() == [log]
    assert files(desk.workspace) == of(log) | of(aside, "logs/side")
    assert desk.workspace.state(aside.key) == aside
    assert desk.remap(log, aside.mapping, is_current=False) == aside
    assert desk.workspace.path(aside.key).parent == desk.workspace.side
    current = desk.remap(log, aside.mapping)
    assert desk.workspace.receipts() == [current]
    assert desk.workspace.path(current.key).parent == desk.workspace.logs


def test_only_so_many_states_aside_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SIDE_STATES", 2)
    log = desk.log(ROWS)
    for threshold in (0.1, 0.2, 0.3, 0.4):
        desk.remap(log, replace(log.mapping, threshold=threshold), is_current=False)
    assert len(list(desk.workspace.side.glob("*.duckdb"))) == len(list(desk.workspace.side.glob("*.json"))) == 2
    assert desk.workspace.receipts() == [log]


def test_removing_takes_every_state(desk: Desk) -> None:
    log, other = desk.log(ROWS), desk.log(OTHER)
    desk.remap(log, replace(log.mapping, threshold=0.25), is_current=False)
    desk.workspace.remove(log.log_id)
    assert (desk.workspace.receipts(), files(desk.workspace)) == ([other], of(other))


def test_logs_are_found_by_the_beginning_of_their_id(desk: Desk) -> None:
    log = desk.log(ROWS)
    assert desk.workspace.find(log.log_id) == desk.workspace.find(log.log_id[:4]) == log
    for wrong in ("", "zzzz", log.log_id + "0", "../" + log.log_id):
        with pytest.raises(QuestionError, match=log.log_id):
            desk.workspace.find(wrong)


def test_the_newest_comes_first(desk: Desk) -> None:
    first, second = desk.log(ROWS), desk.log(OTHER)
    os.utime(desk.workspace.path(first.key), (1, 1))
    assert desk.workspace.receipts() == [second, first]


# What is not whole


def test_a_half_written_log_is_not_listed(desk: Desk) -> None:
    log = desk.log(ROWS)
    desk.workspace.path(log.key).unlink()
    assert desk.workspace.receipts() == []
    (desk.workspace.logs / "0123456789ab-01234567.json.123.tmp").write_text("{")
    (desk.workspace.logs / "0123456789ab-01234567.duckdb").write_bytes(b"half")
    assert desk.workspace.receipts() == []
    desk.workspace.sweep()
    assert f"logs/{log.key}.json" not in files(desk.workspace)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_receipt_is_ignored(desk: Desk, data: st.DataObject) -> None:
    """Whatever a receipt holds, the other logs are listed and nothing is raised."""
    key = "0123456789ab-01234567"
    good = LOG_TEXT
    kind = data.draw(st.sampled_from(["text", "cut", "entry"]))
    if kind == "text":
        text = data.draw(st.text(max_size=30))
    elif kind == "cut":
        text = good[: data.draw(st.integers(0, len(good) - 1))]
    else:
        entries = json.loads(good)
        name = data.draw(st.sampled_from(sorted(entries)))
        entries[name] = data.draw(st.sampled_from([None, [], {}, "x", 5, [1], {"a": 1}, [[]], [{}], {"a": {}}]))
        text = json.dumps(entries)
    (desk.workspace.logs / f"{key}.json").write_text(text, encoding="utf-8")
    (desk.workspace.logs / f"{key}.duckdb").write_bytes(b"")
    for found in [*desk.workspace.receipts(), desk.workspace.state(key)]:
        assert found is None or isinstance(found, Log)


def made_log() -> str:
    from analytics.log.bins import Bins
    from analytics.log.column import Column
    from analytics.log.receipt import CheckResult, SetAside
    from analytics.log.schema import Reading

    columns = (Column(0, "score", "DOUBLE", "number", top=(("0.5", 3),), low="0", high="1"),)
    reading = Reading("0" * 64, "x.csv", "csv", 3, 2, columns, (SetAside("too many", 1),), ("repaired",))
    mapping = Mapping(score="score", segments=("score",))
    return Log(
        "0" * 12,
        "x",
        reading,
        mapping,
        "now",
        "probability",
        (0.0, 1.0),
        True,
        {"score": Bins((0.0, 1.0))},
        findings=(CheckResult("a", "note", None, None, "b"),),
    ).to_json()


LOG_TEXT = made_log()


def test_a_home_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="Set SLICEWISE_HOME"):
        Workspace(tmp_path / "file" / "home")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_home_that_became_read_only_is_a_store_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    log = desk.log(ROWS)
    upload = desk.stage(OTHER)
    monkeypatch.setattr(Path, "write_text", refuse)
    for act in (
        lambda: desk.workspace.remember(log),
        lambda: desk.workspace.save_cohort("a", "x"),
        lambda: desk.workspace.keep(log, desk.workspace.path(log.key)),
    ):
        with pytest.raises(StoreError, match="Permission denied"):
            act()
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        api.build_staged(desk.workspace, upload, upload.mapping)


def test_the_home_is_that_of_the_environment(own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Workspace().home == own_home
    monkeypatch.setenv("SLICEWISE_HOME", str(tmp_path / "another"))
    assert Workspace().home == tmp_path / "another"


# What is remembered


def test_a_mapping_is_remembered_for_the_same_columns(desk: Desk) -> None:
    upload = desk.stage(ROWS)
    assert not upload.is_remembered
    log = desk.log(ROWS, replace(upload.mapping, positive=("0",), negative=("1",), segments=()))
    desk.workspace.remember(log)
    next_week = desk.stage(OTHER)
    assert next_week.is_remembered and next_week.mapping == log.mapping
    reordered = desk.stage("region,label,score,id\na,1,0.5,1\nb,0,0.25,2\n")
    assert reordered.is_remembered
    assert not desk.stage(ROWS.replace("region", "district")).is_remembered


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"[\\"id\\", \\"label\\", \\"region\\", \\"score\\"]": 5}', "null", "\x00"]
)
def test_damaged_memories_are_forgotten(desk: Desk, text: str) -> None:
    for name in ("mappings.json", "cohorts.json"):
        (desk.workspace.home / name).write_text(text)
    assert not desk.stage(ROWS).is_remembered
    assert desk.workspace.saved_cohorts() == {}
    desk.workspace.save_cohort("mine", "region:in:a")
    assert desk.workspace.saved_cohorts() == {"mine": "region:in:a"}


def test_cohorts_are_saved_and_forgotten(desk: Desk) -> None:
    desk.workspace.save_cohort(" storms 🌩 ", "a:missing:")
    desk.workspace.save_cohort("other", "b:missing:")
    assert Workspace(desk.workspace.home).saved_cohorts() == {"storms 🌩": "a:missing:", "other": "b:missing:"}
    desk.workspace.save_cohort("other", None)
    desk.workspace.save_cohort("never there", None)
    assert list(desk.workspace.saved_cohorts()) == ["storms 🌩"]


def test_an_upload_waits_and_can_be_discarded(desk: Desk) -> None:
    upload = desk.stage(ROWS)
    assert api.staged(desk.workspace, upload.staged_id) == upload
    api.discard(desk.workspace, upload.staged_id)
    for wrong in (upload.staged_id, "../logs", ""):
        with pytest.raises(QuestionError, match="upload"):
            api.staged(desk.workspace, wrong)
    api.discard(desk.workspace, "../logs")
    assert desk.workspace.logs.is_dir()


# The reading process itself: stopped, killed, crowded


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "log.csv"
    with path.open("w") as file:
        file.write("id,score,label,region\n")
        file.writelines(
            f"{place},{place % 1000 / 1000},{place % 2},region number {place % 50}\n" for place in range(400_000)
        )
    return path


def test_a_real_process_gives_the_same_log(desk: Desk) -> None:
    steps: list[tuple[str, float]] = []
    path = desk.file(ROWS)
    upload = api.read_file(desk.workspace, path, on_progress=lambda step, done: steps.append((step, done)))
    assert isinstance(upload, api.Staged)
    log = api.build_staged(
        desk.workspace, upload, upload.mapping, on_progress=lambda step, done: steps.append((step, done))
    )
    assert {step for step, _ in steps} >= {"Reading rows", "Recognising types", "Preparing scores and segments"}
    assert all(0 <= done <= 1 for _, done in steps)
    here = Desk(Workspace(desk.folder / "another home"), desk.folder)
    assert replace(here.log(path), created_at=log.created_at) == log


@pytest.mark.parametrize("step", ["Reading rows", "Describing columns"])
def test_cancelling_leaves_nothing(desk: Desk, large: Path, step: str) -> None:
    reached = threading.Event()
    with pytest.raises(Cancelled, match="Nothing was kept"):
        api.read_file(
            desk.workspace,
            large,
            should_stop=reached.is_set,
            on_progress=lambda now, _: reached.set() if now == step else None,
        )
    assert files(desk.workspace) == set()
    assert not any(desk.workspace.scratch.iterdir()) and not any(desk.workspace.staging.iterdir())


def test_cancelling_the_building_keeps_the_upload(desk: Desk) -> None:
    upload = desk.stage(ROWS)
    with pytest.raises(Cancelled):
        api.build_staged(desk.workspace, upload, upload.mapping, should_stop=lambda: True)
    assert desk.workspace.receipts() == []
    assert not any(desk.workspace.scratch.iterdir())
    assert api.staged(desk.workspace, upload.staged_id).reading == upload.reading


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in found.split()]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs the process table of Linux")
def test_a_child_that_is_killed_leaves_nothing(desk: Desk, large: Path) -> None:
    before = set(children_of(os.getpid()))

    def kill(step: str, _: float) -> None:
        if step == "Reading rows":
            for pid in set(children_of(os.getpid())) - before:
                arguments = Path(f"/proc/{pid}/cmdline").read_text() if Path(f"/proc/{pid}/cmdline").exists() else ""
                if "analytics.reading.worker" in arguments:
                    os.kill(pid, signal.SIGKILL)

    with pytest.raises(InputError, match="ended without an answer"):
        api.read_file(desk.workspace, large, on_progress=kill)
    assert files(desk.workspace) == set()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs the process table of Linux")
def test_a_parent_that_is_killed_leaves_what_the_next_sweep_removes(desk: Desk, large: Path) -> None:
    script = (
        "import sys, pathlib; from analytics.reading import api; from analytics.log.workspace import Workspace;"
        "api.read_file(Workspace(), pathlib.Path(sys.argv[1]), on_progress=lambda step, _: print(step, flush=True))"
    )
    environment = {**os.environ, "SLICEWISE_HOME": str(desk.workspace.home), "PYTHONPATH": str(api.ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(large)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "Reading rows" not in process.stdout.readline():
            pass
        process.kill()
    assert desk.workspace.receipts() == []
    assert any(desk.workspace.scratch.iterdir())
    deadline = time.monotonic() + 60
    while any(desk.workspace.scratch.iterdir()) and time.monotonic() < deadline:
        desk.workspace.sweep()  # until the child has found that nobody listens
        time.sleep(0.2)
    assert files(desk.workspace) == set()


def test_sweeping_keeps_what_is_alive(desk: Desk) -> None:
    log, upload = desk.log(ROWS), desk.stage(OTHER)
    mine = desk.workspace.scratch / f"{os.getpid()}-abc"
    dead = desk.workspace.scratch / "999999999-abc"
    old = desk.workspace.staging / "0123456789ab"
    for folder in (mine, dead, old):
        folder.mkdir()
    os.utime(old, (1, 1))
    desk.workspace.sweep()
    assert mine.is_dir() and not dead.exists() and not old.exists()
    assert desk.workspace.receipts() == [log]
    assert api.staged(desk.workspace, upload.staged_id) == upload


def test_the_same_file_read_three_times_at_once_is_one_log(desk: Desk) -> None:
    path = desk.file(ROWS)

    def read(_: int) -> str:
        found = api.read_file(desk.workspace, path)
        if isinstance(found, Log):
            return found.log_id
        return api.build_staged(desk.workspace, found, found.mapping).log_id

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(read, range(3)))
    assert len(set(found)) == 1
    assert [log.log_id for log in desk.workspace.receipts()] == found[:1]
    assert len(files(desk.workspace)) == 2


def test_a_missing_file_and_a_folder_are_said(desk: Desk) -> None:
    with pytest.raises(InputError, match="found none"):
        api.read_file(desk.workspace, desk.folder / "none.csv")
    for act in (
        lambda: api.read_file(desk.workspace, desk.folder),
        lambda: api.write_back(desk.workspace, desk.folder, desk.folder),
    ):
        with pytest.raises(InputError, match=r"in the folder .* found none by their names"):
            act()
    path = desk.file(ROWS)
    with pytest.raises(InputError, match=r"found none at .*labels\.csv"):
        api.read_file(desk.workspace, path, labels=desk.folder / "labels.csv")


def test_one_content_waits_once_and_what_became_a_log_waits_no_more(desk: Desk) -> None:
    first, second = desk.stage(ROWS), desk.stage(ROWS)
    other = desk.stage(OTHER)
    assert first.staged_id != second.staged_id
    assert set(desk.workspace.waiting()) == {second.staged_id, other.staged_id}
    log = api.build_staged(desk.workspace, second, second.mapping)
    assert desk.workspace.waiting() == [other.staged_id]
    desk.workspace.remove(log.log_id)
    assert set(desk.workspace.waiting()) == {first.staged_id, other.staged_id}
