"""Workbooks: the sheet with the table, its values as they are meant, and traps refused before they are laid out."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import datetime
from itertools import zip_longest

import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.log.schema import Reading
from analytics.reading.formats import packed
from tests.ingested import Desk
from tests.reading.formats.packed import rewritten, workbook, zipped

HEADER = ["id", "score", "label", "city"]
ROWS = [["00001", 0.25, 0, "Málaga"], ["00002", 0.75, 1, "a,b"], ["00003", 0.5, None, 'say "x"\nnow']]
TABLE = [HEADER, *ROWS]


def read(desk: Desk, content: bytes, name: str = "log.xlsx", csv: CsvOptions | None = None) -> Reading:
    return desk.read(desk.file(content, name), csv=csv)


def sample(desk: Desk, content: bytes) -> list[list[str | None]]:
    return desk.stage(desk.file(content, "log.xlsx")).sample


def test_a_workbook_is_the_same_log_as_its_csv(desk: Desk) -> None:
    text = pl.DataFrame(ROWS, schema=HEADER, orient="row").write_csv()
    found, plain = desk.log(desk.file(workbook({"Data": TABLE}), "log.xlsx")), desk.log(desk.file(text))
    assert found.reading.file_format == "xlsx"
    assert desk.stored(found).to_dicts() == desk.stored(plain).to_dicts()
    assert found.columns == plain.columns


def test_ids_stay_text_and_numbers_keep_every_digit(desk: Desk) -> None:
    big, score = "12345678901234567890", 0.1 + 0.2
    header = ["id", "big", "score", "zip", "plain"]
    rows = [["00001", big, score, 7, 7], ["00010", big[::-1], 1e-7, 1234, 8], ["00100", big, 1 / 3, 99999, 9]]
    content = workbook({"Data": [header, *rows]}, formats={f"D{row}": "00000" for row in (2, 3, 4)})
    upload = desk.stage(desk.file(content, "log.xlsx"))
    assert [column.type for column in upload.reading.columns] == ["VARCHAR", "VARCHAR", "DOUBLE", "VARCHAR", "BIGINT"]
    assert [row[0] for row in upload.sample] == ["00001", "00010", "00100"]
    assert [row[1] for row in upload.sample] == [big, big[::-1], big]
    assert [row[3] for row in upload.sample] == ["00007", "01234", "99999"]
    assert [float(row[2] or "") for row in upload.sample] == [
        pytest.approx(value, rel=1e-15) for _, _, value, _, _ in rows
    ]


def test_dates_booleans_formulas_and_errors(desk: Desk) -> None:
    moment = datetime(2024, 5, 31, 10, 30)
    rows = [
        ["when", "score", "flag", "sum", "bad"],
        *[
            [moment.replace(day=day), day / 10, day > 2, "=1+1|2", "=NA()|#N/A" if day == 2 else day]
            for day in (1, 2, 3)
        ],
    ]
    reading = read(desk, workbook({"Data": rows}))
    assert [column.type for column in reading.columns] == ["TIMESTAMP", "DOUBLE", "BOOLEAN", "BIGINT", "BIGINT"]
    assert reading.column("when").low == "2024-05-01 10:30:00"
    assert reading.column("sum").top == (("2", 3),)
    assert reading.column("bad").n_missing == 1
    assert any("1 cell holds an error" in said for said in reading.repairs)


def test_a_title_and_blank_rows_before_the_table_and_a_footer_after_it(desk: Desk) -> None:
    title = [["Scores of May"], ["Risk department", None], []]
    content = workbook({"Data": [*[[None, *row] for row in [*title, *TABLE]], [], [None, "Source: the bank"]]})
    reading = read(desk, content)
    assert (reading.names, reading.rows_kept) == (tuple(HEADER), 3)
    lines = reading.lines
    assert lines is not None
    assert (lines.header, lines.skipped, lines.set_aside) == (1, 2, 1)
    assert lines.header + lines.skipped + lines.blank + lines.kept + lines.set_aside == lines.total


def test_the_first_sheet_with_a_table_is_read_and_the_others_are_named(desk: Desk) -> None:
    other = [["score", "label"], [0.5, 1], [0.25, 0]]
    content = workbook(
        {"Read me": [["About this export"], ["nothing"]], "Secret": other, "May": TABLE, "June": other},
        hidden=["Secret"],
    )
    reading = read(desk, content)
    assert (reading.origin.sheet, reading.origin.sheets) == ("May", ("Read me", "May", "June", "Secret"))
    assert "The sheet 'May' was read; the workbook also has 'Read me', 'June', 'Secret' (hidden)." in reading.repairs
    june = read(desk, content, csv=CsvOptions(sheet="June"))
    assert (june.origin.sheet, june.rows_kept) == ("June", 2)
    assert june.content_hash != reading.content_hash
    with pytest.raises(InputError, match=r"Expected the name of a sheet, found 'July'.*'Read me'"):
        read(desk, content, csv=CsvOptions(sheet="July"))


def test_a_summary_in_front_of_the_rows_is_passed_over(desk: Desk) -> None:
    rows = [["id", "score", "label"], *([n, n / 500, n % 2] for n in range(400))]
    content = workbook({"Summary": [["region", "rate"], ["north", 0.1], ["south", 0.3]], "Rows": rows})
    reading = read(desk, content)
    assert (reading.origin.sheet, reading.rows_kept) == ("Rows", 400)
    assert "The sheet 'Rows' was read; the workbook also has 'Summary'." in reading.repairs
    assert read(desk, content, csv=CsvOptions(sheet="Summary")).rows_kept == 2


def test_a_sheet_with_only_hidden_tables_is_read_and_said(desk: Desk) -> None:
    reading = read(desk, workbook({"Cover": [["Title"]], "Data": TABLE}, hidden=["Data"]))
    assert (reading.origin.sheet, reading.rows_kept) == ("Data", 3)
    assert "The sheet 'Data', which is hidden, was read" in reading.repairs[0]


@pytest.mark.parametrize("name", ["log.csv", "log.zip", "log", "log.parquet"])
def test_a_workbook_under_another_name_is_read_and_said(desk: Desk, name: str) -> None:
    reading = read(desk, workbook({"Data": TABLE}), name)
    assert (reading.file_format, reading.rows_kept) == ("xlsx", 3)
    assert bool(reading.origin.contradictions) == (name != "log")


def test_a_name_that_contradicts_the_content_is_a_finding(desk: Desk) -> None:
    log = desk.log(desk.file(workbook({"Data": TABLE}), "log.csv"))
    assert [finding.message for finding in log.findings if finding.code == "content-not-name"] == list(
        log.reading.origin.contradictions
    )


def test_an_empty_workbook_and_a_damaged_one_are_refused_in_a_sentence(desk: Desk) -> None:
    whole = workbook({"Data": TABLE})
    for content, words in (
        (workbook({"Data": [], "More": []}), "found empty sheets: 'Data', 'More'"),
        (whole[: len(whole) // 2], "damaged"),
        (rewritten(whole, {"xl/workbook.xml": b"<workbook"}), "Expected a readable workbook"),
        (rewritten(whole, {"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><workbook/>"}), "document type"),
        (rewritten(whole, {"xl/worksheets/sheet1.xml": b"no markup"}), "Expected"),
        (zipped({"xl/workbook.bin": "x", "[Content_Types].xml": "x"}), r"\.xlsb"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "x"}), r"\.ods"),
        (zipped({"word/document.xml": "x"}), "a text document"),
    ):
        with pytest.raises(InputError, match=words):
            read(desk, content)


def test_two_far_corners_are_refused_before_a_reader_lays_them_out(desk: Desk) -> None:
    whole = workbook({"Data": TABLE})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    trap = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    content = rewritten(whole, {"xl/worksheets/sheet1.xml": trap})
    assert len(content) < 10_000
    with pytest.raises(InputError, match="1,048,576 rows and 16,384 columns"):
        read(desk, content)


def test_the_extent_is_measured_over_the_borders_of_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook({"Data": [[f"{row},{column}" for column in range(30)] for row in range(40)]})
    for size in (7, 64, 1_000, 1 << 20):
        monkeypatch.setattr(packed, "CHUNK", size)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = packed.extent(archive, "xl/worksheets/sheet1.xml", set())
        assert (found.rows, found.columns) == (40, 30)


def test_what_unpacks_without_measure_is_refused_by_its_directory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "RATIO_FROM", 1 << 20)
    whole = workbook({"Data": TABLE})
    bomb = rewritten(whole, {"xl/sharedStrings.xml": b"<sst>" + b"a" * (8 << 20) + b"</sst>"})
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="more than 200 times its size"):
        read(desk, bomb)


def test_a_directory_that_lies_about_a_size_is_found_out(desk: Desk) -> None:
    whole = rewritten(workbook({"Data": TABLE}), {"xl/sharedStrings.xml": b"<sst>" + b"ab" * 10_000 + b"</sst>"})
    at = [found.start() for found in re.finditer(b"PK\x01\x02", whole)]
    place = next(start for start in at if whole[start + 46 :].startswith(b"xl/sharedStrings.xml"))
    lie = whole[: place + 24] + struct.pack("<L", 100) + whole[place + 28 :]
    with pytest.raises(InputError, match="damaged"):
        read(desk, lie)


_LOG = [["id", "score", "label"], *([at, at / 100, at % 2] for at in range(60))]
_SMALL = [["region", "n"], ["N", 10], ["S", 12], ["E", 9]]
_LARGE = [["region", "n"], *(["N", at] for at in range(500))]
_BLANK: list[list[object]] = [[], []]


@pytest.mark.parametrize(
    "rows",
    [
        [*_SMALL, *_BLANK, *_LOG],
        [*_LOG, *_BLANK, *_SMALL],
        [*_LARGE, *_BLANK, *_LOG],
        [["Export of May"], [], *_LOG, *_BLANK, *_SMALL],
        [[*one, None, *other] for one, other in zip_longest(_LOG, _SMALL, fillvalue=[None] * 3)],
        [[*one, *[None] * (3 - len(one)), *other] for one, other in zip_longest(_SMALL, _LOG, fillvalue=[])],
    ],
    ids=["smaller first", "smaller last", "larger first", "below a title", "right", "left"],
)
def test_of_several_tables_on_a_sheet_the_log_is_read_and_the_others_are_named(
    desk: Desk, rows: list[list[object]]
) -> None:
    reading = desk.read(workbook({"all": rows}))
    assert (reading.names, reading.rows_kept) == (("id", "score", "label"), 60)
    assert any("holds 2 tables" in said and "'region', 'n'" in said for said in reading.repairs)


@pytest.mark.parametrize(
    "rows",
    [
        [*_LOG[:30], [], *_LOG[30:]],
        [[row[0], None, *row[1:]] for row in _LOG],
    ],
    ids=["a blank row", "a blank column"],
)
def test_blank_rows_and_columns_within_a_table_part_nothing(desk: Desk, rows: list[list[object]]) -> None:
    reading = desk.read(workbook({"all": rows}))
    assert {"id", "score", "label"} <= {*reading.names}
    assert reading.rows_kept == 60
    assert not any("tables" in said for said in reading.repairs)


def test_sheets_with_other_rows_of_the_same_columns_are_one_log(desk: Desk) -> None:
    more = [["00004", 0.1, 0, "Bonn"], ["00005", 0.9, 1, "Bonn"]]
    other = [["score", "label"], [0.5, 1], [0.25, 0]]
    content = workbook({"May": TABLE, "Notes": other, "June": [HEADER, *more]})
    upload = desk.stage(desk.file(content, "log.xlsx"))
    assert upload.reading.names == (*HEADER, "sheet")
    assert [(row[0], row[4]) for row in upload.sample[2:4]] == [("00003", "May"), ("00004", "June")]
    assert (
        "2 sheets with the same columns were joined, from 'May' to 'June'; left out: 'Notes'." in upload.reading.repairs
    )
    assert read(desk, content, csv=CsvOptions(sheet="June")).rows_kept == 2


@pytest.mark.parametrize("second", [ROWS[1:], [[ROWS[0][0], 0.9, 1, "Bonn"]], [["00009", 0.9, 1, "Bonn", "and more"]]])
def test_sheets_that_share_rows_or_have_other_columns_are_not_joined(desk: Desk, second: list[list[object]]) -> None:
    header = [*HEADER, "more"][: len(second[0])]
    reading = read(desk, workbook({"All": TABLE, "Errors": [header, *second]}))
    assert (reading.names, reading.rows_kept) == (tuple(HEADER), 3)
    assert "The sheet 'All' was read; the workbook also has 'Errors'." in reading.repairs
