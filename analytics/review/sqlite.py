"""One SQLite file: opened, brought to its schema, written whole or not at all, and waited for while others hold it."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from analytics.errors import StoreError

_T = TypeVar("_T")
PATIENCE_SECONDS = 60.0
"""How long a write is tried again before somebody is told: a verdict takes milliseconds, so others have had many turns.
A judgement."""
BUSY_MS = 2_000
"""Milliseconds that SQLite itself waits for a lock at each try. A judgement."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The last one is what a file without our tables answers."""
_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)

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


class Damage(Exception):
    """The file is no whole database."""


class Later(StoreError):
    """The file is of a later version."""


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Open a file in SQLite's mode ``ro``, ``rw`` or ``rwc``; transactions are begun by hand."""
    name = f"file:{quote(str(path))}?mode={mode}"
    connection = sqlite3.connect(name, uri=True, timeout=BUSY_MS / 1000, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def migrate(path: Path, journal_mode: str) -> None:
    """Bring a file to the present schema.

    Raises
    ------
    StoreError
        If it is of a later one.
    """
    with contextlib.closing(connected(path, "rwc")) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal_mode}")
        connection.execute("PRAGMA synchronous = FULL")
        with transaction(connection, "BEGIN IMMEDIATE"):
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > len(MIGRATIONS):
                raise Later(
                    f"Expected verdicts of version {len(MIGRATIONS)} at most at {path}, found version {version}. "
                    "Use the Slicewise that wrote them, or a later one."
                )
            for script in MIGRATIONS[version:]:
                for statement in _statements(script):
                    connection.execute(statement)
            if version < len(MIGRATIONS):
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Keep all of what is done inside, or nothing."""
    connection.execute(begin)
    try:
        yield
        if connection.in_transaction:
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


def patiently(work: Callable[[], _T], path: Path) -> _T:
    """Do some work on a file, again for as long as others hold it; nobody sees that it was locked."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DAMAGED:
                raise Damage from error
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
