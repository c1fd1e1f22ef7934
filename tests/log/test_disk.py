"""A disk that is full or cannot be written, files that are damaged, a process that is killed at any point: nothing half-written stays."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.errors import StoreError
from analytics.log import disk
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.reading import api
from tests.ingested import Desk
from tests.thorough import amount

ROOT = Path(__file__).parents[2]
ROWS = "id,score,label,region\n" + "".join(
    f"{place},{place % 20 / 20},{place % 2},{'ab'[place % 3 > 0]}\n" for place in range(3_000)
)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file systems and processes of Linux")
N_KILLS = amount(5, 200)
WHERE = Cohort((Clause("region", "in", ("a",)),))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """What becomes of logs on a disk is asked of whole ones, which may be copies."""
    desk.is_fresh = False
    return desk


def names(workspace: Workspace) -> list[str]:
    return sorted(str(path.relative_to(workspace.home)) for path in workspace.home.rglob("*") if path.is_file())


def old(path: Path) -> None:
    os.utime(path, (time.time() - 60,) * 2)


# Killed


READ_AND_BUILD = """
import sys, pathlib
from analytics.reading import api
from analytics.log.workspace import Workspace
workspace = Workspace()
print("begun", flush=True)
upload = api.read_file(workspace, pathlib.Path(sys.argv[1]))
api.build_staged(workspace, upload, upload.mapping)
print("done", flush=True)
"""


@LINUX
def test_killed_at_any_point_no_half_log_is_listed_and_the_next_start_is_clean(desk: Desk) -> None:
    path = desk.file(ROWS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    rng = random.Random(3)
    outcomes = []
    whole = desk.log(path)
    shutil.rmtree(desk.workspace.home)
    span = 60.0
    for place in range(N_KILLS + 1):
        home = desk.folder / f"killed{place}"
        with subprocess.Popen(
            [sys.executable, "-c", READ_AND_BUILD, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, "SLICEWISE_HOME": str(home)},
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            begun = time.monotonic()
            if place == 0:  # how long it takes on this machine when nobody kills it
                assert process.stdout.readline() == "done\n"
                span = time.monotonic() - begun
            time.sleep(rng.random() * span if place else 0)
            process.kill()
        opened = Workspace(home)
        deadline = time.monotonic() + 60
        opened.sweep()
        while any(opened.scratch.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
            opened.sweep()
        listed = opened.receipts()
        for log in listed:
            assert log.key == whole.key
            engine = Engine(opened)
            assert engine.row_counts(log, WHERE, 0.5) == (1000, 1000)
            engine.close()
        kept = [f"logs/{whole.key}.duckdb", f"logs/{whole.key}.json"] if listed else []
        waiting = [folder.name for folder in opened.staging.iterdir()]
        upload = [
            f"staging/{name}/{part}"
            for name in waiting
            for part in ("origin.json", "raw.duckdb", "reading.json", "sample.json")
        ]
        assert names(opened) == sorted([*kept, *upload])
        assert all(api.staged(opened, name).reading.rows_kept == 3_000 for name in waiting)
        assert opened.notices() == []
        outcomes.append((bool(listed), bool(waiting)))
    assert len(set(outcomes)) >= 2, "the points must fall before and after the reading"


def test_a_log_that_is_killed_between_its_two_files_is_not_listed_and_swept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    replace = Path.replace

    def dies_at(number: int) -> Callable[[Path, Path], Path]:
        calls = []

        def act(path: Path, target: Path) -> Path:
            calls.append(path)
            if len(calls) == number:
                raise Killed
            return replace(path, target)

        return act

    upload = desk.stage(ROWS)
    for number in (1, 2):
        monkeypatch.setattr(Path, "replace", dies_at(number))
        monkeypatch.setattr(disk, "owner", lambda: "999999999")
        with pytest.raises(Killed):
            api.build_staged(desk.workspace, upload, upload.mapping)
        monkeypatch.undo()
        reopened = Workspace(desk.workspace.home)
        assert reopened.receipts() == []
        reopened.sweep()
        assert not [name for name in names(reopened) if name.startswith("logs/")]
    log = api.build_staged(desk.workspace, upload, upload.mapping)
    assert desk.workspace.receipts() == [log]


def test_leftovers_are_told_from_the_work_of_a_process_that_got_the_same_number(desk: Desk) -> None:
    """In a container every start of the server has the same number."""
    workspace = desk.workspace
    for name in ("1-x-upload", f"{os.getpid()}_17-x-upload", "999999999-x-upload", "upload-x"):
        (workspace.scratch / name).write_text("x")
    mine = workspace.scratch / f"{disk.owner()}-x"
    mine.mkdir()
    (workspace.logs / f"a.json.{disk.owner()}.tmp").write_text("x")
    (workspace.logs / "a.json.999999999.tmp").write_text("x")
    (workspace.home / "cohorts.json.999999999_5.tmp").write_text("x")
    workspace.sweep()
    found = {path.name for path in workspace.scratch.iterdir()}
    assert found == {"1-x-upload", mine.name} if sys.platform == "linux" else mine.name in found
    assert [path.name for path in workspace.home.rglob("*.tmp")] == [f"a.json.{disk.owner()}.tmp"]


# Damaged


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[:-300_000],
    "cut in half": lambda content: content[: len(content) // 2],
    "another file": lambda content: b"not a database at all" * 5_000,
    "header": lambda content: b"\xff" * 4096 + content[4096:],
    "block": lambda content: content[:12_288] + bytes(200_000) + content[212_288:],
    "bits": lambda content: bytes(byte ^ (place % 997 == 0) for place, byte in enumerate(content)),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_log_is_set_aside_with_a_notice_and_the_rest_works(desk: Desk, kind: str) -> None:
    good, bad = desk.log(ROWS), desk.log(ROWS.replace("0,0.0,0,b", "0,0.0,1,b"))
    path = desk.workspace.path(bad.key)
    path.write_bytes(DAMAGES[kind](path.read_bytes()))
    engine = Engine(desk.workspace)
    with pytest.raises(StoreError, match="set aside") as caught:
        engine.head(bad, WHERE, 0.5, 100_000)
    assert caught.value.code == "damaged-log"
    assert engine.row_counts(good, WHERE, 0.5) == (1000, 1000)
    assert desk.workspace.receipts() == [good]
    assert [bad.name in notice for notice in desk.workspace.notices()] == [True]
    again = desk.build(desk.stage(ROWS.replace("0,0.0,0,b", "0,0.0,1,b")))
    assert engine.row_counts(again, WHERE, 0.5) == (1000, 1000)
    engine.close()
    desk.workspace.forget_damaged()
    assert desk.workspace.notices() == []


@pytest.mark.parametrize("part", ["cut database", "cut receipt", "receipt of another", "empty receipt"])
def test_what_is_damaged_while_the_server_is_down_is_set_aside_at_its_start(desk: Desk, part: str) -> None:
    good, bad = desk.log(ROWS), desk.log(ROWS.replace("0,0.0,0,b", "0,0.0,1,b"))
    database = desk.workspace.path(bad.key)
    receipt = database.with_suffix(".json")
    text = receipt.read_text()
    if part == "cut database":
        os.truncate(database, database.stat().st_size - 1)
    else:
        receipt.write_text(
            {"cut receipt": text[:300], "receipt of another": text.replace(bad.log_id, "0" * 12)}.get(part, "")
        )
    reopened = Workspace(desk.workspace.home)
    reopened.sweep()
    assert reopened.notices() == [], "it may just be written by another process"
    old(receipt)
    reopened.sweep()
    assert reopened.receipts() == [good]
    assert len(reopened.notices()) == 1
    assert {path.name for path in reopened.damaged.iterdir()} == {database.name, receipt.name}


def test_a_receipt_of_an_earlier_version_is_whole(desk: Desk) -> None:
    log = desk.log(ROWS)
    receipt = desk.workspace.path(log.key).with_suffix(".json")
    receipt.write_text(receipt.read_text().partition("\n")[0])
    old(receipt)
    desk.workspace.sweep()
    assert desk.workspace.receipts() == [log]


def test_damaged_memories_are_set_aside_before_they_are_written_anew(desk: Desk) -> None:
    desk.workspace.save_cohort("mine", "region:in:a")
    path = desk.workspace.home / "cohorts.json"
    path.write_text(path.read_text()[:-3])
    desk.workspace.save_cohort("other", "region:in:b")
    assert desk.workspace.saved_cohorts() == {"other": "region:in:b"}
    assert "mine" in (desk.workspace.damaged / "cohorts.json").read_text()
    assert desk.workspace.notices()[0].startswith("The saved cohorts could not be read")


def test_the_logs_page_shows_the_notice_and_works(desk: Desk) -> None:
    desk.log(ROWS)
    bad = desk.log(ROWS.replace("0,0.0,0,b", "0,0.0,1,b"))
    path = desk.workspace.path(bad.key)
    path.write_bytes(b"")
    desk.workspace.set_aside(path)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/logs.py").run()
    assert not app.exception and "set aside" in app.warning[0].value
    app.button(key="forget_damaged").click().run()
    assert not app.exception and not [entry for entry in app.warning if "set aside" in entry.value]


# Full, or read-only


IN_A_SMALL_DISK = """
import ctypes, os, sys, pathlib
library = ctypes.CDLL(None, use_errno=True)
user = os.getuid()
if library.unshare(0x00020000) != 0:
    if library.unshare(0x00020000 | 0x10000000) != 0:
        sys.exit(77)
    pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
home = os.environ["SLICEWISE_HOME"].encode()
library.mount(None, b"/", None, 0x4000 | 0x40000, None)
if library.mount(b"tmpfs", home, b"tmpfs", 0, os.environ["DISK"].encode()) != 0:
    sys.exit(77)
sys.path.insert(0, os.environ["ROOT"])
exec(os.environ["SCRIPT"])
"""
FULL = """
import io, json
from analytics.reading import api
from analytics.errors import AnalysisError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
workspace = Workspace()
said, kept = [], 0
def attempt(act):
    try:
        return act()
    except AnalysisError as error:
        said.append([error.code, str(error)])
first = api.read_file(workspace, pathlib.Path(sys.argv[1]))
log = api.build_staged(workspace, first, first.mapping)
before = sorted(str(path) for path in workspace.home.rglob("*") if path.is_file())
def copy():
    with workspace.incoming(io.BytesIO(bytes(30 << 20))):
        pass
attempt(copy)
attempt(lambda: api.read_file(workspace, pathlib.Path(sys.argv[2])))
(workspace.home / "filler").write_bytes(b"")
with (workspace.home / "filler").open("wb", buffering=0) as filler:
    try:
        while filler.write(bytes(4096)):
            pass
    except OSError:
        pass
attempt(lambda: workspace.save_cohort("mine", "x" * 9000))
attempt(lambda: api.remap(workspace, log, log.mapping.__class__(**{**log.mapping.__dict__, "threshold": 0.25})))
attempt(lambda: api.read_file(workspace, pathlib.Path(sys.argv[1]).with_name("other.csv")))
(workspace.home / "filler").unlink()
after = sorted(str(path) for path in workspace.home.rglob("*") if path.is_file())
print(json.dumps({"said": said, "same": before == after, "logs": [found.log_id for found in workspace.receipts()]}))
"""
READ_ONLY = """
import json
from analytics.reading import api
from analytics.errors import AnalysisError
from analytics.log.workspace import Workspace
from analytics.query.engine import Engine
workspace = Workspace()
first = api.read_file(workspace, pathlib.Path(sys.argv[1]))
log = api.build_staged(workspace, first, first.mapping)
assert library.mount(None, home, None, 32 | 1, None) == 0
said = []
reopened = Workspace()
reopened.sweep()
for act in (
    lambda: reopened.save_cohort("mine", "x"), lambda: reopened.remember(log), lambda: Engine(reopened),
    lambda: api.read_file(reopened, pathlib.Path(sys.argv[1]).with_name("other.csv")),
    lambda: api.remap(reopened, log, log.mapping.__class__(**{**log.mapping.__dict__, "threshold": 0.25})),
):
    try:
        act()
    except AnalysisError as error:
        said.append([error.code, str(error)])
print(json.dumps({"said": said, "logs": [found.log_id for found in reopened.receipts()]}))
"""


def on_small_disk(desk: Desk, script: str, *arguments: Path, disk_options: str = "size=12m") -> dict[str, object]:
    environment = {
        **os.environ,
        "ROOT": str(ROOT),
        "SCRIPT": script,
        "DISK": disk_options,
        "SLICEWISE_HOME": str(desk.workspace.home),
    }
    done = subprocess.run(
        [sys.executable, "-c", IN_A_SMALL_DISK, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == 77:
        pytest.skip("a small disk cannot be mounted here")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@LINUX
def test_a_full_disk_is_said_and_nothing_half_written_stays(desk: Desk) -> None:
    small = desk.file(ROWS)
    small.with_name("other.csv").write_text(ROWS.replace("0,0.0,0,b", "0,0.0,1,b"))
    n, noise = 120_000, random.Random(5).randbytes(80 * 120_000).hex()  # 20 MB that nothing makes smaller
    large = desk.file(
        "score,label,text\n"
        + "".join(f"{place / n},{place % 2},{noise[160 * place : 160 * place + 160]}\n" for place in range(n))
    )
    found = on_small_disk(desk, FULL, small, large)
    assert [code for code, _ in found["said"]] == ["disk-full"] * 5, found["said"]  # type: ignore[attr-defined]
    assert all(text.endswith(".") and "Traceback" not in text for _, text in found["said"])  # type: ignore[attr-defined]
    assert found["same"] and len(found["logs"]) == 1  # type: ignore[arg-type]


@LINUX
def test_a_read_only_disk_is_said_and_its_logs_are_listed(desk: Desk) -> None:
    small = desk.file(ROWS)
    small.with_name("other.csv").write_text(ROWS.replace("0,0.0,0,b", "0,0.0,1,b"))
    found = on_small_disk(desk, READ_ONLY, small)
    assert [code for code, _ in found["said"]] == ["read-only"] * 5, found["said"]  # type: ignore[attr-defined]
    assert len(found["logs"]) == 1  # type: ignore[arg-type]


def test_a_receipt_says_the_size_of_its_database(desk: Desk) -> None:
    log = desk.log(ROWS)
    database = desk.workspace.path(log.key)
    text, size = database.with_suffix(".json").read_text().splitlines()
    assert int(size) == database.stat().st_size and Log.from_json(text) == log


def test_what_was_removed_meanwhile_is_not_called_damaged(desk: Desk) -> None:
    desk.workspace.set_aside(desk.workspace.path("gone"))
    assert not desk.workspace.damaged.exists() and not desk.workspace.notices()
