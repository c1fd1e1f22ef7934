"""What a pack can be written as, one entry each: buttons, the command's endings, README's table and the tests follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.present.report.formats.bundle import to_bundle
from analytics.present.report.formats.html import to_html
from analytics.present.report.formats.markdown import to_markdown
from analytics.present.report.formats.pdf import to_pdf
from analytics.present.report.formats.slides import to_slides
from analytics.present.report.formats.workbook import to_workbook

if TYPE_CHECKING:
    from analytics.present.report.parts import Pack


_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class _PackFormat:
    """One format of a pack.

    Attributes
    ----------
    name : str
        As ``--kind`` says it, and the end of a file's name behind a dot.
    label : str
        On its button.
    what : str
        What it holds, as README says it.
    mime : str
    make : callable
        From a finished pack to the bytes of the file; the same pack gives the same bytes.
    """

    name: str
    label: str
    what: str
    mime: str
    make: Callable[[Pack], bytes]


_ALL = (
    _PackFormat("html", "HTML", "one file that needs no network; prints with page numbers", "text/html", to_html),
    _PackFormat("pdf", "PDF", "A4 pages with an outline and page numbers", "application/pdf", to_pdf),
    _PackFormat(
        "xlsx",
        "XLSX",
        "a sheet per table with native charts, notes and unrounded numbers",
        f"{_OFFICE}.spreadsheetml.sheet",
        to_workbook,
    ),
    _PackFormat(
        "pptx",
        "PPTX",
        "slides with native charts and tables, the method in the notes",
        f"{_OFFICE}.presentationml.presentation",
        to_slides,
    ),
    _PackFormat("zip", "ZIP", "every table as CSV and Parquet with a schema", "application/zip", to_bundle),
    _PackFormat("md", "Markdown", "the first page, to paste into a message", "text/markdown", to_markdown),
)
PACK_FORMATS = {entry.name: entry for entry in _ALL}
"""Name to format, in the order of the buttons."""
