"""The pack as a PDF, laid out by Typst; whatever comes from the log is data, never markup."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.report.manifest import token_of
from analytics.present.report.parts import Figure, Sheet

if TYPE_CHECKING:
    from analytics.present.report.parts import Block, Pack, Section

_TEMPLATE = Path(__file__).parents[1] / "report.typ"
_SVG = 'xmlns="http://www.w3.org/2000/svg" font-family="Libertinus Serif, DejaVu Sans, sans-serif"'
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def to_pdf(pack: Pack) -> bytes:
    """Write a pack as a PDF with an outline and page numbers; no browser and no font of the machine is needed."""
    import typst  # 80 MB that the other formats do without

    data = {
        "title": pack.title,
        "subtitle": pack.subtitle,
        "log_name": pack.log_name,
        "when": {part: getattr(pack.created_at, part) for part in ("year", "month", "day", "hour", "minute", "second")},
        "manifest": token_of(pack.manifest),
        "terms": [list(term) for term in pack.terms],
        "first": {**asdict(pack.first), "groups": pack.first.groups},
        "sections": [_section(section) for section in pack.sections],
        "footer": pack.footer,
    }
    written: Any = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"pack": json.dumps(_plain(data), ensure_ascii=False)},
        timestamp=int(pack.created_at.timestamp()),
    )
    return bytes(written)


def _section(section: Section) -> dict[str, Any]:
    """Return a section as data."""
    own = {name: getattr(section, name) for name in ("title", "lead", "method", "comment", "begins_page")}
    return {**own, "blocks": [_block(block) for block in section.blocks]}


def _block(block: Block) -> dict[str, Any]:
    """Return a part of a section as data."""
    if isinstance(block, Figure):
        drawing = str(block.drawing).replace("<svg ", f"<svg {_SVG} ", 1)
        table = None if block.sheet is None else _table(block.sheet)
        size = _VIEW_BOX.search(drawing)
        ratio = float(size[2]) / float(size[1]) if size else 1.0
        own = {"title": block.title, "reading": block.reading, "drawing": drawing, "ratio": ratio}
        return {"kind": "figure", **own, "sheet": table}
    if isinstance(block, Sheet):
        return {"kind": "sheet", "title": block.title, "sheet": _table(block)}
    return {"kind": "text", "text": block}


def _table(sheet: Sheet) -> dict[str, Any]:
    """Return a table as data, at least one column wide."""
    return {**asdict(sheet.shown), "note": sheet.below}


def _plain(value: Any) -> Any:
    """Return data without marks that no document may hold, and without those that turn the direction of writing."""
    if isinstance(value, str):
        return _NOT_IN_XML.sub(" ", words.undirected(value))
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
