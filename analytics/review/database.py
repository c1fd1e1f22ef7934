"""The SQLite file behind the review: opened, checked, backed up, restored, brought to its schema, written with patience."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from analytics.errors import StoreError
from analytics.log.disk import owner, remove, storing

_T = TypeVar("_T")
PATIENCE_SECONDS = 60.0
BUSY_MS = 2_000
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)
_PARTS = ("-wal", "-shm", "")
"""The journal goes before the file that it belongs to: a journal beside another file would be played into that one."""

MIGRATIONS = (
    """
    CREATE TABLE logs (content_hash TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE cases (
        content_hash TEXT NOT NULL REFERENCES logs, row_id INTEGER NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY (content_hash, row_id)
    ) WITHOUT ROWID;
    CREATE TABLE verdicts (
        content_hash TEXT NOT NULL, row_id INTEGER NOT NULL, revision INTEGER NOT NULL CHECK (revision > 0),
        reviewer TEXT NOT NULL CHECK (reviewer <> ''), reason TEXT NOT NULL CHECK (reason <> ''), note TEXT NOT NULL,
        expected_label INTEGER CHECK (expected_label IN (0, 1)), error_kind TEXT NOT NULL, frame TEXT NOT NULL,
        random_rank INTEGER, judged_at TEXT NOT NULL,
        PRIMARY KEY (content_hash, row_id, revision),
        FOREIGN KEY (content_hash, row_id) REFERENCES cases
    ) WITHOUT ROWID;
    CREATE TABLE documents (
        kind TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL CHECK (revision > 0), body TEXT NOT NULL,
        written_at TEXT NOT NULL, PRIMARY KEY (kind, key, revision)
    ) WITHOUT ROWID;
    CREATE TRIGGER verdicts_are_kept BEFORE UPDATE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only added'); END;
    CREATE TRIGGER verdicts_stay BEFORE DELETE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only added'); END;
    CREATE TRIGGER documents_are_kept BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'documents are only added'); END;
    CREATE TRIGGER documents_stay BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'documents are only added'); END;
    """,
)
"""What brings a file from version k to k + 1; the version stands in ``user_version``."""


class Database:
    """One SQLite file that sessions, threads and processes write at once; every question has a connection of its own.

    Parameters
    ----------
    home : Path
        The folder of the workspace.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "verdicts.sqlite"
        self.backup = home / "verdicts.backup.sqlite"
        self._gate = home / "verdicts.gate"
        self._damaged = home / "damaged"

    def start(self) -> None:
        """Check the file, restore it from its backup where it is damaged, bring it to its schema, and back it up.

        Raises
        ------
        StoreError
            If the disk refuses, or the file is of a later version.
        """
        with storing(self.path.parent), self._alone():
            for leftover in self.path.parent.glob("verdicts*.tmp*"):
                remove(leftover)
            if self.path.exists() and not self._is_whole(self.path):
                self._set_aside()
            if not self.path.exists() and self.backup.exists() and self._is_whole(self.backup):
                self._put(self.backup, self.path)
            _patiently(self._migrate, self.path)
            self._back_up_if_there_is_room()

    def read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Answer from one consistent state of the file."""
        return self._run("BEGIN", work)

    def write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do all of some work or nothing of it; when this returns, it is on the disk.

        Raises
        ------
        StoreError
            If it was not saved: no room, no permission, or others have been writing for a minute.
        """
        return self._run("BEGIN IMMEDIATE", work)

    def _run(self, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
        def attempt() -> _T:
            with self._connection() as connection, _transaction(connection, begin):
                return work(connection)

        if not self.path.exists():
            self.start()
        try:
            return _patiently(attempt, self.path)
        except _Damage:
            self.start()
            return _patiently(attempt, self.path)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(connected(self.path, "rw")) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the gate: of several processes that start at once, one repairs and the others find it done."""

        def enter() -> sqlite3.Connection:
            gate = connected(self._gate, "rwc")
            try:
                gate.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error:
                gate.close()
                raise
            return gate

        with contextlib.closing(_patiently(enter, self._gate)):
            yield

    def _is_whole(self, path: Path) -> bool:
        def check() -> bool:
            with contextlib.closing(connected(path, "rw")) as connection:
                return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")

        try:
            return _patiently(check, path)
        except _Damage:
            return False

    def _set_aside(self) -> None:
        self._damaged.mkdir(mode=0o700, exist_ok=True)
        stem = f"verdicts-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"
        for part in _PARTS:
            if (found := self.path.with_name(self.path.name + part)).exists():
                found.replace(self._damaged / f"{stem}{part}")

    def _put(self, source: Path, target: Path) -> None:
        partial = target.with_name(f"{target.name}.{owner()}.tmp")
        shutil.copyfile(source, partial)
        with partial.open("r+b") as written:
            os.fsync(written.fileno())
        for part in ("-wal", "-shm"):
            remove(target.with_name(target.name + part))
        partial.replace(target)

    def _migrate(self) -> None:
        with contextlib.closing(connected(self.path, "rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with _transaction(connection, "BEGIN IMMEDIATE"):
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                if version > len(MIGRATIONS):
                    raise StoreError(
                        f"Expected verdicts of version {len(MIGRATIONS)} at most at {self.path}, found version {version}. "
                        "Use the Slicewise that wrote them, or a later one."
                    )
                for script in MIGRATIONS[version:]:
                    for statement in _statements(script):
                        connection.execute(statement)
                if version < len(MIGRATIONS):
                    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _back_up_if_there_is_room(self) -> None:
        """Back the file up; a full disk does not hide the verdicts that are whole, and the older backup stays."""
        try:
            with storing(self.path.parent):
                _patiently(self._back_up, self.path)
        except StoreError as error:
            if error.code != "disk-full":
                raise

    def _back_up(self) -> None:
        partial = self.backup.with_name(f"{self.backup.name}.{owner()}.tmp")
        with (
            contextlib.closing(connected(self.path, "rw")) as connection,
            contextlib.closing(sqlite3.connect(partial)) as copy,
        ):
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with partial.open("r+b") as written:
            os.fsync(written.fileno())
        partial.replace(self.backup)


class _Damage(Exception):
    """The file is no whole database."""


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Open a file in SQLite's mode ``rw`` or ``rwc``; transactions are begun by hand."""
    name = f"file:{quote(str(path))}?mode={mode}"
    connection = sqlite3.connect(name, uri=True, timeout=BUSY_MS / 1000, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Keep all of what is done inside, or nothing."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements; a trigger's body holds semicolons of its own."""
    pending = ""
    for piece in script.split(";"):
        pending += f"{piece};"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _patiently(work: Callable[[], _T], path: Path) -> _T:
    """Do some work on a file, again for as long as others hold it; nobody sees that it was locked."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DAMAGED:
                raise _Damage from error
            if code not in _BUSY or time.monotonic() > end:
                raise _refusal(error, code, path) from error
        time.sleep(random.uniform(0.002, 0.05))


def _refusal(error: sqlite3.Error, code: int, path: Path) -> StoreError:
    """Say in a sentence what SQLite or the disk refuses."""
    if code in _BUSY:
        return StoreError(
            f"Expected to write at {path} within {PATIENCE_SECONDS:.0f} seconds, found that others kept writing. "
            "Not saved: try again."
        )
    kind = "disk-full" if code == sqlite3.SQLITE_FULL else "read-only" if code in _REFUSED else "store"
    return StoreError(
        f"Expected to write at {path}, found: {error}. Not saved, and nothing was changed. "
        "Make room, or set SLICEWISE_HOME to another folder.",
        code=kind,
    )
