"""Verdicts are added, never lost and never half: under several writers, in the middle of a kill, on a disk that refuses."""

from __future__ import annotations

import errno
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analytics.errors import QuestionError, StoreError
from analytics.log.workspace import Workspace
from analytics.review import database, library, sqlite
from analytics.review.store import ReviewStore
from analytics.review.taxonomy import DEFAULT_REASONS, Reason, edited
from analytics.review.verdict import Conflict, Verdict
from tests.review.cases import case
from tests.review.writer import NOTE, append, verdict
from tests.thorough import amount

ROOT = Path(__file__).parents[2]
HOSTILE = ("<script>alert(1)</script>", "=1+1", "'; DROP TABLE verdicts; --", "\x00\x01", "a\ud800b", "é" * 50_000, "")


@pytest.fixture
def home(own_home: Path) -> Path:
    return own_home


@pytest.fixture
def store(home: Path) -> ReviewStore:
    return ReviewStore(home)


def saved(store: ReviewStore, given: Verdict, base: int = 0) -> Verdict:
    found = store.save(given, base)
    assert isinstance(found, Verdict)
    return found


def process(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.review.writer", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_a_verdict_is_there_after_a_new_start(home: Path, store: ReviewStore) -> None:
    first = saved(store, verdict(3, note="why", expected_label=0, error_kind="fp", frame="f", random_rank=2))
    assert (first.revision, first.note) == (1, "why")
    assert ReviewStore(home).verdicts("log") == [first]
    assert ReviewStore(home).verdicts("another log") == []


def test_a_changed_verdict_keeps_its_history(store: ReviewStore) -> None:
    first = saved(store, verdict(3, note="one"))
    second = saved(store, verdict(3, note="two"), first.revision)
    assert store.history("log", 3) == [first, second]
    assert store.verdicts("log") == [second]


def test_the_last_verdict_counts_though_the_clock_went_back(
    store: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.review.store.now", lambda: "2999-01-01T00:00:00+00:00")
    first = saved(store, verdict(3, note="old"))
    monkeypatch.undo()
    second = saved(store, verdict(3, note="new"), first.revision)
    assert second.judged_at < first.judged_at
    assert store.verdicts("log") == [second]


def test_two_reviewers_of_a_row_have_a_verdict_each(store: ReviewStore) -> None:
    ada, bob = saved(store, verdict(3, "Ada")), saved(store, verdict(3, "Bob"), 1)
    assert store.verdicts("log") == [ada, bob]


def test_who_writes_second_sees_both_texts_and_nothing_is_lost(store: ReviewStore) -> None:
    theirs = saved(store, verdict(3, "Ada", note="hers"))
    found = store.save(verdict(3, "Bob", note="his"), 0)
    assert isinstance(found, Conflict)
    assert (found.mine.note, found.theirs) == ("his", theirs)
    assert store.history("log", 3) == [theirs]
    mine = saved(store, found.mine, found.theirs.revision)
    assert [entry.note for entry in store.history("log", 3)] == ["hers", "his"]
    assert mine.revision == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_text(store: ReviewStore, text: str) -> None:
    expected = text.encode("utf-8", "replace").decode()
    assert saved(store, verdict(1, note=text)).note == expected
    assert store.history("log", 1)[0].note == expected


def test_a_verdict_says_who_and_why(store: ReviewStore) -> None:
    with pytest.raises(QuestionError, match="name"):
        store.save(verdict(1, "  "), 0)
    with pytest.raises(QuestionError, match="reason"):
        store.save(Verdict(content_hash="log", row_id=1, reviewer="Ada", reason=""), 0)
    assert store.verdicts("log") == []


@pytest.mark.parametrize("statement", ["UPDATE verdicts SET note = ''", "DELETE FROM verdicts"])
def test_the_file_itself_refuses_to_change_a_verdict(store: ReviewStore, statement: str) -> None:
    saved(store, verdict(1))
    with sqlite3.connect(store.path) as connection, pytest.raises(sqlite3.IntegrityError, match="only added"):
        connection.execute(statement)


def test_a_verdict_belongs_to_a_case_of_a_log(store: ReviewStore) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("INSERT INTO verdicts VALUES ('x', 1, 1, 'Ada', 'r', '', NULL, '', '', NULL, '')")


def test_what_is_written_is_synchronised(store: ReviewStore) -> None:
    def settings(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "user_version")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert store._database.read(settings) == ["wal", 2, 1, len(sqlite.MIGRATIONS)]


def test_reasons_are_edited_and_two_editors_do_not_overwrite_each_other(store: ReviewStore) -> None:
    assert store.reasons() == (DEFAULT_REASONS, 0)
    changed = edited([("label-wrong", "Wrong label", ""), (None, "Storm", "Weather closed the airport.")])
    store.save_reasons(changed, 0)
    assert store.reasons() == (changed, 1)
    assert changed == (Reason("label-wrong", "Wrong label"), Reason("storm", "Storm", "Weather closed the airport."))
    late = store.save_reasons(DEFAULT_REASONS, 0)
    assert (len(late.body), store.reasons()) == (2, (changed, 1))


def test_reasons_that_cannot_be_numbered_or_told_apart_are_refused() -> None:
    for rows in ([], [(None, f"r{k}", "") for k in range(10)], [(None, "A", ""), (None, "a", "")]):
        with pytest.raises(QuestionError):
            edited(rows)


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    for part in ("-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
    if how == "garbage":
        path.write_bytes(b"\x00garbage" * 4_000)
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes(random.Random(1).randbytes(4096)) + content[middle + 4096 :])


@pytest.mark.parametrize("how", ["garbage", "truncated", "holed"])
@pytest.mark.parametrize("while_open", [False, True])
def test_a_damaged_file_is_set_aside_and_the_backup_is_back(home: Path, how: str, while_open: bool) -> None:
    """While it is open, a hole in a page that nobody reads is found at the next start."""
    store = ReviewStore(home)
    for row in range(30):
        saved(store, verdict(row, note=NOTE))
    store = ReviewStore(home)
    damage(store.path, how)
    if not while_open or how == "holed":
        store = ReviewStore(home)
    saved(store, verdict(99, note="after"))
    assert [entry.row_id for entry in ReviewStore(home).verdicts("log")] == [*range(30), 99]
    workspace = Workspace(home)
    assert len(list(workspace.damaged.glob("verdicts-*.sqlite"))) == 1
    assert [sentence for sentence in workspace.notices() if "verdicts" in sentence and "backup" in sentence]


def test_a_file_of_a_later_version_is_left_alone(home: Path, store: ReviewStore) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="version 99"):
        ReviewStore(home)
    assert store.path.read_bytes() == before


def test_a_full_disk_says_not_saved_and_leaves_what_was_there(
    store: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(store, verdict(1))
    whole = database.connected

    def full(path: Path, mode: str) -> sqlite3.Connection:
        connection = whole(path, mode)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "connected", full)
        with pytest.raises(StoreError, match="Not saved") as refused:
            store.save(verdict(2, note=NOTE * 10), 0)
    assert refused.value.code == "disk-full"
    assert [entry.row_id for entry in store.verdicts("log")] == [1]
    saved(store, verdict(2))


def test_a_full_disk_at_the_start_does_not_hide_the_verdicts(
    home: Path, store: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(store, verdict(1))

    def full(_: database.Database) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(database.Database, "_back_up", full)
        assert [entry.row_id for entry in ReviewStore(home).verdicts("log")] == [1]
    assert ReviewStore(home).path.with_name("verdicts.backup.sqlite").exists()


def test_a_read_only_disk_says_not_saved(store: ReviewStore, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = database.connected
    with monkeypatch.context() as patch:
        patch.setattr(database, "connected", lambda path, _: whole(path, "ro"))
        with pytest.raises(StoreError, match="Not saved") as refused:
            store.save(verdict(2), 0)
    assert refused.value.code == "read-only"


def test_who_waits_too_long_is_told_so_without_a_locked_database(
    store: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(sqlite, "BUSY_MS", 10)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="others kept writing") as refused:
        store.save(verdict(1), 0)
    assert "locked" not in str(refused.value)
    other.close()
    saved(store, verdict(1))


def test_no_kill_loses_an_acknowledged_verdict_or_leaves_half_of_one(home: Path) -> None:
    """The note is 8 kB over several pages, so that a torn write would show."""
    acknowledged: list[int] = []
    delays = random.Random(6)
    for number in range(amount(25, 1_000)):
        with process("kill", home, number * 1_000_000) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]
            killer = threading.Timer(delays.uniform(0, 0.05), writer.kill)
            killer.start()
            lines += writer.stdout.readlines()
            killer.join()
        acknowledged += [int(line) for line in lines if line.endswith("\n")]
    store = ReviewStore(home)
    found = {entry.row_id: entry.note for entry in store.verdicts("log")}
    assert len(acknowledged) >= amount(25, 1_000)
    assert set(acknowledged) <= set(found)
    assert all(note == f"{row} {NOTE}" for row, note in found.items())
    assert len(found) - len(acknowledged) <= amount(25, 1_000)
    assert not Workspace(home).damaged.exists()


def test_eight_writers_at_once_lose_nothing_and_double_nothing(home: Path) -> None:
    """Four threads and four processes write the same seven rows while a command brings a library in."""
    store = ReviewStore(home)
    imported = home.parent / f"{home.name}.jsonl"
    imported.write_text("".join(f"{case(row).to_json()}\n" for row in range(300)))
    import_it = [sys.executable, "-m", "analytics", "library", "import", str(imported), "--format", "json"]
    command = subprocess.Popen(import_it, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    end = time.monotonic() + amount(2, 60)
    others = [process("contend", home, f"process {number}", amount(15, 1_000)) for number in range(4)]

    def write(number: int) -> list[str]:
        written: list[str] = []
        while time.monotonic() < end:
            written.append(f"thread {number} {len(written)}")
            append(store, len(written) % 7, f"thread {number}", written[-1])
        return written

    with ThreadPoolExecutor(4) as pool:
        mine = [note for notes in pool.map(write, range(4)) for note in notes]
    for other in others:
        other.communicate(timeout=600)
    assert [other.returncode for other in others] == [0] * 4
    theirs = [f"process {number} {k}" for number in range(4) for k in range(amount(15, 1_000))]
    histories = [store.history("log", row) for row in range(7)]
    assert Counter(entry.note for history in histories for entry in history) == Counter([*mine, *theirs])
    assert all([e.revision for e in history] == list(range(1, len(history) + 1)) for history in histories)
    assert len(mine) > 20
    answer, error = command.communicate(timeout=600)
    assert error == "" and json.loads(answer)["added"] == len(library.shelf(store)) == 300


def test_many_starts_at_once_on_a_damaged_file_restore_it_once(home: Path) -> None:
    store = ReviewStore(home)
    saved(store, verdict(1))
    damage(ReviewStore(home).path, "garbage")
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: ReviewStore(home), range(8)))
    assert all([entry.row_id for entry in each.verdicts("log")] == [1] for each in stores)
    assert len(list(Workspace(home).damaged.glob("verdicts-*.sqlite"))) == 1
