"""What people added, united from the file, its backup and its second file: rows are only added, none contradicts another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from analytics.review.journal import Cell, Count, Entry, Journal
from analytics.review.verdict import Verdict


@dataclass(frozen=True)
class _Taken:
    """What a file lacked and has again from the second file.

    Attributes
    ----------
    n_back : int
        Rows.
    lines : Count
        Lines that are not as they were written.
    is_last_alone : bool
        Whether the last line was all that lacked: a process ended between writing the line and the file.
    known : set of keys
        What the second file has.
    """

    n_back: int
    lines: Count
    is_last_alone: bool
    known: frozenset[tuple[Cell, ...]]


def verdict_entry(verdict: Verdict, log_name: str) -> Entry:
    """Return the row of a verdict."""
    return Entry("verdicts", asdict(verdict), log_name)


def insert(connection: sqlite3.Connection, entry: Entry) -> None:
    """Add a row, and with a verdict its case and its log where they are new.

    Raises
    ------
    sqlite3.IntegrityError
        If the row is there already, or is none.
    """
    if entry.table == "verdicts":
        case = {**entry.row, "name": entry.log_name}
        connection.execute("INSERT INTO logs VALUES (:content_hash, :name) ON CONFLICT DO NOTHING", case)
        connection.execute(
            "INSERT INTO cases VALUES (:content_hash, :row_id, :revision) "
            "ON CONFLICT DO UPDATE SET revision = max(revision, excluded.revision)",
            case,
        )
    values = ", ".join(f":{name}" for name in entry.row)
    connection.execute(f"INSERT INTO {entry.table} ({', '.join(entry.row)}) VALUES ({values})", dict(entry.row))


def _found(connection: sqlite3.Connection, entry: Entry) -> dict[str, Cell] | None:
    """Return the row that an entry names, as it is there."""
    query = f"SELECT * FROM {entry.table} WHERE {entry.condition}"
    found = connection.execute(query, dict(entry.row)).fetchone()
    return dict(found) if found else None


def holds(connection: sqlite3.Connection, entry: Entry) -> bool:
    """Whether a row is there."""
    return _found(connection, entry) is not None


def contradicts(connection: sqlite3.Connection, journal: Journal) -> bool:
    """Whether a row has another content than its line, whose sum is right: SQLite's own check reads no texts."""
    seen: set[tuple[Cell, ...]] = set()
    for entry in journal.entries(Count()):
        found = _found(connection, entry)
        if entry.key not in seen and found is not None and found != entry.row:
            return True
        seen.add(entry.key)
    return False


def attach(connection: sqlite3.Connection, path: Path, *, mode: str) -> None:
    """Put another file beside that of a connection; outside of any transaction."""
    connection.execute("ATTACH ? AS other", (f"file:{quote(str(path))}?{mode}",))


def take_other(connection: sqlite3.Connection) -> int:
    """Add what the attached file has and this one lacks; return how many verdicts and documents these are."""
    connection.execute("INSERT OR IGNORE INTO logs SELECT * FROM other.logs")
    connection.execute(
        "INSERT INTO cases SELECT * FROM other.cases WHERE true "
        "ON CONFLICT DO UPDATE SET revision = max(revision, excluded.revision)"
    )
    tables = ("verdicts", "documents")
    return sum(
        connection.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM other.{table}").rowcount for table in tables
    )


def take_lines(connection: sqlite3.Connection, journal: Journal) -> _Taken:
    """Add what the second file has and this one lacks."""
    count, n_back, was_lacking = Count(), 0, False
    known: set[tuple[Cell, ...]] = set()
    for entry in journal.entries(count):
        known.add(entry.key)
        was_lacking = not holds(connection, entry)
        if was_lacking:
            try:
                insert(connection, entry)
                n_back += 1
            except sqlite3.Error:
                count.unreadable += 1
    return _Taken(n_back, count, n_back == 1 and was_lacking, frozenset(known))


def complete(connection: sqlite3.Connection, journal: Journal, taken: _Taken) -> None:
    """Bring the second file up to this one, and put a clean one in its place where lines of it cannot be read.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    if taken.lines.unreadable or taken.lines.is_cut:
        journal.rewrite(_entries(connection, frozenset()))
        return
    lacking = list(_entries(connection, taken.known))
    if lacking or not journal.path.exists():
        with journal.added(lacking):
            pass


def restored(at: datetime, from_backup: int, backup_at: datetime | None, taken: _Taken, *, had_lines: bool) -> str:
    """Say what had to be brought back, from when it is, and what is missing.

    Parameters
    ----------
    at, backup_at : datetime
        When the damage was seen, and when the backup was made; None where it is damaged or there is none.
    from_backup : int
        Entries that came back from it.
    taken : _Taken
        What came back from the second file.
    had_lines : bool
        Whether there was a second file.
    """
    known = f"the backup of {backup_at:%Y-%m-%d %H:%M} UTC" if backup_at else "the backup"
    back = f"{from_backup + taken.n_back:,} entries (verdicts, kept cases and the like) are back: {taken.n_back:,} from the "
    back += f"second file, to which each is added as it is given, and {from_backup:,} from {known}."
    if taken.lines.unreadable:
        lines = f"{taken.lines.unreadable:,} line{'s' * (taken.lines.unreadable > 1)}"
        missing = f"{lines} of the second file could not be read: as many entries may be missing."
    elif not had_lines:
        missing = f"There was no second file: what was given after {known} is missing."
    else:
        missing = "Nothing is missing."
    return f"The file of the verdicts was damaged or replaced, seen {at:%Y-%m-%d %H:%M} UTC. {back} {missing}"


def _entries(connection: sqlite3.Connection, known: frozenset[tuple[Cell, ...]]) -> Iterator[Entry]:
    """Give every row that is not known."""
    queries = {
        "verdicts": "SELECT v.*, l.name FROM verdicts v JOIN logs l USING (content_hash) ORDER BY judged_at, revision",
        "documents": "SELECT *, '' AS name FROM documents ORDER BY written_at, revision",
    }
    for table, query in queries.items():
        for found in connection.execute(query):
            row = dict(found)
            entry = Entry(table, row, row.pop("name"))
            if entry.key not in known:
                yield entry
