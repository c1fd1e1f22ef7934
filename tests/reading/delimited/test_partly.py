"""A file with a few damaged lines is read as if every line of it had been looked at one by one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.reading.delimited import lexer, load, partly, stretches
from analytics.reading.raw import _CREATE_SET_ASIDE
from tests.ingested import Desk
from tests.one_instance import fresh_database

NOTES = ["late, refunded", "ok", 'so "called"', "", "sent back"]


def table(rng: random.Random, n: int, end: str) -> list[str]:
    quoted = ['"' + note.replace('"', '""') + '"' for note in NOTES]
    return [
        f"tx-{at},{rng.choice(quoted)},{rng.random():.4f},{rng.randrange(2)},2025-03-{at % 28 + 1:02d}{end}"
        for at in range(n)
    ]


def damaged(rng: random.Random, lines: list[str]) -> None:
    """Break a line, or put one in that is none of the table."""
    at = rng.randrange(len(lines))
    kinds = [
        lambda line: line.replace(",", ',"', 1),
        lambda line: line.replace('"', "", 1),
        lambda line: line.replace(",", ",,", 1),
        lambda line: line.replace(",", "", 1),
        lambda line: "\n" + line,
        lambda line: "id,note,score,label,day\n" + line,
        lambda line: "Total,,,\n" + line,
        lambda line: line.replace(',"', ',"two\nlines ', 1),
        lambda line: line.replace("\r\n", "\n") if "\r" in line else line.replace("\n", "\r\n"),
        lambda line: line[: rng.randrange(len(line))] + "\n",
        lambda line: ",,,,\n" + line,
    ]
    lines[at] = rng.choice(kinds)(lines[at])


def loaded(path: Path, scratch: Path) -> tuple[object, ...]:
    with fresh_database() as connection:
        connection.execute(_CREATE_SET_ASIDE)
        found = load.load(connection, path, scratch, CsvOptions(), as_text=True)
        rows = connection.execute("SELECT * FROM raw ORDER BY rowid").fetchall()
        return found.header, found.outcome, rows, connection.execute("FROM set_aside ORDER BY line").fetchall()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of some lines, so that small files have several."""
    monkeypatch.setattr(stretches, "_AT_ENDS", 30)
    monkeypatch.setattr(stretches, "_SETTLING", 6)
    monkeypatch.setattr(stretches, "MAX_JOINED_LINES", 25)
    monkeypatch.setattr(lexer, "MAX_JOINED_LINES", 25)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_stretches_give_what_reading_line_by_line_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None, end: str
) -> None:
    took_parts = 0
    original = partly.load_partly

    def counted(*given: object) -> object:
        nonlocal took_parts
        found = original(*given)  # type: ignore[arg-type]
        took_parts += found is not None
        return found

    monkeypatch.setattr(partly, "load_partly", counted)
    for seed in range(16):
        rng = random.Random(seed)
        lines = table(rng, 900, end)
        for _ in range(rng.randrange(1, 4)):
            damaged(rng, lines)
        path = tmp_path / f"log{seed}.csv"
        path.write_bytes(("id,note,score,label,day" + end + "".join(lines)).encode())
        answers = []
        for large in (0, 1 << 40):
            monkeypatch.setattr(load, "_LARGE", large)
            answers.append(loaded(path, tmp_path))
        assert answers[0] == answers[1], seed
    assert took_parts >= 8


def test_a_file_that_is_odd_throughout_is_read_line_by_line(tmp_path: Path, small: None) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,b\n" + "1,2\n1,2,3\n" * 400)
    assert stretches.stretches(path, lexer.Dialect(",", '"', '"'), 2) is None


def test_the_line_of_the_first_row_set_aside_is_said(desk: Desk) -> None:
    rows = [f"tx-{at},{at / 90},{at % 2}\n" for at in range(1, 90)]
    rows[30] = rows[30].replace(",", ',"', 1)
    log = desk.log("id,score,label\n" + "".join(rows[:60]) + 'tx,"a"b",1,,,,\n' + "".join(rows[60:]))
    said = [finding.message for finding in log.findings if finding.code == "rows-set-aside"]
    assert said == [
        f"1 row was set aside: {aside.reason} (line 62). Download it below and correct the export."
        for aside in log.reading.set_aside
    ]


@pytest.mark.parametrize("odd", ["", "7,x,3,4,,,\n"])
@pytest.mark.parametrize("kind", ["texts", "numbers"])
def test_columns_in_another_order_further_down_are_refused_and_not_mixed(
    desk: Desk, small: None, monkeypatch: pytest.MonkeyPatch, odd: str, kind: str
) -> None:
    monkeypatch.setattr(load, "_LARGE", 0)
    row = (lambda at: f"c{at},high,no,yes") if kind == "texts" else (lambda at: f"{at},{at / 500},{at % 2},{at % 7}")
    rows = [row(at) + "\n" for at in range(400)]
    text = "id,score,label,shop\n" + "".join(rows[:100]) + odd + "".join(rows[100:200])
    with pytest.raises(InputError, match=r"columns in one order, found another one from line 20[23] on"):
        desk.read(text + "id,label,score,shop\n" + "".join(rows[200:]))
    assert desk.read(text + "id,score,label,shop\n" + "".join(rows[200:])).rows_kept in (400, 401)
