"""The pack as slides: one or more per section, native charts and tables, the method in the speaker's notes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches, Pt

from analytics.present import palette, words
from analytics.present.report.formats.containers import TEXT_ONLY, dated
from analytics.present.report.manifest import token_of
from analytics.present.report.parts import Figure, Sheet

if TYPE_CHECKING:
    from analytics.present.report.parts import Block, Chart, Pack, Section

_WIDE, _HIGH = 13.333, 7.5
"""Inches of a slide of 16 : 9."""
_LEFT, _TOP, _ACROSS, _END = 0.6, 1.05, 12.1, 7.0
"""Inches: the left edge, where a slide goes on below its title, how wide it is written, and where that ends."""
_MAX_ROWS, _MAX_COLUMNS = 11, 8
"""Rows and columns of a table that can be read across a room. A judgement."""
_FEW = 5
"""Rows of a table whose cells may run over more lines. By hand."""
_MAX_LEAD, _MAX_TEXT = 330, 90
"""Characters of the sentences on a slide, and of a cell of its table: what fits in four lines, and in two. By hand."""
_LINE, _LINE_HIGH = 92, 0.3
"""Characters of a line over the whole width at 16 points, and its inches; as counted on slides that LibreOffice drew."""
_WORD_WIDE = 0.105
"""Inches of a character at 11 points, of the widest letters that words have; measured likewise."""
_MAX_LINES = 12
"""Lines of the slide of what is decided and open; its notes hold all. By hand."""
_MAX_CATEGORY = 32
"""Characters of a value beside a bar: of capital letters more would take half of the slide. By hand."""
_MAX_PLOTTED = 60
"""Points of a chart on a slide. By hand."""
_TITLE_ONLY = 5
"""Layout of the library's own template that has a title and nothing else."""
_CUSTOM_XML = "application/xml"
_COLOUR: Any = RGBColor


def to_slides(pack: Pack) -> bytes:
    """Write a pack as slides; charts and tables can be edited, and what comes from the log is text."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDE), Inches(_HIGH)
    _first(deck, pack)
    for section in pack.sections:
        _section(deck, section)
    moment = pack.created_at.replace(tzinfo=None)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by = _text(pack.title, 200), "Slicewise", "Slicewise"
    about.created = about.modified = moment
    about.revision = 1
    held = f'<?xml version="1.0" encoding="UTF-8"?><manifest>{token_of(pack.manifest)}</manifest>'
    part = Part(PackURI("/customXml/item1.xml"), _CUSTOM_XML, deck.part.package, held.encode())
    deck.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
    file = BytesIO()
    deck.save(file)
    return dated(file.getvalue(), pack.created_at)


def _text(text: str, limit: int = 2_000) -> str:
    """Return text of a slide: one line, cut."""
    return words.shortened(words.one_line(text), limit)


def _whole_sentences(text: str, limit: int) -> str:
    """Keep the first sentences that fit in ``limit`` characters; where not even one does, its beginning."""
    if len(text) <= limit:
        return text
    kept = text[: limit + 1].rpartition(". ")[0]
    return f"{kept}." if kept else words.shortened(text, limit)


def _sentences(text: str) -> str:
    """Return what a person can read of a paragraph across a room."""
    return _whole_sentences(words.one_line(text), 420)


def _slide(deck: Any, title: str, lead: str, notes: Sequence[str]) -> tuple[Any, float]:
    """Add a slide with its title, whole sentences below it, and notes; return it and where it goes on, in inches."""
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = Inches(_LEFT), Inches(0.3), Inches(_ACROSS), Inches(0.75)
    head.text_frame.text = _text(title, 110)
    paragraph = head.text_frame.paragraphs[0]
    paragraph.font.size, paragraph.font.bold, paragraph.alignment = Pt(26), True, PP_ALIGN.LEFT
    said = _whole_sentences(words.one_line(lead), _MAX_LEAD)
    high = _LINE_HIGH * len(textwrap.wrap(said, _LINE))
    if said:
        _write(slide, [said], _TOP, high, 16)
    slide.notes_slide.notes_text_frame.text = "\n".join(_text(note, 8_000) for note in notes if note)
    return slide, _TOP + high + 0.25


def _write(slide: Any, lines: Sequence[str], top: float, height: float, size: float) -> None:
    """Write lines into a box over the width of the slide."""
    frame = slide.shapes.add_textbox(Inches(_LEFT), Inches(top), Inches(_ACROSS), Inches(height)).text_frame
    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text, paragraph.font.size, paragraph.space_after = line, Pt(size), Pt(4)


def _first(deck: Any, pack: Pack) -> None:
    """Add the slide for who decides, and one for what is decided and open."""
    page = pack.first
    terms = [f"{term}: {text}" for term, text in pack.terms]
    certain = [f"{each.sentence} {each.size}. {each.certainty}" for each in page.findings]
    slide, top = _slide(deck, pack.title, f"{page.lead} {page.change}".strip(), [pack.subtitle, *certain, *terms])
    rows = [(each.sentence, each.size, each.action, each.owner, "", "") for each in page.findings]
    if rows:
        heads = ("What to take up first", "Size", "What to do", "Whose", "By when", "Who")
        _grid(slide, top, heads, rows, (3.6, 2.6, 3.4, 0.8, 0.85, 0.85), 12, (False,) * 6)
    elif page.nothing:
        _write(slide, [_text(page.nothing)], top, 1.0, 18)
    rest = [
        *([page.comment] if page.comment else []),
        *(f"Decided: {each.note} ({each.when} UTC)" for each in page.decided),
        *(f"{title}: {text}" for title, text in page.glances),
        *(f"{name}: {text}" for name, texts in page.groups for text in texts),
    ]
    if rest:
        slide, top = _slide(deck, "Decided, and open", "", [*(each.evidence for each in page.decided), *rest])
        _write(slide, [_sentences(line) for line in rest[:_MAX_LINES]], top, _END - top, 15 if len(rest) <= 8 else 12)


def _section(deck: Any, section: Section) -> None:
    """Add a slide for each figure and table of a section; one with a sentence alone where it has neither."""
    notes = [section.lead, section.comment, section.method]
    lead = f"{section.comment} {section.lead}".strip() if section.comment else section.lead
    shown = [block for block in section.blocks if not isinstance(block, str)]
    said = [block for block in section.blocks if isinstance(block, str)]
    if not shown:
        slide, top = _slide(deck, section.title, lead, notes)
        _write(slide, [_sentences(text) for text in said[:8]], top, _END - top, 15)
        return
    for place, block in enumerate(shown):
        told = lead if place == 0 else ""
        _block(deck, section.title, told, block, [*notes, *(said if place == 0 else ())])


def _block(deck: Any, title: str, lead: str, block: Block, notes: Sequence[str]) -> None:
    """Add the slide of a figure, its table behind it where it has no chart, or of a table."""
    if isinstance(block, Figure):
        slide, top = _slide(deck, title, lead or block.reading or block.title, [block.title, block.reading, *notes])
        if block.chart is not None and block.chart.categories:
            _chart(slide, top, block.chart)
        elif block.sheet is not None:
            _table(slide, top, block.sheet)
    elif isinstance(block, Sheet):
        slide, top = _slide(deck, title, lead or block.title, [block.title, block.note, *notes])
        _table(slide, top, block)


def _chart(slide: Any, top: float, chart: Chart) -> None:
    """Add a native chart."""
    made: Any = CategoryChartData
    data = made(number_format="0.0%" if chart.is_share else "General")
    n = min(len(chart.categories), 20 if chart.kind == "bars" else _MAX_PLOTTED)
    data.categories = [_text(name, _MAX_CATEGORY) for name in list(chart.categories)[:n]]
    for series in chart.series:
        data.add_series(_text(series.name, 60), list(series.values)[:n])
    kind = XL_CHART_TYPE.BAR_CLUSTERED if chart.kind == "bars" else XL_CHART_TYPE.LINE
    place = Inches(_LEFT), Inches(top), Inches(_ACROSS), Inches(_END - top)
    drawn = slide.shapes.add_chart(kind, *place, data).chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_numbers_of(data))
    drawn.font.size = Pt(12)
    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    for axis, title in ((drawn.category_axis, chart.x_title), (drawn.value_axis, chart.y_title)):
        axis.has_title = True
        axis.axis_title.text_frame.text = _text(title, 80)
        axis.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
    drawn.category_axis.reverse_order = chart.kind == "bars"
    drawn.value_axis.tick_labels.number_format = "0%" if chart.is_share else "#,##0"
    drawn.value_axis.tick_labels.number_format_is_linked = False
    for series, written in zip(chart.series, drawn.plots[0].series, strict=True):
        colour = _COLOUR(*bytes.fromhex((series.colour or palette.TRUE_POSITIVE).removeprefix("#")))
        if chart.kind == "bars":
            written.format.fill.solid()
            written.format.fill.fore_color.rgb = colour
        else:
            written.smooth = False
            if series.colour:
                written.format.line.color.rgb = colour


def _numbers_of(data: Any) -> bytes:
    """Write the workbook of a chart, laid out as the library does, which takes names that begin with = for formulas."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, TEXT_ONLY)
    page = book.add_worksheet()
    for row, category in enumerate(data.categories, 1):
        page.write_string(row, 0, category.label)
    for column, series in enumerate(data, 1):
        number = book.add_format({"num_format": series.number_format})
        page.write_string(0, column, series.name)
        page.write_column(1, column, series.values, number)
    book.close()
    return file.getvalue()


def _table(slide: Any, top: float, sheet: Sheet) -> None:
    """Add a native table of the first rows and columns, and say what it leaves out."""
    shown = sheet.shown
    heads = [head.text for head in shown.heads[:_MAX_COLUMNS]]
    rows = [
        [f"{cell.text}{f' ({cell.interval})' if cell.interval else ''}" for cell in row.cells[:_MAX_COLUMNS]]
        for row in shown.rows[:_MAX_ROWS]
    ]
    if not heads:
        return
    _grid(slide, top, heads, rows, _widths(heads, rows), 11, [head.is_number for head in shown.heads[:_MAX_COLUMNS]])
    n = max(len(shown.rows), sheet.frame.height)
    if n > len(rows):
        cut = f"The first {len(rows)} of {words.count(n)} rows; the workbook has all of them."
        _write(slide, [cut], 7.0, 0.4, 11)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Share the width of a slide out by how long texts are, no column narrower than its longest word."""
    columns = list(zip(heads, *rows, strict=True))
    words_wide = [
        0.15 + _WORD_WIDE * max((len(word) for text in column for word in text.split()), default=0)
        for column in columns
    ]
    least = [min(wide, _ACROSS / 3) for wide in words_wide]
    longest = [max(9, *(min(len(text), 44) for text in column)) for column in columns]
    rest = max(0.0, _ACROSS - sum(least))
    widths = [wide + rest * size / sum(longest) for wide, size in zip(least, longest, strict=True)]
    return [_ACROSS * wide / sum(widths) for wide in widths]


def _grid(
    slide: Any,
    top: float,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    size: float,
    are_numbers: Sequence[bool],
) -> None:
    """Add a native table."""
    place = Inches(_LEFT), Inches(top), Inches(_ACROSS), Inches(0.35 * (len(rows) + 1))
    table = slide.shapes.add_table(len(rows) + 1, len(heads), *place).table
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for down, cells in enumerate([heads, *rows]):
        for across, text in enumerate(cells):
            cell = table.cell(down, across)
            cell.text_frame.text = _text(text, 200 if len(rows) <= _FEW else _MAX_TEXT)
            cell.margin_left = cell.margin_right = Inches(0.06)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(size)
                paragraph.alignment = PP_ALIGN.RIGHT if are_numbers[across] else PP_ALIGN.LEFT
