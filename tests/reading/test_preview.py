"""A staged upload is read again under another layout, and what that would give is shown before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.reading import api, preview
from analytics.reading.api import Staged
from tests.ingested import Desk, run_here
from tests.reading.formats.packed import workbook

TEXT = "a;b|score|label\n" + "".join(f"{row};x|0.{row % 9 + 1}|{row % 2}\n" for row in range(200))


def uploaded(desk: Desk, content: str | bytes) -> Staged:
    """What the page does with an upload: the file lies in the scratch folder and is kept beside its reading."""
    path = desk.workspace.scratch / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with patch.object(api, "run_child", run_here):
        found = api.read_file(desk.workspace, [path], names=["May.csv"])
    assert isinstance(found, Staged)
    preview.keep_files(desk.workspace, found)
    assert not path.exists()
    return found


def again(desk: Desk, upload: Staged, csv: CsvOptions) -> Staged:
    with patch.object(api, "run_child", run_here):
        found = preview.read_again(desk.workspace, upload, csv)
    assert isinstance(found, Staged)
    return found


def test_what_was_found_is_said_as_a_person_would_say_it(desk: Desk) -> None:
    layout = uploaded(desk, "made in May\n\nid,score,label\n" + "1,0.5,1\n" * 9).reading.origin.layout
    assert layout == CsvOptions(delimiter=",", quote='"', escape='"', header_lines=1, skip_lines=2)


def test_a_preview_shows_ten_rows_and_the_books(desk: Desk) -> None:
    upload = uploaded(desk, TEXT)
    layout = upload.reading.origin.layout
    assert layout is not None and layout.delimiter == "|"
    with patch.object(api, "run_child", run_here):
        shown = preview.preview(desk.workspace, upload, replace(layout, delimiter=";"))
    assert shown.names == ("a", "b|score|label")
    assert (len(shown.rows), shown.rows[0]) == (10, ("0", "x|0.1|0"))
    assert (shown.lines.header, shown.lines.kept, shown.lines.total) == (1, 200, 201)


def test_a_preview_reads_only_the_head_of_a_large_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.reading import files

    monkeypatch.setattr(files, "HEAD_BYTES", 1_000)
    upload = uploaded(desk, TEXT)
    with patch.object(api, "run_child", run_here):
        shown = preview.preview(desk.workspace, upload, CsvOptions(delimiter="|"))
    assert 10 < shown.lines.total < 100


def test_reading_again_takes_the_place_of_the_first_reading_and_can_be_repeated(desk: Desk) -> None:
    first = uploaded(desk, TEXT)
    second = again(desk, first, CsvOptions(delimiter=";"))
    assert (second.reading.names, second.reading.source) == (("a", "b|score|label"), first.reading.source)
    assert not (desk.workspace.staging / first.staged_id).exists()
    third = again(desk, second, CsvOptions(delimiter="|", header_lines=0))
    assert third.reading.rows_kept == 201
    api.discard(desk.workspace, third.staged_id)
    assert not list(desk.workspace.staging.iterdir())


def test_another_sheet_is_read_from_the_upload(desk: Desk) -> None:
    table = [["score", "label"], [0.5, 1], [0.25, 0]]
    upload = uploaded(desk, workbook({"May": table, "June": [*table, [0.125, 1]]}))
    found = again(desk, upload, CsvOptions(sheet="June"))
    assert (found.reading.origin.sheet, found.reading.rows_kept) == ("June", 3)


def test_a_file_that_was_read_by_path_stays_where_it_is(desk: Desk) -> None:
    path = desk.file(TEXT)
    with patch.object(api, "run_child", run_here):
        found = api.read_file(desk.workspace, path)
    assert isinstance(found, Staged)
    second = again(desk, found, CsvOptions(delimiter=";"))
    assert path.exists() and second.reading.names[0] == "a"
    Path(path).unlink()
    with pytest.raises(InputError):
        again(desk, second, CsvOptions(delimiter="|"))
    assert (desk.workspace.staging / second.staged_id).exists()
