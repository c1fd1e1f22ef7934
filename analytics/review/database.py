"""The SQLite file behind the review: opened, checked, backed up, restored, brought to its schema, written with patience."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from analytics.errors import StoreError
from analytics.log.disk import owner, remove, storing, write_whole
from analytics.review.journal import Entry, Journal
from analytics.review.sqlite import MIGRATIONS, Damage, Later, connected, migrate, patiently, transaction
from analytics.review.union import attach, complete, contradicts, holds, insert, restored, take_lines, take_other

_T = TypeVar("_T")
_TRIES, _PAUSE_SECONDS = 40, 0.005
"""How often, and after which pauses, the file is asked for a line that somebody else may be adding: 0.2 s in all. A judgement."""
_PARTS = ("-wal", "-shm", "")
"""The journal goes before the file that it belongs to: a journal beside another file would be played into that one."""
_TABLES = {"logs", "cases", "verdicts", "documents"}


@dataclass
class Transaction:
    """A transaction that adds rows; what it adds is written to the second file as well, before it ends."""

    connection: sqlite3.Connection
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Add a row."""
        insert(self.connection, entry)
        self.entries.append(entry)


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
        self.journal = Journal(home / "verdicts.journal")
        self._refusal = ""
        self._gate = home / "verdicts.gate"
        self._damaged = home / "damaged"
        self._file = 0

    def start(self) -> None:
        """Check the file, bring it to its schema, add what its backup and its second file have more, and back it up.

        Raises
        ------
        StoreError
            If the disk refuses, or the file is of a later version.
        """
        try:
            with storing(self.path.parent), self._alone():
                for leftover in self.path.parent.glob("verdicts*.tmp*"):
                    remove(leftover)
                patiently(self._make_whole, self.path)
                self._file = self.path.stat().st_ino
                self._back_up_if_there_is_room()
        except Damage as error:
            self._refusal = f"Expected verdicts that can be read at {self.path}, found: {error.__cause__}."
            raise StoreError(f"{self._refusal} Try again.") from error
        except StoreError as error:
            self._refusal = str(error)
            raise
        self._refusal = ""

    def open(self) -> None:
        """Start; where the disk refuses, what is saved can be read all the same, and `notices` says so.

        Raises
        ------
        StoreError
            If the file is of a later version.
        """
        try:
            self.start()
        except Later:
            raise
        except StoreError:
            pass

    def _make_whole(self) -> None:
        """Unite the file, the backup and the second file, and say what had to be brought back."""
        stamp = datetime.now(UTC)
        had_file, had_backup, had_lines = self.path.exists(), self.backup.exists(), self.journal.last() is not None
        aside = self._set_aside(self.path, stamp) if had_file and not self._is_true() else None
        is_backup_damaged = had_backup and not self._is_whole(self.backup)
        if is_backup_damaged:
            self._set_aside(self.backup, stamp)
        has_backup = had_backup and not is_backup_damaged
        was_ours = had_file and aside is None and self._is_ours()
        migrate(self.path, "WAL")
        if has_backup:
            migrate(self.backup, "DELETE")
        with contextlib.closing(connected(self.path, "rw")) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            with transaction(connection, "BEGIN IMMEDIATE"):
                taken = take_lines(connection, self.journal)
            from_backup = self._take(connection, self.backup) if has_backup else 0
            if aside is not None and self._is_whole(aside):
                self._take(connection, aside)
            with transaction(connection, "BEGIN IMMEDIATE"):
                complete(connection, self.journal, taken)
                is_gone = aside or from_backup or is_backup_damaged or (not was_ours and (had_backup or had_lines))
                if is_gone or (taken.n_back and not taken.is_last_alone):
                    backup_at = datetime.fromtimestamp(self.backup.stat().st_mtime, UTC) if has_backup else None
                    self._note(stamp, restored(stamp, from_backup, backup_at, taken, had_lines=had_lines))

    def _is_true(self) -> bool:
        """Whether the file is whole and says what the lines of the second file say."""
        if not self._is_whole(self.path):
            return False
        if not self._is_ours():
            return True
        with contextlib.closing(connected(self.path, "rw")) as connection:
            return not contradicts(connection, self.journal)

    def _is_ours(self) -> bool:
        """Whether the file has the present schema; an empty one has none."""
        with contextlib.closing(connected(self.path, "rw")) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS))

    def _take(self, connection: sqlite3.Connection, path: Path) -> int:
        """Add what another file has more; return how much that is."""
        attach(connection, path, mode="mode=ro")
        with transaction(connection, "BEGIN IMMEDIATE"):
            taken = take_other(connection)
        connection.execute("DETACH other")
        return taken

    def _note(self, stamp: datetime, said: str) -> None:
        self._damaged.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._damaged / f"verdicts-{stamp:%Y%m%dT%H%M%S%f}.txt", said)

    def notices(self) -> list[str]:
        """Return what had to be brought back and was not dismissed yet, and whether the disk refuses what is added."""
        found = [path.read_text(encoding="utf-8") for path in sorted(self._damaged.glob("verdicts-*.txt"))]
        refused = f"{self._refusal} What is saved can be read; nothing can be added until then."
        return [*found, *([refused] if self._refusal else [])]

    def read(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Answer from one consistent state of the file; where the disk refuses, from all that can be read on it."""
        try:
            return self._run("BEGIN", lambda additions: work(additions.connection))
        except Later:
            raise
        except StoreError as error:
            self._refusal = self._refusal or str(error)
            with contextlib.closing(self._rescued()) as connection:
                return work(connection)

    def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Do all of some work or nothing of it; when this returns, it is on the disk twice.

        Raises
        ------
        StoreError
            If it was not saved: no room, no permission, or others have been writing for a minute.
        """
        return self._run("BEGIN IMMEDIATE", work)

    def _run(self, begin: str, work: Callable[[Transaction], _T]) -> _T:
        def attempt() -> _T:
            last = self.journal.last()
            with self._connection() as connection, transaction(connection, begin):
                if last is not None and not holds(connection, last):
                    raise _Behind
                additions = Transaction(connection)
                answer = work(additions)
                if additions.entries:
                    with self.journal.added(additions.entries):
                        connection.execute("COMMIT")
                return answer

        if self._refusal or not self._is_as_left():
            self.start()
        for _ in range(_TRIES):
            try:
                return patiently(attempt, self.path)
            except _Behind:
                time.sleep(_PAUSE_SECONDS)
            except Damage:
                break
        self.start()
        try:
            return patiently(attempt, self.path)
        except (Damage, _Behind) as error:
            raise StoreError(
                f"Expected whole verdicts at {self.path}, found a file that changes. Try again."
            ) from error

    def _is_as_left(self) -> bool:
        """Whether the files are those that were made whole: another one in the place of the first is looked at anew."""
        try:
            found = self.path.stat()
            return found.st_ino == self._file and found.st_size > 0 and self.journal.path.exists()
        except OSError:
            return False

    def _rescued(self) -> sqlite3.Connection:
        """Unite in memory what can be read of the file, its backup and its second file."""
        memory = sqlite3.connect(":memory:", uri=True, isolation_level=None)
        memory.row_factory = sqlite3.Row
        for script in MIGRATIONS:
            memory.executescript(script)
        for path in (self.path, self.backup):
            with contextlib.suppress(sqlite3.Error):
                attach(memory, path, mode="mode=ro&immutable=1")
                try:
                    with transaction(memory, "BEGIN"):
                        take_other(memory)
                finally:
                    memory.execute("DETACH other")
        take_lines(memory, self.journal)
        return memory

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

        try:
            gate = patiently(enter, self._gate)
        except Damage:
            remove(self._gate)
            gate = patiently(enter, self._gate)
        with contextlib.closing(gate):
            yield

    def _is_whole(self, path: Path) -> bool:
        def check() -> bool:
            with contextlib.closing(connected(path, "rw")) as connection:
                if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                    return False
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
                return version > len(MIGRATIONS) or (tables >= _TABLES if version else not tables)

        try:
            return patiently(check, path)
        except Damage:
            return False

    def _set_aside(self, path: Path, stamp: datetime) -> Path:
        self._damaged.mkdir(mode=0o700, exist_ok=True)
        stem = f"verdicts-{stamp:%Y%m%dT%H%M%S%f}{path.name.removeprefix('verdicts')}"
        for part in _PARTS:
            if (found := path.with_name(path.name + part)).exists():
                found.replace(self._damaged / f"{stem}{part}")
        return self._damaged / stem

    def _back_up_if_there_is_room(self) -> None:
        """Back the file up; a full disk does not hide the verdicts that are whole, and the older backup stays."""
        try:
            with storing(self.path.parent):
                patiently(self._back_up, self.path)
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


class _Behind(Exception):
    """The file lacks the last line of the second file: somebody is just adding it, or the file is an older one."""
