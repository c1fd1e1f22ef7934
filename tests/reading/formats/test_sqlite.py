"""SQLite databases: the largest table, whatever the others are, and nothing but reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from tests.ingested import Desk

ROWS = [(f"r{n}", n * 7 % 100 / 100, n % 2, None if n == 3 else "süd", n) for n in range(50)]
LOG = ("CREATE TABLE log (id TEXT, score REAL, label INTEGER, region TEXT, n INTEGER)", "log", ROWS)
Given = tuple[str, str, Sequence[tuple[object, ...]]]


def database(desk: Desk, *tables: Given, then: Sequence[str] = ()) -> Path:
    path = desk.file(b"", "log.db")
    with closing(sqlite3.connect(path)) as connection:
        for create, name, rows in tables:
            connection.execute(create)
            connection.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
        for statement in then:
            connection.execute(statement)
        connection.commit()
    return path


def test_the_largest_table_is_read_and_the_others_are_named(desk: Desk) -> None:
    models = ("CREATE TABLE models (id TEXT)", "models", [("a",), ("b",)])
    june = (LOG[0].replace("TABLE log", "TABLE june"), "june", ROWS[:1])
    path = database(desk, models, LOG, june)
    before = path.read_bytes()
    upload = desk.stage(path)
    assert upload.reading.file_format == "sqlite"
    assert (
        "The table 'log' with 50 rows, the largest, was read; the database also has 'june' (1, the same columns), "
        "'models' (2); --sheet june reads that one." in upload.reading.repairs
    )
    other = desk.read(path, csv=CsvOptions(sheet="june"))
    assert (other.rows_kept, other.origin.sheet, other.origin.sheets) == (1, "june", ("models", "log", "june"))
    with pytest.raises(InputError, match="Expected the name of a table, found 'july'"):
        desk.read(path, csv=CsvOptions(sheet="july"))
    stored = desk.stored(desk.build(upload))
    assert stored["score"].to_list() == [row[1] for row in ROWS]
    assert stored["label"].to_list() == [row[2] for row in ROWS]
    assert [column.type for column in upload.reading.columns] == ["VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "BIGINT"]
    assert path.read_bytes() == before and [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_values_of_several_types_in_one_column_are_text(desk: Desk) -> None:
    rows = [(1, 0.5, b"\x01\xff"), ("x", 1, None), (None, 0.25, b"a")]
    reading = desk.read(database(desk, ("CREATE TABLE t (a, b, c)", "t", rows)))
    assert [column.type for column in reading.columns] == ["VARCHAR", "DOUBLE", "VARCHAR"]
    assert {value for value, _ in reading.column("a").top} == {"1", "x"}


@pytest.mark.parametrize("name", ['x"; DROP TABLE log; --', "select", "a b", "[x]", "'", "ünïcode"])
def test_names_are_names(desk: Desk, name: str) -> None:
    quoted = name.replace('"', '""')
    path = desk.file(b"", "log.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f'CREATE TABLE "{quoted}" ("{quoted}" REAL, label INTEGER)')
        connection.executemany(f'INSERT INTO "{quoted}" VALUES (?, ?)', [(0.5, 1), (0.25, 0)])
        connection.commit()
    assert desk.read(path).names == (name, "label")


def test_what_a_file_computes_is_not_read(desk: Desk) -> None:
    endless = "CREATE VIEW big AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
    reading = desk.read(database(desk, LOG, then=[endless]))
    assert reading.rows_kept == 50


def test_a_column_that_computes_values_without_bounds_is_refused(desk: Desk) -> None:
    path = database(desk, LOG)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        connection.executemany("INSERT INTO t (a) VALUES (?)", [(100_000_000,)] * 60)
        computed = "ALTER TABLE t ADD COLUMN b AS (hex(zeroblob(a)))"
        connection.execute(computed)  # last: an insertion would compute its 200 MB
        connection.commit()
    with pytest.raises(InputError, match="reading it stopped with"):
        desk.read(path)


@pytest.mark.parametrize("cut", [100, 5_000])
def test_a_damaged_database_is_refused_in_a_sentence(desk: Desk, cut: int) -> None:
    content = database(desk, LOG).read_bytes()[:cut]
    with pytest.raises(InputError, match="SQLite database"):
        desk.read(desk.file(content, "log.db"))


def test_a_database_without_tables_is_refused(desk: Desk) -> None:
    path = database(desk, then=["CREATE TABLE t (a)", "DROP TABLE t"])
    with pytest.raises(InputError, match="Expected 1 to 1,000 tables"):
        desk.read(path)


def wal_database(folder: Path, n_first: int) -> tuple[Path, sqlite3.Connection]:
    """A database whose first rows are in its own file and the others in the one beside it, still open."""
    path = folder / "live.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    if n_first >= 0:
        connection.execute(LOG[0])
        connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", ROWS[:n_first])
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        connection.execute(LOG[0])
    connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", ROWS[max(n_first, 0) :])
    connection.commit()
    return path, connection


@pytest.mark.parametrize("n_first", [-1, 0, 20])
def test_rows_in_the_file_beside_a_database_are_read_or_said_to_be_missing(
    desk: Desk, tmp_path: Path, n_first: int
) -> None:
    path, connection = wal_database(tmp_path, n_first)
    with closing(connection):
        alone = desk.file(path.read_bytes(), "live.db")
        assert desk.read(path).rows_read == len(ROWS)
        assert {entry.name for entry in tmp_path.iterdir()} == {"live.db", "live.db-wal", "live.db-shm"}
    if n_first > 0:
        reading = desk.read(alone)
        assert reading.rows_read == n_first and any("-wal" in said for said in reading.repairs)
    else:
        with pytest.raises(InputError, match=r"found none: .*-wal"):
            desk.read(alone)


def test_the_file_beside_a_database_makes_another_log(desk: Desk, tmp_path: Path) -> None:
    path, connection = wal_database(tmp_path, 20)
    with closing(connection):
        first = desk.stage(path).reading.content_hash
        connection.execute("INSERT INTO log VALUES ('new', 0.5, 1, NULL, 0)")
        connection.commit()
        assert desk.stage(path).reading.content_hash != first
