"""SQLite databases: the largest table or the wanted one, read-only and without anything that a file could make the library do."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from analytics.errors import InputError, QuestionError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 10_000
"""Rows that are held at once: some MB as Python objects, and row groups that the engine reads well."""

_MAX_TABLES = 1_000
"""Tables that are counted. A judgement."""

_MAX_NAMED = 6
"""Tables that a sentence names. Bounds it."""

_MAX_VALUE_BYTES = 64 << 20
"""Bytes of one value, as of one record of JSON: a column may be computed, and be as large as it likes. A judgement."""

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION)
"""What a statement may do; the functions of the house's statements are ``count`` and ``typeof``."""

_FUNCTIONS = ("count", "typeof")

_WITHOUT = (
    "Expected rows in the SQLite database, found none: it keeps what was written last in a file beside it, whose name ends in "
    "-wal. Read the database by its path where that file lies beside it, or write 'PRAGMA wal_checkpoint(TRUNCATE)' first."
)
_ALONE = (
    "The SQLite database may keep its last rows in a file beside it, whose name ends in -wal and which did not come with it: "
    "check that no row is missing."
)


def beside(path: Path) -> Path | None:
    """Return the file beside a database that holds the rows that were written last, None where there is none.

    A database of this mode has 2 in its bytes 18 and 19 (SQLite, "Database File Format", section 1.3). No link is followed.
    """
    with path.open("rb") as file:
        head = file.read(20)
    later = path.with_name(f"{path.name}-wal")
    if not head.startswith(b"SQLite format 3\x00") or 2 not in head[18:20]:
        return None
    return later if not later.is_symlink() and later.is_file() and later.stat().st_size else None


@dataclass(frozen=True)
class _Laid:
    """A table that was laid out as Parquet: where, its name, those of all tables, and sentences about the reading."""

    path: Path
    name: str
    names: tuple[str, ...]
    repairs: tuple[str, ...]


def lay_out(path: Path, scratch: Path, wanted: str | None) -> _Laid:
    """Rewrite the wanted table of a SQLite database as Parquet, by default the largest, some thousand rows at a time.

    Raises
    ------
    InputError
        If the database is damaged, or holds no table.
    QuestionError
        If it has no table of the wanted name.
    """
    later, target = beside(path), scratch / "table.parquet"
    try:
        with path.open("rb") as file:
            is_alone = later is None and 2 in file.read(20)[18:]
        with closing(_opened(path) if later is None else _with_later(path, later, scratch)) as connection:
            sizes = _sizes(connection) or {"": 0}
            name = max(sizes, key=lambda table: sizes[table])
            if is_alone and not sizes[name]:
                raise InputError(_WITHOUT)
            if not name or len(sizes) > _MAX_TABLES:
                n_tables = len(sizes) if name else 0
                raise InputError(f"Expected 1 to {_MAX_TABLES:,} tables in the SQLite database, found {n_tables:,}.")
            if wanted is not None and wanted not in sizes:
                shown = ", ".join(map(repr, [*sizes][:_MAX_NAMED]))
                raise QuestionError(f"Expected the name of a table, found {wanted!r}. The database has: {shown}.")
            name = name if wanted is None else wanted
            _write(connection, name, target)
            others = _others(connection, name, sizes)
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise InputError(
            f"Expected a readable SQLite database; reading it stopped with: {str(error)[:200]}. Check that the file is whole."
        ) from error
    said = (_ALONE,) if is_alone else ()
    if others:
        which = "" if wanted is not None else ", the largest,"
        said = (*said, f"The table {name!r} with {sizes[name]:,} rows{which} was read; the database also has {others}.")
    return _Laid(target, name, tuple(sizes), said)


def _others(connection: sqlite3.Connection, name: str, sizes: dict[str, int]) -> str:
    """List the other tables with their rows, those with the same columns first, and how one of them is chosen."""
    own = _columns(connection, name)
    alike = {other for other in sizes if other != name and _columns(connection, other) == own}
    others = sorted((other for other in sizes if other != name), key=lambda other: (other not in alike, -sizes[other]))
    named = [
        f"{other!r} ({sizes[other]:,}{', the same columns' if other in alike else ''})" for other in others[:_MAX_NAMED]
    ]
    how = f"; --sheet {shlex.quote(others[0])} reads that one" if others else ""
    return ", ".join(named) + (", …" if len(others) > _MAX_NAMED else "") + how


def _columns(connection: sqlite3.Connection, name: str) -> list[str]:
    """Return the names of a table's columns."""
    return [str(column[0]) for column in connection.execute(f"SELECT * FROM {_named(name)} LIMIT 0").description]


def _with_later(path: Path, later: Path, scratch: Path) -> sqlite3.Connection:
    """Open a copy of a database and of the file beside it, which the library joins; both must stand still meanwhile."""
    before = [_state_of(file) for file in (path, later)]
    copy = scratch / "database"
    shutil.copyfile(later, scratch / "database-wal")
    shutil.copyfile(path, copy)
    if before != [_state_of(file) for file in (path, later)]:
        raise InputError(
            "Expected a SQLite database that stands still, found one that is written to. Copy it with '.backup' first."
        )
    return _guarded(sqlite3.connect(copy))


def _state_of(path: Path) -> tuple[int, int]:
    """Return the size of a file and when it was written."""
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _check_length(path: Path) -> None:
    """Refuse a file that is shorter than its pages, which the library fills with nothing.

    Size and number of pages stand at the bytes 16 and 28 (SQLite, "Database File Format", section 1.3); 1 means 65,536.
    """
    with path.open("rb") as file:
        head = file.read(32)
    size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    if path.stat().st_size < (65_536 if size == 1 else size) * pages:
        raise sqlite3.DatabaseError("the file is shorter than it says")


def _opened(path: Path) -> sqlite3.Connection:
    """Open a database that is not written to, in which nothing but reading is allowed."""
    _check_length(path)
    return _guarded(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True))


def _guarded(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a connection in which nothing but reading is allowed, to pages that hold together."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise sqlite3.DatabaseError(str(found[0]) if found else "no pages")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    connection.set_authorizer(_authorised)
    connection.text_factory = lambda text: text.decode("utf-8", errors="replace")
    return connection


def _authorised(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    is_allowed = action in _ALLOWED and (action != sqlite3.SQLITE_FUNCTION or second in _FUNCTIONS)
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _named(name: str) -> str:
    """Return a name from a file as a quoted one, which SQLite takes for nothing else; tables cannot be parameters."""
    return '"' + name.replace('"', '""') + '"'


def _sizes(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the plain tables of a database with their rows; views and virtual tables are what a file computes."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    names = [
        str(name)
        for name, sql in rows
        if not str(name).startswith("sqlite_") and not str(sql).upper().startswith("CREATE VIRTUAL")
    ]
    if len(names) > _MAX_TABLES:
        return dict.fromkeys(names, 0)
    return {name: connection.execute(f"SELECT count(*) FROM {_named(name)}").fetchone()[0] for name in names}


def _write(connection: sqlite3.Connection, name: str, target: Path) -> None:
    """Write a table, each column in the one type that all of its values have."""
    import pyarrow as pa  # the only use: most files are no databases
    from pyarrow import parquet

    names = _columns(connection, name)
    types = [_type_of(connection, name, column) for column in names]
    schema = pa.schema(list(zip(names, types, strict=True)))
    with parquet.ParquetWriter(target, schema, compression="lz4") as writer:
        for rows in _batches(connection.execute(f"SELECT * FROM {_named(name)}")):
            values = [
                pa.array([_cell(cell, type_ == pa.string()) for cell in column], type=type_)
                for column, type_ in zip(zip(*rows, strict=True), types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(values, schema=schema))


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(_BATCH_ROWS):
        yield rows


def _type_of(connection: sqlite3.Connection, table: str, column: str) -> pa.DataType:
    """Return the Arrow type of a column by its values, which may be of any type whatever the table says."""
    import pyarrow as pa

    named = _named(column)
    rows = connection.execute(f"SELECT DISTINCT typeof({named}) FROM {_named(table)}").fetchall()
    kinds = {str(row[0]) for row in rows} - {"null"}
    if kinds == {"integer"}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {"integer", "real"} else pa.string()


def _cell(cell: Any, is_text: bool) -> Any:
    """Return a value as its column's type has it; bytes as the digits that they are."""
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell) if is_text and cell is not None else cell
