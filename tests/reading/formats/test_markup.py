"""Tables of pages and of Excel's XML of 2003: their cells, whatever stands around them."""

from __future__ import annotations

import base64
import quopri

import polars as pl
import pytest

from analytics.errors import InputError
from tests.ingested import Desk

ROWS = [("id", "score", "label"), *((f"r{n}", f"0.{10 + n}", str(n % 2)) for n in range(40))]


def lines(rows: list[tuple[str, ...]] = ROWS, cell: str = "<td>{}</td>") -> str:
    return "\n".join("<tr>" + "".join(cell.format(text) for text in row) + "</tr>" for row in rows)


PAGES = {
    "a page": f"<html><body><table>{lines()}</table></body></html>",
    "no ends": "<table>" + lines().replace("</td>", "").replace("</tr>", ""),
    "capitals and attributes": f"<!DOCTYPE html>\n<HTML><TABLE border='1'>{lines(cell='<TD align=left>{}</TD>')}</TABLE>",
    "a menu before": f"<html><table><tr><td>Home<td>Logs<tr><td>a<td>b</table><table>{lines()}</table></html>",
    "a table around": f"<html><table><tr><td>Report<table>{lines()}</table></td></tr></table></html>",
    "comments and scripts": f"<html><script>if (a < b) x = '<table>'</script><!-- <td> --><table>{lines()}</table></html>",
    "a script that never ends": f"<html><table>{lines()}</table><script>x",
    "tags inside cells": f"<html><table>{lines(cell='<td><b>{}</b><br></td>')}</table></html>",
    "XML of 2003": '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><ss:Workbook><Worksheet ss:Name="a"><Table>'
    + "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row) + "</Row>"
        for row in ROWS
    )
    + "</Table></Worksheet></ss:Workbook>",
}


def saved(coding: str, content: str) -> str:
    """A page in one file with a frame before it, as Excel saves a sheet."""
    part = 'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n'
    frame = part.format("7bit", "<html><frameset><frame src=a></frameset></html>")
    head = 'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related;\r\n boundary="--=_a"\r\n\r\n'
    return f"{head}Saved.\r\n\r\n----=_a\r\n{frame}\r\n----=_a\r\n{part.format(coding, content)}----=_a--\r\n"


PAGES |= {
    "saved, quoted": saved(
        "quoted-printable", quopri.encodestring(PAGES["a page"].encode()).decode().replace("\n", "\r\n")
    ),
    "saved, base64": saved("base64", base64.encodebytes(PAGES["a page"].encode()).decode()),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", ["log.xls", "log.html", "log.csv"])
def test_the_table_of_a_page_is_read_cell_by_cell(desk: Desk, kind: str, name: str) -> None:
    upload = desk.stage(desk.file(PAGES[kind], name))
    reading = upload.reading
    assert (reading.names, reading.rows_kept, reading.file_format) == (ROWS[0], 40, "html")
    stored = desk.stored(desk.build(upload))
    assert stored["score"].to_list() == [float(score) for _, score, _ in ROWS[1:]]
    assert bool(reading.origin.contradictions) == (name == "log.csv")


def test_cells_that_reach_over_others_shift_none(desk: Desk) -> None:
    spanned = '<tr><td rowspan="2">r1</td><td colspan="2">0.5</td></tr><tr><td>0.6</td><td>1</td></tr>'
    indexed = '<tr><td>r3</td><td ss:Index="3">1</td></tr>'
    upload = desk.stage(desk.file(f"<table>{lines()}{spanned}{indexed}</table>", "log.html"))
    found = desk.stored(desk.build(upload)).tail(3)
    assert found.select(pl.col("c0", "score").cast(pl.String), "label").rows() == [
        ("r1", "0.5", None),
        ("r1", "0.6", 1),
        ("r3", None, 1),
    ]


def test_entities_are_letters_and_no_markup(desk: Desk) -> None:
    rows = [("id", "score", "note"), *((f"r{n}", f"0.{10 + n}", "&lt;b&gt; &amp; &uuml;") for n in range(20))]
    reading = desk.read(desk.file(f"<table>{lines(rows)}</table>", "log.html"))
    assert reading.column("note").top == (("<b> & ü", 20),)


@pytest.mark.parametrize(
    "page", ["<html>x</html>", "<html><table><tr><td>1</td></tr></table></html>", "<table>" + "<td" * 999]
)
def test_a_page_without_a_table_is_refused(desk: Desk, page: str) -> None:
    with pytest.raises(InputError, match=r"found an HTML (page|table) without one"):
        desk.read(desk.file(page, "log.xls"))


@pytest.mark.parametrize(
    "part", ["<!--", "<script>", "<table>", "<td", "<", "<td colspan=9999>", "<tr><td rowspan=9999 colspan=999>"]
)
def test_hostile_pages_end_soon(desk: Desk, part: str) -> None:
    page = "<html><table><tr>" + part * (300_000 // len(part))
    with pytest.raises(InputError):
        desk.read(desk.file(page, "log.xls"))


def test_saved_pages_without_a_page_or_without_end_are_refused(desk: Desk) -> None:
    head = "Content-Type: multipart/related; boundary={0}\n\n--{0}\n"
    for text in (head.format(1), "".join(head.format(n) for n in range(2_000))):
        with pytest.raises(InputError, match="MHTML"):
            desk.read(desk.file("MIME-Version: 1.0\n" + text, "log.mht"))
