"""Dumps of databases: the rows of their INSERT statements and COPY blocks, and nothing is run."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from analytics.errors import InputError
from tests.ingested import Desk

NOTES = ["it's ok", 'say "so", twice', "a; b", "two\nlines", "(in) brackets", ""]
ROWS = [(f"tx-{n}", n / 40, n % 3 == 0, NOTES[n % len(NOTES)]) for n in range(40)]


def escaped(text: str) -> str:
    return text.replace("'", "''")


MYSQL = (
    "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `scores`;\nCREATE TABLE `scores` (\n"
    "  `id` varchar(20) NOT NULL,\n  `score` double DEFAULT NULL,\n  `label` tinyint(1),\n  `note` text,\n  PRIMARY KEY (`id`)\n"
    ") ENGINE=InnoDB;\nLOCK TABLES `scores` WRITE;\nINSERT INTO `scores` VALUES "
)
MYSQL += ",".join(
    "('{}',{},{},'{}')".format(i, s, int(y), t.replace("'", "\\'").replace("\n", "\\n").replace('"', '\\"'))
    for i, s, y, t in ROWS
)
POSTGRES = "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\nCREATE TABLE public.scores (\n    id text\n);\n\n"
POSTGRES += "COPY public.scores (id, score, label, note) FROM stdin;\n" + "".join(
    "{}\t{}\t{}\t{}\n".format(i, s, "ft"[y], t.replace("\n", "\\n")) for i, s, y, t in ROWS
)
ORACLE = "REM INSERTING into SCORES\nSET DEFINE OFF;\n" + "".join(
    f"Insert into SCORES (ID,SCORE,LABEL,NOTE) values ('{i}',{s},{int(y)},'{escaped(t)}');\n" for i, s, y, t in ROWS
)
SERVER = "USE [ml]\nGO\nSET NOCOUNT ON\n" + "".join(
    f"INSERT [dbo].[scores] ([id], [score], [label], [note]) VALUES (N'{i}', CAST({s} AS Decimal(9, 4)), {int(y)}, "
    f"N'{escaped(t)}')\nGO\n"
    for i, s, y, t in ROWS
)


def lite() -> str:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE scores (id TEXT, score REAL, label INT, note TEXT)")
        connection.executemany("INSERT INTO scores VALUES (?, ?, ?, ?)", ROWS)
        return "\n".join(connection.iterdump())


DUMPS = {
    "mysql": MYSQL + ";\nUNLOCK TABLES;\n",
    "postgres": POSTGRES + "\\.\n\n--\n-- PostgreSQL database dump complete\n--\n",
    "oracle": ORACLE + "COMMIT;\n",
    "sql server": SERVER,
    "sqlite": lite(),
}


@pytest.mark.parametrize("kind", DUMPS)
def test_rows_are_those_of_the_table(desk: Desk, kind: str) -> None:
    log = desk.log(desk.file(DUMPS[kind], "dump.sql"))
    assert log.reading.file_format == "sql"
    assert [name.casefold() for name in log.reading.names] == ["id", "score", "label", "note"]
    stored = desk.stored(log)
    assert stored["score"].to_list() == [row[1] for row in ROWS]
    assert stored["label"].to_list() == [int(row[2]) for row in ROWS]
    assert [note or "" for note in stored["c3"].to_list()] == [row[3] for row in ROWS]


def test_the_largest_table_is_read_and_the_others_are_said(desk: Desk) -> None:
    text = ORACLE + "Insert into USERS (ID) values (1);\nInsert into USERS (ID) values (NULL);\n"
    reading = desk.read(desk.file(text, "dump.sql"))
    assert reading.rows_kept == len(ROWS)
    assert "The table 'SCORES' with 40 rows, the largest, was read; the dump also has 'USERS' (2)." in reading.repairs


@pytest.mark.parametrize(
    "row", ["('a', 1;", "('a', (SELECT 1), 2, 3)", "('a', 0.5)", "('a', 'open, 1, 'x')", "SELECT * FROM t"]
)
def test_another_form_is_refused_with_its_line(desk: Desk, row: str) -> None:
    text = "SET x = 1;\nINSERT INTO t (id, score, label, note) VALUES ('b', 0.5, 1, NULL);\n"
    with pytest.raises(InputError, match="on line 3"):
        desk.read(desk.file(f"{text}INSERT INTO t (id, score, label, note) VALUES {row};\n", "dump.sql"))


def test_a_note_with_a_statement_in_it_makes_no_dump(desk: Desk) -> None:
    text = "note,score,label\n" + '"\nINSERT INTO t (a) VALUES (1);",0.5,1\n' * 9
    assert desk.read(text).file_format == "csv"
