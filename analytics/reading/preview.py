"""A staged upload read once more under another layout, and the first rows of what that would give."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading import api
from analytics.reading.api import Staged


@dataclass(frozen=True)
class _Preview:
    """The first rows of a file under a layout: names, ten rows, the lines of the head, and what was unusual."""

    names: tuple[str, ...]
    rows: list[list[str | None]]
    lines: LineCounts
    repairs: tuple[str, ...]


def read_again(
    workspace: Workspace,
    upload: Staged,
    csv: CsvOptions,
    *,
    on_progress: api.OnProgress = api.no_progress,
    should_stop: api.ShouldStop = api.never,
) -> Staged | Log:
    """Read the files of a staged upload once more, under another layout; the first reading gives way.

    Raises
    ------
    InputError
        If the files are gone, or cannot be read like that: then the first reading stays.
    """
    files = _origin(workspace, upload)
    found = api.read_file(
        workspace,
        [Path(path) for path, _ in files],
        name=upload.reading.source,
        names=[name for _, name in files],
        csv=csv,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    if isinstance(found, Staged):
        keep_files(workspace, found)
    api.discard(workspace, upload.staged_id)
    return found


def preview(workspace: Workspace, upload: Staged, csv: CsvOptions) -> _Preview:
    """Read the first rows of a staged upload under another layout."""
    files = _origin(workspace, upload)
    with api.scratch_folder(workspace) as folder:
        request = {
            "task": "preview",
            "files": files[:1],
            "max_bytes": api.max_plain_bytes(Path(files[0][0])),
            "csv": csv.given,
        }
        answer = api.run_child(request, folder, api.no_progress, api.never)
    return _Preview(tuple(answer["names"]), answer["rows"], LineCounts(**answer["lines"]), tuple(answer["repairs"]))


def _origin(workspace: Workspace, upload: Staged) -> list[tuple[str, str]]:
    """Return the files that a staged upload was read from."""
    try:
        files = json.loads((workspace.staging / upload.staged_id / api.ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("The upload is no longer here. Upload the file again.") from error
    return [(path, name) for path, name in files]


def keep_files(workspace: Workspace, upload: Staged) -> None:
    """Move the files of an upload from the scratch folder, or from an earlier reading, to what was read from them."""
    folder = workspace.staging / upload.staged_id
    files = []
    for place, (path, name) in enumerate(_origin(workspace, upload)):
        if Path(path).is_relative_to(workspace.scratch) or Path(path).is_relative_to(workspace.staging):
            path = str(Path(path).replace(folder / f"file{place}"))
        files.append((path, name))
    (folder / api.ORIGIN).write_text(json.dumps(files), encoding="utf-8")
