"""Small archives and workbooks for tests."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter


def zipped(entries: dict[str, bytes | str]) -> bytes:
    """An archive of entries, under the names given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(entries: dict[str, bytes | str], *others: tarfile.TarInfo, mode: str = "w") -> bytes:
    """An archive of plain files under the names given, and of entries that are none."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in entries.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for other in others:
            archive.addfile(other)
    return buffer.getvalue()


def workbook(
    sheets: dict[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = (), formats: dict[str, str] | None = None
) -> bytes:
    """A workbook of sheets; ``formats`` gives the number format of a cell such as ``A2``; a formula may hold ``=1+1|2``."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                place = xlsxwriter.utility.xl_rowcol_to_cell(row, column)
                style = book.add_format({"num_format": formats[place]}) if formats and place in formats else None
                if isinstance(cell, str) and cell.startswith("=") and "|" in cell:
                    formula, _, value = cell.partition("|")
                    sheet.write_formula(row, column, formula, style, value)
                elif cell is not None:
                    sheet.write(row, column, cell, *([style] if style else []))
    book.close()
    return buffer.getvalue()


def rewritten(content: bytes, changes: dict[str, bytes]) -> bytes:
    """An archive with the content of some entries changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(entries | changes)
