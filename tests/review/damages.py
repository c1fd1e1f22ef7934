"""What can happen to the files of the verdicts: by name, done to the folder of a workspace."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

DATABASE, BACKUP, LINES = "verdicts.sqlite", "verdicts.backup.sqlite", "verdicts.journal"
Damage = Callable[[Path], None]


def edited(name: str, change: Callable[[bytes], bytes]) -> Damage:
    """Change the bytes of a file where it lies."""

    def do(home: Path) -> None:
        (home / name).write_bytes(change((home / name).read_bytes()))

    return do


def removed(*names: str) -> Damage:
    def do(home: Path) -> None:
        for name in names:
            (home / name).unlink(missing_ok=True)

    return do


def replaced(name: str, make: Callable[[Path], None]) -> Damage:
    """Put another file in the place of one."""

    def do(home: Path) -> None:
        other = home / "other"
        make(other)
        other.replace(home / name)

    return do


def zeroed(at: int) -> Callable[[bytes], bytes]:
    """Fill a page with zeros; a negative one counts from the end."""

    def change(content: bytes) -> bytes:
        n_pages = len(content) // 4096
        start = at % n_pages * 4096
        return content[:start] + bytes(4096) + content[start + 4096 :]

    return change


def noted(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(before, after)


def empty_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("DROP TABLE t")
    connection.close()


def stranger(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('not ours')")
    connection.close()


def without_rows(home: Path) -> None:
    """Our tables without a row, as a new installation has them."""
    with sqlite3.connect(home / DATABASE) as connection:
        schema = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    connection.close()
    other = home / "other"
    with sqlite3.connect(other) as connection:
        for sql in schema:
            connection.execute(sql)
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    shutil.copyfile(other, home / DATABASE)
    other.unlink()


def older(home: Path) -> None:
    """An older state of the same file, written over it."""
    shutil.copyfile(home / BACKUP, home / DATABASE)


def as_folder(home: Path) -> None:
    (home / BACKUP).unlink()
    (home / BACKUP).mkdir()


def swapped(home: Path) -> None:
    (home / DATABASE).rename(home / "other")
    (home / BACKUP).rename(home / DATABASE)
    (home / "other").rename(home / BACKUP)


GARBAGE = b"\x00garbage" * 4_000
DAMAGES: dict[str, Damage] = {
    "emptied": edited(DATABASE, lambda _: b""),
    "one byte": edited(DATABASE, lambda _: b"\x00"),
    "garbage": edited(DATABASE, lambda _: GARBAGE),
    "text": edited(DATABASE, lambda _: b"hello\n"),
    "halved": edited(DATABASE, lambda content: content[: len(content) // 2]),
    "cut inside a page": edited(DATABASE, lambda content: content[: len(content) * 3 // 4 + 100]),
    "first page only": edited(DATABASE, lambda content: content[:4096]),
    "header zeroed": edited(DATABASE, lambda content: bytes(100) + content[100:]),
    "first page zeroed": edited(DATABASE, zeroed(0)),
    "second page zeroed": edited(DATABASE, zeroed(1)),
    "last page zeroed": edited(DATABASE, zeroed(-1)),
    "middle zeroed": edited(DATABASE, lambda content: zeroed(len(content) // 8192)(content)),
    "a hole": edited(DATABASE, lambda c: c[: len(c) // 2] + GARBAGE[:4096] + c[len(c) // 2 + 4096 :]),
    "prolonged": edited(DATABASE, lambda content: content + GARBAGE),
    "deleted": removed(DATABASE),
    "deleted with its parts": removed(DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"),
    "empty database in its place": replaced(DATABASE, empty_database),
    "empty database over it": lambda home: (empty_database(home / "o"), shutil.copyfile(home / "o", home / DATABASE))[
        0
    ],
    "another program's": replaced(DATABASE, stranger),
    "another program's over it": lambda home: (stranger(home / "o"), shutil.copyfile(home / "o", home / DATABASE))[0],
    "without rows": without_rows,
    "an older one": older,
    "an older one moved": replaced(DATABASE, lambda path: shutil.copyfile(path.parent / BACKUP, path) and None),
    "journal of SQLite removed": removed(f"{DATABASE}-wal"),
    "foreign journal of SQLite": lambda home: (home / f"{DATABASE}-wal").write_bytes(GARBAGE) and None,
    "backup emptied": edited(BACKUP, lambda _: b""),
    "backup garbage": edited(BACKUP, lambda _: GARBAGE),
    "backup halved": edited(BACKUP, lambda content: content[: len(content) // 2]),
    "backup deleted": removed(BACKUP),
    "backup without rows": lambda home: (without_rows(home), shutil.move(home / DATABASE, home / BACKUP))[0],
    "swapped": swapped,
    "database and backup emptied": lambda home: [edited(n, lambda _: b"")(home) for n in (DATABASE, BACKUP)] and None,
    "database and backup garbage": lambda home: (
        [edited(n, lambda _: GARBAGE)(home) for n in (DATABASE, BACKUP)] and None
    ),
    "database and backup deleted": removed(DATABASE, BACKUP),
    "lines emptied": edited(LINES, lambda _: b""),
    "lines deleted": removed(LINES),
    "lines garbage": edited(LINES, lambda _: GARBAGE),
    "last line half": edited(LINES, lambda content: content[:-40]),
    "a line without its end": edited(LINES, lambda content: content[:-1]),
    "a line changed": edited(LINES, noted(b'"row_id": 4,', b'"row_id": 5,')),
    "lines halved": edited(LINES, lambda content: content[: len(content) // 2]),
    "zeros after the lines": edited(LINES, lambda content: content + bytes(4096)),
    "gate deleted": removed("verdicts.gate"),
    "gate garbage": edited("verdicts.gate", lambda _: GARBAGE),
}
UNSAID = {name for name in DAMAGES if name.startswith(("lines", "last line", "a line", "zeros", "gate"))} | {
    "backup deleted",
    "backup emptied",
    "journal of SQLite removed",
    "foreign journal of SQLite",
    "prolonged",
}
"""What costs nothing: the file of the verdicts is whole, and what was damaged is made anew from it."""
UNSEEN_WHILE_OPEN = {name for name in DAMAGES if name.endswith("page zeroed")} | {"middle zeroed", "a hole"}
"""A page of texts, which SQLite does not check, or one that nobody reads: found at the next start, by the sums of the lines."""
