"""CSV that balances: every line of a file is in one class, what is mended is said, and benchmarks come out cell by cell."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.errors import InputError, QuestionError
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts
from analytics.reading import raw
from analytics.reading.bounds import LONG_RUN
from analytics.reading.delimited import proof
from analytics.reading.delimited.lexer import Dialect
from analytics.reading.delimited.repair import Patience, Search
from analytics.reading.delimited.shapes import profiles
from analytics.reading.formats import sources
from analytics.reading.formats.text import FEW
from analytics.reading.sql import database
from analytics.reading.table import Table
from tests.ingested import Desk
from tests.one_instance import one_instance
from tests.thorough import amount


@dataclass(frozen=True)
class Read:
    """A file as it was read: its table, its rows as text under its header, and what was set aside."""

    table: Table
    rows: list[list[str]]
    aside: list[tuple[int, str, str]]

    @property
    def lines(self) -> LineCounts:
        assert self.table.lines is not None
        return self.table.lines


def read(path: Path, folder: Path, options: CsvOptions | None = None, *, as_text: bool = True) -> Read:
    """Read a file as `ingest --out` does."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    (scratch / "raw.duckdb").unlink(missing_ok=True)
    source = sources.prepare(path, scratch, max_bytes=1 << 30, progress=lambda _: None, csv=options)
    with one_instance(), database.connect(scratch / "raw.duckdb", "1GB") as connection:
        table = raw.read_source(connection, source, scratch, options, as_text=as_text, unfolds=not as_text)
        database.write_text(connection, table.header, scratch / "copy.csv")
        aside = connection.execute("FROM set_aside ORDER BY line").fetchall()
    return Read(table, cells(scratch / "copy.csv"), aside)


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def text(folder: Path, content: str | bytes, options: CsvOptions | None = None, *, as_text: bool = True) -> Read:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(path, folder, options, as_text=as_text)
    assert_balanced(path.read_bytes(), found)
    return found


def assert_balanced(content: bytes, found: Read) -> None:
    """Header, skipped, blank, kept and set aside are the lines of the file, and no line stands twice."""
    end = b"\n" if b"\n" in content else b"\r"
    n_lines = content.count(end) + (not content.endswith(end) and bool(content))
    counts = found.lines
    assert counts.total == n_lines
    assert counts.header + counts.skipped + counts.blank + counts.kept + counts.set_aside == counts.total
    assert all(count >= 0 for count in asdict(counts).values())
    assert len(found.aside) == sum(reason.rows for reason in found.table.set_aside)
    assert len({line for line, _, _ in found.aside}) == len(found.aside)
    assert all(1 <= line <= n_lines for line, _, _ in found.aside)


def pollock(data: Path) -> Path:
    return data / "csv" / "pollock"


def options_of(parameters: Path) -> CsvOptions:
    said = json.loads(parameters.read_text("utf-8"))
    return CsvOptions(
        delimiter=said["delimiter"] or None,
        quote=said["quotechar"],
        escape=said["escapechar"],
        header_lines=said["header_lines"],
        skip_lines=said["preamble_lines"],
        encoding=said["encoding"],
    )


@pytest.mark.parametrize("is_given", [False, True])
def test_pollock_cell_by_cell(data: Path, tmp_path: Path, is_given: bool) -> None:
    """At least 46 of the 48 with nothing set by hand, all with the dialect given; the empty file is said to be empty."""
    wrong = []
    paths = sorted((pollock(data) / "csv").iterdir())
    for path in paths:
        options = options_of(pollock(data) / "parameters" / f"{path.name}_parameters.json") if is_given else None
        try:
            found = read(path, tmp_path, options)
            assert_balanced(path.read_bytes(), found)
            rows = found.rows
        except InputError as error:
            assert "empty file" in str(error)
            rows = []
        if rows != cells(pollock(data) / "clean" / path.name):
            wrong.append(path.name)
    assert (len(paths), wrong) == (48, [])


def test_csv_spectrum_cell_by_cell(data: Path, tmp_path: Path) -> None:
    folder = data / "csv" / "csv-spectrum"
    paths = sorted((folder / "csvs").glob("*.csv"))
    assert len(paths) == 12
    for path in paths:
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8", "replace"))
        expected = expected if isinstance(expected, list) else [expected]
        rows = [list(expected[0]), *[list(map(str, row.values())) for row in expected]]
        found = read(path, tmp_path)
        assert_balanced(path.read_bytes(), found)
        if path.stem == "location_coordinates":  # its JSON holds another telephone number
            assert found.rows[1][0] == "2095257564"
            found.rows[1][0] = rows[1][0]
        assert found.rows == rows, path.name
        assert found.table.repairs == () or path.stem == "location_coordinates"


def test_footers_of_the_loans_are_no_rows(data: Path, tmp_path: Path) -> None:
    path = data / "lending-club" / "lending_club_1000.csv"
    found = read(path, tmp_path)
    assert_balanced(path.read_bytes(), found)
    assert found.lines == LineCounts(header=1, skipped=0, blank=0, kept=998, set_aside=2, total=1001)
    assert [(line, reason) for line, reason, _ in found.aside] == [(1000, "footer"), (1001, "footer")]
    assert found.aside[0][2].startswith("Total amount funded in policy code 1: 1465324575,,")
    assert all(row[0].isdigit() for row in found.rows[1:])


GOOD = [["id", "day", "amount", "note"]] + [
    [f"AB-{place:04}", f"2024-03-{place % 28 + 1:02}", f"{place * 1.25:.2f}", word]
    for place, word in enumerate(["all is well", "late again", "ok", "as agreed, twice", "call back"] * 6)
]


def line_of(row: list[str], delimiter: str = ",") -> str:
    return delimiter.join(f'"{cell}"' if delimiter in cell or '"' in cell else cell for cell in row)


def with_line(place: int, changed: str, *, end: str = "\n") -> str:
    lines = [line_of(row) for row in GOOD]
    lines[place] = changed
    return end.join(lines) + end


def expected(place: int, row: list[str]) -> list[list[str]]:
    return [*GOOD[:place], row, *GOOD[place + 1 :]]


REPAIRS = [
    (7, "AB-0006,2024-03-077.50,late again", GOOD[7], "missing separator"),
    (7, "AB-00062024-03-07,7.50,late again", GOOD[7], "missing separator"),
    (7, "AB-0006,,2024-03-07,7.50,late again", GOOD[7], "extra separator"),
    (7, "AB-0006,2024-03-07,7.50,,late again", GOOD[7], "extra separator"),
    (7, "AB-0006;2024-03-07;7.50;late again", GOOD[7], "another delimiter"),
    (7, "AB-0006 2024-03-07 7.50 late again", GOOD[7], "another delimiter"),
    (7, 'AB-0006,"2024-03-07,7.50,late again', [*GOOD[7][:1], '"2024-03-07', *GOOD[7][2:]], "stray quote"),
    (7, 'AB-0006,2024-03-07,7.50,late "again"', [*GOOD[7][:3], 'late "again"'], "stray quote"),
    (9, "AB-0008,2024-03-09,10.00,as agreed, twice", GOOD[9], "not quoted"),
    (7, "AB-0006,2024-03-07,7.50", [*GOOD[7][:3], ""], "fields missing at its end"),
]


@pytest.mark.parametrize(("place", "changed", "row", "kind"), REPAIRS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_damaged_line_is_mended_and_said(
    tmp_path: Path, place: int, changed: str, row: list[str], kind: str, end: str
) -> None:
    found = text(tmp_path, with_line(place, changed, end=end))
    assert found.rows == expected(place, row)
    assert [
        repair for repair in found.table.repairs if kind in repair and repair.startswith("1 line was repaired: 1 with")
    ]
    assert found.aside == []


HEADERS = [
    (",id,day,amount,note", "extra separator"),
    ("id,,day,amount,note", "extra separator"),
    ("id;day;amount;note", "another delimiter"),
    ("id day amount note", "another delimiter"),
]


@pytest.mark.parametrize(("header", "kind"), HEADERS)
def test_a_damaged_header_is_mended_and_said(tmp_path: Path, header: str, kind: str) -> None:
    found = text(tmp_path, with_line(0, header))
    assert found.rows == GOOD
    assert found.lines.header == 1
    assert f"The header was repaired: {kind}." in found.table.repairs


ASIDE = [
    ("AB-0006", "missing columns"),
    ("a,b,c,d,e,f,g,h", "too many columns"),
    ("AB-0006,2024-03-07,7.50,late again,x,y,z", "too many columns"),
]


@pytest.mark.parametrize(("changed", "reason"), ASIDE)
def test_a_line_beyond_mending_is_set_aside_with_its_reason(tmp_path: Path, changed: str, reason: str) -> None:
    found = text(tmp_path, with_line(7, changed))
    assert found.aside == [(8, reason, changed)]
    assert found.rows == [*GOOD[:7], *GOOD[8:]]


def test_an_unclear_separator_is_not_guessed(tmp_path: Path) -> None:
    rows = [f"{place},{place % 7 or ''},{place % 5 or ''},{place}" for place in range(40)]
    found = text(tmp_path, "\n".join(["a,b,c,d", *rows, "7,,8,,9"]) + "\n")
    assert (len(found.rows), len(found.aside)) == (41, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", ", ", "||", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str, end: str) -> None:
    rows = [[cell.replace(" ", "_") for cell in row] for row in GOOD]
    found = text(tmp_path, end.join(line_of(row, delimiter) for row in rows) + end)
    assert found.rows == rows
    assert found.lines.kept == len(GOOD) - 1


@pytest.mark.parametrize(
    ("content", "header", "counts"),
    [
        ("Report\nof May\n\n{}", 1, {"skipped": 2, "blank": 1}),
        ("Report,,,\n,,,\n{}", 1, {"skipped": 2}),
        ("{}\nSource: the bank\nNote: preliminary, as always\n", 1, {"blank": 1, "set_aside": 2}),
        ("{}Total of all,,,\n", 1, {"set_aside": 1}),
        ("{}\n\n", 1, {"blank": 2}),
        ("id,day,amount,note\n{}", 2, {}),
        ("{}\nname,place\nann,rome\nbob,oslo\ncarl,bern\n", 1, {"blank": 1, "set_aside": 4}),
        ("{}name,place,when,of,what\n1,2,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n", 1, {"set_aside": 4}),
    ],
)
def test_what_surrounds_the_table(tmp_path: Path, content: str, header: int, counts: dict[str, int]) -> None:
    found = text(tmp_path, content.replace("{}", with_line(0, "id,day,amount,note")))
    names = [" ".join([name] * header) for name in GOOD[0]]
    assert found.rows == [names, *GOOD[1:]]
    zero = {"skipped": 0, "blank": 0, "set_aside": 0}
    assert asdict(found.lines) == {**asdict(found.lines), **zero, **counts, "header": header, "kept": len(GOOD) - 1}
    reasons = {reason for _, reason, _ in found.aside}
    assert reasons <= ({"footer"} if "Source" in content or "Total" in content else {"another table"})


@pytest.mark.parametrize("gap", ["", ",,,,\n", "\n"])
def test_remarks_that_a_spreadsheet_filled_up_are_no_header(tmp_path: Path, gap: str) -> None:
    remarks = "Report,Orders by region,,,\nFilter,north or south,,,\nRun at,2025-01-01,,,\n"
    rows = "".join(f"{place:05d},city {place},{place / 10},{place % 2},2025-01-0{place + 1}\n" for place in range(8))
    found = text(tmp_path, f"{remarks}{gap}id,city,score,label,day\n{rows}")
    assert found.rows[0] == ["id", "city", "score", "label", "day"]
    assert len(found.rows) == 9 and found.lines.skipped >= 3


def test_single_quotes_around_every_field_are_found_between_semicolons(tmp_path: Path) -> None:
    rows = [["id", "city", "score", "label"], *([f"{place:03d}", "north", f"0.{place}", "1"] for place in range(30))]
    found = text(tmp_path, "".join(";".join(f"'{cell}'" for cell in row) + "\n" for row in rows))
    assert found.rows == rows


def test_a_file_without_header_gets_none_when_written_back(tmp_path: Path) -> None:
    found = text(tmp_path, with_line(0, line_of(GOOD[1])))
    assert found.rows == [GOOD[1], *GOOD[1:]]
    assert found.table.names == ("column 1", "column 2", "column 3", "column 4")
    assert found.lines.header == 0
    assert "The file has no header: columns are numbered." in found.table.repairs


def test_one_column_is_read_and_said(tmp_path: Path) -> None:
    found = text(tmp_path, "word\n" + "\n".join(["apple", "plum", "pear", "red, ripe"] * 4) + "\n")
    assert (found.table.names, found.lines.kept) == (("word",), 16)
    assert any("Only one column" in repair for repair in found.table.repairs)


FIRST, SECOND = "id,name,score\n1,a,0.5\n2,b,0.25\n", "id,name,score\n3,c,0.75\n4,d,0.1\n"


@pytest.mark.parametrize(
    ("content", "n_rows", "reasons"),
    [
        (FIRST + SECOND, 4, {"the header once more": 1}),
        (FIRST + "\n" + SECOND, 4, {"the header once more": 1}),
        ("\ufeff" + FIRST + "\ufeff" + SECOND, 4, {"the header once more": 1}),
        ("name,kind\na,b\nc,d\n\ufeffname,kind\ne,f\n", 3, {"the header once more": 1}),
        (FIRST + FIRST, 2, {"another table": 3}),
        (FIRST + "Total,,\n" + SECOND, 4, {"footer": 1, "the header once more": 1}),
        (FIRST.replace("score\n", "score\n--,----,-----\n"), 2, {"a line of dashes": 1}),
        (FIRST + "--,----,\n", 3, {}),
    ],
)
def test_files_put_one_behind_the_other_are_one_table(
    tmp_path: Path, content: str, n_rows: int, reasons: dict[str, int]
) -> None:
    found = text(tmp_path, content)
    assert (len(found.rows) - 1, {reason.reason: reason.rows for reason in found.table.set_aside}) == (n_rows, reasons)


def test_a_long_text_at_the_end_of_the_first_lines_is_one_field(tmp_path: Path) -> None:
    rows = "".join(f"{row},plain,0.5\n" for row in range(300))
    long = "Yes, and no\n" * 5_000
    found = text(tmp_path, "id,text,score\n" + rows + f'300,"{long}",0.25\n301,plain,0.5\n')
    assert (len(found.rows), found.lines.set_aside, found.lines.kept) == (303, 0, 5_302)


def test_text_over_several_lines_counts_its_lines(tmp_path: Path) -> None:
    found = text(tmp_path, 'id,note,score\n1,"two\nlines",0.5\n2,"a\n\nb",0.25\n3,x,0.125\n')
    assert found.rows[1:] == [["1", "two\nlines", "0.5"], ["2", "a\n\nb", "0.25"], ["3", "x", "0.125"]]
    assert (found.lines.kept, found.lines.total) == (6, 7)
    damaged = text(tmp_path, 'id,note,score\n1,"two\nlines",0.5\n2,"a\n\nb",0.25\n3\n4,x,0.125\n5,y,1\n')
    assert damaged.rows[1:3] == found.rows[1:3]
    assert damaged.aside == [(7, "missing columns", "3")]


@pytest.mark.parametrize(
    "value", ["007", "+5", "1_000", "0x10", "1.5", " 7", "1e3", "12345678901234567890", "x", "-", "NA"]
)
def test_numbers_are_read_as_they_stand(tmp_path: Path, value: str) -> None:
    """The engine alone reads 007 as 7 and 1.5 as 2 once a column is said to be whole; the fast reading must not."""
    plain = [f"{place},{place / 8},r{place}" for place in range(1_000)]
    content = "\n".join(["id,score,name", *plain, f"{value},0.5,last", f"1,{value},last"]) + "\n"
    found = text(tmp_path, content, as_text=False)
    assert found.rows[-2][0].strip() == value.strip() or float(found.rows[-2][0]) == float(value)
    if value in ("007", "12345678901234567890", "1_000", "0x10"):
        assert (found.rows[-2][0], found.rows[-1][1]) == (value, value)


@pytest.mark.parametrize("moment", ["2024-01-01T10:00:00+02:00", "2024-01-01", "2024-01-01 10:00:00 UTC", "epoch"])
def test_times_are_read_as_they_stand(tmp_path: Path, moment: str) -> None:
    rows = [f"{place},2024-01-01 10:{place % 60:02}:00" for place in range(700)]
    found = text(tmp_path, "\n".join(["id,at", *rows, f"700,{moment}"]) + "\n", as_text=False)
    assert found.rows[-1] == ["700", moment]


def test_a_clean_file_is_typed_by_the_fast_reading(tmp_path: Path) -> None:
    rows = [f'{place},{place / 8},{place % 2 == 0},2024-01-01 10:00:00,"a, b"' for place in range(600)]
    found = text(tmp_path, "\n".join(["id,score,flag,at,note", *rows]).lower() + "\n", as_text=False)
    assert found.table.types == ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "VARCHAR")
    assert found.lines == LineCounts(1, 0, 0, 600, 0, 601)


@pytest.mark.parametrize(("end", "type_"), [(".5", "TIMESTAMP"), (".123457", "TIMESTAMP"), (".500000", "VARCHAR")])
def test_parts_of_a_second_are_typed_at_once_where_they_are_written_as_the_engine_writes_them(
    tmp_path: Path, end: str, type_: str
) -> None:
    rows = [f"{place},2024-01-01 10:00:{place % 60:02}{end if place % 3 else ''}" for place in range(600)]
    found = text(tmp_path, "\n".join(["id,at", *rows]) + "\n", as_text=False)
    assert found.table.types == ("BIGINT", type_)
    assert datetime.fromisoformat(found.rows[-1][1]) == datetime.fromisoformat(f"2024-01-01 10:00:59{end}")


def test_fast_and_careful_reading_agree(tmp_path: Path) -> None:
    """One blank line is enough for the careful reading; apart from it both give the same."""
    lines = [line_of(row) for row in GOOD]
    fast, careful = (
        text(tmp_path, "\n".join(lines) + "\n"),
        text(tmp_path, "\n".join([*lines[:9], "", *lines[9:]]) + "\n"),
    )
    assert fast.rows == careful.rows == GOOD
    assert (fast.lines.kept, careful.lines.kept, careful.lines.blank) == (30, 30, 1)


CELL = st.text(alphabet="abzA09.-,;\"'\\ \t\n\r|é\x00", max_size=8)


@settings(max_examples=amount(30, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_books_close_whatever_is_done_to_a_file(tmp_path: Path, data: st.DataObject) -> None:
    """Characters put in, taken out and lines repeated anywhere: each line is in one class, and all of them are there."""
    content = with_line(0, "id,day,amount,note")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content = content[:at] + data.draw(CELL) + content[at + length :]
    try:
        found = text(tmp_path, content)
    except InputError:
        assert not content.strip(" \t\r\n")
    else:
        assert (
            found.table.names
            and found.lines.kept + found.lines.set_aside + found.lines.header + found.lines.skipped > 0
        )


@settings(max_examples=amount(30, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="ab1,;\"'\\ \t\n\r|é", max_size=30), min_size=1, max_size=12))
def test_the_books_close_on_anything(tmp_path: Path, lines: list[str]) -> None:
    content = "\n".join(lines)
    try:
        text(tmp_path, content)
    except InputError as error:
        assert "empty" in str(error) or not content.strip(" \t\r\n"), error


@settings(max_examples=amount(20, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=9))
def test_whatever_python_writes_is_read(tmp_path: Path, rows: list[list[str]]) -> None:
    """Quoted throughout, with ids: every cell arrives as it was."""
    written = [["the id", "left", "right"], *[[f"row {place}", *row] for place, row in enumerate(rows)]]
    path = tmp_path / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(written)
    assume(path.read_bytes().count(0) <= FEW)  # more are refused as no text
    found = read(path, tmp_path, CsvOptions(delimiter=",", quote='"', escape='"', header_lines=1, skip_lines=0))
    assert found.rows == written
    assert_balanced(path.read_bytes(), found)


@pytest.mark.parametrize(
    ("content", "options", "rows"),
    [
        ("a:b\n1:2\n", CsvOptions(delimiter=":"), [["a", "b"], ["1", "2"]]),
        ("a<>b\n1<>2\n", CsvOptions(delimiter="<>"), [["a", "b"], ["1", "2"]]),
        ("x\na,b\n1,2\n", CsvOptions(skip_lines=1), [["a", "b"], ["1", "2"]]),
        ("a,b\nc,d\n1,2\n3,4\n", CsvOptions(header_lines=2), [["a c", "b d"], ["1", "2"], ["3", "4"]]),
        ("a,b\nc,d\n", CsvOptions(header_lines=0), [["a", "b"], ["c", "d"]]),
        ("a,b\nc,d\n", CsvOptions(has_header=False), [["a", "b"], ["c", "d"]]),
        ("1,2\n3,4\n5,6\n", CsvOptions(has_header=True), [["1", "2"], ["3", "4"], ["5", "6"]]),
        ('a,b\n"1,2\n', CsvOptions(quote=""), [["a", "b"], ['"1', "2"]]),
        ("a,b\n/x,1/,2\n", CsvOptions(quote="/"), [["a", "b"], ["x,1", "2"]]),
        ('a,b\n"x~"y",2\n', CsvOptions(escape="~"), [["a", "b"], ['x"y', "2"]]),
        ("a,b\n1,é\n".encode("cp437"), CsvOptions(encoding="cp437"), [["a", "b"], ["1", "é"]]),
        ('{"a": 1}\n{"a": 2}\n', CsvOptions(delimiter=":", quote=""), [['{"a"', " 1}"], ['{"a"', " 2}"]]),
    ],
)
def test_what_is_set_by_hand_holds(
    tmp_path: Path, content: str | bytes, options: CsvOptions, rows: list[list[str]]
) -> None:
    assert text(tmp_path, content, options).rows == rows


@pytest.mark.parametrize(
    "values",
    [
        {"quote": "ab"},
        {"delimiter": "\n"},
        {"skip_lines": -1},
        {"encoding": "no such"},
        {"quote": ",", "delimiter": ","},
    ],
)
def test_options_no_file_can_have_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(QuestionError, match="Expected"):
        CsvOptions(**values)  # type: ignore[arg-type]


def test_bytes_that_are_not_in_the_given_encoding_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ascii"):
        text(tmp_path, "a,b\n1,é\n", CsvOptions(encoding="ascii"))


def test_another_reading_of_the_same_bytes_is_another_log(desk: Desk) -> None:
    path = desk.file("id;score,x\n1;0.5,2\n2;0.25,3\n")
    plain, other = desk.read(path), desk.read(path, csv=CsvOptions(delimiter=";"))
    assert plain.content_hash != other.content_hash
    assert other.names == ("id", "score,x")
    assert other.lines == LineCounts(1, 0, 0, 2, 0, 3)


def test_the_engine_still_reads_wrong_what_the_proof_refuses(tmp_path: Path) -> None:
    """Why there is a proof: told that a column is whole, DuckDB rounds 1.5, drops zeros, and says nothing."""
    path = tmp_path / "x.csv"
    path.write_text("1.5\n007\n0x10\n")
    found = duckdb.sql(
        f"FROM read_csv('{path}', auto_detect = false, header = false, columns = {{'a': 'BIGINT'}})"
    ).fetchall()
    assert found == [(2,), (7,), (16,)]


WORST = [
    "id,note,score\n" + "".join(f'{place},"never closed {place},0.5\n' for place in range(3_000)),
    'id,note,score\n1,"open\n' + "".join(f'{place},"" "",0.5\n' for place in range(3_000)),
    "id,when,note\n"
    + "".join(f'{place}{"," * (place % 2)}2024-01-0{place % 9 + 1},"some, note"\n' for place in range(1, 2_000))
    + '1,2024-01-01,"a"\n',
    "a,b,c\n" + "1,2,3\n" * 50 + '"' + '","' * 20_000 + "\n" + "1,2,3\n" * 50,
    "a,b,c\n" + "1,2,3\n" * 50 + '1,"' + 'x"y' * 100_000 + '",3\n' + "1,2,3\n" * 50,
    "a,b,c\n" + "1,2,3\n" * 50 + "," * (LONG_RUN - 1) + "\n" + "1,2,3\n" * 50,
]


@pytest.mark.parametrize("content", WORST)
def test_files_that_are_hard_throughout_are_read_in_time(tmp_path: Path, content: str) -> None:
    """None of them takes more than seconds, and none comes out empty or as a single column in silence."""
    found = text(tmp_path, content)
    assert found.lines.kept >= 50
    assert len(found.table.names) == 3


def test_lines_that_are_nothing_but_faults_cost_less_once_they_cost_much() -> None:
    columns = profiles([([f"{at}", f"0.{at}", *["some text"] * 6], None) for at in range(10, 60)], 8)
    hard, patience = '["one", 0.5, "two"], ' * 30, Patience(1)
    search = Search(Dialect(",", '"', '"'), 8, columns, patience)
    search.read(hard, n_fields=7)
    assert patience.left < -2_000
    before = search.n_looks
    search.read(hard, n_fields=7)
    assert 0 < search.n_looks - before < 1_200
    row = search.read('70,0.70 some text,b,c,d,e,"f"', n_fields=7)
    assert row is not None and row.cells == ("70", "0.70 ", "some text", "b", "c", "d", "e", "f")


def test_behind_a_quote_that_is_never_closed_no_piece_is_looked_at_over_and_over(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'id,text\n1,"open\n' + b'2,"closed, well"\n' * 750_000)
    with patch.object(proof, "_last_end", side_effect=proof._last_end) as looked:
        list(proof._pieces(path, 0, b'"'))
    assert sum(len(call.args[0]) for call in looked.call_args_list) < 4 * path.stat().st_size


_LOG = ["id,score,label", *(f"{at},0.{at % 89 + 10},{at % 2}" for at in range(60))]
_SMALL = ["region,n", "N,10", "S,12", "E,9", "W,3"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_SMALL, _LOG),
        (["region,n,share", *["N,10,0.5"] * 30], _LOG),
        (["region,n", *["N,10"] * 700], _LOG),
        (["region,n,share", *["N,10,0.5"] * 700], _LOG),
    ],
    ids=["small", "of one width", "larger", "larger of one width"],
)
def test_the_log_is_read_where_another_table_stands_above_it(desk: Desk, first: list[str], second: list[str]) -> None:
    reading = desk.read("\n".join([*first, "", *second]) + "\n")
    assert (reading.names, reading.rows_kept) == (("id", "score", "label"), 60)
    is_named = any("'region', 'n'" in said for said in reading.repairs)
    assert is_named or any("before the header were skipped" in said for said in reading.repairs)


def test_a_larger_table_below_the_log_is_set_aside(desk: Desk) -> None:
    log = [_LOG[0], *_LOG[1:] * 8]
    reading = desk.read("\n".join([*log, "", "region,n", *["N,10"] * 700]) + "\n")
    assert (reading.names, reading.rows_kept) == (("id", "score", "label"), 480)
    assert [(aside.reason, aside.rows) for aside in reading.set_aside] == [("another table", 701)]
