"""A sheet of a workbook as text with delimiters: the house reads its header, preamble and types as it does those of a CSV."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from analytics.errors import InputError, QuestionError
from analytics.reading.formats import alike_sheets, blocks, packed

if TYPE_CHECKING:
    import polars as pl

_ROWS_AT_ONCE = 50_000
"""Rows that are turned into lines of text at once: bounds the memory of their copy. A judgement."""
_MAX_PART_BYTES = 64 << 20
"""Of a part that is parsed as a tree, such as the list of sheets or of styles: the tree takes a multiple of that. A
judgement."""
_MAX_SHEETS = 1_000
"""Bounds the list to choose from; Excel itself sets no number. A judgement."""
_NUMBER = r"^-?\d+(\.\d+)?$"
_ZERO_TIME = "1899-12-31 "
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ALIKE = {"http://purl.oclc.org/ooxml/spreadsheetml/main": _MAIN[1:-1]}
_DAMAGED = "Expected a readable workbook; reading it stopped with: {}. Open it and save it again, or export it as CSV."

_TIMES_SMALLER = 20
"""Times the largest sheet is larger from which on one is a summary in front of the rows, and not the log. Set by hand."""


@dataclass(frozen=True)
class _Tab:
    """A sheet of a workbook: its name, the part of the archive that holds it, and whether people see it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class _Sheet:
    """A sheet that was laid out as text: where, its name, those of all sheets, and sentences about the reading."""

    path: Path
    name: str
    names: tuple[str, ...]
    repairs: tuple[str, ...]


def lay_out(path: Path, scratch: Path, wanted: str | None, max_bytes: int) -> _Sheet:
    """Write the wanted sheet of a workbook, by default the first that holds a table and is not small beside others.

    Raises
    ------
    InputError
        If the workbook is damaged, holds no table, or spans more cells than can be read.
    QuestionError
        If it has no sheet of the wanted name.
    """
    with packed.archive(path, max_bytes) as opened:
        packed.check_workbook(opened)
        tabs = _tabs_of(opened)
        names = ", ".join(repr(tab.name) for tab in tabs)
        if wanted is not None and wanted not in [tab.name for tab in tabs]:
            raise QuestionError(f"Expected the name of a sheet, found {wanted!r}. The workbook has: {names}.")
        pads = _padded_styles(opened)
        first: tuple[_Tab, pl.DataFrame, int] | None = None
        for tab in [tab for tab in _in_turn(opened, tabs) if wanted is None or tab.name == wanted]:
            extent = packed.extent(opened, tab.part, set(pads))
            if not extent.rows and wanted is None:
                continue
            frame, n_errors = _cells_of(path, tab.name)
            frame = _with_zeros(frame, {column: pads[style] for column, style in extent.styles.items()})
            if frame.height and (first is None or _is_table(frame)):
                first = (tab, frame, n_errors)
            if first is not None and (_is_table(frame) or wanted is not None):
                break
        more = {} if first is None or wanted is not None else _more(path, opened, tabs, first, pads)
    if first is None:
        raise InputError(f"Expected a table in the workbook, found empty sheets: {names}. Export the log again.")
    tab, frame, n_errors = first
    target = scratch / "sheet.csv"
    frame, left_out = (alike_sheets.joined(more), "") if more else blocks.the_log(_trimmed(frame))
    _write_text(frame, target)
    notes = (*_notes(tab, tabs, n_errors, tuple(more)), *filter(None, [left_out]))
    return _Sheet(target, tab.name, tuple(tab.name for tab in tabs), notes)


def _more(
    path: Path,
    opened: zipfile.ZipFile,
    tabs: list[_Tab],
    first: tuple[_Tab, pl.DataFrame, int],
    pads: dict[int, int],
) -> dict[str, pl.DataFrame]:
    """Return the cells of the sheets that are to be joined, by name in the workbook's order; none where one is the table."""
    tab, frame, _ = first
    frame = _trimmed(frame)
    found, keys = {tab.name: frame}, alike_sheets.keys_of(frame)
    others = [each for each in tabs if keys and not each.is_hidden and each is not tab]
    width = packed.extent(opened, tab.part, set(pads)).columns if others else 0
    for other in others:
        extent = packed.extent(opened, other.part, set(pads))
        if not extent.rows or extent.columns != width:  # as long to read as the log, and no more of it
            continue
        cells = _with_zeros(_cells_of(path, other.name)[0], {at: pads[style] for at, style in extent.styles.items()})
        if alike_sheets.is_more(frame, keys, cells := _trimmed(cells)):
            found[other.name] = cells
    return found if len(found) > 1 else {}


def _in_turn(opened: zipfile.ZipFile, tabs: list[_Tab]) -> list[_Tab]:
    """Return the sheets in the order in which a table is looked for: those that are small beside the largest after the others."""
    sizes = {tab.name: opened.NameToInfo[tab.part].file_size for tab in tabs}
    most = max((sizes[tab.name] for tab in tabs if not tab.is_hidden), default=0)
    return sorted(tabs, key=lambda tab: (tab.is_hidden, sizes[tab.name] * _TIMES_SMALLER < most))


def _notes(tab: _Tab, tabs: list[_Tab], n_errors: int, more: tuple[str, ...] = ()) -> list[str]:
    """Say which sheet was read, or which were joined, which were not, and how many cells hold an error."""
    said = []
    others = [repr(other.name) + " (hidden)" * other.is_hidden for other in tabs if other.name not in (tab.name, *more)]
    if more:
        left = f"; left out: {', '.join(others[:20])}" if others else ""
        said.append(f"{len(more):,} sheets with the same columns were joined, from {more[0]!r} to {more[-1]!r}{left}.")
    elif others:
        hidden = ", which is hidden," if tab.is_hidden else ""
        said.append(f"The sheet {tab.name!r}{hidden} was read; the workbook also has {', '.join(others[:20])}.")
    if n_errors:
        verb, counts = ("s hold", "they count") if n_errors > 1 else (" holds", "it counts")
        said.append(f"{n_errors:,} cell{verb} an error such as #N/A: {counts} as missing.")
    return said


def _tabs_of(opened: zipfile.ZipFile) -> list[_Tab]:
    """Return the sheets of a workbook in its order, those that people see first."""
    book, links = _part(opened, "xl/workbook.xml"), _part(opened, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    tabs = []
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_LINK, ""), "")
        where = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
        if where in opened.NameToInfo and where.startswith("xl/worksheets/"):
            tabs.append(_Tab(sheet.get("name", ""), where, sheet.get("state", "visible") != "visible"))
    if not tabs or len(tabs) > _MAX_SHEETS:
        raise InputError(
            f"Expected a workbook with 1 to {_MAX_SHEETS:,} sheets of cells, found {len(tabs):,}. Export the table as CSV."
        )
    return sorted(tabs, key=lambda tab: tab.is_hidden)


def _part(opened: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """Return a small part of a workbook, parsed; document types, which can grow without end, are refused."""
    info = opened.NameToInfo.get(name)
    if info is None or info.file_size > _MAX_PART_BYTES:
        raise InputError(_DAMAGED.format(f"the part {name} is missing or too large"))
    data = opened.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(_DAMAGED.format(f"the part {name} declares a document type"))
    for other, usual in _ALIKE.items():
        data = data.replace(other.encode(), usual.encode())
    data = data.replace(b"http://purl.oclc.org/ooxml/officeDocument/relationships", _LINK[1:-3].encode())
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InputError(_DAMAGED.format(f"{name}: {error}")) from error


def _padded_styles(opened: zipfile.ZipFile) -> dict[int, int]:
    """Return the cell styles that show whole numbers with leading zeros, as ids and postal codes are, and how many digits."""
    if "xl/styles.xml" not in opened.NameToInfo:
        return {}
    styles = _part(opened, "xl/styles.xml")
    widths = {
        entry.get("numFmtId", ""): len(entry.get("formatCode", ""))
        for entry in styles.iter(f"{_MAIN}numFmt")
        if re.fullmatch("0{2,30}", entry.get("formatCode", ""))
    }
    used = styles.find(f"{_MAIN}cellXfs")
    ids = [entry.get("numFmtId", "") for entry in used] if used is not None else []
    return {place: widths[id_] for place, id_ in enumerate(ids) if id_ in widths}


def _cells_of(path: Path, name: str) -> tuple[pl.DataFrame, int]:
    """Return the cells of a sheet as text, a missing one as null, and how many of them hold an error."""
    import fastexcel  # the only use: most files are no workbooks
    import polars as pl

    try:
        book = fastexcel.read_excel(path)
        batch, errors = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_arrow_with_errors()
        numbers = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError(_DAMAGED.format(str(error).splitlines()[0][:200])) from error
    frame: Any = pl.from_arrow(batch)
    return _with_all_digits(frame, numbers), len(errors.errors) if errors is not None else 0


def _with_all_digits(frame: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with every digit of their numbers: the reader rounds a number to nine decimals when it makes it text."""
    import polars as pl

    columns = []
    for texts, values in zip(frame, numbers, strict=True):
        is_rounded = texts.str.contains(_NUMBER) & (texts.cast(pl.Float64, strict=False) != values)
        columns.append(
            texts.to_frame().select(pl.when(is_rounded).then(values.cast(pl.String)).otherwise(texts).alias(texts.name))
        )
    return pl.concat(columns, how="horizontal") if columns else frame


def _with_zeros(frame: pl.DataFrame, widths: dict[int, int]) -> pl.DataFrame:
    """Return the cells with the leading zeros that their number format shows."""
    import polars as pl

    columns = {frame.columns[place]: width for place, width in widths.items() if place < frame.width}
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(r"^\d+$")).then(pl.col(name).str.zfill(width)).otherwise(pl.col(name))
        for name, width in columns.items()
    )


def _is_table(frame: pl.DataFrame) -> bool:
    """Whether a sheet holds more than a column of remarks: two columns and two rows that are filled."""
    import polars as pl

    filled = [column for column in frame if column.null_count() < column.len()]
    return len(filled) > 1 and frame.select(pl.sum_horizontal(pl.all().is_not_null()) > 1).to_series().sum() > 1


def _trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the cells without the empty columns on both sides."""
    filled = [place for place, column in enumerate(frame) if column.null_count() < column.len()]
    return frame[:, filled[0] : filled[-1] + 1] if filled else frame


def _write_text(frame: pl.DataFrame, target: Path) -> None:
    """Write cells with commas between them and quotes around them; a row without any is a blank line."""
    import polars as pl

    texts = [
        pl.col(name).str.strip_prefix(_ZERO_TIME).str.replace_all('"', '""', literal=True) for name in frame.columns
    ]
    cells = [pl.when(text.is_null()).then(pl.lit("")).otherwise(pl.format('"{}"', text)) for text in texts]
    line = (
        pl.when(pl.all_horizontal(pl.all().is_null())).then(pl.lit("")).otherwise(pl.concat_str(cells, separator=","))
    )
    with target.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, frame.height, _ROWS_AT_ONCE):
            rows = frame.slice(start, _ROWS_AT_ONCE).select(line.alias("line")).to_series()
            file.write("\n".join(rows) + "\n")
