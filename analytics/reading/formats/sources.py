"""From a file as it was given to plain files, ready for a reader: unpacked, recognised by content, text as UTF-8."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.reading.formats import (
    arff,
    compressed,
    dump,
    events,
    fixed,
    jsonlike,
    kinds,
    markup,
    mime,
    pairs,
    quoted_lines,
    records,
    sheets,
    sqlite,
    stanzas,
    tarred,
    text,
    weka,
    wrapped,
)
from analytics.reading.formats import packed as packed_files
from analytics.reading.formats.registry import FORMATS, PACKINGS, readable

_CHUNK = 1 << 20
"""Bytes unpacked at once: bounds memory. A judgement."""
_MAX_LAYERS = 2
"""Packings inside of each other that are opened: ``log.csv.gz`` in a zip has two. More are rather a trap than a log. A
judgement."""
_ARCHIVES: dict[str, Callable[[Path, int], Any]] = {"zip": packed_files.archive, "tar": tarred.archive}
"""Packings of several files, with what opens each."""
_OnProgress = Callable[[float], None]
_WRITTEN = ((weka.is_weka, weka.lay_out), (stanzas.is_stanzas, stanzas.lay_out))
"""By what the first lines tell: what writes a text anew as a table and says so."""
_OBJECTS = (
    (events.is_events, events.lay_out, "ndjson"),
    (wrapped.is_wrapped, wrapped.lay_out, "json"),
    (pairs.is_pairs, pairs.lay_out, "ndjson"),
)
"""The same for objects: what writes them one to a line, or as a document."""


@dataclass(frozen=True)
class Source:
    """A plain file, ready for a reader: uncompressed, and UTF-8 where it is text.

    Attributes
    ----------
    path, file_format : Path and str
        Where it is, and what.
    repairs : tuple of str
        Sentences about what was mended.
    name : str
        What people call it.
    contradiction : str or None
        A sentence where the name says something else than the content.
    sheet, sheets : str or None, and tuple of str
        The sheet or table that was read, and all of the workbook or database.
    has_noise : bool
        Whether lines that are no records are a program's words, however many, and no damage.
    """

    path: Path
    file_format: str
    repairs: tuple[str, ...] = ()
    name: str = ""
    contradiction: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    has_noise: bool = False


class EmptyFile(InputError):
    """A file without a character, which engines write for a worker without a row."""


def prepare(
    path: Path,
    scratch: Path,
    *,
    max_bytes: int,
    progress: _OnProgress,
    csv: CsvOptions | None = None,
    name: str | None = None,
) -> Source:
    """Unpack, recognise and transcode a file that holds one table; the parameters are those of `prepare_all`."""
    found = prepare_all(path, scratch, max_bytes=max_bytes, progress=progress, csv=csv, name=name)
    if len(found) > 1:
        names = ", ".join(repr(source.name) for source in found[:6])
        raise InputError(
            f"Expected one table in {name or path.name!r}, found {len(found):,}: {names}. Name one of them."
        )
    return found[0]


def prepare_all(
    path: Path,
    scratch: Path,
    *,
    max_bytes: int,
    progress: _OnProgress,
    csv: CsvOptions | None = None,
    name: str | None = None,
) -> list[Source]:
    """Unpack, recognise and transcode a file; an archive may hold several tables.

    Parameters
    ----------
    path : Path
        The file as it was given.
    scratch : Path
        A folder for the plain copies, where they are needed.
    max_bytes : int
        Largest plain size that is accepted, against files that unpack without end.
    progress : callable
        Told the share of the packed file that is done.
    csv : CsvOptions, optional
        What is known of its layout: with something given, a text file is a CSV.
    name : str, optional
        What people call it; the file's own name by default.

    Raises
    ------
    InputError
        If the file is empty, of a kind that cannot be read, damaged, or unpacks to more than ``max_bytes``.
    """
    shown, csv = name or path.name, csv or CsvOptions()
    packing: str | None = None
    for layer in range(_MAX_LAYERS + 1):
        head = _read_head(path)
        if not head:
            where = f"inside {shown!r}, which is packed" if packing else f"in {shown!r}"
            raise EmptyFile(f"Expected a table {where}, found an empty file: nothing to read. Export the log again.")
        found = kinds.by_first_bytes(head)
        if found not in PACKINGS or found in _ARCHIVES:
            break
        packing = packing or found
        plain = scratch / f"plain{layer}"
        compressed.decompress(path, plain, str(found), max_bytes=max_bytes, progress=progress)
        path = plain
    else:
        raise InputError(
            f"Expected a table, found one packed more than {_MAX_LAYERS} times in {shown!r}. Unpack it first."
        )
    if found == "tar" or (found == "zip" and not _is_workbook(path, max_bytes)):
        return _unpack(path, found, scratch, shown, csv, max_bytes=max_bytes, progress=progress)
    if found == "zip":
        sheet = sheets.lay_out(path, scratch, csv.sheet, max_bytes)
        source = Source(sheet.path, "xlsx", sheet.repairs, sheet=sheet.name, sheets=sheet.names)
    elif found == "sqlite":
        table = sqlite.lay_out(path, scratch, csv.sheet)
        source = Source(table.path, found, table.repairs, sheet=table.name, sheets=table.names)
    elif found in FORMATS:
        source = Source(path, found)
    else:
        source = _plain_source(path, scratch, head, csv, progress)
    return [replace(source, name=shown, contradiction=kinds.contradiction(shown, source.file_format, packing))]


def _read_head(path: Path, size: int = 1 << 16) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def _read_tail(path: Path, size: int = 1 << 10) -> bytes:
    """Return the last bytes of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def _is_workbook(path: Path, max_bytes: int) -> bool:
    """Tell an Excel workbook from an archive of tables.

    Raises
    ------
    InputError
        If it is a document of another office program.
    """
    with packed_files.archive(path, max_bytes) as opened:
        names = set(opened.NameToInfo)
        what = None
        if "xl/workbook.bin" in names:
            what = "a binary workbook (.xlsb)"
        elif "content.xml" in names and "mimetype" in names:
            what = "an OpenDocument file (.ods)"
        elif "word/document.xml" in names or "ppt/presentation.xml" in names:
            what = "a text document or slides"
        if what:
            raise InputError(f"Expected {readable()}, found {what}. Save the table in one of these formats.")
        return "xl/workbook.xml" in names


def _unpack(
    path: Path, kind: str, scratch: Path, shown: str, csv: CsvOptions, *, max_bytes: int, progress: _OnProgress
) -> list[Source]:
    """Unpack the tables of an archive under names of our own, so that theirs lead nowhere, and make each plain."""
    sources: list[Source] = []
    with _ARCHIVES[kind](path, max_bytes) as opened:
        named = [entry for entry in opened.infolist() if entry.filename]
        entries = [entry for entry in named if not entry.is_dir() and not kinds.is_hidden(entry.filename)]
        tables = [entry for entry in entries if kinds.is_table_name(entry.filename)] or entries
        tables = [entry for entry in tables if not kinds.is_beside(entry.filename)] or tables
        total, done = sum(entry.file_size for entry in tables) or 1, 0
        for place, entry in enumerate(sorted(tables, key=lambda entry: entry.filename)):
            folder = scratch / f"entry{place}"
            folder.mkdir()
            target = folder / "entry"
            with opened.open(entry) as packed, target.open("wb") as out:
                shutil.copyfileobj(packed, out, _CHUNK)
            done += entry.file_size
            progress(done / total)
            inner = kinds.packing_of(_read_head(target))
            if inner == "tar" or (inner == "zip" and not _is_workbook(target, max_bytes)):
                raise InputError(
                    f"Expected tables in {shown!r}, found another archive in it: {entry.filename!r}. Unpack it first."
                )
            with suppress(EmptyFile):
                sources.append(
                    prepare(target, folder, max_bytes=max_bytes, progress=lambda _: None, csv=csv, name=entry.filename)
                )
    if not sources:
        raise InputError(
            f"Expected a table in the archive {shown!r}, found none: nothing to read. Export the log again."
        )
    left_out, n_empty = len(entries) - len(tables), len(tables) - len(sources)
    if left_out:
        said = f"{left_out:,} other file{'s' * (left_out > 1)} in the archive {'were' if left_out > 1 else 'was'} left out."
        sources[0] = replace(sources[0], repairs=(*sources[0].repairs, said))
    if n_empty:
        names = {source.name for source in sources}
        said = kinds.said_of_empty([entry.filename for entry in tables if entry.filename not in names])
        sources[0] = replace(sources[0], repairs=(*sources[0].repairs, said))
    if not kinds.says_packing(shown, kind):
        said = f"The name {shown!r} says something else than the content: it is a {kind} archive and was read as that."
        sources[0] = replace(sources[0], contradiction=sources[0].contradiction or said)
    return sources


def _plain_source(path: Path, scratch: Path, head: bytes, csv: CsvOptions, progress: _OnProgress) -> Source:
    """Make a text file UTF-8 without a mark and tell pages with tables from JSON from NDJSON from CSV."""
    path, said = text.plain_text(path, scratch, head, csv)
    if not csv.is_about_text and mime.is_archive(_read_head(path).decode("utf-8", errors="ignore")):
        page = scratch / "saved.html"
        return _between_tags(page, scratch, "an HTML page", mime.unpack(path, page), progress)
    what = kinds.markup_of(_read_head(path))
    is_document = not csv.is_about_text and records.is_records(_read_head(path), _read_tail(path))
    if what or is_document:
        return _between_tags(path, scratch, what, said, progress)
    start = _read_head(path).decode("utf-8", errors="ignore").lstrip()
    if not csv.is_about_text and (arff.is_arff(start) or dump.is_dump(start)):
        return _laid_out(path, scratch, start, said, progress)
    if not csv.is_about_text and (objects := _objects_in(path, scratch, start, said)) is not None:
        return objects
    written = None if csv.is_about_text else next((each for each in _WRITTEN if each[0](start)), None)
    if written is not None:
        plain = scratch / "written.csv"
        return Source(plain, "csv", tuple(filter(None, (said, written[1](path, plain)))))
    layout = None if csv.is_about_text else jsonlike.layout_of(start, path)
    repairs = (said,) if said else ()
    if layout == "log lines":
        plain = scratch / "log_lines.ndjson"
        before = jsonlike.without_prefixes(path, plain)
        return Source(plain, "ndjson", (*repairs, *filter(None, [before])), has_noise=True)
    if layout is None and not csv.is_about_text:
        plain = scratch / "lines.csv"
        has_formulas = quoted_lines.has_formulas(start)
        if has_formulas or quoted_lines.is_quoted(start):
            return Source(plain, "csv", (*repairs, quoted_lines.lay_out(path, plain, are_formulas=has_formulas)))
        if fixed.is_listing(_read_head(path).decode("utf-8", errors="ignore")):
            return Source(plain, "csv", (*repairs, fixed.lay_out(path, plain, progress)))
    return Source(path, layout or "csv", repairs)


def _objects_in(path: Path, scratch: Path, start: str, said: str | None) -> Source | None:
    """Lay objects inside of something else out as JSON: events, lines of pairs, a script; None where there are none."""
    plain = scratch / "objects.json"
    for is_such, lay_out, file_format in _OBJECTS:
        found = lay_out(path, plain) if is_such(start) else None
        if found is not None:
            return Source(plain, file_format, tuple(filter(None, (said, found))), has_noise=file_format == "ndjson")
    return None


def _between_tags(path: Path, scratch: Path, what: str | None, said: str | None, progress: _OnProgress) -> Source:
    """Lay the rows of a page or of an XML document out as CSV."""
    plain = scratch / "page.csv"
    if what in (None, kinds.XML) and not markup.has_cells(path):
        return Source(plain, "xml", tuple(filter(None, (said, records.lay_out(path, plain, progress)))))
    others = markup.lay_out(path, plain, what or kinds.XML, progress)
    return Source(plain, "html", tuple(filter(None, (said, others))))


def _laid_out(path: Path, scratch: Path, start: str, said: str | None, progress: _OnProgress) -> Source:
    """Lay the rows of an ARFF file or of a dump out as CSV."""
    plain = scratch / "rows.csv"
    if arff.is_arff(start):
        arff.lay_out(path, plain)
        return Source(plain, "arff", tuple(filter(None, (said,))))
    others = dump.lay_out(path, plain, progress)
    return Source(plain, "sql", tuple(filter(None, (said, others))))
