"""A staged upload read once more under another layout, and the first rows of what that would give."""

from __future__ import annotations

import json
from pathlib import Path

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading import api, protocol
from analytics.reading.api import Staged
from analytics.reading.bounds import max_plain_bytes


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


def preview(workspace: Workspace, upload: Staged, csv: CsvOptions) -> protocol.Head:
    """Read the first rows of a staged upload under another layout."""
    path, name = _origin(workspace, upload)[0]
    with workspace.scratch_folder() as folder:
        request = protocol.Preview(
            file=protocol.FileGiven(path=path, name=name), max_bytes=max_plain_bytes(Path(path)), csv=csv
        )
        answer = api.run_child(request, folder, api.no_progress, api.never)
    assert isinstance(answer, protocol.Head)
    return answer


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
