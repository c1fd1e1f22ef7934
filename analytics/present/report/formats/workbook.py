"""The pack as a workbook: the first page, then a sheet per table with its native chart."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING, Any

import xlsxwriter

from analytics.present import words
from analytics.present.report.formats.containers import TEXT_ONLY
from analytics.present.report.manifest import token_of
from analytics.present.report.parts import Figure

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from analytics.present.report.parts import Chart, Pack, Sheet

_MAX_CELL = 32_000
"""Characters of a cell: above 32,767 a spreadsheet would cut it without a word."""
_MAX_NAME = 31
"""Characters of a sheet's name in Excel."""
_MAX_ROWS = 20_000
"""Rows of a sheet: keeps a workbook of wide tables within the size of a pack. A judgement."""
_TABLE_AT = 3
"""Row of the headings, below title and note."""
_NOTE_ACROSS = 7
"""The last column that a note runs across. By hand."""
_WIDEST, _NARROWEST = 60, 9
"""Characters that a column shows at most and at least. By hand."""
_MAX_PLOTTED = 120
"""Points of a chart: more are no longer told apart. By hand."""
_LINK = re.compile(r"!(?=[$A-Za-z])")
"""What a link to a cell of another sheet, or of another program, has within it."""
_FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "number": "0.000",
    "points": "+0.0;-0.0;0.0",
    "in points": "+0.0;-0.0;0.0",
    "p": "0.000",
    "score": "0.0###",
}
"""How numbers are shown, by kind; they stay unrounded."""


def to_workbook(pack: Pack) -> bytes:
    """Write a pack as a workbook; what a spreadsheet would run as a formula is text."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, TEXT_ONLY)
    moment = pack.created_at.replace(tzinfo=None)
    about = {"title": pack.title, "author": "Slicewise", "created": moment, "comments": token_of(pack.manifest)}
    book.set_properties(about)
    book.set_size(2400, 1600)
    _write_first(book, pack)
    charts = {}
    for section in pack.sections:
        for block in section.blocks:
            if isinstance(block, Figure) and block.sheet is not None:
                charts[block.sheet.name] = block
    methods = {sheet.name: section for section in pack.sections for sheet in _sheets_of(section.blocks)}
    taken: set[str] = set()
    for sheet in pack.sheets:
        _write_sheet(book, sheet, charts.get(sheet.name), methods[sheet.name].method, taken)
    book.close()
    return file.getvalue()


def _sheets_of(blocks: Any) -> list[Sheet]:
    """Return the tables of a section."""
    found = [block.sheet if isinstance(block, Figure) else block for block in blocks if not isinstance(block, str)]
    return [sheet for sheet in found if sheet is not None]


def _text(value: object) -> str:
    """Return text that a cell holds whole."""
    return words.shortened(words.undirected(str(value)), _MAX_CELL)


def _write_first(book: Workbook, pack: Pack) -> None:
    """Write the first page."""
    page = book.add_worksheet("First page")
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    head = book.add_format({"bold": True, "font_size": 16})
    wrap, bold = (book.add_format({"text_wrap": True, "valign": "top", "bold": is_bold}) for is_bold in (False, True))
    page.set_column(0, 0, 60)
    page.set_column(1, 2, 36)
    page.set_column(3, 6, 14)
    page.write_string(0, 0, _text(pack.title), head)
    page.write_string(1, 0, _text(pack.subtitle))
    page.merge_range(2, 0, 2, 6, "", wrap)
    page.write_string(2, 0, _text(f"{pack.first.lead} {pack.first.change}".strip()), wrap)
    page.set_row(2, 48)
    row = 4
    heads = ("What to take up first", "Size", "How sure", "What to do", "Whose it is", "By when", "Who")
    for place, text in enumerate(heads):
        page.write_string(row, place, text, bold)
    page.set_column(3, 3, 48)
    for finding in pack.first.findings:
        row += 1
        for place, text in enumerate(
            (finding.sentence, finding.size, finding.certainty, finding.action, finding.owner)
        ):
            page.write_string(row, place, _text(text), wrap)
        longest = max(
            len(finding.sentence) / 60, len(finding.size) / 36, len(finding.certainty) / 36, len(finding.action) / 48
        )
        page.set_row(row, 16 * (1 + longest))
    rest = [
        *([("", pack.first.nothing)] if pack.first.nothing else []),
        *([("Comment", pack.first.comment)] if pack.first.comment else []),
        *((f"Decided, {each.when} UTC", f"{each.note} {each.evidence}") for each in pack.first.decided),
        *pack.first.glances,
        *((name, text) for name, texts in pack.first.groups for text in texts),
        *((f"Comment on {section.title}", section.comment) for section in pack.sections if section.comment),
        *((section.title, section.lead) for section in pack.sections if section.lead),
        *pack.terms,
    ]
    row += 2
    for place, (name, text) in enumerate(rest):
        page.write_string(row + place, 0, _text(name), bold)
        page.merge_range(row + place, 1, row + place, 6, "", wrap)
        page.write_string(row + place, 1, _text(text), wrap)
        page.set_row(row + place, 15 * (1 + min(len(text), 2000) // 130))


def _write_sheet(book: Workbook, sheet: Sheet, figure: Figure | None, method: str, taken: set[str]) -> None:
    """Write a table with its note, frozen headings and its chart."""
    page = book.add_worksheet(_name_of(sheet, taken))
    bold, head = book.add_format({"bold": True, "font_size": 13}), book.add_format({"bold": True, "text_wrap": True})
    head.set_bottom(1)
    page.write_string(0, 0, _text(sheet.title), bold)
    note = " ".join(filter(None, [sheet.note, figure.reading if figure else "", method]))
    if note:
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page.merge_range(1, 0, 1, _NOTE_ACROSS, "", wrap)
        page.write_string(1, 0, _text(note), wrap)
        page.set_row(1, 15 * (1 + min(len(note), 1_000) // 90))
        page.write_comment(_TABLE_AT, 0, _text(note)[:1_000], {"author": "Slicewise"})
    page.freeze_panes(_TABLE_AT + 1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(_TABLE_AT)
    frame = sheet.frame.head(_MAX_ROWS)
    for place, name in enumerate(frame.columns):
        title = _text(sheet.heads.get(name, name))
        page.write_string(_TABLE_AT, place, title, head)
        kind = sheet.kinds.get(name, "")
        form = book.add_format({"num_format": _FORMATS[kind]}) if kind in _FORMATS else None
        scale = 100.0 if kind == "points" else 1.0
        longest = [len(title)]
        for row, value in enumerate(frame[name].to_list(), _TABLE_AT + 1):
            longest.append(_write_cell(page, row, place, value, form, scale))
        page.set_column(place, place, min(_WIDEST, max(_NARROWEST, *longest) + 1))
    if frame.height:
        page.autofilter(_TABLE_AT, 0, _TABLE_AT + frame.height, len(frame.columns) - 1)
    if figure is not None and figure.chart is not None:
        _write_chart(book, page, figure.chart, len(frame.columns) + 1, figure.title)


def _write_cell(page: Worksheet, row: int, column: int, value: object, form: Format | None, scale: float) -> int:
    """Write a value as what it is and return how wide it is; what is not known stays empty."""
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
        return 6
    if isinstance(value, int | float):
        if isfinite(value):
            page.write_number(row, column, scale * value, form)
        return 9
    if value is None:
        return 0
    text = _text(value.isoformat() if isinstance(value, datetime | date) else value)
    page.write_string(row, column, text)
    return len(text)


def _name_of(sheet: Sheet, taken: set[str]) -> str:
    """Return a name that a sheet can bear and no other one bears."""
    plain = re.sub(r"[^A-Za-z0-9 _-]", " ", sheet.name).strip().capitalize()[:_MAX_NAME] or "Table"
    name, place = plain, 2
    while name.casefold() in taken:
        name, place = f"{plain[: _MAX_NAME - 4]} {place}", place + 1
    taken.add(name.casefold())
    return name


def _unlinked(title: str) -> str:
    """Return the title of a chart or an axis: where "!" and a cell follow, the library would link to them.

    >>> _unlinked("=cmd|' /C calc'!A0")
    "=cmd|' /C calc'! A0"
    """
    return _LINK.sub("! ", _text(title))


def _write_chart(book: Workbook, page: Worksheet, chart: Chart, column: int, title: str) -> None:
    """Write the numbers of a chart beside the table, and the native chart of them."""
    names = list(chart.categories)[:_MAX_PLOTTED]
    page.write_string(_TABLE_AT, column, _text(chart.x_title))
    for row, name in enumerate(names, _TABLE_AT + 1):
        page.write_string(row, column, _text(name))
    kind = "bar" if chart.kind == "bars" else "line"
    drawn: Any = book.add_chart({"type": kind})
    share = book.add_format({"num_format": _FORMATS["share"]})
    last = _TABLE_AT + len(names)
    for place, series in enumerate(chart.series, 1):
        page.write_string(_TABLE_AT, column + place, _text(series.name))
        for row, value in enumerate(list(series.values)[:_MAX_PLOTTED], _TABLE_AT + 1):
            _write_cell(page, row, column + place, value, share if chart.is_share else None, 1.0)
        drawn.add_series(
            {
                "name": [page.get_name(), _TABLE_AT, column + place],
                "categories": [page.get_name(), _TABLE_AT + 1, column, last, column],
                "values": [page.get_name(), _TABLE_AT + 1, column + place, last, column + place],
                **({"fill": {"color": series.colour}} if series.colour and kind == "bar" else {}),
                **({"line": {"color": series.colour, "width": 2}} if series.colour and kind == "line" else {}),
            }
        )
    drawn.set_title({"name": _unlinked(title)[:200], "overlay": False, "name_font": {"size": 12}})
    axes = {"name": _unlinked(chart.x_title)}, {"name": _unlinked(chart.y_title)}
    drawn.set_x_axis({**axes[0], **({"reverse": True} if kind == "bar" else {})})
    drawn.set_y_axis({**axes[1], **({"num_format": "0%"} if chart.is_share else {})})
    if len(chart.series) == 1:
        drawn.set_legend({"none": True})
    drawn.set_size({"width": 760, "height": max(380, 60 + 18 * len(names)) if kind == "bar" else 380})
    page.insert_chart(_TABLE_AT, column + len(chart.series) + 2, drawn)
