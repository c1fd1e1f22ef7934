"""How a file was read: its lines, its files, its sheet, and its dialect, which can be changed with a preview."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.errors import AnalysisError
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts
from analytics.log.schema import Reading
from analytics.present import words
from analytics.reading import preview
from analytics.reading.api import Staged
from pages._frame import session
from pages._frame.render import escaped

_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "pipe |", " ": "blank", ":": "colon :"}
_QUOTES = {'"': 'double "', "'": "single '", "": "none"}
_ESCAPES = {'"': 'doubled ""', "'": "doubled ''", "\\": "backslash \\", "": "none"}
_GUESSED = "as found"
_ENCODINGS = [_GUESSED, "utf-8", "utf-16", "cp1252", "latin-1"]
_TEXTS = {"csv"}


def draw(upload: Staged) -> CsvOptions | None:
    """Show how a file was read and let it be changed; return the layout once the file is to be read again."""
    reading = upload.reading
    n_said = len(_unusual(reading))
    noted = f" · {words.plural(n_said, 'remark')}" if n_said else ""
    with st.expander(f"How the file was read{noted}", icon=":material/description:", key=f"how_{upload.staged_id}"):
        _draw_account(reading)
        if reading.origin.offered:
            return _choose_columns(upload)
        if len(reading.origin.sheets) > 1:
            return _choose_sheet(upload)
        if set(reading.file_format.split("+")) <= _TEXTS:
            return _choose_dialect(upload)
    return None


def _unusual(reading: Reading) -> tuple[str, ...]:
    """Return what is to be said of a reading."""
    return (*reading.origin.contradictions, *reading.origin.differences, *reading.repairs)


def _draw_account(reading: Reading) -> None:
    """Say what became of the lines, what was unusual, and how many rows each file gave."""
    if reading.lines:
        st.markdown(escaped(_books(reading.lines)))
    for said in _unusual(reading):
        st.markdown(f"- {escaped(said)}")
    if reading.origin.files:
        st.dataframe(
            [
                {
                    "File": file.name,
                    "Format": file.file_format,
                    "Rows read": file.rows_read,
                    "Rows kept": file.rows_kept,
                }
                for file in reading.origin.files
            ],
            hide_index=True,
            alt="Files with the rows of each",
        )


def _books(lines: LineCounts) -> str:
    """Say what became of the lines of a file."""
    parts = [
        f"{count:,} {name}"
        for count, name in (
            (lines.header, "of the header"),
            (lines.skipped, "skipped before it"),
            (lines.blank, "blank"),
            (lines.kept, "kept"),
            (lines.set_aside, "set aside"),
        )
        if count
    ]
    return f"{lines.total:,} line{'s' * (lines.total != 1)}: {', '.join(parts)}."


def _choose_columns(upload: Staged) -> CsvOptions | None:
    """Let other columns of a table be chosen of which not all were read."""
    reading, names = upload.reading, upload.reading.origin.offered
    before = [name for name in reading.names if name in names]
    chosen = st.multiselect(
        f"Columns that matter, of {len(names):,}",
        names,
        default=before,
        key=f"columns_{upload.staged_id}",
        format_func=escaped,
        help="Those whose names say a role, and others with few values, are proposed.",
        wrap=True,
    )
    is_other = bool(chosen) and chosen != before
    if is_other and st.button("Read these columns", key="read_columns", type="primary"):
        return CsvOptions(columns=tuple(chosen), sheet=reading.origin.sheet)
    return None


def _choose_sheet(upload: Staged) -> CsvOptions | None:
    """Let another sheet of the workbook, or table of the database, be chosen."""
    origin = upload.reading.origin
    what = "table" if upload.reading.file_format == "sqlite" else "sheet"
    sheet = st.selectbox(
        what.capitalize(),
        origin.sheets,
        index=origin.sheets.index(origin.sheet) if origin.sheet in origin.sheets else 0,
        key=f"sheet_{upload.staged_id}",
    )
    if sheet != origin.sheet and st.button(f"Read this {what}", key="read_sheet", type="primary"):
        return CsvOptions(sheet=sheet)
    return None


def _choose_dialect(upload: Staged) -> CsvOptions | None:
    """Let the dialect be changed; what it gives is shown before the whole file is read again."""
    found = upload.reading.origin.layout or CsvOptions()
    changed = _dialect_controls(found, upload.staged_id)
    if changed == found:
        return None
    try:
        shown = preview.preview(session.workspace(), upload, changed)
    except AnalysisError as error:
        st.warning(escaped(str(error)), icon=":material/warning:")
        return None
    st.markdown("**The first rows would be**")
    st.dataframe(
        [dict(zip(shown.names, row, strict=True)) for row in shown.rows],
        hide_index=True,
        alt="The first rows, read anew",
    )
    st.caption(escaped(" ".join((f"Of the first lines: {_books(shown.lines)}", *shown.repairs))))
    return changed if st.button("Read the file like this", key="read_again", type="primary") else None


def _dialect_controls(found: CsvOptions, key: str) -> CsvOptions:
    """Draw the controls of the dialect; return what they say."""
    with st.container(horizontal=True):
        delimiter = _pick("Delimiter", _DELIMITERS, found.delimiter, f"delimiter_{key}", is_open=True)
        quote = _pick("Quote", _QUOTES, found.quote, f"quote_{key}") or ""
        escape = _pick("Escape of a quote", _ESCAPES, found.escape, f"escape_{key}") or ""
        header = st.number_input("Header lines", 0, 20, found.header_lines or 0, key=f"header_{key}")
        skip = st.number_input("Lines before it", 0, 100_000, found.skip_lines or 0, key=f"skip_{key}")
        encoding = st.selectbox(
            "Encoding",
            list(dict.fromkeys([*_ENCODINGS, found.encoding or _GUESSED])),
            index=_ENCODINGS.index(found.encoding) if found.encoding in _ENCODINGS else 0,
            key=f"encoding_{key}",
        )
    return replace(
        found,
        delimiter=delimiter,
        quote=quote,
        escape=escape,
        header_lines=header,
        skip_lines=skip,
        encoding=None if encoding == _GUESSED else encoding,
    )


def _pick(label: str, names: dict[str, str], found: str | None, key: str, *, is_open: bool = False) -> str | None:
    """Choose a character by its name; others can be typed where the list is open."""
    options = list(dict.fromkeys([*names, *([found] if found is not None else [])]))
    chosen: str | None = st.selectbox(
        label,
        options,
        index=options.index(found) if found is not None else None,
        key=key,
        format_func=lambda value: names.get(value, value),
        accept_new_options=is_open,
        placeholder="None: one column",
    )
    return chosen
