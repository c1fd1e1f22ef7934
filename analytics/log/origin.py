"""Where the rows of a log came from: one file or several, a sheet of a workbook, and how its text was taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.log.alike import Alike
from analytics.log.layout import CsvOptions

SOURCE_FILE = "source_file"
"""Name of the column that says which of several files a row is from."""


@dataclass(frozen=True)
class FileRead:
    """The rows of one of several files of a log."""

    name: str
    file_format: str
    rows_read: int
    rows_kept: int


@dataclass(frozen=True)
class Origin:
    """What a log was read from.

    Attributes
    ----------
    files : tuple of FileRead
        The account of each file, where there are several.
    digests : tuple of str
        The digest of each of them, where they lie in one folder, which may grow; else none.
    differences, contradictions : tuple of str
        Sentences on columns that not all files have, and on names that say something else than the content.
    sheet, sheets : str or None, and tuple of str
        The sheet or table that was read and all of its workbook or database.
    layout : CsvOptions or None
        How the text of the first file was taken apart, as given or found.
    paths : tuple of str
        Columns whose names are ways into values inside values.
    hints : tuple of (str, str)
        Roles and the columns in which a kind of payload keeps them.
    offered : tuple of str
        All columns of a table of which only some were read, to choose others from.
    payload : str or None
        The kind, where it was recognised: ``a SageMaker data capture``.
    likeliest : tuple of (str, str, tuple of (str or None))
        Lists of scores, or columns of them under one name, with a column that says which is the highest, and its value for each,
        None where it never is.
    alike : tuple of Alike
        How often columns that could be predicted and true are equal, and nearly so.
    """

    files: tuple[FileRead, ...] = ()
    differences: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    layout: CsvOptions | None = None
    paths: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    payload: str | None = None
    digests: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    likeliest: tuple[tuple[str, str, tuple[str | None, ...]], ...] = ()
    alike: tuple[Alike, ...] = ()


def origin_from_dict(data: dict[str, Any] | None) -> Origin:
    """Rebuild an `Origin` from its plain form; None is one of which nothing is known."""
    data = data or {}
    plain = {
        name: tuple(data.get(name, ()))
        for name in ("differences", "contradictions", "sheets", "paths", "digests", "offered")
    }
    hints = tuple((role, name) for role, name in data.get("hints", ()))
    likeliest = tuple((stem, column, tuple(order)) for stem, column, order in data.get("likeliest", ()))
    files = tuple(FileRead(**file) for file in data.get("files", ()))
    layout = CsvOptions.from_dict(data["layout"]) if data.get("layout") else None
    return Origin(
        files=files,
        sheet=data.get("sheet"),
        payload=data.get("payload"),
        layout=layout,
        hints=hints,
        likeliest=likeliest,
        alike=tuple(Alike(**each) for each in data.get("alike", ())),
        **plain,
    )
